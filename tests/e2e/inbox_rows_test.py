"""An invoice that only an inbox has is booked once, whichever way it comes afterwards.

    MOISSON_SEED=100 MOISSON_PERIMETERS=25 inbox_rows_test.py Perimeters     # more random ones; each is named by its seed
"""

import csv
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from close_test import TEMPLATE
from harness import PDF, Case, document, rows_of, sha256_of, tree_of, unittest

CONTRACT = "OCB0000001"
SIREN = "732829320"
INVOICE = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ID>{number}</cbc:ID><cbc:IssueDate>{issued}</cbc:IssueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>{period}{contract}
<cac:AccountingSupplierParty><cac:Party><cac:PartyLegalEntity><cbc:RegistrationName>Seller</cbc:RegistrationName>
<cbc:CompanyID schemeID="0002">{siren}</cbc:CompanyID></cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">{vat}</cbc:TaxAmount></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount currencyID="EUR">{net}</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="EUR">{gross}</cbc:TaxInclusiveAmount></cac:LegalMonetaryTotal></Invoice>
"""
DAYS = {"202609": ("2026-09-01", "2026-09-30"), "202610": ("2026-10-01", "2026-10-31"), "202611": ("2026-11-01", "2026-11-30")}


def credit_note(xml):
    return (xml.replace(b"<Invoice", b"<CreditNote").replace(b"</Invoice", b"</CreditNote").replace(b"xsd:Invoice-2", b"xsd:CreditNote-2")
            .replace(b"cbc:InvoiceTypeCode>", b"cbc:CreditNoteTypeCode>").replace(b">380<", b">381<"))


def invoice(number, net, period="202610", contract=CONTRACT, siren=SIREN, tells_period=True):
    """As XML, of so many euros without tax, whole ones by tens."""
    first, last = DAYS[period]
    months = f"<cac:InvoicePeriod><cbc:StartDate>{first}</cbc:StartDate><cbc:EndDate>{last}</cbc:EndDate></cac:InvoicePeriod>"
    of = f"<cac:ContractDocumentReference><cbc:ID>{contract}</cbc:ID></cac:ContractDocumentReference>"
    return INVOICE.format(number=number, issued=last, period=months if tells_period else "", contract=of if contract else "", siren=siren,
                          net=f"{net}.00", vat=f"{net // 5}.00", gross=f"{net + net // 5}.00").encode()


class Channel(Case):
    """A double of one contract: each month has an invoice of 100.00 without tax, whose number the service's PDF tells."""

    def setUp(self):
        super().setUp()
        self.server = self.double()
        self.inbox = self.folder / "in"
        self.inbox.mkdir()
        (self.folder / "plain.toml").write_text(TEMPLATE)
        self.listed = []
        self.write_job()
        for period, number in (("202609", "F-9"), ("202610", "F-10"), ("202611", "F-11")):
            self.deliver(f"service-{number}", invoice(number, 100, period), 120, period)

    def write_job(self, count="yes", more="", top=""):
        (self.folder / "job.toml").write_text(f'{top}[export]\ntemplates = ["plain.toml"]\n[erp]\namount_is = "gross"\n[books]\nusage = false\n'
                                              f'[[invoices.inbox]]\nfolder = "in"\ncount = "{count}"\n{more}')

    def deliver(self, identifier, xml, amount, period="202610", **more):
        self.keep_file(identifier, xml)
        self.listed.append(document(identifier, period=period, amount=amount, **more))
        self.server.lists[CONTRACT] = list(self.listed)

    def keep_file(self, identifier, xml):
        """The service has an invoice, a PDF that has this XML inside."""
        (self.folder / "factur-x.xml").write_bytes(xml)
        (self.folder / "page.pdf").write_bytes(PDF)
        subprocess.run(["qpdf", self.folder / "page.pdf", "--add-attachment", self.folder / "factur-x.xml", "--creationdate=D:20261101060000Z",
                        "--moddate=D:20261101060000Z", "--", self.folder / "whole.pdf"], check=True)
        self.server.files[identifier] = (self.folder / "whole.pdf").read_bytes() + f"% {identifier}\n%%EOF\n".encode()

    def export(self, month="2026-10", expect=0):
        result = self.run_moisson("export", "--rate", "0", "--no-progress", "--job", "job.toml", "--period", month,
                                  environment=self.server.environment, expect=expect)
        if expect in (0, 3):
            self.run_moisson("verify", f"out/{month}", expect=0)
        return result

    def ledger(self, month="2026-10", name="ledger.csv"):
        """(number, channel, counted, amount), by number and channel."""
        return sorted((row["invoice_number"], row["channel"], row["counted"], row["amount"])
                      for row in rows_of(self.folder / "out" / month / name))

    def postings(self, month="2026-10"):
        """Sums by document."""
        sums = {}
        path = self.folder / "out" / month / "erp/plain.csv"
        if path.exists():
            with open(path, newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file, delimiter=";"):
                    sums.setdefault(row["document"], []).append(row["amount"])
        return sums

    def total(self, month="2026-10"):
        return [one["amount"] for one in self.summary(f"out/{month}")["totals"]]

    def told(self, code, month="2026-10"):
        return [one["message"] for one in self.summary(f"out/{month}")["findings"] if one["code"] == code]

    def again(self, month="2026-10", more=("ledger.xlsx",)):
        """A second run changes no byte of what is kept."""
        names = ("ledger.csv", "bundle.zip", "erp/plain.csv", *more)
        before = {name: sha256_of(self.folder / "out" / month / name) for name in names if (self.folder / "out" / month / name).exists()}
        asked = self.server.count("/file")
        self.export(month)
        self.assertEqual({name: sha256_of(self.folder / "out" / month / name) for name in before}, before)
        self.assertEqual(self.server.count("/file"), asked)

    def row_of(self, number, month="2026-10", channel="inbox"):
        found, = [row for row in rows_of(self.folder / "out" / month / "ledger.csv")
                  if (row["invoice_number"], row["channel"]) == (number, channel)]
        return found


class InboxRows(Channel):
    def test_an_invoice_that_only_the_inbox_has_is_a_row_until_the_service_delivers_it(self):
        """It would be paid and in no account, or in the accounts twice."""
        with zipfile.ZipFile(self.inbox / "october.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("mail/two.xml", invoice("F-2", 200))
        (self.inbox / "copy.xml").write_bytes(invoice("F-10", 100))
        self.export()
        self.assertEqual(self.ledger(), [("F-10", "service", "yes", "120.00"), ("F-2", "inbox", "yes", "240.00")])
        row = self.row_of("F-2")
        digest = row["sha256"]
        self.assertEqual((row["contract_id"], row["document_id"], row["version"], row["document_type"], row["period_start"], row["period_end"],
                          row["filename"], row["status"], row["net_amount"], row["gross_amount"], row["raw_period"], row["raw_amount"]),
                         (CONTRACT, f"inbox-{digest[:32]}", "1", "invoices", "2026-10-01", "2026-10-31", "two.xml", "ok", "200.00", "240.00",
                          "202610", "240.00"))
        with zipfile.ZipFile(self.folder / "out/2026-10/bundle.zip") as bundle:
            top = bundle.namelist()[0].split("/")[0]
            self.assertEqual(bundle.read(f"{top}/{row['path']}"), invoice("F-2", 200))
        self.assertEqual(self.total(), ["360.00"])
        self.assertEqual(self.postings(), {"service-F-10": ["120.00"], row["document_id"]: ["240.00"]})
        inbox = self.summary()["inbox"]
        self.assertEqual((inbox["matched"], inbox["counted"]), (1, 1))
        self.assertEqual([(one["class"], one["document_id"], one["counted"]) for one in inbox["documents"]],
                         [("only-inbox", row["document_id"], True)])
        self.again()

        (self.inbox / "october.zip").unlink()
        self.again(more=())  # the workbook tells what lies in the inbox
        self.assertEqual(self.summary()["inbox"]["counted"], 1)
        shutil.rmtree(self.folder / "out/.moisson")
        self.export()
        self.assertEqual(self.ledger(), [("F-10", "service", "yes", "120.00"), ("F-2", "inbox", "yes", "240.00")])
        explained = json.loads(self.run_moisson("explain", row["document_id"], "--json", expect=0).out)
        self.assertIn(row["document_id"], json.dumps(explained))

        self.deliver("renamed", invoice("F-2", 200), 240, filename="other.pdf")
        self.export()
        self.assertEqual(self.ledger(), [("F-10", "service", "yes", "120.00"), ("F-2", "inbox", "no", "240.00"),
                                         ("F-2", "service", "yes", "240.00")])
        self.assertEqual(self.total(), ["360.00"])
        self.assertIn("inbox-delivered", self.row_of("F-2")["findings"])
        self.assertEqual(len(self.told("inbox-delivered")), 1)
        self.assertEqual(self.postings(), {"service-F-10": ["120.00"], row["document_id"]: ["240.00", "-240.00"], "renamed": ["240.00"]})
        self.again()

    def test_a_row_of_the_archives_inbox_keeps_its_bytes_when_the_store_is_away(self):
        """An invoice that was counted would leave the totals with the store."""
        box = self.folder / "disk" / "in"
        box.mkdir(parents=True)
        (box / "two.xml").write_bytes(invoice("F-2", 200))
        job = (self.folder / "job.toml").read_text().replace('folder = "in"', 'prefix = "in/"')
        (self.folder / "job.toml").write_text(f'{job}[archive]\nurl = "file://{self.folder / "disk"}"\n')
        self.export()
        counted = [("F-10", "service", "yes", "120.00"), ("F-2", "inbox", "yes", "240.00")]
        self.assertEqual(self.ledger(), counted)
        with zipfile.ZipFile(self.folder / "out/2026-10/bundle.zip") as bundle:
            top = bundle.namelist()[0].split("/")[0]
            self.assertEqual(bundle.read(f"{top}/{self.row_of('F-2')['path']}"), invoice("F-2", 200))
        self.again()
        (self.folder / "disk").rename(self.folder / "away")
        self.export(expect=3)
        self.assertEqual(self.ledger(), counted)
        self.assertTrue(self.told("inbox-unreadable"))

    def test_a_closed_month_is_corrected_by_addenda_alone(self):
        """A closed month would be rewritten, or an invoice booked in it would be booked again."""
        (self.inbox / "two.xml").write_bytes(invoice("F-2", 200))
        self.export()
        name = self.row_of("F-2")["document_id"]
        self.run_moisson("close", "2026-10", "--by", "ana", expect=0)
        closed = tree_of(self.folder / "out/2026-10")
        self.export("2026-11")
        self.assertEqual(list((self.folder / "out/2026-11").glob("addendum-*")), [])
        self.assertEqual(self.total("2026-11"), ["120.00"])
        self.deliver("later", invoice("F-2", 200), 240)
        (self.inbox / "three.xml").write_bytes(invoice("F-3", 300))
        self.export("2026-11")
        rows = self.ledger("2026-11", "addendum-2026-10-01.csv")
        self.assertEqual(rows, [("F-2", "inbox", "no", "240.00"), ("F-2", "service", "yes", "240.00"), ("F-3", "inbox", "yes", "360.00")])
        third, = [row["document_id"] for row in rows_of(self.folder / "out/2026-11/addendum-2026-10-01.csv") if row["invoice_number"] == "F-3"]
        self.assertEqual(self.postings("2026-11"), {name: ["-240.00"], "later": ["240.00"], third: ["360.00"], "service-F-11": ["120.00"]})
        self.again("2026-11")
        self.assertEqual(sorted(path.name for path in (self.folder / "out/2026-11").glob("addendum-*")), ["addendum-2026-10-01.csv"])
        self.assertEqual(tree_of(self.folder / "out/2026-10"), closed)
        self.deliver("later still", invoice("F-3", 300), 360)
        self.export("2026-11")
        self.assertEqual(self.ledger("2026-11", "addendum-2026-10-02.csv"), [("F-3", "inbox", "no", "360.00"), ("F-3", "service", "yes", "360.00")])
        self.again("2026-11")
        self.assertIn("2026-10 is closed", self.export("2026-10", expect=6).err)
        self.assertEqual(tree_of(self.folder / "out/2026-10"), closed)

    def test_a_late_invoice_that_is_not_to_count_is_named_with_its_amounts(self):
        """Nobody would know of an invoice that came after its month was closed."""
        self.write_job(count="no")
        self.export()
        self.run_moisson("close", "2026-10", "--by", "ana", expect=0)
        (self.inbox / "three.xml").write_bytes(invoice("F-3", 300))
        self.export("2026-11")
        self.assertEqual(self.told("inbox-late", "2026-11"), ["three.xml: F-3 of 2026-10, which is closed, 300.00 EUR without VAT and 360.00 EUR with it"])
        self.assertEqual(list((self.folder / "out/2026-11").glob("addendum-*")), [])
        self.assertEqual(self.total("2026-11"), ["120.00"])

    def test_what_is_not_clear_is_no_row_and_says_why(self):
        """An amount would be booked that nobody can prove."""
        cases = {"nowhere.xml": (invoice("F-3", 300, contract=""), "names no contract of the perimeter"),
                 "elsewhere.xml": (invoice("F-4", 300, contract="OCB0000009"), "names no contract of the perimeter"),
                 "wrong.xml": (invoice("F-5", 300).replace(b">360.00<", b">361.00<"), "does not add up in itself"),
                 "nameless.xml": (invoice("F-6", 300).replace(b"380</cbc:InvoiceTypeCode>", b"999</cbc:InvoiceTypeCode>"), "does not tell its number")}
        for name, (xml, _) in cases.items():
            (self.inbox / name).write_bytes(xml)
        (self.inbox / "stranger.xml").write_bytes(invoice("F-7", 300, siren="552100554"))
        self.export(expect=3)
        self.assertEqual(self.ledger(), [("F-10", "service", "yes", "120.00")])
        told = self.told("inbox-not-counted")
        self.assertEqual(len(told), len(cases), told)
        for name, (_, why) in cases.items():
            self.assertTrue(any(one.startswith(name) and why in one for one in told), (name, told))

    def test_the_amount_is_what_the_list_has_and_the_month_what_the_others_have(self):
        """One contract would be booked with tax in one row and without it in the next."""
        self.listed[1]["amount"] = 100  # the service's list is without tax
        self.server.lists[CONTRACT] = list(self.listed)
        (self.inbox / "two.xml").write_bytes(invoice("F-2", 200, tells_period=False))
        self.export()
        self.assertEqual(self.ledger(), [("F-10", "service", "yes", "100.00"), ("F-2", "inbox", "yes", "200.00")])
        self.write_job(more='amount_is = "gross"\n')
        (self.inbox / "three.xml").write_bytes(invoice("F-3", 300))
        self.export(expect=3)
        self.assertIn("amount_is", self.told("inbox-not-counted")[0])
        self.assertEqual(self.ledger(), [("F-10", "service", "yes", "100.00"), ("F-2", "inbox", "yes", "200.00")])

    def test_a_month_in_french_tells_both_sides_too(self):
        """A French accountant would read classes in English, or not see them."""
        (self.inbox / "two.xml").write_bytes(invoice("F-2", 200))
        (self.inbox / "copy.xml").write_bytes(invoice("F-10", 100))
        self.write_job(top='language = "fr"\n')
        self.export()
        page = (self.folder / "out/2026-10/report.html").read_text("utf-8")
        self.assertIn("Boîte de réception et service", page)
        self.assertIn("boîte de réception seule", page)
        self.assertIn("par la boîte de réception", (self.folder / "out/2026-10/summary.md").read_text("utf-8"))
        with zipfile.ZipFile(self.folder / "out/2026-10/ledger.xlsx") as book:
            self.assertIn("Boîte de réception", book.read("xl/workbook.xml").decode())
        english = tree_of(self.folder / "out/2026-10")["bundle.zip"]
        self.write_job()
        self.export()
        self.assertEqual(tree_of(self.folder / "out/2026-10")["bundle.zip"], english)


class Perimeters(Channel):
    """Random perimeters beside random inboxes, through whole exports. What is right is known from how each invoice was made."""

    def setUp(self):
        super().setUp()
        self.listed.clear()
        self.server.files.clear()
        self.server.contracts = [{"id": f"OCB000000{at}", "name": f"Contract {at}", "offer": {"name": "Flexible Engine", "id": "FE"}} for at in (1, 2)]

    def put(self, contract, identifier, xml, amount):
        self.keep_file(identifier, xml)
        self.server.lists[contract] = [*self.server.lists.get(contract, []), document(identifier, amount=amount)]

    def one_perimeter(self, dice):
        """Truths of October: (number, contract, gross, on the service's side, in the inbox as)."""
        truths = []
        for at in range(dice.randint(5, 9)):
            net = 50 * dice.randint(1, 40)
            credit = dice.random() < 0.2
            where = dice.choice(("service", "inbox", "both", "both", "differs", "doubled", "stranger")) if at > 1 else "both"
            truths.append((f"N-{dice.randint(1000, 9999)}-{at}", f"OCB000000{dice.choice((1, 2))}" if at > 1 else f"OCB000000{at + 1}", net, credit, where))
        return truths

    def lay(self, dice, name, xml):
        if dice.random() < 0.3:
            with zipfile.ZipFile(self.inbox / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(f"{name}.xml", xml)
            return f"{name}.zip: {name}.xml"
        (self.inbox / f"{name}.xml").write_bytes(xml)
        return f"{name}.xml"

    def build(self, dice, truths):
        """Both sides; what each file must be told as, and the amounts by number that must be in the totals for each way to count."""
        classes, both, alone = {}, {}, {}
        for number, contract, net, credit, where in truths:
            xml = invoice(number, net, contract=contract, siren=SIREN if where != "stranger" else "552100554")
            if credit:
                xml = credit_note(xml)
            gross = (net + net // 5) * (-1 if credit else 1)
            if where not in ("inbox", "stranger"):
                self.put(contract, f"doc-{number}", xml, gross)
                both[number] = gross
            if where == "inbox":
                alone[number] = gross
            if where in ("both", "doubled", "inbox", "stranger"):
                classes[self.lay(dice, f"a {number}", xml)] = {"both": "matched", "doubled": "matched", "inbox": "only-inbox", "stranger": None}[where]
            if where == "doubled":
                classes[self.lay(dice, f"b {number}", xml + b"\n")] = "doubled"
            if where == "differs":
                wrong = xml.replace(f">{net + net // 5}.00<".encode(), f">{net + net // 5}.01<".encode())
                wrong = wrong.replace(f">{net // 5}.00<".encode(), f">{net // 5}.01<".encode())
                classes[self.lay(dice, f"a {number}", wrong)] = "differs"
        return classes, both, alone

    def check(self, truths, classes, both, alone):
        told = {one["name"]: one["class"] for one in self.summary()["inbox"]["documents"] if one["name"]}
        expected = {name: one for name, one in classes.items() if one not in (None, "matched")}
        self.assertEqual(told, expected, truths)
        self.assertEqual(self.summary()["inbox"]["matched"], sum(one == "matched" for one in classes.values()), truths)
        rows = rows_of(self.folder / "out/2026-10/ledger.csv")
        counted = {(row["invoice_number"], row["channel"]): row["amount"] for row in rows if row["counted"] == "yes"}
        wanted = {(number, "service"): f"{amount}.00" for number, amount in both.items()}
        wanted |= {(number, "inbox"): f"{amount}.00" for number, amount in alone.items()}
        self.assertEqual(counted, wanted, truths)
        self.assertEqual(self.total(), [f"{sum(both.values()) + sum(alone.values())}.00"], truths)

    def test_random_perimeters_and_inboxes_are_told_and_booked_as_they_were_made(self):
        """An invoice would be booked twice, or not at all, in a mixture that nobody thought of."""
        seed = int(os.environ.get("MOISSON_SEED", "1"))
        for number in range(seed, seed + int(os.environ.get("MOISSON_PERIMETERS", "3"))):
            with self.subTest(seed=number):
                dice = random.Random(number)
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                shutil.rmtree(self.inbox)
                self.inbox.mkdir()
                self.server.lists.clear()
                truths = self.one_perimeter(dice)
                classes, both, alone = self.build(dice, truths)
                counts = dice.random() < 0.8
                self.write_job(count="yes" if counts else "no")
                self.export()
                self.check(truths, classes, both, alone if counts else {})
                later = [one for one in truths if one[4] == "inbox" and dice.random() < 0.5]
                for name, contract, net, credit, _ in later:
                    xml = invoice(name, net, contract=contract)
                    self.put(contract, f"later-{name}", credit_note(xml) if credit else xml, alone[name])
                    both[name] = alone.pop(name)
                    classes = {file: "matched" if f"a {name}." in file else one for file, one in classes.items()}
                self.export()
                self.check(truths, classes, both, alone if counts else {})
                sums = self.postings()
                self.assertEqual(sum(round(float(one) * 100) for some in sums.values() for one in some),
                                 100 * (sum(both.values()) + (sum(alone.values()) if counts else 0)), truths)


if __name__ == "__main__":
    unittest.main()
