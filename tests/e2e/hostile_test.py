"""Answers that are not what the API sends: the contract's verdict says so, the run goes on, exit 3; nothing is lost, nothing crashes."""

import json
import unittest

from harness import Case, PDF, document


class Hostile(Case):
    def setUp(self):
        super().setUp()
        self.server = self.double()
        self.server.contracts = [{"id": "OCB0000001", "name": "Good"}, {"id": "OCB0000002", "name": "Bad"}]
        self.server.lists["OCB0000001"] = [document("good")]
        self.server.files["good"] = PDF

    def export(self, job="", expect=3, **options):
        (self.folder / "job.toml").write_text("[export]\nperiod = \"2026-10\"\n[transfer]\nrate_per_second = 0\nattempts_max = 2\n"
                                              "connect_timeout_seconds = 5\nread_timeout_seconds = 5\n" + job)
        return self.run_moisson("export", "job.toml", environment=self.server.environment, expect=expect, **options)

    def verdict(self, contract="OCB0000002"):
        return next(item["verdict"] for item in self.summary()["completeness"] if item["contract_id"] == contract)

    def check_bad_list(self, answer, verdicts=("unknown-answer",), job=""):
        self.server.lists["OCB0000002"] = answer
        self.export(job)
        self.assertIn(self.verdict(), verdicts)
        self.assertEqual(self.verdict("OCB0000001"), "complete")
        self.assertEqual([row["document_id"] for row in self.rows() if row["contract_id"] == "OCB0000001"], ["good"])
        named = [item for item in self.summary()["findings"] if item["contract_id"] == "OCB0000002" and item["severity"] == "error"]
        self.assertGreater(len(named), 0)

    def test_not_json(self):
        """A proxy's page would end the whole run, or pass as an empty list."""
        for body in (b"<html>login</html>", b"", b"[{\"id\":", b"nonsense", b"[] trailing", b"\xef\xbb\xbf[1,"):
            with self.subTest(body=body):
                self.check_bad_list(body)

    def test_object_instead_of_list(self):
        """An error object with status 200 would pass as no documents."""
        for body in (b"{}", b'{"code":50,"message":"Access denied"}', b'"text"', b"42", b"null", b"[1,2]", b"[null]", b'[["a"]]'):
            with self.subTest(body=body):
                self.check_bad_list(body)

    def test_deep_nesting(self):
        """A hundred thousand brackets would overflow the stack."""
        for body in (b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'[{"a":' * 100_000 + b"1" + b"}]" * 100_000, b'{"a":' * 100_000):
            with self.subTest(start=body[:8]):
                self.check_bad_list(body)

    def test_huge_answer(self):
        """A gigabyte in a list's place would eat the machine's memory."""
        self.check_bad_list(b"[" + b'{"id":"x"},' * 400_000 + b'{"id":"y"}]', job="list_bytes_max = 1048576\n", verdicts=("unknown-answer", "failed"))

    def test_list_that_never_ends(self):
        """A hidden limit of the service would cut the list without a word."""
        everything = [document(f"d{number}", period="202609") for number in range(3000)]
        self.server.lists["OCB0000002"] = lambda query: (200, {}, json.dumps(everything[:min(int(query.get("limit", 10)), 50)]).encode())
        self.export(expect=None)
        # Fifty come however many are asked for: fewer than asked, and nothing shows that they are all.
        self.assertTrue({"list-unproven", "list-capped"} & self.codes(), self.codes())

    def test_text_that_is_not_utf8(self):
        """One broken name would lose a contract's documents, or make the ledger unreadable."""
        item = json.dumps([document("broken")]).encode().replace(b"broken.pdf", b"br\xffken.pdf")
        self.server.lists["OCB0000002"] = lambda query: (200, {}, item if query.get("documentType") in ("", "invoices") else b"[]")
        self.server.files["broken"] = PDF
        self.export(expect=None)
        (self.folder / "out/2026-10/ledger.csv").read_text("utf-8")
        rows = [row for row in self.rows() if row["document_id"] == "broken"]
        if rows:
            self.assertIn("text-not-utf8", rows[0]["findings"])
        else:
            self.assertEqual(self.verdict(), "unknown-answer")

    def test_contract_list_that_is_none(self):
        """An empty or broken perimeter would publish an empty month over a good one."""
        self.export(expect=None, job="")
        for body, codes in ((b"<html>", (5,)), (b'{"contracts": []}', (5, 3)), (b"[" * 100_000, (5,))):
            self.server.contracts = body
            with self.subTest(body=body[:20]):
                before = sorted(path.name for path in (self.folder / "out").iterdir())
                result = self.export(expect=None)
                self.assertIn(result.code, codes, result)
                self.assertEqual(sorted(path.name for path in (self.folder / "out").iterdir()), before)

    def test_files_that_are_not_documents(self):
        """A login page or a cut file would be archived as an invoice."""
        answers = {
            "html": (200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><html><body>Please log in</body></html>"),
            "json": (200, {"Content-Type": "application/json"}, b'{"code":60,"message":"Resource not found"}'),
            "empty": (200, {"Content-Type": "application/pdf"}, b""),
            "cut": (200, {"Content-Type": "application/pdf", "Content-Length": str(len(PDF) + 100)}, PDF),
            "gone": (404, {}, b'{"code":60,"message":"Resource not found"}'),
        }
        # Whole by its framing, and the same every time: what the service has, and marked as damaged.
        answers["unfinished"] = (200, {"Content-Type": "application/pdf"}, PDF[:-20])
        self.server.lists["OCB0000002"] = [document(name) for name in answers]
        for name, answer in answers.items():
            self.server.files[name] = (lambda fixed: lambda query: self.close_after(fixed))(answer)
        self.export()
        rows = {row["document_id"]: row for row in self.rows()}
        self.assertEqual(rows["unfinished"]["status"], "ok")
        self.assertIn("file-damaged", rows.pop("unfinished")["findings"])
        del answers["unfinished"]
        for name in answers:
            with self.subTest(answer=name):
                self.assertIn(rows[name]["status"], ("not-ready", "failed"))
                self.assertEqual(rows[name]["sha256"], "")
                self.assertEqual(rows[name]["path"], "")
        self.assertEqual(rows["html"]["status"], "not-ready")
        self.assertIn("document-missing", rows["gone"]["findings"])

    @staticmethod
    def close_after(answer):
        status, headers, body = answer
        return status, {**headers, "Connection": "close"}, body

    def test_hostile_names(self):
        """A file name from the server would be written outside the archive, or be lost from the ledger."""
        names = {
            "slash": "../../etc/passwd", "back": "..\\..\\boot.ini", "nul": "a\0b.pdf", "long": "x" * 300 + ".pdf", "device": "CON", "dots": "..",
            "turned": "\u202egpj.exe", "formula": "=1+1.pdf", "case one": "Facture.pdf", "case two": "FACTURE.PDF", "same": "Facture.pdf",
            "line": "a\r\nb.pdf", "quote": 'a"b,c.pdf', "blank": " ", "leading": "-rf.pdf", "unicode": "Été 2026 – facture.pdf",
        }
        self.server.lists["OCB0000002"] = [document(identifier, filename=name, amount=1) for identifier, name in names.items()]
        for identifier in names:
            self.server.files[identifier] = PDF + f"% {identifier}\n%%EOF\n".encode()
        self.export(expect=None)
        rows = {row["document_id"]: row for row in self.rows() if row["contract_id"] == "OCB0000002"}
        self.assertEqual(set(rows), set(names))
        paths = [row["path"] for row in rows.values()]
        self.assertEqual(len({path.lower() for path in paths}), len(paths))
        for identifier, name in names.items():
            with self.subTest(name=identifier):
                path = rows[identifier]["path"]
                self.assertRegex(path, r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$")
                self.assertFalse({"..", ".", "CON"} & set(path.split("/")))
                self.assertLessEqual(max(len(part) for part in path.split("/")), 100)
                if identifier != "nul":
                    self.assertEqual(rows[identifier]["filename"], name)
        self.run_moisson("verify", "out/2026-10", expect=0)

    def test_hostile_identifiers(self):
        """A document id would change the request, or be mixed up with another."""
        identifiers = ["a/b", "a b", "a%2Fb", "a?b=c", "é", "a#b", "../up", "A", "a"]
        self.server.lists["OCB0000002"] = [document(identifier, filename="f.pdf", amount=1) for identifier in identifiers]
        for number, identifier in enumerate(identifiers):
            self.server.files[identifier] = PDF + f"% {number}\n%%EOF\n".encode()
        self.export(expect=None)
        rows = {row["document_id"]: row for row in self.rows() if row["contract_id"] == "OCB0000002"}
        self.assertEqual(set(rows), set(identifiers))
        self.assertTrue(all(row["status"] == "ok" for row in rows.values()), {key: row["status"] for key, row in rows.items()})
        self.assertEqual(len({row["sha256"] for row in rows.values()}), len(identifiers))

    def test_token_answers(self):
        """A token endpoint that answers nonsense would crash the run or be asked without end."""
        for body in (b"", b"<html>", b"[]", b'{"access_token":""}', b"[" * 100_000):
            self.server.token_answer = (200, {}, body)
            with self.subTest(body=body[:20]):
                before = self.server.count("/token")
                result = self.export(expect=None)
                self.assertIn(result.code, (4, 5), result)
                self.assertLessEqual(self.server.count("/token") - before, 6)


if __name__ == "__main__":
    unittest.main()
