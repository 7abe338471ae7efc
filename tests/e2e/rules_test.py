"""Which rows decide, and by whose rules: in every export the same rows, in closed months the rules of their closing, and where only the user can
tell, a decision in the job file."""

import csv
import json
import shutil
import sqlite3
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from close_test import EXPORT, Booking
from harness import document, sha256_of, tree_of, unittest

CONTRACT = "OCB0000001"


class Rules(Booking):
    """One contract with what a test puts there; nothing of the double's own October."""

    def setUp(self):
        super().setUp()
        self.documents = {}
        self.serve()

    def job(self, text):
        (self.folder / "job.toml").write_text(text, "utf-8")

    def export(self, month, *more, expect=0):
        job = ("--job", "job.toml") if (self.folder / "job.toml").exists() else ()
        return super().export(month, *job, *more, expect=expect)

    def rename(self, name):
        self.server.contracts = [{"id": CONTRACT, "name": name, "offer": {"name": "Flexible Engine", "id": "FE"}}]

    def counted(self, folder):
        path = self.folder / "out" / folder / "ledger.csv"
        with open(path, newline="", encoding="utf-8") as file:
            return {row["document_id"]: row["amount"] for row in csv.DictReader(file) if row["counted"] == "yes"}

    def said(self, code, month):
        return [one["message"] for one in self.summary(f"out/{month}")["findings"] if one["code"] == code]

    def all_postings(self, *months):
        return [one for month in months for one in self.postings(month)]


class SameRows(Rules):
    def test_a_bill_of_three_months_and_an_invoice_of_one_give_300_in_every_export(self):
        """Month by month 1300 would be booked of what --all says is 300, and 1000 withdrawn after closing."""
        self.put("bill", "2026-06/2026-08", 1000, kind="bills")
        self.put("invoice", "202607", 300)
        for month in ("2026-06", "2026-07", "2026-08"):
            self.book(month)
        self.assertEqual(self.all_postings("2026-06", "2026-07", "2026-08"), [("invoice", "1", "first", "300.00", "2026-07")])
        for arguments, folder in ((("--all",), "all"), (("--from", "2026-06", "--to", "2026-08"), "2026-06..2026-08"),
                                  (("--from", "2026-08", "--to", "2026-09"), "2026-08..2026-09")):
            self.run_moisson("export", "--rate", "0", "--no-progress", *arguments, environment=self.server.environment, expect=0)
            self.assertEqual(self.counted(folder), {"invoice": "300.00"} if "06" in folder or folder == "all" else {})
        for month in ("2026-06", "2026-07", "2026-08"):
            self.close(month)
        self.assertEqual(self.book("2026-09"), [])
        self.assertEqual(self.addenda_of("2026-09"), [])
        explained = self.run_moisson("explain", "bill", expect=0).out
        self.assertIn("not counted", explained)

    def test_what_is_joined_over_other_rows_decides_too(self):
        """A chain of periods would be judged in each month by another part of it."""
        self.put("quarter", "2026-07/2026-09", 900)
        self.put("bill1", "2026-05/2026-07", 500, kind="bills")
        self.put("bill2", "2026-09/2026-11", 510, kind="bills")
        self.put("may", "202605", 70)
        found = {}
        for number in range(5, 12):
            self.export(f"2026-{number:02}")
            found.update(self.counted(f"2026-{number:02}"))
        self.assertEqual(found, {"quarter": "900.00", "may": "70.00"})


class ClosedRules(Rules):
    def two_types(self):
        self.put("inv", "202610", 300)
        self.put("bill", "202610", 1000, kind="bills")
        self.put("next", "202611", 40)
        self.put("nextbill", "202611", 41, kind="bills")

    def test_a_renamed_contract_books_nothing_anew_and_its_closed_month_stays(self):
        """One new name would withdraw 300 and book 1000 in a month that is closed."""
        self.two_types()
        self.job('[[books.counting]]\ntypes = ["bills"]\ncontracts = ["Second*"]\n')
        self.assertEqual([one[0] for one in self.book("2026-10")], ["inv"])
        self.close("2026-10")
        before = tree_of(self.folder / "out/2026-10")
        self.rename("Second")
        self.assertEqual(self.book("2026-11"), [("nextbill", "1", "first", "41.00", "2026-11")])
        self.assertEqual(self.addenda_of("2026-11"), [])
        told = self.said("closed-rule-differs", "2026-11")
        self.assertEqual(len(told), 1)
        self.assertIn("2026-10 is closed and counts 300.00 EUR", told[0])
        self.assertIn("1000.00 EUR would count", told[0])
        self.assertIn("as it was", self.export("2026-10", "--template", "plain.toml").err)
        self.assertEqual(tree_of(self.folder / "out/2026-10"), before)
        shutil.rmtree(self.folder / "out/2026-10")
        self.export("2026-10", "--template", "plain.toml")
        self.assertEqual(sha256_of(self.folder / "out/2026-10/ledger.csv"), before["ledger.csv"])

    def test_an_open_month_is_held_against_what_its_own_export_counts(self):
        """An open month would be called outdated for ever because of a document that a closed month keeps from counting."""
        self.job('[[books.counting]]\ntypes = ["bills"]\n')
        self.put("bill", "202607", 1000, kind="bills")
        self.put("inv", "2026-07/2026-08", 300)
        self.book("2026-07")
        self.close("2026-07")
        self.job("")
        self.assertEqual(self.book("2026-08"), [])  # beside the closed month's bill
        self.put("next", "202609", 40)
        self.assertEqual([one[0] for one in self.book("2026-09")], ["next"])
        self.assertEqual(self.said("month-outdated", "2026-09"), [])

    def test_a_rule_for_the_name_that_a_contract_had_judges_no_closed_month(self):
        """The closed rows still have that name: today's rule for it would book them anew."""
        self.two_types()
        self.book("2026-10")
        self.close("2026-10")
        self.job('[[books.counting]]\ntypes = ["bills"]\ncontracts = ["First*"]\n')
        self.rename("Second")
        self.assertEqual(self.book("2026-11"), [("next", "1", "first", "40.00", "2026-11")])
        self.assertEqual(self.addenda_of("2026-11"), [])
        self.assertEqual(self.said("closed-rule-differs", "2026-11"), [])

    def test_another_counting_rule_and_other_settings_book_nothing_anew(self):
        """A changed job file would re-book what was handed in."""
        self.two_types()
        self.book("2026-10")
        self.close("2026-10")
        before = tree_of(self.folder / "out/2026-10")
        (self.folder / "rates.csv").write_text("date,currency,rate\n2026-10-30,CHF,0.95\n2026-11-30,CHF,0.96\n")
        for rule in ('types = ["bills"]', 'types = ["bills", "invoices"]'):
            self.job(f'[books]\nreporting_currency = "CHF"\nrates = "rates.csv"\n[[books.counting]]\n{rule}\n')
            self.assertEqual(self.book("2026-11"), [("nextbill", "1", "first", "41.00", "2026-11")])
            self.assertEqual(len(self.said("closed-rule-differs", "2026-11")), 1)
            self.export("2026-10")
            self.assertEqual(tree_of(self.folder / "out/2026-10"), before)

    def test_a_month_that_an_earlier_version_closed_stands_as_its_rows_counted(self):
        """An update of the program, and another rule after it, would book anew what was closed before rules were kept."""
        self.two_types()
        self.book("2026-10")
        self.close("2026-10")
        state = sqlite3.connect(next(self.folder.rglob("state.sqlite3")))
        state.execute("DELETE FROM closed_contract")
        state.commit()
        state.close()
        self.job('[[books.counting]]\ntypes = ["bills"]\n')
        self.assertEqual(self.book("2026-11"), [("nextbill", "1", "first", "41.00", "2026-11")])
        self.assertIn("1000.00 EUR would count", self.said("closed-rule-differs", "2026-11")[0])
        self.put("quarter", "2026-10/2026-12", 900, kind="bills")  # the service changes something that touches October
        self.assertEqual([one[:3] for one in self.book("2026-11") if one[4] == "2026-10"], [("bill", "1", "first"), ("inv", "1", "withdrawal")])

    def test_what_comes_late_is_counted_by_the_rule_of_the_closing(self):
        """A late invoice of a month that counted invoices would not be booked because bills count today."""
        self.two_types()
        self.book("2026-10")
        self.close("2026-10")
        self.job('[[books.counting]]\ntypes = ["bills"]\n')
        self.rename("Another name")
        self.put("late", "202610", 7)
        self.put("latebill", "202610", 8, kind="bills")
        self.assertEqual(self.book("2026-11"), [("late", "1", "first", "7.00", "2026-10"), ("nextbill", "1", "first", "41.00", "2026-11")])
        rows = self.addendum("2026-11")
        self.assertEqual({key[0]: (row["counted"], row["contract_name"]) for key, row in rows.items()},
                         {"late": ("yes", "First"), "latebill": ("no", "First")})
        self.assertEqual(self.book("2026-12"), [])

    def test_a_bill_over_closed_and_open_months_is_not_booked_beside_the_closed_invoice(self):
        """With another rule today the same use would be booked twice."""
        self.put("inv", "202608", 300)
        self.book("2026-08")
        self.close("2026-08")
        self.job('[[books.counting]]\ntypes = ["bills", "invoices"]\n')
        self.put("bill", "2026-08/2026-09", 1000, kind="bills")
        self.assertEqual(self.book("2026-09"), [])
        self.assertTrue(any("2026-08, which is closed, counts" in one for one in self.said("bill-set-aside", "2026-09")))
        self.job('[[books.counting]]\ntypes = ["invoices", "bills"]\n')  # the closing keeps the rule of its export
        self.close("2026-09")
        self.put("quarter", "2026-08/2026-10", 900)
        self.assertEqual([one[0] for one in self.book("2026-10")], ["quarter"])

    def test_a_month_that_is_opened_again_is_judged_by_today(self):
        """Nobody could ever bring a closed month under another rule."""
        self.two_types()
        self.book("2026-10")
        self.close("2026-10")
        self.job('[[books.counting]]\ntypes = ["bills"]\n')
        self.close("2026-10", "--reopen", "another rule from October on")
        self.export("2026-10")
        self.assertEqual(self.counted("2026-10"), {"bill": "1000.00"})


class Decisions(Rules):
    def test_an_amount_under_an_unknown_type_needs_a_decision(self):
        """A credit note under a new type would be in no books, with exit code 0."""
        for kind in ("creditNotes", "Invoices", "invoice "):
            self.documents = {}
            self.put("inv", "202610", 300)
            self.put("odd", "202610", -50, kind=kind)
            (self.folder / "job.toml").unlink(missing_ok=True)
            self.export("2026-10", expect=3)
            self.assertEqual(len(self.said("document-type-undecided", "2026-10")), 1)
            self.job(f'[[books.types]]\ntype = "{kind}"\ncounts_as = "invoices"\nreason = "seen in the portal"\n')
            self.export("2026-10")
            self.assertEqual(self.counted("2026-10"), {"inv": "300.00", "odd": "-50.00"})
            self.assertEqual(self.summary("out/2026-10")["decisions"]["types"],
                             [{"type": kind, "counts_as": "invoices", "reason": "seen in the portal"}])
            self.job(f'[[books.types]]\ntype = "{kind}"\ncounts_as = "nothing"\nreason = "a copy"\n')
            self.export("2026-10")
            self.assertEqual(self.counted("2026-10"), {"inv": "300.00"})
            self.assertIn("a copy", self.said("document-type-decided", "2026-10")[0])
        self.run_moisson("verify", "out/2026-10", expect=0)

    def test_a_decision_after_the_closing_is_told_and_not_booked(self):
        """A closed month would change because a type was explained later."""
        self.put("inv", "202610", 300)
        self.put("odd", "202610", -50, kind="creditNotes")
        self.put("next", "202611", 40)
        self.export("2026-10", "--template", "plain.toml", expect=3)
        self.close("2026-10", "--accept-incomplete", "to be looked at")
        self.job('[[books.types]]\ntype = "creditNotes"\ncounts_as = "invoices"\nreason = "seen"\n')
        self.assertEqual([one[0] for one in self.book("2026-11")], ["next"])
        self.assertIn("250.00 EUR would count", self.said("closed-rule-differs", "2026-11")[0])

    def test_a_withdrawn_document_needs_a_decision(self):
        """An invoice that the service cancelled would be paid for ever, with exit code 0."""
        self.put("inv", "202610", 300)
        self.put("other", "202610", 5)
        self.book("2026-10")
        kept = self.documents.pop("inv")
        self.serve()
        self.book("2026-10", expect=3)
        self.assertEqual(self.counted("2026-10"), {"inv": "300.00", "other": "5.00"})
        self.job('[[books.withdrawn]]\ndocuments = ["inv"]\ncounts = true\nreason = "paid"\n')
        self.book("2026-10")
        self.assertEqual(self.counted("2026-10"), {"inv": "300.00", "other": "5.00"})
        self.job('[[books.withdrawn]]\ndocuments = ["inv"]\ncounts = false\nreason = "cancelled, letter of 3 November"\n')
        self.book("2026-10")
        self.assertEqual(self.counted("2026-10"), {"other": "5.00"})
        self.assertIn("cancelled, letter of 3 November", self.said("withdrawn-decided", "2026-10")[0])
        self.documents["inv"] = kept  # it comes after all: no decision hides it
        self.serve()
        self.book("2026-10")
        self.assertEqual(self.counted("2026-10"), {"inv": "300.00", "other": "5.00"})

    def test_a_document_withdrawn_after_the_closing_is_taken_back_by_decision(self):
        """It could neither be corrected nor be seen."""
        self.put("old", "202609", 1)
        self.put("inv", "202610", 300)
        self.put("next", "202611", 40)
        self.book("2026-10")
        self.close("2026-10")
        del self.documents["inv"]
        self.serve()
        self.assertEqual([one[0] for one in self.book("2026-11", expect=3)], ["next"])
        self.assertEqual(len(self.said("withdrawn-undecided", "2026-11")), 1)
        self.job('[[books.withdrawn]]\ndocuments = ["inv"]\ncounts = false\nreason = "cancelled"\n')
        self.assertEqual(self.book("2026-11"), [("inv", "1", "withdrawal", "-300.00", "2026-10"), ("next", "1", "first", "40.00", "2026-11")])
        self.assertEqual(self.addendum("2026-11")[("inv", "1")]["counted"], "no")

    def test_a_list_that_was_refused_or_cut_withdraws_nothing(self):
        """Every outage would ask for decisions on documents that are there."""
        self.put("inv", "202610", 300)
        self.export("2026-10")
        self.server.lists[CONTRACT] = lambda query: (403, {}, b'{"code":50,"message":"Access denied"}')
        self.run_moisson(*EXPORT, "2026-10", environment=self.server.environment)
        self.assertFalse(json.loads((self.folder / "out/2026-10/summary.json").read_text())["findings"]
                         and self.said("withdrawn-undecided", "2026-10"))


if __name__ == "__main__":
    unittest.main()
