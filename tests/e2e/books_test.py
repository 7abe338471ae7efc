"""Rules for the books in the job file, seen from outside: what counts, rates, what is owed, and what is odd against earlier months."""

import csv
from decimal import ROUND_HALF_UP, Context, Decimal

from harness import LEDGER_COLUMNS, Case, digests_of, document, pdf, unittest

# The run's date: what is due does not depend on the day on which this test runs.
NOVEMBER_22 = {"SOURCE_DATE_EPOCH": "1795348800"}
REPORTING_COLUMNS = ["reporting_amount", "reporting_currency", "fx_rate", "fx_date"]
CONTRACT = "OCB0000001"

# As the European Central Bank publishes: newest first, trailing commas, N/A; the 31st is a Saturday. No dinar.
RATES = """Date,USD,JPY,CHF,RUB,
2026-11-02,1.0900,163.00,0.9400,N/A,
2026-10-30,1.0850,162.35,0.9385,N/A,
2026-10-29,1.0800,162.00,0.9380,N/A,
"""
MONTH_END = {"EUR": None, "USD": Decimal("1.0850"), "JPY": Decimal("162.35"), "CHF": Decimal("0.9385")}
DIGITS = {"EUR": 2, "USD": 2, "CHF": 2, "JPY": 0, "TND": 3}


def money_of(text):
    return Decimal(text)


class Books(Case):
    def job(self, text):
        (self.folder / "job.toml").write_text(text, "utf-8")
        return "job.toml"

    def findings(self, *codes, folder="out/2026-10"):
        return [(finding["severity"], finding["code"], finding["contract_id"], finding["message"]) for finding in self.summary(folder)["findings"]
                if finding["code"] in codes]

    def export(self, scenario, *more, expect, period="2026-10", environment=None):
        return self.run_moisson("export", *more, "--sandbox", "--scenario", scenario, "--period", period, "--rate", "0",
                                environment={**NOVEMBER_22, **(environment or {})}, expect=expect)


class Counting(Books):
    def test_a_provisional_document_names_its_final_one(self):
        """The estimate and the bill would stand side by side, and nobody could tell that one replaces the other."""
        double = self.double()
        double.lists[CONTRACT] = [document("P", "partialBills"), document("Q", "partialConsumptionRatedReports")]
        double.files = {name: pdf(name) for name in "PI"} | {"Q": b"a;b\n1;2\n", "R": b"a;b\n1;2\n"}
        arguments = ("export", "--period", "2026-10", "--rate", "0")
        self.run_moisson(*arguments, environment={**NOVEMBER_22, **double.environment})
        self.assertEqual(self.findings("provisional-replaced"), [])
        double.lists[CONTRACT] += [document("I"), document("R", "comsumptionRatedReports")]
        self.run_moisson(*arguments, environment={**NOVEMBER_22, **double.environment})
        self.assertEqual([item[3] for item in self.findings("provisional-replaced")],
                         ["The final document of 2026-10 has come: I (invoices).",
                          "The final document of 2026-10 has come: R (comsumptionRatedReports)."])


class Reporting(Books):
    JOB = '[books]\nreporting_currency = "EUR"\nrates = "rates.csv"\n'

    def ledger(self):
        with open(self.folder / "out/2026-10/ledger.csv", newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
        self.assertEqual(reader.fieldnames, LEDGER_COLUMNS + REPORTING_COLUMNS)
        return rows

    def test_every_amount_follows_from_its_rate(self):
        """A total in euro would be booked that no one can work out again from the rate table."""
        (self.folder / "rates.csv").write_text(RATES, "utf-8")
        self.export("small", self.job(self.JOB), expect=3)
        total = Decimal(0)
        seen = set()
        for row in self.ledger():
            if not row["amount"] or row["currency"] not in MONTH_END:
                if row["counted"] == "yes":
                    self.assertEqual([row[name] for name in REPORTING_COLUMNS], ["", "", "", ""], row)
                    self.assertIn("fx-rate-missing", row["findings"])
                continue
            if not row["period"]:
                continue
            rate = MONTH_END[row["currency"]]
            if row["period"] != "2026-10":
                continue
            wanted = Decimal(1) if rate is None else Context(prec=15, rounding=ROUND_HALF_UP).divide(Decimal(1), rate)
            self.assertEqual(Decimal(row["fx_rate"]), wanted, row)
            self.assertEqual(row["fx_date"], "2026-10-31" if rate is None else "2026-10-30")
            exact = Context(prec=60).multiply(money_of(row["amount"]), Decimal(row["fx_rate"]))
            self.assertEqual(row["reporting_amount"], str(exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)))
            if row["counted"] == "yes":
                seen.add(row["currency"])
                total += Decimal(row["reporting_amount"])
        self.assertEqual(seen, {"EUR", "USD", "JPY", "CHF"})
        summary = self.summary()
        self.assertEqual(summary["reporting_total"]["amount"], str(total))
        self.assertEqual(summary["reporting_total"]["documents_without_rate"], 1)
        self.assertEqual({entry["currency"] for entry in summary["totals"]}, {"EUR", "USD", "JPY", "CHF", "TND"})
        missing = self.findings("fx-rate-missing")
        self.assertEqual([(item[0], item[2]) for item in missing], [("error", "OCB0001005")])
        self.assertIn("TND is not in the rate table rates.csv", missing[0][3])
        verified = self.run_moisson("verify", "out/2026-10")
        self.assertEqual(verified.code, 0, verified)


class Expected(Books):
    def test_an_invoice_that_does_not_come_is_missed(self):
        """A month would be closed without an invoice that comes every month."""
        self.export("books", expect=3)
        self.assertEqual(self.findings("invoice-missing", "invoice-late"),
                         [("warning", "invoice-missing", "OCB0001006", "No final document of 2026-10 is there; it was due by 2026-11-08 "
                           "(learned: there was one in each of the 12 months before).")])
        expected = {entry["contract_id"]: entry["expected"] for entry in self.summary()["completeness"]}
        self.assertEqual([(item["month"], item["due"], item["status"], item["source"]) for item in expected["OCB0001006"]],
                         [("2026-10", "2026-11-08", "missing", "learned")])
        self.assertEqual([item["status"] for item in expected["OCB0001001"]], ["arrived"])
        # The day before, nothing is owed yet.
        self.export("books", "--out", "early", expect=3, environment={"SOURCE_DATE_EPOCH": "1794096000"})  # 2026-11-08
        self.assertEqual(self.findings("invoice-missing", folder="early/2026-10"), [])
        self.export("books", self.job("[books]\nlearn_expectations = false\n"), "--out", "off", expect=3)
        self.assertEqual(self.findings("invoice-missing", folder="off/2026-10"), [])

    def test_types_of_each_contract_are_certified(self):
        """The certificate would say that a contract is complete, and not of what."""
        self.export("clean", expect=0)
        for entry in self.summary()["completeness"]:
            rows = [row for row in self.rows() if row["contract_id"] == entry["contract_id"]]
            for kind, counts in entry["types"].items():
                of_kind = [row for row in rows if row["document_type"] == kind]
                self.assertEqual(counts["in_period"], len(of_kind))
                self.assertEqual(counts["counted"], sum(row["counted"] == "yes" for row in of_kind))
                self.assertEqual(counts["final"], sum(row["standing"] == "final" for row in of_kind))
                self.assertEqual(counts["files_ok"], len(of_kind))
                self.assertEqual(counts["listed"], entry["by_type"][kind])


class Odd(Books):
    def test_what_is_out_of_line_is_named_and_nothing_else(self):
        """Twelve times the usual amount, or dollars in place of euro, would be booked as every month."""
        self.export("books", expect=3)
        told = self.findings("amount-unusual", "amount-zero-unusual", "currency-changed", "file-duplicate")
        self.assertEqual([item[1:3] for item in told], [("amount-unusual", "OCB0001004"), ("currency-changed", "OCB0001005")])
        self.assertIn("2026-10 counts in USD; 2026-09 counted in EUR.", told[1][3])
        self.assertEqual([row["contract_id"] for row in self.rows() if "amount-unusual" in row["findings"].split()], ["OCB0001004"])
        self.export("books", expect=0, period="2026-09")
        told = self.findings("amount-zero-unusual", "currency-changed", "file-duplicate", folder="out/2026-09")
        self.assertEqual(sorted({item[1:3] for item in told}), [("amount-zero-unusual", "OCB0001004"), ("file-duplicate", "OCB0001005")])
        off = self.job("[books]\noutliers = false\n")
        self.export("books", off, "--out", "off", expect=3)
        self.assertEqual(self.findings("amount-unusual", folder="off/2026-10"), [])

    def test_a_renamed_contract_is_told_of_in_every_run_of_its_month(self):
        """A second run of the month would publish another report than the first."""
        self.export("books", "--run", "1", expect=3)
        self.assertEqual(self.findings("contract-new", "contract-renamed", "contract-gone"), [])
        self.export("books", "--run", "2", expect=3)
        # The state keeps the month before the run's own day: whatever that is, two runs on it say the same.
        first = self.findings("contract-new", "contract-renamed", "contract-gone")
        self.assertEqual([item[1:3] for item in first if item[1] == "contract-gone"], [("contract-gone", "OCB0001007")])
        before = digests_of(self.folder / "out/2026-10")
        self.export("books", "--run", "2", expect=3)
        self.assertEqual(self.findings("contract-new", "contract-renamed", "contract-gone"), first)
        self.assertEqual(digests_of(self.folder / "out/2026-10"), before)

    def test_unknown_bytes_in_a_counted_invoice_s_place_end_the_run_as_incomplete(self):
        """Whatever came would be archived as an invoice; where a job allows it, the run may be complete."""
        double = self.double()
        double.lists[CONTRACT] = [document("A"), document("B", "partialBills", period="202610")]
        double.files = {"A": bytes(range(1, 200)) + b"A", "B": bytes(range(1, 200)) + b"B"}
        environment = {**NOVEMBER_22, **double.environment}
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=environment, expect=3)
        self.assertEqual({finding["document_id"]: finding["severity"] for finding in self.summary()["findings"]
                          if finding["code"] == "media-type-unexpected"}, {"A": "error", "B": "warning"})
        job = self.job("[books]\nerrors = []\n")
        self.run_moisson("export", job, "--period", "2026-10", "--rate", "0", environment=environment, expect=0)


if __name__ == "__main__":
    unittest.main()
