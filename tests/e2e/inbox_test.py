"""One invoice that comes from the service and over a platform is seen as one; what only one of them has is said."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from harness import Case, rows_of, unittest

MONTH = "2026-10"
SCENARIO = f"""
name = "inbox"
contracts = 6
seed = 5
months = 2
last_month = "{MONTH}"
currencies = ["EUR"]
final = "invoices"
partials = false
lines_min = 2
lines_max = 5
invoices = "en16931"
vat = "20"
"""
OTHER = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ID>{number}</cbc:ID><cbc:IssueDate>{issued}</cbc:IssueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cac:AccountingSupplierParty><cac:Party><cac:PartyLegalEntity><cbc:RegistrationName>Seller</cbc:RegistrationName>
<cbc:CompanyID schemeID="0002">{siren}</cbc:CompanyID></cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">{vat}</cbc:TaxAmount></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount currencyID="EUR">{net}</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="EUR">{gross}</cbc:TaxInclusiveAmount></cac:LegalMonetaryTotal></Invoice>
"""
STRANGER = "552100554"
ISSUED = "2026-11-04"  # in the month after their own, as the service's are


def other(**values):
    return OTHER.format(issued=ISSUED, **values)


def cents_more(amount):
    whole = int(amount.replace(".", "")) + 1
    return f"{whole // 100}.{whole % 100:02}"


class Inbox(Case):
    def setUp(self):
        super().setUp()
        (self.folder / "inbox.toml").write_text(SCENARIO)
        self.inbox = self.folder / "in"
        self.inbox.mkdir()

    def export(self, job, expect=0):
        (self.folder / "job.toml").write_text("[books]\nusage = false\n" + job)
        return self.run_moisson("export", "--sandbox", "--scenario", "inbox.toml", "--job", "job.toml", "--period", MONTH, expect=expect)

    def documents(self):
        """Rows of the published month with their files' bytes, by contract."""
        with zipfile.ZipFile(self.folder / "out" / MONTH / "bundle.zip") as bundle:
            top = bundle.namelist()[0].split("/")[0]
            return [(row, bundle.read(f"{top}/{row['path']}")) for row in rows_of(self.folder / "out" / MONTH / "ledger.csv")
                    if row["counted"] == "yes"]

    def test_every_document_of_either_side_ends_in_one_class(self):
        """An invoice would be paid twice, or not at all."""
        self.export("")
        before = self.summary()
        self.assertNotIn("inbox", before)
        documents = self.documents()
        self.assertGreaterEqual(len(documents), 6)
        first, second, third = documents[:3]
        (self.inbox / "renamed.pdf").write_bytes(first[1])
        (self.inbox / "copy of it.pdf").write_bytes(first[1])
        with zipfile.ZipFile(self.inbox / "october.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("mail/second.pdf", second[1])
            archive.writestr("readme.txt", "hello")
        siren = self.siren_of(first[1])
        row = third[0]
        (self.inbox / "third.xml").write_text(other(number=row["invoice_number"], siren=siren, vat=row["vat_amount"],
                                                    net=cents_more(row["net_amount"]), gross=cents_more(row["gross_amount"])))
        (self.inbox / "unknown.xml").write_text(other(number="F-UNKNOWN", siren=siren, vat="20.00", net="100.00", gross="120.00"))
        (self.inbox / "stranger.xml").write_text(other(number=row["invoice_number"], siren=STRANGER, vat=row["vat_amount"],
                                                       net=row["net_amount"], gross=row["gross_amount"]))
        (self.inbox / "broken.pdf").write_bytes(first[1][:2000])
        (self.inbox / "link.pdf").symlink_to(self.inbox / "renamed.pdf")
        self.export('[[invoices.inbox]]\nfolder = "in"\n')
        summary = self.summary()
        inbox = summary["inbox"]
        told = {one["name"] or one["document_id"]: (one["class"], one["document_id"] if one["name"] else "", tuple(one["fields"]))
                for one in inbox["documents"]}
        expected = {"renamed.pdf": ("doubled", "", ()), "third.xml": ("differs", row["document_id"], ("net", "gross")),
                    "unknown.xml": ("only-inbox", "", ()), "broken.pdf": ("unreadable", "", ())}
        expected |= {one["document_id"]: ("only-service", "", ()) for one, _ in documents[3:]}
        # What the made-up invoice leaves out, and the day that it was given, are its own.
        told["third.xml"] = told["third.xml"][:2] + (tuple(name for name in told["third.xml"][2] if name != "issue_date"),)
        self.assertEqual(told, expected)
        self.assertEqual((inbox["service"], inbox["files"], inbox["matched"], inbox["other_suppliers"], inbox["other_files"]),
                         (len(documents), 7, 2, 1, 2))
        codes = self.codes()
        self.assertLessEqual({"inbox-differs", "inbox-doubled", "inbox-unreadable", "invoice-only-inbox", "invoice-only-service"}, codes)
        self.assertEqual(summary["totals"], before["totals"])

    def export_of_archive(self, more, expect=0):
        """The inbox is a prefix of the archive, which is a folder of its own."""
        return self.export(f'[[invoices.inbox]]\nprefix = "in/box/"\n{more}\n[archive]\nurl = "file://{self.folder / "disk"}"\n', expect=expect)

    def test_a_prefix_of_the_archive_is_an_inbox(self):
        """Runners share no folder: invoices that lie in the store would be missed."""
        self.export("")
        first, second = self.documents()[:2]
        siren = self.siren_of(first[1])
        box = self.folder / "disk" / "in" / "box"
        (box / "october").mkdir(parents=True)
        (box / "first.pdf").write_bytes(first[1])
        (box / "october" / "second.PDF").write_bytes(second[1])
        (box / "notes.txt").write_text("hello")
        (box / ".hidden.pdf").write_bytes(second[1])
        (self.folder / "disk" / "in" / "beside.pdf").write_bytes(second[1])
        (box / "unknown.xml").write_text(other(number="F-UNKNOWN", siren=siren, vat="20.00", net="100.00", gross="120.00"))
        self.export_of_archive("")
        inbox = self.summary()["inbox"]
        self.assertEqual((inbox["files"], inbox["matched"], inbox["other_files"]), (3, 2, 2))
        told = {one["name"]: one["class"] for one in inbox["documents"] if one["name"]}
        self.assertEqual(told, {"unknown.xml": "only-inbox"})
        # Nothing of it stays on this disk, and the archive holds the month beside it.
        self.assertEqual([path for path in (self.folder / "out").rglob("*inbox-*") if path.is_dir()], [])
        self.assertTrue((self.folder / "disk" / "months" / MONTH).is_dir())
        self.assertEqual((box / "unknown.xml").read_text().count("F-UNKNOWN"), 1)

    def test_an_archive_that_does_not_answer_hides_no_invoice_and_invents_none(self):
        """A store that is away would look like a month in which the platform delivered nothing."""
        self.export("")
        self.export_of_archive("", expect=3)
        self.assertIn("inbox-unreadable", self.codes())
        self.assertNotIn("invoice-only-service", self.codes())
        self.assertEqual([one for one in self.summary()["inbox"]["documents"] if one["class"] == "only-service"], [])

    def test_a_file_that_cannot_be_had_may_be_the_invoice_that_is_missed(self):
        """The platform would be asked for an invoice that lies in the inbox already; and a killed run's invoices would lie about for good."""
        self.export("")
        box = self.folder / "disk" / "in" / "box"
        box.mkdir(parents=True)
        (box / "first.pdf").write_bytes(self.documents()[0][1])
        (box / "large.pdf").touch()
        os.truncate(box / "large.pdf", 110 << 20)
        (self.inbox / "large.pdf").touch()
        os.truncate(self.inbox / "large.pdf", 110 << 20)
        [state] = (self.folder / "out" / ".moisson").rglob("state.sqlite3")
        left = state.parent / "inbox-killed"
        left.mkdir()
        (left / "invoice.pdf").write_bytes(self.documents()[0][1])
        other = self.folder / "disk" / "in" / "other"
        other.mkdir()
        (other / "second.pdf").write_bytes(self.documents()[1][1])
        for export, matched in ((lambda: self.export_of_archive('[[invoices.inbox]]\nprefix = "in/other/"'), 2),
                                (lambda: self.export('[[invoices.inbox]]\nfolder = "in"\n'), 0)):
            export()
            self.assertEqual(self.summary()["inbox"]["matched"], matched)
            findings = {one["code"]: one["message"] for one in self.summary()["findings"]}
            self.assertIn("large.pdf", findings["inbox-unreadable"])
            self.assertIn("1 file of the inbox could not be read and may be among them", findings["invoice-only-service"])
        self.assertFalse(left.exists())

    def test_places_that_are_none_are_told_before_anything_is_called(self):
        """A mistyped prefix would look like an inbox without invoices, or read the months themselves."""
        result = self.export('[[invoices.inbox]]\nprefix = "in/"\n', expect=2)
        self.assertIn("the job has no archive", result.err)
        result = self.export('[[invoices.inbox]]\nprefix = "in/"\nfolder = "in"\n', expect=2)
        self.assertIn("an inbox has folder and prefix", result.err)
        for prefix in ("", "in", "/in/", "in//box/", "../in/", "months/", "closings/2026/", "a b/"):
            result = self.export(f'[[invoices.inbox]]\nprefix = "{prefix}"\n', expect=2)
            self.assertIn(f'prefix is "{prefix}"', result.err)

    def siren_of(self, pdf):
        """Of the seller, from the XML in the invoice."""
        (self.folder / "first.pdf").write_bytes(pdf)
        xml = subprocess.run(["qpdf", "--show-attachment=factur-x.xml", self.folder / "first.pdf"], capture_output=True, check=True).stdout.decode()
        seller = xml[xml.index("<ram:SellerTradeParty>"):xml.index("</ram:SellerTradeParty>")]
        return re.search(r'schemeID="0002">([0-9]{9})', seller)[1]

    def test_policy_makes_an_unlisted_invoice_an_error(self):
        """A job that must not miss one would end as complete."""
        self.export("")
        siren = self.siren_of(self.documents()[0][1])
        (self.inbox / "unknown.xml").write_text(other(number="F-UNKNOWN", siren=siren, vat="20.00", net="100.00", gross="120.00"))
        (self.folder / "job.toml").write_text('[books]\nusage = false\nerrors = ["invoice-only-inbox"]\n[[invoices.inbox]]\nfolder = "in"\n')
        self.run_moisson("export", "--sandbox", "--scenario", "inbox.toml", "--job", "job.toml", "--period", MONTH, expect=3)

    def test_a_folder_that_is_not_there_is_told_before_anything_is_called(self):
        """A mistyped folder would look like an inbox without invoices."""
        result = self.export('[[invoices.inbox]]\nfolder = "nowhere"\n', expect=2)
        self.assertIn("the folder of an inbox cannot be read", result.err)
        self.assertFalse((self.folder / "out" / MONTH).exists())
        result = self.export('[[invoices.inbox]]\nfolder = "in"\ncount = "all"\n', expect=2)
        self.assertIn('count is "all"', result.err)
        result = self.export('[[invoices.inbox]]\nfolder = "in"\nsellers = ["Orange"]\n', expect=2)
        self.assertIn("no SIREN, SIRET or VAT id", result.err)


if __name__ == "__main__":
    unittest.main()
