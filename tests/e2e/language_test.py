"""Workbook, report and JUnit texts in French: nothing of ours stays English, and machines see no difference."""

import re
import shutil
import unittest
from xml.etree import ElementTree

from harness import ROOT, Case

import openpyxl

SOURCE = ROOT / "src"
NOVEMBER_22 = {"SOURCE_DATE_EPOCH": "1795348800"}

# A text in the tables of messages and words, and its French behind it.
ROW = re.compile(r'\{\s*"((?:\\.|[^"\\])*)",\s*"((?:\\.|[^"\\])*)"\}')
TABLES = ["domain/finding_kinds.hpp", "domain/words.hpp", "domain/page_messages.hpp", "*/messages.hpp"]


def unescape(text):
    return re.sub(r"\\(u[0-9A-Fa-f]{4}|.)", lambda match: chr(int(match[1][1:], 16)) if len(match[1]) == 5 else match[1], text)


def english_texts():
    """What is said without values."""
    texts = {unescape(english) for table in TABLES for path in SOURCE.glob(table) for english, _ in ROW.findall(path.read_text("utf-8"))}
    assert len(texts) > 500, "the tables were not understood"
    return {text for text in texts if "{" not in text}


class Exports(Case):
    @classmethod
    def setUpClass(cls):
        cls.english = {english for english in english_texts() if " " in english.strip() and len(english) > 12}

    def export(self, scenario, language, months=("--period", "2026-10")):
        folder = f"{scenario}-{language}"
        (self.folder / "job.toml").write_text(f'language = "{language}"\n', "utf-8")
        self.run_moisson("export", "job.toml", "--sandbox", "--scenario", scenario, *months, "--rate", "0", "--out", folder,
                         "--template", "fec", environment=NOVEMBER_22, expect=3)
        return self.folder / folder / ("2026-10" if len(months) == 2 else "all")

    def cells(self, path):
        book = openpyxl.load_workbook(path, read_only=True)
        return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}

    def check_workbook(self, english, french):
        self.assertEqual(list(french)[:4] + list(french)[-2:],
                         ["À faire", "Synthèse", "Documents à comptabiliser", "Contrats", "Exécution", "Registre"])
        self.assertEqual(french["Registre"], english["Ledger"], "the ledger's rows and titles are the same in every language")
        for name, rows in list(french.items())[:-1]:
            for row in rows:
                for value in row:
                    self.assertNotIn(value, self.english, name)
        told = [(row[1], row[6]) for row in english["Findings"][1:]]
        shown = [(row[1], row[6]) for row in french["Constats"][1:]]
        self.assertEqual([code for code, _ in told], [code for code, _ in shown])
        self.assertGreater(len(shown), 10)
        self.assertEqual([pair for pair in shown if pair in set(told)], [], "findings that stayed English")

    def check_words(self, text, where):
        """No English sentence: none of the little words that no name, code or French word is."""
        for sentence in re.split(r"(?<=[.;:])\s", text):
            self.assertIsNone(re.search(r"(?<![-_\w])(the|was|were|which|whose|cannot|and|of|than|does|came)(?![-_\w])", sentence), f"{where}: {sentence}")

    def test_nothing_of_ours_stays_english(self):
        """A French accountant would meet English among the findings, in the workbook, the report or the CI's page."""
        for scenario in ["small", "books"]:
            with self.subTest(scenario=scenario):
                english, french = (self.export(scenario, language, ["--all"]) for language in ["en", "fr"])
                self.check_workbook(self.cells(english / "ledger.xlsx"), self.cells(french / "ledger.xlsx"))
                for row in self.cells(french / "ledger.xlsx")["Constats"][1:]:
                    self.check_words(re.sub(r"«.*?»", "", row[6]), row[1])
                for row in self.cells(french / "ledger.xlsx")["À faire"][1:]:
                    for text in (row[1], row[2], row[8], row[9] or ""):
                        self.check_words(re.sub(r"«.*?»", "", text), "À faire")
                page = (french / "report.html").read_text("utf-8")
                self.assertIn('<html lang="fr">', page)
                page = re.sub(r"<style>.*?</style>|<script>.*?</script>|<small lang=\"en\">.*?</small>|<caption class=\"hidden\">.*?</caption>|<code.*?</code>", " ", page,
                              flags=re.DOTALL)
                for text in re.findall(r">([^<]+)<", page):
                    self.check_words(re.sub(r"«.*?»", "", text), "report.html")
                for case in ElementTree.parse(french / "junit.xml").iter("failure"):
                    self.check_words(re.sub(r"«.*?»", "", case.get("message")), "junit.xml")
                note = (french / "summary.md").read_text("utf-8")
                self.assertLessEqual(len(note.splitlines()), 60)
                self.check_words(re.sub(r"`[^`]*`|«.*?»", "", note), "summary.md")
                for name in ["ledger.csv", "usage.csv", "erp/732829320FEC20281231.txt", "bundle.zip"]:
                    self.assertEqual((english / name).read_bytes(), (french / name).read_bytes(), name)

    def test_the_same_input_gives_the_same_bytes_in_french_too(self):
        """Every rerun would look like a change to who compares digests."""
        first = self.export("small", "fr")
        kept = self.folder / "first"
        shutil.copytree(first, kept)
        second = self.export("small", "fr")
        for name in ["ledger.csv", "ledger.xlsx", "bundle.zip"]:
            self.assertEqual((kept / name).read_bytes(), (second / name).read_bytes(), name)

    def test_another_language_is_another_workbook_of_the_same_month(self):
        """Who asks for French after an English run would get the English workbook again, since the month's data are the same."""
        for language, sheet in [("en", "To do"), ("fr", "À faire"), ("fr", "À faire"), ("en", "To do")]:
            (self.folder / "job.toml").write_text(f'language = "{language}"\n', "utf-8")
            self.run_moisson("export", "job.toml", "--sandbox", "--scenario", "clean", "--period", "2026-10", "--rate", "0",
                             environment=NOVEMBER_22, expect=0)
            self.assertEqual(list(self.cells(self.folder / "out/2026-10/ledger.xlsx"))[0], sheet)

    def test_the_summary_is_english_whatever_the_language(self):
        """A CI job that looks for words in summary.json would find others when somebody changed the language."""
        messages = []
        for language in ["en", "fr"]:
            self.export("books", language)
            findings = self.summary(f"books-{language}/2026-10")["findings"]
            messages.append([(finding["code"], finding["message"]) for finding in findings if finding["code"] != "document-not-ready"])
        self.assertEqual(messages[0], messages[1])


if __name__ == "__main__":
    unittest.main()
