"""ERP postings are remembered as they were booked: settings, accounts and months that change leave the right sums on every account."""

import csv
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from close_test import Closing
from harness import erp_template, unittest

MAPPING = """
[mapping]
account = {about = "expense"}
vat_account = {about = "VAT"}
supplier_account = {about = "supplier"}
label = {about = "a text", required = false, label = true}
"""
LINES = """
[[file.line]]
debit = 'net'
set = {account = 'map.account'}
[[file.line]]
when = 'vat <> 0'
debit = 'vat'
set = {account = 'map.vat_account'}
[[file.line]]
credit = 'gross'
set = {account = 'map.supplier_account'}
"""
TEMPLATE = erp_template("Three lines a posting.", MAPPING, LINES, key="key", kind="kind", period="period", booking="booking_period",
                        date="posting_date", account="line.account", amount="line.signed", label="map.label")

HEADING = "contract;type;account;vat_account;supplier_account;vat_rate;label\n"


class Books(Closing):
    """An ERP that imports every file it is given: a key that it knows must say the same again, and is not booked twice."""

    def setUp(self):
        super().setUp()
        (self.folder / "gl.toml").write_text(TEMPLATE)
        self.settings(amount_is="gross")
        self.accounts(";;626;445;401;20;phone")
        self.entries = {}
        self.known = frozenset()

    def settings(self, **values):
        lines = "".join(f'{name} = "{value}"\n' for name, value in {"date_from": "period_end", **values}.items())
        (self.folder / "job.toml").write_text(f'[erp]\nmapping = "accounts.csv"\n{lines}')

    def accounts(self, *rows):
        (self.folder / "accounts.csv").write_text(HEADING + "\n".join(rows) + "\n")

    def book(self, month, *more, expect=0):
        """Exports and imports; the new keys with their kinds."""
        self.export(month, "--job", "job.toml", "--template", "gl.toml", *more, expect=expect)
        path = self.folder / "out" / month / "erp/gl.csv"
        found = {}
        if path.exists():
            with open(path, newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file, delimiter=";"):
                    found.setdefault(row["key"], []).append(tuple(row.values()))
        new = {}
        for key, lines in found.items():
            self.assertEqual(self.entries.setdefault(key, lines), lines, "an import key that says something else than before")
            if key not in self.known:
                new[key.partition("/")[2]] = lines[0][1]
        self.known |= found.keys()
        return new

    def sums(self, *documents):
        """{account: cents} of these documents in the ERP, of all when none is named."""
        sums = {}
        for key, lines in self.entries.items():
            for line in lines:
                if not documents or key.split("/")[1] in documents:
                    sums[line[5]] = sums.get(line[5], 0) + round(float(line[6]) * 100)
        return {account: amount for account, amount in sums.items() if amount}

    def codes_of(self, month):
        return {finding["code"] for finding in self.summary(f"out/{month}")["findings"]}


class Terms(Books):
    """Settings and accounts that change after something was booked."""

    def test_a_corrected_vat_rate_and_a_reissue_leave_the_vat_of_the_document(self):
        """351.51 would stand on the VAT account where the invoice has 200.00."""
        self.put("oct1", "202610", 2000)
        self.book("2026-10")
        self.accounts(";;626;445;401;10;phone")
        self.put("oct1", "202610", 2200)
        self.assertEqual(self.book("2026-10"), {"oct1/2": "withdrawal", "oct1/3": "correction", "oct2/2": "withdrawal", "oct2/3": "correction"})
        self.assertEqual(self.sums("oct1"), {"626": 200000, "445": 20000, "401": -220000})
        self.assertIn("erp-terms-changed", self.codes_of("2026-10"))
        self.assertEqual(self.book("2026-10"), {})
        self.assertEqual(self.book("2026-10", "--since-last"), {})

    def test_amounts_that_are_net_after_all_are_corrected_without_any_reissue(self):
        """Gross would stay booked as net, without a word."""
        self.book("2026-10")
        self.settings(amount_is="net")
        self.assertEqual(self.book("2026-10", "--since-last").keys(), {"oct1/2", "oct1/3", "oct2/2", "oct2/3"})
        self.assertEqual(self.sums(), {"626": 3050, "445": 610, "401": -3660})
        message = next(one["message"] for one in self.summary("out/2026-10")["findings"] if one["code"] == "erp-terms-changed")
        self.assertIn("amount_is gross -> net", message)

    def test_a_closed_month_is_not_booked_again_and_taken_back_where_it_was_booked(self):
        """A new account plan would re-book years, or leave a withdrawal where nothing stands."""
        self.book("2026-10")
        self.close("2026-10")
        self.accounts(";;700;555;499;10;other")
        self.assertEqual(self.book("2026-11"), {"nov/1": "first"})
        self.put("oct1", "202610", 0)
        self.put("oct2", "202611", 20)
        self.assertEqual(self.book("2026-11"), {"oct1/2": "correction", "oct2/2": "withdrawal", "oct2/3": "correction"})
        self.assertEqual(self.sums("oct1"), {})
        self.assertEqual(self.sums("oct2"), {"700": 1818, "555": 182, "499": -2000})

    def test_a_changed_document_of_a_closed_month_asks_when_settings_would_split_it_otherwise(self):
        """The program would guess which VAT a late correction has."""
        self.put("oct1", "202610", 2000)
        self.book("2026-10")
        self.close("2026-10")
        self.accounts(";;626;445;401;10;phone")
        self.put("oct1", "202610", 2200)
        self.assertEqual(self.book("2026-11", expect=3), {})
        finding = next(one for one in self.summary("out/2026-11")["findings"] if one["code"] == "erp-terms-undecided")
        self.assertEqual(finding["document_id"], "oct1")
        self.assertIn("map.vat_rate 20 -> 10", finding["message"])
        self.settings(amount_is="gross", closed_terms="as-booked")
        self.assertEqual(self.book("2026-11"), {"oct1/2": "correction", "nov/1": "first"})
        self.assertEqual(self.sums("oct1"), {"626": 183333, "445": 36667, "401": -220000})
        self.assertIn("erp-terms-kept", self.codes_of("2026-11"))
        self.put("oct1", "202610", 1100)
        self.settings(amount_is="gross", closed_terms="as-now")
        self.assertEqual(self.book("2026-12"), {"oct1/3": "withdrawal", "oct1/4": "correction", "dec/1": "first"})
        self.assertEqual(self.sums("oct1"), {"626": 100000, "445": 10000, "401": -110000})

    def test_labels_re_book_nothing_and_another_text_of_the_template_goes_on(self):
        """A renamed account would double a month's lines, or a new version of the template book it again."""
        self.book("2026-10")
        self.accounts(";;626;445;401;20,0;telephone".replace(",", "."))
        self.assertEqual(self.book("2026-10"), {})
        text = TEMPLATE.replace('about = "Three lines a posting."', 'about = "Another version."').replace('version = "1"', 'version = "2"')
        text = text.replace('vat_account = {about', 'place = {about = "cost centre", required = false}\nvat_account = {about', 1)
        (self.folder / "gl.toml").write_text(text)
        self.put("oct1", "202610", 12)
        self.assertEqual(self.book("2026-10"), {"oct1/2": "correction"})
        self.assertEqual(self.sums("oct1"), {"626": 1000, "445": 200, "401": -1200})

    def test_a_template_of_another_name_says_so_or_goes_on_with_the_earlier_one(self):
        """A renamed template file would book every open month a second time, without a word."""
        self.book("2026-10")
        (self.folder / "new.toml").write_text((self.folder / "gl.toml").read_text())
        self.export("2026-10", "--job", "job.toml", "--template", "new.toml")
        self.assertIn("erp-booked-elsewhere", self.codes_of("2026-10"))
        self.assertIn("oct1/1;first", (self.folder / "out/2026-10/erp/new.csv").read_text())
        (self.folder / "third.toml").write_text((self.folder / "gl.toml").read_text())
        job = (self.folder / "job.toml").read_text()
        (self.folder / "job.toml").write_text(job + '[erp.third]\ncontinues = "gl"\n')
        self.put("oct1", "202610", 12)
        for _ in range(2):
            self.export("2026-10", "--job", "job.toml", "--template", "third.toml")
            text = (self.folder / "out/2026-10/erp/third.csv").read_text()
            self.assertEqual(text.count("oct1/2;correction"), 3)
            self.assertEqual(text.count("oct2/"), 3)
        self.assertNotIn("erp-booked-elsewhere", self.codes_of("2026-10"))

    def test_a_vat_rate_of_one_contract_and_one_of_a_type_are_remembered_each(self):
        """A withdrawal would take the general rate back where a special one was booked."""
        self.accounts(";bills;628;;402;-;reverse charge", "OCB0000001;;627;445;401;5.5;x", ";;626;445;401;20;x")
        self.put("oct1", "202610", 105.5)
        self.put("bill", "202609", 70, documentType="bills")
        self.documents.pop("sep")
        self.serve()
        self.book("2026-10")
        self.book("2026-09")
        self.assertEqual(self.sums("oct1", "bill"), {"627": 10000, "445": 550, "401": -10550, "628": 7000, "402": -7000})
        self.accounts(";;626;445;401;20;x")
        self.put("oct1", "202610", 0)
        self.put("bill", "202609", 0, documentType="bills")
        self.book("2026-10")
        self.book("2026-09")
        self.assertEqual(self.sums("oct1", "bill"), {})


class Moves(Books):
    """Documents that move from one open month to another."""

    def moved(self, amount=10.5, **more):
        for month in ("2026-10", "2026-11"):
            self.book(month)
        self.put("oct1", "202611", amount, **more)

    def test_whichever_month_is_exported_first_it_is_handed_out_once(self):
        """The ERP would have the document twice: a first booking in the new month beside the old one."""
        for since_last in ((), ("--since-last",)):
            with self.subTest(since_last=since_last):
                self.moved()
                self.assertEqual(self.book("2026-11", *since_last), {"oct1/2": "withdrawal", "oct1/3": "correction"})
                self.assertEqual(self.sums("oct1"), {"626": 875, "445": 175, "401": -1050})
                for month in ("2026-10", "2026-11", "2026-10"):
                    self.assertEqual(self.book(month, *since_last), {})
                self.put("oct1", "202610", 10.5)
                self.assertEqual(self.book("2026-10", *since_last), {"oct1/4": "withdrawal", "oct1/5": "correction"})
                self.assertEqual(self.book("2026-11", *since_last), {})
                self.assertEqual(self.sums("oct1"), {"626": 875, "445": 175, "401": -1050})
                self.assertEqual({line[4][:7] for line in self.entries["OCB0000001/oct1/4"]}, {"2026-10"})  # dated in its file's month
                self.put("oct1", "202611", 10.5)
                self.assertEqual(self.book("2026-10", *since_last), {"oct1/6": "withdrawal"})
                self.assertEqual(self.sums("oct1"), {})
                self.assertEqual(self.book("2026-11", *since_last), {"oct1/7": "correction"})
                self.assertEqual(self.sums("oct1"), {"626": 875, "445": 175, "401": -1050})
            self.tearDown()
            self.setUp()

    def test_it_moves_while_amount_account_and_type_change_and_the_old_month_is_closed(self):
        """A part of it would stay on the old account, or in the month that was closed meanwhile."""
        for month in ("2026-10", "2026-11"):
            self.book(month)
        self.close("2026-10")
        self.put("oct1", "202608", 21, documentType="bills")
        self.accounts(";bills;700;445;401;5;x", ";;626;445;401;20;phone")
        self.assertEqual(self.book("2026-08"), {"oct1/2": "withdrawal", "oct1/3": "correction"})
        self.assertEqual(self.sums("oct1"), {"700": 2000, "445": 100, "401": -2100})
        for month in ("2026-11", "2026-08", "2026-11"):
            self.assertEqual(self.book(month), {})
        self.assertEqual(self.addenda_of("2026-11"), ["addendum-2026-10-01.csv"])

    def test_it_moves_and_the_old_month_is_closed_after_the_new_one_was_exported(self):
        """The closing, or the next month's export, would take it back a second time."""
        self.moved(12)
        self.book("2026-11")
        self.book("2026-10")
        self.close("2026-10")
        self.assertEqual(self.book("2026-12"), {"dec/1": "first"})
        self.assertEqual(self.sums("oct1"), {"626": 1000, "445": 200, "401": -1200})

    def test_random_months_leave_on_every_account_what_the_documents_say(self):
        """Some order of moves, reissues, settings and exports would lose or double money."""
        chance = random.Random(20261130)
        months = {"202609": "2026-09", "202610": "2026-10", "202611": "2026-11"}
        rate = 20
        for _ in range(12):
            identifier = chance.choice(["sep", "oct1", "oct2", "nov", "more"])
            self.put(identifier, chance.choice(list(months)), chance.randint(1, 9000) / 100)
            if chance.random() < 0.25:
                rate = chance.choice([20, 10, 5.5])
                self.accounts(f";;{chance.choice([626, 627])};445;401;{rate};x")
            self.book(chance.choice(list(months.values())), *chance.choice([(), ("--since-last",)]))
        for month in chance.sample(sorted(months.values()), 3):
            self.book(month)
        owed = {one["id"]: round(one["amount"] * 100) for one in self.documents.values() if one["period"] in months}
        for identifier, gross in owed.items():
            whole = round(1000 + 10 * rate)
            net = (gross * 2000 + whole) // (2 * whole)  # halves up
            sums = self.sums(identifier)
            self.assertEqual((sums.pop("401"), sums.pop("445", 0)), (-gross, gross - net), identifier)
            self.assertEqual(list(sums.values()), [net])


if __name__ == "__main__":
    unittest.main()
