"""`moisson explain`: one document from what the service said to its row, without a call."""

import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from harness import PDF, Case, document, unittest

EXPORT = ("export", "--rate", "0", "--no-progress", "--period")


class Explain(Case):
    def setUp(self):
        super().setUp()
        self.server = self.double()
        self.documents = [document("inv-4711", amount=10.5), document("bill-1", kind="bills", amount=10.5), document("report-1", kind="reports"),
                          document("odd", amount="sur devis")]
        self.serve()

    def serve(self):
        self.server.lists["OCB0000001"] = self.documents
        self.server.files = {item["id"]: PDF + f"{item}".encode() + b"\n%%EOF\n" for item in self.documents}

    def export(self, month, expect=3):
        self.run_moisson(*EXPORT, month, environment=self.server.environment, expect=expect)

    def explain(self, identifier, *more, expect=0):
        asked = len(self.server.asked)
        result = self.run_moisson("explain", identifier, *more, expect=expect)
        self.assertEqual(len(self.server.asked), asked, "explain called the service")
        return result

    def explained(self, identifier, *more):
        return json.loads(self.explain(identifier, "--json", *more).out)["documents"]

    def test_an_invoice_is_told_from_the_raw_values_to_its_file_in_the_bundle(self):
        """Nobody could say why an amount stands in the books, or where its paper is."""
        self.export("2026-10")
        found, = self.explained("inv-4711")
        version, = found["versions"]
        self.assertEqual((found["contract_id"], version["raw"]["amount"], version["raw"]["amount_kind"], version["raw"]["period"]),
                         ("OCB0000001", "10.5", "number", "202610"))
        self.assertEqual((version["amount"], version["currency"], version["counted"], version["period"]), ("10.50", "EUR", True, "2026-10"))
        self.assertIn("invoices count", version["why"])
        row = found["published"][0]
        self.assertEqual((row["folder"], row["file"]), ("2026-10", "ledger.csv"))
        lines = (self.folder / "out/2026-10/ledger.csv").read_text().splitlines()
        self.assertIn("inv-4711", lines[row["line"] - 1])
        shutil.unpack_archive(self.folder / "out/2026-10/bundle.zip", self.folder / "bag")
        self.assertTrue((self.folder / "bag/moisson-2026-10" / row["row"]["path"]).is_file())
        text = self.explain("inv-4711").out
        for part in ("10.50 EUR", "It counts.", version["sha256"], "ledger.csv line"):
            self.assertIn(part, text)

    def test_what_does_not_count_says_why(self):
        """An accountant would have to read the program to know why a document is left out."""
        self.export("2026-10")
        self.assertIn("invoices of 2026-10 count", self.explained("bill-1")[0]["versions"][0]["why"])
        self.assertIn("reports are supporting", self.explained("report-1")[0]["versions"][0]["why"])
        odd = self.explained("odd")[0]["versions"][0]
        self.assertIn("amount cannot be read", odd["why"])
        self.assertIn(("amount-unreadable", "error"), [(finding["code"], finding["severity"]) for finding in odd["findings"]])
        self.assertTrue(all(finding["meaning"] for finding in odd["findings"]))

    def test_versions_closing_and_addendum_are_told(self):
        """The way of a difference through the books could not be followed."""
        del self.documents[3]
        self.serve()
        self.export("2026-10", expect=0)
        self.run_moisson("close", "2026-10", expect=0)
        self.documents[0] = document("inv-4711", amount=12, updatedAt="2026-11-09T06:00:00.000Z")
        self.serve()
        self.export("2026-11", expect=0)
        found, = self.explained("inv-4711")
        self.assertEqual([(one["version"], one["amount"], one["counted"]) for one in found["versions"]], [(1, "10.50", False), (2, "12.00", True)])
        self.assertIn("version 2 replaced it", found["versions"][0]["why"])
        self.assertEqual(found["closed_months"][0]["period"], "2026-10")
        self.assertEqual([(one["file"], one["booking_period"], one["change"]) for one in found["addenda"]],
                         [("addendum-2026-10-01.csv", "2026-11", "version")])
        self.assertEqual([(row["folder"], row["file"]) for row in found["published"]],
                         [("2026-10", "ledger.csv"), ("2026-11", "addendum-2026-10-01.csv")])
        self.assertIn("addendum-2026-10-01.csv in 2026-11", self.explain("inv-4711").out)

    def test_one_id_in_two_contracts_is_told_for_both(self):
        """The wrong contract's document would be explained."""
        self.server.contracts = [{"id": "OCB0000001", "name": "First"}, {"id": "OCB0000002", "name": "Second"}]
        self.server.lists["OCB0000002"] = [document("inv-4711", amount=99)]
        self.export("2026-10")
        self.assertEqual([found["contract_id"] for found in self.explained("inv-4711")], ["OCB0000001", "OCB0000002"])
        found, = self.explained("inv-4711", "--contract", "OCB0000002")
        self.assertEqual(found["versions"][0]["amount"], "99.00")
        self.assertEqual(len(found["published"]), 1)


if __name__ == "__main__":
    unittest.main()
