"""Books that an auditor found wrong once: closings, addenda and ERP files in orders that nobody plans."""

import csv
import hashlib
import json
import sqlite3
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from close_test import EXPORT, TEMPLATE, Booking
from harness import sha256_of, tree_of, unittest


class Histories(Booking):
    """Orders of exports, reissues and closings whose books were wrong."""

    def booked(self, *months, name="plain"):
        """Sum in cents of each document over the files of these months."""
        sums = {}
        for month in months:
            for document_id, _, _, amount, _ in self.postings(month, name):
                sums[document_id] = sums.get(document_id, 0) + round(float(amount) * 100)
        return sums

    def test_a_document_that_came_late_and_was_reissued_is_not_withdrawn_where_it_came(self):
        """Exporting the month again whose addendum held the first version would take the whole amount back."""
        self.book("2026-10")
        self.close("2026-10")
        self.put("late", "202610", 32)
        self.assertIn(("late", "1", "first", "32.00", "2026-10"), self.book("2026-11"))
        self.put("late", "202610", 88.5)
        self.assertIn(("late", "2", "correction", "56.50", "2026-10"), self.book("2026-12"))
        for month in ("2026-11", "2026-12", "2026-11"):
            self.book(month)
        self.assertEqual(self.booked("2026-10", "2026-11", "2026-12")["late"], 8850)

    def test_an_addendum_that_another_one_replaced_leaves_the_archive_as_it_was(self):
        """Two runs with the same documents would make two different bundles."""
        self.closed()
        self.put("late", "202610", 3)
        self.export("2026-11")
        self.put("late", "202610", 4)
        self.export("2026-11")
        bundle = sha256_of(self.folder / "out/2026-11/bundle.zip")
        self.export("2026-11")
        self.assertEqual(sha256_of(self.folder / "out/2026-11/bundle.zip"), bundle)

    def test_a_posting_keeps_its_date_when_its_document_moved_and_the_export_has_a_filter(self):
        """The same import key would stand in two files with two dates."""
        self.book("2026-10")
        self.close("2026-10")
        self.put("late", "202610", 7)
        self.book("2026-11")
        self.put("late", "202611", 7)
        self.run_moisson(*EXPORT, "2026-11", "--template", "plain.toml", "--contract", "OCB*", environment=self.server.environment, expect=0)
        self.assertEqual([one for one in self.postings("2026-11") if one[:3] == ("late", "1", "first") and one[4] != "2026-10"], [])
        self.assertTrue((self.folder / self.view(period="2026-11") / "erp/preview-plain.csv").exists())

    def test_a_month_closed_again_is_whole_for_a_template_that_comes_later(self):
        """An addendum that the second closing took into the ledger would be booked against it."""
        self.closed("2026-09")
        self.put("sep", "202609", 12)
        self.export("2026-10")
        self.close("2026-09", "--reopen", "a test")
        self.put("sep", "202609", 15)
        self.export("2026-09")
        self.close("2026-09")
        self.export("2026-10")
        self.close("2026-10")
        self.assertEqual(self.book("2026-11"), [("nov", "1", "first", "30.00", "2026-11")])

    def keep_pending(self, sql):
        """The state as a run leaves it that is killed right after the rename: what it wrote is not confirmed."""
        state = sqlite3.connect(self.folder / "state.sqlite3")
        state.execute(sql)
        state.commit()
        state.close()

    def test_a_run_that_died_after_publishing_is_settled_where_it_published(self):
        """With another --out the next run would number the addendum anew, and book it twice."""
        environment = {**self.server.environment, "MOISSON_STATE": f"sqlite:{self.folder}/state.sqlite3"}

        def export(month, out):
            self.run_moisson(*EXPORT, month, "--template", "plain.toml", "--out", out, environment=environment, expect=0)

        export("2026-10", "out")
        self.run_moisson("close", "2026-10", "--by", "ana", environment=environment, expect=0)
        self.put("late", "202610", 7)
        self.keep_pending("CREATE TRIGGER died BEFORE DELETE ON publication BEGIN SELECT RAISE(IGNORE); END")
        export("2026-11", "out")
        self.keep_pending("DROP TRIGGER died")
        export("2026-12", "elsewhere")
        self.assertEqual(tree_of(self.folder / "elsewhere/2026-12/erp").keys(), {"plain.csv"})
        with open(self.folder / "elsewhere/2026-12/erp/plain.csv", newline="", encoding="utf-8") as file:
            self.assertEqual([row["document"] for row in csv.DictReader(file, delimiter=";")], ["dec"])


class Templates(Booking):
    """Templates that stand in each other's way."""

    def test_a_template_that_is_named_twice_is_a_usage_error(self):
        """The run would fail after everything was fetched."""
        (self.folder / "other").mkdir()
        (self.folder / "other/plain.toml").write_text((self.folder / "plain.toml").read_text())
        for second in ("plain.toml", "other/plain.toml"):
            refused = self.export("2026-10", "--template", "plain.toml", "--template", second, expect=2)
            self.assertIn("plain", refused.err)
        self.assertEqual(self.server.count("/file"), 0)

    def test_a_month_whose_file_was_refused_is_booked_late_when_it_is_closed_meanwhile(self):
        """The month would never be booked, without a word."""
        text = TEMPLATE.replace("[[file]]", '[mapping]\naccount = {about = "an account", required = true}\n\n[[file]]', 1)
        text = text.replace("amount = 'amount'", "amount = 'amount'\nset = {account = 'map.account'}")
        text = text.replace("columns = [", "columns = [\n    {name = \"account\", value = 'line.account'},")
        (self.folder / "plain.toml").write_text(text)
        (self.folder / "job.toml").write_text('[erp]\nmapping = "accounts.csv"\n')
        (self.folder / "accounts.csv").write_text("contract;account\nanother;1\n")
        for _ in range(2):
            self.export("2026-10", "--job", "job.toml", "--template", "plain.toml", expect=3)
        self.close("2026-10", "--accept-incomplete", "the accounts follow")
        (self.folder / "accounts.csv").write_text("contract;account\n;1\n")
        for _ in range(2):
            self.assertEqual([(one[0], one[3]) for one in self.book("2026-11", "--job", "job.toml")],
                             [("oct1", "10.50"), ("oct2", "20.00"), ("nov", "30.00")])

    def test_two_templates_that_want_one_file_name_do_not_overwrite_each_other(self):
        """One template's file would be lost, or the month with it."""
        text = (self.folder / "plain.toml").read_text().replace('layout = "delimited"', 'name = "same.csv"\nlayout = "delimited"')
        (self.folder / "first.toml").write_text(text)
        (self.folder / "second.toml").write_text(text.replace('separator = ";"', 'separator = "|"'))
        self.export("2026-10", "--template", "first.toml", "--template", "second.toml", expect=3)
        self.assertIn("document;version", (self.folder / "out/2026-10/erp/same.csv").read_text())
        self.assertIn("erp-file-refused", self.codes())
        self.run_moisson("verify", "out/2026-10", expect=0)


class Tampered(Booking):
    """Files that were changed together with the summary that lists them."""

    def reseal(self, change=lambda text: text):
        """Makes summary.json state the files as they are now, and seals it again."""
        folder = self.folder / "out/2026-11"
        path = folder / "summary.json"
        text = change(path.read_text("utf-8"))
        for file in json.loads(text)["files"]:
            if (folder / file["path"]).exists():
                text = text.replace(file["sha256"], sha256_of(folder / file["path"]))
        body = text[:text.rindex('  "seal": "')]
        path.write_text(f'{body}  "seal": "{hashlib.sha256(body.encode()).hexdigest()}"\n}}\n', "utf-8")

    def test_what_the_bundle_has_too_is_compared_with_it(self):
        """An ERP file, an addendum or a closed month's digest could be exchanged beside an untouched bundle."""
        self.closed()
        self.put("late", "202610", 7)

        def change_file(name):
            path = self.folder / "out/2026-11" / name
            path.write_text(path.read_text("utf-8").replace("7.00", "9.00"), "utf-8")
            self.reseal()

        def change_digest():
            digest = sha256_of(self.folder / "out/2026-10/ledger.csv")
            self.reseal(lambda text: text.replace(digest, "0" * 64))

        for change, named in ((lambda: change_file("erp/plain.csv"), "erp/plain.csv"), (change_digest, "closed_months"),
                              (lambda: change_file("addendum-2026-10-01.csv"), "addendum-2026-10-01.csv")):
            self.book("2026-11")
            self.run_moisson("verify", "out/2026-11", expect=0)
            change()
            self.assertIn(f"{named}", self.run_moisson("verify", "out/2026-11", expect=6).out)


if __name__ == "__main__":
    unittest.main()
