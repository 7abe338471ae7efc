"""The reporting currency's columns in PostgreSQL: the ledger's own values."""

import csv
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from harness import Case  # noqa: E402
from postgresql import Server  # noqa: E402

RATES = "date,currency,rate\n2026-10-30,CHF,0.9312\n2026-10-30,USD,1.0850\n"


class Reporting(Case):
    def test_amounts_in_the_reporting_currency_are_loaded(self):
        """A report on the table would find no amount in the books' currency."""
        server = Server()
        self.addCleanup(server.end)
        (self.folder / "rates.csv").write_text(RATES)
        (self.folder / "job.toml").write_text('[books]\nreporting_currency = "EUR"\nrates = "rates.csv"\n')
        (self.folder / "url").write_text(server.url())
        self.run_moisson("export", "--sandbox", "--scenario", "clean", "--period", "2026-10", "--rate", "0", "--no-progress", "--job", "job.toml",
                         environment={"MOISSON_DATABASE_URL": server.url()}, expect=0)
        with open(self.folder / "out/2026-10/ledger.csv", newline="", encoding="utf-8") as file:
            ledger = [f"{row['document_id']}|{row['reporting_amount']}|{row['reporting_currency']}|{row['fx_rate']}|{row['fx_date']}"
                      for row in csv.DictReader(file)]
        self.assertGreater(sum("|EUR|" in row for row in ledger), 3)
        self.assertEqual(sorted(server.sql("SELECT document_id, reporting_amount, reporting_currency, fx_rate, fx_date FROM moisson.ledger")
                                .split("\n")), sorted(ledger))


if __name__ == "__main__":
    unittest.main()
