"""A published month that can be changed and sealed again: manifests, digests and seals are made anew, so that only what the files say of each
other can tell that something was changed. Standard library only; nothing of the program's own writers."""

import csv
import hashlib
import io
import json
import re
import struct
import zipfile
import zlib
from pathlib import Path

SEAL = b"moisson sha256 of all bytes before these digits: "
PUBLISHED_ALONE = ("run_id", "started_at", "finished_at", "requests", "files", "credentials")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Table:
    """A CSV text with its header; rows are lists that a forgery changes in place."""

    def __init__(self, data):
        self.header, *self.rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))

    def column(self, name):
        return self.header.index(name)

    def get(self, row, name):
        return self.rows[row][self.column(name)]

    def set(self, row, name, value):
        self.rows[row][self.column(name)] = value

    def bytes(self):
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows([self.header, *self.rows])
        return out.getvalue().encode("utf-8")


class Workbook:
    """The parts of an XLSX file; a cell is named by sheet number (from 1) and reference."""

    def __init__(self, data):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {info.filename: archive.read(info) for info in archive.infolist()}
        names = self.parts["xl/workbook.xml"].decode("utf-8")
        self.sheets = [re.search(r'name="([^"]*)"', tag).group(1) for tag in re.findall(r"<sheet [^>]*>", names)]

    def part(self, sheet):
        return f"xl/worksheets/sheet{sheet}.xml"

    def cells(self, sheet):
        """reference -> (whole element, is a number, text as it stands)"""
        text = self.parts[self.part(sheet)].decode("utf-8")
        found = {}
        for match in re.finditer(r'<c r="([A-Z]+\d+)"[^>/]*>(.*?)</c>', text, re.S):
            number = re.search(r"<v>(.*?)</v>", match.group(2))
            words = re.search(r"<t[^>]*>(.*?)</t>", match.group(2), re.S)
            if number or words:
                found[match.group(1)] = (match.group(0), bool(number), (number or words).group(1))
        return found

    def change(self, sheet, reference, value):
        element, is_number, old = self.cells(sheet)[reference]
        mark = f"<v>{old}</v>" if is_number else f">{old}</t>"
        new = f"<v>{value}</v>" if is_number else f">{value}</t>"
        text = self.parts[self.part(sheet)].decode("utf-8")
        self.parts[self.part(sheet)] = text.replace(element, element.replace(mark, new, 1), 1).encode("utf-8")

    def bytes(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self.parts.items():
                archive.writestr(zipfile.ZipInfo(name), data)
        return out.getvalue()


class Month:
    """`files`: the folder's files but for summary.json and bundle.zip; `bag`: the bundle's payload, path without "data/"."""

    def __init__(self, folder):
        folder = Path(folder)
        self.files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
        self.summary = json.loads(self.files.pop("summary.json"))
        self.summary.pop("seal")
        self.keep_digests = False
        self.keep_evidence = False
        bundle = self.files.pop("bundle.zip")
        with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
            entries = {info.filename: archive.read(info) for info in archive.infolist()}
            first = archive.infolist()[0].filename
        self.top = first.split("/")[0]
        self.stamp = struct.unpack("<I", bundle[10:14])[0]
        inside = {name[len(self.top) + 1:]: data for name, data in entries.items()}
        self.bag = {name[len("data/"):]: data for name, data in inside.items() if name.startswith("data/")}
        self.info = [line for line in inside["bag-info.txt"].decode().splitlines() if not line.startswith("Payload-Oxum")]
        self.bagit = inside["bagit.txt"]
        self.notes = {name: inside[name] for name in ("LISEZ-MOI.txt", "README.txt", "index.html") if name in inside}

    @property
    def archived(self):
        return json.loads(self.bag["summary.json"])

    @archived.setter
    def archived(self, summary):
        self.bag["summary.json"] = (json.dumps(summary, indent=2, ensure_ascii=False) + "\n").encode("utf-8")

    def both(self, change):
        """Changes the published and the archived summary alike."""
        change(self.summary)
        archived = self.archived
        change(archived)
        self.archived = archived

    def ledger(self):
        return Table(self.bag["ledger.csv"])

    def set_ledger(self, table):
        self.set_file("ledger.csv", table.bytes())

    def set_file(self, name, data):
        """In the folder and, where it stands there too, in the bundle."""
        if name in self.files:
            self.files[name] = data
        if name in self.bag:
            self.bag[name] = data

    def workbook(self):
        return Workbook(self.files["ledger.xlsx"])

    def set_workbook(self, workbook):
        self.files["ledger.xlsx"] = workbook.bytes()

    def bundle(self):
        octets = sum(map(len, self.bag.values()))
        tags = {"bagit.txt": self.bagit,
                "bag-info.txt": "".join(line + "\n" for line in [*self.info, f"Payload-Oxum: {octets}.{len(self.bag)}"]).encode(),
                **self.notes}
        data = {"data/" + path: self.bag[path] for path in sorted(self.bag)}
        manifests = {f"manifest-{kind}.txt": "".join(f"{hashlib.new(kind, body).hexdigest()}  {path}\n" for path, body in data.items()).encode()
                     for kind in ("sha256", "sha512")}
        tagged = {**tags, **manifests}
        tag_manifests = {f"tagmanifest-{kind}.txt": "".join(f"{hashlib.new(kind, body).hexdigest()}  {path}\n" for path, body in tagged.items()).encode()
                         for kind in ("sha256", "sha512")}
        return self.zip({**tags, **data, **manifests, **tag_manifests})

    def evidence(self, files):
        """As a thorough forger leaves it: of the same run and files as everything else, whatever was forged."""
        evidence = json.loads(files["evidence.json"])
        evidence.update(period=self.summary.get("period"), source=self.summary.get("source"), view=self.summary.get("view"))
        evidence["run"]["id"] = self.summary.get("run_id")
        for member, name in (("ledger", "ledger.csv"), ("bundle", "bundle.zip")):
            if name in files:
                evidence[member] = {"path": name, "size_bytes": len(files[name]), "sha256": sha256(files[name])}
        known = {(one["contract_id"], one["document_id"], str(one["version"])): one for one in evidence["documents"] if "addendum" not in one}
        late = [one for one in evidence["documents"] if "addendum" in one]
        table = Table(files.get("ledger.csv", self.bag["ledger.csv"]))
        documents = []
        for row, _ in enumerate(table.rows):
            if table.get(row, "status") == "ok":
                key = tuple(table.get(row, name) for name in ("contract_id", "document_id", "version"))
                one = known.get(key) or {"fetched": None, "not_known": "forged"}
                documents.append({**dict(zip(("contract_id", "document_id"), key)), "version": as_number(key[2]), "path": table.get(row, "path"),
                                  "size_bytes": as_number(table.get(row, "size_bytes")), "sha256": table.get(row, "sha256"),
                                  **{name: one[name] for name in ("fetched", "not_known") if name in one}})
        evidence["documents"] = documents + late
        return (json.dumps(evidence, indent=2, ensure_ascii=False) + "\n").encode("utf-8")

    def zip(self, entries):
        out = b""
        directory = b""
        for path, body in entries.items():
            name = f"{self.top}/{path}".encode()
            common = struct.pack("<HHHIIIIH", 20, 0, 0, self.stamp, zlib.crc32(body), len(body), len(body), len(name))
            directory += struct.pack("<IH", 0x02014B50, 0x300 | 20) + common + struct.pack("<HHHHII", 0, 0, 0, 0, 0o100644 << 16, len(out)) + name
            out += struct.pack("<I", 0x04034B50) + common + struct.pack("<H", 0) + name + body
        end = struct.pack("<IIHHIIH", 0x06054B50, 0, len(entries), len(entries), len(directory), len(out), len(SEAL) + 64)
        out += directory + end + SEAL
        return out + sha256(out).encode()

    def save(self, folder):
        """Writes all of it, digests and seals made anew. The list of files keeps its order; what is new stands last."""
        folder = Path(folder)
        bundle = self.bundle()
        files = {**self.files, "bundle.zip": bundle}
        if "evidence.json" in files and not self.keep_evidence:
            files["evidence.json"] = self.evidence(files)
        listed = {entry["path"]: entry for entry in self.summary["files"]}
        if not self.keep_digests:
            order = [path for path in listed if path in files] + [path for path in files if path not in listed]
            self.summary["files"] = [{**listed.get(path, {"path": path}), "size_bytes": len(files[path]), "sha256": sha256(files[path])} for path in order]
        old = {entry["sha256"]: entry["path"] for entry in listed.values()}
        if "report.html" in files:  # shows the digests and sizes of what stands beside it
            page = files["report.html"].decode("utf-8")
            for digest, path in old.items():
                if path in files and sha256(files[path]) != digest:
                    page = re.sub(r'<td class="number">[^<]*(</td><td><code class="digest">)' + digest,
                                  lambda match, path=path: f'<td class="number">{size_in_words(len(files[path]), page)}{match.group(1)}{sha256(files[path])}', page)
            files["report.html"] = page.encode("utf-8")
            for entry in self.summary["files"]:
                if entry["path"] == "report.html" and not self.keep_digests:
                    entry.update(size_bytes=len(files["report.html"]), sha256=sha256(files["report.html"]))
        text = json.dumps(self.summary, indent=2, ensure_ascii=False)[:-len("\n}")] + ",\n"
        sealed = text.encode("utf-8")
        files["summary.json"] = sealed + b'  "seal": "' + sha256(sealed).encode() + b'"\n}\n'
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def size_in_words(size, page):
    """As the page writes it."""
    french = '<html lang="fr">' in page
    if size < 1000:
        return f"{size}\u00a0" + ("octets" if french else "bytes")
    divisor, unit = (1000, "k") if size < 1000000 else (1000000, "M")
    return f"{size // divisor}{',' if french else '.'}{size % divisor // (divisor // 10)}\u00a0{unit}{'o' if french else 'B'}"


def as_number(text):
    return int(text) if text.isdigit() else text


def leaves(value, path=()):
    """(path, value) of every text, number and flag in a JSON value."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


def change_at(value, path, new):
    for key in path[:-1]:
        value = value[key]
    value[path[-1]] = new


def other(value):
    """A value of the same form that is not the same."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "2026-01-01"
    digits = re.search(r"\d", value)
    if digits:
        at = digits.start()
        return value[:at] + str((int(value[at]) + 1) % 10) + value[at + 1:]
    return (value + "x") if value else "x"
