"""Workbook, report and JUnit texts in French: nothing of ours stays English, and machines see no difference.

The first part reads the sources: every pattern that can become a finding's sentence must be in the catalogue of src/domain/french_*.cpp. A
new finding in English alone fails here, with the line to translate.
"""

import collections
import re
import shutil
import unittest
from xml.etree import ElementTree

from harness import ROOT, Case

import openpyxl

SOURCE = ROOT / "src"
NOVEMBER_22 = {"SOURCE_DATE_EPOCH": "1795348800"}

TOKEN = re.compile(r'R"(\w*)\((.*?)\)\1"|"((?:\\.|[^"\\\n])*)"|//[^\n]*|\'(?:\\.|[^\'\\\n])+\'|\n|[^\S\n]+|\w+|.', re.DOTALL)
Literal = collections.namedtuple("Literal", "text begin line")

# Calls whose literals become a finding's sentence, or the reason of a contract's verdict.
CALLS = re.compile(r"\b(make_finding|add_finding|note|add_value_problem|note_problem|notes\.add|add|report|bad_amount|bad_period)\(")
# Files where sentences are put together outside such calls: every literal of theirs counts, but hints, logs and invariants.
WHOLE = ["books/counting.cpp", "books/duplicates.cpp", "books/expectations.cpp", "books/history.cpp", "books/outliers.cpp",
         "books/visibility.cpp", "books/owed.cpp", "usage/compare.cpp", "usage/extract.cpp", "usage/lines.cpp", "usage/input.cpp", "usage/workbook.cpp",
         "usage/lines.hpp", "usage/input.hpp", "normalize/entry.cpp", "normalize/filename.cpp", "normalize/amount.cpp",
         "normalize/period.cpp", "domain/credentials.cpp", "domain/verdict.cpp", "domain/view.cpp", "books/fx.cpp"]
# Here a sentence begins with a small letter, and what to do about it with a capital one.
SMALL = ["api/judge.cpp", "pipeline/policy.cpp", "api/listing.cpp", "api/perimeter.cpp", "pipeline/list_evidence.cpp"]
ERP = ["erp/render.cpp", "erp/evaluator.cpp", "erp/cells.cpp", "erp/functions.cpp"]
# What such a file says to others than the reader of a finding: by the call it stands in, or in its own words.
NOT_SAID = re.compile(r"(MOISSON_INVARIANT|static_assert|reporter\.log|log)\s*\($")
EXEMPT = {
    "the sum of {} converted documents in {} does not fit in 64 bits of minor units": "ends the run", "a column": "a name",
    "an HTML page": "the service's own words", "an HTML page \"{}\"": "the service's own words",
    "{} those of {}": "else those of", ", else": "else those of",
    "Billing Report": "of a workbook",
    "{}{} {}": "a list of contract and document ids", "{}{} ({})": "a list of document ids with their types",
    "{} {}": "an amount, or a column's name and its text", "{} ({})": "a cause in brackets, in the library's own words",
    "{} \"{}\"": "a column's name and its text", "{}{} years": "", "{} s": "",
    "{}: {} as before": "stands in whole sentences of the catalogue", ": {} before, {} now": "stands in whole sentences of the catalogue",
    "version {} replaces version {}": "stands in whole sentences of the catalogue",
    "{} {} left": "stands in whole sentences of the catalogue", "that was {} ago": "stands in whole sentences of the catalogue",
    "ahead of": "stands in whole sentences of the catalogue",
    "this machine's clock is {} s{} {} the service's": "stands in whole sentences of the catalogue",
}


def unescape(text):
    # The catalogue is UTF-8; of escapes only these are used.
    return re.sub(r"\\(u[0-9A-Fa-f]{4}|.)", lambda match: chr(int(match[1][1:], 16)) if match[1].startswith("u") and len(match[1]) == 5
                  else {"n": "\n", "t": "\t", "0": "\0"}.get(match[1], match[1]), text)


def literals_of(text):
    """Literals with neighbours joined, as the compiler does."""
    found, current, begin, first, line = [], None, 0, 0, 1
    for token in TOKEN.finditer(text):
        word = token.group(0)
        if token.group(3) is not None or word.startswith('R"'):
            if current is None:
                current, begin, first = "", token.start(), line
            current += unescape(token.group(3)) if token.group(3) is not None else token.group(2)
        elif word.strip() and not word.startswith("//"):
            if current is not None:
                found.append(Literal(current, begin, first))
            current = None
        line += word.count("\n")
    return found


def catalogue():
    pairs = {}
    for path in sorted((SOURCE / "domain").glob("french_*.cpp")):
        texts = [literal.text for literal in literals_of(path.read_text("utf-8")) if not literal.text.endswith(".hpp")]
        assert len(texts) % 2 == 0, path
        pairs[path.name] = list(zip(texts[::2], texts[1::2]))
    return pairs


def end_of_call(text, begin):
    depth = 0
    for token in TOKEN.finditer(text, begin):
        depth += {"(": 1, ")": -1}.get(token.group(0), 0)
        if depth == 0 and token.group(0) == ")":
            return token.end()
    return len(text)


def is_sentence(text):
    return " " in text.strip() and re.search(r"[a-z]{2}", re.sub(r"\{[^}]*\}", "", text)) is not None


def is_said(text, literal):
    return NOT_SAID.search(text[:literal.begin].rstrip()) is None and not re.search(
        r"MOISSON_INVARIANT\([^;]*$|static_assert\([^;]*$|\blog\([^;]*$", text[max(0, literal.begin - 300):literal.begin])


def said_in(path):
    """What the file says in findings."""
    text = path.read_text("utf-8")
    literals = [literal for literal in literals_of(text) if is_sentence(literal.text)]
    name = str(path.relative_to(SOURCE))
    if name in WHOLE + SMALL:
        return [literal for literal in literals if is_said(text, literal) and (name in WHOLE or literal.text[0].islower())]
    spans = [(match.start(), end_of_call(text, match.end() - 1)) for match in CALLS.finditer(text)]
    return [literal for literal in literals if any(begin <= literal.begin < end for begin, end in spans)]


class Sources(unittest.TestCase):
    def setUp(self):
        self.pairs = catalogue()
        self.english = {english for pairs in self.pairs.values() for english, _ in pairs}

    def test_every_sentence_of_the_sources_is_in_the_catalogue(self):
        """A French report would have English sentences in it."""
        missing, seen = [], 0
        rooms = ["books", "cage", "usage", "normalize", "pipeline", "domain", "api", "erp"]
        files = [path for room in rooms for path in sorted((SOURCE / room).glob("*.[ch]pp"))]
        for path in files:
            name = str(path.relative_to(SOURCE))
            if name.startswith("erp/") and name not in ERP or name.startswith(("domain/fr", "api/write", "books/reconcile")):
                continue  # errors in a template's text are for its author; orders are not of an export; what does not add up ends a run
            for literal in said_in(path):
                seen += 1
                if literal.text not in self.english and literal.text not in EXEMPT:
                    missing.append(f"src/{name}:{literal.line}: {literal.text}")
        self.assertGreater(seen, 150)
        self.assertEqual(missing, [], "add them to src/domain/french_sentences.cpp or french_erp.cpp (values: french.hpp)\n" + "\n".join(missing))

    def test_every_kind_of_finding_has_its_meaning_and_remedy(self):
        """A French reader would be told what to do in English."""
        text = (SOURCE / "domain/finding.cpp").read_text("utf-8")
        rows = re.findall(r'FindingKind\{"([a-z-]+)", \w+, "((?:\\.|[^"\\])*)", "((?:\\.|[^"\\])*)"\}', text)
        self.assertGreater(len(rows), 80)
        missing = [f"{code}: {unescape(part)}" for code, *parts in rows for part in parts if part and unescape(part) not in self.english]
        self.assertEqual(missing, [], "add them to src/domain/french_findings.cpp")

    def test_no_meaning_is_translated_that_nothing_means_any_more(self):
        """The catalogue would grow old, and nobody would see which of its lines still serve."""
        kinds = (SOURCE / "domain/finding.cpp").read_text("utf-8")
        known = {literal.text for literal in literals_of(kinds)}
        self.assertEqual([english for english, _ in self.pairs["french_findings.cpp"] if english not in known], [])
        sources = {literal.text for room in ["books", "cage", "usage", "normalize", "pipeline", "domain", "api", "erp", "http", "transfer"]
                   for path in (SOURCE / room).glob("*.[ch]pp") if not path.name.startswith("french_")
                   for literal in literals_of(path.read_text("utf-8"))}
        whole = re.compile(r"version \{\} replaces version \{\}: |days? (is|are) left|days? ago|this machine's clock is|else those of")
        old = [english for name in ["french_sentences.cpp", "french_erp.cpp"] for english, _ in self.pairs[name]
               if english not in sources and not whole.search(english)]
        self.assertEqual(old, [])

    def test_french_is_set_as_french_is(self):
        """Ordinary blanks before ; and : would break lines there, English quotes and forgotten values would stand in a French text."""
        for name, pairs in self.pairs.items():
            for english, french in pairs:
                with self.subTest(english=english):
                    self.assertTrue(french)
                    shown = {int(index) for index in re.findall(r"\{(\d)[:|}]", french)}
                    places = len(re.findall(r"(?<!\{)\{(?::[^}]*)?\}", english))
                    self.assertEqual(shown, set(range(places)), french)
                    if name != "french_findings.cpp":
                        plain = re.sub(r"<[^>]*>|\{\d?[^}]*\}", "", french)
                        self.assertNotRegex(plain, r"\w[;:!?](\s|$)", french)
                    self.assertNotIn("’", french)
                    self.assertEqual(french.count("«"), french.count("»"))


class Exports(Case):
    @classmethod
    def setUpClass(cls):
        cls.english = {english for pairs in catalogue().values() for english, _ in pairs if " " in english.strip() and len(english) > 12}

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
        self.assertEqual(list(french)[:3] + list(french)[-2:], ["Registre", "Synthèse", "Contrats", "Constats", "Exécution"])
        self.assertEqual(french["Registre"], english["Ledger"], "the ledger's rows and titles are the same in every language")
        for name, rows in list(french.items())[1:]:
            for row in rows:
                for value in row:
                    self.assertNotIn(value, self.english, name)
        told = [(row[1], row[4]) for row in english["Findings"][1:]]
        shown = [(row[1], row[4]) for row in french["Constats"][1:]]
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
                    self.check_words(re.sub(r"«.*?»", "", row[4]), row[1])
                page = (french / "report.html").read_text("utf-8")
                self.assertIn('<html lang="fr">', page)
                page = re.sub(r"<style>.*?</style>|<small lang=\"en\">.*?</small>|<caption class=\"hidden\">.*?</caption>|<code.*?</code>", " ", page,
                              flags=re.DOTALL)
                for text in re.findall(r">([^<]+)<", page):
                    self.check_words(re.sub(r"«.*?»", "", text), "report.html")
                for case in ElementTree.parse(french / "junit.xml").iter("failure"):
                    self.check_words(re.sub(r"«.*?»", "", case.get("message")), "junit.xml")
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
        for language, sheet in [("en", "Ledger"), ("fr", "Registre"), ("fr", "Registre"), ("en", "Ledger")]:
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
