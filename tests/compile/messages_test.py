"""What must not compile: a message whose languages differ in their places, a value of another kind, a finding code that nobody registered.

messages_test.py COMPILER [OPTION...]: the program's compiler, and the options that find its headers.
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMPILER = sys.argv[1]
OPTIONS = sys.argv[2:]

HEAD = """#include "language/row.hpp"
#include "domain/finding.hpp"
#include "domain/words.hpp"
#include "domain/money.hpp"
#include "domain/period.hpp"
using namespace moisson;
inline constexpr Row<place::Count, place::Text> left_out{"{0} {0|line is|lines are} left out of {1}", "{0} {0|ligne omise|lignes omises} de « {1} »"};
inline constexpr Row<place::Months, place::Amount> owed{"{1} in {0}", "{1} au titre {0:de}"};
"""

GOOD = [
    'Message one = left_out(1, "bill.csv");',
    'Message two = owed(*Month::parse("2026-10"), Money{1, *find_currency("EUR")});',
    'Word word = "Ledger";',
    'Finding three = make_finding("invoice-missing", left_out(2, "bill.csv"));',
]

# What is wrong, its text, and a word of what the compiler says of it.
BAD = {
    "a value that French does not show": ('inline constexpr Row<place::Count> row{"{0} lines", "des lignes"};', "one language does not show"),
    "a value that English does not show": ('inline constexpr Row<place::Count> row{"lines", "{0} lignes"};', "one language does not show"),
    "a place without a value": ('inline constexpr Row<place::Count> row{"{0} of {1}", "{0} de {1}"};', "does not have"),
    "no French": ('inline constexpr Row<> row{"nothing", ""};', "without words"),
    "words that go by a text": ('inline constexpr Row<place::Text> row{"{0|a|b} {0}", "{0|a|b} {0}"};', "Count alone"),
    "one form of a word": ('inline constexpr Row<place::Count> row{"{0} {0|line}", "{0} {0|ligne|lignes}"};', "two forms"),
    "of behind no month": ('inline constexpr Row<place::Text> row{"of {0}", "{0:de}"};', "for Months"),
    "a lone brace": ('inline constexpr Row<> row{"a { brace", "une accolade"};', "a place is written"),
    "a brace that closes nothing": ('inline constexpr Row<> row{"a brace", "une } accolade"};', "closes nothing"),
    "an open French quote": ('inline constexpr Row<place::Text> row{"\\"{0}\\"", "« {0}"};', "quotes"),
    "a French colon without its blank": ('inline constexpr Row<> row{"so: this", "donc: ceci"};', "a blank stands before"),
    "a row without values given one": ('Message m = Row<>{"a", "b"}(1);', ""),
    "a text where an amount goes": ('Message m = owed(*Month::parse("2026-10"), "12.50 EUR");', ""),
    "a month where a count goes": ('Message m = left_out(*Month::parse("2026-10"), "bill.csv");', ""),
    "a value too few": ("Message m = left_out(1);", ""),
    "a code with a slip in it": ('Finding f = make_finding("invoice-mising");', "finding code"),
    "a slip in a comparison": ('bool b(const Finding& f) { return f.code == "invoice-mising"; }', "finding code"),
    "a code of a row's set": ('bool b(const FindingCodes& c) { return c.contains("credit-notes"); }', "finding code"),
    "a word that no table has": ('Word w = "Led ger";', "no such word"),
    "a code that is known at run time alone": ("Finding f(const std::string& code) { return make_finding(code.c_str()); }", ""),
}


def compiler(*arguments):
    return subprocess.run([COMPILER, "-std=c++20", f"-I{ROOT / 'src'}", *OPTIONS, *arguments], capture_output=True, text=True, timeout=300,
                          check=False)


class Messages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """The headers are parsed once: they take the compiler ten times as long as a case."""
        folder = tempfile.TemporaryDirectory(prefix="moisson-messages-")
        cls.addClassCleanup(folder.cleanup)
        cls.head, cls.text = Path(folder.name) / "head.hpp", Path(folder.name) / "case.cpp"
        cls.head.write_text(HEAD)
        cls.compiled = compiler("-x", "c++-header", str(cls.head), "-o", f"{cls.head}.gch")

    def compile(self, text):
        self.text.write_text(text)
        return compiler("-fsyntax-only", "-Winvalid-pch", "-include", str(self.head), str(self.text))

    def test_good_ones_compile(self):
        """The other cases would prove nothing if nothing compiled."""
        self.assertEqual(self.compiled.returncode, 0, self.compiled.stderr)
        result = self.compile("\n".join(GOOD))
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_bad_ones_do_not(self):
        """A French sentence would lack a value, or a misspelt code would end the month in a rare branch."""
        for name, (text, words) in BAD.items():
            with self.subTest(name):
                result = self.compile(text)
                self.assertNotEqual(result.returncode, 0, "it compiles")
                self.assertIn(words, result.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
