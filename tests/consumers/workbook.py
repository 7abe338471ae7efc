"""workbook.py FOLDER: openpyxl, xmllint and LibreOffice read ledger.xlsx of a published month and must find the rows of ledger.csv.

If this failed, an accountant would see other amounts than the ledger states, could not sum them, or could not open the file at all.
"""

import codecs
import csv
import datetime
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import openpyxl

NUMBERS = {"version", "size_bytes"}
AMOUNTS = {"amount", "net_amount", "vat_amount", "gross_amount"}
DAYS = {"period_start", "period_end", "due_date"}
INSTANTS = {"issued_at", "updated_at"}
DIGITS_MAX = 15  # what every double holds
CELL_MAX = 32767


def fail(message):
    sys.exit(f"workbook: {message}")


codecs.register_error("one-by-one", lambda error: ("\ufffd", error.start + 1))


def as_shown(text):
    """What a spreadsheet shows of a text that it cannot hold: NUL and controls as pictures, as samples/ledger.md says."""
    text = text.replace("\r\n", "\n")
    shown = "".join(
        chr(0x2400 + ord(letter)) if ord(letter) < 0x20 and letter not in "\t\n" else "\u2421" if letter == "\x7f" else letter
        for letter in text
    )
    return shown.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")


def read_csv(path):
    text = path.read_bytes().decode("utf-8", errors="one-by-one")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    return rows[0], rows[1:]


def ledger_sheets(book):
    names = [name for name in book.sheetnames if name == "Ledger" or name.startswith("Ledger ")]
    if names != ["Ledger"] + [f"Ledger {number}" for number in range(2, len(names) + 1)]:
        fail(f"the ledger's sheets are named {names}")
    return [book[name] for name in names]


def check_cell(column, text, cell):
    """One cell against its text in ledger.csv."""
    where = f"{cell.parent.title} {cell.coordinate} ({column})"
    if cell.data_type == "f":
        fail(f"{where} is a formula: {cell.value!r}")
    value = cell.value
    if text == "":
        if value is not None:
            fail(f"{where} holds {value!r}, the ledger nothing")
        return
    if column in NUMBERS:
        right = isinstance(value, int) and value == int(text)
    elif column in AMOUNTS and len(text.replace("-", "").replace(".", "").lstrip("0")) <= DIGITS_MAX:
        right = isinstance(value, (int, float)) and Decimal(repr(value)) == Decimal(text)
    elif column in DAYS and text >= "1900-03-01":
        right = isinstance(value, datetime.datetime) and value == datetime.datetime.fromisoformat(text)
    elif column in INSTANTS and text >= "1900-03-01":
        wanted = datetime.datetime.fromisoformat(text.rstrip("Z"))
        right = isinstance(value, datetime.datetime) and abs(value - wanted) < datetime.timedelta(milliseconds=1)
    else:
        shown = as_shown(text)
        value = None if value is None else str(value).replace("_x005F_", "_")
        right = cell.data_type in ("s", "inlineStr") and (value == shown or (len(text) > CELL_MAX - 100 and "[cut: " in value))
    if not right:
        fail(f"{where} holds {value!r}, the ledger {text!r}")


def check_openpyxl(path, header, rows):
    book = openpyxl.load_workbook(path)
    wanted = {"Summary", "Contracts", "Findings", "Run"}
    if not wanted <= set(book.sheetnames):
        fail(f"sheets are missing: {book.sheetnames}")
    cells = []
    for sheet in ledger_sheets(book):
        if sheet.freeze_panes is None or sheet.auto_filter.ref is None:
            fail(f"{sheet.title} has no frozen header or no filter")
        lines = list(sheet.iter_rows(min_col=1, max_col=len(header)))
        if [cell.value for cell in lines[0]] != header:
            fail(f"{sheet.title} has other columns")
        cells += lines[1:]
    if len(cells) != len(rows):
        fail(f"{len(cells)} rows in the workbook, {len(rows)} in the ledger")
    for row, line in zip(rows, cells):
        for column, text, cell in zip(header, row, line):
            check_cell(column, text, cell)
        currency = row[header.index("currency")]
        for column in sorted(AMOUNTS):
            amount = line[header.index(column)]
            if isinstance(amount.value, (int, float)) and f"[${currency}]" not in amount.number_format:
                fail(f"{amount.coordinate} does not show its currency: {amount.number_format}")
    for sheet in book.worksheets:
        for line in sheet.iter_rows():
            for cell in line:
                if cell.data_type == "f":
                    fail(f"{sheet.title} {cell.coordinate} is a formula: {cell.value!r}")
    return book


def check_totals(book, totals):
    """The Summary sheet's table against summary.json."""
    found = {}
    lines = [[cell.value for cell in line] for line in book["Summary"].iter_rows(max_col=5)]
    if totals:
        start = next(number for number, line in enumerate(lines) if line[0] == "currency")
        for line in lines[start + 1:]:
            if line[0] is None:
                break
            found[line[0]] = (Decimal(repr(line[4])) if isinstance(line[4], (int, float)) else Decimal(line[4]), line[3])
    if found != totals:
        fail(f"the Summary sheet has the totals {found}, summary.json {totals}")


def check_xml(path, scratch):
    with zipfile.ZipFile(path) as archive:
        archive.extractall(scratch)
        parts = [str(scratch / name) for name in archive.namelist()]
    done = subprocess.run(["xmllint", "--noout", *parts], capture_output=True, text=True)
    if done.returncode != 0:
        fail(f"xmllint: {done.stderr[:2000]}")
    return len(parts)


def check_libreoffice(path, scratch, header, rows):
    """LibreOffice's own reading of the Ledger sheets, written as CSV with raw numbers: sums must be equal."""
    filter_name = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1'
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{scratch}/profile", "--convert-to", filter_name,
               "--outdir", str(scratch / "csv"), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    found_sums, found_rows = defaultdict(Decimal), 0
    files = sorted((scratch / "csv").glob(f"{path.stem}-Ledger*.csv"))
    if done.returncode != 0 or not files:
        fail(f"LibreOffice cannot read the workbook: {done.stdout} {done.stderr}")
    for file in files:
        with open(file, newline="", encoding="utf-8") as lines:
            read = list(csv.reader(lines))
        if read[0][:len(header)] != header:
            fail(f"LibreOffice finds other columns in {file.name}")
        for row in read[1:]:
            found_rows += 1
            if row[header.index("counted")] == "yes":
                found_sums[row[header.index("currency")]] += Decimal(row[header.index("amount")])
    sums = defaultdict(Decimal)
    for row in rows:
        if row[header.index("counted")] == "yes":
            sums[row[header.index("currency")]] += Decimal(row[header.index("amount")])
    if found_rows != len(rows) or found_sums != sums:
        fail(f"LibreOffice finds {found_rows} rows and {dict(found_sums)}, the ledger has {len(rows)} and {dict(sums)}")


def main():
    folder = Path(sys.argv[1]).resolve()
    path = folder / "ledger.xlsx"
    header, rows = read_csv(folder / "ledger.csv")
    totals = {
        total["currency"]: (Decimal(total["amount"]), total["documents"])
        for total in json.loads((folder / "summary.json").read_text(encoding="utf-8"))["totals"]
    }
    with tempfile.TemporaryDirectory() as scratch:
        parts = check_xml(path, Path(scratch))
        book = check_openpyxl(path, header, rows)
        check_totals(book, totals)
        check_libreoffice(path, Path(scratch), header, rows)
    print(f"workbook: {len(rows)} rows, {len(book.sheetnames)} sheets, {parts} well-formed parts; openpyxl and LibreOffice agree")


if __name__ == "__main__":
    main()
