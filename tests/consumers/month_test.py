"""Exports from the embedded sandbox and lets other programs judge what was published: Miller, Python's csv module, unzip, sha256sum,
sha512sum, qpdf, openpyxl, xmllint and LibreOffice. Then breaks copies in every way that a judge is there for: each must be refused.

If this failed, ledger, workbook or bundle would be right only in the eyes of the program that wrote them.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from columns import LEDGER_COLUMNS  # noqa: E402

CSV = ["bash", str(HERE / "csv.sh")]
BUNDLE = ["bash", str(HERE / "bundle.sh")]
WORKBOOK = [sys.executable, "-B", str(HERE / "workbook.py")]

def part_of(workbook, sheet):
    """The part that holds the sheet of that name."""
    names = re.findall(rb'<sheet name="([^"]*)"', zipfile.ZipFile(workbook).read("xl/workbook.xml"))
    return f"xl/worksheets/sheet{names.index(sheet.encode()) + 1}.xml"



def judge(command, folder):
    return subprocess.run([*command, str(folder)], capture_output=True, text=True, timeout=600)


def export(out, *options):
    command = [os.environ["MOISSON"], "export", "--sandbox", "--rate", "0", "--no-progress", "--out", str(out), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=out.parent)
    # 3: the scenario has documents that are missing on purpose.
    if done.returncode not in (0, 3):
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def change_text(path, old, new):
    data = path.read_bytes()
    assert old in data, f"{old!r} is not in {path}"
    path.write_bytes(data.replace(old, new, 1))


def change_archive(path, change):
    """Rewrites a ZIP: `change(name, bytes)` gives the new bytes, or None to leave the entry out; name "" asks for entries to add."""
    entries = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = change(name, archive.read(name))
            if data is not None:
                entries[name] = data
    entries.update(change("", b"") or {})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)


def part(wanted, old, new):
    """For change_archive: replaces bytes once in the entries whose name ends so."""

    def change(name, data):
        if name == "":
            return {}
        if name.endswith(wanted):
            assert old in data, f"{old!r} is not in {name}"
            return data.replace(old, new, 1)
        return data

    return change


def without(wanted):
    return lambda name, data: {} if name == "" else None if name.endswith(wanted) else data


def with_file(wanted):
    return lambda name, data: {wanted: b"x"} if name == "" else data


def cell_of(sheet, name):
    """The cell's whole element; a number."""
    start = sheet.index(f'<c r="{name}"'.encode())
    cell = sheet[start:sheet.index(b"</c>", start) + 4]
    assert b"<v>" in cell, cell
    return cell


def first_number(sheet, column):
    """The first cell of a column that holds a number."""
    name = next(name.decode() for name in re.findall(rb'<c r="(%s\d+)"[^>]*><v>' % column.encode(), sheet))
    return cell_of(sheet, name)


def first_counted(folder):
    """Text, number as written in the sheet, and row of the first counted row with cents."""
    rows = (folder / "ledger.csv").read_text(encoding="utf-8").splitlines()
    for number, row in enumerate(rows, 1):
        fields = row.split(",")
        if '"' not in row and len(fields) == len(LEDGER_COLUMNS) and fields[11] == "yes" and fields[12].endswith(("1", "2", "3", "4")):
            return fields[12], number
    sys.exit("the sandbox gave no counted row to break")


def breakages(folder):
    amount, row = first_counted(folder)
    text = amount.encode()
    other = text[:-1] + b"9"
    top = zipfile.ZipFile(folder / "bundle.zip").namelist()[0].split("/")[0]
    pdf = next(name for name in zipfile.ZipFile(folder / "bundle.zip").namelist() if name.endswith(".pdf"))
    bundle = lambda change: lambda copy: change_archive(copy / "bundle.zip", change)
    workbook = lambda change: lambda copy: change_archive(copy / "ledger.xlsx", change)
    ledger_part, summary_part, to_do_part, documents_part = (part_of(folder / "ledger.xlsx", name) for name in ("Ledger", "Summary", "To do", "Documents to book"))
    sheet = zipfile.ZipFile(folder / "ledger.xlsx").read(ledger_part)
    whole = cell_of(sheet, f"M{row}")
    total = first_number(zipfile.ZipFile(folder / "ledger.xlsx").read(summary_part), "E")
    line_start = sheet.index(f'<row r="{row}"'.encode())
    line = sheet[line_start:sheet.index(b"</row>", line_start) + 6]
    value = whole[whole.index(b"<v>") + 3:whole.index(b"</v>")]
    yield "an amount in ledger.csv is another", CSV, lambda copy: change_text(copy / "ledger.csv", b",yes," + text, b",yes," + other)
    yield "a row of ledger.csv lost a column", CSV, lambda copy: change_text(copy / "ledger.csv", b"," + text + b",", b"," + text)
    yield "a row of ledger.csv does not count", CSV, lambda copy: change_text(copy / "ledger.csv", b",yes," + text, b",no," + text)
    yield "a quote in ledger.csv is open", CSV, lambda copy: change_text(copy / "ledger.csv", b"," + text + b",", b',"' + text + b",")
    yield "a total in summary.json is another", CSV, lambda copy: change_text(copy / "summary.json", b'"amount": "', b'"amount": "1')
    yield "a PDF in the bundle is another", BUNDLE, bundle(part(pdf, b"%PDF", b"%PDG"))
    yield "the ledger in the bundle is another", BUNDLE, bundle(part("data/ledger.csv", text, other))
    yield "a file in the bundle is missing", BUNDLE, bundle(without(pdf))
    yield "a stray document is in the bundle", BUNDLE, bundle(with_file(f"{top}/data/documents/stray.pdf"))
    yield "a stray file stands beside data/", BUNDLE, bundle(with_file(f"{top}/stray.txt"))
    yield "the bundle has a second top folder", BUNDLE, bundle(with_file("other/stray.txt"))
    yield "a manifest of the bundle is missing", BUNDLE, bundle(without("/manifest-sha512.txt"))
    yield "Payload-Oxum is another", BUNDLE, bundle(part("bag-info.txt", b"Payload-Oxum: ", b"Payload-Oxum: 1"))
    yield "the bundle is cut", BUNDLE, lambda copy: (copy / "bundle.zip").write_bytes((copy / "bundle.zip").read_bytes()[:-500])
    yield "ledger.csv is not the bundle's", BUNDLE, lambda copy: change_text(copy / "ledger.csv", text, other)
    yield "an amount in the workbook is another", WORKBOOK, workbook(part(ledger_part, whole, whole.replace(value, value + b"9")))
    yield "an amount in the workbook is text", WORKBOOK, workbook(
        part(ledger_part, whole, whole.replace(b"><v>", b' t="inlineStr"><is><t>').replace(b"</v>", b"</t></is>")))
    yield "an amount in the workbook is a formula", WORKBOOK, workbook(part(ledger_part, whole, whole.replace(b"<v>", b"<f>1+1</f><v>")))
    yield "a row of the workbook is missing", WORKBOOK, workbook(part(ledger_part, line, b""))
    yield "a sheet of the workbook is cut", WORKBOOK, workbook(part(ledger_part, b"</worksheet>", b""))
    booked = first_number(zipfile.ZipFile(folder / "ledger.xlsx").read(documents_part), "H")
    yield "an amount to book is another", WORKBOOK, workbook(part(documents_part, booked, booked.replace(b"<v>", b"<v>1")))
    yield "a link leads to another row", WORKBOOK, workbook(part(to_do_part, b"'!A", b"'!A1"))
    yield "a total in the Summary sheet is another", WORKBOOK, workbook(part(summary_part, total, total.replace(b"<v>", b"<v>1")))
    yield "the workbook is cut", WORKBOOK, lambda copy: (copy / "ledger.xlsx").write_bytes((copy / "ledger.xlsx").read_bytes()[:-500])


def main():
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        month, everything = scratch / "month", scratch / "everything"
        export(month, "--period", "2026-10")
        export(everything, "--all")
        folders = [month / "2026-10", everything / "all"]
        for folder in folders:
            done = judge(["bash", str(HERE / "all.sh")], folder)
            print(done.stdout, end="")
            if done.returncode != 0:
                sys.exit(f"{folder.name} is refused: {done.stderr}")
        missed = []
        count = 0
        for what, command, break_it in breakages(folders[0]):
            copy = scratch / f"broken-{count}"
            shutil.copytree(folders[0], copy)
            break_it(copy)
            done = judge(command, copy)
            if done.returncode == 0:
                missed.append(what)
            count += 1
        if missed:
            sys.exit("accepted although " + "; although ".join(missed))
        print(f"{count} broken copies refused")


if __name__ == "__main__":
    main()
