"""`doctor` on broken set-ups: names the right cause and what to do, hides no independent step, changes nothing. One test a set-up."""

import fcntl
import json
import os
import re
import resource
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from harness import PDF, PROGRAM, ROOT, Api, Case, ENVIRONMENT, document, run, tree_of

sys.path.append(str(ROOT / "tests" / "faults"))
from independent_server import Certificates, Proxy, Server, Service  # noqa: E402  the path comes first

STEPS = ["job", "credentials", "key-age", "dns", "proxy", "connection", "tls", "token", "subscription", "api-key", "contracts", "invoices",
         "file", "state", "output", "templates", "clock", "libraries", "readers"]
CERTIFICATES = None


def setUpModule():
    global CERTIFICATES
    folder = tempfile.TemporaryDirectory(prefix="moisson-doctor-")
    unittest.addModuleCleanup(folder.cleanup)
    CERTIFICATES = Certificates(os.path.join(folder.name, "certificates"))


class Doctor(Case):
    def setUp(self):
        super().setUp()
        self.work = self.folder / "work"  # what doctor may not change; the sandbox writes beside it
        self.work.mkdir()

    def examine(self, environment, *arguments, **options):
        """{step: [its checks]} of one visit, after what holds for every visit."""
        before = tree_of(self.work)
        result = run("doctor", "--json", *arguments, folder=self.work, environment=environment, **options)
        self.assertEqual(tree_of(self.work), before, "doctor changed something")
        answer = json.loads(result.out)
        self.assertEqual(answer["exit_code"], result.code, result)
        for name in ("MOISSON_CLIENT_SECRET", "MOISSON_API_KEY", "MOISSON_BASIC"):
            if len(environment.get(name, "")) > 8:
                self.assertNotIn(environment[name], result.out + result.err)
        names = [check["name"] for check in answer["checks"]]
        self.assertEqual(list(dict.fromkeys(names)), STEPS, "every step is told, in its order")
        failed = [check for check in answer["checks"] if check["status"] == "failed"]
        self.assertEqual(result.code, failed[0]["exit_code"] if failed else 0)
        for check in failed:
            self.assertNotEqual(check["remedy"], "", check)
        return {step: [check for check in answer["checks"] if check["name"] == step] for step in STEPS}

    def check_cause(self, found, step, exit_code, *words, skipped=(), ok=()):
        """`step` is the one that failed, with these words in text or remedy; `skipped` hang on it, `ok` do not."""
        failed = [name for name in STEPS for check in found[name] if check["status"] == "failed"]
        self.assertEqual(list(dict.fromkeys(failed)), [step], found)
        check = next(check for check in found[step] if check["status"] == "failed")
        self.assertEqual(check["exit_code"], exit_code, check)
        said = f"{check['text']} -> {check['remedy']}"
        for word in words:
            self.assertIn(word, said)
        for name in skipped:
            self.assertEqual({each["status"] for each in found[name]}, {"skipped"}, found[name])
        for name in ok:
            self.assertIn("ok", {each["status"] for each in found[name]}, found[name])

    def served(self, certificate=None, scheme="https", host="127.0.0.1", **options):
        """A service of the tests' own and what to set for it."""
        service = Service(**options)
        server = Server(service.answer, certificate)
        self.addCleanup(server.close)
        base = f"{scheme}://{host}:{server.port}"
        return server, {"MOISSON_API_URL": base + "/cloud/b2b/v1", "MOISSON_OAUTH_URL": base + "/oauth/v3",
                        "MOISSON_CLIENT_ID": Service.client_id, "MOISSON_CLIENT_SECRET": Service.client_secret,
                        "MOISSON_API_KEY": Service.api_key, "MOISSON_CA_FILE": CERTIFICATES.ca_file}


LOCAL = ("state", "output")
BEYOND_TLS = ("token", "subscription", "api-key", "contracts", "invoices", "file", "clock")
BEYOND_KEY = ("contracts", "invoices", "file")


class TheWay(Doctor):
    """From the name to the encrypted connection."""

    def test_a_healthy_set_up(self):
        """A person with a good set-up would be sent to look for a fault."""
        sandbox = self.sandbox("--scenario", "clean", tls=True)
        # By UTC: with another zone, a month's last or first day is worth a word of the step "job".
        found = self.examine({**sandbox.environment, "TZ": "UTC"})
        for step in STEPS:
            if step not in ("key-age", "output", "libraries", "readers"):  # what the machine has is the machine's
                self.assertEqual({check["status"] for check in found[step]}, {"ok"}, found[step])
        self.assertEqual(len(found["credentials"]), 3)
        self.assertIn("environment MOISSON_API_KEY", found["credentials"][2]["text"])
        # One document in part: no whole file is fetched for a look.
        reads = [request for request in sandbox.requests() if request["path"].endswith("/file")]
        self.assertEqual(len(reads), 1)

    def test_what_would_refuse_an_erp_file_is_told_before_an_export(self):
        """Doctor said that all is well, and the export of the month was published without its file."""
        sandbox = self.sandbox("--scenario", "clean")
        cases = {
            '[erp]\namount_is = "grosss"\n': "amount_is",
            '[erp]\namount_is = "net"\nfiscal_year_begin = "2026-01-01"\nfiscal_year_end = "2026-12-31"\n'
            'siren = "732829320"\ndate_from = "period_end"\nmapping = "no-such.csv"\n': "no-such.csv",
            '[erp.fec]\nno_such_setting = "1"\n': "no_such_setting",
            '[erp]\n': "setting",
            '[erp.fecc]\nsiren = "732829320"\n': "[erp.fec]",
            '[erp]\namount_iss = "gross"\n': "amount_is",
        }
        for text, word in cases.items():
            with self.subTest(text):
                (self.folder / "job.toml").write_text('[export]\ntemplates = ["fec"]\n' + text, "utf-8")
                found = self.examine(sandbox.environment, self.folder / "job.toml")
                self.check_cause(found, "templates", 2, word, ok=("job", "contracts"))
                asked = len(sandbox.requests())
                for command in ("export", "plan"):
                    result = self.run_moisson(command, "--job", "job.toml", "--period", "2026-10", environment=sandbox.environment, expect=2)
                    for said in (found["templates"][0]["text"].split(" (")[0], word):
                        self.assertIn(said, result.err)
                self.assertEqual(len(sandbox.requests()), asked, "nothing is called")
                self.assertFalse((self.folder / "out").exists())

    def test_templates_that_can_be_used(self):
        found = self.examine(self.sandbox("--scenario", "clean").environment)["templates"]
        self.assertEqual([check["status"] for check in found], ["ok"])

    def test_libraries_that_are_loaded(self):
        """A person would trust a library with a known hole, or hunt for one that is mended. dpkg is asked itself."""
        sandbox = self.sandbox("--scenario", "clean", tls=True)
        told = self.examine(sandbox.environment)["libraries"]
        for name, package in {"expat": "libexpat1", "libarchive": "libarchive13", "OpenSSL": "libssl3", "qpdf": "libqpdf29", "SQLite": "libsqlite3-0", "zlib": "zlib1g"}.items():
            own = [check for check in told if f"{name} " in check["text"]]
            self.assertEqual(len(own), 1, told)
            state = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=False)
            if state.returncode != 0 or own[0]["status"] == "skipped":
                continue
            self.assertIn(f"{name} {state.stdout}", own[0]["text"])
            older = re.search(rf"{name} \S+ is older than (\S+), which mends (?:CVE-|Debian bug)", own[0]["text"])
            self.assertEqual(own[0]["status"], "warning" if older else "ok")
            if older:
                self.assertEqual(subprocess.run(["dpkg", "--compare-versions", state.stdout, "lt", older[1]], check=False).returncode, 0)
                self.assertIn(package, own[0]["remedy"])

    def test_wrong_host_name(self):
        """A misspelt host would look like a network that is down."""
        _, environment = self.served()
        url = "https://api.orange.invalid"
        found = self.examine({**environment, "MOISSON_API_URL": url + "/cloud/b2b/v1", "MOISSON_OAUTH_URL": url + "/oauth/v3"})
        self.check_cause(found, "dns", 5, "api.orange.invalid", "spelling", "VPN", skipped=("connection", "tls", *BEYOND_TLS), ok=("credentials", *LOCAL))

    def test_unreachable_port(self):
        """A closed port would be blamed on the credentials."""
        server, environment = self.served()
        server.close()
        found = self.examine(environment)
        self.check_cause(found, "connection", 5, f"127.0.0.1:{server.port}", "VPN", skipped=("tls", *BEYOND_TLS), ok=("dns", *LOCAL))

    def test_proxy_that_is_down(self):
        """The service would be blamed for the company's proxy."""
        _, environment = self.served(CERTIFICATES.leaf("localhost", "DNS:service.test"), host="service.test")
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            found = self.examine({**environment, "HTTPS_PROXY": f"http://127.0.0.1:{closed.getsockname()[1]}"})
        self.check_cause(found, "proxy", 5, "the proxy 127.0.0.1", skipped=("tls", *BEYOND_TLS), ok=("dns", *LOCAL))

    def test_proxy_that_asks_for_credentials(self):
        """A person would look for the service's password where the proxy wants one."""
        server, environment = self.served(CERTIFICATES.leaf("behind", "DNS:service.test"), host="service.test")
        proxy = Proxy("moisson", "right-password")
        self.addCleanup(proxy.close)
        found = self.examine({**environment, "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"})
        self.check_cause(found, "proxy", 5, "asks for a user and password", "HTTPS_PROXY", skipped=("tls", *BEYOND_TLS), ok=("dns", *LOCAL))
        found = self.examine({**environment, "HTTPS_PROXY": f"http://moisson:wrong-password@127.0.0.1:{proxy.port}"})
        self.check_cause(found, "proxy", 5, "refuses the user and password", skipped=("tls", *BEYOND_TLS))
        self.assertNotIn("wrong-password", json.dumps(found))
        self.assertEqual(server.requests, [])
        found = self.examine({**environment, "HTTPS_PROXY": f"http://moisson:right-password@127.0.0.1:{proxy.port}"})
        self.assertEqual({check["status"] for check in found["proxy"]}, {"ok"}, found["proxy"])
        self.assertEqual({check["status"] for check in found["token"]}, {"ok"}, found["token"])

    def test_proxy_that_refuses(self):
        """A proxy's rule would look like a refusal by the service."""
        _, environment = self.served(CERTIFICATES.leaf("ruled", "DNS:service.test"), host="service.test")
        proxy = Proxy("moisson", "right", page=b"<html>no</html>", page_status=403)
        self.addCleanup(proxy.close)
        found = self.examine({**environment, "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"})
        self.check_cause(found, "proxy", 5, "403", "rules", skipped=("tls", *BEYOND_TLS), ok=LOCAL)

    def test_authority_that_is_not_trusted(self):
        """A network that opens TLS would be blamed on the service."""
        sandbox = self.sandbox("--scenario", "clean", tls=True)
        environment = {name: value for name, value in sandbox.environment.items() if name != "MOISSON_CA_FILE"}
        found = self.examine(environment)
        self.check_cause(found, "tls", 5, "does not trust", "MOISSON_CA_FILE", skipped=BEYOND_TLS, ok=("dns", "connection", *LOCAL))

    def test_authority_file_that_is_missing(self):
        """A path with a slip would end in a message about the network."""
        _, environment = self.served(CERTIFICATES.leaf("nofile", "IP:127.0.0.1"))
        found = self.examine({**environment, "MOISSON_CA_FILE": str(self.folder / "nowhere.pem")})
        self.check_cause(found, "tls", 2, "nowhere.pem", skipped=BEYOND_TLS, ok=("dns", "credentials", *LOCAL))

    def test_expired_certificate(self):
        """An expired certificate would look like a wrong one, or the machine's clock stay unsuspected."""
        _, environment = self.served(CERTIFICATES.leaf("old", "IP:127.0.0.1", "20200101000000Z", "20210601000000Z"))
        found = self.examine(environment)
        self.check_cause(found, "tls", 5, "expired", "2021-06-01", "clock", skipped=BEYOND_TLS, ok=("dns", "connection", *LOCAL))

    def test_certificate_for_another_host(self):
        """Something that answers in the service's place would be trusted, or not be named."""
        server, environment = self.served(CERTIFICATES.leaf("other", "DNS:other.example"))
        found = self.examine(environment)
        self.check_cause(found, "tls", 5, "for another host", "other.example", skipped=BEYOND_TLS, ok=("dns", "connection", *LOCAL))
        self.assertEqual(server.requests, [])


class TheCredentials(Doctor):
    def test_missing_credentials(self):
        """Without credentials nobody could tell whether at least the network is open."""
        server, environment = self.served(CERTIFICATES.leaf("open", "IP:127.0.0.1"))
        bare = {name: value for name, value in environment.items() if name not in ("MOISSON_CLIENT_SECRET", "MOISSON_API_KEY")}
        found = self.examine(bare)
        self.check_cause(found, "credentials", 2, "client secret", "MOISSON_API_KEY_FILE", skipped=BEYOND_TLS, ok=("dns", "connection", "tls", *LOCAL))
        self.assertEqual(server.requests, [])

    def test_wrong_client_secret(self):
        """A wrong secret would be taken for a wrong API key."""
        sandbox = self.sandbox("--scenario", "clean")
        found = self.examine({**sandbox.environment, "MOISSON_CLIENT_SECRET": "not-the-secret"})
        self.check_cause(found, "token", 4, "client id and secret", "developer portal", skipped=("subscription", "api-key", *BEYOND_KEY),
                         ok=("dns", "connection", "clock", *LOCAL))

    def test_basic_that_is_not_base64(self):
        """A Basic value cut while it was copied would be taken for a wrong secret."""
        sandbox = self.sandbox("--scenario", "clean")
        environment = {name: value for name, value in sandbox.environment.items() if name not in ("MOISSON_CLIENT_ID", "MOISSON_CLIENT_SECRET")}
        found = self.examine({**environment, "MOISSON_BASIC": "id:secret, as it should not be"})
        wrong = [(check["name"], check["exit_code"]) for step in STEPS for check in found[step] if check["status"] == "failed"]
        self.assertEqual(wrong, [("credentials", 4), ("token", 4)])
        for step in ("credentials", "token"):
            said = " ".join(check["text"] + check["remedy"] for check in found[step])
            self.assertIn("not base64", said)
            self.assertIn("Authorization header", said)
        # The commands say the same, with the same exit code.
        listed = self.run_moisson("contracts", "list", environment={**environment, "MOISSON_BASIC": "id:secret, as it should not be"}, expect=4)
        self.assertIn("not base64", listed.err)

    def test_unsubscribed_application(self):
        """A person would have a good API key renewed."""
        for application in ("unsubscribed", "pending"):
            with self.subTest(application):
                sandbox = self.sandbox("--scenario", "small", "--application", application)
                found = self.examine(sandbox.environment)
                self.check_cause(found, "subscription", 4, "with or without the API key", "subscribed to the Cloud Store Customer Space API", "My apps",
                                 skipped=("api-key", *BEYOND_KEY), ok=("token", "clock", *LOCAL))

    def test_expired_and_revoked_key(self):
        """A person would search the portal where only support can give a new key."""
        for account in ("expired", "revoked"):
            with self.subTest(account):
                sandbox = self.sandbox("--scenario", "small", "--account", account)
                found = self.examine(sandbox.environment)
                self.check_cause(found, "api-key", 4, "its API key is not", "two years", "Ask Orange support", "encrypted container", skipped=BEYOND_KEY,
                                 ok=("token", "subscription", "clock", *LOCAL))

    def test_every_dress_of_an_expired_key(self):
        """Which status an ended key gets is not known: in one of them a person would be sent elsewhere, or the exit code be another."""
        scenario = (ROOT / "samples" / "small.toml").read_text("utf-8")
        for dress in ("401/41", "401/42", "403/50", "403/52", "404/60"):
            with self.subTest(dress):
                changed = re.sub(r'(?m)^expired_api_key = "[^"]*"', f'expired_api_key = "{dress}"', scenario)
                self.assertNotEqual(changed.count(f'expired_api_key = "{dress}"'), 0)
                (self.folder / "dress.toml").write_text(changed, "utf-8")
                sandbox = self.sandbox("--scenario", str(self.folder / "dress.toml"), "--account", "expired")
                self.check_cause(self.examine(sandbox.environment), "api-key", 4, "two years", "Ask Orange support", skipped=BEYOND_KEY,
                                 ok=("token", *LOCAL))
                for command in (("contracts", "list"), ("contracts", "show", "OCB0001001"), ("documents", "list", "--contract", "OCB0001001"),
                                ("export", "--period", "2026-10"), ("plan", "--period", "2026-10")):
                    refused = self.run_moisson(*command, environment=sandbox.environment, expect=4)
                    self.assertRegex(refused.err, "API key|perimeter", command)
                    self.assertIn(f"[{dress}]", refused.err)

    def test_every_dress_of_a_foreign_contract(self):
        """Which status a contract outside the perimeter gets is not known either."""
        scenario = (ROOT / "samples" / "small.toml").read_text("utf-8")
        for dress in ("401/41", "403/50", "404/60"):
            with self.subTest(dress):
                (self.folder / "dress.toml").write_text(re.sub(r'(?m)^foreign_contract = "[^"]*"', f'foreign_contract = "{dress}"', scenario), "utf-8")
                sandbox = self.sandbox("--scenario", str(self.folder / "dress.toml"), "--account", "north")
                for command in (("contracts", "show", "OCB0001002"), ("documents", "list", "--contract", "OCB0001002")):
                    refused = self.run_moisson(*command, environment=sandbox.environment, expect=4)
                    self.assertIn("outside its login's perimeter", refused.err)
                    self.assertIn("moisson contracts list", refused.err)

    def test_key_whose_end_is_known(self):
        """A key that ended would be told as any other refusal, although the job file knows its day."""
        sandbox = self.sandbox("--scenario", "small", "--account", "expired")
        (self.work / "job.toml").write_text("[api]\napi_key_issued = 2024-01-31\n", "utf-8")
        found = self.examine(sandbox.environment, "job.toml")
        self.check_cause(found, "api-key", 4, "Most likely the API key's two years are over", "2026-01-31")
        self.assertEqual(found["key-age"][0]["status"], "warning")
        self.assertIn("days ago", found["key-age"][0]["text"])

    def test_key_that_ends_soon(self):
        """Nobody would ask for the next key in time."""
        sandbox = self.sandbox("--scenario", "clean")
        issued = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 680 * 86400))
        (self.work / "job.toml").write_text(f"[api]\napi_key_issued = {issued}\n", "utf-8")
        found = self.examine(sandbox.environment, "job.toml")
        self.assertEqual(found["key-age"][0]["status"], "warning")
        self.assertRegex(found["key-age"][0]["text"], rf"issued on {issued}.*(50|51) days are left")
        self.assertIn("Ask Orange support for the next key now", found["key-age"][0]["remedy"])

    def test_key_file_tells_its_age(self):
        """A key in a file would have no age although the file has one."""
        sandbox = self.sandbox("--scenario", "clean")
        environment = dict(sandbox.environment)
        key = self.folder / "key"
        key.write_text(environment.pop("MOISSON_API_KEY") + "\n", "utf-8")
        written = time.time() - 700 * 86400
        os.utime(key, (written, written))
        found = self.examine({**environment, "MOISSON_API_KEY_FILE": str(key)})
        self.assertEqual(found["key-age"][0]["status"], "warning")
        self.assertIn("its file was written on " + time.strftime("%Y-%m-%d", time.gmtime(written)), found["key-age"][0]["text"])


class TheRights(Doctor):
    def test_empty_perimeter(self):
        """A login that sees nothing would be called well."""
        double = self.double()
        double.contracts = []
        found = self.examine(double.environment)
        self.check_cause(found, "contracts", 4, "sees no contract", "administrator", skipped=("invoices", "file"), ok=("token", "subscription", "api-key"))

    def test_foreign_contract(self):
        """A contract outside the perimeter would be found out by the export alone."""
        sandbox = self.sandbox("--scenario", "small", "--account", "north")
        (self.work / "job.toml").write_text('[export]\ncontracts = ["OCB0001002"]\n', "utf-8")
        found = self.examine(sandbox.environment, "job.toml")
        self.check_cause(found, "contracts", 4, "none is OCB0001002", "contracts list", skipped=("invoices", "file"), ok=("api-key", *LOCAL))
        shown = self.run_moisson("contracts", "show", "OCB0001002", environment=sandbox.environment, expect=4)
        self.assertIn("outside its login's perimeter", shown.err)
        listed = self.run_moisson("documents", "list", "--contract", "OCB0001002", environment=sandbox.environment, expect=4)
        self.assertIn("perimeter", listed.err)

    def test_visitor_without_invoices(self):
        """A visitor's empty list of invoices would be taken for proof that nothing was billed."""
        sandbox = self.sandbox("--scenario", "small", "--account", "visitor")
        found = self.examine(sandbox.environment)
        self.check_cause(found, "invoices", 4, "invoices are not visible", "Manager", ok=("contracts", "file", *LOCAL))

    def test_visitor_of_one_contract(self):
        """One contract without rights would stop a whole export, or not be named."""
        sandbox = self.sandbox("--scenario", "small", "--account", "client")
        found = self.examine(sandbox.environment)
        told = [check for check in found["invoices"] if check["status"] == "warning"]
        self.assertEqual(len(told), 1, found["invoices"])
        self.assertIn("OCB0001003: invoices are not visible", told[0]["text"])

    def test_file_that_cannot_be_read(self):
        """Lists that are seen would be taken for files that can be had."""
        double = self.double()
        double.lists["OCB0000001"] = [document("d1")]
        double.files["d1"] = lambda query: (403, {}, b'{"code":50,"message":"Access denied"}')
        found = self.examine(double.environment)
        self.check_cause(found, "file", 4, "d1 of OCB0000001", "perimeter", ok=("contracts", "invoices"))
        # A big file costs no more than a small one, whether the service knows ranges or not.
        sent = []
        double.files["d1"] = lambda query: (sent.append(1), (200, {"Content-Type": "application/pdf"}, PDF + b"\n%" * 20_000_000))[1]
        began = time.monotonic()
        found = self.examine(double.environment)
        self.assertEqual(found["file"][0]["status"], "ok", found["file"])
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual(len(sent), 1)

    def test_answers_that_are_no_documents(self):
        """A message or a page in a file's place would be called a file, and an odd list be called a bug."""
        double = self.double()
        double.lists["OCB0000001"] = [document("d1")]
        for body, media_type, words in ((b'{"code":60}', "application/json", "a message came"), (b'{"x":1}', "application/octet-stream", "a message came"),
                                        (b"<html>login</html>", "text/html", "a web page came"), (b"", "application/pdf", "empty")):
            double.files["d1"] = lambda query, answer=(200, {"Content-Type": media_type}, body): answer
            found = self.examine(double.environment)
            self.assertEqual(found["file"][0]["status"], "warning", found["file"])
            self.assertIn(words, found["file"][0]["text"])
        double.files["d1"] = lambda query: (404, {}, b'{"code":60,"message":"Resource not found"}')
        self.assertEqual(self.examine(double.environment)["file"][0]["status"], "warning")
        double.lists["OCB0000001"] = lambda query: (200, {}, b'{"documents": null}')
        self.check_cause(self.examine(double.environment), "invoices", 5, "null", skipped=("file",))

    def test_throttled_without_end(self):
        """A person would wait for hours before the look says what is wrong."""
        double = self.double()
        double.contracts = lambda query: (403, {}, b'{"code":53,"message":"Too many requests"}')
        (self.work / "job.toml").write_text("[transfer]\nmax_duration_seconds = 4\n", "utf-8")  # a minute by itself
        began = time.monotonic()
        found = self.examine(double.environment, "job.toml")
        self.assertLess(time.monotonic() - began, 30)
        self.check_cause(found, "contracts", 5, "slow down", skipped=("invoices", "file"), ok=("token", "clock", *LOCAL))

    def test_server_that_fails(self):
        """A service that is down would be blamed on rights."""
        double = self.double()
        double.contracts = lambda query: (503, {}, b'{"code":6,"message":"Orange API is over capacity, retry later !"}')
        found = self.examine(double.environment)
        self.check_cause(found, "contracts", 5, "over capacity", "later", skipped=("invoices", "file"), ok=("token", "clock"))


class ThisMachine(Doctor):
    def test_state_that_is_locked(self):
        """A run that is under way would look like a damaged state."""
        sandbox = self.sandbox("--scenario", "clean")
        folder = self.work / "out" / ".moisson"
        folder.mkdir(parents=True)
        with open(folder / "state.sqlite3.lock", "w", encoding="utf-8") as lock:
            lock.write("pid 1 on here since 2026-11-22T00:00:00Z: export, run x\n")
            lock.flush()
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = self.examine(sandbox.environment)
            self.check_cause(found, "state", 8, "another run", ok=("contracts", "invoices", "file", "clock"))

    def test_file_size_limit(self):
        """A limit of the shell would look like a full disk in the middle of a run."""
        sandbox = self.sandbox("--scenario", "clean")
        found = self.examine(sandbox.environment, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)))
        self.check_cause(found, "output", 7, "no file longer than 1.0 MB", "ulimit", ok=("contracts", "file", "state"))

    def test_disk_that_is_full(self):
        """A full disk would be found out in the middle of the night."""
        sandbox = self.sandbox("--scenario", "clean")
        small = self.folder / "small"
        small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("no right to mount a small disk here; the limit above stands for it")
        self.addCleanup(subprocess.run, ["umount", str(small)], check=True)
        found = self.examine(sandbox.environment, "--out", str(small / "out"))
        self.check_cause(found, "output", 7, "the disk is full", "--out", ok=("contracts", "file", "state"))
        # The other way round: the state, and with it the documents, on the small one.
        found = self.examine({**sandbox.environment, "MOISSON_STATE": f"sqlite:{small}/state.sqlite3"})
        self.check_cause(found, "output", 7, "the folder of state and documents", ok=("contracts", "file", "state"))

    def test_folder_without_rights(self):
        """A folder of somebody else would be found out after the downloads."""
        sandbox = self.sandbox("--scenario", "clean")
        (self.work / "file").write_text("", "utf-8")
        found = self.examine(sandbox.environment, "--out", "file/out")
        self.assertIn("failed", {check["status"] for check in found["output"]})

    def test_clock_that_is_a_day_off(self):
        """Warnings of the key's end would come on the wrong day, and nobody would know why certificates are refused."""
        double = self.double()
        double.lists["OCB0000001"] = [document("d1")]
        double.files["d1"] = PDF
        handler = double.server.RequestHandlerClass
        handler.date_time_string = lambda self, timestamp=None: time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() - 86400))
        found = self.examine(double.environment)
        self.assertEqual([check["status"] for check in found["clock"]], ["warning"])
        self.assertRegex(found["clock"][0]["text"], r"8640\d s \(about 1 day\) ahead of the service's")
        self.assertIn("timedatectl", found["clock"][0]["remedy"])
        self.assertEqual(found["file"][0]["status"], "ok")

    def test_job_file_with_a_slip(self):
        """A slip in the job file would be told as something else."""
        (self.work / "job.toml").write_text("[api]\napi_key_isued = 2025-03-01\n", "utf-8")
        found = self.examine({}, "job.toml")
        self.check_cause(found, "job", 2, "api_key_isued", "api_key_issued", skipped=("credentials", "dns", "token", "state", "output", "clock"))
        (self.work / "job.toml").write_text("[api]\napi_key_issued = 2999-03-01\n", "utf-8")
        found = self.examine({}, "job.toml")
        self.check_cause(found, "job", 2, "2999-03-01", "a day that has come")


class ForPeople(Doctor):
    def test_words(self):
        """A person at a terminal would see JSON, or no remedy."""
        sandbox = self.sandbox("--scenario", "small", "--account", "visitor")
        result = self.run_moisson("doctor", environment=sandbox.environment, expect=4)
        self.assertRegex(result.out, r"(?m)^ok    token         client accepted; a token lives 3600 s$")
        self.assertRegex(result.out, r"(?m)^FAIL  invoices      OCB0001001: invoices are not visible")
        self.assertRegex(result.out, r"(?m)^ {20}-> Have a Manager of the contract")
        self.assertRegex(result.out, r"check[s]? failed \(exit code 4\)\n$")
        self.assertNotIn(sandbox.environment["MOISSON_API_KEY"][:40], result.out + result.err)


if __name__ == "__main__":
    unittest.main()
