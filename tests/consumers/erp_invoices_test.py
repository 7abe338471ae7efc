"""ERP files of a month whose invoices carry XML: the piece is the invoice's number, VAT stands by rate as on the invoice, and sums are the ledger's to
the cent. What the invoices say is read here from their XML; hledger, and readers written from the formats' rules, judge the files.
"""

import csv
import io
import shutil
import sys
import unittest
import xml.etree.ElementTree as ElementTree
import zipfile
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from erp_bytes_test import number_of, read_fec, table
from erp_plaintext_test import judge
from harness import Case, rows_of
from invoice_values_test import RAM, embedded

MONTH = "2026-10"
FEC = "732829320FEC20281231.txt"
TEMPLATES = ("fec", "odoo", "hledger")
PROFILES = ("minimum", "basic-wl", "basic", "en16931", "extended", "french")
SCENARIO = f"""
name = "invoices"
seed = 5
months = 2
last_month = "{MONTH}"
contracts = {len(PROFILES)}
currencies = ["EUR"]
final = "invoices"
partials = false
lines_min = 3
lines_max = 7
""" + "".join(f'[[contract]]\nnumber = {number}\ninvoices = "{profile}"\nvat = "{"20" if profile == "minimum" else "20+10"}"\n'
              f'amount_is = "{"gross" if number % 2 else "net"}"\n' for number, profile in enumerate(PROFILES, 1)) + \
    '[[document]]\ncontract = 5\nadd = true\ncredit = true\n[[document]]\ncontract = 3\ninvoice = ["number-doubled"]\nadd = true\n'
ACCOUNTS = ("for_rate;journal;account;account_name;vat_account;vat_account_name;supplier_account;supplier_account_name;supplier;supplier_name;vat_rate;"
            "odoo_partner;odoo_tax\n"
            "10;;;;445662;;;;;;10;;10% G\n"
            ";ACH;626100;Telecommunications;445660;VAT;401000;Suppliers;ORANGE;Orange Business;20;base.orange_business;20% G\n")
JOB = """[books]
usage = false
[invoices]
read = {read}
[erp]
mapping = "accounts.csv"
amount_is = "document"
{more}
date_from = "period_end"
local_currency = "EUR"
fiscal_year_begin = "2022-01-01"
fiscal_year_end = "2028-12-31"
[erp.fec]
siren = "732829320"
"""
VAT_ACCOUNTS = {"445660": Decimal(20), "445662": Decimal(10)}
CENT = Decimal("0.01")


def told(xml):
    """(number, {rate: [net, VAT]}) of an XML, from its breakdown; a profile without one has one rate here."""
    root = ElementTree.fromstring(xml)
    document = root.find("{*}ExchangedDocument")
    sign = -1 if document.find(f"{RAM}TypeCode").text == "381" else 1
    settlement = root.find(f".//{RAM}ApplicableHeaderTradeSettlement")
    rates = {}
    for tax in settlement.findall(f"{RAM}ApplicableTradeTax"):
        rates[Decimal(tax.find(f"{RAM}RateApplicablePercent").text).normalize()] = [
            sign * Decimal(tax.find(RAM + name).text) for name in ("BasisAmount", "CalculatedAmount")]
    if not rates:
        totals = settlement.find(f"{RAM}SpecifiedTradeSettlementHeaderMonetarySummation")
        rates[Decimal("2E+1")] = [sign * Decimal(totals.find(RAM + name).text) for name in ("TaxBasisTotalAmount", "TaxTotalAmount")]
    return document.find(f"{RAM}ID").text, {rate: tuple(amounts) for rate, amounts in rates.items()}


class Invoices(Case):
    def setUp(self):
        super().setUp()
        (self.folder / "month.toml").write_text(SCENARIO)
        (self.folder / "accounts.csv").write_text(ACCOUNTS)

    def export(self, *more, read="true", settings="", expect=3):
        # The doubled invoice counts twice, which is an error of the month.
        (self.folder / "job.toml").write_text(JOB.format(read=read, more=settings))
        options = [option for template in TEMPLATES for option in ("--template", template)]
        return self.run_moisson("export", "--sandbox", "--scenario", "month.toml", "--job", "job.toml", "--period", MONTH, *options, *more, expect=expect)

    def published(self, name):
        return (self.folder / "out" / MONTH / "erp" / name).read_bytes()

    def invoices(self):
        """{piece: ({rate: (net, VAT)}, ledger row)} of what counts, by the documents' own XML."""
        with zipfile.ZipFile(self.folder / "out" / MONTH / "bundle.zip") as bundle:
            top = bundle.namelist()[0].split("/")[0]
            found = [(row, *told(embedded(bundle.read(f"{top}/{row['path']}"))))
                     for row in rows_of(self.folder / "out" / MONTH / "ledger.csv") if row["counted"] == "yes"]
        times = Counter(number for _, number, _ in found)
        return {number if times[number] == 1 else row["document_id"]: (rates, row) for row, number, rates in found}

    def fec(self):
        """{piece: Counter of (account, debit - credit)}"""
        read_fec_with_rates({FEC: self.published(FEC)})
        entries = defaultdict(Counter)
        for row in csv.DictReader(io.StringIO(self.published(FEC).decode("utf-8"), newline=""), delimiter="\t", quoting=csv.QUOTE_NONE):
            entries[row["PieceRef"]][row["CompteNum"], number_of(row["Debit"], ",", 2) - number_of(row["Credit"], ",", 2)] += 1
        return dict(entries)

    def hledger(self):
        path = self.folder / "out" / MONTH / "erp/hledger.journal"
        checked = judge("hledger", "-f", str(path), "check", "--strict", "payees")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        entries = defaultdict(Counter)
        for row in csv.DictReader(io.StringIO(judge("hledger", "-f", str(path), "print", "-O", "csv").stdout)):
            entries[row["code"]][row["account"], Decimal(row["amount"])] += 1
        return dict(entries)

    def odoo(self):
        """{piece: {rate: (net, VAT)}} as Odoo books it: it computes each line's tax, rounded to the cent."""
        bills, ref, sign = {}, "", 1
        for row in table(self.published("odoo.csv"), b"\n"):
            if row["id"]:
                ref, sign = row["ref"], 1 if row["move_type"] == "in_invoice" else -1
                self.assertNotIn(ref, bills)
            price, tax = number_of(row["invoice_line_ids/price_unit"]), row["invoice_line_ids/tax_ids"]
            rate = Decimal(tax.split("%")[0]).normalize() if tax else Decimal(0)
            net, vat = bills.setdefault(ref, {}).get(rate, (Decimal(0), Decimal(0)))
            bills[ref][rate] = (net + sign * price, vat + sign * (price * rate / 100).quantize(CENT, ROUND_HALF_UP))
        return bills

    def lines(self, rates):
        """The lines of an entry: account, and debit less credit."""
        lines = Counter()
        accounts = {rate.normalize(): account for account, rate in VAT_ACCOUNTS.items()}
        for rate, (net, vat) in rates.items():
            lines["626100", net] += 1
            lines[accounts[rate], vat] += 1
        lines["401000", -sum(net + vat for net, vat in rates.values())] += 1
        return lines

    def test_files_book_what_the_invoices_say(self):
        """VAT would be declared by a rate that somebody typed, a cent would be lost where the target computes it, and no entry would carry the number
        that stands on the paper."""
        self.export()
        invoices = self.invoices()
        self.assertEqual(len(invoices), len(PROFILES) + 2)
        self.assertEqual(sum(len(rates) > 1 for rates, _ in invoices.values()), len(PROFILES) + 1)
        expected = {piece: self.lines(rates) for piece, (rates, _) in invoices.items()}
        self.assertEqual(self.fec(), expected)
        self.assertEqual(self.hledger(), expected)
        booked = self.odoo()
        self.assertEqual(booked.keys(), invoices.keys())
        for piece, (rates, row) in invoices.items():
            odoo = {rate: amounts for rate, amounts in booked[piece].items() if rate or any(amounts)}
            for rate, (_, vat) in rates.items():  # a cent that no tax gives is a line without tax
                self.assertEqual(odoo[rate][1], vat, piece)
            self.assertEqual(tuple(sum(amounts) for amounts in zip(*odoo.values())), tuple(sum(amounts) for amounts in zip(*rates.values())), piece)
            gross = sum(net + vat for net, vat in rates.values())
            self.assertEqual(gross, Decimal(row["gross_amount"]))
            self.assertIn(Decimal(row["amount"]), (gross, sum(net for net, _ in rates.values())))
            self.assertEqual(piece in (row["document_id"], row["invoice_number"]), True)
        self.assertEqual(sum(piece == row["document_id"] for piece, (_, row) in invoices.items()), 2)  # the doubled number is no piece
        self.run_moisson("verify", f"out/{MONTH}", expect=0)

    def test_a_value_that_is_found_later_is_a_correction(self):
        """An invoice that is read only later would be booked twice, or not as it is; a booked entry would change its piece."""
        self.export(read="false", settings='amount_is_otherwise = "net"', expect=0)  # nothing is known of the doubled invoice yet
        first = self.fec()
        rows = {row["document_id"]: row for row in rows_of(self.folder / "out" / MONTH / "ledger.csv") if row["counted"] == "yes"}
        self.assertEqual(first.keys(), rows.keys())
        self.export(settings='amount_is_otherwise = "net"')
        self.assertIn("erp-terms-changed", self.codes(f"out/{MONTH}"))
        later = self.fec()
        self.assertEqual({piece: later[piece] for piece in first}, first)
        standing = Counter()
        for lines in later.values():
            for (account, amount), times in lines.items():
                standing[account] += amount * times
        expected = Counter()
        for rates, _ in self.invoices().values():
            for (account, amount), times in self.lines(rates).items():
                expected[account] += amount * times
        self.assertEqual(standing, expected)
        again = self.published(FEC)
        self.export(settings='amount_is_otherwise = "net"')
        self.assertEqual(self.published(FEC), again)
        self.assertNotIn("erp-terms-changed", self.codes(f"out/{MONTH}"))
        self.run_moisson("verify", f"out/{MONTH}", expect=0)

    def test_what_the_invoices_do_not_say_is_not_guessed(self):
        """A net amount would be booked as gross where no invoice was read."""
        self.export(read="false")
        self.assertFalse((self.folder / "out" / MONTH / "erp").exists())
        self.assertIn("erp-field-missing", self.codes(f"out/{MONTH}"))
        shutil.rmtree(self.folder / "out")
        self.export(settings='piece = "document-id"')
        ids = {row["document_id"] for row in rows_of(self.folder / "out" / MONTH / "ledger.csv") if row["counted"] == "yes"}
        self.assertEqual(self.fec().keys(), ids)


def read_fec_with_rates(files):
    """The FEC's rules, with an account for each rate."""
    return read_fec({name: data.replace(b"\t445662\t", b"\t445660\t") for name, data in files.items()})


if __name__ == "__main__":
    unittest.main()
