"""The checks of the fault tests against what they must catch: a check that lets a loss pass would make every green run worthless."""

import base64
import csv
import hashlib
import io
import json
import os
import shutil
import tempfile
import unittest
import urllib.parse
import zipfile

import harness
import mixes
from harness import CheckFailed


def row_of(**values):
    row = dict.fromkeys(harness.LEDGER_COLUMNS, "")
    row.update({"contract_id": "OCB1", "document_id": "a", "version": "1", "status": "ok", "sha256": "11"})
    row.update(values)
    return row


def oracle_of(*documents):
    return {"contracts": ["OCB1"], "documents": {
        f"OCB1/{name}": [{"contract": "OCB1", "id": name, "sha256": digest, "month": "2026-03"}] for name, digest in documents}}


def summary_of(code, verdict="complete"):
    return {"exit_code": code, "verdict": harness.VERDICTS[code], "completeness": [{"contract_id": "OCB1", "verdict": verdict}]}


class Ledger(unittest.TestCase):
    oracle = oracle_of(("a", "11"), ("b", "22"))
    both = [row_of(), row_of(document_id="b", sha256="22")]

    def check(self, rows, summary, code):
        harness.check_ledger(rows, summary, code, self.oracle, lambda month: True)

    def test_what_is_right_passes(self):
        """If it failed, every run would be called broken."""
        self.check(self.both, summary_of(0), 0)
        self.check([row_of(), row_of(document_id="b", sha256="", status="failed", findings="document-failed")], summary_of(3), 3)
        self.check([row_of()], summary_of(3, "failed"), 3)

    def test_what_is_wrong_is_caught(self):
        """If it failed, a lost, doubled or torn document would pass unseen."""
        failed = row_of(document_id="b", sha256="", status="failed", findings="document-failed")
        for name, rows, summary, code in (
                ("a document is lost", [row_of()], summary_of(3), 3),
                ("a document stands twice", [*self.both, row_of()], summary_of(0), 0),
                ("a wrong digest", [row_of(sha256="22"), self.both[1]], summary_of(0), 0),
                ("a row nobody knows", [*self.both, row_of(document_id="c")], summary_of(0), 0),
                ("no file and no reason", [row_of(), {**failed, "findings": ""}], summary_of(3), 3),
                ("complete without all files", [row_of(), failed], summary_of(0), 0),
                ("complete without all contracts", [row_of()], summary_of(0, "failed"), 0),
                ("another code than the summary's", self.both, summary_of(0), 3)):
            with self.subTest(name), self.assertRaises(CheckFailed):
                self.check(rows, summary, code)

    def test_a_contract_that_nobody_names_is_caught(self):
        """If it failed, a contract list that came short would pass for a whole perimeter."""
        oracle = {**self.oracle, "contracts": ["OCB1", "OCB2"]}
        with self.assertRaises(CheckFailed):
            harness.check_ledger(self.both, summary_of(0), 0, oracle, lambda month: True)


class Month(unittest.TestCase):
    """A published month made here, then spoilt in each way."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.document = b"%PDF-1.4 the bytes"
        digest = hashlib.sha256(self.document).hexdigest()
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, harness.LEDGER_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerow(row_of(path="data/documents/a.pdf", sha256=digest))
        self.ledger = text.getvalue().encode()
        self.write({"data/ledger.csv": self.ledger, "data/documents/a.pdf": self.document})

    def write(self, payload, **more):
        with open(self.path("ledger.csv"), "wb") as file:
            file.write(self.ledger)
        with zipfile.ZipFile(self.path("ledger.xlsx"), "w") as workbook:
            workbook.writestr("a.xml", "<a/>")
        with zipfile.ZipFile(self.path("bundle.zip"), "w") as archive:
            archive.writestr("bag/bagit.txt", "")
            for name, content in {**payload, **more}.items():
                archive.writestr("bag/" + name, content)
            archive.writestr("bag/manifest-sha256.txt",
                             "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in payload.items()))
        files = [{"path": name, "size_bytes": os.path.getsize(self.path(name)), "sha256": harness.sha256_of(self.path(name))}
                 for name in ("ledger.csv", "ledger.xlsx", "bundle.zip")]
        with open(self.path("summary.json"), "w", encoding="utf-8") as file:
            json.dump({"files": files}, file)

    def path(self, name):
        return os.path.join(self.folder, name)

    def refused(self):
        with self.assertRaises((CheckFailed, zipfile.BadZipFile)):
            harness.check_published(self.folder)

    def test_a_whole_month_passes_and_a_torn_one_does_not(self):
        """If it failed, a month that a kill tore would pass."""
        harness.check_published(self.folder)
        for name in ("ledger.csv", "ledger.xlsx", "bundle.zip"):
            with self.subTest(f"{name} is cut"):
                self.setUp()
                os.truncate(self.path(name), os.path.getsize(self.path(name)) - 1)
                self.refused()
        with self.subTest("a stray file"):
            self.setUp()
            with open(self.path("ledger.csv.1.part"), "w", encoding="utf-8"):
                pass
            self.refused()
        with self.subTest("a stray payload file"):
            self.setUp()
            self.write({"data/ledger.csv": self.ledger, "data/documents/a.pdf": self.document}, **{"data/stray": b""})
            self.refused()
        with self.subTest("a document that is missing"):
            self.setUp()
            self.write({"data/ledger.csv": self.ledger})
            self.refused()
        with self.subTest("a torn document with a manifest that agrees"):
            self.setUp()
            self.write({"data/ledger.csv": self.ledger, "data/documents/a.pdf": self.document[:-1]})
            self.refused()

    def test_objects_are_held_to_their_names(self):
        """If it failed, a torn or foreign object could lie in the store unseen."""
        digest = hashlib.sha256(self.document).hexdigest()
        place = os.path.join(self.folder, ".moisson", "objects", digest[:2])
        os.makedirs(place)
        with open(os.path.join(place, digest), "wb") as file:
            file.write(self.document)
        self.assertEqual(harness.check_objects(self.folder, True, {digest}), {digest})
        with self.assertRaises(CheckFailed):
            harness.check_objects(self.folder, True, set())
        os.truncate(os.path.join(place, digest), 3)
        with self.assertRaises(CheckFailed):
            harness.check_objects(self.folder, True, {digest})


class Secrets(unittest.TestCase):
    secrets = {"the password": harness.PROXY_PASSWORD, "the key": base64.b64encode(bytes(range(256)) * 4).decode()}

    def found_in(self, text):
        with tempfile.NamedTemporaryFile() as file:
            file.write(text)
            file.flush()
            return harness.find_secrets([file.name], harness.needles_of(self.secrets))

    def test_secrets_are_found_in_every_dress(self):
        """If it failed, a leaked credential would pass unseen."""
        word, key = harness.PROXY_PASSWORD.encode(), self.secrets["the key"].encode()
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inside", b"x " + word)
        for name, text in (("raw", b"password " + word), ("percent-encoded", urllib.parse.quote(word, safe="").encode()),
                           ("base64", base64.b64encode(word)), ("base64 behind a user", base64.b64encode(b"moisson:" + word)),
                           ("base64 behind a longer user", base64.b64encode(b"somebody12:" + word + b" and more")), ("in an archive", packed.getvalue()),
                           ("200 bytes of a long key", b"the key " + key[301:501] + b"..."), ("a token", b"Authorization: Bearer abcdefghijklmnopqrst")):
            with self.subTest(name):
                self.assertNotEqual(self.found_in(text), [])
        self.assertEqual(self.found_in(b"an ordinary line about tokens and authorization"), [])


class Plans(unittest.TestCase):
    def test_a_name_is_one_mix(self):
        """If it failed, a failure could not be replayed by its seed."""
        self.assertEqual(mixes.Plan("7:3").text(), mixes.Plan("7:3").text())
        self.assertEqual(len({mixes.Plan(f"7:{number}").text() for number in range(50)}), 50)


if __name__ == "__main__":
    unittest.main(verbosity=2)
