"""The sandbox's invoices, judged by programs and schemas that nobody here wrote: qpdf, poppler, xmllint with the schemas of Factur-X 1.09, and
the arithmetic of EN 16931 in Python's decimal.

If this failed, the reader of invoices would be held against invoices that no other reader takes: what it reads would prove nothing.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import xml.etree.ElementTree as ElementTree
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
import harness

SCHEMAS = Path(os.environ.get("MOISSON_NPM", "")) / "node_modules/@stackforge-eu/factur-x/schema"
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
UBL = "{urn:oasis:names:specification:ubl:schema:xsd:%s-2}"
CBC = UBL % "CommonBasicComponents"
CAC = UBL % "CommonAggregateComponents"
RSM = "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}"
# Guideline, schema, level of the metadata, relationship of the attachment.
PROFILES = {
    "minimum": ("urn:factur-x.eu:1p0:minimum", "minimum/FACTUR-X_MINIMUM", "MINIMUM", "Data"),
    "basic-wl": ("urn:factur-x.eu:1p0:basicwl", "basic-wl/FACTUR-X_BASIC-WL", "BASIC WL", "Data"),
    "basic": ("urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic", "basic/FACTUR-X_BASIC", "BASIC", "Alternative"),
    "en16931": ("urn:cen.eu:en16931:2017", "en16931/FACTUR-X_EN16931", "EN 16931", "Alternative"),
    "extended": ("urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended", "extended/FACTUR-X_EXTENDED", "EXTENDED", "Alternative"),
    "french": ("urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr", "en16931/FACTUR-X_EN16931", "EXTENDED", "Alternative"),
}
TAXES = ["20", "20+10", "exempt", "reverse-charge", "export"]
# One contract for each profile, all with a credit note, then others: tax in the list's amount, page alone, what disagrees on purpose.
CONTRACTS = [*PROFILES, "gross", "gross", "plain", "other-amount", "xml-amount", "page-amount", "vat-sum", "another-buyer", "number-doubled",
             "no-due-date", "allowance", "prepaid"]


def scenario():
    lines = ['seed = 14', f"contracts = {len(CONTRACTS)}", "months = 2", 'last_month = "2026-10"', 'currencies = ["EUR", "USD", "JPY", "EUR"]',
             'final = "invoices"', "partials = false", "lines_min = 7", "lines_max = 12"]
    for number, kind in enumerate(CONTRACTS, 1):
        tax = TAXES[number % (2 if kind == "gross" else len(TAXES))]
        lines += ["[[contract]]", f"number = {number}", f'vat = "{tax}"',
                  f'invoices = "{kind if kind in PROFILES or kind == "plain" else "en16931"}"']
        if kind == "gross":
            lines += ['amount_is = "gross"', 'currency = "EUR"']
        if kind in PROFILES:
            lines += ["[[document]]", f"contract = {number}", "add = true", "credit = true"]
        elif kind not in ("gross", "plain"):
            lines += ["[[document]]", f"contract = {number}", f'invoice = ["{kind}"]']
    return "\n".join(lines) + "\n"


def output_of(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}: {done.stdout} {done.stderr}")
    return done.stdout


def rounded(value, currency):
    return value.quantize(Decimal(1) if currency == "JPY" else Decimal("0.01"), ROUND_HALF_UP)


class Invoice:
    """One file, and what it says."""

    def __init__(self, folder, listed, body):
        self.listed, self.body = listed, body
        self.path = folder / f"{listed['filename']}"
        self.path.write_bytes(body)
        self.text = output_of("pdftotext", "-layout", self.path, "-").decode("utf-8")
        names = output_of("pdfdetach", "-list", self.path).decode("utf-8")
        self.root = None
        if names.startswith("1 embedded"):
            self.xml = self.path.with_suffix(".xml")
            output_of("pdfdetach", "-savefile", "factur-x.xml", "-o", self.xml, self.path)
            self.root = ElementTree.parse(self.xml).getroot()

    def all(self, path, parent=None):
        parts = [RAM + part if part != "ExchangedDocument" else RSM + part for part in path.split("/")]
        return (self.root if parent is None else parent).findall(".//" + "/".join(parts))

    def one(self, path, parent=None):
        found, = self.all(path, parent)
        return found.text

    def money(self, path, parent=None):
        return Decimal(self.one(path, parent))

    def on_page(self, label):
        """What stands behind the label, which stands once: a word, or the end of the line."""
        _, rest = self.text.split(label)
        return rest.split("\n")[0].split()[0 if label.endswith(":") else -1]

    def page_money(self, label):
        return Decimal(self.on_page(label).replace(",", "."))

    @property
    def amount(self):
        return Decimal(str(self.listed["amount"]))

    @property
    def currency(self):
        return self.listed["currency"]


class Invoices(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="moisson-invoices-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        (cls.folder / "scenario.toml").write_text(scenario(), "utf-8")
        sandbox = harness.Sandbox(cls.folder, "--scenario", "scenario.toml", "--write-invoices", "inbox")
        cls.addClassCleanup(sandbox.stop)
        cls.digests, cls.invoices = {}, {}
        cls.fetch(sandbox, cls.keep)
        again = harness.Sandbox(cls.folder, "--scenario", "scenario.toml")
        cls.addClassCleanup(again.stop)
        cls.again = {}
        cls.fetch(again, lambda number, listed, body: cls.again.__setitem__(listed["id"], hashlib.sha256(body).hexdigest()))

    @classmethod
    def fetch(cls, sandbox, take):
        api = harness.Api(sandbox.environment)
        for number, contract in enumerate(sorted(found["id"] for found in api.contracts()), 1):
            for listed in api.documents(contract).values():
                if listed["documentType"] == "invoices" and str(listed["period"]).startswith("202610"):
                    status, _, body = api.get(f"/documents/{urllib.parse.quote(listed['id'], safe='')}/file", contract)
                    assert status == 200, (status, body[:200])
                    take(number, listed, body)

    @classmethod
    def keep(cls, number, listed, body):
        cls.digests[listed["id"]] = hashlib.sha256(body).hexdigest()
        credit = Decimal(str(listed["amount"])) < 0
        kind = CONTRACTS[number - 1]
        cls.invoices.setdefault((kind, credit), []).append(Invoice(cls.folder, listed, body))

    def one(self, kind, credit=False):
        found, = self.invoices[kind, credit]
        return found

    def with_profile(self):
        for profile in PROFILES:
            for credit in (False, True):
                with self.subTest(profile=profile, credit=credit):
                    yield profile, credit, self.one(profile, credit)

    def test_files_are_whole_and_the_same_twice(self):
        self.assertEqual(self.digests, self.again)
        self.assertEqual(len(set(self.digests.values())), len(self.digests))
        for found in self.invoices.values():
            for invoice in found:
                self.assertIn(b"No syntax or stream encoding errors", output_of("qpdf", "--check", invoice.path))

    def test_each_profile_is_valid_and_attached_as_factur_x_says(self):
        for profile, credit, invoice in self.with_profile():
            guideline, schema, level, relationship = PROFILES[profile]
            output_of("xmllint", "--noout", "--schema", SCHEMAS / f"{schema}.xsd", invoice.xml)
            self.assertEqual(invoice.one("GuidelineSpecifiedDocumentContextParameter/ID"), guideline)
            self.assertEqual(invoice.one("ExchangedDocument/TypeCode"), "381" if credit else "380")
            whole = output_of("qpdf", "--qdf", "--object-streams=disable", invoice.path, "-")
            self.assertRegex(whole, rb"/AF \[\s+\d+ 0 R\s+\]")
            self.assertIn(f"/AFRelationship /{relationship}".encode(), whole)
            self.assertIn(b"/EmbeddedFiles", whole)
            metadata = output_of("pdfinfo", "-meta", invoice.path).decode("utf-8")
            self.assertIn(f"<fx:ConformanceLevel>{level}</fx:ConformanceLevel>", metadata)
            self.assertIn("<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>", metadata)
        self.assertIsNone(self.one("plain").root)

    def check_sums(self, invoice):
        """BR-CO-10 to 17, BR-S-08 and 09, and their like for the other categories."""
        total = "SpecifiedTradeSettlementHeaderMonetarySummation/"
        net, tax, gross, due = (invoice.money(total + name) for name in ("TaxBasisTotalAmount", "TaxTotalAmount", "GrandTotalAmount", "DuePayableAmount"))
        self.assertEqual(net + tax, gross)                                                       # BR-CO-15
        more = {name: sum(Decimal(found.text) for found in invoice.all(total + name)) for name in (
            "ChargeTotalAmount", "AllowanceTotalAmount", "TotalPrepaidAmount")}
        self.assertEqual(due, gross - more["TotalPrepaidAmount"])                                # BR-CO-16
        for name, charge in (("ChargeTotalAmount", "true"), ("AllowanceTotalAmount", "false")):  # BR-CO-11 and 12
            found = [part for part in invoice.all("ApplicableHeaderTradeSettlement/SpecifiedTradeAllowanceCharge")
                     if part.find(RAM + "ChargeIndicator")[0].text == charge]
            self.assertEqual(sum(invoice.money("ActualAmount", part) for part in found), more[name])
        self.assertGreaterEqual(net, 0)
        parts = invoice.all("ApplicableHeaderTradeSettlement/ApplicableTradeTax")
        lines = invoice.all("IncludedSupplyChainTradeLineItem")
        if parts:
            lines_total = invoice.money(total + "LineTotalAmount")
            self.assertEqual(lines_total - more["AllowanceTotalAmount"] + more["ChargeTotalAmount"], net)  # BR-CO-13
            self.assertEqual(sum(invoice.money("CalculatedAmount", part) for part in parts), tax)  # BR-CO-14
            self.assertEqual(sum(invoice.money("BasisAmount", part) for part in parts), net)
        of_rate = {}
        for line in lines:
            amount = invoice.money("SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount", line)
            key = invoice.one("ApplicableTradeTax/CategoryCode", line), invoice.money("ApplicableTradeTax/RateApplicablePercent", line)
            of_rate[key] = of_rate.get(key, 0) + amount
            price = invoice.money("NetPriceProductTradePrice/ChargeAmount", line) * invoice.money("BilledQuantity", line)
            less = sum(Decimal(found.text) for found in invoice.all("SpecifiedTradeAllowanceCharge/ActualAmount", line))
            self.assertEqual(rounded(price, invoice.currency) - less, amount)
        if lines:
            self.assertEqual(sum(of_rate.values()), lines_total)                                 # BR-CO-10
        for part in parts:
            base, rate = invoice.money("BasisAmount", part), invoice.money("RateApplicablePercent", part)
            category = invoice.one("CategoryCode", part)
            self.assertEqual(rounded(base * rate / 100, invoice.currency), invoice.money("CalculatedAmount", part))  # BR-CO-17, BR-S-09
            self.assertEqual(category == "S", rate > 0)
            self.assertEqual(category == "S", not invoice.all("ExemptionReason", part))          # BR-S-10, BR-E-10, BR-AE-10, BR-G-10
            if lines:
                self.assertEqual(of_rate.pop((category, rate)), base)                            # BR-S-08
        self.assertTrue(not lines or not of_rate)
        return net, tax, gross

    def test_sums_are_those_of_the_standard_and_of_list_and_page(self):
        rates = set()
        for _, credit, invoice in self.with_profile():
            net, tax, gross = self.check_sums(invoice)
            sign = -1 if credit else 1
            self.assertEqual(sign * net, invoice.amount)
            self.assertEqual([invoice.page_money(label) for label in ("Total HT / Net", "Total TTC / Gross", "Net à payer / Amount due")],
                             [sign * net, sign * gross, sign * gross])
            vat = [Decimal(line.split()[-1].replace(",", ".")) for line in invoice.text.splitlines() if "% / VAT" in line]
            self.assertEqual(sum(vat), sign * tax)
            self.assertEqual(invoice.one("InvoiceCurrencyCode"), invoice.currency)
            rates |= {(part.find(RAM + "CategoryCode").text, part.find(RAM + "RateApplicablePercent").text)
                      for part in invoice.all("ApplicableHeaderTradeSettlement/ApplicableTradeTax")}
        self.assertEqual(rates, {("S", "20.00"), ("S", "10.00"), ("E", "0.00"), ("AE", "0.00"), ("G", "0.00")})
        self.assertEqual(self.one("plain").page_money("Total HT / Net"), self.one("plain").amount)
        with self.assertRaises(AssertionError):
            self.check_sums(self.one("vat-sum"))

    def test_allowances_charges_and_what_was_paid_before(self):
        one = self.one("allowance")
        self.assertEqual(self.check_sums(one)[0], one.amount)
        self.assertEqual(one.page_money("Remise globale / Allowance"), -one.page_money("Frais de dossier / Charge"))
        one = self.one("prepaid")
        net, _, gross = self.check_sums(one)
        self.assertEqual(net, one.amount)
        paid = one.money("SpecifiedTradeSettlementHeaderMonetarySummation/TotalPrepaidAmount")
        self.assertGreater(paid, 0)
        self.assertEqual([one.page_money(label) for label in ("Acompte versé / Prepaid", "Net à payer / Amount due")], [paid, gross - paid])

    def test_a_gross_amount_is_net_and_tax(self):
        for invoice in self.invoices["gross", False]:
            net, tax, gross = self.check_sums(invoice)
            self.assertGreater(tax, 0)
            self.assertEqual(gross, invoice.amount)
            self.assertEqual(invoice.page_money("Total HT / Net"), net)

    def test_who_when_and_which(self):
        numbers = set()
        for _, credit, invoice in self.with_profile():
            number = invoice.one("ExchangedDocument/ID")
            numbers.add(number)
            self.assertRegex(number, r"^OBS-2026-10-\d{6}$")
            self.assertEqual(invoice.on_page("Credit note no." if credit else "Invoice no."), number)
            self.assertIn("AVOIR / CREDIT NOTE" if credit else "FACTURE / INVOICE", invoice.text)
            self.assertEqual(invoice.one("BuyerOrderReferencedDocument/IssuerAssignedID"), invoice.on_page("Commande / Order:"))
            for legal in invoice.all("SpecifiedLegalOrganization/ID"):
                if legal.get("schemeID") == "0002":
                    self.assertTrue(luhn(legal.text), legal.text)
                    self.assertIn(legal.text, invoice.text)
            for key in invoice.all("SpecifiedTaxRegistration/ID"):
                self.assertEqual(int(key.text[2:4]), (12 + 3 * (int(key.text[4:]) % 97)) % 97)
            accounts = [found.text for found in invoice.all("PayeePartyCreditorFinancialAccount/IBANID")]
            for account in accounts:
                self.assertEqual(int("".join(str(int(letter, 36)) for letter in account[4:] + account[:4])) % 97, 1)
                self.assertIn(account, invoice.text.replace(" ", ""))
            due = [found for found in invoice.root.iter(RAM + "DueDateDateTime")]
            self.assertEqual([bool(accounts), bool(due)], [_ != "minimum"] * 2)
            for date in due:
                year, month, day = date[0].text[:4], date[0].text[4:6], date[0].text[6:]
                self.assertEqual(invoice.on_page("Due date"), f"{day}/{month}/{year}")
            if credit and due:
                credited = invoice.one("InvoiceReferencedDocument/IssuerAssignedID")
                self.assertEqual(credited, self.one(_).one("ExchangedDocument/ID"))
        self.assertEqual(len(numbers), 2 * len(PROFILES))

    def test_what_disagrees_on_purpose(self):
        one = {kind: self.one(kind) for kind in CONTRACTS if kind.count("-") and kind not in PROFILES}
        unit = {kind: Decimal(1) for kind in one}
        xml = {kind: invoice.money("TaxBasisTotalAmount") - invoice.amount for kind, invoice in one.items()}
        page = {kind: invoice.page_money("Total HT / Net") - invoice.amount for kind, invoice in one.items()}
        self.assertEqual({kind for kind in one if xml[kind] == unit[kind]}, {"other-amount", "xml-amount"})
        self.assertEqual({kind for kind in one if page[kind] == unit[kind]}, {"other-amount", "page-amount"})
        self.assertEqual({kind for kind in one if xml[kind] or page[kind]}, {"other-amount", "xml-amount", "page-amount"})
        for kind, invoice in one.items():
            with self.subTest(kind=kind):
                if kind == "vat-sum":
                    self.assertEqual(invoice.money("TaxBasisTotalAmount") + invoice.money("TaxTotalAmount") - 1, invoice.money("GrandTotalAmount"))
                else:
                    self.check_sums(invoice)
        self.assertIn("999001993", one["another-buyer"].text)
        self.assertEqual(one["number-doubled"].one("ExchangedDocument/ID"),
                         f"OBS-2026-09-{1 + CONTRACTS.index('number-doubled'):06}")
        self.assertNotIn("Due date", one["no-due-date"].text)
        self.assertFalse(one["no-due-date"].all("DueDateDateTime"))

    def test_invoices_as_files_are_those_of_the_api(self):
        files = sorted((self.folder / "inbox").iterdir())
        self.assertEqual(len(files), 2 * len(CONTRACTS) + len(PROFILES))
        forms = {"pdf": 0, "cii": 0, "Invoice": 0, "CreditNote": 0}
        served = {invoice.one("ExchangedDocument/ID"): (credit, invoice) for (_, credit), found in self.invoices.items() for invoice in found
                  if invoice.root is not None}
        bodies = {invoice.body for found in self.invoices.values() for invoice in found}
        for file in files:
            if file.suffix == ".pdf":
                forms["pdf"] += 1
                self.assertTrue(file.read_bytes() in bodies or "-2026-09-" in file.name, file)
                continue
            root = ElementTree.parse(file).getroot()
            if root.tag.startswith(RSM):
                forms["cii"] += 1
                output_of("xmllint", "--noout", "--schema", SCHEMAS / "extended/FACTUR-X_EXTENDED.xsd", file)
                continue
            kind = root.tag.rpartition("}")[2]
            forms[kind] += 1
            self.assertEqual(root.tag, UBL % kind + kind)
            credit, invoice = served.get(root.find(CBC + "ID").text, (None, None))
            if invoice is not None and file.stem.count("-") == 3:  # a doubled number is another invoice's, too
                self.check_ubl(root, kind, credit, invoice)
        self.assertTrue(all(forms.values()), forms)

    def check_ubl(self, root, kind, credit, invoice):
        def text(*path):
            return root.find("/".join(path)).text
        self.assertEqual(kind, "CreditNote" if credit else "Invoice")
        self.assertEqual(text(CBC + f"{kind}TypeCode"), "381" if credit else "380")
        total = CAC + "LegalMonetaryTotal"
        net, gross, due = (Decimal(text(total, CBC + name)) for name in ("TaxExclusiveAmount", "TaxInclusiveAmount", "PayableAmount"))
        self.assertEqual((net, gross, due), tuple(invoice.money("SpecifiedTradeSettlementHeaderMonetarySummation/" + name) for name in (
            "TaxBasisTotalAmount", "GrandTotalAmount", "DuePayableAmount")))
        lines = [Decimal(line.find(CBC + "LineExtensionAmount").text) for line in root.findall(CAC + f"{kind}Line")]
        parts = [(Decimal(part.find(CBC + "TaxableAmount").text), Decimal(part.find(CBC + "TaxAmount").text))
                 for part in root.findall(f"{CAC}TaxTotal/{CAC}TaxSubtotal")]
        self.assertEqual([sum(lines), sum(base for base, _ in parts)], [net, net])
        self.assertEqual(Decimal(text(CAC + "TaxTotal", CBC + "TaxAmount")),
                         invoice.money("SpecifiedTradeSettlementHeaderMonetarySummation/TaxTotalAmount"))
        self.assertEqual(text(CAC + "ContractDocumentReference", CBC + "ID"), invoice.text.split("Contract: ")[1].split()[0])
        if credit:
            self.assertEqual(text(CAC + "BillingReference", CAC + "InvoiceDocumentReference", CBC + "ID"), invoice.on_page("Credits invoice"))


def luhn(digits):
    return sum(sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(reversed(digits))) % 10 == 0


if __name__ == "__main__":
    unittest.main()
