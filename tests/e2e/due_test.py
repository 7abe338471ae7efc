"""Open months are not forgotten: what comes late to a published month, and months that nobody exported."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from harness import PDF, Case, document, rows_of, tree_of, unittest

EXPORT = ("export", "--rate", "0", "--no-progress")


class Owed(Case):
    """A double with two documents a month, all of them past."""

    def setUp(self):
        super().setUp()
        self.server = self.double()
        self.documents = {identifier: document(identifier, period=period, amount=amount) for identifier, period, amount in
                          (("aug", "202605", 5), ("sep", "202606", 10), ("oct", "202607", 20), ("nov", "202608", 30))}
        self.serve()

    def serve(self):
        self.server.lists["OCB0000001"] = list(self.documents.values())
        self.server.files = {identifier: PDF + f"{identifier} {item['amount']}".encode() + b"\n%%EOF\n" for identifier, item in self.documents.items()}

    def put(self, identifier, period, amount):
        self.documents[identifier] = document(identifier, period=period, amount=amount, updatedAt=f"2026-10-{len(self.documents) + 1:02}T06:00:00.000Z")
        self.serve()

    def export(self, *arguments, expect=0):
        return self.run_moisson(*EXPORT, *arguments, environment=self.server.environment, expect=expect)

    def findings(self, folder):
        """{code: [message]} of what the run says of other months."""
        found = {}
        for finding in self.summary(folder)["findings"]:
            if finding["code"] in ("month-outdated", "month-unpublished", "history-unpublished"):
                found.setdefault(finding["code"], []).append(finding["message"])
        return found

    def total(self, month):
        return {row["document_id"]: row["amount"] for row in rows_of(self.folder / "out" / month / "ledger.csv") if row["counted"] == "yes"}

    def test_a_late_document_of_a_published_month_is_named_until_the_month_is_exported(self):
        """A late document would be listed by the next month's export and stand nowhere, without a word."""
        self.export("--period", "2026-07")
        self.put("late", "202607", 7.25)
        result = self.export("--period", "2026-08")
        self.assertIn("month-outdated", result.out)
        [message] = self.findings("out/2026-08")["month-outdated"]
        self.assertIn("2026-07: 1 document ", message)
        self.assertIn("OCB0000001/late", message)
        self.assertIn("7.25 EUR", message)
        self.export("--period", "2026-07")
        self.assertEqual(self.total("2026-07"), {"oct": "20.00", "late": "7.25"})
        self.export("--period", "2026-08")
        self.assertNotIn("month-outdated", self.findings("out/2026-08"))

    def test_a_month_that_was_never_exported_is_named(self):
        """A month that a broken scheduler left out would be missing for ever."""
        self.export("--period", "2026-06")
        self.export("--period", "2026-08")
        found = self.findings("out/2026-08")
        self.assertEqual([message[:7] for message in found["month-unpublished"]], ["2026-07"])
        self.assertEqual(len(found["history-unpublished"]), 1)  # May, before the first published month
        self.assertIn("20.00 EUR", found["month-unpublished"][0])

    def test_a_moved_and_a_changed_document_name_their_months(self):
        """A document that moves from one open month to another would stay in the first one's ledger."""
        self.export("--period", "2026-06")
        self.export("--period", "2026-07")
        self.put("sep", "202607", 10)
        self.export("--period", "2026-07")
        [message] = self.findings("out/2026-07")["month-outdated"]
        self.assertIn("2026-06: 1 document ", message)
        self.assertIn("-10.00 EUR", message)
        self.assertEqual(self.total("2026-07"), {"oct": "20.00", "sep": "10.00"})

    def test_due_exports_every_owed_month_in_order_and_then_none(self):
        """The months that are owed would have to be found and exported by hand."""
        self.export("--period", "2026-07")
        before = tree_of(self.folder / "out/2026-07")
        result = self.export("--due")
        self.assertEqual([line.split()[1] for line in result.out.splitlines() if line.startswith("period")], ["2026-05", "2026-06", "2026-08"])
        self.assertEqual(tree_of(self.folder / "out/2026-07"), before)
        self.assertEqual({month: self.total(month) for month in ("2026-05", "2026-06", "2026-08")},
                         {"2026-05": {"aug": "5.00"}, "2026-06": {"sep": "10.00"}, "2026-08": {"nov": "30.00"}})
        self.assertIn("no month is owed", self.export("--due").err)
        self.assertEqual(self.export("--due", "--exit-nothing-new", expect=9).out, "")
        self.put("late", "202606", 1)
        self.put("oct", "202607", 21)
        result = self.export("--due")
        self.assertEqual([line.split()[1] for line in result.out.splitlines() if line.startswith("period")], ["2026-06", "2026-07"])
        self.assertEqual(self.total("2026-07"), {"oct": "21.00"})

    def test_due_says_nothing_is_owed_only_when_all_was_listed(self):
        """A list that was refused would pass for months that are as they were."""
        self.export("--due")
        self.server.lists["OCB0000001"] = lambda query: (500, {}, b"")
        result = self.export("--due", expect=5)
        self.assertNotIn("no month is owed", result.err)
        self.server.contracts.append({"id": "OCB0000002", "name": "Second", "offer": {"name": "FE", "id": "FE"}})
        self.server.lists["OCB0000002"] = []
        result = self.export("--due", expect=3)
        self.assertNotIn("no month is owed", result.err)
        self.assertIn("OCB0000001", result.err + result.out)

    def test_due_asks_again_for_a_file_of_the_last_month_that_was_missing(self):
        """A month published without one of its files would pass for what it should be."""
        last = json.loads(self.run_moisson("plan", "--rate", "0", "--no-progress", "--json", environment=self.server.environment, expect=0).out)["period"]
        self.put("now", last.replace("-", ""), 2)
        whole = self.server.files.pop("now")
        self.export("--due", expect=3)
        self.export("--due", expect=3)
        self.server.files["now"] = whole
        self.export("--due", expect=0)
        self.assertIn("no month is owed", self.export("--due").err)

    def test_due_leaves_closed_months_alone(self):
        """A closed month would be exported again, or its late document be told twice."""
        self.export("--due")
        self.run_moisson("close", "2026-06", "--by", "ana", expect=0)
        self.put("late", "202606", 1)
        self.export("--period", "2026-08")
        self.assertNotIn("month-outdated", self.findings("out/2026-08"))
        self.assertTrue((self.folder / "out/2026-08/addendum-2026-06-01.csv").exists())
        self.assertIn("no month is owed", self.export("--due").err)

    def test_a_range_publishes_its_months(self):
        """Months that a first export of several years brought would be called unpublished for ever."""
        self.export("--from", "2026-05", "--to", "2026-07")
        self.export("--period", "2026-08")
        self.assertEqual(self.findings("out/2026-08"), {})
        self.put("late", "202606", 3)
        self.export("--period", "2026-08")
        self.assertEqual([message[:7] for message in self.findings("out/2026-08")["month-outdated"]], ["2026-06"])

    def test_plan_says_what_is_owed_and_writes_nothing(self):
        """What an export of the owed months would do could not be known before."""
        self.export("--period", "2026-06")
        result = self.run_moisson("plan", "--due", "--rate", "0", "--no-progress", "--json", environment=self.server.environment, expect=0)
        self.assertEqual(json.loads(result.out)["owed"], ["2026-05", "2026-07", "2026-08"])


if __name__ == "__main__":
    unittest.main()
