"""What a month says has changed is what a differ of its own finds between the published ledgers, each change once.

    MOISSON_SEED=100 MOISSON_PAIRS=200 changes_test.py RandomMonths     # more random ones; each is named by its seed
"""

import hashlib
import json
import os
import random
import re
import shutil
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

import openpyxl

from forger import Month
from harness import Case, document, pdf, rows_of, unittest

BEFORE, MONTH = "2026-09", "2026-10"
CONTRACTS = ("OCB0000001", "OCB0000002", "OCB0000003")
FRENCH = {"new": "nouveau", "gone": "disparu", "withdrawn": "retiré de la liste", "renamed": "renommé", "reissued": "réémis", "file-changed": "fichier modifié",
          "counted-otherwise": "retenu autrement"}
CURRENCIES = ("EUR", "EUR", "USD", "JPY")


def latest(rows):
    found = {}
    for row in rows:
        key = (row["contract_id"], row["document_id"])
        if key not in found or int(found[key]["version"]) < int(row["version"]):
            found[key] = row
    return found


def documents_between(before, now):
    """{(contract, document): change} of two ledgers, told from their columns alone."""
    before, now = latest(before), latest(now)
    changes = {}
    for key in before.keys() | now.keys():
        old, new = before.get(key), now.get(key)
        if new is None:
            changes[key] = "gone"
        elif old is None:
            changes[key] = "new"
        elif "no-longer-listed" in new["findings"].split() and "no-longer-listed" not in old["findings"].split():
            changes[key] = "withdrawn"
        elif old["version"] != new["version"]:
            same = all(old[name] == new[name] for name in ("amount", "currency", "counted", "document_type", "sha256"))
            changes[key] = "renamed" if same and old["filename"] != new["filename"] else "reissued"
        elif (old["counted"], old["amount"]) != (new["counted"], new["amount"]):
            changes[key] = "counted-otherwise"
        elif old["sha256"] != new["sha256"]:
            changes[key] = "file-changed"
        elif old["filename"] != new["filename"]:
            changes[key] = "renamed"
    return changes


def sums_of(rows):
    sums = {}
    for row in rows:
        if row["counted"] == "yes":
            key = (row["contract_id"], row["currency"])
            sums[key] = sums.get(key, Decimal(0)) + Decimal(row["amount"])
    return sums


def percent(before, now):
    if not before:
        return None
    share = ((now or 0) - before) * 100 / abs(before)
    text = str(share.quantize(Decimal("0.1"), ROUND_HALF_UP))
    return text.lstrip("-") if Decimal(text) == 0 else text


class Changes(Case):
    def setUp(self):
        super().setUp()
        self.server = self.double()
        self.server.contracts = [{"id": name, "name": f"Name of {name}", "offer": {"name": "Flexible Engine", "id": "FE"}} for name in CONTRACTS]
        self.lists = {name: [] for name in CONTRACTS}
        (self.folder / "job.toml").write_text("[books]\nusage = false\n[invoices]\nread = false\n")

    def add(self, contract, name, **more):
        self.server.files.setdefault(name, pdf(name))
        self.lists[contract].append(document(name, **more))

    def export(self, month, expect=(0, 3), language="en"):
        self.server.lists = {name: list(documents) for name, documents in self.lists.items()}
        result = self.run_moisson("export", "--rate", "0", "--no-progress", "--job", "job.toml", "--period", month, "--language", language,
                                  environment=self.server.environment)
        self.assertIn(result.code, expect, str(result))
        self.run_moisson("verify", f"out/{month}", expect=0)
        return rows_of(self.folder / "out" / month / "ledger.csv")

    def changes(self, month=MONTH):
        return self.summary(f"out/{month}").get("changes")

    def page(self, month=MONTH):
        text = re.sub("</?a[^>]*>", "", (self.folder / "out" / month / "report.html").read_text("utf-8"))
        return text[text.index('<h2 id="changes">'):].split("</section>")[0] if '<h2 id="changes">' in text else ""

    def note(self, month=MONTH):
        """What summary.md, which is the mail's text, says of changes: ({(contract, currency): (before, now)}, {kind: documents}, how many sums it
        leaves out). Kinds are in the note's own language."""
        text = self.note_text(month)
        part = re.split(r"^## (?:What changed|Ce qui a changé)$", text, flags=re.MULTILINE)[1].split("\n## ")[0]
        sums, kinds, rest = {}, {}, 0
        for line in part.splitlines():
            plain = re.sub("[\u00a0\u202f]", " ", line).replace("−", "-")
            if found := re.fullmatch(r"- `(OCB\d+)` \(`[^`]*`\) ?: (.*?), (?:then|puis) (.*?)(?: \([+-]?[\d., ]+%\))?", plain):
                amounts = [re.fullmatch(r"(-?[\d ]+(?:[.,]\d+)?) ([A-Z]{3})", one) for one in found.groups()[1:]]
                currency, = {one[2] for one in amounts if one}
                self.assertNotIn((found[1], currency), sums)
                sums[found[1], currency] = tuple(one and Decimal(one[1].replace(" ", "").replace(",", ".")) for one in amounts)
            elif found := re.fullmatch(r"- Documents (?:since the last publication|depuis la dernière publication) ?: (.*)", plain):
                kinds = {kind: int(count) for kind, count in (one.rsplit(" ", 1) for one in found[1].split(", "))}
            elif found := re.fullmatch(r"- (?:and|et) (\d+) (?:more|autres?)", plain):
                rest += int(found[1])
        return sums, kinds, rest

    def assert_note(self, sums, documents):
        shown, kinds, rest = self.note()
        self.assertEqual(len(shown), min(3, len(sums)))
        self.assertEqual(len(shown) + rest, len(sums))
        self.assertEqual(shown, {key: sums[key][:2] for key in shown})
        weights = {key: abs(values[2]) for key, values in sums.items()}
        for currency in {key[1] for key in shown}:
            left = [weight for key, weight in weights.items() if key[1] == currency and key not in shown]
            self.assertLessEqual(max(left, default=0), min(weights[key] for key in shown if key[1] == currency))
        self.assertEqual(Counter(kinds), Counter(FRENCH[kind] if "## Ce qui" in self.note_text() else kind for kind in documents.values()))

    def note_text(self, month=MONTH):
        return (self.folder / "out" / month / "summary.md").read_text("utf-8")

    def sheet(self, month=MONTH):
        """Sums on the workbook's own sheet, by contract and currency; None: there is no such sheet."""
        book = openpyxl.load_workbook(self.folder / "out" / month / "ledger.xlsx", read_only=True)
        names = [name for name in book.sheetnames if name in ("Changes", "Changements")]
        if not names:
            return None
        number = lambda value: None if value is None else Decimal(str(value))
        rows = [row for row in book[names[0]].iter_rows(min_row=2, max_col=7, values_only=True) if row[1]]
        return {(row[0], row[2]): tuple(number(value) for value in row[3:7]) for row in rows}

    def assert_told(self, before, last, now):
        """`before`: rows of the month before, or None; `last`: of this month as it was published last, or None."""
        told = self.changes()
        if before is None and last is None:
            self.assertIsNone(told)
            return None
        self.assertEqual(told["month_before"], BEFORE if before is not None else None)
        self.assertEqual(told["was_published"], last is not None)
        old, new = sums_of(before or []), sums_of(now)
        expected = {}
        for key in sorted(old.keys() | new.keys()) if before is not None else []:
            if old.get(key) != new.get(key):
                expected[key] = (old.get(key), new.get(key), (new.get(key) or 0) - (old.get(key) or 0), percent(old.get(key), new.get(key)))
        number = lambda text: None if text is None else Decimal(text)
        sums = [((one["contract_id"], one["currency"]),
                 (number(one["before"]), number(one["amount"]), number(one["difference"]), one["percent"])) for one in told["sums"]]
        self.assertEqual(len(dict(sums)), len(sums))
        self.assertEqual(dict(sums), expected)
        shown = {key: (*values[:3], number(values[3])) for key, values in expected.items()}
        self.assertEqual(self.sheet(), shown if before is not None else None)
        documents = [((one["contract_id"], one["document_id"]), one["change"]) for one in told["documents"]]
        self.assertEqual(len(dict(documents)), len(documents))
        self.assertEqual(dict(documents), documents_between(last, now) if last is not None else {})
        by_key = latest(now) | {key: row for key, row in latest(last or []).items() if key not in latest(now)}
        for one in told["documents"]:
            row = by_key[one["contract_id"], one["document_id"]]
            self.assertEqual((one["filename"], one["document_type"], str(one["version"])), (row["filename"], row["document_type"], row["version"]))
        self.assert_note(expected, dict(documents))
        page = self.page()
        self.assertEqual(page.count("<tr><td>"), len(sums) + len(documents))
        for (contract, name), _ in documents:
            self.assertEqual(page.count(f"<bdi>{name}</bdi><small>"), sum(1 for key, _ in documents if key[1] == name), (contract, name))
        return told


class OneMonth(Changes):
    def test_each_kind_of_change_is_told_once_with_both_amounts(self):
        """An accountant would look through two ledgers by hand, and miss the invoice that was reissued."""
        for number, contract in enumerate(CONTRACTS[:2]):
            self.add(contract, f"SEP-{number}", period="202609", amount=100 + number)
        self.add(CONTRACTS[0], "OCT-0", amount=150)
        self.add(CONTRACTS[1], "OCT-1", amount=101)
        self.add(CONTRACTS[0], "OCT-2", amount=-7.5)
        before = self.export(BEFORE)
        self.assertIsNone(self.changes(BEFORE))
        self.assertEqual(self.page(BEFORE), "")
        first = self.export(MONTH)
        told = self.assert_told(before, None, first)
        self.assertEqual([(one["contract_id"], one["before"], one["amount"], one["difference"], one["percent"], one["first"])
                          for one in told["sums"]], [(CONTRACTS[0], "100.00", "142.50", "42.50", "42.5", False)])

        again = self.export(MONTH)
        self.assertEqual(again, first)
        self.assertEqual(self.assert_told(before, first, again)["documents"], [])
        self.assertIn("No document changed.", self.page())

        self.lists[CONTRACTS[0]] = [dict(one, amount=160) if one["id"] == "OCT-0" else one for one in self.lists[CONTRACTS[0]]
                                    if one["id"] != "OCT-2"]
        self.lists[CONTRACTS[1]] = [dict(one, filename="other.pdf") if one["id"] == "OCT-1" else one for one in self.lists[CONTRACTS[1]]]
        self.add(CONTRACTS[2], "OCT-3", amount=30)
        now = self.export(MONTH, language="fr")
        told = self.assert_told(before, first, now)
        self.assertEqual({one["document_id"]: (one["change"], one["before"], one["amount"]) for one in told["documents"]},
                         {"OCT-0": ("reissued", "150.00", "160.00"), "OCT-2": ("withdrawn", "-7.50", "-7.50"),
                          "OCT-1": ("renamed", "101.00", "101.00"), "OCT-3": ("new", None, "30.00")})
        self.assertEqual([one["first"] for one in told["sums"] if one["contract_id"] == CONTRACTS[2]], [True])
        page = self.page()
        for word in ("Ce qui a changé", "réémis", "renommé", "retiré de la liste", "première facture", "160,00"):
            self.assertIn(word, page)
        note = (self.folder / "out" / MONTH / "summary.md").read_text("utf-8")
        self.assertIn("Documents depuis la dernière publication", note)
        self.assertIn(CONTRACTS[2], note)

    def test_a_document_issued_again_in_another_currency_is_told_with_both(self):
        """The month could not be verified, nor closed, and the summary gave an amount in a currency that it never had."""
        self.add(CONTRACTS[0], "OCT", amount=10)
        self.export(MONTH)
        self.lists[CONTRACTS[0]] = [dict(one, amount=11, currency="USD", updatedAt="2026-11-05T06:00:00.000Z") for one in self.lists[CONTRACTS[0]]]
        self.export(MONTH)
        told = self.changes(MONTH)["documents"][0]
        self.assertEqual((told["change"], told["before"], told["currency_before"], told["amount"], told["currency"]),
                         ("reissued", "10.00", "EUR", "11.00", "USD"))
        self.run_moisson("verify", f"out/{MONTH}", expect=0)

    def test_a_change_that_never_was_is_found(self):
        """A changed summary would tell of an increase that the ledger and the page do not show."""
        self.add(CONTRACTS[0], "SEP", period="202609", amount=100)
        self.add(CONTRACTS[0], "OCT", amount=150)
        self.export(BEFORE)
        self.export(MONTH)
        self.lists[CONTRACTS[0]] = [dict(one, amount=160, filename="b.pdf") if one["id"] == "OCT" else one for one in self.lists[CONTRACTS[0]]]
        self.export(MONTH, language="fr")
        path = self.folder / "out" / MONTH / "summary.json"
        honest = path.read_text("utf-8")
        body = honest[:honest.rindex('  "seal"')]
        begin = body.index('"changes"')
        told = self.changes()
        unseen = {"version", "counted", "counted_before"}  # neither the page nor another file shows them of the last publication
        forged = 0
        for where, name, value in [("", "month_before", BEFORE), ("", "was_published", True)] + [
                (table, name, value) for table in ("sums", "documents") for name, value in told[table][0].items() if name not in unseen]:
            old = f'"{name}": {json.dumps(value)}'
            new = f'"{name}": {json.dumps(not value if isinstance(value, bool) else (value or "") + "1")}'
            at = body.index(old, body.index(f'"{where}"', begin) if where else begin)
            changed = body[:at] + new + body[at + len(old):]
            path.write_text(f'{changed}  "seal": "{hashlib.sha256(changed.encode()).hexdigest()}"\n}}\n', "utf-8")
            result = self.run_moisson("verify", f"out/{MONTH}")
            self.assertEqual(result.code, 6, f"{where} {name}: {result}")
            forged += 1
        self.assertGreater(forged, 16)
        path.write_text(honest, "utf-8")
        self.run_moisson("verify", f"out/{MONTH}", expect=0)

    def test_a_change_that_is_folded_is_held_too(self):
        """What few people unfold could say anything."""
        names = [f"OCB00000{number:02}" for number in range(1, 13)]
        self.server.contracts = [{"id": name, "name": f"Name of {name}", "offer": {"name": "Flexible Engine", "id": "FE"}} for name in names]
        self.lists = {name: [] for name in names}
        for number, name in enumerate(names):
            self.add(name, f"SEP{number}", period="202609", amount=100)
            self.add(name, f"OCT{number}", amount=150 + number)
        self.export(BEFORE)
        self.export(MONTH)
        self.lists = {name: [dict(one, amount=one["amount"] + 5) if one["id"].startswith("OCT") else one for one in documents]
                      for name, documents in self.lists.items()}
        self.export(MONTH)
        for number, (old, new) in enumerate((("151.00", "152.00"), ("OCT11</bdi>", "OCT12</bdi>"), ("2 more<", "3 more<"),
                                             ('<caption class="hidden">Since', '<caption class="hidden">When'))):
            month = Month(self.folder / "out" / MONTH)
            page = month.files["report.html"].decode("utf-8")
            begin = page.index('<h2 id="changes">')
            at = page.rindex(old, begin, page.index("</section>", begin))
            month.files["report.html"] = (page[:at] + new + page[at + len(old):]).encode("utf-8")
            month.save(self.folder / f"forged-{number}")
            self.assertEqual(self.run_moisson("verify", f"forged-{number}").code, 6, old)

    def test_the_workbook_is_the_same_while_both_months_are(self):
        """The workbook would look changed with every run, or tell of a month before that is no longer that."""
        self.add(CONTRACTS[0], "SEP", period="202609", amount=100)
        self.add(CONTRACTS[0], "OCT", amount=150)
        workbook = self.folder / "out" / MONTH / "ledger.xlsx"
        self.export(MONTH)
        alone = workbook.read_bytes()
        self.export(MONTH)
        self.assertEqual(workbook.read_bytes(), alone)
        self.export(BEFORE)
        self.export(MONTH)
        beside = workbook.read_bytes()
        self.assertEqual(self.sheet(), {(CONTRACTS[0], "EUR"): (Decimal(100), Decimal(150), Decimal(50), Decimal(50))})
        self.export(MONTH)
        self.assertEqual(workbook.read_bytes(), beside)
        shutil.rmtree(self.folder / "out" / BEFORE)
        self.export(MONTH)
        self.assertEqual(workbook.read_bytes(), alone)

    def test_a_cell_of_the_changes_that_was_forged_is_found(self):
        """The workbook would tell of an increase that never was."""
        self.add(CONTRACTS[0], "SEP", period="202609", amount=100)
        self.add(CONTRACTS[0], "OCT", amount=150)
        for language in ("en", "fr"):
            self.export(BEFORE, language=language)
            self.export(MONTH, language=language)
            book = Month(self.folder / "out" / MONTH).workbook()
            at = [sheet for sheet, name in enumerate(book.sheets, 1) if name in ("Changes", "Changements")][0]
            summary = book.sheets.index("Summary" if language == "en" else "Synthèse") + 1
            cells = [(at, reference) for reference in book.cells(at)] + [
                (summary, reference) for reference, (_, is_number, _) in book.cells(summary).items() if reference[0] in "FG" and is_number]
            self.assertGreater(len(cells), 16)
            for number, (sheet, reference) in enumerate(cells):
                month = Month(self.folder / "out" / MONTH)
                book = month.workbook()
                _, is_number, text = book.cells(sheet)[reference]
                book.change(sheet, reference, text + "1")
                month.set_workbook(book)
                month.save(self.folder / f"forged-{language}-{number}")
                self.assertEqual(self.run_moisson("verify", f"forged-{language}-{number}").code, 6, f"{language} {sheet} {reference} {text}")


class RandomMonths(Changes):
    def play(self, seed):
        chance = random.Random(seed)
        self.lists = {name: [] for name in CONTRACTS}
        for number in range(chance.randint(2, 9)):
            self.add(chance.choice(CONTRACTS), f"S{seed}-{number}", period="202609", amount=chance.randint(-50, 500), currency=chance.choice(CURRENCIES))
        for number in range(chance.randint(1, 9)):
            self.add(chance.choice(CONTRACTS), f"O{seed}-{number}", amount=chance.randint(-50, 500), currency=chance.choice(CURRENCIES))
        before = self.export(BEFORE) if chance.random() < 0.85 else None
        last = None
        for turn in range(chance.randint(1, 3)):
            now = self.export(MONTH, language=chance.choice(("en", "fr")))
            self.assert_told(before, last, now)
            last = now
            for name, documents in self.lists.items():
                for at in range(len(documents) - 1, -1, -1):
                    self.change(chance, documents, at)
                if chance.random() < 0.4:
                    self.add(name, f"N{seed}-{turn}-{name[-1]}", amount=chance.randint(1, 99), currency=chance.choice(CURRENCIES))

    def change(self, chance, documents, at):
        one = documents[at]
        what = chance.random()
        if what < 0.1:
            del documents[at]
        elif what < 0.2:
            documents[at] = dict(one, filename=f"renamed-{chance.randint(1, 9)}.pdf")
        elif what < 0.3:
            documents[at] = dict(one, amount=chance.randint(-50, 500))
        elif what < 0.35:
            documents[at] = dict(one, amount=chance.randint(-50, 500), filename=f"both-{chance.randint(1, 9)}.pdf")
        elif what < 0.4:
            documents[at] = dict(one, period=chance.choice(("202608", "202609", "202610")))
        elif what < 0.45:
            documents[at] = dict(one, documentType=chance.choice(("bills", "invoices")))

    def test_random_pairs_of_months(self):
        """Some mixture of changes would be told twice, or not at all."""
        first = int(os.environ.get("MOISSON_SEED", "1"))
        for seed in range(first, first + int(os.environ.get("MOISSON_PAIRS", "8"))):
            with self.subTest(seed=seed):
                try:
                    self.play(seed)
                finally:
                    shutil.rmtree(self.folder / "out", ignore_errors=True)


if __name__ == "__main__":
    unittest.main()
