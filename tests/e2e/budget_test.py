"""Documents made to exhaust memory, time or disk: each is named, the month is published, and the run is as quick as with any other file.

Without the limits of src/usage/limits.hpp one file of some hundred kilobytes blocks a month for good: it is in the store, so every later run
reads it again.
"""

import io
import os
import resource
import shutil
import signal
import threading
import time
import unittest
import zlib
from pathlib import Path

from harness import PDF, PROGRAM, Case, document, finish, start, wait_until

IS_SANITIZED = any(mark in Path(PROGRAM).read_bytes() for mark in (b"__asan_init", b"__tsan_init"))  # slow, and with a memory of its own
SLOWNESS = float(os.environ.get("MOISSON_TEST_SLOWNESS", "60" if IS_SANITIZED else "4"))  # 1 on a machine that does nothing else
SECONDS_MAX = 5 * SLOWNESS
STOP_SECONDS_MAX = 2 * SLOWNESS
MEGABYTES_MAX = None if IS_SANITIZED else 300
OUTPUT_MAX = 10_000_000

REPORT = "comsumptionRatedReports"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADING = ("BillingMode;BeginDate;EndDate;ServiceID;TenantLabel;Country;Region;ServiceCloud;CodeLabel;ChargeLabel;IdResource;Project;Tags;"
           "Quantity;BillingUnit;UnitPrice;Amount;VolumeDiscount;DiscountedAmount;Currency;SubsChargeType;SubsBeginDate;SubsEndDate;SubsUpfront;"
           "SubsUpfrontDiscounted;SubsFlavor;SubsDuration\n")
LINE = ("PayAsYouGo;2026-10-01;2026-10-31;OCB0000001;Tenant;FR;eu-west-0;Compute;S1;Running;0a1b;web;env=prod;744,000;hour;0,01234;10,50;0,50;"
        "10,00;EUR;;;;;;;\n")

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
BOOK = XML + '<workbook xmlns="m" xmlns:r="n"><sheets><sheet name="Billing Report" sheetId="1" r:id="rId1"/></sheets></workbook>'
TYPES = XML + '<Types xmlns="c"><Default Extension="xml" ContentType="application/xml"/></Types>'
ROOT_RELATIONS = XML + '<Relationships xmlns="p"><Relationship Id="rId1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>'
RELATIONS = (XML + '<Relationships xmlns="p"><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>'
             '<Relationship Id="rId9" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>')
NO_TEXTS = XML + '<sst xmlns="m"/>'
HEAD_ROW = "".join(f'<c r="{column}12" t="inlineStr"><is><t>{text}</t></is></c>'
                   for column, text in (("A", "Reference"), ("M", "Quantity"), ("P", "Amount"), ("R", "Discounted amount")))
SHEET_BEGIN = XML + f'<worksheet xmlns="m"><sheetData><row r="12">{HEAD_ROW}</row>'
SHEET_END = "</sheetData></worksheet>"
GOOD_ROW = '<row r="14"><c r="A14" t="inlineStr"><is><t>ref</t></is></c><c r="M14"><v>1</v></c><c r="P14"><v>10.5</v></c><c r="R14"><v>10</v></c></row>'
MIB = 1 << 20


class Deflated:
    """The deflated form of pieces: bytes, or (block, count) for a block that is repeated. The block is packed once."""

    def __init__(self, pieces):
        self.size, self.crc, packed = 0, 0, io.BytesIO()
        for piece in pieces:
            block, count = piece if isinstance(piece, tuple) else (piece, 1)
            engine = zlib.compressobj(9, zlib.DEFLATED, -15)
            packed.write((engine.compress(block) + engine.flush(zlib.Z_FULL_FLUSH)) * count)
            self.size += len(block) * count
            for _ in range(count):
                self.crc = zlib.crc32(block, self.crc)
        packed.write(zlib.compressobj(9, zlib.DEFLATED, -15).flush())
        self.packed = packed.getvalue()


def package(parts):
    """A ZIP of (name, text or pieces)."""
    out, directory = io.BytesIO(), b""
    for name, content in parts:
        pieces = [content.encode()] if isinstance(content, str) else [content] if isinstance(content, bytes) else content
        body, encoded = Deflated(pieces), name.encode()
        rest = (20).to_bytes(2, "little") + b"\0\0" + (8).to_bytes(2, "little") + b"\0\0\x21\0" + body.crc.to_bytes(4, "little") + \
            len(body.packed).to_bytes(4, "little") + body.size.to_bytes(4, "little") + len(encoded).to_bytes(2, "little") + b"\0\0"
        directory += b"PK\x01\x02" + (20).to_bytes(2, "little") + rest + b"\0" * 10 + out.tell().to_bytes(4, "little") + encoded
        out.write(b"PK\x03\x04" + rest + encoded + body.packed)
    begin = out.tell()
    count = len(parts).to_bytes(2, "little")
    out.write(directory + b"PK\x05\x06\0\0\0\0" + count + count + len(directory).to_bytes(4, "little") + begin.to_bytes(4, "little") + b"\0\0")
    return out.getvalue()


def filled(before, letter, size, after):
    """`before`, `size` times the letter, `after`."""
    block = letter.encode() * (min(size, MIB) // len(letter))
    return [before.encode(), (block, size // len(block)), after.encode()]


def book(**parts):
    """A whole workbook, some of its parts replaced."""
    usual = {"[Content_Types].xml": TYPES, "_rels/.rels": ROOT_RELATIONS, "xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELATIONS,
             "xl/sharedStrings.xml": NO_TEXTS, "xl/worksheets/sheet1.xml": SHEET_BEGIN + GOOD_ROW + SHEET_END}
    names = {"types": "[Content_Types].xml", "root": "_rels/.rels", "book": "xl/workbook.xml", "relations": "xl/_rels/workbook.xml.rels",
             "texts": "xl/sharedStrings.xml", "sheet": "xl/worksheets/sheet1.xml", "styles": "xl/styles.xml"}
    usual.update({names[key]: value for key, value in parts.items()})
    return package(list(usual.items()))


def shared_text_rows(rows, size, quantity="<v>1</v>"):
    texts = filled(XML + '<sst xmlns="m"><si><t>', "x", size, "</t></si></sst>")
    body = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c><c r="M{row}">{quantity}</c><c r="P{row}"><v>1</v></c><c r="R{row}"><v>1</v></c></row>'
                   for row in range(14, 14 + rows))
    return book(texts=texts, sheet=SHEET_BEGIN + body + SHEET_END)


def distinct_names(count):
    return [SHEET_BEGIN.encode(), "".join(f"<a{number}/>" for number in range(count)).encode(), SHEET_END.encode()]


def many_entries(count):
    """A directory that lists one part again and again."""
    whole = book()
    end = whole.rindex(b"PK\x05\x06")
    begin = int.from_bytes(whole[end + 16:end + 20], "little")
    first = whole[begin:whole.index(b"PK\x01\x02", begin + 4)]
    directory = first * count
    shown = min(count, 65535).to_bytes(2, "little")
    return whole[:begin] + directory + b"PK\x05\x06\0\0\0\0" + shown + shown + len(directory).to_bytes(4, "little") + \
        begin.to_bytes(4, "little") + b"\0\0"


def sheet(before, letter, size, after=""):
    return book(sheet=filled(SHEET_BEGIN + before, letter, size, after + SHEET_END))


BILLS = {
    "one attribute of 600 MB": lambda: sheet('<row r="14" spans="', "1", 600 * MIB, '">'),
    "one tag name of 100 MB": lambda: sheet("<", "a", 100 * MIB, "/>"),
    "one comment of 600 MB": lambda: sheet("<!--", "x", 600 * MIB, "-->"),
    "one processing instruction of 600 MB": lambda: sheet("<?p ", "x", 600 * MIB, "?>"),
    "one CDATA section of 600 MB": lambda: sheet('<row r="14"><c r="A14" t="str"><v><![CDATA[', "x", 600 * MIB, "]]></v></c></row>"),
    "one text of 600 MB": lambda: sheet('<row r="14"><c r="A14" t="str"><v>', "x", 600 * MIB, "</v></c></row>"),
    "one text of 600 MB that no column takes": lambda: sheet('<row r="14"><c r="ZZ14" t="str"><f>', "x", 600 * MIB, "</f></c></row>"),
    "50 million empty cells": lambda: sheet('<row r="14">', "<c/>", 200 * MIB, "</row>"),
    "50 million empty rows": lambda: sheet("", "<row/>", 300 * MIB),
    "elements inside elements": lambda: sheet("", "<a>", 100 * MIB),
    "attributes without end": lambda: sheet("<row ", "a='' ", 100 * MIB, "/>"),
    "tags just short of the limit": lambda: book(sheet=[SHEET_BEGIN.encode(), (b"<a b='" + b"x" * (MIB - 70_000) + b"'/>", 300)]),
    "a million names": lambda: book(sheet=distinct_names(1_000_000)),
    "rows that name one text": lambda: shared_text_rows(60_000, MIB - 1000),
    "rows that name one text and are no lines": lambda: shared_text_rows(60_000, MIB - 1000, ""),
    "a bomb of shared texts": lambda: book(texts=filled(XML + '<sst xmlns="m">', "<si/>", 600 * MIB, "</sst>")),
    "a bomb in a shared text": lambda: book(texts=filled(XML + '<sst xmlns="m"><si><t>', "x", 600 * MIB, "</t></si></sst>")),
    "a bomb in the list of sheets": lambda: book(book=filled(XML + "<workbook><sheets>", "<sheet/>", 600 * MIB, "</sheets></workbook>")),
    "a bomb in the relations": lambda: book(relations=filled(XML + "<Relationships>", " ", 600 * MIB, "</Relationships>")),
    "a bomb in the package's relations": lambda: book(root=filled(XML + "<Relationships>", "<x/>", 600 * MIB, "</Relationships>")),
    "a part that is listed 300,000 times": lambda: many_entries(300_000),
    "a workbook in a ZIP, of 600 MB": lambda: package([("bill.xlsx", filled("PK\x03\x04", "x", 600 * MIB, ""))]),
    "a bomb in a workbook in a ZIP": lambda: package([("bill.xlsx", sheet("<!--", "x", 600 * MIB, "-->"))]),
}
REPORTS = {
    "one line of 600 MB in a ZIP": lambda: package([("a.csv", filled(HEADING, "x", 600 * MIB, "\n"))]),
    "one quoted field of 600 MB in a ZIP": lambda: package([("a.csv", filled(HEADING + '"', "x\n", 600 * MIB, '"\n'))]),
    "600 million blank lines in a ZIP": lambda: package([("a.csv", filled(HEADING, "\n", 600 * MIB, ""))]),
    "lines of separators in a ZIP": lambda: package([("a.csv", filled(HEADING + LINE, ";" * 26 + "\n", 600 * MIB, ""))]),
    "one line of 20 MB": lambda: HEADING.encode() + b"x" * (20 * MIB),
    "one quoted field of 20 MB": lambda: HEADING.encode() + b'"' + b"x\n" * (10 * MIB),
}
# These are honest, only odd: what holds no part of the lines is not even opened.
HARMLESS = {
    "a bomb in the styles": lambda: book(styles=filled(XML + "<styleSheet>", "<x/>", 600 * MIB, "</styleSheet>")),
    "a bomb in the content types": lambda: book(types=filled(XML + "<Types>", "<x/>", 600 * MIB, "</Types>")),
}


class Memory(threading.Thread):
    """The most that the program and its children held at one time, in megabytes."""

    def __init__(self, pid):
        super().__init__()
        self.pid, self.most, self.over = pid, 0, threading.Event()

    def run(self):
        while not self.over.wait(0.01):
            self.most = max(self.most, sum(self.held_by(pid) for pid in [self.pid, *self.children()]))

    def children(self):
        try:
            return [int(word) for word in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("ascii").split()]
        except OSError:
            return []

    @staticmethod
    def held_by(pid):
        try:
            return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * resource.getpagesize() // 1_000_000
        except (OSError, IndexError):
            return 0


class Budgets(Case):
    def setUp(self):
        super().setUp()
        self.server = self.double()
        self.server.contracts = [{"id": "OCB0000001", "name": "First"}]
        (self.folder / "job.toml").write_text('[export]\nperiod = "2026-10"\n[transfer]\nrate_per_second = 0\n')

    def offer(self, body, kind, media_type):
        """A bill, its report of three lines that add up to it, and the hostile document, in a folder without a past."""
        for name in ("out", ".moisson"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        bill = [] if kind == "bills" else [document("bill", amount=30)]
        self.server.lists["OCB0000001"] = [document("good", REPORT), document("hostile", kind, amount=30), *bill]
        self.server.files = {"bill": PDF, "good": lambda _: (200, {"Content-Type": "text/csv"}, (HEADING + LINE * 3).encode()),
                             "hostile": lambda _: (200, {"Content-Type": media_type}, body)}

    def export(self, code):
        begun = time.monotonic()
        process = start("export", "job.toml", folder=self.folder, environment=self.server.environment)
        memory = Memory(process.pid)
        memory.start()
        try:
            result = finish(process, timeout=120 * SLOWNESS)
        finally:
            memory.over.set()
            memory.join()
        seconds = time.monotonic() - begun
        self.assertEqual(result.code, code, result)
        self.assertLess(seconds, SECONDS_MAX, result)
        if MEGABYTES_MAX is not None:
            self.assertLess(memory.most, MEGABYTES_MAX, result)
        return seconds, memory.most

    def check(self, code, codes):
        for run in ("first", "stored"):
            with self.subTest(run=run):
                self.export(code)
                found = {finding["code"]: finding for finding in self.summary()["findings"] if finding["document_id"] == "hostile"}
                named = set(found) & {"usage-over-budget", "usage-reader-failed", "usage-unreadable", "usage-workbook-unreadable"}
                self.assertTrue(named and named <= codes if codes else not named, found)
                text = (self.folder / "out/2026-10/usage.csv").read_text("utf-8")
                self.assertEqual(sum(1 for line in text.splitlines() if ",good," in line and ",yes," in line), 3)
                self.assertLess(len(text), OUTPUT_MAX)

    def test_bills(self):
        """A workbook that unpacks without end would take the machine's memory or hold up the month."""
        for name, make in BILLS.items():
            with self.subTest(name=name):
                body = make()
                self.offer(body, "bills", "application/zip" if "in a ZIP" in name else WORKBOOK_TYPE)
                self.check(0, {"usage-over-budget", "usage-workbook-unreadable"})

    def test_what_is_not_read_does_no_harm(self):
        """A workbook would be refused for what no reader looks at."""
        for name, make in HARMLESS.items():
            with self.subTest(name=name):
                self.offer(make(), "bills", WORKBOOK_TYPE)
                self.check(0, set())

    def test_reports(self):
        """The same for reports: there the run is incomplete, because lines are missing."""
        for name, make in REPORTS.items():
            with self.subTest(name=name):
                self.offer(make(), REPORT, "application/zip" if "in a ZIP" in name else "text/csv")
                self.check(3, {"usage-over-budget", "usage-unreadable"})

    def test_stop(self):
        """Somebody who stops the export, or a service manager, would wait for what cannot be stopped and end it by force."""
        long = {"unpacking": ("bills", WORKBOOK_TYPE, lambda: sheet('<row r="14"><c r="ZZ14"><f>', "x", 60 * MIB, "</f></c></row>")),
                "texts": ("bills", WORKBOOK_TYPE, lambda: book(texts=filled(XML + '<sst xmlns="m">', "<si><t>x</t></si>", 30 * MIB, "</sst>"))),
                "rows": ("bills", WORKBOOK_TYPE, lambda: sheet("", "<row><c t='str'><v>ab</v></c></row>", 15 * MIB)),
                "lines": (REPORT, "application/zip", lambda: package([("a.csv", filled(HEADING, "\n", 60 * MIB, ""))])),
                "plain": (REPORT, "text/csv", lambda: HEADING.encode() + LINE.encode() * 100_000)}
        for name, (kind, media_type, make) in long.items():
            for wait in (0, 0.3, 0.6):
                with self.subTest(name=name, wait=wait):
                    self.offer(make(), kind, media_type)
                    hostile = self.server.files["hostile"]
                    copies = [document(f"hostile-{number}", kind, amount=30) for number in range(60)]
                    self.server.lists["OCB0000001"] += copies
                    self.server.files.update({copy["id"]: hostile for copy in copies})
                    process = start("export", "job.toml", folder=self.folder, environment=self.server.environment)
                    wait_until(lambda: list((self.folder / "out").rglob("usage.csv*")), process, 60)
                    time.sleep(wait)
                    self.assertIsNone(process.poll(), "it had ended before it was to be stopped")
                    begun = time.monotonic()
                    process.send_signal(signal.SIGTERM)
                    result = finish(process)
                    self.assertEqual(result.code, 143, result)
                    self.assertLess(time.monotonic() - begun, STOP_SECONDS_MAX)
                    self.assertEqual(list((self.folder / "out").rglob("usage.csv*")), [])


if __name__ == "__main__":
    unittest.main()
