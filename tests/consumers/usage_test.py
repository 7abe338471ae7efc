"""Consumption, read line by line, judged by readers that nobody here wrote: Python's csv module and decimal, openpyxl, Miller.

If this failed, usage.csv or the workbook's usage sheets would hold other lines or figures than the reports that Orange delivered, or a report
that disagrees with its bill would pass.
"""

import csv
import io
import json
import random
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import openpyxl

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
import harness

REPORT = "comsumptionRatedReports"
HEADING = ("BillingMode;BeginDate;EndDate;ServiceID;TenantLabel;Country;Region;ServiceCloud;CodeLabel;ChargeLabel;IdResource;Project;Tags;Quantity;"
           "BillingUnit;UnitPrice;Amount;VolumeDiscount;DiscountedAmount;Currency;SubsChargeType;SubsBeginDate;SubsEndDate;SubsUpfront;"
           "SubsUpfrontDiscounted;SubsFlavor;SubsDuration").split(";")
OURS = ("billing_mode begin_date end_date service_id tenant country region service code charge resource_id project tags quantity unit unit_price amount "
        "volume_discount discounted_amount currency subs_charge_type subs_begin_date subs_end_date subs_upfront subs_upfront_discounted subs_flavor "
        "subs_duration").split()
NUMBERS = {"quantity", "unit_price", "amount", "volume_discount", "discounted_amount", "subs_upfront", "subs_upfront_discounted"}
SHEET_COLUMNS = {"resource_id": 0, "charge": 7, "region": 9, "service": 10, "code": 11, "quantity": 12, "unit": 13, "unit_price": 14, "amount": 15,
                 "discounted_amount": 17}


def usage_rows(folder):
    with open(folder / "usage.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def export(folder, environment, *options, codes=(0, 3)):
    done = harness.run("export", "--period", "2026-10", "--out", folder / "out", "--no-progress", "--rate", "0", *options, folder=folder,
                       environment=environment)
    if done.code not in codes:
        raise AssertionError(str(done))
    out = folder / "out/2026-10"
    return done, json.loads((out / "summary.json").read_text("utf-8")), out


def findings(summary, code):
    return [found for found in summary["findings"] if found["code"] == code]


# ------------------------------------------------------------------------------------------------------- reports of our own, read by the program


def number_forms(value, chance):
    """Ways to write a Decimal that mean nothing else in a file with decimal commas."""
    sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits)).rjust(1 - exponent, "0")
    whole, fraction = (text[:len(text) + exponent], text[len(text) + exponent:]) if exponent < 0 else (text, "")
    forms = [whole]
    if len(whole) > 3:
        groups = f"{int(whole):,}"
        forms += [groups.replace(",", blank) for blank in (" ", "\u00a0", "\u202f")] + ([groups.replace(",", ".")] if fraction else [])
    chosen = chance.choice(forms) + ("," + fraction if fraction else "")
    return ("-" if sign else chance.choice(["", "", "+"])) + chosen


def field_text(value, chance):
    """A field as a writer of CSV may put it."""
    needs = any(letter in value for letter in ';"\r\n')
    return '"' + value.replace('"', '""') + '"' if needs or chance.random() < 0.1 else value


TEXTS = ["", "web", "a;b", 'say "hi"', "two\nlines", "two\r\nlines", "Île-de-France", "env=prod,team=7", " blank ", "=cmd()", "日本", "l'été", "\ttab", "'", ","]


def random_report(chance, lines):
    """(bytes, expected values by line)"""
    end = chance.choice(["\n", "\r\n"])
    text = chance.choice(["", "\ufeff", "\ufeff\ufeff"]) + (";".join(HEADING) + end if chance.random() < 0.9 else "")
    latin = chance.random() < 0.3
    expected = []
    for _ in range(lines):
        row = {}
        for name in OURS:
            if name in NUMBERS:
                row[name] = Decimal(chance.randrange(-10 ** chance.randrange(1, 12), 10 ** 12)).scaleb(-chance.choice([0, 2, 2, 2, 3, 5, 9]))
            elif name != "currency":
                row[name] = chance.choice([word for word in TEXTS if not latin or "日" not in word])
        row["currency"] = chance.choice(["EUR", "EUR", "USD"])
        row["service"] = chance.choice(["ECS", "OBS", "EVS"])
        # A mark that shows itself, so that thousands with dots mean one thing.
        row["amount"] = row["amount"].quantize(Decimal("0.01"))
        expected.append(row)
        text += ";".join(number_forms(row[name], chance) if name in NUMBERS else field_text(row[name], chance) for name in OURS) + end
    if chance.random() < 0.3:
        text = text[:-len(end)]
    return text.encode("cp1252" if latin and not text.startswith("\ufeff") and "\u202f" not in text else "utf-8"), expected


class RandomReports(unittest.TestCase):
    """A report written in some unusual but right way would be read with another value, or refused."""

    def test_every_line_comes_back(self):
        folder = Path(tempfile.mkdtemp(prefix="moisson-usage-"))
        self.addCleanup(shutil.rmtree, folder)
        seed = random.SystemRandom().randrange(1 << 32)
        chance = random.Random(seed)
        double = harness.Double()
        self.addCleanup(double.stop)
        double.contracts, wanted, sums = [], {}, {}
        for number in range(40):
            contract = f"OCB{number:07}"
            double.contracts.append({"id": contract, "name": f"Contract {number}", "offer": {"name": "FE", "id": "FE"}})
            report, wanted[contract] = random_report(chance, chance.choice([1, 2, 30, 400]))
            double.files[f"rep-{number}"] = report
            documents = [harness.document(f"rep-{number}", REPORT, amount=None, currency="EUR")]
            for currency in ("EUR", "USD"):
                lines = [row["discounted_amount"] for row in wanted[contract] if row["currency"] == currency]
                sums[contract, currency] = sum(lines, Decimal(0))
                if lines:
                    billed = sums[contract, currency].quantize(Decimal("0.01"))
                    name = f"inv-{number}-{currency}"
                    documents.append(harness.document(name, amount=harness.RawNumber(billed), currency=currency))
                    double.files[name] = harness.pdf(name)
            double.lists[contract] = (lambda listed: lambda query: plain_list(listed, query))(documents)
        _, summary, out = export(folder, double.environment)
        with self.subTest(seed=seed):
            self.assertEqual([found for found in summary["findings"] if found["code"].startswith("usage") and found["code"] != "usage-not-utf8"], [])
            found = defaultdict(list)
            for row in usage_rows(out):
                found[row["contract_id"]].append(row)
            self.assertEqual(set(found), set(wanted))
            for contract, lines in wanted.items():
                self.assertEqual(len(found[contract]), len(lines))
                for row, line in zip(found[contract], lines):
                    for name in OURS:
                        got = Decimal(row[name]) if name in NUMBERS else row[name]
                        self.assertEqual(got, line[name], f"{contract} line {row['line']} {name}")
                    self.assertEqual(row["counted"], "yes")
            self.assertEqual(summary["usage"]["differences"], [])
            self.assertGreaterEqual(summary["usage"]["compared"], 40)


def plain_list(listed, query):
    """A document list whose amounts keep their digits."""
    chosen = [item for item in listed if query.get("documentType") in (None, "", item["documentType"])]
    text = json.dumps([{**item, "amount": f"#{item['amount']}#" if item["amount"] is not None else None} for item in chosen])
    return 200, {}, text.replace('"#', "").replace('#"', "").encode()


class Workbooks(unittest.TestCase):
    """A bill's workbook that another program wrote would be read with other figures."""

    def test_workbook_of_openpyxl(self):
        folder = Path(tempfile.mkdtemp(prefix="moisson-usage-"))
        self.addCleanup(shutil.rmtree, folder)
        chance = random.Random(7)
        book = openpyxl.Workbook()
        book.active.title = "Billing Report"
        book.create_sheet("Other")
        for name, column in SHEET_COLUMNS.items():
            book.active.cell(13, column + 1, name.replace("_", " ").capitalize())
        expected = []
        for _ in range(500):
            cents = chance.randrange(-10 ** 6, 10 ** 9)
            expected.append({"resource_id": chance.choice(['a;"b"', "c\nd", "été", "x"]) + str(chance.random()), "charge": "Running",
                             "region": "eu-west-0", "service": chance.choice(["ECS", "OBS & Co <x>"]), "code": "S1",
                             "quantity": Decimal(chance.randrange(10 ** 6)).scaleb(-3), "unit": "h", "unit_price": Decimal(chance.randrange(10 ** 6)).scaleb(-5),
                             "amount": Decimal(cents).scaleb(-2), "discounted_amount": Decimal(cents).scaleb(-2)})
        for number, line in enumerate(expected):
            for name, column in SHEET_COLUMNS.items():
                value = line[name]
                # As a program that calculates would leave it: 0.1 + 0.2 and the like.
                book.active.cell(14 + number, column + 1, float(value) * 3 / 3 if isinstance(value, Decimal) else value)
        saved = io.BytesIO()
        book.save(saved)
        double = harness.Double()
        self.addCleanup(double.stop)
        total = sum((line["discounted_amount"] for line in expected), Decimal(0))
        double.files["bill"] = saved.getvalue()
        double.lists["OCB0000001"] = lambda query: plain_list([harness.document("bill", "bills", amount=total, filename="bill.xlsx")], query)
        done, summary, out = export(folder, double.environment, codes=(0,))
        rows = usage_rows(out)
        self.assertEqual(len(rows), len(expected), str(done))
        for number, (row, line) in enumerate(zip(rows, expected)):
            self.assertEqual(row["line"], str(14 + number))
            for name, value in line.items():
                self.assertEqual(Decimal(row[name]) if name in NUMBERS else row[name], value)
        self.assertEqual(summary["usage"]["compared"], 1)
        self.assertEqual(summary["usage"]["totals"], [{"currency": "EUR", "lines": 500, "amount": f"{total:.2f}", "discounted_amount": f"{total:.2f}"}])


# -------------------------------------------------------------------------------------------------------------- the sandbox's reports, read twice


def independent_lines(folder):
    """{document id: its lines, as Python's csv module and openpyxl read the originals in the bundle}"""
    with open(folder / "ledger.csv", newline="", encoding="utf-8") as file:
        ledger = list(csv.DictReader(file))
    lines = {}
    with zipfile.ZipFile(folder / "bundle.zip") as bundle:
        top = bundle.namelist()[0].split("/")[0]
        for row in ledger:
            if row["status"] != "ok" or row["document_type"] not in (REPORT, "partialConsumptionRatedReports", "bills", "partialBills"):
                continue
            data = bundle.read(f"{top}/{row['path']}")
            if row["document_type"].endswith("Reports"):
                reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";")
                records = [dict(zip(OURS, record)) for record in list(reader)[1:] if record]
                for record in records:
                    record.update({name: record[name].replace(",", ".") for name in NUMBERS})
                lines[row["document_id"]] = records
            else:
                sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True)["Billing Report"]
                lines[row["document_id"]] = [{**{name: cells[column] for name, column in SHEET_COLUMNS.items()}, "currency": row["currency"]}
                                             for cells in sheet.iter_rows(min_row=14, values_only=True)]
    return lines


def problems_of(folder):
    """Sentences: where usage.csv, workbook and summary do not say what the originals say."""
    problems = []
    found = defaultdict(list)
    sums = {"Usage by service": defaultdict(Decimal), "Usage by project": defaultdict(Decimal)}
    totals = defaultdict(Decimal)
    for row in usage_rows(folder):
        found[row["document_id"]].append(row)
        if row["counted"] == "yes":
            totals[row["currency"]] += Decimal(row["discounted_amount"])
            key = (row["contract_id"], row["period"])
            sums["Usage by service"][(*key, row["service"], row["currency"])] += Decimal(row["discounted_amount"])
            sums["Usage by project"][(*key, row["project"], row["tags"], row["currency"])] += Decimal(row["discounted_amount"])
    wanted = independent_lines(folder)
    if set(found) != {document for document, lines in wanted.items() if lines}:
        problems.append("other documents")
    for document, lines in wanted.items():
        rows = found[document]
        if len(rows) != len(lines):
            problems.append(f"{document}: {len(rows)} lines instead of {len(lines)}")
        for row, line in zip(rows, lines):
            for name, value in line.items():
                same = (Decimal(row[name] or 0) == Decimal(str(value or 0)).quantize(Decimal("0.000001"))) if name in NUMBERS else row[name] == (value or "")
                if not same:
                    problems.append(f"{document} line {row['line']}: {name} is {row[name]!r} instead of {value!r}")
    summary = json.loads((folder / "summary.json").read_text("utf-8"))["usage"]
    if {entry["currency"]: Decimal(entry["discounted_amount"]) for entry in summary["totals"]} != totals:
        problems.append("summary.json has other totals")
    book = openpyxl.load_workbook(folder / "ledger.xlsx", read_only=True)
    for name, expected in sums.items():
        shown = {}
        for cells in book[name].iter_rows(min_row=2, values_only=True):
            shown[(cells[0], *(cell or "" for cell in cells[2:-3]))] = Decimal(str(cells[-1]))
        if shown != expected:
            problems.append(f"{name}: other sums")
    shown = list(book["Usage lines"].iter_rows(values_only=False))
    if any(cell.data_type == "f" for cells in shown for cell in cells):
        problems.append("Usage lines: a formula")
    lines = usage_rows(folder)
    if [cell.value for cell in shown[0]] != list(lines[0]) or len(shown) != min(len(lines), 5000) + 2 or f"all {len(lines)}." not in shown[-1][0].value:
        problems.append("Usage lines: another heading, or other numbers of lines")
    for cells, row in zip(shown[1:-1], lines):
        for cell, (name, value) in zip(cells, row.items()):
            is_number = name in NUMBERS | {"line", "version"} and isinstance(cell.value, (int, float))
            shown_value = format(Decimal(str(cell.value)).normalize(), "f") if is_number else cell.value or ""
            if shown_value != (format(Decimal(value or "NaN").normalize(), "f") if is_number else value):
                problems.append(f"Usage lines: {name} is {cell.value!r} instead of {value!r}")
    minor = subprocess.run(["mlr", "-S", "--icsv", "--ojson", "filter", '$counted == "yes"', "then", "stats1", "-a", "count", "-f", "discounted_amount",
                            "-g", "currency", folder / "usage.csv"], capture_output=True, text=True, check=True, timeout=60)
    counts = {entry["currency"]: entry["discounted_amount_count"] for entry in json.loads(minor.stdout)}
    if counts != {entry["currency"]: entry["lines"] for entry in summary["totals"]}:
        problems.append("Miller counts other lines")
    return problems


class SandboxReports(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="moisson-usage-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def exported(self, scenario, *options, codes=(0, 3)):
        return export(self.folder, None, "--sandbox", "--scenario", scenario, *options, codes=codes)

    def test_lines_and_sheets_say_what_the_originals_say(self):
        """A line, a figure or a sheet would differ from the documents that are in the bundle."""
        for scenario in ("clean", "small"):
            shutil.rmtree(self.folder / "out", ignore_errors=True)
            _, _, out = self.exported(scenario)
            self.assertEqual(problems_of(out), [])

    def test_the_judge_refuses_what_is_wrong(self):
        """The check above would find nothing, whatever usage.csv says."""
        _, _, out = self.exported("clean")
        text = (out / "usage.csv").read_text("utf-8")
        lines = text.split("\n")
        fields = lines[1].split(",")
        for wrong in ("\n".join([lines[0], *lines[2:]]), text.replace(",yes,", ",no,", 1), text.replace("project-", "projekt-", 1),
                      text.replace(f",{fields[-10]},", f",1{fields[-10]},", 1)):
            self.assertNotEqual(wrong, text)
            (out / "usage.csv").write_text(wrong, "utf-8")
            self.assertNotEqual(problems_of(out), [])
            told = subprocess.run([harness.PROGRAM, "verify", out], stdout=subprocess.PIPE, check=False).stdout.decode()
            self.assertIn("Usage lines", told)

    def test_two_cents_are_named_and_one_is_not(self):
        """A report that disagrees with its bill by 0.02 would pass, another would be accused, or the sums would not be said."""
        (self.folder / "two-cents.toml").write_text(
            'name = "two-cents"\nseed = 3\ncontracts = 6\nmonths = 3\nlast_month = "2026-10"\n'
            '[[document]]\ncontract = 2\ntype = "comsumptionRatedReports"\nusage_differs = "0.02"\n'
            '[[document]]\ncontract = 3\ntype = "comsumptionRatedReports"\nusage_differs = "0.01"\n'
            '[[document]]\ncontract = 4\ntype = "comsumptionRatedReports"\nmonth = "2026-09"\nusage_differs = "-5.00"\n')
        _, summary, out = self.exported(self.folder / "two-cents.toml", codes=(3,))
        (difference,) = findings(summary, "usage-differs")
        self.assertEqual((difference["contract_id"], difference["severity"]), ("OCB0001002", "error"))
        rows = [row for row in usage_rows(out) if row["contract_id"] == "OCB0001002" and row["counted"] == "yes"]
        lines = sum(Decimal(row["discounted_amount"]) for row in rows)
        billed = sum(Decimal(row["amount"]) for row in harness.rows_of(out / "ledger.csv") if row["contract_id"] == "OCB0001002" and row["counted"] == "yes")
        self.assertEqual(lines - billed, Decimal("0.02"))
        for word in ("2026-10", f"{lines} EUR", f"{billed} EUR", "0.02 EUR apart"):
            self.assertIn(word, difference["message"])
        self.assertEqual([entry["contract_id"] for entry in summary["usage"]["differences"]], ["OCB0001002"])
        # The tolerance is the job file's.
        (self.folder / "job.toml").write_text('[books]\nusage_tolerance = "0.02"\n')
        shutil.rmtree(self.folder / "out")
        _, summary, _ = self.exported(self.folder / "two-cents.toml", "--job", self.folder / "job.toml", codes=(0,))
        self.assertEqual(findings(summary, "usage-differs"), [])

    def test_a_second_run_changes_nothing(self):
        """usage.csv would differ from run to run."""
        _, _, out = self.exported("clean")
        first = harness.digests_of(out, ("usage.csv", "ledger.xlsx", "bundle.zip"))
        _, _, out = self.exported("clean")
        self.assertEqual(harness.digests_of(out, ("usage.csv", "ledger.xlsx", "bundle.zip")), first)


if __name__ == "__main__":
    unittest.main()
