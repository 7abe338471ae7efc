"""The statements of samples/engines/README.md do what the page says, in DuckDB and PostgreSQL."""

import re
import sys
import unittest
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]
from database_test import Server  # noqa: E402
from harness import ROOT, Case  # noqa: E402
from parquet_test import duckdb, records  # noqa: E402

PAGE = ROOT / "samples/engines/README.md"
MONTHS = ("2026-09", "2026-10")


def blocks(heading):
    section = PAGE.read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"```sql\n(.*?)```", section, re.S)


class Statements(Case):
    def setUp(self):
        super().setUp()
        for month in MONTHS:
            self.run_moisson("export", "--sandbox", "--scenario", "books", "--period", month)

    def lines(self):
        return [(month, row) for month in MONTHS for row in records(self.folder / "out" / month / "usage.csv")]

    def sums(self):
        sums = {}
        for month in MONTHS:
            for row in records(self.folder / "out" / month / "ledger.csv"):
                if row["counted"] == "yes":
                    sums[month, row["currency"]] = sums.get((month, row["currency"]), Decimal(0)) + Decimal(row["amount"])
        return sums

    def test_duckdb(self):
        """Who copies a statement from the page would get an error, or another sum than the ledgers have."""
        self.run_moisson("parquet", "--into", "lake", expect=0)
        [page] = blocks("DuckDB")
        statements = [one.strip().replace("'lake/", f"'{self.folder}/lake/") for one in page.split(";") if one.strip()]
        self.assertEqual(len(statements), 5)
        by_month, by_service, by_contract = duckdb(*statements)[2:]
        self.assertEqual({(month, currency): Decimal(amount) for month, currency, amount, _ in by_month}, self.sums())
        costs = {}
        for _, row in self.lines():
            if row["counted"] == "yes" and row["discounted_amount"]:
                key = row["period"], row["service"] or None, row["currency"]
                costs[key] = costs.get(key, Decimal(0)) + Decimal(row["discounted_amount"])
        self.assertEqual([Decimal(row[3]) for row in by_service], sorted(costs.values(), reverse=True)[:20])
        self.assertTrue(any(row[3] is not None for row in by_contract))
        self.assertEqual(sum(Decimal(row[2]) for row in by_contract), sum(self.sums().values()))

    def test_postgresql(self):
        """A month that is loaded again would stand there twice."""
        server = Server()
        self.addCleanup(server.end)
        table, month = blocks("PostgreSQL")
        server.sql(table)
        for name in (*MONTHS, "2026-10"):
            server.sql(month.replace("2026-10", name).replace("2026_10", name.replace("-", "_")), folder=self.folder)
        wanted = {}
        for name, row in self.lines():
            count, cost = wanted.get(name, (0, Decimal(0)))
            wanted[name] = (count + 1, cost + Decimal(row["discounted_amount"] or 0))
        found = {name: (int(count), Decimal(cost)) for name, count, cost in
                 (line.split("|") for line in server.sql("SELECT period, count(*), sum(discounted_amount) FROM usage GROUP BY 1").splitlines())}
        self.assertEqual(found, wanted)
        self.assertEqual(server.sql("SELECT count(*) FROM usage_2026_10"), str(wanted["2026-10"][0]))


if __name__ == "__main__":
    unittest.main()
