"""Workbooks and French tables before spreadsheet programs: openpyxl, exceljs, and LibreOffice with French settings. All must see the ledger's numbers
as numbers, its days as days, and its sums.
"""

import csv
import datetime
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import zipfile
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import openpyxl

from erp_export import HERE, Export, csv_rows, rounded

SHEETS = {"ledger.xlsx": "Ledger", "erp/business-central.xlsx": "Gen. Journal Line", "erp/sap-journal.xlsx": "Journal Entries"}
BUSINESS_CENTRAL = ("Journal Template Name|Journal Batch Name|Line No.|Account Type|Account No.|Posting Date|Document Type|Document No.|"
                    "External Document No.|Description|Currency Code|Amount|Bal. Account Type|Bal. Account No.|Due Date").split("|")
SAP_FIXED = {"A1": "Upload General Journal Entry", "A4": "Batch ID", "A7": 1, "B7": "Header", "B8": "BUKRS", "H8": "WAERS",
             "B9": "*Company Code (4)", "D9": "*Journal Entry Date", "H9": "*Transaction Currency (5)", "B12": "Line Items", "E13": "Transaction Currency",
             "C14": "HKONT", "E14": "WRSOL", "F14": "WRHAB", "C15": "G/L Account (10)", "E15": "Debit", "F15": "Credit"}
KINDS = {"626100": "net", "445660": "vat", "401000": "gross"}


class Wrong(Exception):
    """The workbook is not what its target wants."""


def need(truth, what):
    if not truth:
        raise Wrong(what)


def exact(number, digits):
    """A cell's number, at the digits of its currency: what a double of 15 digits stands for."""
    value = rounded(Decimal(repr(number) if isinstance(number, float) else number), digits)
    need(float(value) == float(number), f"{number} has more digits than its currency")
    return value


def business_central(book, digits):
    """[(day, currency, gross)], number texts as texts"""
    rows = list(book["Gen. Journal Line"].iter_rows())
    need([cell.value for cell in rows[0]] == BUSINESS_CENTRAL, "captions")
    found, numbers = [], set()
    for at, row in enumerate(rows[1:], 1):
        cells = dict(zip(BUSINESS_CENTRAL, row))
        value = {name: cell.value for name, cell in cells.items()}
        need(not any(cell.data_type == "f" for cell in row), "a formula")
        need(value["Line No."] == at * 10000 and value["Account Type"] == "Vendor" and value["Account No."] == "ORANGE", "line, type or vendor")
        need(value["Bal. Account Type"] == "G/L Account" and value["Bal. Account No."] == "626100", "balancing account: a text")
        need(isinstance(value["Posting Date"], datetime.datetime) and isinstance(value["Due Date"], datetime.datetime) and
             cells["Posting Date"].number_format == cells["Due Date"].number_format == "yyyy-mm-dd", "days are not cells of one type")
        need(value["Document No."] not in numbers and len(value["Document No."]) <= 20 and len(value["External Document No."]) <= 35 and
             len(value["Description"]) <= 100, "numbers")
        numbers.add(value["Document No."])
        need(value["Currency Code"] != "EUR", "the local currency must be empty")
        currency = value["Currency Code"] or "EUR"
        need(isinstance(value["Amount"], (int, float)), "the amount is no number")
        amount = -exact(value["Amount"], digits[currency])
        need((value["Document Type"] == "Invoice") == (amount > 0) and value["Document Type"] in ("Invoice", "Credit Memo"), "document type")
        found.append((value["Posting Date"].date(), currency, amount))
    return found


def sap_journal(book, digits):
    """[(day, currency, net, vat, gross)]"""
    sheet = book["Journal Entries"]
    for address, text in SAP_FIXED.items():
        need(sheet[address].value == text, f"{address} is {sheet[address].value!r}")
    need(all(str(sheet[f"A{row}"].value).startswith("//") for row in (2, 3)), "comment lines")
    last = sheet.max_row  # grows with every cell that is looked at
    starts = [row for row in range(7, last + 1) if sheet[f"B{row}"].value == "Header"]
    found = []
    for number, start in enumerate(starts, 1):
        need(sheet[f"A{start}"].value == number, "entries are not numbered from 1")
        company, kind, document_day, posting_day, month, text, currency, reference = (sheet.cell(start + 3, column).value for column in range(2, 10))
        need(company == "1010" and kind == "SA" and len(text) <= 25 and len(reference) <= 16, "header")
        need(all(isinstance(day, str) and re.fullmatch("[0-9]{8}", day) for day in (document_day, posting_day)), "days are not texts of eight digits")
        day = datetime.datetime.strptime(posting_day, "%Y%m%d").date()
        need(month == posting_day[4:6], "fiscal period")
        need(sheet[f"B{start + 5}"].value == "Line Items" and sheet[f"C{start + 7}"].value == "HKONT", "item names")
        sums, row = {"net": Decimal(0), "vat": Decimal(0), "gross": Decimal(0)}, start + 9
        while sheet[f"B{row}"].value == "1010":
            debit, credit = sheet[f"E{row}"].value, sheet[f"F{row}"].value
            need(all(isinstance(value, (int, float)) and value >= 0 for value in (debit, credit)) and (debit == 0) != (credit == 0), "sides")
            need(len(sheet[f"D{row}"].value) <= 50, "item text")
            amount = exact(debit, digits[currency]) - exact(credit, digits[currency])
            account = KINDS[sheet[f"C{row}"].value]
            sums[account] += -amount if account == "gross" else amount
            row += 1
        need(sums["net"] + sums["vat"] == sums["gross"] != 0, f"entry {number} does not balance")
        need(row == (starts[number] - 2 if number < len(starts) else last + 1), "rows between the blocks")
        found.append((day, currency, *sums.values()))
    return found


def libreoffice(folder, source, sheet_token):
    """What LibreOffice Calc with French settings makes of a file: the first sheet's cells as they are shown."""
    profile = folder / "profile/user"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        '<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>fr-FR</value></prop></item>'
        '<item oor:path="/org.openoffice.Office.Linguistic/General"><prop oor:name="DefaultLocale" oor:op="fuse"><value>fr-FR</value></prop></item>'
        "</oor:items>\n", "utf-8")
    out = folder / "converted"
    shutil.rmtree(out, ignore_errors=True)
    command = ["soffice", "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile", *sheet_token, "--outdir", str(out), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False, stdin=subprocess.DEVNULL,
                          env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"})
    # Its exit code is 0 even when it wrote nothing.
    files = sorted(out.glob("*")) if out.exists() else []
    if not files:
        raise AssertionError(done.stdout + done.stderr)
    return files


class Workbooks(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="moisson-workbooks-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.exports = {}
        for scenario in ("small", "clean", "books"):
            (cls.folder / scenario).mkdir()
            cls.exports[scenario] = Export(cls.folder / scenario, scenario, ["business-central", "sap-journal", "csv-fr"])
        cls.small = cls.exports["small"]

    def digits(self, export):
        return {posting.currency: posting.digits for posting in export.postings}

    def test_openpyxl_reads_business_central(self):
        """The purchase journal would have other amounts, days as texts, or numbers where Business Central wants texts."""
        for scenario, export in self.exports.items():
            with self.subTest(scenario=scenario):
                found = business_central(openpyxl.load_workbook(export.erp / "business-central.xlsx"), self.digits(export))
                self.assertEqual(Counter(found), Counter((posting.day, posting.currency, posting.gross) for posting in export.postings))

    def test_openpyxl_reads_sap_journal(self):
        """A cell would stand in another row than SAP's app reads it from, or an entry would not balance."""
        for scenario, export in self.exports.items():
            with self.subTest(scenario=scenario):
                found = sap_journal(openpyxl.load_workbook(export.erp / "sap-journal.xlsx"), self.digits(export))
                self.assertEqual(Counter(found), Counter((posting.day, posting.currency, posting.net, posting.vat, posting.gross)
                                                         for posting in export.postings))

    def spoil(self, source, change):
        """A copy of a workbook, its first sheet's XML changed."""
        copy = self.folder / "spoiled.xlsx"
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(copy, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                if name == "xl/worksheets/sheet1.xml":
                    changed = change(data.decode("utf-8")).encode("utf-8")
                    self.assertNotEqual(changed, data)
                    data = changed
                new.writestr(name, data)
        return copy

    def test_spoiled_workbooks_are_refused(self):
        """The readers above would prove nothing if they took everything."""
        def cell(address, old, new):
            return lambda text: re.sub(rf'(<c r="{address}"[^>]*>.*?){old}', rf"\g<1>{new}", text, count=1, flags=re.DOTALL)

        def without_row(number):
            return lambda text: re.sub(rf'<row r="{number}".*?</row>', "", text, count=1, flags=re.DOTALL)

        changes = {
            "business-central.xlsx": (business_central, [cell("L2", "<v>-[0-9.]+", "<v>-1.23"), cell("L2", "<v>-", "<v>"), cell("C3", "<v>20000", "<v>20001"),
                                                         cell("L3", "<v>", "<f>1+1</f><v>"), without_row(4)]),
            "sap-journal.xlsx": (sap_journal, [cell("E16", "<v>[0-9.]+", "<v>1.23"), cell("A7", "<v>1", "<v>2"), without_row(17), without_row(14)]),
        }
        for name, (reader, spoilings) in changes.items():
            wanted = Counter(reader(openpyxl.load_workbook(self.small.erp / name), self.digits(self.small)))
            for at, change in enumerate(spoilings):
                with self.subTest(name=name, change=at):
                    try:
                        found = Counter(reader(openpyxl.load_workbook(self.spoil(self.small.erp / name, change)), self.digits(self.small)))
                    except (Wrong, KeyError, TypeError, AttributeError):
                        continue
                    self.assertNotEqual(found, wanted)

    def exceljs(self, *paths):
        done = subprocess.run(["node", str(HERE / "erp_exceljs.mjs"), str(Path(os.environ["MOISSON_NPM"]) / "node_modules"), *map(str, paths)],
                              capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return list(json.loads(done.stdout).values())

    def test_exceljs_reads_the_same(self):
        """A second reader would see other cells, or not open the file."""
        for path, book in zip(SHEETS, self.exceljs(*(self.small.out / path for path in SHEETS))):
            with self.subTest(path=path):
                found = {address: (kind, text) for address, kind, text in book[SHEETS[path]]}
                sheet = openpyxl.load_workbook(self.small.out / path)[SHEETS[path]]
                wanted = {}
                for row in sheet.iter_rows():
                    for cell in row:
                        if cell.value is None:
                            continue
                        if isinstance(cell.value, datetime.datetime):
                            wanted[cell.coordinate] = ("date", cell.value)
                        elif isinstance(cell.value, str):
                            wanted[cell.coordinate] = ("text", cell.value)
                        else:
                            wanted[cell.coordinate] = ("number", float(cell.value))
                self.assertEqual(found.keys(), wanted.keys())
                for address, (kind, text) in found.items():
                    value = text
                    if kind == "number":
                        value = float(text)
                    elif kind == "date":  # to the millisecond, as a double of days holds it
                        value = datetime.datetime.fromisoformat(text.removesuffix("Z"))
                        self.assertLess(abs(value - wanted[address][1]), datetime.timedelta(milliseconds=2), address)
                        value = wanted[address][1]
                    self.assertEqual((kind, value), wanted[address], address)

    def test_exceljs_finds_the_ledgers_sums(self):
        """Amounts in the workbook would be texts, which nobody can sum."""
        book, = self.exceljs(self.small.out / "ledger.xlsx")
        rows = defaultdict(dict)
        for address, kind, text in book["Ledger"]:
            column, row = re.fullmatch("([A-Z]+)([0-9]+)", address).groups()
            rows[int(row)][column] = (kind, text)
        sums = defaultdict(Decimal)
        for number, row in rows.items():
            if number > 1 and row["L"][1] == "yes":
                self.assertEqual(row["M"][0], "number")
                sums[row["N"][1]] += Decimal(row["M"][1])
        self.assertEqual(dict(sums), self.small.totals())

    def test_exceljs_refuses_a_spoiled_workbook(self):
        """A reader that opens everything proves nothing."""
        with self.assertRaises(AssertionError):
            self.exceljs(self.spoil(self.small.erp / "sap-journal.xlsx", lambda text: text.replace("</sheetData>", "", 1)))

    def french_sums(self, rows, currency, amount):
        """Sums of cells as a French Calc shows them: 1234,56 where it took them for numbers."""
        sums = defaultdict(Decimal)
        for row in rows:
            shown = row[amount]
            self.assertRegex(shown, r"^-?[0-9]+(,[0-9]+)?$")
            sums[row[currency]] += Decimal(shown.replace(",", "."))
        return dict(sums)

    def opened_in_french(self, path):
        """The sheet that a French Calc makes of a CSV file by a double click, as a workbook: numbers are numbers there, or texts."""
        # 59 ";", 34 quote, 76 UTF-8, first line 1, no columns' types, French (1036), quoted fields are no texts, numbers are found out.
        files = libreoffice(self.folder, path, ["--infilter=CSV:59,34,76,1,,1036,false,true", "--convert-to", "xlsx:Calc MS Excel 2007 XML"])
        return openpyxl.load_workbook(files[0]).worksheets[0]

    def test_a_french_calc_reads_csv_fr(self):
        """A French accountant would double-click the file and could sum nothing, or would see other amounts and days."""
        sheet = self.opened_in_french(self.small.erp / "csv-fr.csv")
        header, *rows = sheet.iter_rows(values_only=True)
        at = {name: index for index, name in enumerate(header)}
        self.assertIn("Période", at)
        sums, days = defaultdict(Decimal), Counter()
        digits = self.digits(self.small)
        for row in rows:
            self.assertIsInstance(row[at["Montant"]], (int, float))
            self.assertIsInstance(row[at["Fin"]], datetime.datetime)
            sums[row[at["Devise"]]] += exact(row[at["Montant"]], digits[row[at["Devise"]]])
            days[row[at["Fin"]].date()] += 1
        self.assertEqual(dict(sums), self.small.totals())
        self.assertEqual(days, Counter(posting.day for posting in self.small.postings))
        names = {row[at["Nom du contrat"]].lstrip("'") for row in rows}
        self.assertEqual(names, {posting.name for posting in self.small.postings})
        self.assertFalse([cell.value for row in openpyxl.load_workbook(self.folder / "converted/csv-fr.xlsx").worksheets[0].iter_rows() for cell in row
                          if cell.data_type == "f"])

    def test_a_french_calc_does_not_sum_decimal_points(self):
        """If it took these too, the check above would say nothing of French settings."""
        text = (self.small.erp / "csv-fr.csv").read_text("utf-8-sig")
        (self.folder / "points.csv").write_text("\ufeff" + re.sub(r";(-?[0-9]+),([0-9]+);", r";\1.\2;", text), "utf-8")
        rows = list(self.opened_in_french(self.folder / "points.csv").iter_rows(values_only=True))
        amounts = [row[rows[0].index("Montant")] for row in rows[1:]]
        self.assertTrue(any(isinstance(amount, str) for amount in amounts))

    def test_a_french_calc_reads_the_workbook(self):
        """Sums in a French spreadsheet would differ from the ledger's."""
        # The last of the options, -1: every sheet as a file of its own.
        token = ["--convert-to", "csv:Text - txt - csv (StarCalc):59,34,76,1,,1036,false,true,false,false,false,-1"]
        ledger, = (path for path in libreoffice(self.folder, self.small.out / "ledger.xlsx", token) if path.name == "ledger-Ledger.csv")
        header, *rows = csv.reader(io.StringIO(ledger.read_text("utf-8-sig"), newline=""), delimiter=";")
        counted = [dict(zip(header, row)) for row in rows if dict(zip(header, row))["counted"] == "yes"]
        sums = self.french_sums([{**row, "amount": re.sub(r"[\s\u202f\u00a0]", "", row["amount"])} for row in counted], "currency", "amount")
        self.assertEqual(sums, self.small.totals())
        self.assertEqual(len(rows), len(csv_rows(self.small.out / "ledger.csv")))
        self.assertTrue(any("," in row["amount"] for row in counted), "the settings were not French")


if __name__ == "__main__":
    unittest.main()
