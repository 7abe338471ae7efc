"""What came after a month was closed, read by programs that nobody here wrote: the addendum by DuckDB, the next month's journal by hledger."""

import csv
import io
import re
import shutil
import subprocess
import unittest
from decimal import Decimal

from erp_export import sums_of
from erp_tables_test import LEDGER_TYPED_COLUMNS, Table, as_sums, duckdb
from harness import ROOT, Case, rows_of

JOB = """[books]
rates = "rates.csv"

[erp]
mapping = "mapping.csv"
amount_is = "gross"
date_from = "period_end"
local_currency = "EUR"
"""


class Addendum(Case):
    maxDiff = None

    def export(self, month, environment):
        self.run_moisson("export", "--job", "job.toml", "--period", month, "--rate", "0", "--no-progress", "--template", "hledger",
                         environment=environment)
        rows = rows_of(self.folder / f"out/{month}/ledger.csv")
        return [row for row in rows if row["counted"] == "yes"]

    def booked(self, month):
        """{currency: what the supplier is owed} of a month's journal; hledger refuses what is not strictly declared."""
        path = self.folder / f"out/{month}/erp/hledger.journal"
        if not path.exists():
            return {}
        for arguments in (["check", "--strict", "payees"], ["balance", "--flat", "--no-total", "-O", "csv", "401000"]):
            done = subprocess.run(["hledger", "-f", str(path), *arguments], capture_output=True, text=True, timeout=60, check=False,
                                  env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LC_ALL": "C.UTF-8"})
            self.assertEqual(done.returncode, 0, done.stderr)
        balances = [row["balance"] for row in csv.DictReader(io.StringIO(done.stdout))]
        return sums_of(re.findall(r"(-?[0-9.]+) ([A-Z]{3})", " ".join(balances)), lambda pair: pair[1], lambda pair: -Decimal(pair[0]))

    def test_the_difference_is_booked_once(self):
        """An invoice that was reissued or came late would be booked twice, or never, and no program could read the addendum."""
        (self.folder / "job.toml").write_text(JOB, "utf-8")
        for name in ("mapping.csv", "rates.csv"):
            shutil.copy(ROOT / "samples/erp" / name, self.folder)
        environment = self.sandbox("--scenario", "books").environment
        closed = self.export("2026-09", environment)
        self.run_moisson("close", "2026-09", "--by", "ana", expect=0)
        kept = (self.folder / "out/2026-09/ledger.csv").read_bytes()
        month = self.export("2026-10", environment)
        addendum = self.folder / "out/2026-10/addendum-2026-09-01.csv"
        table = Table("", LEDGER_TYPED_COLUMNS, "currency", "CASE WHEN counted THEN amount END")
        late = [row for row in rows_of(addendum) if row["counted"] == "yes"]
        self.assertEqual(as_sums(*duckdb([table.sums(addendum)])), self.sums(late))
        (self.folder / "broken.csv").write_text(addendum.read_text("utf-8").replace(late[0]["amount"], late[0]["amount"].replace(".", " ")), "utf-8")
        self.assertIsInstance(duckdb([table.sums(self.folder / "broken.csv")])[0], dict)
        replaced = [row for row in closed if row["document_id"] in {row["document_id"] for row in late}]
        self.assertTrue(replaced)
        wanted = self.sums(month)
        for rows, sign in ((late, 1), (replaced, -1)):
            for currency, amount in self.sums(rows).items():
                wanted[currency] += sign * amount
        self.assertEqual(self.booked("2026-09"), self.sums(closed))
        self.assertEqual(self.booked("2026-10"), wanted)
        journal = (self.folder / "out/2026-10/erp/hledger.journal").read_bytes()
        self.export("2026-10", environment)
        self.assertEqual((self.folder / "out/2026-10/erp/hledger.journal").read_bytes(), journal)
        self.assertEqual((self.folder / "out/2026-09/ledger.csv").read_bytes(), kept)

    def sums(self, rows):
        return {currency: amount for currency, amount in
                sums_of(rows, lambda row: row["currency"], lambda row: Decimal(row["amount"])).items() if amount}


if __name__ == "__main__":
    unittest.main()
