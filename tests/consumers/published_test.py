"""Months as the program publishes them, put before judges that nobody here wrote: unzip, sha256sum, qpdf, openpyxl, xmllint, LibreOffice, Miller."""

import re
import subprocess
import sys
import unittest
from html.parser import HTMLParser
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from harness import Case, document, pdf  # noqa: E402


class Page(HTMLParser):
    """Python's own reader of HTML: every element closed in its order, nothing that runs but the page's own script (`verify` knows its digest),
    nothing fetched from elsewhere; links lead into the page or to the bundle's documents."""

    VOID = {"meta", "br", "input", "link", "img"}
    CLOSED = {"rect", "path"}

    def __init__(self):
        super().__init__()
        self.open = []
        self.scripts = 0
        self.problems = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        self.scripts += tag == "script"
        if tag in ("iframe", "object", "img", "link") or (tag == "script" and (attrs or self.scripts > 1)) or any(
                name.startswith("on") or name == "src" or (name == "href" and not re.match("#|moisson-[^/:]+/data/documents/", value or "")) for name, value in attrs):
            self.problems.append(self.get_starttag_text())

    def handle_startendtag(self, tag, attrs):
        if tag not in self.CLOSED:
            self.problems.append(self.get_starttag_text())

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()}")


class Published(Case):
    def judge(self, folder):
        judged = subprocess.run(["bash", str(HERE / "all.sh"), str(self.folder / folder)], capture_output=True, text=True, timeout=600, check=False,
                                env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8"})
        self.assertEqual(judged.returncode, 0, judged.stdout[-3000:] + judged.stderr[-3000:])
        judged = subprocess.run(["xmllint", "--noout", str(self.folder / folder / "junit.xml")], capture_output=True, text=True, check=False)
        self.assertEqual(judged.returncode, 0, judged.stderr)
        page = Page()
        page.feed((self.folder / folder / "report.html").read_text("utf-8"))
        page.close()
        self.assertEqual(page.open, [])
        self.assertEqual(page.problems, [])

    def test_small_month(self):
        """What Moisson reads back well, nobody else could open."""
        self.run_moisson("export", "--sandbox", "--scenario", "small", "--period", "2026-10", "--rate", "0", expect=3)
        self.judge("out/2026-10")

    def test_all_months(self):
        """The same of a perimeter's whole past."""
        self.run_moisson("export", "--sandbox", "--scenario", "clean", "--all", "--rate", "0", expect=0)
        self.judge("out/all")

    def test_empty_month(self):
        """A month without a document would break every tool that reads it."""
        self.run_moisson("export", "--sandbox", "--scenario", "clean", "--period", "1999-01", "--rate", "0", expect=0)
        self.judge("out/1999-01")

    def test_hostile_text(self):
        """A name from the server would run in a spreadsheet, or break the workbook."""
        server = self.double()
        server.contracts = [{"id": "OCB0000001", "name": "=HYPERLINK(\"http://x\")&A1 <b>\u0001\u202e"}]
        names = ["a,b\"c.pdf", "=1+1", "line\r\nbreak", "\t tab", "x" * 5000, "\ufffe", "é\u0301.pdf", "]]>", "_x0041_"]
        server.lists["OCB0000001"] = [document(f"d{number}", filename=name, amount=number + 0.25) for number, name in enumerate(names)]
        for number in range(len(names)):
            server.files[f"d{number}"] = pdf(f"Invoice {number}")
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=server.environment)
        self.judge("out/2026-10")


if __name__ == "__main__":
    unittest.main()
