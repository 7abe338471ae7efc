"""Plain-text accounting: hledger, Ledger and Beancount take the journals that were exported, and their balances are the ledger's."""

import csv
import io
import re
import shutil
import subprocess
import tempfile
import unittest
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from beancount import loader
from beancount.core.data import Transaction

from erp_export import Export

SCENARIOS = ("small", "clean", "books")
AMOUNT = re.compile(r"(-?[0-9.]+) ([A-Z]{3})")


def judge(*command, folder=None):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL,
                          env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "TZ": "UTC"})


def sums(rows):
    """(account, currency, amount) rows as {(kind, currency): sum}; an account's kind by its number: 6, 445 or 401."""
    found = defaultdict(Decimal)
    for account, currency, amount in rows:
        kind = {"626100": "net", "445660": "vat", "401000": "gross"}[account.strip().rsplit(":", 1)[-1]]
        found[kind, currency] += Decimal(amount)
    return {key: value for key, value in found.items() if value}


def hledger_balances(path):
    done = judge("hledger", "-f", str(path), "balance", "--flat", "--no-total", "-O", "csv")
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return sums((row["account"], currency, amount) for row in csv.DictReader(io.StringIO(done.stdout))
                for amount, currency in AMOUNT.findall(row["balance"]))


def ledger_balances(path):
    done = judge("ledger", "--strict", "--pedantic", "-f", str(path), "csv", "--csv-format", "%(quoted(account)),%(quoted(commodity)),%(quoted(quantity(amount)))\n")
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return sums(csv.reader(io.StringIO(done.stdout)))


def beancount_entries(path):
    """As Beancount's own loader has them; bean-query rounds what it prints."""
    entries, errors, _ = loader.load_file(str(path))
    if errors:
        raise AssertionError(errors[:3])
    return [entry for entry in entries if isinstance(entry, Transaction)]


def beancount_balances(path):
    return sums((posting.account, posting.units.currency, posting.units.number) for entry in beancount_entries(path) for posting in entry.postings)


PROGRAMS = {
    "hledger": ("hledger.journal", lambda path: judge("hledger", "-f", str(path), "check", "--strict", "payees"), hledger_balances),
    "ledger": ("ledger.journal", lambda path: judge("ledger", "--strict", "--pedantic", "--check-payees", "-f", str(path), "balance"), ledger_balances),
    "beancount": ("beancount.beancount", lambda path: judge("bean-check", str(path)), beancount_balances),
}


class PlainText(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="moisson-plaintext-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.exports = {}
        for scenario in SCENARIOS:
            (cls.folder / scenario).mkdir()
            cls.exports[scenario] = Export(cls.folder / scenario, scenario, PROGRAMS)

    def expected(self, export):
        found = {("net", currency): total for currency, total in export.totals("net").items()}
        found.update({("vat", currency): total for currency, total in export.totals("vat").items()})
        found.update({("gross", currency): -total for currency, total in export.totals().items()})
        return found

    def test_journals_are_taken_and_balances_are_the_ledgers(self):
        """An accountant's program would refuse the journal, or show other balances than the ledger says."""
        for scenario, export in self.exports.items():
            for program, (name, check, balances) in PROGRAMS.items():
                with self.subTest(scenario=scenario, program=program):
                    checked = check(export.erp / name)
                    self.assertEqual(checked.returncode, 0, checked.stderr)
                    self.assertEqual(balances(export.erp / name), self.expected(export))

    def test_every_document_is_one_transaction(self):
        """A document would be booked twice, or not at all."""
        for scenario, export in self.exports.items():
            with self.subTest(scenario=scenario):
                journal = judge("hledger", "-f", str(export.erp / "hledger.journal"), "print", "-O", "csv")
                self.assertEqual(journal.returncode, 0, journal.stderr)
                rows = list(csv.DictReader(io.StringIO(journal.stdout)))
                codes = {row["txnidx"]: (row["code"], row["date"]) for row in rows}
                self.assertEqual(sorted(codes.values()), sorted((posting.piece, posting.day.isoformat()) for posting in export.postings))
                found = {(entry.meta["document"], entry.meta["contract"], entry.meta["period"], entry.date, entry.postings[-1].units.number)
                         for entry in beancount_entries(export.erp / "beancount.beancount")}
                self.assertEqual(found, {(posting.document, posting.contract, posting.period, posting.day, -posting.gross)
                                         for posting in export.postings})

    def breakages(self, text, program):
        """What a journal of ours could be spoiled by."""
        amount = re.search(r"(?<=  )([0-9]{2,})\.([0-9]{2}) EUR", text)
        account = re.search(r"^ +(\S*626100) {2,}", text, re.MULTILINE)
        yield "an amount is another", text.replace(amount.group(0), amount.group(1) + "9." + amount.group(2) + " EUR", 1)
        yield "an account is not declared", text[:account.start(1)] + text[account.start(1):].replace("626100", "626199", 1)
        yield "a day does not exist", re.sub(r"^20[0-9]{2}-[0-9]{2}-30 \*", "2026-02-31 *", text, count=1, flags=re.MULTILINE)
        yield "one blank before the amount", re.sub(r"626100 +(?=[0-9])", "626100 ", text, count=1) if program != "beancount" else text + "x"
        yield "another commodity", text.replace(amount.group(0), amount.group(0)[:-3] + "EUX", 1)
        if program != "beancount":
            yield "a payee is not declared", re.sub(r"^(20[^\n]*\)) Orange Business$", r"\1 Orange Busines", text, count=1, flags=re.MULTILINE)

    def test_broken_journals_are_refused(self):
        """The check above would prove nothing if it took everything."""
        for program, (name, check, _) in PROGRAMS.items():
            text = (self.exports["small"].erp / name).read_text("utf-8")
            for what, broken in self.breakages(text, program):
                with self.subTest(program=program, what=what):
                    self.assertNotEqual(broken, text)
                    (self.folder / name).write_text(broken, "utf-8")
                    self.assertNotEqual(check(self.folder / name).returncode, 0)

    def test_a_decimal_comma_passes_the_bare_check_but_not_the_totals(self):
        """`100,00` is 10,000 to hledger: every check of its own passes, and the books are a hundred times too large."""
        export = self.exports["clean"]
        name, check, balances = PROGRAMS["hledger"]
        text = (export.erp / name).read_text("utf-8")
        broken = re.sub(r"([0-9])\.([0-9]{2}) (EUR|CHF)", r"\1,\2 \3", text)
        declared = re.sub(r"format 1000,00 ", "format 1000.00 ", broken)
        (self.folder / name).write_text(declared, "utf-8")
        self.assertEqual(judge("hledger", "-f", str(self.folder / name), "check").returncode, 0)
        self.assertNotEqual(balances(self.folder / name), self.expected(export))

    def test_a_journal_can_be_included_in_books_with_a_decimal_comma(self):
        """hledger would take 100.00 for ten thousand, or refuse the books, as soon as a French accountant includes the month."""
        for scenario, export in self.exports.items():
            for mark in ("decimal-mark ,\n", ""):
                with self.subTest(scenario=scenario, mark=mark):
                    books = self.folder / "books.journal"
                    own = "    626100:Own    1.234,50 EUR\n    401000:Own   -1.234,50 EUR\n"
                    books.write_text(f"{mark}commodity 1.000,00 EUR\n\n2026-01-01 own\n{own}\ninclude {export.erp / 'hledger.journal'}\n\n"
                                     f"2026-12-31 own\n{own}", "utf-8")
                    done = judge("hledger", "-f", str(books), "balance", "--flat", "--no-total", "-O", "csv", "not:Own")
                    self.assertEqual(done.returncode, 0, done.stderr)
                    found = sums((row["account"], currency, amount.replace(".", "").replace(",", ".") if "," in amount else amount)
                                 for row in csv.DictReader(io.StringIO(done.stdout))
                                 for amount, currency in re.findall(r"(-?[0-9.,]+) ([A-Z]{3})", row["balance"]))
                    self.assertEqual(found, self.expected(export))

    def test_a_missing_transaction_is_seen_in_the_totals(self):
        """A journal that lost its last entry balances as well as a whole one."""
        for program, (name, check, balances) in PROGRAMS.items():
            with self.subTest(program=program):
                export = self.exports["clean"]
                text = (export.erp / name).read_text("utf-8")
                start = text.index("\n\n20") + 1
                broken = text[:start] + text[text.index("\n\n20", start):]
                (self.folder / name).write_text(broken, "utf-8")
                if program == "beancount":  # its control totals see it by themselves
                    self.assertNotEqual(check(self.folder / name).returncode, 0)
                else:
                    self.assertEqual(check(self.folder / name).returncode, 0)
                    self.assertNotEqual(balances(self.folder / name), self.expected(export))


if __name__ == "__main__":
    unittest.main()
