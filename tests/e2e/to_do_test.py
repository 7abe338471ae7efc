"""What is to be done stands first, in order, and is what the findings ask for: no more and no less."""

import json
import re
import unittest

from harness import Case, rows_of


class ToDo(Case):
    def export(self, scenario, language):
        self.run_moisson("export", "--sandbox", "--scenario", scenario, "--language", language, "--no-progress", "--rate", "0")
        folder, = (self.folder / "out").glob("2*")
        self.run_moisson("verify", folder, expect=0)
        return folder, json.loads((folder / "summary.json").read_text("utf-8"))

    def test_every_finding_that_asks_for_something_stands_there_once(self):
        """The missing invoice would stand below forty file names, or not at all."""
        for language in ("en", "fr"):
            folder, summary = self.export("small", language)
            to_do = summary["to_do"]
            asked = sorted((one["severity"], one["code"], one["contract_id"], one["document_id"], one["message"])
                           for one in summary["findings"] if one["severity"] != "info")
            told = sorted((one["severity"], one["code"], one["contract_id"], one["document_id"], one["why"]) for one in to_do)
            self.assertLessEqual(set(told), set(asked))
            without = {one[1] for one in asked} - {one["code"] for one in to_do}
            self.assertFalse({one["code"] for one in to_do} & without)
            self.assertEqual(told, [one for one in asked if one[1] not in without])
            self.assertEqual([one["severity"] for one in to_do], sorted(one["severity"] for one in to_do))
            amounts = {(row["contract_id"], row["document_id"]): (row["amount"] or None, row["filename"])
                       for row in sorted(rows_of(folder / "ledger.csv"), key=lambda row: int(row["version"]))}
            for one in to_do:
                self.assertEqual((one["amount"], one["filename"]), amounts.get((one["contract_id"], one["document_id"]), (None, "")))
                self.assertTrue(one["what"] and one["who"] and one["why"])
            page = (folder / "report.html").read_text("utf-8")
            self.assertLess(page.index('id="to-do"'), page.index('id="totals"'))
            section = page[page.index('id="to-do"'):].split("</section>")[0]
            self.assertEqual(len(re.findall("<li>", section)), min(len(to_do), 200))
            for command in {one["command"] for one in to_do if one["command"]}:
                self.assertIn(f"<code>{command}</code>", section)

    def test_commands_that_are_named_work(self):
        """Who copies the line would read the program's usage."""
        _, summary = self.export("small", "en")
        command = next(one["command"] for one in summary["to_do"] if one["command"].startswith("moisson explain "))
        self.run_moisson(*command.split()[1:], "--sandbox", "--scenario", "small", expect=0)

    def test_a_month_without_trouble_asks_for_nothing(self):
        """An empty list would look like a page that was cut."""
        folder, summary = self.export("clean", "fr")
        self.assertEqual([one["code"] for one in summary["to_do"] if one["severity"] == "error"], [])
        if not summary["to_do"]:
            self.assertIn("Il n'y a rien à faire.", (folder / "report.html").read_text("utf-8"))


if __name__ == "__main__":
    unittest.main()
