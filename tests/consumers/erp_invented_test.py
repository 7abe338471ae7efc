"""A format that nobody thought of, made by following templates/README.md alone: its TOML block is taken out of the page, and used by its path."""

import csv
import io
import re
import shutil
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

from erp_export import Export
from harness import ROOT, Case, document, pdf

SECTION = "## A template, step by step"
MAPPING = ("contract;account;vat_account;supplier_account;vat_rate\nOCB0000002;622800;445660;401000;5.5\n;626100;445660;401000;20\n")
JOB = '[erp]\nmapping = "accounts.csv"\namount_is = "gross"\ndate_from = "period_end"\nlocal_currency = "EUR"\n'


def template_of_the_page():
    section = (ROOT / "templates/README.md").read_text("utf-8").split(f"\n{SECTION}\n", 1)[1].split("\n## ", 1)[0]
    return re.search(r"^```toml\n(.*?)^```", section, re.DOTALL | re.MULTILINE).group(1)


def cells_of(path):
    """The lines' cells, as a program would cut them that knows of no quotes: bytes in Windows-1252."""
    data = path.read_bytes()
    if not data.endswith(b"\r\n") or b"\n" in data.replace(b"\r\n", b"") or b"\r" in data.replace(b"\r\n", b""):
        raise AssertionError("lines do not end in CR LF")
    return [line.split(b"\t") for line in data[:-2].split(b"\r\n")]


class Invented(Case):
    def setUp(self):
        super().setUp()
        (self.folder / "inhouse.toml").write_text(template_of_the_page(), "utf-8")
        (self.folder / "job.toml").write_text(JOB, "utf-8")
        (self.folder / "accounts.csv").write_text(MAPPING, "utf-8")

    def test_a_tab_and_accents_in_a_label(self):
        """The page's own example would not work, or a tab in a name would shift the columns of the in-house ledger."""
        server = self.double()
        server.contracts = [{"id": "OCB0000001", "name": "Réseau\tde Nîmes œuvre €"}, {"id": "OCB0000002", "name": "Łódź\t\t\r\n\"x\""}]
        server.lists = {"OCB0000001": [document("FA-1", amount=120.05), document("FA-2-which-has-a-number-of-more-than-twenty", amount=-24)],
                        "OCB0000002": [document("FA-3", amount=1000.01)]}
        for name in ("FA-1", "FA-2-which-has-a-number-of-more-than-twenty", "FA-3"):
            server.files[name] = pdf(name)
        self.run_moisson("export", "--job", "job.toml", "--period", "2026-10", "--rate", "0", "--template", "inhouse.toml",
                         environment=server.environment, expect=0)
        header, *lines = cells_of(self.folder / "out/2026-10/erp/inhouse.txt")
        self.assertEqual(header, [b"date", b"account", b"debit", b"credit", b"piece", b"label"])
        self.assertEqual({len(line) for line in lines}, {6})
        by_piece = {}
        for day, account, debit, credit, piece, label in lines:
            self.assertEqual(day, b"31.10.2026")
            by_piece.setdefault(piece, []).append((account, debit, credit, label))
        self.assertEqual(by_piece[b"FA-1"], [(b"626100", b"100,04", b"0,00", b"R\xe9seau de N\xeemes \x9cuvre \x80 2026-10"),
                                             (b"445660", b"20,01", b"0,00", b"R\xe9seau de N\xeemes \x9cuvre \x80 2026-10"),
                                             (b"401000", b"0,00", b"120,05", b"R\xe9seau de N\xeemes \x9cuvre \x80 2026-10")])
        self.assertEqual([line[:3] for line in by_piece[b"FA-3"]], [(b"622800", b"947,88", b"0,00"), (b"445660", b"52,13", b"0,00"),
                                                                   (b"401000", b"0,00", b"1000,01")])
        self.assertEqual(by_piece[b"FA-3"][0][3], "Lódz \"x\" 2026-10".encode("cp1252"))
        long = next(piece for piece in by_piece if piece.startswith(b"FA-2"))
        self.assertLessEqual(len(long), 20)
        self.assertEqual([line[:3] for line in by_piece[long]], [(b"626100", b"0,00", b"20,00"), (b"445660", b"0,00", b"4,00"),
                                                                (b"401000", b"24,00", b"0,00")])

    def test_its_sums_are_the_ledgers(self):
        """What the in-house ledger imports would not be what the accountant closed."""
        shutil.copy(ROOT / "samples/erp/rates.csv", self.folder)
        export = Export(self.folder, "clean", ["inhouse.toml"], ["--job", "job.toml"])
        rows = list(csv.reader(io.StringIO((export.erp / "inhouse.txt").read_bytes().decode("cp1252")), delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
        amount = sum(Decimal(row[3].replace(",", ".")) - Decimal(row[2].replace(",", ".")) for row in rows if row[1] == "401000")
        self.assertEqual(amount, sum(export.totals().values()))
        self.assertEqual(len(rows), 3 * len(export.postings))

    def test_a_letter_that_nothing_stands_for_refuses_the_file(self):
        """A question mark would stand in the books for a supplier's name."""
        server = self.double()
        server.contracts = [{"id": "OCB0000001", "name": "東京"}]
        server.lists = {"OCB0000001": [document("FA-1")]}
        server.files["FA-1"] = pdf("FA-1")
        self.run_moisson("export", "--job", "job.toml", "--period", "2026-10", "--rate", "0", "--template", "inhouse.toml",
                         environment=server.environment, expect=3)
        self.assertIn("erp-file-refused", self.codes())
        self.assertIn("FA-1", {found["document_id"] for found in self.summary()["findings"]})
        self.assertFalse((self.folder / "out/2026-10/erp/inhouse.txt").exists())
        self.assertTrue((self.folder / "out/2026-10/ledger.csv").exists())

    def test_its_sample_is_compared_once_it_is_kept(self):
        """Who follows the page to the end would have a test that proves nothing."""
        self.run_moisson("templates", "test", "inhouse.toml", "--out", "sample")
        sample = self.folder / "sample/inhouse.txt"
        lines = cells_of(sample)
        self.assertGreater(len(lines), 9)
        self.assertEqual({len(line) for line in lines}, {6})
        (self.folder / "expected").mkdir()
        shutil.copy(sample, self.folder / "expected/inhouse.txt")
        self.run_moisson("templates", "test", "inhouse.toml", expect=0)
        data = sample.read_bytes()
        (self.folder / "expected/inhouse.txt").write_bytes(data.replace(b"626100", b"626101", 1))
        self.run_moisson("templates", "test", "inhouse.toml", expect=6)

    def test_an_error_in_it_is_named_by_line_and_column(self):
        """A slip in one's own template would have to be searched for."""
        text = template_of_the_page().replace("'line.account', required", "'line.acount', required")
        (self.folder / "inhouse.toml").write_text(text, "utf-8")
        finished = self.run_moisson("templates", "test", "inhouse.toml")
        self.assertNotEqual(finished.code, 0)
        line = next(number for number, content in enumerate(text.splitlines(), 1) if "line.acount" in content)
        self.assertIn(f"inhouse.toml:{line}:", finished.out + finished.err)


if __name__ == "__main__":
    unittest.main()
