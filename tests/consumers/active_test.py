"""Documents that run something when they are opened, made by programs of others: qpdf, openpyxl, zip.

If this failed, an invoice with a script, or a workbook with macros, would lie in the archive like any other.
"""

import io
import subprocess
import sys
import unittest
import zipfile
from pathlib import Path

import openpyxl
from openpyxl.packaging.relationship import Relationship
from openpyxl.workbook.external_link.external import ExternalBook, ExternalLink

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
import harness

CONTRACT = "OCB0000001"


def pdf_with(folder, catalog, more=b""):
    """A PDF with these members in its catalog and these objects, set right by qpdf."""
    text = harness.pdf("x").replace(b"/Type/Catalog", b"/Type/Catalog" + catalog).replace(b"xref\n", more + b"xref\n", 1)
    (folder / "made.pdf").write_bytes(text)
    # 3: qpdf mended what was off, and says so.
    made = subprocess.run(["qpdf", "--object-streams=disable", folder / "made.pdf", folder / "right.pdf"], stderr=subprocess.DEVNULL, check=False)
    assert made.returncode in (0, 3), made
    return (folder / "right.pdf").read_bytes()


def workbook(change=None):
    book = openpyxl.Workbook()
    book.active["A1"] = "Total"
    book.active["B1"] = 12.5
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_parts(data, parts, types=""):
    """The workbook with further parts, and with these words in its content types."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b"</Types>", types.encode() + b"</Types>") if name == "[Content_Types].xml" else content)
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def link(book):
    external = ExternalLink(externalBook=ExternalBook(id="rId1"))
    external.file_link = Relationship(type="externalLinkPath", Target="http://example.com/other.xlsx", TargetMode="External", Id="rId1")
    book._external_links.append(external)


class Active(harness.Case):
    def test_what_documents_run_is_named(self):
        """Whoever opens the archive would start what the file brings along."""
        script = b"6 0 obj\n<</S/J#61vaScript/JS(app.alert\\(1\\))>>\nendobj\n"
        dde = b'<externalLink xmlns="x"><ddeLink ddeService="cmd" ddeTopic="/C calc"/></externalLink>'
        active = {
            "script": (pdf_with(self.folder, b"/OpenAction 6 0 R", script), {"The PDF holds JavaScript, which a reader may run."}),
            "launch": (pdf_with(self.folder, b"/OpenAction<</S/Launch/F(calc.exe)>>"),
                       {"The PDF holds an action that starts another program.", "The PDF names a file that is a program or a script."}),
            "page": (pdf_with(self.folder, b"/AA<</WC<</S/GoTo/D[3 0 R/Fit]>>>>"), {"The PDF holds actions that start by themselves."}),
            "macros": (with_parts(workbook(), {"xl/vbaProject.bin": b"x"}), {"The workbook holds macros."}),
            "renamed": (with_parts(workbook(), {"xl/a.bin": b"x"}, '<Override PartName="/xl/a.bin" ContentType="application/vnd.ms-office.vbaProject"/>'),
                        {"The workbook holds macros."}),
            "link": (workbook(link), {"The workbook links to other files or sources, which a spreadsheet may load."}),
            "dde": (with_parts(workbook(), {"xl/externalLinks/externalLink1.xml": dde}),
                    {"The workbook links to other files or sources, which a spreadsheet may load.",
                     "The workbook holds a DDE link, which may start another program."}),
            "ole": (with_parts(workbook(), {"xl/embeddings/oleObject1.bin": b"x"}), {"The workbook holds embedded objects of other programs."}),
        }
        harmless = {"plain": pdf_with(self.folder, b"/OpenAction[3 0 R/Fit]"), "attached": pdf_with(self.folder, b"/AF[]", b"6 0 obj\n<</F(factur-x.xml)>>\nendobj\n"),
                    "book": workbook(), "rich": harness.pdf("plain")}
        double = self.double()
        double.files = {name: data for name, (data, _) in active.items()} | harmless
        double.lists[CONTRACT] = [harness.document(name, "bills" if data[:2] == b"PK" else "invoices") for name, data in double.files.items()]
        for attempt in range(2):  # the second run reads what the first one kept
            self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=double.environment)
            named = {}
            for finding in self.summary()["findings"]:
                if finding["code"] == "document-active":
                    self.assertEqual(finding["severity"], "warning")
                    named.setdefault(finding["document_id"], set()).add(finding["message"])
            self.assertEqual(named, {name: sentences for name, (_, sentences) in active.items()})
            rows = {row["document_id"]: row for row in self.rows()}
            self.assertEqual({name for name, row in rows.items() if "document-active" in row["findings"].split()}, set(active))
            self.assertEqual({row["status"] for row in rows.values()}, {"ok"})
        self.assertEqual(double.count("/file"), len(double.files))
        self.run_moisson("verify", "out/2026-10", expect=0)


if __name__ == "__main__":
    unittest.main()
