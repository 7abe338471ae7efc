"""ERP files over several months: the numbers of FEC entries, months without postings, dates that cannot be true."""

import csv
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from harness import PDF, Case, document, erp_template, sha256_of, unittest

JOB = """[erp]
mapping = "accounts.csv"
amount_is = "gross"
date_from = "{date_from}"
time_zone = "Europe/Paris"
local_currency = "EUR"
fiscal_year_begin = "{begin}"
fiscal_year_end = "{end}"

[erp.fec]
siren = "{siren}"

[erp.datev]
adviser_number = "1001"
client_number = "1"
"""
MAPPING = ("contract;journal;account;account_name;vat_account;vat_account_name;supplier_account;supplier_account_name;supplier;supplier_name;"
           "datev_account;datev_supplier_account;datev_vat_account;vat_rate\n"
           ";ACH;626100;T;445660;V;401000;S;ORANGE;Orange;4806;70001;1576;\"5,5 %\"\n").encode("utf-16")


class ErpFiles(Case):
    """A double with invoices of some months, and a job with a French company's books."""

    def setUp(self):
        super().setUp()
        self.server = self.double()
        self.documents = {}
        (self.folder / "accounts.csv").write_bytes(MAPPING)
        self.job()

    def job(self, begin="2026-07-01", end="2027-06-30", siren="732829320", date_from="period_end"):
        self.name = f"{siren}FEC{end.replace('-', '')}.txt"
        (self.folder / "job.toml").write_text(JOB.format(begin=begin, end=end, siren=siren, date_from=date_from))

    def put(self, identifier, period, **more):
        self.documents[identifier] = document(identifier, **{"period": period, "amount": 10.55, **more})
        self.server.lists["OCB0000001"] = list(self.documents.values())
        self.server.files[identifier] = PDF + identifier.encode() + b"\n%%EOF\n"

    def export(self, month, *more, template="fec", expect=0):
        return self.run_moisson("export", "job.toml", "--rate", "0", "--no-progress", "--period", month, "--template", template, *more,
                                environment=self.server.environment, expect=expect)

    def numbers(self, month, *more):
        """{document: EcritureNum} of the month's file, exported now, in the file's order."""
        self.export(month, *more)
        with open(self.folder / "out" / month / "erp" / self.name, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        found = {row["PieceRef"]: int(row["EcritureNum"]) for row in rows}
        self.assertEqual(list(found.values()), sorted(found.values()))
        self.assertEqual(len(set(found.values())), len(found))
        return found

    def test_numbers_go_on_over_the_months_of_a_fiscal_year_whatever_is_exported_again(self):
        """EcritureNum would begin at 1 every month: no sequence, and the tax authority's first remark."""
        for identifier, period in (("oct1", "202610"), ("oct2", "202610"), ("nov", "202611"), ("sep", "202609")):
            self.put(identifier, period)
        self.assertEqual(self.numbers("2026-10"), {"oct1": 1, "oct2": 2})
        self.assertEqual(self.numbers("2026-11"), {"nov": 3})
        self.assertEqual(self.numbers("2026-09"), {"sep": 4})  # an earlier month that comes later
        first = sha256_of(self.folder / "out/2026-10/erp" / self.name)
        self.assertEqual(self.numbers("2026-10"), {"oct1": 1, "oct2": 2})
        self.assertEqual(sha256_of(self.folder / "out/2026-10/erp" / self.name), first)
        # One more in an open month takes the next number, whether the file is whole or only what is new.
        self.put("oct0", "202610")
        self.assertEqual(self.numbers("2026-10", "--since-last"), {"oct0": 5})
        self.assertEqual(self.numbers("2026-10"), {"oct1": 1, "oct2": 2, "oct0": 5})
        # A closed month keeps its file; what came late stands in the next one with a number of its own.
        self.run_moisson("close", "2026-10", "--by", "ana", expect=0)
        closed = sha256_of(self.folder / "out/2026-10/erp" / self.name)
        shutil.rmtree(self.folder / "out/2026-10")
        self.export("2026-10")
        self.assertEqual(sha256_of(self.folder / "out/2026-10/erp" / self.name), closed)
        self.put("late", "202610")
        self.assertEqual(self.numbers("2026-11"), {"nov": 3, "late": 6})
        self.assertEqual(sha256_of(self.folder / "out/2026-10/erp" / self.name), closed)
        # The next fiscal year begins at 1 again; the other one goes on where it was.
        self.job(begin="2025-07-01", end="2026-06-30")
        self.put("jun", "202606")
        self.assertEqual(self.numbers("2026-06"), {"jun": 1})
        self.job()
        self.put("dec", "202612")
        self.assertEqual(self.numbers("2026-12"), {"dec": 7})

    def test_a_template_that_goes_on_with_another_ones_books_goes_on_with_its_numbers(self):
        """A copy of the template that a company changed a little would begin at 1 in the middle of the year."""
        for identifier, period in (("oct", "202610"), ("nov", "202611")):
            self.put(identifier, period)
        self.assertEqual(self.numbers("2026-10"), {"oct": 1})
        (self.folder / "own.toml").write_text(self.run_moisson("templates", "show", "fec", expect=0).out)
        job = (self.folder / "job.toml").read_text()
        (self.folder / "job.toml").write_text(job + '\n[erp.own]\ncontinues = "fec"\nsiren = "732829320"\n')
        for month, expected in (("2026-11", "\tnov\t"), ("2026-10", "\toct\t")):
            self.export(month, template="./own.toml")
            lines = (self.folder / "out" / month / "erp" / self.name).read_text("utf-8").splitlines()[1:]
            self.assertEqual({line.split("\t")[2] for line in lines}, {"2" if month == "2026-11" else "1"})
            self.assertTrue(all(expected in line for line in lines))

    def test_a_month_that_was_not_published_gives_no_number_away(self):
        """A refused file would leave a gap in the sequence."""
        self.put("oct1", "202610")
        self.put("old", "202606")
        result = self.export("2026-06", expect=3)
        self.assertIn("erp-date-outside-year", self.codes("out/2026-06"))
        self.assertIn("2026-06-30", result.out + result.err + (self.folder / "out/2026-06/summary.json").read_text())
        self.assertEqual(self.numbers("2026-10"), {"oct1": 1})

    def test_a_mistyped_siren_is_refused_by_name(self):
        """The file would be another company's."""
        self.put("oct1", "202610")
        self.job(siren="732829321")
        refused = self.export("2026-10", expect=2)
        self.assertRegex(refused.err, r"siren = .*check digit(.|\n)*job\.toml:\d+")
        self.assertFalse((self.folder / "out").exists())

    def test_nothing_to_post_is_said(self):
        """A missing file would be looked for, or taken for a failure."""
        self.put("oct1", "202610", kind="reports", amount=None)
        result = self.export("2026-10")
        self.assertIn("erp-nothing-to-post", self.codes())
        self.assertIn("nothing to post", result.out)
        self.assertFalse((self.folder / "out/2026-10/erp").exists())

    def test_a_date_that_cannot_be_true_is_booked_nowhere(self):
        """DATEV would get a batch of the fiscal year 1, and workbook and bundle would be made in the year 9999."""
        self.put("oct1", "202610", createdAt="0001-01-01T00:00:00Z", updatedAt="9999-12-31T23:59:59Z")
        self.put("oct2", "202610")
        self.export("2026-10", template="datev")
        self.assertIn("date-implausible", self.codes())
        rows = {row["document_id"]: row for row in self.rows()}
        self.assertEqual((rows["oct1"]["issued_at"], rows["oct1"]["updated_at"]), ("", ""))
        text = (self.folder / "out/2026-10/erp/datev.csv").read_bytes().decode("cp1252")
        self.assertIn(";20260701;", text.splitlines()[0])
        for path in (self.folder / "out/2026-10").rglob("*"):
            if path.suffix in (".csv", ".html", ".xlsx", ".zip"):
                self.assertNotIn(b"0001-01-01T", path.read_bytes() if path.name != "report.html" else b"")
        shutil.rmtree(self.folder / "out")
        self.job(date_from="issued_at")
        self.export("2026-10", template="datev", expect=3)
        self.assertIn("erp-field-missing", self.codes())



class SideBySide(Case):
    """All templates of one run, beside runs that have one of them each."""

    TEMPLATES = ("fec", "hledger", "ledger", "beancount", "csv-fr", "datev", "sage100", "cegid-tra", "ximport", "xero", "quickbooks", "odoo",
                 "netsuite", "sap-journal", "d365-finance", "business-central", "oracle-payables", "focus-usage", "focus-invoice", "cegid-quadra")
    WORDS = ("export", "--sandbox", "--scenario", "clean", "--period", "2026-10", "--rate", "0", "--no-progress")

    def made(self, out, *templates, code=0):
        """{path below erp/: digest}, and the rest of what was told of ERP files."""
        words = [word for name in templates for word in ("--template", name)]
        done = self.run_moisson(*self.WORDS, "--out", out, *words, expect=code)
        folder = self.folder / out / "2026-10"
        return {path.relative_to(folder).as_posix(): sha256_of(path) for path in sorted(folder.glob("erp/**/*")) if path.is_file()}, done

    def test_each_file_is_what_it_would_be_alone(self):
        """Else what a template writes would hang on which others the job has."""
        together, _ = self.made("all", *self.TEMPLATES)
        alone = {}
        for name in self.TEMPLATES:
            alone.update(self.made(f"one-{name}", name)[0])
        self.assertEqual(together, alone)
        self.assertGreaterEqual(len(together), len(self.TEMPLATES))
        again, _ = self.made("again", *reversed(self.TEMPLATES))
        self.assertEqual(again, together)
        listed = [file["path"] for file in self.summary("all/2026-10")["files"] if file["path"].startswith("erp/")]
        self.assertEqual(sorted(listed), sorted(together))
        self.run_moisson("verify", "all/2026-10", expect=0)
        # In the job's order, however long each takes.
        firsts = [next(path for path in listed if path in self.made(f"one-{name}", name)[0]) for name in ("fec", "hledger", "csv-fr")]
        self.assertEqual(sorted(firsts, key=listed.index), firsts)

    def test_a_file_that_is_refused_costs_nothing_beside_it_and_of_two_with_one_name_the_first_stands(self):
        columns = {"key": "key", "amount": "line.signed", "currency": "currency", "end": "period_end"}
        for name, more in (("first", {}), ("bad", {"bad": "date(filename)"}), ("last", {})):
            text = erp_template(**columns, **more)
            (self.folder / f"{name}.toml").write_text(text.replace('extension = "csv"', 'extension = "csv"\nname = "month.csv"'))
        done = self.run_moisson(*self.WORDS, "--template", "hledger", "--template", "first.toml", "--template", "bad.toml", "--template",
                                "last.toml", "--template", "csv-fr", expect=3)
        listed = [file["path"] for file in self.summary()["files"] if file["path"].startswith("erp/")]
        self.assertEqual(listed, ["erp/hledger.journal", "erp/month.csv", "erp/csv-fr.csv"])
        self.assertEqual(sorted(path.name for path in (self.folder / "out/2026-10/erp").iterdir()), ["csv-fr.csv", "hledger.journal", "month.csv"])
        self.assertEqual(sorted(finding["message"] for finding in self.summary()["findings"] if finding["code"] == "erp-file-refused"),
                         [f"template {name}: no file is written; the findings before say why" for name in ("bad", "last")], done)
        self.run_moisson("verify", "out/2026-10", expect=0)
        # Where all are refused there is no folder.
        self.run_moisson(*self.WORDS, "--template", "bad.toml", "--out", "none", expect=3)
        self.assertFalse((self.folder / "none/2026-10/erp").exists())


if __name__ == "__main__":
    unittest.main()
