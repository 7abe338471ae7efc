"""Tryton, a real ERP, imports and posts what a template of one file gives, into books with the French chart of accounts; and refuses what is
broken.
"""

import csv
import shutil
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

from erp_export import HERE, Export, csv_rows, rounded
from harness import ROOT
from tryton_company import Company, Refused

ACCOUNTS = "account;vat_account;supplier_account;supplier_name;vat_rate\n626;44566;4011;Orange Business;20\n"
JOB = """[books]
rates = "rates.csv"

[erp]
mapping = "accounts.csv"
amount_is = "gross"
date_from = "period_end"
local_currency = "EUR"

[erp.tryton]
journal = "EXP"
"""


class Tryton(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="moisson-tryton-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.export = {}
        for scenario in ("small", "clean", "books"):
            folder = cls.folder / scenario
            folder.mkdir()
            (folder / "job.toml").write_text(JOB, "utf-8")
            (folder / "accounts.csv").write_text(ACCOUNTS, "utf-8")
            shutil.copy(ROOT / "samples/erp/rates.csv", folder)
            cls.export[scenario] = Export(folder, scenario, [HERE / "tryton.toml"], ["--job", "job.toml"])
        years = {posting.day.year for export in cls.export.values() for posting in export.postings}
        (cls.folder / "tryton").mkdir()
        cls.company = Company(cls.folder / "tryton", sorted(years), parties=["Orange Business"])

    def test_moves_are_imported_and_posted(self):
        """The accountant would book by hand after all, or find other sums in the ERP than in the ledger."""
        before = self.company.posted()
        for scenario, export in self.export.items():
            with self.subTest(scenario=scenario):
                self.assertEqual(self.company.imported(export.erp / "tryton.csv"), len(export.postings))
                now = self.company.posted()
                change = {code: now[code][0] - now[code][1] - (before[code][0] - before[code][1] if code in before else 0) for code in now}
                self.assertEqual(change, {"626": export.local_total("local_net"), "44566": export.local_total("local_vat"),
                                          "4011": -export.local_total()})
                before = now

    def test_broken_files_are_refused(self):
        """An import that takes everything proves nothing."""
        export = self.export["clean"]
        first = csv_rows(export.erp / "tryton.csv")[:3]
        amount = first[2]["lines/credit"]
        changes = {
            "does not balance": (2, "lines/credit", str(Decimal(amount) + Decimal("0.01"))),
            "an account that is not there": (0, "lines/account", "62699"),
            "a decimal comma": (0, "lines/debit", first[0]["lines/debit"].replace(".", ",")),
            "31 February": (0, "date", first[0]["date"][:4] + "-02-31"),
            "a day of another period": (0, "date", "2025-12-24"),
            "a supplier that is not there": (2, "lines/party", "Orange Busines"),
            "a journal that is not there": (0, "journal", "ACHATS"),
        }
        before = self.company.posted()
        for what, (row, column, value) in changes.items():
            with self.subTest(what=what):
                rows = [dict(cells) for cells in first]
                self.assertNotEqual(rows[row][column], value)
                rows[row][column] = value
                self.write(rows)
                with self.assertRaises(Refused):
                    self.company.imported(self.folder / "broken.csv")
        self.assertEqual(self.company.posted(), before)
        self.write(first)  # and only because of what was broken
        self.assertEqual(self.company.imported(self.folder / "broken.csv"), 1)

    def write(self, rows):
        with open(self.folder / "broken.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)

    def test_rates_are_the_tables(self):
        """Foreign invoices would be booked with amounts that no rate table gives."""
        foreign = 0
        for export in self.export.values():
            rows = csv_rows(export.erp / "tryton.csv")
            for row in rows:
                if not row["lines/party"]:
                    continue
                text = row["lines/description"].split()
                found = Decimal(row["lines/credit"]) - Decimal(row["lines/debit"])
                if len(text) == 1:
                    self.assertEqual(found, rounded(found, 2))
                    continue
                foreign += 1
                self.assertIn((text[0], Decimal(text[1]), text[2], found),
                              {(posting.period, posting.gross, posting.currency, posting.local_gross) for posting in export.postings})
        self.assertGreater(foreign, 50)


if __name__ == "__main__":
    unittest.main()
