"""The `templates` commands, and a template of one's own: what a person does before a month depends on it."""

import json
import unittest

from harness import Case

OWN = """[about]
target = "in-house"
about = "one line per document"
[mapping]
account = {about = "expense account"}
[[file]]
extension = "txt"
layout = "delimited"
encoding = "cp1252"
separator = "\\t"
quoting = "never"
money = "0,00"
columns = [
    {name = "account", value = 'map.account'},
    {name = "amount", value = 'line.signed'},
    {name = "label", value = 'contract_name'},
]
[[file.line]]
amount = 'amount'
"""


class Templates(Case):
    def test_list_names_every_template_with_its_file(self):
        """A user could not find out which formats there are."""
        listed = self.run_moisson("templates", "list", expect=0).out
        for name in ("fec", "hledger", "csv-fr"):
            self.assertRegex(listed, rf"(?m)^{name} ")
        shown = json.loads(self.run_moisson("templates", "list", "--json", expect=0).out)["templates"]
        self.assertIn("siren", [setting["name"] for one in shown if one["name"] == "fec" for setting in one["settings"]])

    def test_show_gives_the_text_back(self):
        """A copy to start from would not be the template."""
        shown = self.run_moisson("templates", "show", "fec", expect=0).out
        self.assertIn("setting siren: ", shown)
        (self.folder / "copy.toml").write_text(shown, "utf-8")
        self.run_moisson("templates", "show", "copy.toml", expect=0)

    def test_the_built_in_samples_come_out_as_kept(self):
        """A format would change unseen between two versions."""
        tested = json.loads(self.run_moisson("templates", "test", "--json", expect=0).out)["tests"]
        self.assertTrue(all(one["passed"] for one in tested))
        self.assertGreaterEqual(len(tested), 3)

    def test_a_template_of_ones_own_needs_one_file(self):
        """A new format would need a new version of the program."""
        (self.folder / "house.toml").write_text(OWN, "utf-8")
        first = self.run_moisson("templates", "test", "./house.toml", "--out", "sample", expect=6)
        self.assertIn("house.txt: there are no expected bytes", first.out)
        made = (self.folder / "sample/house.txt").read_bytes()
        self.assertIn("626100\t1000,01\tDonn\u00e9es; \"nuage\"\n".encode("cp1252"), made)
        self.assertIn(b"\tRecherche et essais\n", made)
        (self.folder / "expected").mkdir()
        (self.folder / "expected/house.txt").write_bytes(made)
        self.run_moisson("templates", "test", "./house.toml", expect=0)
        (self.folder / "expected/house.txt").write_bytes(made.replace(b"1000,01", b"1000,02"))
        self.assertIn("offset", self.run_moisson("templates", "test", "./house.toml", expect=6).out)


if __name__ == "__main__":
    unittest.main()
