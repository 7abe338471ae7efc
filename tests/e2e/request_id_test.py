"""The service's request id, which support asks for: it stands wherever a failed call is told of, and nowhere that must not change."""

import json
import re
import zipfile

from harness import Case, document, pdf, unittest

FAILURES = {"document-failed", "document-missing", "document-not-ready", "contract-failed", "contract-unknown-answer", "contract-forbidden",
            "contract-detail-missing"}


class RequestId(Case):
    def archived(self):
        with zipfile.ZipFile(self.folder / "out/2026-10/bundle.zip") as bundle:
            name, = (one for one in bundle.namelist() if one.endswith("/summary.json"))
            return json.loads(bundle.read(name))

    def test_of_every_failed_call(self):
        """A text that says "give the request id to support" would hold none."""
        sandbox = self.sandbox("--scenario", "clean", "--fault", "forbidden-contract=0.2", "--fault", "missing-file=0.1")
        self.run_moisson("export", "--period", "2026-10", environment=sandbox.environment, expect=3)
        summary = self.summary()
        told = [one for one in summary["findings"] if one["code"] in FAILURES]
        self.assertGreaterEqual(len({one["code"] for one in told}), 2, summary["findings"])
        failed = {one["request_id"] for one in sandbox.requests() if one["status"] >= 400}
        junit = (self.folder / "out/2026-10/junit.xml").read_text("utf-8")
        page = (self.folder / "out/2026-10/report.html").read_text("utf-8")
        for one in told:
            self.assertIn(one.get("request_id"), failed, one)
            self.assertIn(one["request_id"], one["message"])
            self.assertIn(f"(request id {one['request_id']})", junit)
            self.assertIn(f"(request id {one['request_id']})", page)
        for one in summary["findings"]:
            self.assertEqual("request_id" in one, one["code"] in FAILURES, one)
        self.assertNotRegex(json.dumps(self.archived()), "request.id")
        self.assertEqual(self.run_moisson("verify", "out/2026-10").code, 0)

    def test_of_what_came_and_was_not_what_was_asked_for(self):
        """An answer with success that breaks off, or is none, would be told of without the id by which it is found."""
        double = self.double()
        double.lists["OCB0000001"] = [document("good"), document("page"), document("cut"), document("gone")]
        broken = (200, {"X-OAPI-Request-Id": "call-cut", "Content-Length": "5000"}, pdf("cut"))
        double.files = {"good": pdf("good"), "cut": lambda query: broken,
                        "page": lambda query: (200, {"X-OAPI-Request-Id": "call-page", "Content-Type": "text/html"}, b"<!doctype html><title>Sign in</title>"),
                        "gone": lambda query: (404, {"X-OAPI-Request-Id": "call-" + "x" * 200}, b'{"code":60,"message":"Resource not found"}')}
        double.contracts = [{"id": "OCB0000001", "name": "First"}, {"id": "OCB0000002", "name": "Second"}, {"id": "OCB0000003", "name": "Third"}]
        double.lists["OCB0000002"] = lambda query: (200, {"X-OAPI-Request-Id": "call-null"}, b'{"documents":null}')
        double.lists["OCB0000003"] = lambda query: (200, {"X-OAPI-Request-Id": "call-odd"}, b'{"documents":[')
        (self.folder / "job.toml").write_text("[export]\nperiod = \"2026-10\"\n[transfer]\nrate_per_second = 0\nattempts_max = 1\n")
        self.run_moisson("export", "job.toml", environment=double.environment, expect=3)
        found = {one["document_id"] or one["contract_id"]: one.get("request_id") for one in self.summary()["findings"] if one["code"] in FAILURES}
        self.assertEqual(found, {"page": "call-page", "cut": "call-cut", "gone": None, "OCB0000002": "call-null", "OCB0000003": "call-odd"})
        self.assertEqual(self.run_moisson("verify", "out/2026-10").code, 0)

    def test_in_french(self):
        """A French reader would be shown it in the midst of English, or verify would not know the page."""
        double = self.double()
        double.lists["OCB0000001"] = [document("good"), document("refused")]
        double.files = {"good": pdf("good"), "refused": lambda query: (403, {"X-OAPI-Request-Id": "call-7"}, b'{"code":50,"message":"Access denied"}')}
        (self.folder / "job.toml").write_text('language = "fr"\n[export]\nperiod = "2026-10"\n[transfer]\nrate_per_second = 0\n')
        self.run_moisson("export", "job.toml", environment=double.environment, expect=3)
        self.assertRegex((self.folder / "out/2026-10/junit.xml").read_text("utf-8"), re.compile("refused: .*call-7"))
        self.assertIn("call-7", (self.folder / "out/2026-10/report.html").read_text("utf-8"))
        self.assertEqual(self.run_moisson("verify", "out/2026-10").code, 0)


if __name__ == "__main__":
    unittest.main()
