"""What `moisson verify` must survive: bundles and months that a stranger made to cost it memory, time or its life. Each ends with problems that
are named (exit code 6), within bounds that follow from the size of what was given; and SIGTERM is answered while it works.

All are made here, small, by repeating pieces. By hand: stranger_test.py -v Bundles.test_tables.
"""

import hashlib
import io
import os
import re
import shutil
import struct
import sys
import threading
import time
import zipfile
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from forger import SEAL, Month, Workbook, sha256
from harness import PublishedOnce, finish, signal, start, unittest

EXPORT = ("export", "--sandbox", "--rate", "0", "--no-progress", "-q")
MEMORY_MAX = 300 << 20
SECONDS_MAX = 60  # a wide margin: each takes a few seconds at most
IS_SANITIZED = any(name in os.environ for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"))
MEGABYTE = 1 << 20


class Packed:
    """Bytes that are never all there: pieces, each so many times, digested and deflated as they come."""

    def __init__(self, *runs):
        self.size = 0
        self.crc = 0
        self.digests = {kind: hashlib.new(kind) for kind in ("sha256", "sha512")}
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = []
        for piece, times in runs:
            block = piece * max(1, min(times, MEGABYTE // len(piece)))
            while times:
                count = min(times, len(block) // len(piece))
                body = block[:count * len(piece)]
                self.size += len(body)
                self.crc = zlib.crc32(body, self.crc)
                for digest in self.digests.values():
                    digest.update(body)
                packed.append(packer.compress(body))
                times -= count
        self.packed = b"".join(packed) + packer.flush()

    def hex(self, kind):
        return self.digests[kind].hexdigest()


def size_of(body):
    return body.size if isinstance(body, Packed) else len(body)


def hex_of(kind, body):
    return body.hex(kind) if isinstance(body, Packed) else hashlib.new(kind, body).hexdigest()


class Strange(Month):
    """A published month whose payload may be `Packed`, whose tag files may be others (`tags`) and whose archived summary may be any text."""

    def __init__(self, folder):
        super().__init__(folder)
        self.tags = {}

    def insert_archived(self, text):
        """Behind the first brace of the archived summary."""
        self.bag["summary.json"] = self.bag["summary.json"].replace(b"{", b"{" + text, 1)

    def bundle(self):
        octets = sum(map(size_of, self.bag.values()))
        tags = {"bagit.txt": self.bagit,
                "bag-info.txt": "".join(line + "\n" for line in [*self.info, f"Payload-Oxum: {octets}.{len(self.bag)}"]).encode(),
                **self.notes}
        data = {"data/" + path: self.bag[path] for path in sorted(self.bag)}
        manifests = {f"manifest-{kind}.txt": "".join(f"{hex_of(kind, body)}  {path}\n" for path, body in data.items()).encode()
                     for kind in ("sha256", "sha512")}
        manifests.update({name: self.tags[name] for name in manifests if name in self.tags})
        tagged = {**tags, **manifests}
        tag_manifests = {f"tagmanifest-{kind}.txt": "".join(f"{hex_of(kind, body)}  {path}\n" for path, body in tagged.items()).encode()
                         for kind in ("sha256", "sha512")}
        return self.archive({**tags, **data, **manifests, **tag_manifests})

    def archive(self, entries, offsets=None):
        parts, directory, at = [], [], 0
        for path, body in entries.items():
            name = f"{self.top}/{path}".encode()
            is_packed = isinstance(body, Packed)
            content = body.packed if is_packed else body
            crc = body.crc if is_packed else zlib.crc32(body)
            common = struct.pack("<HHHIIIIH", 20, 0, 8 if is_packed else 0, self.stamp, crc, len(content), size_of(body), len(name))
            place = at if offsets is None else offsets(path, at)
            directory.append(struct.pack("<IH", 0x02014B50, 0x300 | 20) + common
                             + struct.pack("<HHHHII", 0, 0, 0, 0, 0o100644 << 16, place) + name)
            parts.append(struct.pack("<I", 0x04034B50) + common + struct.pack("<H", 0) + name + content)
            at += len(parts[-1])
        listed = b"".join(directory)
        end_records = b""
        if len(entries) >= 0xFFFF:
            end_records = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 0x300 | 45, 45, 0, 0, len(entries), len(entries), len(listed), at)
            end_records += struct.pack("<IIQI", 0x07064B50, 0, at + len(listed), 1)
        count = min(len(entries), 0xFFFF)
        end_records += struct.pack("<IIHHIIH", 0x06054B50, 0, count, count, len(listed), at, len(SEAL) + 64)
        whole = b"".join(parts) + listed + end_records + SEAL
        return whole + sha256(whole).encode()


def reseal_with(folder, change):
    """Changes the bytes of summary.json, sealed anew."""
    path = Path(folder) / "summary.json"
    text = change(path.read_bytes()[:-len(b'  "seal": "' + b"0" * 64 + b'"\n}\n')])
    path.write_bytes(text + b'  "seal": "' + sha256(text).encode() + b'"\n}\n')


def peaks(pid):
    """Resident memory of a process and of its children, at its highest so far."""
    total = 0
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    total += int(found.group(1)) << 10 if found else 0
    return total + sum(peaks(int(child)) for child in children)


class Strangers(PublishedOnce):
    @classmethod
    def publish(cls):
        templates = [argument for name in ("csv-fr", "hledger") for argument in ("--template", name)]
        cls.keeper.run_moisson(*EXPORT, "--scenario", "small", "--period", "2026-10", "--out", "out", *templates, expect=3)
        cls.month = cls.keeper.folder / "out/2026-10"

    def verify(self, path, words):
        """Exit code 6 and a problem with the words, and no more time and memory than stated. Without words nothing need be wrong."""
        began = time.monotonic()
        process = start("verify", path, folder=self.folder)
        highest = []
        ended = threading.Event()

        def watch():
            while not ended.wait(0.02):
                highest.append(peaks(process.pid))
        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            result = finish(process, SECONDS_MAX)
        finally:
            ended.set()
            watcher.join()
        self.assertIn(result.code, (6,) if words else (0, 6), result)
        said = [line for line in result.out.splitlines() if line.startswith("problem: ")]
        self.assertTrue(not words or any(words in line for line in said), f"no problem says {words}, but\n" + "\n".join(said[:5] + said[-3:]))
        if os.environ.get("MOISSON_STRANGERS"):  # by hand: what each costs
            print(f"{time.monotonic() - began:6.2f} s {max(highest, default=0) >> 20:4} MB  {self.id()} {words}", file=sys.stderr)
        self.assertLess(len(result.out), 10 << 20)
        if not IS_SANITIZED:
            self.assertLess(max(highest, default=0), MEMORY_MAX, result)

    def bundle(self, name, change, words):
        with self.subTest(name):
            month = Strange(self.month)
            change(month)
            path = self.folder / "strange.zip"
            path.write_bytes(month.bundle())
            self.verify(path, words)
            path.unlink()

    def published(self, name, change, words, reseal=None):
        with self.subTest(name):
            month = Strange(self.month)
            change(month)
            folder = self.folder / "2026-10"
            month.save(folder)
            if reseal:
                reseal_with(folder, reseal)
            self.verify(folder, words)
            shutil.rmtree(folder)


class Bundles(Strangers):
    def put(self, path, body):
        return lambda month: month.bag.__setitem__(path, body)

    def test_tables(self):
        """256 MiB of commas in 250 KB took 8 GB; one row or one field without end took as much as one gives it."""
        ledger = "ledger.csv"
        header = b",".join([b"period"] * 28) + b"\n"
        self.bundle("commas far beyond the bundle's length", self.put(ledger, Packed((b",", 256 * MEGABYTE))), "over budget")
        self.bundle("commas", self.put(ledger, Packed((b",", 50 * MEGABYTE))), "row 1: over budget: more than 64 columns")
        self.bundle("one field", self.put(ledger, Packed((b"a", 50 * MEGABYTE))), "row 1: over budget: longer than")
        self.bundle("one quoted field", self.put(ledger, Packed((b'"', 1), (b"a", 50 * MEGABYTE))), "row 1: over budget: longer than")
        self.bundle("line ends", self.put(ledger, Packed((b"\n", 50 * MEGABYTE))), "over budget")
        self.bundle("empty rows", self.put(ledger, Packed((header, 1), (b"," * 27 + b"\n", 1_000_000))), "over budget")
        self.bundle("closed months", self.put("closed-months.csv", Packed((b",", 40 * MEGABYTE))), "over budget")

    def test_rows_that_name_much(self):
        """Each row of a ledger could add a document, a contract, a type and codes to what is remembered."""
        table = Month(self.month).ledger()

        def change(month):
            rows = [list(table.rows[0]) for _ in range(60_000)]
            for number, row in enumerate(rows):
                row[table.column("contract_id")] = f"C{number // 3:06}"
                row[table.column("document_id")] = f"D{number:06}"
                row[table.column("document_type")] = f"T{number:06}"
                row[table.column("findings")] = " ".join(f"a{number % 10}{letter}" for letter in "bcdefghij")
                row[table.column("path")] = ""
            ledger = month.ledger()
            ledger.rows = rows
            month.bag["ledger.csv"] = Packed((ledger.bytes(), 1))
        self.bundle("contracts, documents, types, codes", change, "further problems; over budget")

    def test_summaries(self):
        """A summary nested 100,000 deep ended the program; a million members were looked up in each other."""
        many = b",".join(b'"m%d":0' % number for number in range(500_000))
        self.bundle("lists in lists", lambda month: month.insert_archived(b'"x":' + b"[" * 100_000 + b"]" * 100_000 + b","), "nested too deep")
        self.bundle("objects in objects", lambda month: month.insert_archived(b'"x":' + b'{"a":' * 100_000 + b"0" + b"}" * 100_000 + b","),
                    "nested too deep")
        self.bundle("many members", lambda month: month.insert_archived(many + b","), "too many members")
        self.bundle("many values", lambda month: month.bag.__setitem__("summary.json", Packed((b'{"x":[0', 1), (b",0", 20_000_000), (b"]}", 1))),
                    "over budget: it has too many values")
        self.bundle("one text", lambda month: month.bag.__setitem__("summary.json", Packed((b'{"x":"', 1), (b"a", 400 * MEGABYTE), (b'"}', 1))),
                    "over budget")
        self.bundle("many NULs", lambda month: month.insert_archived(b'"x":"' + b"\\u0000" * 1_000_000 + b'",'), None)

    def test_members_of_other_kinds(self):
        """A member that is a number in place of an object, or a list in place of a text, could be read as what it is not."""
        archived = Strange(self.month).archived
        deep = [(0, "types"), (0, "by_type"), (0, "expected")]
        for value in (5, [1], {"a": 1}, None):
            def change(month, value=value):
                summary = month.archived
                for key in summary:
                    if key not in ("schema", "tool", "findings", "completeness"):
                        summary[key] = value
                for index, key in deep:
                    summary["completeness"][index][key] = value
                month.archived = summary
            self.bundle(f"every member is {value}", change, "summary.json")
        for key in archived:
            def one(month, key=key):
                summary = month.archived
                summary[key] = 5
                month.archived = summary
            self.bundle(f"{key} is a number", one, None)

    def test_lists_that_multiply(self):
        """What stands n times in one list and n times in another would be compared n² times."""
        def rule(month):
            summary = month.archived
            types = [f"t{number}" for number in range(100_000)]
            summary["counting_rules"] = [{"types": types, "contracts": [f"c{number}" for number in range(100_000)], "rule": "x" * 1_000_000}]
            month.archived = summary
        self.bundle("types of a rule", rule, "over budget: a rule names more types")

        def words(month):
            summary = month.archived
            summary["counting_rule"] = "latest versions of a count when " + "else those of b, " * 200_000
            month.archived = summary
        self.bundle("a rule in words", words, "the counting rule leaves")

        def contracts(month):
            summary = month.archived
            summary["completeness"] = summary["completeness"][:1] * 30_000
            month.archived = summary
        self.bundle("one contract again and again", contracts, "completeness names")

        def expected(month):
            summary = month.archived
            summary["completeness"][0]["expected"] = [{"month": "2026-10", "status": "missing", "due": "2026-10-01", "source": "learned"}] * 60_000
            month.archived = summary
        self.bundle("documents that one contract owes", expected, "over budget: more expected documents")

        def addenda(month):
            summary = month.archived
            header = month.bag["ledger.csv"].split(b"\n", 1)[0] + b"\n"
            names = [f"addendum-2026-01-{number:05}.csv" for number in range(3000)]
            for name in names:
                month.bag[name] = header
            summary["addenda"] = [{"file": name, "period": "2026-01", "booking_period": "2026-10", "rows": 0, "differences": []} for name in names]
            finding = {"severity": "info", "code": "addendum-added", "contract_id": "", "document_id": "", "message": ""}
            summary["findings"] += [{**finding, "message": f"(({name}, booked in 2026-10)"} for name in names * 10]
            month.archived = summary
        self.bundle("addenda", addenda, "summary.json")

        def texts(month):
            summary = month.archived
            summary["period"] = "a" * 1_000_000 + "b"
            month.archived = summary
            month.info = [re.sub("^(External-Description: ).*", lambda match: match.group(1) + "a" * 30_000, line) for line in month.info]
        self.bundle("a text in a text", texts, "bag-info.txt")

    def test_tag_files(self):
        """A manifest of one line without end was held in memory, and so was every other tag file."""
        for name in ("manifest-sha256.txt", "manifest-sha512.txt"):
            self.bundle(name + " of one line", lambda month, name=name: month.tags.__setitem__(name, Packed((b"a", 50 * MEGABYTE))),
                        f"{name}: over budget")
            self.bundle(name + " of line ends", lambda month, name=name: month.tags.__setitem__(name, Packed((b"\n", 50 * MEGABYTE))),
                        f"{name}: over budget")
        self.bundle("a manifest far beyond the bundle's length",
                    lambda month: month.tags.__setitem__("manifest-sha256.txt", Packed((b"a", 1024 * MEGABYTE))), "over budget")
        self.bundle("bag-info.txt", lambda month: month.info.append("X: " + "a" * 1_000_000), "bag-info.txt: over budget")

    def test_archives(self):
        """Entries by the hundred thousand, and entries that share their bytes, so that a small archive unpacks without end."""
        def many(month):
            for number in range(100_000):
                month.bag[f"documents/a/{number:06}"] = b""
        self.bundle("100,000 files", many, "no row of the ledger names it")
        with self.subTest("entries that overlap"):
            month = Strange(self.month)
            big = Packed((b"\0", 40 * MEGABYTE))
            names = [f"data/{number}" for number in range(1000)]
            path = self.folder / "strange.zip"
            path.write_bytes(month.archive({"bagit.txt": month.bagit, **dict.fromkeys(names, big)}, lambda name, at: 0))
            self.verify(path, "over budget")
            path.write_bytes(month.archive({"bagit.txt": month.bagit, "data/a": big, "data/b": b""}, lambda name, at: 0))
            self.verify(path, "it does not stand where the entry before it ends")
        for size in (0, 1, 21, 22, 134, 135, 200):
            path.write_bytes(b"PK\x03\x04" + b"\0" * size)
            with self.subTest("a file of nothing", size=size):
                self.verify(path, "bundle")

    def test_erp_files(self):
        """An ERP file was held whole, and every number of it kept."""
        ledger = Month(self.month).ledger()
        ids = [ledger.get(row, "document_id").encode() for row, _ in enumerate(ledger.rows) if ledger.get(row, "counted") == "yes"]
        numbers = b" ".join(b"%d.%02d" % (number // 100, number % 100) for number in range(1000))
        lines = b"".join(identity + b" " + numbers + b"\n" for identity in ids)
        self.bundle("numbers", self.put("erp/strange.csv", Packed((lines, 50 * MEGABYTE // len(lines)))), None)
        self.bundle("one line", self.put("erp/strange.csv", Packed((b"1.00 ", 10 * MEGABYTE))), None)


class Folders(Strangers):
    def put(self, path, body):
        return lambda month: month.files.__setitem__(path, body)

    def test_summaries(self):
        """The published summary is read by itself."""
        deep = b'"x":' + b"[" * 100_000 + b"]" * 100_000 + b","
        self.published("nested", lambda month: None, "nested too deep", lambda text: text.replace(b"{", b"{" + deep, 1))
        self.published("values", lambda month: None, None, lambda text: text.replace(b"{", b'{"x":[0' + b",0" * 4_000_000 + b"],", 1))

        def longer(month):
            month.both(lambda summary: summary["findings"].extend(
                [{"code": "x", "severity": "error", "contract_id": "", "document_id": "", "message": "m"}] * 30_000))
        self.published("findings", longer, "report.html")

    def test_pages(self):
        """A page or a JUnit file that is one token, or nested without end, or has a million rows."""
        page = Month(self.month).files["report.html"]

        def rows(section, row, times):
            mark = f'<h2 id="{section}">'.encode()
            whole = page if mark in page else page.replace(b"</main>", b"<section>" + mark + b"</h2></section></main>")
            at = whole.index(mark) + len(mark)
            return whole[:at] + row * times + whole[at:]
        self.published("one token", self.put("report.html", b"<html " + b"a" * 10 * MEGABYTE), "report.html")
        self.published("nested", self.put("report.html", b"<div>" * 2 * MEGABYTE), "report.html")
        self.published("tags that never end", self.put("report.html", b"<" * 10 * MEGABYTE), "report.html")
        for section in ("largest", "completeness", "files"):
            row = b'<tr><th scope="row">a</th><td>1</td><td>2</td><td>3</td></tr>'
            self.published(f"rows of {section}", self.put("report.html", rows(section, row, 100_000)), "report.html")
        for section, row in (("documents", b'<tr id="d1"><td>a</td><td>1</td></tr>'), ("completeness", b'<tr id="c1"><th scope="row">a</th></tr>'),
                             ("findings", b'<a href="#c1">a</a>'), ("totals", b'<div class="tile"><dt>a</dt></div>'), ("run", b'<h2 id="x">a</h2>')):
            self.published(f"{row} in {section}", self.put("report.html", rows(section, row, 200_000)), "report.html")
        minus = '<tr><th scope="row">a</th><td>1</td><td>'.encode() + "\u2212".encode() * 1_000_000 + b"</td></tr>"
        self.published("a cell of signs", self.put("report.html", rows("largest", minus, 1)), "over budget: a cell")
        small = minus.replace("\u2212".encode() * 1_000_000, "\u2212".encode() * 80_000)
        self.published("cells of signs", self.put("report.html", rows("largest", small, 30)), "report.html")
        self.published("cases", self.put("junit.xml", b'<testcase a="b">' * 600_000), "junit.xml")
        self.published("nested cases", self.put("junit.xml", b"<testsuite>" * 900_000), "junit.xml")
        self.published("one attribute", self.put("junit.xml", b'<testcase name="' + b"a" * 10 * MEGABYTE), "junit.xml")

    def change_sheet(self, sheet, change):
        def run(month):
            book = month.workbook()
            name = book.part(book.sheets.index(sheet) + 1)
            book.parts[name] = change(book.parts[name])
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                for part, data in book.parts.items():
                    archive.writestr(zipfile.ZipInfo(part), data, zipfile.ZIP_DEFLATED)
            month.files["ledger.xlsx"] = out.getvalue()
        return run

    def test_workbooks(self):
        """A cell, a row, a list of sheets or a table without end; parts that share their bytes."""
        first = b"<sheetData>"

        def rows(row, times=1):
            return lambda text: text.replace(first, first + row * times, 1)
        beside = "Summary"
        attribute = b'<row r="2" a="' + b"a" * 40 * MEGABYTE
        self.published("an attribute", self.change_sheet(beside, rows(attribute)), "over budget: a row of it is longer")
        self.published("an attribute of the ledger", self.change_sheet("Ledger", rows(attribute)), "over budget: a row of it is longer")
        self.published("far more than its length", self.change_sheet(beside, rows(b" " * MEGABYTE, 120)), "over budget: what it packs")
        self.published("long rows", self.change_sheet(beside, rows(b'<row r="2">' + b" " * 15 * MEGABYTE + b"</row>", 4)), "ledger.xlsx")
        cells = b'<row r="2">' + b'<c r="A2">' * 500_000 + b"<v>1</v></c></row>"
        self.published("cells in cells", self.change_sheet(beside, rows(cells)), "ledger.xlsx")
        row = b'<row r="2">' + b"".join(b'<c r="%s2"><v>1</v></c>' % name.encode() for name in "ABCDEFGHIJKLMNOPQRSTUVWXYZ") + b"</row>"
        self.published("rows beside the ledger", self.change_sheet(beside, rows(row, 80_000)), "ledger.xlsx")
        self.published("rows of the ledger", self.change_sheet("Ledger", rows(row, 80_000)), "ledger.xlsx")
        self.published("rows to book", self.change_sheet("Documents to book", rows(row, 80_000)), "ledger.xlsx")
        shared = b'<row r="2">' + b'<c r="A2" t="s"><v>0</v></c>' * 1000 + b"</row>"
        self.published("shared strings", self.change_sheet(beside, rows(shared, 1000)), "is not a plain number or text")

        def names(month):
            book = month.workbook()
            book.parts["xl/workbook.xml"] = book.parts["xl/workbook.xml"].replace(b"<sheets>", b"<sheets>" + b'<sheet name="a" ' * 60_000, 1)
            month.set_workbook(book)
        self.published("sheets", names, "over budget")

        def overlapping(month):
            data = zlib.compress(b"\0" * 30 * MEGABYTE, 9)[2:-4]
            local = struct.pack("<IHHHIIIIHH", 0x04034B50, 20, 0, 8, 0, 0, len(data), 30 * MEGABYTE, 24, 0) + b"xl/worksheets/sheet1.xml" + data
            book = Workbook(month.files["ledger.xlsx"])
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                archive.writestr(zipfile.ZipInfo("xl/workbook.xml"), book.parts["xl/workbook.xml"])
            start_of = struct.unpack("<I", out.getvalue()[-6:-2])[0]
            listed = out.getvalue()[start_of:-22]
            entry = struct.pack("<IHHHHIIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 0, len(data), 30 * MEGABYTE, 24, 0, 0, 0, 0, 0, start_of)
            listed += (entry + b"xl/worksheets/sheet1.xml") * 200
            body = out.getvalue()[:start_of] + local
            month.files["ledger.xlsx"] = body + listed + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 201, 201, len(listed), len(body), 0)
        self.published("parts that overlap", overlapping, "ledger.xlsx")

    def test_folders(self):
        """Files by the ten thousand, a pipe that nobody writes to, and links that lead out."""
        folder = self.folder / "2026-10"
        Strange(self.month).save(folder)
        (folder / "erp/more").mkdir()
        for number in range(10_100):
            (folder / f"erp/more/{number}").touch()
        self.verify(folder, "over budget: the folder holds more than")
        shutil.rmtree(folder)
        Strange(self.month).save(folder)
        (folder / "report.html").unlink()
        os.mkfifo(folder / "report.html")
        self.verify(folder, "report.html: it is not a plain file")
        (folder / "report.html").unlink()
        (folder / "report.html").symlink_to("/etc/passwd")
        self.verify(folder, "report.html: it is not a plain file")
        shutil.rmtree(folder / "erp")
        (folder / "erp").symlink_to("/usr")
        self.verify(folder, "erp: it is not a plain file")


class Signals(Strangers):
    def works(self, *arguments):
        """The program at work, for many seconds more."""
        process = start(*arguments, folder=self.folder)
        time.sleep(1.5)
        self.assertIsNone(process.poll(), "it was to work for longer")
        return process

    def answer(self, *arguments):
        """SIGTERM while it works."""
        process = self.works(*arguments)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        result = finish(process, timeout=30)
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(result.code, 143, result)

    def long_bundle(self):
        """4 GB of nothing, not on disk."""
        month = Strange(self.month)
        size = 0xEF000000
        name = f"{month.top}/data/a".encode()
        head = f"{month.top}/bagit.txt".encode()

        def header(name, size, crc):
            return struct.pack("<HHHIIIIH", 20, 0, 0, month.stamp, crc, size, size, len(name))
        first = struct.pack("<I", 0x04034B50) + header(head, len(month.bagit), zlib.crc32(month.bagit)) + b"\0\0" + head + month.bagit
        info = b"X: y\n"
        second_name = f"{month.top}/bag-info.txt".encode()
        second = struct.pack("<I", 0x04034B50) + header(second_name, len(info), zlib.crc32(info)) + b"\0\0" + second_name + info
        third = struct.pack("<I", 0x04034B50) + header(name, size, 1) + b"\0\0" + name
        entries = [(head, len(month.bagit), zlib.crc32(month.bagit), 0), (second_name, len(info), zlib.crc32(info), len(first)),
                   (name, size, 1, len(first) + len(second))]
        at = len(first) + len(second) + len(third) + size
        rest = b""
        for tag in ("manifest-sha256.txt", "manifest-sha512.txt", "tagmanifest-sha256.txt", "tagmanifest-sha512.txt"):
            tag_name = f"{month.top}/{tag}".encode()
            entries.append((tag_name, 0, 0, at + len(rest)))
            rest += struct.pack("<I", 0x04034B50) + header(tag_name, 0, 0) + b"\0\0" + tag_name
        listed = b"".join(struct.pack("<IH", 0x02014B50, 0x300 | 20) + header(entry, length, crc)
                          + struct.pack("<HHHHII", 0, 0, 0, 0, 0o100644 << 16, offset) + entry for entry, length, crc, offset in entries)
        tail = struct.pack("<IIHHIIH", 0x06054B50, 0, len(entries), len(entries), len(listed), at + len(rest), len(SEAL) + 64) + SEAL + b"0" * 64
        path = self.folder / "strange.zip"
        with open(path, "wb") as file:
            file.write(first + second + third)
            file.seek(at)
            file.write(rest + listed + tail)
        return path

    def test_in_a_folder(self):
        """While the files of a month are read, nothing could end `verify` but SIGKILL."""
        folder = self.folder / "2026-10"
        Strange(self.month).save(folder)
        with open(folder / "usage.csv", "wb") as file:
            file.truncate(100 << 30)
        reseal_with(folder, lambda text: re.sub(rb'"path": "report.html"', b'"path": "usage.csv"', text, count=1))
        self.answer("verify", folder)

    def test_in_a_bundle(self):
        """The same while a bundle is read."""
        self.answer("verify", self.long_bundle())

    def test_a_reader_that_ends(self):
        """A bundle that ends the process that reads it, or makes the system end it, would end `verify` without a word."""
        bundle = self.long_bundle()
        for number, words in ((signal.SIGKILL, "it was killed"), (signal.SIGSEGV, "it crashed (signal 11)")):
            with self.subTest(number=number):
                process = self.works("verify", bundle)
                child, = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
                os.kill(int(child), number)
                result = finish(process, timeout=30)
                self.assertEqual(result.code, 6, result)
                self.assertIn(f"problem: {bundle}: it could not be verified", result.out)
                self.assertIn(words, result.out)


if __name__ == "__main__":
    unittest.main()
