"""Who gets the secrets: a job file is code, secret commands are strangers, redirects and proxies lead elsewhere."""

import contextlib
import csv
import json
import os
import signal
import sys
import tempfile
import time
import unittest
from pathlib import Path

from harness import ROOT, Case, end, finish, run, start

sys.path.append(str(ROOT / "tests" / "faults"))
from independent_server import Certificates, Proxy, Server, Service, wait_until  # noqa: E402  the path comes first

CERTIFICATES = None
LEAF = None
NOBODY = 65534


def setUpModule():
    global CERTIFICATES, LEAF
    folder = tempfile.TemporaryDirectory(prefix="moisson-trust-")
    unittest.addModuleCleanup(folder.cleanup)
    CERTIFICATES = Certificates(os.path.join(folder.name, "certificates"))
    LEAF = CERTIFICATES.leaf("service", "DNS:localhost,DNS:service.test,DNS:files.test,IP:127.0.0.1")


def as_nobody(folder):
    """Options that run the program as an unprivileged user whose folder this is, when the test itself is root."""
    if os.geteuid() != 0:
        return {}
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


class Trust(Case):
    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)
        self.work = self.folder / "work"
        self.work.mkdir()

    def served(self, **options):
        service = Service(**options)
        server = Server(service.answer, LEAF)
        self.addCleanup(server.close)
        return service, server

    @staticmethod
    def secrets(service):
        return {"MOISSON_CLIENT_ID": service.client_id, "MOISSON_CLIENT_SECRET": service.client_secret, "MOISSON_API_KEY": service.api_key}

    def job(self, *lines, name="job.toml"):
        path = self.work / name
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    def export(self, *arguments, environment, **options):
        return run("export", "--all", "--rate", "0", "--no-progress", *arguments, folder=self.work, environment=environment, **options)


class JobFiles(Trust):
    def test_secrets_of_the_environment_do_not_follow_a_job_file(self):
        """Whoever changes the job file of a repository would get the secrets of the CI system."""
        service, server = self.served()
        base = f"https://localhost:{server.port}"
        api, oauth = f'api_url = "{base}/cloud/b2b/v1"', f'oauth_url = "{base}/oauth/v3"'
        ca = f'ca_file = "{CERTIFICATES.ca_file}"'
        of_environment = {"MOISSON_API_URL": base + "/cloud/b2b/v1", "MOISSON_OAUTH_URL": base + "/oauth/v3", "MOISSON_CA_FILE": CERTIFICATES.ca_file}
        secrets = self.secrets(service)
        marker = self.folder / "ran"
        by_command = {**secrets, "MOISSON_API_KEY": "", "MOISSON_API_KEY_COMMAND": f"touch {marker}"}
        for lines, environment, key, cure in (
                ([api, oauth, ca], secrets, "api_url", "MOISSON_API_URL"),
                ([oauth], {**secrets, **of_environment, "MOISSON_OAUTH_URL": ""}, "oauth_url", "MOISSON_OAUTH_URL"),
                ([ca], {**secrets, **of_environment, "MOISSON_CA_FILE": ""}, "ca_file", "MOISSON_CA_FILE"),
                (["ca_folder = '/etc/ssl/certs'"], {**secrets, **of_environment}, "ca_folder", "MOISSON_CA_FILE"),
                ([api], by_command, "api_url", "MOISSON_API_URL")):
            with self.subTest(key=key):
                path = self.job("[api]", *lines)
                for command in ("export", "plan", "doctor"):
                    result = run(command, path, folder=self.work, environment=environment)
                    self.assertEqual(result.code, 2, result)
                    said = result.out + result.err
                    self.assertIn(f"{key} of the job file", said)
                    self.assertIn("job.toml:2", said)
                    self.assertIn(cure, said)
                    self.assertIn("--trust-job", said)
        self.assertEqual(server.requests, [], "nothing was called")
        self.assertFalse(marker.exists(), "no secret was read for nothing")

        trusted = self.export(self.job("[api]", api, oauth, ca), "--trust-job", environment=secrets)
        self.assertEqual(trusted.code, 0, trusted)
        self.assertGreater(len(server.requests), 5)
        other = self.export(self.job("[transfer]", "transfers = 2"), "--out", "other", environment={**secrets, **of_environment})
        self.assertEqual(other.code, 0, other)
        own = self.export(self.job("[api]", api, oauth, ca, *(f'{name.removeprefix("MOISSON_").lower()} = "{value}"' for name, value in secrets.items())),
                          "--out", "own", environment={})
        self.assertEqual(own.code, 0, own)

    def test_a_key_goes_where_its_layer_says_and_no_secret_of_another(self):
        """A job file with a client secret of its own would get the environment's API key, or could not have an address for its own secret."""
        service, server = self.served()
        base = f"https://localhost:{server.port}"
        client = [f'client_id = "{service.client_id}"', f'client_secret = "{service.client_secret}"']
        environment = {"MOISSON_API_KEY": service.api_key, "MOISSON_API_URL": base + "/cloud/b2b/v1", "MOISSON_CA_FILE": CERTIFICATES.ca_file}
        good = self.export(self.job("[api]", *client, f'oauth_url = "{base}/oauth/v3"'), environment=environment)
        self.assertEqual(good.code, 0, good)
        asked = len(server.requests)
        bad = self.export(self.job("[api]", *client, f'api_url = "{base}/cloud/b2b/v1"', f'oauth_url = "{base}/oauth/v3"'),
                          environment={**environment, "MOISSON_API_URL": ""})
        self.assertEqual(bad.code, 2, bad)
        self.assertIn("api_url of the job file would get the API key", bad.err)
        self.assertEqual(len(server.requests), asked)

    def test_doctor_says_what_a_job_file_does(self):
        """A person would run a colleague's job file without a thought for the command in it."""
        path = self.job("[api]", 'api_url = "https://api.example.invalid/v1"', 'api_key_command = "pass show key"', 'ca_file = "own.pem"',
                        "[export]", 'out = "elsewhere"')
        by_utc = {"TZ": "UTC"}  # with another zone, a month's last or first day is worth a word of this step, too
        result = run("doctor", "--json", path, folder=self.work, environment=by_utc)
        said = [check["text"] for check in json.loads(result.out)["checks"] if check["name"] == "job"]
        self.assertEqual(len(said), 2, said)
        path.chmod(0o666)
        changed = run("doctor", path, folder=self.work)
        self.assertIn("every user of this machine can change", changed.out)
        for words in ("a job file is code", "runs api_key_command (line 3)", "sends the credentials to https://api.example.invalid/v1 (line 2)",
                      "own.pem (line 4)", "writes to elsewhere (line 6)"):
            self.assertIn(words, said[1])

    def test_doctor_warns_of_secrets_that_others_can_read(self):
        """A key that every user of the machine can read would stay so for its two years."""
        service, server = self.served()
        files = {}
        for name, value in self.secrets(service).items():
            files[name] = self.work / name.lower()
            files[name].write_text(value)
            files[name].chmod(0o600)
        base = f"https://localhost:{server.port}"
        environment = {"MOISSON_API_URL": base + "/cloud/b2b/v1", "MOISSON_OAUTH_URL": base + "/oauth/v3", "MOISSON_CA_FILE": CERTIFICATES.ca_file,
                       **{name + "_FILE": str(path) for name, path in files.items()}}

        def warned():
            result = run("doctor", "--json", folder=self.work, environment=environment)
            return [check["text"] for check in json.loads(result.out)["checks"] if check["name"] == "credentials" and check["status"] == "warning"]
        self.assertEqual(warned(), [])
        files["MOISSON_API_KEY"].chmod(0o644)
        self.assertEqual(len(warned()), 1)
        self.assertIn(f"every user of this machine can read {files['MOISSON_API_KEY']}", warned()[0])
        files["MOISSON_API_KEY"].chmod(0o622)
        self.assertIn("every user of this machine can change", warned()[0])


class Commands(Trust):
    """Programs that print a secret: they get nothing that is not theirs, and leave nothing behind."""

    def environment(self, script, **more):
        path = self.work / "give-key"
        path.write_text("#!/bin/sh\n" + script, "utf-8")
        path.chmod(0o755)
        return {"MOISSON_CLIENT_ID": "an-id", "MOISSON_CLIENT_SECRET": "the-client-secret", "MOISSON_BASIC_FILE": "", "MOISSON_API_KEY_COMMAND": str(path),
                "MOISSON_SANDBOX_TOKEN": "the-sandbox-token", "VAULT_TOKEN": "of the vault",
                "MOISSON_API_URL": "https://127.0.0.1:1/v1", "MOISSON_OAUTH_URL": "https://127.0.0.1:1/v3", **more}

    def test_a_command_gets_no_other_secret_and_no_descriptor(self):
        """A password manager's plug-in would read the other secrets, or write into the state through a descriptor that it was left."""
        (self.work / "url").write_text("host=/nonexistent dbname=x password=the-database-password")
        seen = self.work / "seen"
        result = self.export(environment=self.environment(f"env > {seen}; ls -l /proc/self/fd > {seen}.fd; ps -o pgid= -p $$ > {seen}.group; echo $$ >> "
                                                          f"{seen}.group; echo a-key\n", MOISSON_DATABASE_URL_FILE=str(self.work / "url")))
        self.assertEqual(result.code, 5, result)  # the key was read, and nobody is at that port
        environment = seen.read_text()
        for secret in ("an-id", "the-client-secret", "the-sandbox-token", "DATABASE_URL", "MOISSON_API_KEY"):
            self.assertNotIn(secret, environment)
        self.assertIn("VAULT_TOKEN=of the vault", environment)
        self.assertIn("MOISSON_API_URL=", environment)
        open_ones = sorted(line.split(" -> ")[0].split()[-1] for line in Path(f"{seen}.fd").read_text().splitlines() if " -> " in line)
        self.assertEqual(open_ones, ["0", "1", "2", "3"], "3 is the folder that ls reads")
        group, pid = Path(f"{seen}.group").read_text().split()
        self.assertEqual(group, pid, "a group of its own")

    def test_a_stopped_run_leaves_no_command_behind(self):
        """SIGTERM of a service manager would wait for a command's 30 seconds, and what the command started would live on with the secret's pipe."""
        note = self.work / "pids"
        process = start("export", "--all", folder=self.work, environment=self.environment(f"sleep 300 &\necho $! $$ > {note}.new\nmv {note}.new {note}\nwait\n"))
        self.addCleanup(end, process)
        self.assertTrue(wait_until(note.exists, 20), "the command began")
        started = [int(text) for text in note.read_text().split()]
        before = time.monotonic()
        process.send_signal(signal.SIGTERM)
        result = finish(process, 20)
        self.assertEqual(result.code, 143, result)
        self.assertLess(time.monotonic() - before, 10)
        for pid in started:
            self.assertTrue(wait_until(lambda one=pid: not self.lives(one), 10), f"{pid} still runs")

    @staticmethod
    def lives(pid):
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        return False

    def test_nobody_finds_the_secrets_in_the_process(self):
        """Another program of the same user would read the secrets out of /proc, or out of the memory."""
        note = self.work / "began"
        environment = self.environment(f"touch {note}\nsleep 300\n", HTTPS_PROXY="http://user:the-proxy-password@127.0.0.1:1")
        process = start("export", "--all", folder=self.work, environment=environment, **as_nobody(self.work))
        try:
            self.assertTrue(wait_until(note.exists, 20), "the command began")
            self.assertEqual(os.stat(f"/proc/{process.pid}/environ").st_uid, 0, "the process can be looked into by its own user")
            if os.geteuid() == 0:
                text = Path(f"/proc/{process.pid}/environ").read_bytes()
                self.assertIn(b"MOISSON_API_URL=https", text)
                for secret in (b"the-client-secret", b"the-sandbox-token", b"the-proxy-password", b"an-id"):
                    self.assertNotIn(secret, text)
            else:
                with self.assertRaises(PermissionError):
                    Path(f"/proc/{process.pid}/environ").read_bytes()
        finally:
            process.terminate()
            finish(process, 30)

    def test_an_unprivileged_user_can_still_do_everything(self):
        """A process that nobody can look into could not look into itself: no export for users other than root."""
        result = run("export", "--sandbox", "--scenario", "clean", folder=self.work, **as_nobody(self.work))
        self.assertEqual(result.code, 0, result)


class Redirects(Trust):
    """The service's word on where a file is; through a proxy, so that the service itself is somewhere in the internet."""

    def through_proxy(self, elsewhere, **options):
        service, server = self.served(elsewhere=elsewhere, trouble={"redirect": 3}, **options)
        proxy = Proxy("user", "word")
        self.addCleanup(proxy.close)
        base = f"https://service.test:{server.port}"
        environment = {**self.secrets(service), "MOISSON_API_URL": base + "/cloud/b2b/v1", "MOISSON_OAUTH_URL": base + "/oauth/v3",
                       "MOISSON_CA_FILE": CERTIFICATES.ca_file, "HTTPS_PROXY": f"http://user:word@127.0.0.1:{proxy.port}"}
        return environment, proxy

    def test_a_redirect_inwards_costs_its_document_and_not_the_run(self):
        """The service could make this machine ask others behind the firewall, or one bad answer would end the month."""
        inner = Server(lambda *_: None, LEAF)
        self.addCleanup(inner.close)
        for number, target in enumerate((f"https://127.0.0.1:{inner.port}", f"https://localhost:{inner.port}", f"https://[::ffff:127.0.0.1]:{inner.port}",
                                         f"https://127.1:{inner.port}", "https://169.254.169.254/latest", "https://[fe80::1]/x", "https://10.1.2.3/x",
                                         "https://[fd00:ec2::254]/x", "https://0.0.0.0/x")):
            with self.subTest(target=target):
                environment, proxy = self.through_proxy(target)
                result = self.export("--out", f"out-{number}", environment=environment)
                self.assertEqual(result.code, 3, result)
                summary = json.loads((self.work / f"out-{number}" / "all" / "summary.json").read_text())
                self.assertEqual(summary["documents"]["failed"], 4, "every third file of twelve")
                rows = self.rows(self.work / f"out-{number}" / "all")
                self.assertEqual(sorted(row["status"] for row in rows), ["failed"] * 4 + ["ok"] * 8)
                said = json.dumps(summary["findings"])
                self.assertIn("a redirect that is not followed", said)
                self.assertEqual({request.target.rpartition(":")[0] for request in proxy.server.requests}, {"service.test"}, "nobody else was asked for")
        self.assertEqual(inner.requests, [])

    @staticmethod
    def rows(folder):
        with open(folder / "ledger.csv", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def test_redirect_hosts_bound_where_files_come_from(self):
        """A list of hosts in the job file would not hold, or would keep the service's own host out."""
        for hosts, expected in (('["*.orange.com"]', 3), ('["files.test", "*.orange.com"]', 5), ("[]", 5)):
            with self.subTest(hosts=hosts):
                environment, proxy = self.through_proxy("https://files.test/x")
                job = self.job("[api]", f"redirect_hosts = {hosts}", "[transfer]", "attempts_max = 1")
                result = self.export(job, "--out", f"out-{expected}-{len(hosts)}", environment=environment)
                asked = {request.target for request in proxy.server.requests}
                # The proxy of the test refuses every other host: that it was asked shows that the redirect was followed.
                self.assertEqual("files.test:443" in asked, expected == 5, result)
                self.assertEqual(result.code, 3, result)
        environment, _ = self.through_proxy("")
        own = self.export(self.job("[api]", 'redirect_hosts = ["*.orange.com"]'), "--out", "own", environment=environment)
        self.assertEqual(own.code, 0, own)

    def test_a_bad_pattern_is_named(self):
        """A URL in place of a host would match nothing, and every file would fail."""
        for hosts in ('["https://files.test"]', '[""]', '["[a"]'):
            result = self.export(self.job("[api]", f"redirect_hosts = {hosts}"), environment={})
            self.assertEqual(result.code, 2, result)
            self.assertIn("job.toml:2", result.err)


if __name__ == "__main__":
    unittest.main()
