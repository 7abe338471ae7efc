"""Hostile texts and repeated secrets in every field of every answer: nothing that the program says or writes is obeyed by who shows it, and
no secret leaves in any form."""

import base64
import json
import re
import urllib.parse
import zipfile

from harness import Case, document, pdf, start, unittest

CONTRACT = "OCB0000001"
SECRET = "client-secret?of/the~double+1"
KEY = "key-of-the-double=>?\"2"
TOKEN = "tok-9f3"  # shorter than what looks like a token
CLIENT = "client-id"
# What runners and terminals obey: see src/base/gate.hpp.
COMMANDS = ["##vso[task.complete result=Succeeded]", "##[error]x", "##teamcity[buildStop comment='x']", "\n::stop-commands::x",
            "\r::add-mask::x", "\n  ::error::x", "\x1b[0Ksection_start:1:a\r\x1b[0K", "\nerror document-failed X: forged", "\u2028::error::x"]
HIDDEN = "\x1b[2J\x1b]8;;http://x\x07\x7f\x9b31m\u202e\u2066\u200e\u061c\U000e0041\u2029"
HOSTILE = "".join(COMMANDS) + HIDDEN
FORBIDDEN = [rb"##[\w.-]*\[", rb"(?m)^[ \t]*::", rb"section_(start|end):", rb"\r", rb"[\x00-\x08\x0b-\x1f\x7f]", b"\xc2[\x80-\x9f]",
             b"\xe2\x80[\x8e\x8f\xa8-\xae]", b"\xe2\x81[\xa6-\xa9]", b"\xd8\x9c", b"\xf3\xa0[\x80\x81]", rb"(?m)^error document-failed X"]


def forms_of(secret):
    """What a log could be searched for."""
    raw = secret.encode()
    forms = {raw, urllib.parse.quote(secret, safe="").encode(), urllib.parse.quote_plus(secret).encode(),
             re.sub("%..", lambda one: one.group().lower(), urllib.parse.quote(secret, safe="")).encode(), json.dumps(secret)[1:-1].encode()}
    for offset in range(3):
        first, last = (offset * 8 + 5) // 6, (offset + len(raw)) * 8 // 6
        text = base64.b64encode(b"\0" * offset + raw)[first:last]
        forms |= {text, text.replace(b"+", b"-").replace(b"/", b"_")}
    return forms


FORMS = set().union(*(forms_of(secret) for secret in (SECRET, KEY, TOKEN, base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode())))


class Gate(Case):
    def setUp(self):
        super().setUp()
        self.server = self.double()
        self.server.environment |= {"MOISSON_CLIENT_ID": CLIENT, "MOISSON_CLIENT_SECRET": SECRET, "MOISSON_API_KEY": KEY}
        self.server.token_answer = (200, {}, json.dumps({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600}).encode())
        (self.folder / "job.toml").write_text("[export]\nperiod = \"2026-10\"\n[transfer]\nrate_per_second = 0\nattempts_max = 2\n")
        self.said = {}

    def run_all(self, *more):
        """Every command that shows what the service said, as text and as JSON."""
        document_id = next((row["document_id"] for row in self.rows()), "x") if (self.folder / "out/2026-10").exists() else "x"
        commands = [("export", "job.toml", "--metrics", "m.prom"), ("export", "job.toml", "--log-format", "json", "-v"), ("export", "job.toml", "--json"),
                    ("plan", "job.toml"), ("plan", "job.toml", "--json"), ("contracts", "list"), ("contracts", "list", "--json"),
                    ("contracts", "show", CONTRACT), ("contracts", "show", CONTRACT, "--json"), ("documents", "list", CONTRACT),
                    ("documents", "list", CONTRACT, "--json"), ("documents", "get", CONTRACT, "refused"), ("doctor", "job.toml"),
                    ("doctor", "job.toml", "--json"), ("explain", document_id), ("explain", document_id, "--json"),
                    ("verify", "out/2026-10"), ("verify", "out/2026-10", "--json"), ("close", "2026-10", "--accept-incomplete"), ("close", "--list"),
                    ("close", "--list", "--json"), *more]
        for command in commands:
            result = self.run_bytes(*command)
            self.said[" ".join(command) + " stdout"] = result[1]
            self.said[" ".join(command) + " stderr"] = result[2]
            self.assertNotIn(result[0], (1, -6, -11), result)
            if "--json" in command and result[1]:
                json.loads(result[1])

    def run_bytes(self, *command):
        process = start(*command, folder=self.folder, environment=self.server.environment)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def published(self):
        return {path.relative_to(self.folder).as_posix(): path.read_bytes()
                for path in sorted((self.folder / "out").rglob("*")) if path.is_file()} | {"m.prom": (self.folder / "m.prom").read_bytes()}

    def check_obedience(self, texts):
        for name, text in texts.items():
            for pattern in FORBIDDEN:
                found = re.search(pattern, text)
                self.assertIsNone(found, f"{name}: {pattern!r} in {text[max(0, found.start() - 60):found.end() + 60]!r}" if found else "")

    def check_secrets(self, texts):
        for name, text in texts.items():
            for form in FORMS:
                at = text.find(form)
                self.assertEqual(at, -1, f"{name}: {form!r} in {text[max(0, at - 60):at + 60]!r}")

    def unpacked(self, files):
        """Files with what is packed in them."""
        whole = dict(files)
        for name in files:
            if name.endswith((".zip", ".xlsx")):
                with zipfile.ZipFile(self.folder / name) as archive:
                    whole |= {f"{name}/{one}": archive.read(one) for one in archive.namelist()}
        return whole

    def test_texts_of_the_service_are_shown_and_not_obeyed(self):
        """A contract's name would end the pipeline's step as a success, or a file name would clear the operator's screen."""
        text = HOSTILE
        self.server.contracts = [{"id": CONTRACT, "name": text, "offer": {"id": text, "name": text}, "customer": {"id": text, "name": text},
                                  "platformId": text, text: text, "more": {"x" + text: text}}, {"id": "B" + text.replace("\n", " "), "name": text}]
        documents = [document("good", filename=text), document("type" + text, kind="invoices", filename="x" + text), document("refused"),
                     document("texts", kind=text, period=text, currency=text, amount=text, filename=text),
                     document("dates", createdAt=text, updatedAt=text), document("gone"), document("page"), document("named", currency="EUR" + text)]
        self.server.lists[CONTRACT] = documents
        self.server.files = {"good": pdf("good"), "type" + text: pdf("type"), "texts": pdf("texts"), "dates": pdf("dates"), "named": pdf("named"),
                             "refused": lambda query: (403, {"X-OAPI-Request-Id": "r##vso[x]"}, json.dumps({"code": 50, "message": text, "description": text}).encode()),
                             "page": lambda query: (200, {"Content-Type": "application/pdf", "Content-Disposition": "attachment; filename=\"##vso[x]\""},
                                                    b'{"code":60,"message":' + json.dumps(text).encode() + b"}")}
        self.run_bytes("export", "job.toml")
        self.run_all()
        self.check_obedience(self.said)
        published = self.published()
        self.check_obedience({name: published[name] for name in ("out/2026-10/junit.xml", "out/2026-10/summary.json", "out/2026-10/report.html", "out/2026-10/summary.md", "m.prom")})
        # Programs read what the service sent.
        shown = json.loads(self.said["contracts list --json stdout"])
        self.assertIn(text, [contract["name"] for contract in shown["contracts"]])
        self.assertIn(text, [one["contract_name"] for one in self.summary()["completeness"]])
        code, out, err = self.run_bytes("verify", "out/2026-10")
        self.assertEqual(code, 0, out.decode() + err.decode())

    def test_answers_that_repeat_a_secret(self):
        """A service, or a gateway that debugs, would bring the key into ledger, state and archive, where everybody reads it."""
        secrets = [SECRET, KEY, TOKEN, base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode(), urllib.parse.quote(KEY), json.dumps(KEY)]
        token = f"x {TOKEN} y"
        everything = " ".join(secrets)
        self.server.contracts = [{"id": CONTRACT, "name": everything, "offer": {"id": KEY, "name": SECRET}, "customer": {"id": token, "name": everything},
                                  "platformId": everything, "more": {KEY: 1, "x": KEY}}, {"id": "OCB" + KEY, "name": "Good"},
                                 {"id": "OCB0000003", "name": "Good"}]
        self.server.lists[CONTRACT] = [
            document("good"), document("name", filename=f"{KEY}.pdf"), document("kind", kind=token), document("period", period=f"202610 {KEY}"),
            document("amount", amount=f"{SECRET}"), document("currency", currency=token), document("dates", createdAt=KEY, updatedAt=everything),
            document(f"id-{KEY}"), document("refused"), document("moved"), document("page")]
        self.server.lists["OCB0000003"] = lambda query: (403, {}, json.dumps({"code": 50, "message": "x" * 150 + everything}).encode())
        self.server.files = {name: pdf(name) for name in ("good", "name", "kind", "period", "amount", "currency", "dates")}
        for name, status, headers in (("refused", 403, {}), ("moved", 302, {"Location": f"ftp://x/?{urllib.parse.quote(KEY)}"}),
                                      ("page", 200, {"Content-Disposition": f"attachment; filename={TOKEN}", "Content-Type": "text/html"})):
            self.server.files[name] = (lambda status, headers: lambda query: (
                status, {"X-OAPI-Request-Id": TOKEN, **headers}, json.dumps({"code": 50, "message": "x" * 170 + everything}).encode()))(status, headers)
        self.run_bytes("export", "job.toml")
        self.run_all(("explain", "name"))
        self.check_secrets(self.said)
        self.check_secrets(self.unpacked(self.published()))
        rows = {row["document_id"]: row for row in self.rows() if row["contract_id"] == CONTRACT}
        self.assertEqual(set(rows), {"good", "name", "kind", "period", "amount", "currency", "dates", "", "refused", "moved", "page"})
        for name, column in (("name", "filename"), ("kind", "document_type"), ("amount", "raw_amount"), ("currency", "raw_currency"), ("dates", "issued_at")):
            self.assertIn("secret-in-answer", rows[name]["findings"].split())
            self.assertEqual(rows[name][column], "")
        self.assertNotIn("secret-in-answer", rows["good"]["findings"])
        named = [one for one in self.summary()["findings"] if one["code"] == "secret-in-answer"]
        self.assertEqual({one["severity"] for one in named}, {"error"})
        self.assertIn((CONTRACT, ""), {(one["contract_id"], one["document_id"]) for one in named})
        code, out, err = self.run_bytes("verify", "out/2026-10")
        self.assertEqual(code, 0, out.decode() + err.decode())

    def test_refusals_that_repeat_a_secret(self):
        """The one error that ends the run would print the key into the CI's log."""
        everything = f"{SECRET} {KEY} {base64.b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}"
        for answer in ((401, {}, json.dumps({"error": everything, "error_description": everything}).encode()), (400, {}, everything.encode()),
                       (403, {"X-OAPI-Request-Id": KEY}, json.dumps({"code": 50, "message": "x" * 180 + everything}).encode()),
                       (500, {}, f"<html><title>{everything}</title>".encode()), (200, {}, json.dumps({"access": everything}).encode())):
            self.server.token_answer = answer
            commands = (("export", "job.toml"), ("export", "job.toml", "--json"), ("doctor", "job.toml"), ("contracts", "list"),
                        ("contracts", "list", "--json", "--log-format", "json", "-v"))
            for command in commands[:1] if answer[0] == 500 else commands:  # that one is repeated, which takes its time
                code, out, err = self.run_bytes(*command)
                self.assertNotIn(code, (0, 1))
                self.check_secrets({" ".join(command): out + err})

    def test_what_a_job_file_says(self):
        """A job file of a pull request would command the CI that runs it."""
        for text in ("".join(COMMANDS), COMMANDS[0], HIDDEN):
            quoted = json.dumps(text)
            for job in (f"[export]\nperiod = {quoted}\n", f"[export]\n{quoted} = 1\n", f"[{quoted}]\n", f"[api]\napi_url = {quoted}\n",
                        f"[export]\nperiod = \"2026-10\"\ncontracts = [{quoted}]\n", f"[export]\nperiod = \"2026-10\"\nout = {quoted}\n",
                        f"language = {quoted}\n"):
                (self.folder / "job.toml").write_text(job)
                for command in (("plan", "job.toml"), ("plan", "job.toml", "--json"), ("doctor", "job.toml"), ("plan", "job.toml", "--log-format", "json")):
                    code, out, err = self.run_bytes(*command)
                    self.assertNotIn(code, (1, -6, -11))
                    self.check_obedience({f"{command} {job!r}": out + b"\n" + err})

    def test_a_short_token_in_the_log(self):
        """A bearer token below 40 letters would stand in the log of whoever asks for more."""
        self.server.lists[CONTRACT] = lambda query: (500, {}, f"Authorization: Bearer {TOKEN}".encode())
        code, out, err = self.run_bytes("export", "job.toml", "-v")
        self.assertNotIn(TOKEN.encode(), out + err)


if __name__ == "__main__":
    unittest.main()
