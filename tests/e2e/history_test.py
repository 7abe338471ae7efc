"""The thirteen months that a summary and its page tell are what the months themselves were published with."""

import copy
import json
import random
import unittest
from decimal import Decimal

from forger import Month, change_at, leaves, other
from harness import Case, document, pdf, rows_of

MONTHS = [f"2025-{month:02}" for month in range(9, 13)] + [f"2026-{month:02}" for month in range(1, 11)]
CONTRACTS = ("OCB0000001", "OCB0000002", "OCB0000003")


def counted(path):
    """{(contract, currency): sum} of a published ledger."""
    sums = {}
    for row in rows_of(path):
        if row["counted"] == "yes":
            key = (row["contract_id"], row["currency"])
            sums[key] = sums.get(key, Decimal(0)) + Decimal(row["amount"])
    return sums


class History(Case):
    def setUp(self):
        super().setUp()
        self.server = self.double()
        self.server.contracts = [{"id": name, "name": f"Name of {name}", "offer": {"name": "Flexible Engine", "id": "FE"}} for name in CONTRACTS]
        chance = random.Random(20261130)
        self.server.lists = {name: [] for name in CONTRACTS}
        for number in range(90):
            name, month = f"D-{number}", chance.choice(MONTHS)
            self.server.files[name] = pdf(name)
            self.server.lists[chance.choice(CONTRACTS)].append(
                document(name, kind=chance.choice(("invoices", "invoices", "bills", "partialBills")), period=month.replace("-", ""),
                         amount=chance.choice((-7.25, 12.5, 1250, 99999)), currency=chance.choice(("EUR", "EUR", "EUR", "JPY", "BHD"))))
        for number, name in enumerate(CONTRACTS):  # whatever chance says, this month has something
            self.server.files[f"T-{number}"] = pdf(f"T-{number}")
            self.server.lists[name].append(document(f"T-{number}", amount=10 + number))
        (self.folder / "job.toml").write_text("[books]\nusage = false\n[invoices]\nread = false\n")

    def export(self, month, *options):
        result = self.run_moisson("export", "--rate", "0", "--no-progress", "--job", "job.toml", "--period", month, *options,
                                  environment=self.server.environment)
        self.assertIn(result.code, (0, 3), str(result))

    def test_a_month_before_that_changed_is_another_one_in_the_workbook_too(self):
        """The bundle is the same, and the workbook of the run before would stand beside a summary that says otherwise: nobody could close it."""
        self.export(MONTHS[-1])
        before = (self.folder / f"out/{MONTHS[-1]}/bundle.zip").read_bytes()
        self.server.lists[CONTRACTS[0]].append(document("late", period=MONTHS[-2].replace("-", ""), amount=4, currency="TND"))
        self.server.files["late"] = pdf("late")
        self.export(MONTHS[-1])
        self.assertEqual((self.folder / f"out/{MONTHS[-1]}/bundle.zip").read_bytes(), before)
        self.run_moisson("verify", f"out/{MONTHS[-1]}", expect=0)

    def test_each_month_is_told_as_it_was_published(self):
        """A reader would take a bar for a month's sum that never was."""
        for month in MONTHS[1:]:
            self.export(month)
        published = [counted(self.folder / "out" / month / "ledger.csv") for month in MONTHS[1:]]
        history = self.summary(f"out/{MONTHS[-1]}")["history"]
        self.assertEqual(history["months"], MONTHS[1:])
        keys = sorted(set().union(*published))
        self.assertEqual([(one["contract_id"], one["currency"]) for one in history["contracts"]], keys)
        for one in history["contracts"]:
            self.assertEqual([None if amount is None else Decimal(amount) for amount in one["amounts"]],
                             [month.get((one["contract_id"], one["currency"])) for month in published])
        for one in history["totals"]:
            sums = [[value for (_, currency), value in month.items() if currency == one["currency"]] for month in published]
            self.assertEqual([None if amount is None else Decimal(amount) for amount in one["amounts"]],
                             [sum(values) if values else None for values in sums])
        self.assertEqual([one["currency"] for one in history["totals"]], sorted({currency for _, currency in keys}))
        digits = {"EUR": 2, "JPY": 0, "BHD": 3}
        for one in history["totals"]:
            for amount in filter(None, one["amounts"]):
                self.assertEqual(len(amount.partition(".")[2]), digits[one["currency"]])
        self.run_moisson("verify", f"out/{MONTHS[-1]}", expect=0)

    def test_a_history_that_never_was_is_found(self):
        """A changed summary would tell of an increase that there never was."""
        self.export(MONTHS[-1])
        month = Month(self.folder / "out" / MONTHS[-1])
        self.assertNotIn("history", month.archived)
        places = list(leaves(month.summary["history"]))
        chance = random.Random(4)
        passed = []
        for number, (path, value) in enumerate(chance.sample(places, 40)):
            forged = copy.deepcopy(month)
            change_at(forged.summary["history"], path, other(value))
            forged.save(self.folder / f"forged-{number}")
            result = self.run_moisson("verify", f"forged-{number}")
            if result.code != 6 or "history" not in result.out:
                passed.append((path, value, str(result)[:300]))
        self.assertEqual(passed, [])
        for number, drop in enumerate(("totals", "contracts", "months")):
            forged = copy.deepcopy(month)
            forged.summary["history"][drop].pop()
            forged.save(self.folder / f"dropped-{number}")
            self.run_moisson("verify", f"dropped-{number}", expect=6)

    def test_a_cell_of_the_thirteen_months_that_was_forged_is_found(self):
        """The workbook would show a sum under another month or currency."""
        self.export(MONTHS[-1])
        book = Month(self.folder / "out" / MONTHS[-1]).workbook()
        sheet = book.sheets.index("Summary") + 1
        cells = book.cells(sheet)
        first = next(int(reference[1:]) for reference, (_, _, text) in cells.items() if text == "Thirteen months") + 1
        chosen = [reference for reference in cells if int(reference[1:]) >= first]
        self.assertEqual([cells[reference][2] for reference in chosen[:3]], ["month", "BHD", "EUR"])
        self.assertGreater(len(chosen), 30)
        for number, reference in enumerate(random.Random(7).sample(chosen[4:], 12) + chosen[:4]):
            month = Month(self.folder / "out" / MONTHS[-1])
            book = month.workbook()
            _, is_number, text = cells[reference]
            book.change(sheet, reference, str(int(float(text)) + 1) if is_number else text + "1")
            month.set_workbook(book)
            month.save(self.folder / f"cell-{number}")
            self.assertEqual(self.run_moisson("verify", f"cell-{number}").code, 6, (reference, text))

    def test_only_a_whole_month_has_a_history(self):
        """Sums of a view would be compared with those of whole months."""
        self.export(MONTHS[-1], "--contract", CONTRACTS[0])
        view, = (self.folder / "out").glob("2026-10+*")
        self.assertNotIn("history", json.loads((view / "summary.json").read_text("utf-8")))
        self.run_moisson("export", "--rate", "0", "--no-progress", "--job", "job.toml", "--from", MONTHS[-2], "--to", MONTHS[-1],
                         environment=self.server.environment)
        self.assertNotIn("history", self.summary(f"out/{MONTHS[-2]}..{MONTHS[-1]}"))


if __name__ == "__main__":
    unittest.main()
