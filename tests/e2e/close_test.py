"""Closing months: what is closed keeps its bytes, and what comes later stands in addenda, once."""

import csv
import json
import os
import random
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from harness import PDF, Case, digests_of, document, end, erp_template, rows_of, sha256_of, start, tree_of, unittest

EXPORT = ("export", "--rate", "0", "--no-progress", "--period")


class Closing(Case):
    """A double whose October has two invoices; November and December have one each."""

    def setUp(self):
        super().setUp()
        self.server = self.double()
        self.documents = {identifier: document(identifier, period=period, amount=amount) for identifier, period, amount in
                          (("sep", "202609", 5), ("oct1", "202610", 10.5), ("oct2", "202610", 20), ("nov", "202611", 30), ("dec", "202612", 40))}
        self.serve()

    def serve(self):
        self.server.lists["OCB0000001"] = list(self.documents.values())
        self.server.files = {identifier: PDF + f"{identifier} {item['amount']}".encode() + b"\n%%EOF\n"
                             for identifier, item in self.documents.items() if item.get("file", True)}

    def put(self, identifier, period, amount, **more):
        """Adds a document, or issues it again."""
        stamp = "2026-11-05T06:00:00.000Z" if identifier not in self.documents else f"2026-11-{len(self.documents) + 10}T06:00:00.000Z"
        self.documents[identifier] = document(identifier, period=period, amount=amount, updatedAt=stamp, **more)
        self.serve()

    def export(self, month, *more, expect=0):
        return self.run_moisson(*EXPORT, month, *more, environment=self.server.environment, expect=expect)

    def close(self, month, *more, expect=0):
        return self.run_moisson("close", month, "--by", "ana", *more, expect=expect)

    def closed(self, month="2026-10"):
        self.export(month)
        self.close(month)
        return tree_of(self.folder / "out" / month)

    def addendum(self, month, name="addendum-2026-10-01.csv"):
        return {(row["document_id"], row["version"]): row for row in rows_of(self.folder / "out" / month / name)}

    def addenda_of(self, month):
        return sorted(path.name for path in (self.folder / "out" / month).glob("addendum-*"))


class Sealing(Closing):
    def test_a_closed_month_is_kept_and_named_in_the_next_bundle(self):
        """A closed month could be written over, or nothing outside the state would prove what was closed."""
        before = self.closed()
        result = self.export("2026-10")
        self.assertIn("2026-10 is closed", result.err)
        self.assertEqual(tree_of(self.folder / "out/2026-10"), before)
        self.export("2026-11")
        month = self.summary("out/2026-11")["closed_months"][0]
        self.assertEqual((month["period"], month["closed_by"], month["rows"], month["counted"]), ("2026-10", "ana", 2, 2))
        self.assertEqual(month["ledger_sha256"], sha256_of(self.folder / "out/2026-10/ledger.csv"))
        self.assertEqual(month["totals"], [{"currency": "EUR", "amount": "30.50", "documents": 2}])
        shutil.unpack_archive(self.folder / "out/2026-11/bundle.zip", self.folder / "bag")
        text = (self.folder / "bag/moisson-2026-11/data/closed-months.csv").read_text()
        self.assertIn(month["ledger_sha256"], text)
        self.assertEqual(json.loads((self.folder / "bag/moisson-2026-11/data/summary.json").read_text())["closed_months"], [month])
        self.run_moisson("verify", "out/2026-11", expect=0)

    def test_closing_again_says_so_and_changes_nothing(self):
        """A job that closes twice would fail, or seal something else."""
        self.closed()
        self.assertIn("was closed already", self.close("2026-10").out)
        listed = json.loads(self.run_moisson("close", "--list", "--json", expect=0).out)
        self.assertEqual(len(listed["history"]), 1)

    def test_what_may_not_be_closed_is_refused_with_the_reason(self):
        """A month that is half, filtered, damaged or not over would be sealed for good."""
        self.assertIn("nothing was exported", self.close("2026-10", expect=2).err)
        self.export("2026-09", "--no-files")
        self.assertIn("not published", self.close("2026-09", expect=2).err)
        self.assertIn("is a partial view", self.close(Path(self.view(period="2026-09")).name, expect=2).err)
        self.assertIn("not published", self.close("2026-10", expect=2).err)
        self.assertIn("not a month", self.close("2026-13", expect=2).err)
        self.export("2026-12")
        self.assertIn("not over", self.close("2026-12", expect=2).err)
        self.export("2026-10", "--contract", "OCB*")
        shutil.copytree(self.folder / self.view(), self.folder / "out/2026-10")  # as the month's folder looked before views had their own
        self.assertIn("as a partial view", self.close("2026-10", expect=2).err)
        shutil.rmtree(self.folder / "out/2026-10")
        self.export("2026-10")
        ledger = self.folder / "out/2026-10/ledger.csv"
        whole = ledger.read_bytes()
        ledger.write_bytes(whole.replace(b"10.50", b"11.50"))
        self.assertIn("is not what was published", self.close("2026-10", expect=6).err)
        ledger.write_bytes(whole)
        self.close("2026-10")

    def test_an_incomplete_month_is_closed_only_with_a_reason_that_is_kept(self):
        """An accountant would close a month without knowing what is missing, or nobody could tell later why."""
        self.documents["lost"] = document("lost", file=False)
        self.serve()
        self.export("2026-10", expect=3)
        self.assertIn("--accept-incomplete", self.close("2026-10", expect=6).err)
        self.close("2026-10", "--accept-incomplete", "the supplier sends it by post")
        self.export("2026-10", expect=3)
        listed = json.loads(self.run_moisson("close", "--list", "--json", expect=0).out)
        self.assertEqual(listed["closed_months"][0]["reason"], "the supplier sends it by post")
        self.assertEqual(listed["closed_months"][0]["verdict"], "incomplete")
        self.export("2026-11")  # the closed month's missing file is no flaw of the next one

    def test_an_export_that_would_change_a_closed_month_names_the_documents_and_writes_nothing(self):
        """The figures that were handed in would change under the accountant."""
        before = self.closed()
        self.put("oct1", "202610", 11.5)
        self.put("late", "202610", 7)
        refused = self.export("2026-10", expect=6)
        for part in ("2026-10 is closed", "OCB0000001 oct1 version 1 changed from 10.50 EUR to 10.50 EUR, not counted",
                     "oct1 version 2 is new: 11.50 EUR", "late version 1 is new: 7.00 EUR", "addendum"):
            self.assertIn(part, refused.err)
        self.assertEqual(tree_of(self.folder / "out/2026-10"), before)
        self.export("2026-10", "--type", "invoices")
        self.assertEqual(self.summary(self.view())["verdict"], "partial-view")
        self.assertEqual(tree_of(self.folder / "out/2026-10"), before)

    def test_a_closed_month_whose_folder_is_gone_is_published_as_it_was(self):
        """A folder that was moved to an archive could not be had again."""
        self.closed()
        digest = sha256_of(self.folder / "out/2026-10/ledger.csv")
        bundle = sha256_of(self.folder / "out/2026-10/bundle.zip")
        shutil.rmtree(self.folder / "out/2026-10")
        self.export("2026-10")
        self.assertEqual(sha256_of(self.folder / "out/2026-10/ledger.csv"), digest)
        self.assertEqual(sha256_of(self.folder / "out/2026-10/bundle.zip"), bundle)
        shutil.rmtree(self.folder / "out/2026-10")
        self.put("late", "202610", 7)
        self.export("2026-10")
        self.assertEqual(sha256_of(self.folder / "out/2026-10/bundle.zip"), bundle)

    def test_a_month_is_reopened_only_with_a_reason_and_the_history_stays(self):
        """A closing could be undone without a trace."""
        self.closed()
        self.assertIn("reason", self.close("2026-10", "--reopen", " ", expect=2).err)
        self.assertIn("not closed", self.close("2026-09", "--reopen", "x", expect=2).err)
        self.put("late", "202610", 7)
        self.close("2026-10", "--reopen", "the invoice of the old supplier")
        self.export("2026-10")
        self.assertEqual(len(self.rows()), 3)
        self.close("2026-10")
        listed = json.loads(self.run_moisson("close", "--list", "--json", expect=0).out)
        self.assertEqual([(event["event"], event["revision"], event["reason"]) for event in listed["history"]],
                         [("closed", 1, ""), ("reopened", 1, "the invoice of the old supplier"), ("closed", 2, "")])
        self.assertIn("the invoice of the old supplier", self.run_moisson("close", "--list", expect=0).out)


class Addenda(Closing):
    def test_late_changed_and_withdrawn_documents_stand_in_one_addendum_of_the_next_month(self):
        """What comes after the closing would be in no books, or in several."""
        self.documents["bill"] = document("bill", kind="bills", period="202609", amount=99)
        del self.documents["sep"]
        self.serve()
        self.closed("2026-09")
        before = self.closed()
        self.put("oct1", "202610", 11.5)
        self.put("late", "202610", 7)
        self.put("oct2", "202610", 20, createdAt="2026-11-02T06:00:00.000Z")  # the same amount, issued again
        self.documents["sep2"] = document("sep2", period="202609", amount=98)  # an invoice takes the bill's place
        self.serve()
        self.export("2026-11")
        self.assertEqual(tree_of(self.folder / "out/2026-10"), before)
        self.assertEqual(self.addenda_of("2026-11"), ["addendum-2026-09-01.csv", "addendum-2026-10-01.csv"])
        october = self.addendum("2026-11")
        self.assertEqual({key: (row["counted"], row["amount"], row["period"], row["status"]) for key, row in october.items()},
                         {("late", "1"): ("yes", "7.00", "2026-10", "ok"), ("oct1", "2"): ("yes", "11.50", "2026-10", "ok"),
                          ("oct2", "2"): ("yes", "20.00", "2026-10", "ok")})
        self.assertEqual({key: row["counted"] for key, row in self.addendum("2026-11", "addendum-2026-09-01.csv").items()},
                         {("bill", "1"): "no", ("sep2", "1"): "yes"})
        summary = self.summary("out/2026-11")
        self.assertEqual([(one["file"], one["rows"], one["differences"]) for one in summary["addenda"]],
                         [("addendum-2026-09-01.csv", 2, [{"currency": "EUR", "amount": "-1.00", "documents": 2}]),
                          ("addendum-2026-10-01.csv", 3, [{"currency": "EUR", "amount": "8.00", "documents": 3}])])
        self.assertEqual(summary["totals"], [{"currency": "EUR", "amount": "30.00", "documents": 1, "credits": 0}])
        said = {finding["document_id"]: finding["message"] for finding in summary["findings"] if finding["code"].startswith("addendum-")}
        self.assertIn("a difference of 1.00 EUR", said["oct1"])
        self.assertIn("adds 7.00 EUR", said["late"])
        shutil.unpack_archive(self.folder / "out/2026-11/bundle.zip", self.folder / "bag")
        for row in october.values():
            self.assertEqual(sha256_of(self.folder / "bag/moisson-2026-11" / row["path"]), row["sha256"])
        self.assertEqual((self.folder / "bag/moisson-2026-11/data/addendum-2026-10-01.csv").read_bytes(),
                         (self.folder / "out/2026-11/addendum-2026-10-01.csv").read_bytes())
        self.run_moisson("verify", "out/2026-11", expect=0)

    def test_the_same_bytes_under_a_late_document_are_told_at_once(self):
        """Else two runs on the same answers tell two things, and the first month's reader is not warned that something is billed twice."""
        self.closed()
        self.put("late", "202610", 7)
        self.server.files["late"] = self.server.files["nov"]
        told = []
        for _ in range(2):
            self.export("2026-11")
            row, = (row for row in self.rows("out/2026-11") if row["document_id"] == "nov")
            told.append((row["findings"], digests_of(self.folder / "out/2026-11")))
        self.assertIn("file-duplicate", told[0][0].split())
        self.assertEqual(told[1], told[0])

    def test_an_addendum_keeps_number_and_bytes_however_often_its_month_is_exported(self):
        """The same late document would be booked in every month, or an imported addendum would change afterwards."""
        self.closed()
        self.put("late", "202610", 7)
        self.export("2026-11")
        first = tree_of(self.folder / "out/2026-11")
        self.export("2026-11")
        again = tree_of(self.folder / "out/2026-11")
        self.assertEqual({name: digest for name, digest in first.items() if name not in ("summary.json", "report.html", "junit.xml", "summary.md", "evidence.json", "evidence/answers.zip")},
                         {name: digest for name, digest in again.items() if name not in ("summary.json", "report.html", "junit.xml", "summary.md", "evidence.json", "evidence/answers.zip")})
        self.put("late", "202610", 8)
        self.put("later", "202610", 1)
        self.export("2026-11")
        self.assertEqual(self.addenda_of("2026-11"), ["addendum-2026-10-01.csv", "addendum-2026-10-02.csv"])
        self.assertEqual(sha256_of(self.folder / "out/2026-11/addendum-2026-10-01.csv"), first["addendum-2026-10-01.csv"])
        self.assertEqual({key: row["amount"] for key, row in self.addendum("2026-11", "addendum-2026-10-02.csv").items()},
                         {("late", "2"): "8.00", ("later", "1"): "1.00"})
        self.run_moisson("verify", "out/2026-11", expect=0)
        self.export("2026-12")
        self.assertEqual(self.addenda_of("2026-12"), [])
        self.export("2026-09")  # a month before takes nothing
        self.assertEqual(self.addenda_of("2026-09"), [])

    def test_a_view_over_months_shows_addenda_and_assigns_none(self):
        """Looking at a quarter would decide where a late document is booked."""
        self.closed()
        self.put("late", "202610", 7)
        view = ("export", "--rate", "0", "--no-progress", "--from", "2026-10", "--to", "2026-11")
        self.run_moisson(*view, environment=self.server.environment, expect=0)
        self.assertEqual(self.addenda_of("2026-10..2026-11"), [])
        self.export("2026-11", "--contract", "OCB*")
        self.assertEqual(self.addenda_of(Path(self.view(period="2026-11")).name), [])
        self.export("2026-11")
        self.run_moisson(*view, environment=self.server.environment, expect=0)
        self.assertEqual(self.addenda_of("2026-10..2026-11"), ["addendum-2026-10-01.csv"])
        self.run_moisson("verify", "out/2026-10..2026-11", expect=0)

    def test_a_late_document_without_its_file_gets_it_in_the_next_addendum(self):
        """A file that was not there yet would never come into an archive."""
        self.closed()
        self.put("late", "202610", 7)
        del self.server.files["late"]
        self.export("2026-11", expect=3)
        self.assertEqual(self.addendum("2026-11")[("late", "1")]["status"], "failed")
        self.export("2026-11", expect=3)
        self.assertEqual(self.addenda_of("2026-11"), ["addendum-2026-10-01.csv"])
        self.serve()
        self.export("2026-11")
        row = self.addendum("2026-11", "addendum-2026-10-02.csv")[("late", "1")]
        self.assertEqual((row["status"], row["amount"]), ("ok", "7.00"))
        self.assertEqual(self.summary("out/2026-11")["addenda"][1]["differences"][0]["amount"], "0.00")
        self.export("2026-11")
        self.assertEqual(self.addenda_of("2026-11"), ["addendum-2026-10-01.csv", "addendum-2026-10-02.csv"])

    def test_addenda_have_the_columns_of_the_reporting_currency_where_the_ledger_has_them(self):
        """Sums in the company's own currency would leave out what came late."""
        (self.folder / "rates.csv").write_text("date,currency,rate\n2026-10-30,CHF,0.95\n2026-11-30,CHF,0.96\n")
        (self.folder / "job.toml").write_text('[books]\nreporting_currency = "CHF"\nrates = "rates.csv"\n')
        self.export("2026-10", "--job", "job.toml")
        self.close("2026-10")
        self.export("2026-10", "--job", "job.toml")
        self.put("late", "202610", 100)
        for _ in range(2):
            self.export("2026-11", "--job", "job.toml", expect=None)
            header, row = (self.folder / "out/2026-11/addendum-2026-10-01.csv").read_text().splitlines()
            self.assertEqual(header, (self.folder / "out/2026-11/ledger.csv").read_text().splitlines()[0])
            self.assertTrue(row.endswith(",95.00,CHF,0.95,2026-10-30"), row)

    def test_an_id_that_the_ledger_cannot_hold_is_not_taken_for_another_document(self):
        """A document with a NUL in its id would be booked again after every closing."""
        self.documents["a\0b"] = document("a\0b", amount=3, filename="odd.pdf")
        self.serve()
        self.export("2026-10")
        self.close("2026-10")
        self.export("2026-10")
        self.export("2026-11")
        self.assertEqual(self.addenda_of("2026-11"), [])

    def test_a_document_that_moves_out_of_a_closed_month_is_taken_back_there(self):
        """It would count in both months."""
        self.closed()
        self.put("oct1", "202611", 10.5)
        self.export("2026-11")
        self.assertEqual({key: row["counted"] for key, row in self.addendum("2026-11").items()}, {("oct1", "1"): "no"})
        self.assertEqual(self.summary("out/2026-11")["addenda"][0]["differences"], [{"currency": "EUR", "amount": "-10.50", "documents": 1}])
        self.assertEqual({row["document_id"]: row["counted"] for row in self.rows("out/2026-11")}, {"nov": "yes", "oct1": "yes"})


class Versions(Closing):
    """What moved under a document's id is its next version, and the ledger tells the difference."""

    def changed(self, identifier, folder="out/2026-10"):
        return [finding["message"] for finding in self.summary(folder)["findings"]
                if finding["code"] == "version-changed" and finding["document_id"] == identifier]

    def test_a_reissued_document_tells_both_amounts_and_the_difference(self):
        """An accountant would have to look for what changed."""
        self.export("2026-10")
        self.put("oct1", "202610", 12.25)
        self.put("oct2", "202610", 20, createdAt="2026-11-02T06:00:00.000Z")
        for _ in range(2):
            self.export("2026-10")
            self.assertEqual(self.changed("oct1"), ["version 2 replaces version 1: 10.50 EUR before, 12.25 EUR now, a difference of 1.75 EUR"])
            self.assertEqual(self.changed("oct2"), ["version 2 replaces version 1: 20.00 EUR as before"])
        self.assertEqual({(row["document_id"], row["version"]): row["counted"] for row in self.rows()},
                         {("oct1", "1"): "no", ("oct1", "2"): "yes", ("oct2", "1"): "no", ("oct2", "2"): "yes"})

    def test_bytes_that_moved_under_the_same_data_are_found_by_refetch_and_become_a_version(self):
        """A file that was replaced without a word would never be noticed, or replace the one in the archive."""
        self.export("2026-10")
        first = {row["document_id"]: row["sha256"] for row in self.rows()}
        self.server.files["oct1"] = PDF + b"quietly replaced\n%%EOF\n"
        self.export("2026-10")
        self.assertEqual({row["document_id"]: row["sha256"] for row in self.rows()}, first)
        asked = self.server.count("/file")
        self.export("2026-10", "--refetch")
        self.assertEqual(self.server.count("/file") - asked, 2)
        for _ in range(2):
            rows = {(row["document_id"], row["version"]): row for row in self.rows()}
            self.assertEqual({key: row["counted"] for key, row in rows.items()}, {("oct1", "1"): "no", ("oct1", "2"): "yes", ("oct2", "1"): "yes"})
            self.assertEqual(rows["oct1", "1"]["sha256"], first["oct1"])
            self.assertNotEqual(rows["oct1", "2"]["sha256"], first["oct1"])
            self.assertEqual([row["status"] for row in rows.values()], ["ok"] * 3)
            self.assertEqual(self.changed("oct1"), ["version 2 replaces version 1: its file is another one, its data are the same"])
            self.run_moisson("verify", "out/2026-10", expect=0)
            ledger = sha256_of(self.folder / "out/2026-10/ledger.csv")
            self.export("2026-10")
            self.assertEqual(sha256_of(self.folder / "out/2026-10/ledger.csv"), ledger)

    def test_a_file_that_cannot_be_had_again_stands_as_it_was_fetched(self):
        """Asking once more would make a whole month incomplete."""
        self.export("2026-10")
        before = sha256_of(self.folder / "out/2026-10/ledger.csv")
        del self.server.files["oct1"]
        self.export("2026-10", "--refetch")
        self.assertEqual(sha256_of(self.folder / "out/2026-10/ledger.csv"), before)

    def test_moved_bytes_of_a_closed_month_stand_in_an_addendum_without_a_difference(self):
        """A closed month's paper would change without a trace in the books."""
        before = self.closed()
        self.server.files["oct1"] = PDF + b"quietly replaced\n%%EOF\n"
        self.assertIn("oct1 version 2 is new", self.export("2026-10", "--refetch", expect=6).err)
        self.assertEqual(tree_of(self.folder / "out/2026-10"), before)
        self.export("2026-11")
        self.assertEqual({key: row["amount"] for key, row in self.addendum("2026-11").items()}, {("oct1", "2"): "10.50"})
        self.assertEqual(self.summary("out/2026-11")["addenda"][0]["differences"], [{"currency": "EUR", "amount": "0.00", "documents": 1}])


TEMPLATE = erp_template(document="document_id", version="version", kind="kind", amount="line.signed", end="period_end")


class Booking(Closing):
    """With a template of its own."""

    def setUp(self):
        super().setUp()
        (self.folder / "plain.toml").write_text(TEMPLATE)

    def postings(self, month, name="plain"):
        """(document, version, kind, amount, month of the document) of one template's file; without a posting there is none."""
        path = self.folder / "out" / month / "erp" / f"{name}.csv"
        if not path.exists():
            return []
        with open(path, newline="", encoding="utf-8") as file:
            return [(row["document"], row["version"], row["kind"], row["amount"], row["end"][:7])
                    for row in csv.DictReader(file, delimiter=";")]

    def book(self, month, *more, expect=0):
        self.export(month, "--template", "plain.toml", *more, expect=expect)
        return self.postings(month)


class Accounts(Booking):
    """What ERP files book of closed months: each amount once."""

    def test_a_reissue_and_a_late_document_are_booked_once_in_the_next_month(self):
        """The accounts would miss what came after the closing, or book it in every month."""
        self.assertEqual(self.book("2026-10"), [("oct1", "1", "first", "10.50", "2026-10"), ("oct2", "1", "first", "20.00", "2026-10")])
        self.close("2026-10")
        before = tree_of(self.folder / "out/2026-10")
        self.put("oct1", "202610", 12)
        self.put("late", "202610", 7)
        november = [("late", "1", "first", "7.00", "2026-10"), ("oct1", "2", "correction", "1.50", "2026-10"),
                    ("nov", "1", "first", "30.00", "2026-11")]
        self.assertEqual(self.book("2026-11"), november)
        file = sha256_of(self.folder / "out/2026-11/erp/plain.csv")
        for _ in range(2):
            self.assertEqual(self.book("2026-11"), november)
            self.assertEqual(sha256_of(self.folder / "out/2026-11/erp/plain.csv"), file)
        self.assertEqual(self.book("2026-12"), [("dec", "1", "first", "40.00", "2026-12")])
        self.assertEqual(tree_of(self.folder / "out/2026-10"), before)
        self.put("oct1", "202610", 11)
        self.assertEqual(self.book("2026-11", "--since-last"), [("oct1", "3", "correction", "-1.00", "2026-10")])
        self.assertEqual(self.book("2026-11"), [november[0], november[1], ("oct1", "3", "correction", "-1.00", "2026-10"), november[2]])

    def test_a_template_used_after_the_closing_books_only_what_changed_since(self):
        """Another ERP format would book a closed month a second time."""
        self.closed()
        self.put("oct1", "202610", 12)
        self.assertEqual(self.book("2026-11"), [("oct1", "2", "correction", "1.50", "2026-10"), ("nov", "1", "first", "30.00", "2026-11")])
        postings = json.loads(self.run_moisson("explain", "oct1", "--json", expect=0).out)["documents"][0]["postings"]
        self.assertEqual([(one["template"], one["kind"], one["amount"]) for one in postings],
                         [("", "first", "10.50"), ("plain", "correction", "1.50")])

    def test_what_was_booked_late_stays_in_its_file_when_the_closed_month_is_opened_again(self):
        """A difference that the accounts hold would vanish from the file that booked it."""
        self.book("2026-10")
        self.close("2026-10")
        self.put("late", "202610", 7)
        november = self.book("2026-11")
        file = sha256_of(self.folder / "out/2026-11/erp/plain.csv")
        self.close("2026-10", "--reopen", "a test")
        self.assertEqual(self.book("2026-11"), november)
        self.assertEqual(sha256_of(self.folder / "out/2026-11/erp/plain.csv"), file)
        self.assertEqual([one[0] for one in self.book("2026-10")], ["oct1", "oct2"])
        self.close("2026-10")
        shutil.rmtree(self.folder / "out/2026-10")
        self.assertEqual([one[0] for one in self.book("2026-10")], ["oct1", "oct2"])  # a folder that was gone has its ERP files too
        self.run_moisson("export", "--rate", "0", "--no-progress", "--from", "2026-11", "--to", "2026-12", "--template", "plain.toml",
                         environment=self.server.environment, expect=0)
        self.assertEqual([one[0] for one in self.postings("2026-11..2026-12")], ["late", "nov", "dec"])

    def test_a_random_year_adds_up_to_the_ledger_document_by_document(self):
        """Some order of reissues, closings, reopenings and exports would lose or double an amount in the accounts."""
        chance = random.Random(7)
        months = ["2026-07", "2026-08", "2026-09", "2026-10"]
        closed = set()
        for step in range(36):
            month = chance.choice(months)
            kind = chance.choice(["new", "new", "reissue", "move", "export", "export", "close", "reopen"])
            if kind == "new":
                self.put(f"d{step}", month.replace("-", ""), chance.randint(-20, 90))
            elif kind in ("reissue", "move"):
                identifier = chance.choice(sorted(self.documents))
                period = self.documents[identifier]["period"] if kind == "reissue" else month.replace("-", "")
                self.documents[identifier].update(amount=chance.randint(1, 90) + 0.25, period=period, updatedAt=f"2026-12-01T06:00:{step:02}.000Z")
                self.serve()
            elif kind == "reopen" and month in closed:
                self.close(month, "--reopen", "a test")
                closed.remove(month)
            elif month not in closed:
                self.book(month)
                if kind == "close":
                    self.close(month)
                    closed.add(month)
        for month in [*months, "2026-11", "2026-12"]:
            if month not in closed:
                self.book(month)
        booked = {}
        for month in [*months, "2026-11", "2026-12"]:
            for document_id, _, _, amount, period in self.postings(month):
                key = document_id, period
                booked[key] = booked.get(key, 0) + round(float(amount) * 100)
        self.run_moisson("export", "--rate", "0", "--no-progress", "--all", environment=self.server.environment, expect=0)
        counted = {(row["document_id"], row["period"]): round(float(row["amount"]) * 100)
                   for row in self.rows("out/all") if row["counted"] == "yes"}
        self.assertEqual({key: amount for key, amount in booked.items() if amount}, {key: amount for key, amount in counted.items() if amount})
        self.assertGreater(len(closed), 0)


class Killed(Booking):
    """Runs that die while the month and what it adds to the books come to disk."""

    TRIALS = 15

    def inode(self):
        try:
            return os.stat(self.folder / "out/2026-11").st_ino
        except FileNotFoundError:
            return 0

    def is_pending(self):
        """The next addendum is in the state's log."""
        path = f"data/addenda/2026-10-{len(self.published()) + 1:02}/".encode()
        log = self.folder / "out/.moisson/state.sqlite3-wal"
        return log.exists() and path in log.read_bytes()

    def kill_one(self, trial, chance):
        """At the very rename, as soon as the state has what is to come, or at a random instant around the last steps."""
        before = self.inode()
        process = start(*EXPORT, "2026-11", "--template", "plain.toml", folder=self.folder, environment=self.server.environment)
        self.addCleanup(end, process)
        while process.poll() is None:
            if self.inode() != before or (trial % 3 == 1 and self.is_pending()):
                break
            if trial == 2 and any((self.folder / "out").glob(".2026-11.*")):
                break  # long before the rename, however busy the machine is
            if trial % 3 == 2 and any((self.folder / "out").glob(".2026-11.*/junit.xml")):
                time.sleep(chance.uniform(0, 0.03))  # how far the run comes is the point
                break
        process.kill()
        process.wait(30)
        return self.inode() != before

    def published(self):
        return {path.name: sha256_of(path) for path in (self.folder / "out/2026-11").glob("addendum-*")}

    def current(self):
        """November's own row and the last row of each late document."""
        rows = {row["document_id"]: row for name in sorted(self.published()) for row in rows_of(self.folder / "out/2026-11" / name)}
        return [*self.rows("out/2026-11"), *rows.values()]

    def test_an_addendum_that_shows_is_booked_and_one_that_does_not_is_not(self):
        """A crash would book a late document twice, never, or under a number that another addendum has."""
        self.book("2026-10")
        self.close("2026-10")
        self.book("2026-11")
        chance = random.Random(20261031)
        seen = {}
        shown = 0
        for trial in range(self.TRIALS):
            self.put(f"late{trial:02}", "202610", trial + 1)
            shown += self.kill_one(trial, chance)
            seen.update(self.published())
            if trial % 2 == 0:  # what comes next is not what the dead run saw
                self.put(f"late{trial:02}", "202610", trial + 100)
            postings = self.book("2026-11")
            now = self.published()
            self.assertEqual({name: now.get(name) for name in seen}, seen, "an addendum that was published changed or went away")
            seen = now
            listed = json.loads(self.run_moisson("close", "--list", "--json", expect=0).out)["addenda"]
            self.assertEqual([one["file"] for one in listed], sorted(now))
            self.assertEqual(sorted(now), [f"addendum-2026-10-{number:02}.csv" for number in range(1, len(now) + 1)])
        self.assertEqual({key[0]: sum(float(one[3]) for one in postings if one[0] == key[0]) for key in postings},
                         {row["document_id"]: float(row["amount"]) for row in self.current()})
        booked = [(row["document_id"], row["version"]) for name in sorted(seen) for row in rows_of(self.folder / "out/2026-11" / name)]
        self.assertEqual(len(booked), len(set(booked)))
        self.assertEqual({identifier for identifier, _ in booked}, {f"late{trial:02}" for trial in range(self.TRIALS)})
        self.assertGreater(shown, 0, "no run died after its month showed: this test did not see what it is for")
        self.assertLess(shown, self.TRIALS)


if __name__ == "__main__":
    unittest.main()
