"""`moisson invoices test`: were it wrong, a person who writes a layout, or asks what an invoice says, would be told another thing than what is
booked; were a hostile file to end it, no other could be asked."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from schemas import problems_of  # noqa: E402

PROFILE = """schema = 1
name = "mine"
about = "a layout of our own"
[match]
any = ["bordereau"]
[labels]
net = ["somme nue"]
vat = ["impot"]
gross = ["somme pleine"]
[patterns]
number = ['bordereau {reference}']
"""


def pdf_of(lines, filters=None):
    """One page of rows: [[cell, cell …] …]."""
    content = b""
    for row, cells in enumerate(lines):
        for column, cell in enumerate(cells):
            text = cell.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            content += b"BT /F1 10 Tf 1 0 0 1 %d %d Tm (%s) Tj ET\n" % (50 + 160 * column, 780 - 16 * row, text)
    return raw_pdf(content)


def raw_pdf(content):
    packed = zlib.compress(content)
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 << /Type /Font "
               b"/Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> >> >> >>",
               b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)]
    out = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)


INVOICE = [["Facture n° F2026-0042 du 31/10/2026"], ["Date d'échéance :", "30/11/2026"], ["Total HT", "1 050,00 €"],
           ["TVA 20,00 %", "1 000,00", "200,00"], ["TVA 5,50 %", "50,00", "2,75"], ["Total TTC", "1 252,75 €"],
           ["IBAN FR76 3000 6000 0112 3456 7890 189"]]


class InvoicesTest(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = Path(self.scratch.name)
        self.file = self.write("invoice.pdf", pdf_of(INVOICE))

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def run_it(self, *arguments, code=0):
        done = subprocess.run([os.environ["MOISSON"], "invoices", "test", *arguments], capture_output=True, text=True, timeout=60, check=False,
                              env={**os.environ, "NO_COLOR": "1"})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def asked(self, *arguments, code=0):
        answer = json.loads(self.run_it("--json", *arguments, code=code).stdout)
        self.assertEqual(problems_of("invoices-test", answer), [])
        return answer["documents"]

    def test_a_page_with_the_known_amount(self):
        (one,) = self.asked(self.file, "--amount", "1252.75 EUR")
        self.assertEqual({"from": "text", "profile": "generic-fr", "number": "F2026-0042", "issue_date": "2026-10-31", "due_date": "2026-11-30",
                          "currency": "EUR", "net": "1050.00", "vat": "202.75", "gross": "1252.75", "iban": "FR7630006000011234567890189",
                          "amount_is": "gross", "read": True, "observations": []},
                         {key: one[key] for key in ("from", "profile", "number", "issue_date", "due_date", "currency", "net", "vat", "gross", "iban",
                                                    "amount_is", "read", "observations")})
        self.assertEqual([(line["rate"], line["base"], line["amount"]) for line in one["vat_lines"]],
                         [("20.00", "1000.00", "200.00"), ("5.50", "50.00", "2.75")])

    def test_other_amounts_and_none(self):
        for amount, answer in (("1050.00 EUR", "net"), ("1 252,76 EUR", "neither"), ("1252.65 EUR", "neither"), ("1252.75 USD", "unknown")):
            with self.subTest(amount):
                (one,) = self.asked(self.file, "--amount", amount)
                self.assertEqual(one["amount_is"], answer)
                self.assertEqual(one["gross"], "1252.75" if answer == "net" else None)
        (one,) = self.asked(self.file)
        self.assertEqual((one["amount_is"], one["gross"], one["number"]), ("unknown", None, "F2026-0042"))

    def test_for_people(self):
        text = self.run_it(self.file, "--amount", "1050 EUR").stdout
        self.assertIn("values from text, generic-fr\n", text)
        self.assertRegex(text, r"(?m)^VALUE +FROM +WHAT IT SAYS$")
        self.assertRegex(text, r"(?m)^gross +text +1252\.75 EUR$")
        self.assertRegex(text, r"(?m)^VAT at a rate +text +5\.5 %: 2\.75 of 50\.00 EUR$")
        self.assertIn("amount: 1050.00 EUR is the net amount\n", text)
        self.assertIn("give it with --amount\n", self.run_it(self.file).stdout)

    def test_a_layout_of_ones_own(self):
        page = self.write("own.pdf", pdf_of([["Bordereau B-7"], ["Somme nue", "100,00"], ["Impôt", "20,00"], ["Somme pleine", "120,00"]]))
        self.assertIsNone(self.asked(page, "--amount", "120 EUR")[0]["from"])
        self.write("mine.toml", PROFILE)
        (one,) = self.asked(page, "--amount", "120 EUR", "--profiles", str(self.folder))
        self.assertEqual((one["profile"], one["number"], one["net"], one["amount_is"]), ("mine", "B-7", "100.00", "gross"))
        self.write("mine.toml", PROFILE.replace("gross =", "groß ="))
        self.write("mine.toml", PROFILE.replace("gross =", "gros ="))
        done = self.run_it(page, "--profiles", str(self.folder), code=2)
        self.assertIn("mine:", done.stderr)
        self.assertIn('Did you mean "gross"?', done.stderr)

    def test_what_the_sandbox_prints(self):
        subprocess.run([os.environ["MOISSON"], "sandbox", "--scenario", "small", "--write-invoices", str(self.folder / "made"), "--for", "1s"],
                       capture_output=True, timeout=60, check=True)
        pages = [one for one in self.asked(*map(str, sorted((self.folder / "made").glob("*.pdf")))) if one["from"] == "text"]
        self.assertGreater(len(pages), 10)
        for one in pages:
            with self.subTest(one["file"]):
                self.assertEqual((one["profile"], one["number"], one["observations"]), ("orange-business", Path(one["file"]).stem, []))
                self.assertTrue(one["issue_date"] and one["iban"] and one["contract_reference"] and one["order_reference"])
                self.assertEqual(one["due_date"] is None, one["kind"] == "credit-note")
                self.assertEqual(one["credited_invoice"] is None, one["kind"] == "invoice")

    def test_two_numbers_are_none(self):
        page = self.write("two.pdf", pdf_of([["Facture n° F-1"], ["Facture n° F-2"], ["Échéance : 30/11/2026"]]))
        (one,) = self.asked(page)
        self.assertEqual((one["number"], one["due_date"]), (None, "2026-11-30"))
        self.assertEqual([observation["code"] for observation in one["observations"]], ["invoice-value-ambiguous"])

    def test_a_hostile_file_is_named_and_the_others_are_read(self):
        bomb = self.write("bomb.pdf", raw_pdf(b" " * (80 << 20)))
        broken = self.write("broken.pdf", b"%PDF-1.7\nnothing")
        all_three = self.asked(bomb, broken, self.file, code=3)
        self.assertEqual([one["read"] for one in all_three], [False, False, True])
        self.assertEqual([[observation["code"] for observation in one["observations"]] for one in all_three],
                         [["invoice-over-budget"], ["invoice-unreadable"], []])

    def test_wrong_command_lines_and_missing_files(self):
        self.run_it(code=2)
        for amount in ("12", "EUR 12", "12 XYZ", "twelve EUR", "12.345 EUR"):
            self.assertIn("--amount", self.run_it(self.file, "--amount", amount, code=2).stderr)
        self.run_it(str(self.folder / "missing.pdf"), code=7)
        self.run_it(self.file, "--profiles", str(self.folder / "missing"), code=7)


if __name__ == "__main__":
    unittest.main()
