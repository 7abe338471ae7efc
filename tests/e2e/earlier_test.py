"""Months that an earlier version published and closed: today's program finds them well, goes on from them, and takes nothing in them for forged.

tests/archives/VERSION.tar.xz is a folder with its state, made by that version's program with the story below:

    MOISSON=.../moisson python3 -B tests/e2e/earlier_test.py --make tests/archives/VERSION.tar.xz

An archive is made once, by the program that it is of, and never again: what a later program writes is another thing.
"""

import csv
import shutil
import sys
import tarfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from budget_test import HEADING, LINE
from close_test import Booking
from harness import ROOT, tree_of

MONTHS = ("2026-09", "2026-10")
LATER_COLUMNS = ("invoice_number", "net_amount", "vat_amount", "gross_amount", "due_date", "credited_invoice", "order_reference", "values_from",
                 "channel", "perimeter")
WITHOUT_BOOKS = [ROOT / "tests/archives/79f7c89.tar.xz"]
WITH_BOOKS = [ROOT / "tests/archives/26b9ca8.tar.xz"]  # in the bundles; the last ledgers without a perimeter
ARCHIVES = WITHOUT_BOOKS + WITH_BOOKS

RATES = "date,currency,rate\n" + "".join(f"2026-{month:02}-{day:02},CHF,0.9{month}{day:02}\n" for month in (9, 10, 11) for day in range(1, 31))

JOB = """
language = "{language}"
[export]
templates = ["plain.toml"]
[books]
reporting_currency = "EUR"
rates = "rates.csv"
"""

class Story(Booking):
    """September is closed with a reason, opened again and closed again; October is published in French, with two addenda."""

    def setUp(self):
        super().setUp()
        (self.folder / "rates.csv").write_text(RATES)
        self.documents = {}
        self.put("sep1", "202609", 100.1)
        self.put("sep2", "202609", 50, currency="CHF", filename="=odd; \"name\",é.pdf")
        self.put("sep3", "202609", 33, kind="partialBills")
        self.put("lost", "202609", 5, file=False)
        self.put("oct1", "202610", 30)
        self.put("oct2", "202610", None, kind="comsumptionRatedReports", filename="lines.csv")

    def serve(self):
        super().serve()
        self.server.files["oct2"] = lambda _: (200, {"Content-Type": "text/csv"}, (HEADING + LINE * 3).encode())

    def export(self, month, *more, language="en", expect=3):
        self.job(language)
        return super().export(month, "--job", "job.toml", *more, expect=expect)

    def job(self, language):
        (self.folder / "job.toml").write_text(JOB.format(language=language))

    def late_invoice(self):
        self.put("late", "202609", 7)

    def new_version(self):
        self.put("sep1", "202609", 110.1)

    def tell(self):
        self.export("2026-09")
        self.close("2026-09", "--accept-incomplete", "the rest comes by post")
        self.late_invoice()
        self.export("2026-10", expect=0)
        self.close("2026-09", "--reopen", "a late invoice")
        self.export("2026-09")
        self.close("2026-09", "--accept-incomplete", "the rest comes by post")
        self.new_version()
        self.export("2026-10", language="fr", expect=0)


class Earlier(Story):
    """Each archive, with the service as it was when the archive was made."""

    def setUp(self):
        super().setUp()
        self.late_invoice()
        self.new_version()
        self.job("fr")

    def unpack(self, archive):
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        shutil.unpack_archive(archive, self.folder)

    def test_what_was_published_is_found_well(self):
        """An update would call every archive of a user forged."""
        for archive in ARCHIVES:
            self.unpack(archive)
            for month in MONTHS:
                self.run_moisson("verify", f"out/{month}", expect=0)
                self.run_moisson("verify", f"out/{month}/bundle.zip", expect=0)

    def test_a_forged_amount_in_it_is_still_found(self):
        """Whatever an earlier version is forgiven, a wrong sum would be forgiven, too."""
        for archive in ARCHIVES:
            self.unpack(archive)
            ledger = self.folder / "out/2026-10/ledger.csv"
            ledger.write_bytes(ledger.read_bytes().replace(b"30.00", b"31.00"))
            self.run_moisson("verify", "out/2026-10", expect=6)

    def test_the_next_runs_go_on_from_it(self):
        """An update would lose what is closed, book it twice, or stop before a folder that nobody touched."""
        for archive in ARCHIVES:
            self.unpack(archive)
            before = self.tree("2026-09")
            books = self.tree("2026-10", "erp/plain.csv", "ledger.csv", "usage.csv", "addendum-2026-09-01.csv", "addendum-2026-09-02.csv")
            self.run_moisson("plan", "--period", "2026-10", "--job", "job.toml", environment=self.server.environment, expect=0)
            self.assertIn("a late invoice", self.run_moisson("close", "--list", expect=0).out)
            for language in ("fr", "en"):
                self.export("2026-10", language=language, expect=0)
                self.assertEqual(self.tree("2026-10", *books), books)
            self.assertEqual(self.tree("2026-09"), before)
            self.run_moisson("verify", "out/2026-10", expect=0)

    def test_it_is_taken_over_when_its_state_is_lost(self):
        """Who lost the state of an earlier version would have to begin anew, or book everything twice."""
        for archive in WITHOUT_BOOKS:
            self.unpack(archive)
            before = self.tree("2026-09")
            books = self.tree("2026-10", "ledger.csv", "usage.csv", "addendum-2026-09-01.csv", "addendum-2026-09-02.csv")
            shutil.rmtree(self.folder / "out/.moisson")
            self.assertIn("--adopt-folder", self.export("2026-10", expect=6).err)
            self.export("2026-10", "--adopt-folder", "the disk died", expect=0)
            self.assertEqual(self.tree("2026-10", *books), books)
            self.assertEqual(self.tree("2026-09"), before)
            self.run_moisson("verify", "out/2026-10", expect=0)

    def test_a_lost_state_is_made_again_of_the_books_in_its_bundles(self):
        """An update at the wrong moment would leave nothing but to take the folder over by hand."""
        for archive in WITH_BOOKS:
            self.unpack(archive)
            self.run_moisson("verify", "--chain", "out", expect=0)
            before = self.tree("2026-09")
            books = self.tree("2026-10", "ledger.csv", "usage.csv", "addendum-2026-09-01.csv", "addendum-2026-09-02.csv")
            shutil.rmtree(self.folder / "out/.moisson")
            self.run_moisson("state", "rebuild", "--job", "job.toml", environment=self.server.environment, expect=0)
            self.assertIn("a late invoice", self.run_moisson("close", "--list", expect=0).out)
            self.export("2026-10", expect=0)
            self.assertEqual(self.tree("2026-10", *books), books)
            self.assertEqual(self.tree("2026-09"), before)
            self.run_moisson("verify", "--chain", "out", "--full", expect=0)

    def test_the_columns_that_came_since_stand_in_what_is_exported_anew_alone(self):
        """A closed month's ledger would be another file than the one that was closed, or a late document's row of another width than its header."""
        for archive in WITH_BOOKS:
            self.unpack(archive)
            self.put("later", "202609", 9)
            self.export("2026-10", expect=0)
            heads = {name: (self.folder / "out" / name).read_text().split("\n", 1)[0].split(",") for name in
                     ("2026-09/ledger.csv", "2026-10/ledger.csv", "2026-10/addendum-2026-09-01.csv", "2026-10/addendum-2026-09-02.csv",
                      "2026-10/addendum-2026-09-03.csv")}
            self.assertEqual({name for name, head in heads.items() if "perimeter" in head}, {"2026-10/ledger.csv", "2026-10/addendum-2026-09-03.csv"})
            self.run_moisson("verify", "out/2026-10", expect=0)

    def tree(self, month, *names):
        found = tree_of(self.folder / "out" / month)
        if names and "ledger.csv" in found:
            found["ledger.csv"] = self.ledger(month)
        return {name: found.get(name) for name in names} if names else found

    def ledger(self, month):
        """Of an open month that is exported anew: what it said before. Later versions say more of the same documents."""
        with open(self.folder / "out" / month / "ledger.csv", newline="", encoding="utf-8") as file:
            return [{name: value for name, value in row.items() if name not in LATER_COLUMNS} for row in csv.DictReader(file)]


def make(target):
    story = Story()
    story.setUp()
    try:
        story.tell()
        for month in MONTHS:
            story.run_moisson("verify", f"out/{month}", expect=0)
        with tarfile.open(target, "w:xz", preset=9) as packed:
            packed.add(story.folder / "out", "out")
    finally:
        story.doCleanups()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        make(sys.argv[2])
    else:
        unittest.main()
