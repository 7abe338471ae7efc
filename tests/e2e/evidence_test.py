"""Evidence beside the bundle: who asked whom, when and how for each file, what the service answered, and that verify believes none of it unchecked."""

import base64
import hashlib
import json
import os
import shutil
import ssl
import subprocess
import urllib.parse
import zipfile
from datetime import datetime, timedelta, timezone

import forger
from harness import Case, PublishedOnce, document, pdf, rows_of, run, sha256_of, tree_of, unittest
from schemas import problems_of


def evidence_of(folder):
    evidence = json.loads((folder / "evidence.json").read_text("utf-8"))
    problems = problems_of("evidence", evidence)
    assert not problems, "\n".join(problems)
    return evidence


def answers_of(folder):
    with zipfile.ZipFile(folder / "evidence/answers.zip") as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def instant(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)


class Evidence(Case):
    def month(self):
        return self.folder / "out/2026-10"

    def test_what_came_over_tls_names_the_certificate(self):
        """Nobody could say from whom the bills came, or the evidence would name another server."""
        sandbox = self.sandbox("--scenario", "clean", tls=True)
        before = datetime.now(timezone.utc) - timedelta(seconds=1)
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=sandbox.environment, expect=0)
        after = datetime.now(timezone.utc) + timedelta(seconds=1)
        evidence = evidence_of(self.month())
        url = urllib.parse.urlsplit(sandbox.environment["MOISSON_API_URL"])
        der = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((url.hostname, url.port)))
        (self.folder / "peer.der").write_bytes(der)
        shown = subprocess.run(["openssl", "x509", "-inform", "DER", "-in", "peer.der", "-noout", "-subject", "-issuer", "-nameopt", "RFC2253"],
                               cwd=self.folder, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
        self.assertEqual(evidence["peers"], [{"sha256": hashlib.sha256(der).hexdigest(), "subject": shown[0].removeprefix("subject="),
                                              "issuer": shown[1].removeprefix("issuer=")}])
        ids = {request.get("request_id") for request in sandbox.requests()}
        rows = {(row["contract_id"], row["document_id"], int(row["version"])): row for row in self.rows() if row["status"] == "ok"}
        self.assertEqual([(one["contract_id"], one["document_id"], one["version"]) for one in evidence["documents"]], list(rows))
        self.assertGreater(len(rows), 5)
        for one in evidence["documents"]:
            row = rows[one["contract_id"], one["document_id"], one["version"]]
            self.assertEqual((one["sha256"], str(one["size_bytes"]), one["path"]), (row["sha256"], row["size_bytes"], row["path"]))
            fetched = one["fetched"]
            self.assertEqual(fetched["peer"], hashlib.sha256(der).hexdigest())
            self.assertEqual(fetched["run_id"], self.summary()["run_id"])
            self.assertTrue(before <= instant(fetched["sent_at"]) <= instant(fetched["head_at"]) <= after, fetched)
            self.assertEqual(fetched["url"], f"{sandbox.environment['MOISSON_API_URL']}/documents/{urllib.parse.quote(one['document_id'])}/file")
            self.assertIn(fetched["request_id"], ids)
            self.assertEqual(fetched["headers"]["Content-Length"], row["size_bytes"])
        self.assertEqual(evidence["bundle"]["sha256"], sha256_of(self.month() / "bundle.zip"))
        self.assertEqual(evidence["ledger"]["sha256"], sha256_of(self.month() / "ledger.csv"))
        self.assertEqual(evidence["program"]["executable_sha256"], sha256_of(os.environ["MOISSON"]))
        self.assertIsNone(evidence["view"])
        self.assertIsNone(evidence["job_file"])
        self.run_moisson("verify", "out/2026-10", expect=0)

    def test_answers_are_kept_as_they_came(self):
        """What the service said of a contract could not be shown when it says something else today."""
        double = self.double()
        double.lists["OCB0000001"] = [document("one", filename="Élan.pdf"), document("two")]
        double.files = {"one": pdf("one"), "two": pdf("two")}
        given = json.dumps(double.contracts).encode()
        double.contracts = b" " + given + b"\n"
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=double.environment, expect=0)
        evidence = evidence_of(self.month())
        answers = answers_of(self.month())
        named = {one["name"]: one for one in evidence["answers"]}
        self.assertEqual(set(named), set(answers))
        self.assertEqual({one["kind"] for one in evidence["answers"]}, {"contracts", "contract", "documents"})
        for name, body in answers.items():
            self.assertEqual((named[name]["size_bytes"], named[name]["sha256"]), (len(body), hashlib.sha256(body).hexdigest()))
        self.assertIn(double.contracts, answers.values())
        lists = [one for one in evidence["answers"] if one["kind"] == "documents"]
        self.assertTrue(all(one["contract_id"] == "OCB0000001" and "documentType=" in one["url"] and "limit=" in one["url"] for one in lists))
        self.assertEqual({one["peer"] for one in evidence["answers"]}, {None})
        self.run_moisson("verify", "out/2026-10", expect=0)

    def test_a_run_that_fetches_nothing_keeps_what_is_known(self):
        """The second export of a month would wipe out how its files had been fetched."""
        double = self.double()
        double.lists["OCB0000001"] = [document("one"), document("two")]
        double.files = {"one": pdf("one"), "two": pdf("two")}
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=double.environment, expect=0)
        first = evidence_of(self.month())
        shutil.rmtree(self.month())
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=double.environment, expect=0)
        self.assertEqual(double.count("/file"), 2)
        second = evidence_of(self.month())
        self.assertNotEqual(second["run"]["id"], first["run"]["id"])
        self.assertEqual(second["documents"], first["documents"])
        self.assertEqual({one["fetched"]["run_id"] for one in second["documents"]}, {first["run"]["id"]})
        self.assertEqual((second["bundle"], second["ledger"]), (first["bundle"], first["ledger"]))
        log, = (self.folder / "out/.moisson").rglob("*.provenance")
        self.assertEqual(log.stat().st_mode & 0o77, 0)
        # What an earlier version fetched, or whose record is lost, says so.
        log.write_bytes(log.read_bytes().split(b"\n")[0][:200] + b"\n")
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=double.environment, expect=0)
        for one in evidence_of(self.month())["documents"]:
            self.assertIsNone(one["fetched"])
            self.assertEqual(one["not_known"], "fetched by an earlier run, not recorded")
        self.run_moisson("verify", "out/2026-10", expect=0)
        # A new version is evidence of its own.
        double.lists["OCB0000001"][0]["updatedAt"] = "2026-11-05T06:00:00.000Z"
        double.files["one"] = pdf("one, corrected")
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=double.environment)
        known = {(one["document_id"], one["version"]): one["fetched"] is not None for one in evidence_of(self.month())["documents"]}
        self.assertEqual(known, {("one", 1): False, ("one", 2): True, ("two", 1): False})
        self.run_moisson("verify", "out/2026-10", expect=0)

    def test_attempts_and_failures(self):
        """A file that came at the third attempt, or a list that did not come at all, would look like any other."""
        double = self.double()
        double.contracts = [{"id": "OCB0000001", "name": "First"}, {"id": "OCB0000002", "name": "Second"}]
        double.lists["OCB0000001"] = [document("slow")]
        double.lists["OCB0000002"] = lambda query: (500, {"X-OAPI-Request-Id": "call-500"}, b"{}")
        asked = []

        def slow(query):
            asked.append(1)
            return (503, {}, b'{"code":5}') if len(asked) < 3 else (200, {"Content-Type": "application/pdf", "X-OAPI-Request-Id": "call-3"}, pdf("slow"))
        double.files["slow"] = slow
        (self.folder / "job.toml").write_text("[export]\nperiod = \"2026-10\"\n[transfer]\nrate_per_second = 0\nattempts_max = 3\n")
        self.run_moisson("export", "job.toml", environment=double.environment, expect=3)
        evidence = evidence_of(self.month())
        one, = evidence["documents"]
        self.assertEqual((one["fetched"]["attempts"], one["fetched"]["request_id"]), (3, "call-3"))
        failed = [one for one in evidence["answers"] if "error" in one]
        self.assertTrue(failed)
        for one in failed:
            self.assertEqual((one["contract_id"], one["error"], one["status"], one["request_id"]), ("OCB0000002", "server-error", 500, "call-500"))
        self.assertEqual(evidence["job_file"], {"name": "job.toml", "sha256": sha256_of(self.folder / "job.toml")})
        self.run_moisson("verify", "out/2026-10", expect=0)

    def test_who_and_where(self):
        """An auditor could not tell which job of which machine made the month; or a CI token would be published."""
        double = self.double()
        double.lists["OCB0000001"] = [document("one")]
        double.files["one"] = pdf("one")
        ci = {"GITLAB_CI": "true", "CI_PROJECT_PATH": "finance/invoices", "CI_JOB_ID": "4711", "GITLAB_USER_LOGIN": "anna\x1b[31m ##vso[task.x]",
              "CI_JOB_TOKEN": "glcbt-never-shown", "CI_REPOSITORY_URL": "https://gitlab-ci-token:glcbt-never-shown@host/x.git",
              "CI_JOB_NAME": "a-key-of-the-double"}
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment={**double.environment, **ci}, expect=0)
        bytes_ = (self.month() / "evidence.json").read_bytes()
        for word in (b"glcbt-never-shown", b"a-key-of-the-double", b"\x1b", b"##vso"):
            self.assertNotIn(word, bytes_)
        evidence = evidence_of(self.month())
        self.assertEqual(evidence["run"]["ci"]["system"], "GitLab CI")
        self.assertEqual(evidence["run"]["ci"]["variables"]["CI_PROJECT_PATH"], "finance/invoices")
        self.assertEqual(evidence["run"]["host"], os.uname().nodename)
        self.assertEqual(evidence["clock"]["consistent"], True)
        self.assertTrue(evidence["clock"]["service_ahead_ms_min"] <= 0 < evidence["clock"]["service_ahead_ms_max"], evidence["clock"])

    def test_a_hostile_service_puts_nothing_into_it(self):
        """A service that repeats a secret, or sends what a terminal obeys, would have it published as evidence."""
        double = self.double()
        secret = double.environment["MOISSON_API_KEY"]
        double.lists["OCB0000001"] = [document("one"), document("two", filename=secret + ".pdf")]
        coded = base64.b64encode(b"x" + secret.encode()).decode()
        headers = {"Content-Type": "application/pdf; x=\"\u202e##vso[x]\"".encode().decode("latin-1"), "Content-Disposition": f"attachment; filename={secret}",
                   "ETag": f'"{coded}"', "Last-Modified": "x" * 5000, "X-OAPI-Request-Id": secret, "Set-Cookie": "session=1"}
        double.files = {"one": lambda query: (200, headers, pdf("one")), "two": pdf("two")}
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=double.environment, expect=3)
        evidence = evidence_of(self.month())
        withheld = [one for one in evidence["answers"] if one["name"] is None]
        self.assertTrue(withheld)
        self.assertEqual({one["not_kept"] for one in withheld}, {"it repeats a secret"})
        texts = [(self.month() / "evidence.json").read_bytes(), *answers_of(self.month()).values(),
                 *(path.read_bytes() for path in (self.folder / "out/.moisson").rglob("*.provenance"))]
        for text in texts:
            for word in (secret.encode(), coded.encode(), b"session=1", b"token-of-the-double", b"a-secret-of-the-double", "\u202e".encode(), b"##vso"):
                self.assertNotIn(word, text)
        kept = next(one for one in evidence["documents"] if one["document_id"] == "one")["fetched"]["headers"]
        self.assertNotIn("Set-Cookie", kept)
        self.assertLess(len(kept["Last-Modified"]), 310)
        self.run_moisson("verify", "out/2026-10", expect=0)

    def test_a_redirect_is_told_without_its_permission(self):
        """Whoever is handed the evidence could fetch the file himself."""
        double = self.double()
        signature = "f" * 50
        double.lists["OCB0000001"] = [document("one")]
        double.files = {"one": lambda query: (302, {"Location": f"/files/{signature}/one/file?X-Amz-Signature={signature}"}, b"")}

        original = double._route

        def route(path, query, contract):
            return (200, {"Content-Type": "application/pdf"}, pdf("one")) if path.startswith("/files/") else original(path, query, contract)
        double._route = route
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=double.environment, expect=0)
        self.assertNotIn(signature.encode(), (self.month() / "evidence.json").read_bytes())
        fetched = evidence_of(self.month())["documents"][0]["fetched"]
        self.assertTrue(fetched["redirected_to"].endswith("/files/[hidden]/one/file"), fetched)
        self.run_moisson("verify", "out/2026-10", expect=0)

    def test_a_view_says_so_and_a_closed_month_keeps_its_own(self):
        """Evidence of a part would pass for the month's, or a closed month's evidence would change."""
        double = self.double()
        double.lists["OCB0000001"] = [document("one"), document("two", kind="bills")]
        double.files = {"one": pdf("one"), "two": pdf("two")}
        options = ("--period", "2026-10", "--rate", "0")
        self.run_moisson("export", *options, "--type", "invoices", environment=double.environment, expect=0)
        view = self.folder / self.view()
        self.assertEqual(evidence_of(view)["view"], "types invoices")
        self.run_moisson("verify", view, expect=0)
        self.run_moisson("export", *options, "--no-files", environment=double.environment)
        for folder in (self.folder / "out").glob("2026-10+*"):
            self.run_moisson("verify", folder, expect=0)
        self.run_moisson("export", *options, environment=double.environment, expect=0)
        self.run_moisson("close", "2026-10", "--by", "ana", environment=double.environment, expect=0)
        before = tree_of(self.month())
        self.run_moisson("export", *options, environment=double.environment, expect=0)
        self.assertEqual(tree_of(self.month()), before)
        shutil.rmtree(self.month())
        self.run_moisson("export", *options, environment=double.environment, expect=0)
        self.assertEqual(tree_of(self.month()), before)
        # An addendum's file is told of where it is booked.
        double.lists["OCB0000001"].append(document("late"))
        double.lists["OCB0000001"].append(document("november", period="202611"))
        double.files.update(late=pdf("late"), november=pdf("november"))
        self.run_moisson("export", "--period", "2026-11", "--rate", "0", environment=double.environment)
        told = {one["document_id"]: one.get("addendum") for one in evidence_of(self.folder / "out/2026-11")["documents"]}
        self.assertEqual(told, {"november": None, "late": "addendum-2026-10-01.csv"})
        self.run_moisson("verify", "out/2026-11", expect=0)


class Forged(PublishedOnce):
    """One month; each test changes a copy of it, seals and digests made anew."""

    @classmethod
    def publish(cls):
        served = cls.keeper.sandbox("--scenario", "clean", tls=True)
        run("export", "--period", "2026-10", "--rate", "0", folder=cls.keeper.folder, environment=served.environment)
        cls.month = cls.keeper.folder / "out/2026-10"

    def forge(self, change, name="evidence.json"):
        """Problems that verify finds after a change of the evidence (a value), or of the answers (a dictionary of bytes)."""
        month = forger.Month(self.month)
        month.keep_evidence = True
        evidence = json.loads(month.files["evidence.json"])
        bundle = month.bundle()
        evidence["bundle"] = {"path": "bundle.zip", "size_bytes": len(bundle), "sha256": hashlib.sha256(bundle).hexdigest()}
        change(evidence)
        month.files["evidence.json"] = json.dumps(evidence).encode() if not isinstance(evidence.get("raw"), str) else evidence["raw"].encode()
        folder = self.folder / "forged"
        shutil.rmtree(folder, ignore_errors=True)
        month.save(folder)
        result = self.run_moisson("verify", folder, "--json")
        problems = json.loads(result.out)["problems"]
        self.assertEqual(result.code, 6 if problems else 0, result)
        return problems

    def test_a_thorough_copy_is_accepted(self):
        """The other tests here would find the forger's own slips."""
        self.assertEqual(self.forge(lambda evidence: None), [])

    def test_each_lie_is_found(self):
        """Evidence could be made for a bundle that it does not belong to."""
        def document_change(**members):
            return lambda evidence: evidence["documents"][0].update(members)

        def fetched_change(**members):
            return lambda evidence: evidence["documents"][0]["fetched"].update(members)
        lies = {
            "another bundle": lambda evidence: evidence["bundle"].update(sha256="0" * 64),
            "another ledger": lambda evidence: evidence["ledger"].update(sha256="0" * 64),
            "another length": lambda evidence: evidence["bundle"].update(size_bytes=1),
            "another period": lambda evidence: evidence.update(period="2026-09"),
            "another run": lambda evidence: evidence["run"].update(id="run"),
            "another source": lambda evidence: evidence.update(source="https://elsewhere.example/"),
            "a view": lambda evidence: evidence.update(view="types bills"),
            "schema 2": lambda evidence: evidence.update(schema=2),
            "a member more": lambda evidence: evidence.update(more=1),
            "a member less": lambda evidence: evidence.pop("clock"),
            "no object": lambda evidence: evidence.update(raw="[]"),
            "no JSON": lambda evidence: evidence.update(raw='{"schema": 1,'),
            "nested": lambda evidence: evidence.update(raw='{"schema":' + "[" * 100000 + "]" * 100000 + "}"),
            "a document less": lambda evidence: evidence["documents"].pop(),
            "a document twice": lambda evidence: evidence["documents"].append(evidence["documents"][0]),
            "a document more": lambda evidence: evidence["documents"].append({**evidence["documents"][0], "document_id": "x"}),
            "a document is no object": lambda evidence: evidence["documents"].append(1),
            "another file": document_change(sha256="0" * 64),
            "another path": document_change(path="data/x"),
            "another size": document_change(size_bytes=1),
            "known and not known": document_change(not_known="lost"),
            "a digest that is none": document_change(sha256="x"),
            "another certificate": fetched_change(peer="0" * 64),
            "no certificate": fetched_change(peer=None),
            "no time": fetched_change(sent_at="yesterday"),
            "a refusal": fetched_change(status=403),
            "headers that are none": fetched_change(headers={"Content-Type": None}),
            "a certificate twice": lambda evidence: evidence["peers"].append(evidence["peers"][0]),
            "no certificates": lambda evidence: evidence["peers"].clear(),
            "another answer": lambda evidence: evidence["answers"][0].update(sha256="0" * 64),
            "an answer less": lambda evidence: evidence["answers"].pop(),
            "an answer more": lambda evidence: evidence["answers"].append({**evidence["answers"][0], "name": "x.json"}),
            "an answer twice": lambda evidence: evidence["answers"].append(evidence["answers"][0]),
            "no answers": lambda evidence: evidence.update(answers_file=None),
            "other answers": lambda evidence: evidence["answers_file"].update(sha256="0" * 64),
        }
        for name, lie in lies.items():
            with self.subTest(lie=name):
                problems = self.forge(lie)
                self.assertTrue(any("evidence" in problem for problem in problems), problems)

    def test_answers_that_were_changed_are_found(self):
        """What the service said could be rewritten beside an untouched bundle."""
        for name in ("cut", "changed", "gone", "another zip"):
            month = forger.Month(self.month)
            zipped = month.files["evidence/answers.zip"]
            if name == "gone":
                month.files.pop("evidence/answers.zip")
            elif name == "another zip":
                with zipfile.ZipFile(self.folder / "x.zip", "w") as archive:
                    archive.writestr("x.json", "{}")
                month.files["evidence/answers.zip"] = (self.folder / "x.zip").read_bytes()
            else:
                middle = len(zipped) // 2
                month.files["evidence/answers.zip"] = zipped[:middle] if name == "cut" else zipped[:middle] + bytes([zipped[middle] ^ 1]) + zipped[middle + 1:]
            folder = self.folder / name
            month.save(folder)
            result = self.run_moisson("verify", folder, expect=6)
            self.assertIn("evidence", result.out + result.err, name)

    def test_a_month_without_it_is_not_whole(self):
        """Evidence that says too much could be taken away."""
        month = forger.Month(self.month)
        month.files.pop("evidence.json")
        month.save(self.folder / "without")
        result = self.run_moisson("verify", self.folder / "without", expect=6)
        self.assertIn("evidence.json", result.out + result.err)


if __name__ == "__main__":
    unittest.main()
