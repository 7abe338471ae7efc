"""What a service and a network send besides documents: texts in their place, values that are none, damaged files, a cache that rots."""

import json
import os
import resource
import signal
import sqlite3
import subprocess

from harness import Case, PROGRAM, digests_of, document, pdf, reseal, unittest

CONTRACT = "OCB0000001"
REPORT = "comsumptionRatedReports"
# A consumption report as the service writes it: a heading of 27 columns, a line of them.
TABLE = (b"BillingMode;BeginDate;EndDate;ServiceID;TenantLabel;Country;Region;ServiceCloud;CodeLabel;ChargeLabel;IdResource;Project;Tags;Quantity;"
         b"BillingUnit;UnitPrice;Amount;VolumeDiscount;DiscountedAmount;Currency;SubsChargeType;SubsBeginDate;SubsEndDate;SubsUpfront;"
         b"SubsUpfrontDiscounted;SubsFlavor;SubsDuration\n")
MESSAGES = {
    "php": b"<br />\n<b>Warning</b>:  fopen(/x) in <b>/a.php</b> on line <b>3</b><br />\n",
    "s3": b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>',
    "gateway": b"<center><h1>502 Bad Gateway</h1></center>",
    "envoy": b"upstream connect error or disconnect/reset before headers. reset reason: connection failure",
    "page": b"\xef\xbb\xbf\n <!-- x -->\n<HTML><BODY>Login</BODY></HTML>",
    "json": b' {"code":60,"message":"Resource not found"}',
    "jsonp": b'callback({"code":60,"message":"Resource not found","a":1});',
    "sentences": b"Dear customer, your document is made.\nPlease, come back later.\n",
    "blank": b"\r\n \r\n",
    "empty": b"",
}


def served(body, content_type):
    return lambda query: (200, {"Content-Type": content_type}, body)


class Wire(Case):
    def export(self, double, expect, *more, environment=None, period="2026-10"):
        return self.run_moisson("export", "--period", period, "--rate", "0", *more, environment={**double.environment, **(environment or {})},
                                expect=expect)

    def job(self, text):
        (self.folder / "job.toml").write_text(text)
        return "job.toml"

    def status(self):
        return {row["document_id"]: row["status"] for row in self.rows()}

    def findings(self, code):
        return {(finding["document_id"], finding["severity"]) for finding in self.summary()["findings"] if finding["code"] == code}

    def test_a_text_in_the_place_of_a_file(self):
        """An error text would be archived as the month's invoice or report, and the file never asked for again."""
        double = self.double()
        names = [(kind, name) for kind in ("invoices", "bills", "partialBills", REPORT, "reports") for name in MESSAGES]
        double.lists[CONTRACT] = [document(f"{kind}-{name}", kind) for kind, name in names]
        for at, (kind, name) in enumerate(names):
            double.files[f"{kind}-{name}"] = served(MESSAGES[name], ("application/octet-stream", "text/csv", "application/pdf")[at % 3])
        double.lists[CONTRACT].append(document("table", "invoices"))
        double.files["table"] = served(TABLE, "text/csv")
        double.lists[CONTRACT].append(document("report", REPORT))
        double.files["report"] = served(TABLE, "text/html")
        self.export(double, 3)
        self.assertEqual({id for id, status in self.status().items() if status != "not-ready"}, {"report"})
        for kind, name in names:
            double.files[f"{kind}-{name}"] = pdf(f"{kind}-{name}") if kind not in (REPORT, "reports") else TABLE
        double.files["table"] = pdf("table")
        self.export(double, 3)  # the lines of the reports are not what is billed
        self.assertEqual(set(self.status().values()), {"ok"})

    def test_what_an_earlier_version_stored_in_their_place(self):
        """What was archived wrongly once would stand for ever."""
        double = self.double()
        double.lists[CONTRACT] = [document("A"), document("B", "reports"), document("C", "reports"), document("D", "bills", period="202609")]
        double.files = {"A": pdf("A"), "B": TABLE, "C": b"Date;Amount\n2026-10-01;1\n", "D": pdf("D")}
        self.export(double, 0)
        before = digests_of(self.folder / "out/2026-10")
        # As a version without these rules left it: texts in the object store, called tables in the state.
        state = sqlite3.connect(self.folder / "out/.moisson/state.sqlite3")
        for id, text in (("A", MESSAGES["envoy"]), ("B", MESSAGES["php"])):
            (sha256,), = state.execute("SELECT sha256 FROM document WHERE document_id=?", (id,)).fetchall()
            digest = subprocess.run(["sha256sum"], input=text, stdout=subprocess.PIPE, check=True).stdout.decode().split()[0]
            folder = self.folder / "out/.moisson/objects" / digest[:2]
            folder.mkdir(exist_ok=True)
            (folder / digest).write_bytes(text)
            state.execute("UPDATE document SET sha256=?, size_bytes=?, media_type='text/csv' WHERE sha256=?", (digest, len(text), sha256))
        reseal(state, "document")
        state.commit()
        state.close()
        asked = double.count("/file")
        self.export(double, 0)
        self.assertEqual(double.count("/file") - asked, 2)
        self.assertEqual(digests_of(self.folder / "out/2026-10"), before)
        self.assertEqual({row["version"] for row in self.rows()}, {"1"})

    def test_a_damaged_file_that_the_service_has_so(self):
        """The only file that there is would be thrown away in every run, or pass for whole."""
        double = self.double()
        double.lists[CONTRACT] = [document("A"), document("B", "reports"), document("C"), document("D")]
        double.files = {"A": pdf("A")[:-10], "B": pdf("B")[:-10], "C": pdf("C") + bytes(20000), "D": pdf("D") + b"\r\n  \r\n"}
        self.export(double, 3)
        self.assertEqual(set(self.status().values()), {"ok"})
        self.assertEqual(self.findings("file-damaged"), {("A", "error"), ("B", "warning")})
        before, asked = digests_of(self.folder / "out/2026-10"), double.count("/file")
        self.export(double, 3)
        self.assertEqual((digests_of(self.folder / "out/2026-10"), double.count("/file")), (before, asked))
        double.files["A"] = pdf("A")
        self.export(double, 0, "--refetch")
        self.run_moisson("verify", "out/2026-10", expect=0)

    def test_one_bad_value_costs_one_value(self):
        """Half an emoji, a byte of Latin-1 or a number beyond all measure would cost the whole list, or the run."""
        double = self.double()
        double.contracts = lambda query: (200, {}, b'\xef\xbb\xbf[{"id":"OCB0000001","name":"Caf\xe9","contact":{"x":"\\ud83d"}}]')
        items = [json.dumps(document(id)).encode() for id in "ABCDE"]
        items[0] = items[0][:-1] + b',"note":"\\ude00\\ud83d"}'
        items[1] = items[1].replace(b"B.pdf", b"Caf\xe9.pdf")[:-1] + b',"note":["\xe9"],"big":1e400}'
        items[2] = items[2][:-1] + b',"n":' + b"9" * 400 + b"}"
        items[3] = items[3][:-1] + b',"amount":99.5}'
        items[4] = items[4][:-1] + b',"period":"202610"}'
        double.lists[CONTRACT] = lambda query: (200, {}, b"[" + b",".join(items) + b"]\x00")
        double.files = {id: pdf(id) for id in "ABCDE"}
        double.token_answer = (200, {}, b'\xef\xbb\xbf\n{"token_type":"Bearer","scope":"\xe9\\ud800","access_token":"token-of-the-double"}')
        self.export(double, 3)
        rows = {row["document_id"]: row for row in self.rows()}
        self.assertEqual(set(rows), set("ABCDE"))
        self.assertEqual(rows["B"]["filename"], "Café.pdf")
        self.assertEqual(self.findings("text-not-utf8"), {("", "warning"), ("A", "warning"), ("B", "warning")})
        self.assertEqual(self.findings("member-contradicting"), {("D", "error")})
        self.assertEqual((rows["D"]["amount"], rows["D"]["counted"], rows["E"]["counted"]), ("", "no", "yes"))
        before = digests_of(self.folder / "out/2026-10")
        self.export(double, 3)
        self.assertEqual(digests_of(self.folder / "out/2026-10"), before)

    def test_a_refusal_whose_text_breaks_off(self):
        """An expired token would end the run as a refused key."""
        double = self.double()
        double.lists[CONTRACT] = [document("A"), document("B")]
        double.files = {"A": pdf("A"), "B": pdf("B")}
        whole = double._route
        cut = {"/documents": 1, "/file": 2}

        def route(path, query, contract):
            for part, left in cut.items():
                if path.endswith(part) and left:
                    cut[part] -= 1
                    body = (b'{"message":"Expired', b'{"code":4', b"")[left % 3]
                    return (401, 403)[left % 2], {"Content-Length": "200", "Connection": "close"}, body
            return whole(path, query, contract)

        double._route = route
        self.export(double, 0, self.job("[transfer]\nattempts_max = 4\n"))

    def test_a_cached_file_that_changed(self):
        """One changed byte on the disk would stop every later export, with a hint that does not help."""
        double = self.double()
        double.lists[CONTRACT] = [document("A"), document("B"), document("C")]
        double.files = {id: pdf(id) for id in "ABC"}
        self.export(double, 0)
        before = digests_of(self.folder / "out/2026-10")

        def rot(id):
            path, = (one for one in (self.folder / "out/.moisson/objects").rglob("*") if one.is_file() and one.read_bytes() == pdf(id))
            rotten = bytearray(path.read_bytes())
            rotten[20] ^= 1
            path.chmod(0o644)
            path.write_bytes(rotten)

        for id in "AC":
            rot(id)
        (self.folder / "out/2026-10/bundle.zip").unlink()
        asked = double.count("/file")
        result = self.export(double, 0)
        self.assertIn("fetched again", result.err)
        self.assertEqual(double.count("/file") - asked, 2)
        self.assertEqual(digests_of(self.folder / "out/2026-10"), before)
        # And when the service has it no more, or lists it no more.
        rot("A")
        rot("B")
        del double.files["A"]
        double.lists[CONTRACT] = [document("A"), document("C")]
        (self.folder / "out/2026-10/bundle.zip").unlink()
        self.export(double, 3)
        self.assertEqual(self.findings("document-missing"), {("A", "error"), ("B", "error")})
        self.assertEqual(self.status(), {"A": "failed", "B": "failed", "C": "ok"})
        self.run_moisson("verify", "out/2026-10", expect=0)

    def test_a_limit_on_the_size_of_files(self):
        """`ulimit -f` would kill the run without a word."""
        double = self.double()
        double.lists[CONTRACT] = [document("A")]
        double.files["A"] = pdf("A") + b" " * 400000

        def limit(most):
            return lambda: (resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)), signal.signal(signal.SIGXFSZ, signal.SIG_DFL))

        for most in (1000, 300000):
            environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **double.environment}
            run = subprocess.run([PROGRAM, "export", "--period", "2026-10", "--rate", "0", "--out", f"out{most}"], cwd=self.folder, env=environment,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=limit(most), timeout=60)
            self.assertEqual(run.returncode, 7, run.stderr)
            self.assertIn(b"(local)", run.stderr)
        self.assertIn(b"ulimit -f", run.stderr)

    def test_a_source_date_epoch_that_is_none(self):
        """The run's date would silently be today's."""
        double = self.double()
        double.lists[CONTRACT] = [document("A")]
        double.files["A"] = pdf("A")
        for text in ("yesterday", "-1", "1e9", "99999999999999999999", "1795348800 "):
            result = self.export(double, 2, environment={"SOURCE_DATE_EPOCH": text})
            self.assertIn("SOURCE_DATE_EPOCH", result.err)
        self.assertEqual(double.asked, [])
        self.export(double, 0, environment={"SOURCE_DATE_EPOCH": ""})


if __name__ == "__main__":
    unittest.main()
