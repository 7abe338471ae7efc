"""workbook.py FOLDER: openpyxl, xmllint and LibreOffice read ledger.xlsx of a published month and must find the rows of ledger.csv.

If this failed, an accountant would see other amounts than the ledger states, could not sum them, or could not open the file at all.
"""

import codecs
import csv
import datetime
import io
import json
import re
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
ORDER = ["To do", "Summary", "Documents to book", "Contracts", "Completeness", "Expected", "Changes", "Findings", "Usage by service",
         "Usage by project", "Usage lines", "Inbox", "Run", "Ledger"]
ALWAYS = {"To do", "Summary", "Documents to book", "Contracts", "Findings", "Run", "Ledger"}
FOLDED = {"offer_id", "offer_name", "customer_id", "customer_name", "updated_at", "path", "size_bytes", "sha256", "media_type", "raw_amount",
          "raw_currency", "raw_period", "credited_invoice", "order_reference", "values_from", "channel", "perimeter"}
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
    order = [name for name in book.sheetnames if name in ORDER]
    if order != [name for name in ORDER if name in order] or not ALWAYS <= set(order):
        fail(f"sheets are missing, or in another order: {book.sheetnames}")
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


def shown(text):
    """A text of the ledger or the summary as openpyxl finds it in a cell."""
    return as_shown(text) if text else None


def same(cell, text):
    value = None if cell.value is None else str(cell.value).replace("_x005F_", "_")
    return value == shown(text) or (len(text or "") > CELL_MAX - 100 and "[cut: " in (value or ""))


def check_amount(cell, text, where):
    value = None if cell.value is None else Decimal(repr(cell.value)) if isinstance(cell.value, (int, float)) else Decimal(cell.value)
    if value != (Decimal(text) if text else None):
        fail(f"{where} {cell.coordinate} is {cell.value!r}, not {text!r}")


def check_documents(book, header, rows):
    """The documents to book are the rows of ledger.csv that count."""
    sheets = [sheet for sheet in book.worksheets if sheet.title.startswith("Documents to book")]
    lines = [line for sheet in sheets for line in sheet.iter_rows(min_row=2)]
    wanted = [dict(zip(header, row)) for row in rows if row[header.index("counted")] == "yes"]
    if not wanted:
        return
    if len(lines) != len(wanted):
        fail(f"{len(lines)} documents to book, {len(wanted)} rows count")
    texts = {1: "contract_id", 2: "contract_name", 3: "document_type", 4: "invoice_number", 5: "document_id", 6: "period", 8: "currency",
             11: "filename"}
    for line, row in zip(lines, wanted):
        day = line[0].value.date().isoformat() if isinstance(line[0].value, datetime.datetime) else line[0].value or ""
        if day != row["issued_at"][:10]:
            fail(f"{line[0].coordinate} of the documents to book is {day}, not {row['issued_at']}")
        for at, column in texts.items():
            if not same(line[at], row[column]):
                fail(f"{line[at].coordinate} of the documents to book is {line[at].value!r}, not {row[column]!r}")
        for at, column in ((7, "amount"), (9, "net_amount"), (10, "vat_amount")):
            check_amount(line[at], row[column], "documents to book")


def linked_row(book, cell):
    """The row that a cell leads to."""
    found = re.fullmatch(r"'(.+)'!A(\d+)", cell.hyperlink.location)
    if cell.value != f"{found.group(1)}, row {found.group(2)}" or cell.hyperlink.target is not None:
        fail(f"{cell.coordinate} of To do says {cell.value!r} and leads to {cell.hyperlink.location!r}")
    return found.group(1), book[found.group(1)][int(found.group(2))]


def check_to_do(book, summary, of_data):
    """What summary.json has to do about the month's data, in its order; each row leads to its document or contract."""
    wanted = [one for one in summary["to_do"] if (one["code"], one["contract_id"], one["document_id"]) in of_data]
    lines = list(book["To do"].iter_rows(min_row=2))
    if not wanted:
        if [cell.value for cell in lines[0]][0] != "Nothing is to be done.":
            fail("To do does not say that nothing is to be done")
        return 0
    if len(lines) != len(wanted):
        fail(f"To do has {len(lines)} rows, summary.json {len(wanted)}")
    links = 0
    for line, one in zip(lines, wanted):
        texts = [one["severity"], one["what"], one["who"], one["contract_id"], one["contract_name"], one["document_id"]]
        if not all(same(cell, text) for cell, text in zip(line, texts)) or not same(line[7], one["filename"]) or not same(line[10], one["command"]):
            fail(f"To do row {line[0].row} is {[cell.value for cell in line]}, not {one}")
        check_amount(line[6], one["amount"], "to do")
        if line[9].value is not None:
            links += 1
            sheet, row = linked_row(book, line[9])
            contract, document = {"Documents to book": (1, 5), "Contracts": (0, None)}.get(sheet.rstrip(" 23456789"), (1, 7))
            if not same(row[contract], one["contract_id"]) or (document is not None and not same(row[document], one["document_id"])):
                fail(f"To do row {line[0].row} leads to another row: {[cell.value for cell in row[:8]]}")
    return links


def check_findings(book, findings):
    order = {"error": 0, "warning": 1, "info": 2}
    lines = list(book["Findings"].iter_rows(min_row=2, values_only=True))
    told = [(line[0], line[1], line[2] or "", shown(line[4] or "") or "") for line in lines if line[1]]
    wanted = sorted(((one["severity"], one["code"], one["contract_id"], as_shown(one["document_id"])) for one in findings), key=lambda one: order[one[0]])
    if told != wanted:
        fail("the sheet of findings has others, or in another order")


def check_print(book):
    """On A4, one page wide, with titles; the ledger's technical columns behind a button."""
    for sheet in book.worksheets:
        setup = sheet.page_setup
        if str(setup.paperSize) != "9" or not sheet.sheet_properties.pageSetUpPr.fitToPage or setup.fitToHeight not in (0, "0"):
            fail(f"{sheet.title} does not print on A4")
        if sheet.print_title_rows is None:
            fail(f"{sheet.title} has no titles on its further pages")
    for sheet in ledger_sheets(book):
        names = {cell.column_letter: cell.value for cell in sheet[1]}
        folded = {name for letter, name in names.items() if sheet.column_dimensions[letter].outlineLevel}
        grouped = {name for letter, name in names.items() for dimension in sheet.column_dimensions.values()
                   if dimension.outlineLevel and dimension.hidden and dimension.min <= openpyxl.utils.column_index_from_string(letter) <= dimension.max}
        if folded | grouped != FOLDED:
            fail(f"{sheet.title}: other columns are folded: {sorted((folded | grouped) ^ FOLDED)}")


def archived_findings(folder):
    with zipfile.ZipFile(folder / "bundle.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith("/data/summary.json"))
        return json.loads(archive.read(name))["findings"]


def check_people(book, folder, header, rows):
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    findings = archived_findings(folder)
    of_data = {(one["code"], one["contract_id"], one["document_id"]) for one in findings}
    check_documents(book, header, rows)
    links = check_to_do(book, summary, of_data)
    check_findings(book, findings)
    check_print(book)
    sums = (summary.get("changes") or {}).get("month_before")
    if bool(sums) != ("Changes" in book.sheetnames):
        fail("sums of the month before stand in the workbook or in summary.json alone")
    return links


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
        links = check_people(book, folder, header, rows)
        check_libreoffice(path, Path(scratch), header, rows)
    print(f"workbook: {len(rows)} rows, {len(book.sheetnames)} sheets, {links} links, {parts} well-formed parts; openpyxl and LibreOffice agree")


if __name__ == "__main__":
    main()
