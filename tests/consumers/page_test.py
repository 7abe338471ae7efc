"""report.html in Chromium, driven from outside: what a person sees, types and prints; axe-core looks for what keeps people out.

By hand: page_test.py --pictures takes the stored pictures anew (tests/consumers/pictures/); a person looks at them before they are kept.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from harness import PublishedOnce

PICTURES = HERE / "pictures"
WIDTHS = {360: 1600, 768: 1300, 1400: 1100}
SHARE_MAX = 0.12  # of a picture's points: other versions of a font or a browser move letters by one
BYTES_MAX = 3_000_000
FRENCH = 'language = "fr"\n'
# The same letters on every machine.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts/truetype/dejavu</dir><cachedir>{}</cachedir></fontconfig>
"""
# 2,000 contracts of one month each.
WIDE = """name = "wide"
seed = 2000
contracts = 2000
months = 3
last_month = "2026-10"
currencies = ["EUR", "EUR", "USD", "EUR", "CHF", "EUR", "JPY"]
final = "alternate"
invoices = "plain"
reports_months = 0
lines_min = 3
lines_max = 4

[server]
token_requests_per_minute = 0
"""
TAKE = "--pictures" in sys.argv


def number_of(text):
    """"−1 234.50 EUR" as a number, to order by."""
    found = re.search(r"[\u2212-]?[\d\u202f.,]+", text).group()
    return float(found.replace("\u202f", "").replace(",", ".").replace("\u2212", "-"))


class Page(PublishedOnce):
    """Three months, published once: with every trap, the same in French, and one where all is well."""

    @classmethod
    def publish(cls):
        keeper = cls.keeper
        (keeper.folder / "french.toml").write_text(FRENCH, "utf-8")
        for name, *options in (("small", "--scenario", "small"), ("french", "french.toml", "--scenario", "small"), ("clean", "--scenario", "clean")):
            keeper.run_moisson("export", "--sandbox", *options, "--period", "2026-10", "--out", name, "--rate", "0", "-q", "--no-progress",
                               expect=0 if name == "clean" else 3)
        (keeper.folder / "fonts.conf").write_text(FONTS.format(keeper.folder / "fonts"), "utf-8")
        cls.small, cls.french, cls.clean = (keeper.folder / name / "2026-10/report.html" for name in ("small", "french", "clean"))

    def see(self, *tasks):
        chromium = shutil.which("chromium")
        self.assertIsNotNone(chromium, "chromium is missing: tests/run installs it (see .ci/packages.sh)")
        environment = {**os.environ, "FONTCONFIG_FILE": str(self.keeper.folder / "fonts.conf"), "HOME": str(self.keeper.folder)}
        done = subprocess.run(["node", str(HERE / "page_browser.mjs"), str(Path(os.environ["MOISSON_NPM"]) / "node_modules"), chromium],
                              input=json.dumps([{**task, "page": str(task["page"])} for task in tasks]), env=environment, capture_output=True,
                              text=True, timeout=400, check=False)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        return json.loads(done.stdout)

    def test_it_loads_nothing_and_fits_every_width(self):
        """A reader would be followed by a third party, or push the page from side to side on a telephone."""
        tasks = [{"do": "open", "page": page, "width": width, "script": script} for page in (self.small, self.french, self.clean)
                 for width in WIDTHS for script in (True, False)]
        for task, seen in zip(tasks, self.see(*tasks)):
            with self.subTest(**task):
                self.assertEqual(seen["requests"], [task["page"].as_uri()])
                self.assertEqual(seen["said"], [])
                self.assertLessEqual(seen["width"], task["width"])

    def test_axe_finds_nothing(self):
        """Somebody who cannot see the page, or its colours, could not use it."""
        tasks = [{"do": "axe", "page": page, "scheme": scheme, "width": width} for page in (self.small, self.french, self.clean)
                 for scheme in ("light", "dark") for width in (360, 1400)]
        for task, seen in zip(tasks, self.see(*tasks)):
            with self.subTest(**task):
                self.assertEqual(seen["violations"], [])
                self.assertGreater(seen["checked"], 20)

    def test_the_filter_leaves_what_holds_all_words(self):
        """An accountant would look for one invoice among hundreds by eye."""
        by_words, by_amount, french = self.see({"do": "filter", "page": self.small, "text": "lille invoices"}, {"do": "filter", "page": self.small, "text": "2781.61"},
                                               {"do": "filter", "page": self.french, "text": "2781,61"})
        self.assertEqual({(row[2][:10], row[3]) for row in by_words["rows"]}, {("OCB0001001", "invoices")})
        self.assertEqual(by_words["said"], "3 / 12")
        for found in (by_amount, french):
            self.assertEqual(len(found["rows"]), 1)
            self.assertEqual(number_of(found["rows"][0][1]), 2781.61)

    def test_tables_are_sorted_by_day_amount_and_word(self):
        """10.00 would stand before 9.00, or October before September of the year before."""
        tasks = [{"do": "sort", "page": page, "table": ".documents", "column": column} for page in (self.small, self.french) for column in range(1, 6)]
        for task, (up, down) in zip(tasks, self.see(*tasks)):
            with self.subTest(**task):
                self.assertEqual((up["sort"], down["sort"]), ("ascending", "descending"))
                cells = [row[task["column"] - 1] for row in up["rows"]]
                if task["column"] == 1:
                    keys = ["-".join(reversed(cell.split("/"))) for cell in cells]
                elif task["column"] == 2:
                    keys = [(cell[-3:], number_of(cell)) for cell in cells]
                else:
                    keys = [cell.lower() for cell in cells]
                self.assertEqual(keys, sorted(keys))
                self.assertEqual(sorted(map(tuple, up["rows"])), sorted(map(tuple, down["rows"])))
                self.assertEqual(len(cells), 12)

    def test_links_lead_from_findings_to_contracts_to_documents(self):
        """A link would end where nothing of what it names is to be seen."""
        tasks = [{"do": "follow", "page": self.small, "links": links, "most": 12}
                 for links in ("article a[href^='#c']", "article a[href^='#d']", ".contracts a", ".documents a[href^='#']", ".to-do a")]
        for task, seen in zip(tasks, self.see(*tasks)):
            with self.subTest(links=task["links"]):
                self.assertTrue(seen)
                for href, text, target in seen:
                    self.assertTrue(target["seen"], (href, text))
                    if task["links"] != ".contracts a":
                        self.assertIn(text, target["text"])
        (headings,) = self.see({"do": "follow", "page": self.small, "links": "nav a", "most": 20})
        self.assertTrue(all(target["text"] == text for _, text, target in headings), headings)

    def test_a_file_opens_where_the_bundle_is_unpacked(self):
        """A link to a file would lead nowhere although the file lies there."""
        folder = self.small.parent
        shutil.copytree(folder, self.folder / "month")
        subprocess.run(["unzip", "-q", "bundle.zip"], cwd=self.folder / "month", check=True)
        links = re.findall(r'<a href="(moisson-[^"]*)"', self.small.read_text("utf-8"))
        self.assertGreater(len(links), 8)
        for link in links:
            self.assertTrue((self.folder / "month" / re.sub(r"%([0-9A-F]{2})", lambda code: chr(int(code.group(1), 16)), link)).is_file(), link)

    def test_everything_is_done_by_keys_alone(self):
        """Somebody without a mouse could not filter, sort or unfold, or would not see where they are."""
        (seen,) = self.see({"do": "keys", "page": self.small, "most": 120, "unfold": "complete contracts"})
        stops = [(stop["tag"], stop["text"]) for stop in seen["stops"]]
        self.assertEqual(seen["sorted"], "ascending")
        self.assertEqual(seen["unfolded"], False, "it is open where there are few")
        self.assertEqual(seen["filter"], "OCB")
        self.assertTrue(all(stop["outline"] for stop in seen["stops"]))
        for wanted in (("a", "findings"), ("a", "What to do"), ("summary", "12 counted documents"), ("button", "Amount"), ("summary", "Run")):
            self.assertIn(wanted, stops)
        self.assertLess(stops.index(("a", "What to do")), stops.index(("summary", "12 counted documents")))
        self.assertLess(stops.index(("summary", "12 counted documents")), stops.index(("summary", "Run")))

    def test_no_other_script_runs(self):
        """A name from the service that got into the page as markup would run in the reader's browser."""
        (title,) = self.see({"do": "inject", "page": self.small})
        self.assertIn("Moisson", title)

    def test_it_is_read_without_its_script(self):
        """Where scripts are not allowed, a part of the month would be missing."""
        with_script, without = self.see({"do": "open", "page": self.small}, {"do": "open", "page": self.small, "script": False})
        words = set(with_script["text"].split()) - {"Filter", "Shown", "/"}
        self.assertEqual(words - set(without["text"].split()), set())

    def test_it_is_printed_on_few_pages(self):
        """Somebody who keeps the month on paper would print a novel, with rows torn apart."""
        for name, page in (("small", self.small), ("french", self.french), ("clean", self.clean)):
            out = self.folder / f"{name}.pdf"
            self.see({"do": "pdf", "page": page, "out": str(out)})
            told = subprocess.run(["pdfinfo", str(out)], capture_output=True, text=True, check=True).stdout
            self.assertLessEqual(int(re.search(r"Pages:\s+(\d+)", told).group(1)), 4, name)
            self.assertIn("A4", told)
            text = subprocess.run(["pdftotext", "-layout", str(out), "-"], capture_output=True, text=True, check=True).stdout
            for identifier in re.findall(r'<tr id="d\d+">.*?<small><bdi>([0-9a-f-]{20,})</bdi></small></td></tr>', page.read_text("utf-8")):
                self.assertIn(identifier, text)

    def test_it_looks_as_it_did(self):
        """A change of the style would spoil the page for a width or a scheme that nobody looked at."""
        tasks = []
        for width, height in WIDTHS.items():
            for scheme in ("light", "dark"):
                stored = PICTURES / f"{width}-{scheme}.png"
                tasks.append({"do": "picture", "page": self.small, "width": width, "height": height, "scheme": scheme, "scale": 0.25,
                              "out": str(stored if TAKE else self.folder / stored.name), "stored": None if TAKE else str(stored)})
        for task, seen in zip(tasks, self.see(*tasks)):
            with self.subTest(width=task["width"], scheme=task["scheme"]):
                if not TAKE:
                    self.assertLess(seen["share"], SHARE_MAX)

    def test_two_thousand_contracts_stay_usable(self):
        """The page of a large account would take seconds to open, or not fit through a mail."""
        (self.folder / "wide.toml").write_text(WIDE, "utf-8")
        self.run_moisson("export", "--sandbox", "--scenario", self.folder / "wide.toml", "--period", "2026-10", "--rate", "0", "-q", "--no-progress",
                         "--transfers", "8", expect=0, timeout=600)
        page = self.folder / "out/2026-10/report.html"
        self.assertLess(page.stat().st_size, BYTES_MAX)
        paint, narrow, filtered = self.see({"do": "paint", "page": page}, {"do": "open", "page": page, "width": 360},
                                           {"do": "filter", "page": page, "text": "OCB0001234"})
        print(f"2,000 contracts: {page.stat().st_size} bytes, first paint after {paint:.0f} ms", file=sys.stderr)
        self.assertLessEqual(narrow["width"], 360)
        self.assertGreater(len(filtered["rows"]), 0)
        self.assertTrue(all("OCB0001234" in row[2] for row in filtered["rows"]))


if __name__ == "__main__":
    unittest.main(argv=[word for word in sys.argv if word != "--pictures"])
