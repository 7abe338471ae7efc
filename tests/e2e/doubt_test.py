"""Answers that invite belief in less than there is: the run must not call itself complete, and must say the same in every run."""

import fcntl
import itertools
import json
import os
import shutil

from harness import Case, Double, digests_of, document, end, finish, pdf, start, tree_of, unittest, wait_until

KEY = "0f9a1b2c-3d4e-5f60-7182-93a4b5c6d7e8"
CONTRACT = "OCB0000001"


def capped(documents, most, total=False):
    """A list that never gives more than `most`, and where asked says how many there are."""

    def answer(query):
        chosen = [item for item in documents if not query.get("documentType") or item["documentType"] == query["documentType"]]
        given = chosen[:min(most, int(query.get("limit", 10)))]
        headers = {"X-Total-Count": str(len(chosen)), "X-Result-Count": str(len(given))} if total else {}
        return 200, headers, json.dumps(given).encode()

    return answer


class Doubt(Case):
    def export(self, double, expect, *more, period="2026-10"):
        return self.run_moisson("export", "--period", period, "--rate", "0", *more, environment=double.environment, expect=expect)

    def test_a_list_shorter_than_the_service_says(self):
        """Documents behind a limit that the service itself announces would be missing from a month called complete."""
        double = self.double()
        documents = [document(f"I{number}") for number in range(37)]
        double.files = {item["id"]: pdf(item["id"]) for item in documents}
        double.lists[CONTRACT] = capped(documents, 30, total=True)
        self.export(double, 3)
        self.assertIn("list-capped", self.codes())
        double.lists[CONTRACT] = capped(documents, 37, total=True)
        self.export(double, 0)

    def test_a_perimeter_shorter_than_the_service_says(self):
        """Whole contracts would be missing."""
        double = self.double()
        double.contracts = lambda query: (200, {"X-Total-Count": "3"}, json.dumps([{"id": CONTRACT, "name": "First"}]).encode())
        double.lists[CONTRACT] = [document("A")]
        double.files["A"] = pdf("A")
        self.export(double, 3)
        self.assertIn("list-capped", self.codes())

    def test_an_error_with_an_empty_list(self):
        """An error that also carries an empty list would read as a contract without documents."""
        double = self.double()
        double.contracts.append({"id": "OCB0000002", "name": "Second"})
        double.lists = {CONTRACT: lambda query: (200, {}, b'{"code":6,"message":"Temporarily over capacity","documents":[]}'),
                        "OCB0000002": [document("A")]}
        double.files["A"] = pdf("A")
        self.export(double, 3)
        self.assertIn("contract-unknown-answer", self.codes())

    def test_doubt_outlives_the_run(self):
        """After a run that could not settle a doubt about the list, the next one would believe the cut list and lose documents."""
        double = self.double()
        first = [document(f"A{number}") for number in range(20)]
        double.lists[CONTRACT] = first
        self.export(double, 0, "--no-files")
        later = [document(f"B{number}") for number in range(30)] + [document(f"R{number}", "reports") for number in range(30)] + first
        whole = capped(later, 1000)

        def cut(query):
            return capped(later, 20)(query) if not query["documentType"] else whole(query)

        double.lists[CONTRACT] = lambda query: (200, {}, b"{\"a\":1}") if query["documentType"] == "reports" else cut(query)
        self.export(double, 3, "--no-files")
        double.lists[CONTRACT] = cut
        self.export(double, 0, "--no-files")
        self.assertEqual(len(self.rows(self.view())), len(later))

    def test_two_documents_under_one_id(self):
        """Which of them counts would depend on the order of the list, and the other would be lost in silence."""
        one = document("X", amount=100)
        pairs = {"another amount": document("X", amount=40), "another type": document("X", "reports", amount=0),
                 "another month": document("X", period="202611", amount=40)}
        for what, other in pairs.items():
            with self.subTest(what):
                seen = []
                for order in ([one, other], [other, one]):
                    double = Double()
                    try:
                        double.lists[CONTRACT] = order
                        double.files["X"] = pdf("X")
                        self.export(double, 3)
                    finally:
                        double.stop()
                    self.assertIn("document-id-conflict", self.codes())
                    seen.append([(row["version"], row["document_type"], row["amount"], row["counted"], row["findings"]) for row in self.rows()])
                    shutil.rmtree(self.folder / "out")
                self.assertEqual(*seen)

    def test_a_file_name_that_differs_under_one_id(self):
        """Every run would add one more version of the document, for ever."""
        double = self.double()
        double.lists[CONTRACT] = [document("X", filename="a.pdf"), document("X", filename="b.pdf")]
        double.files["X"] = pdf("X")
        self.export(double, 0)
        before = digests_of(self.folder / "out/2026-10")
        self.export(double, 0)
        self.assertEqual(before, digests_of(self.folder / "out/2026-10"))

    def test_documents_without_an_id_in_another_order(self):
        """The same list in another order would give another ledger."""
        double = self.double()
        items = [document("", amount=100, filename="a.pdf"), document("", amount=40, filename="b.pdf")]
        double.lists[CONTRACT] = items
        self.export(double, 3)
        before = digests_of(self.folder / "out/2026-10")
        double.lists[CONTRACT] = items[::-1]
        self.export(double, 3)
        self.assertEqual(before, digests_of(self.folder / "out/2026-10"))

    def test_a_contract_that_left_with_its_month(self):
        """A contract that was billed until last month and is not listed any more would be missed by nobody."""
        double = self.double()
        double.contracts.append({"id": "OCB0000002", "name": "Second"})
        double.lists = {CONTRACT: [document("A", period="202609"), document("B")], "OCB0000002": [document("C", period="202609")]}
        double.files = {name: pdf(name) for name in "ABC"}
        self.export(double, 0, period="2026-09")
        del double.contracts[1]
        self.export(double, 3)
        self.assertIn(("contract-gone", "OCB0000002"), [(finding["code"], finding["contract_id"]) for finding in self.summary()["findings"]])

    def test_a_sentence_in_an_invoice_s_place(self):
        """A sentence of the service would be archived and counted as an invoice, and its file never asked for again."""
        double = self.double()
        double.lists[CONTRACT] = [document("A"), document("B", "reports")]
        double.files = {"A": b"Service temporarily unavailable", "B": b"a;b\n1;2\n"}
        self.export(double, 3)
        named = [finding["document_id"] for finding in self.summary()["findings"] if finding["code"] == "document-not-ready"]
        self.assertEqual(named, ["A"])
        double.files["A"] = pdf("A")
        self.export(double, 0)

    def test_a_service_that_repeats_the_secrets(self):
        """The key would stand in the summary, the report and the archive."""
        double = self.double()
        double.environment["MOISSON_API_KEY"] = KEY
        secrets = [KEY, double.environment["MOISSON_CLIENT_SECRET"]]
        told = json.dumps({"code": 60, "message": " ".join(["no", *secrets])}).encode()
        double.lists[CONTRACT] = [document("A"), document("B"), document("C")]
        double.files = {"A": lambda query: (404, {}, told), "B": lambda query: (200, {}, told), "C": pdf("C")}
        double.contracts.append({"id": "OCB0000002", "name": "Second"})
        double.lists["OCB0000002"] = lambda query: (403, {}, told)
        result = self.export(double, 3, "-v")
        texts = [result.out, result.err, *(path.read_bytes().decode("latin-1") for path in self.folder.rglob("*") if path.is_file())]
        for secret in secrets:
            self.assertFalse([text[:80] for text in texts if secret in text])

    def test_a_month_that_had_stepped_aside(self):
        """A run killed between two renames, where the file system cannot exchange, would cost the earlier month."""
        double = self.double()
        double.lists[CONTRACT] = [document("A"), document("B", period="202609")]
        double.files = {name: pdf(name) for name in "AB"}
        self.export(double, 0)
        before = tree_of(self.folder / "out/2026-10")
        (self.folder / "out/2026-10").rename(self.folder / "out/.2026-10.earlier.moisson-part")
        self.export(double, 0, period="2026-09")
        self.assertEqual(before, tree_of(self.folder / "out/2026-10"))
        self.assertEqual(sorted(path.name for path in (self.folder / "out").iterdir()), [".moisson", ".moisson-folder", "2026-09", "2026-10"])

    def test_two_runs_that_publish_into_one_folder(self):
        """With a state each, one run would sweep away what the other is about to publish: a torn month."""
        double = self.double()
        double.lists[CONTRACT] = [document("A")]
        double.files["A"] = pdf("A")
        others = self.folder / "out" / ".2026-11.other.moisson-part"
        others.mkdir(parents=True)
        folder = os.open(self.folder / "out", os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            process = start("export", "--period", "2026-10", "--rate", "0", folder=self.folder, environment=double.environment)
            self.addCleanup(end, process)
            self.assertFalse(wait_until(lambda: not others.exists(), process, timeout=2))
            self.assertIsNone(process.poll())
        finally:
            os.close(folder)
        result = finish(process)
        self.assertEqual(result.code, 0, result)
        self.assertFalse(others.exists())

    def test_a_failure_told_in_other_words_each_time(self):
        """The archive of a month with one missing file would have other bytes in every run."""
        double = self.double()
        words = itertools.count()
        double.lists[CONTRACT] = [document("A"), document("B"), document("C")]
        double.files = {"A": lambda query: (404, {}, b'{"code":60,"message":"Not found, reference %d"}' % next(words)),
                        "B": lambda query: (200, {}, b'{"message":"come back in %d minutes"}' % next(words)), "C": pdf("C")}
        self.export(double, 3)
        before = digests_of(self.folder / "out/2026-10")
        self.assertRegex((self.folder / "out/2026-10/summary.json").read_text("utf-8"), r"reference \d")
        self.export(double, 3)
        self.assertEqual(before, digests_of(self.folder / "out/2026-10"))

    def test_a_change_and_the_run_after_it(self):
        """The run after a correction would publish other bytes than the one that saw it, with nothing new to say."""
        double = self.double()
        double.lists[CONTRACT] = [document("A")]
        double.files["A"] = pdf("A")
        self.export(double, 0)
        double.lists[CONTRACT] = [document("A", amount=99)]
        double.contracts[0]["name"] = "Renamed"
        self.export(double, 0)
        before = digests_of(self.folder / "out/2026-10")
        self.assertIn("version-changed", self.codes())
        self.export(double, 0)
        self.assertEqual(before, digests_of(self.folder / "out/2026-10"))

    def test_a_signed_address(self):
        """The signature in a redirect's address opens the file to whoever reads the log or the archive."""
        double = self.double()
        signed = double.environment["MOISSON_API_URL"] + "/documents/S/file?X-Amz-Signature=0123456789abcdef"
        double.lists[CONTRACT] = [document("A"), document("B")]
        double.files = {"A": lambda query: (302, {"Location": signed}, b""), "B": pdf("B")}
        for status, body in ((403, b"<Error/>"), (200, b"<html>log in</html>"), (500, b"")):
            double.files["S"] = lambda query, status=status, body=body: (status, {}, body)
            result = self.export(double, 3, "-v")
            texts = [result.out, result.err, *(path.read_bytes().decode("latin-1") for path in self.folder.rglob("*") if path.is_file())]
            self.assertFalse([text[:80] for text in texts if "0123456789abcdef" in text])


if __name__ == "__main__":
    unittest.main()
