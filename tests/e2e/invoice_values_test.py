"""What invoices say of themselves stands in the ledger, to the cent; nothing is read twice, and what a closing or a bundle holds stays."""

import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from harness import Case, rows_of, tree_of, unittest

MONTH = "2026-10"
PROFILES = ("minimum", "basic-wl", "basic", "en16931", "extended", "french", "plain")
HEAD = f"""
seed = 5
months = 2
last_month = "{MONTH}"
currencies = ["EUR"]
final = "invoices"
partials = false
lines_min = 2
lines_max = 5
"""
HONEST = f'name = "honest"\ncontracts = {len(PROFILES)}' + HEAD + "".join(
    f'[[contract]]\nnumber = {number}\ninvoices = "{profile}"\nvat = "{"20+10" if number % 2 else "20"}"\namount_is = "{"gross" if number == 4 else "net"}"\n'
    for number, profile in enumerate(PROFILES, 1)) + '[[document]]\ncontract = 5\nadd = true\ncredit = true\n'
WRONG = ("xml-amount", "number-doubled", "another-buyer", "vat-sum", "no-due-date")
ODD = f'name = "odd"\ncontracts = {len(WRONG)}' + HEAD + 'invoices = "en16931"\nvat = "20"\n' + "".join(
    f'[[document]]\ncontract = {number}\ninvoice = ["{word}"]\n{"add = true" if word == "number-doubled" else ""}\n'
    for number, word in enumerate(WRONG, 1))

RSM = "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}"
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
COLUMNS = ("invoice_number", "net_amount", "vat_amount", "gross_amount", "due_date", "credited_invoice", "order_reference", "values_from")


def embedded(pdf):
    """The XML in a PDF, by qpdf; None where there is none."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        shown = subprocess.run(["qpdf", "--show-attachment=factur-x.xml", file.name], capture_output=True, check=False)
    return shown.stdout if shown.returncode == 0 and shown.stdout else None


def told(xml, currency):
    """The ledger's columns, from the XML: written from the standard, not from the program."""
    root = ElementTree.fromstring(xml)

    def text(path):
        found = root.find(".//" + "/".join(RAM + part for part in path.split("/")))
        return "" if found is None or found.text is None else found.text.strip()

    document = root.find(f"{RSM}ExchangedDocument")
    sign = "-" if document.find(f"{RAM}TypeCode").text == "381" else ""
    totals = root.find(f".//{RAM}SpecifiedTradeSettlementHeaderMonetarySummation")

    def amount(name):
        for found in totals.findall(RAM + name):
            if found.get("currencyID", currency) == currency:
                return sign + found.text
        return ""

    due = root.find(f".//{RAM}SpecifiedTradePaymentTerms/{RAM}DueDateDateTime/*")
    return {"invoice_number": document.find(f"{RAM}ID").text, "net_amount": amount("TaxBasisTotalAmount"), "vat_amount": amount("TaxTotalAmount"),
            "gross_amount": amount("GrandTotalAmount"), "due_date": "" if due is None else f"{due.text[:4]}-{due.text[4:6]}-{due.text[6:]}",
            "credited_invoice": text("InvoiceReferencedDocument/IssuerAssignedID"),
            "order_reference": text("BuyerOrderReferencedDocument/IssuerAssignedID"), "values_from": "xml"}


def buyer_of(xml):
    """The buyer's SIREN; empty where it has none."""
    found = ElementTree.fromstring(xml).find(f".//{RAM}BuyerTradeParty/{RAM}SpecifiedLegalOrganization/{RAM}ID")
    return found.text if found is not None and found.get("schemeID") == "0002" else ""


class Invoices(Case):
    def setUp(self):
        super().setUp()
        (self.folder / "honest.toml").write_text(HONEST)
        (self.folder / "odd.toml").write_text(ODD)

    def export(self, scenario="honest", *more, job="", expect=0):
        # Reports add up to net amounts, and one contract's list is gross.
        (self.folder / "job.toml").write_text("[books]\nusage = false\n" + job)
        return self.run_moisson("export", "--sandbox", "--scenario", f"{scenario}.toml", "--job", "job.toml", "--period", MONTH, *more, expect=expect)

    def published(self):
        return rows_of(self.folder / "out" / MONTH / "ledger.csv")

    def documents(self):
        """Each row with the XML in its document, where there is one."""
        with zipfile.ZipFile(self.folder / "out" / MONTH / "bundle.zip") as bundle:
            top = bundle.namelist()[0].split("/")[0]
            return [(row, embedded(bundle.read(f"{top}/{row['path']}")) if row["media_type"] == "application/pdf" else None)
                    for row in self.published()]

    def read_count(self, result):
        """(read now, known from earlier runs)"""
        words = next(line for line in result.err.splitlines() if "documents read" in line)
        numbers = [int(word) for word in words.replace(",", " ").split() if word.isdigit()]
        return numbers[-2:]

    def test_every_row_says_what_its_document_says(self):
        """A wrong cent, or another document's number, would be booked."""
        self.export()
        seen = 0
        for row, xml in self.documents():
            found = {name: row[name] for name in COLUMNS}
            if xml is not None:
                self.assertEqual(found, told(xml, row["currency"]), row["document_id"])
                seen += 1
            elif row["values_from"] != "text":
                self.assertEqual(set(found.values()), {""}, row["document_id"])
        self.assertEqual(seen, len(PROFILES))  # one has none, one has a credit note besides
        credit, = (row for row in self.published() if row["gross_amount"].startswith("-"))
        self.assertTrue(credit["credited_invoice"])
        self.run_moisson("verify", f"out/{MONTH}", expect=0)

    def test_an_honest_month_is_complete_and_says_what_the_list_gives(self):
        """A month that is right would end as one that is not."""
        self.export()
        findings = self.summary()["findings"]
        by_code = {}
        for one in findings:
            by_code.setdefault(one["code"], []).append(one["contract_id"])
            self.assertNotEqual(one["severity"], "error", one)
        self.assertEqual(by_code["amount-is-gross"], ["OCB0001004"])
        self.assertIn("OCB0001005", by_code["amount-is-net"])
        self.assertFalse({"inside-differs", "amount-is-neither", "invoice-number-duplicate", "buyer-unexpected", "vat-sum-wrong"} & set(by_code))

    def test_documents_that_disagree_are_named(self):
        """A wrong amount, a doubled invoice, another company's invoice would be paid."""
        self.export("odd", expect=3)
        summary = self.summary()
        said = {}
        for one in summary["findings"]:
            said.setdefault(one["code"], set()).add((one["contract_id"], one["severity"]))
        self.assertEqual(said["inside-differs"], {("OCB0001001", "error")})
        self.assertEqual(said["invoice-number-duplicate"], {("OCB0001002", "error")})
        self.assertNotIn("buyer-unexpected", said)
        self.assertEqual({contract for contract, _ in said["vat-sum-wrong"]}, {"OCB0001004"})
        due = {row["contract_id"]: row["due_date"] for row in self.published() if row["counted"] == "yes"}
        self.assertEqual([contract for contract, day in due.items() if not day], ["OCB0001005"])
        for row in self.published():
            if row["contract_id"] == "OCB0001001" and row["counted"] == "yes":
                self.assertIn("inside-differs", row["findings"])
        self.run_moisson("verify", f"out/{MONTH}", expect=0)
        buyers = {row["contract_id"]: buyer_of(xml) for row, xml in self.documents() if xml is not None}
        self.export("odd", job=f'[evidence]\nsiren = "{buyers["OCB0001001"]}"\n', expect=3)
        others = {contract for contract, siren in buyers.items() if siren and siren != buyers["OCB0001001"]}
        self.assertIn("OCB0001003", others)
        self.assertEqual({one["contract_id"] for one in self.summary()["findings"] if one["code"] == "buyer-unexpected"}, others)

    def test_nothing_is_read_twice_and_what_was_lost_is_read_again(self):
        """Every night a whole archive would be read anew, or a rebuilt state would give another ledger."""
        served = self.sandbox("--scenario", "honest.toml").environment  # a state of a scenario's file is not made again of its months

        def export():
            return self.run_moisson("export", "--period", MONTH, "-v", environment=served, expect=3)  # the list that is gross differs from usage

        read, known = self.read_count(export())
        self.assertGreaterEqual(read, len(PROFILES))
        self.assertEqual(known, 0)
        before = tree_of(self.folder / "out" / MONTH)["ledger.csv"]
        self.assertEqual(self.read_count(export()), [0, read])
        shutil.rmtree(self.folder / "out/.moisson")
        again, known = self.read_count(export())
        self.assertEqual([again, known], [read, 0])
        self.assertEqual(tree_of(self.folder / "out" / MONTH)["ledger.csv"], before)

    def test_a_closed_month_keeps_what_it_was_closed_with(self):
        """A later reader, or one that is switched off, would rewrite what was sealed."""
        self.export()
        self.run_moisson("close", MONTH, "--sandbox", "--scenario", "honest.toml", "--out", "out", expect=0)
        closed = tree_of(self.folder / "out" / MONTH)
        self.export(job="[invoices]\nread = false\n")
        self.assertEqual(tree_of(self.folder / "out" / MONTH), closed)
        shutil.rmtree(self.folder / "out" / MONTH)
        self.export(job="[invoices]\nread = false\n")
        self.assertEqual(tree_of(self.folder / "out" / MONTH), closed)

    def test_reading_can_be_left_out(self):
        self.export(job="[invoices]\nread = false\n")
        self.assertEqual({row[name] for row in self.published() for name in COLUMNS}, {""})
        self.assertFalse({"amount-is-net", "amount-is-gross"} & self.codes())


if __name__ == "__main__":
    unittest.main()
