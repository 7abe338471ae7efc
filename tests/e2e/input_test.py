"""Bad job files, options and credentials: the right exit code, and words that say where and what to write instead."""

import base64
import os
import unittest

from harness import Case


class JobFiles(Case):
    def export(self, text, *more, environment=None):
        (self.folder / "job.toml").write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return self.run_moisson("export", "--job", "job.toml", "--sandbox", *more, environment=environment)

    def test_a_pipe_that_nobody_writes_to_does_not_hold_the_run(self):
        """A nightly job would stand still until somebody kills it."""
        os.mkfifo(self.folder / "silent.toml")
        done = self.run_moisson("export", "--job", "silent.toml", "--sandbox", expect=2, timeout=60)
        self.assertIn("silent.toml", done.err)

    def test_each_mistake_is_named_with_file_and_line(self):
        """A person would search for a typing error in a file of fifty lines."""
        for name, text, line, words in (
                ("unknown key", "[export]\nperod = \"2026-10\"\n", 2, ["perod", "period"]),
                ("unknown table", "\n\n[exprt]\nperiod = \"2026-10\"\n", 3, ["exprt", "export"]),
                ("wrong type", "[export]\nperiod = 202610\n", 2, ["period"]),
                ("bad month", "[export]\nperiod = \"2026-13\"\n", 2, ["2026-13", "YYYY-MM"]),
                ("bad form", "[export]\n\nperiod = \"October\"\n", 3, ["October"]),
                ("wrong number", "[transfer]\ntransfers = 0\n", 2, ["transfers"]),
                ("broken syntax", "[export\nperiod = \"2026-10\"\n", 1, []),
                ("not UTF-8", b"[export]\nout = \"\xff\"\n", 2, []),
                ("reversed range", "[export]\nfrom = \"2026-10\"\nto = \"2026-09\"\n", None, ["2026-09"])):
            with self.subTest(mistake=name):
                result = self.export(text)
                self.assertEqual(result.code, 2, result)
                self.assertIn("job.toml" if line is None else f"job.toml:{line}", result.err)
                for word in words:
                    self.assertIn(word, result.err)
                self.assertFalse((self.folder / "out").exists())

    def test_missing_job_file(self):
        """A wrong path would run with defaults."""
        result = self.run_moisson("export", "--job", "nowhere.toml", "--sandbox")
        self.assertEqual(result.code, 2, result)
        self.assertIn("nowhere.toml", result.err)

    def test_options(self):
        """A typing error on the command line would be ignored."""
        for arguments, words in ((["--perid", "2026-10"], ["perid"]), (["--period", "2026-1"], ["2026-1"]), (["--transfers", "0"], ["transfers"]),
                                 (["--transfers", "many"], ["transfers"]), (["--period", "2026-10", "--all"], ["--all"]),
                                 (["--from", "2026-11", "--to", "2026-10"], ["2026-11"])):
            with self.subTest(arguments=arguments):
                result = self.run_moisson("export", "--sandbox", *arguments)
                self.assertEqual(result.code, 2, result)
                for word in words:
                    self.assertIn(word, result.err)

    def test_no_command_and_unknown_command(self):
        """Nothing would happen, and nothing would say why."""
        self.assertEqual(self.run_moisson("exprt").code, 2)
        self.assertIn("exprt", self.run_moisson("exprt").err)

    def test_option_beats_environment_beats_job_file(self):
        """An override on the command line would not be one."""
        (self.folder / "job.toml").write_text("[export]\nperiod = \"2026-09\"\nout = \"from-file\"\n")
        self.run_moisson("export", "--job", "job.toml", "--sandbox", "--scenario", "clean", "--rate", "0", "--period", "2026-10", expect=0)
        self.assertTrue((self.folder / "from-file/2026-10/ledger.csv").exists())

    def test_missing_secret_says_every_way_to_give_it(self):
        """A new user would not know how to pass the key."""
        result = self.run_moisson("export", "--period", "2026-10", environment={"MOISSON_CLIENT_ID": "x", "MOISSON_CLIENT_SECRET": "y"})
        self.assertEqual(result.code, 2, result)
        for name in ("MOISSON_API_KEY", "MOISSON_API_KEY_FILE", "MOISSON_API_KEY_COMMAND"):
            self.assertIn(name, result.err)


class Credentials(Case):
    def setUp(self):
        super().setUp()
        self.served = self.sandbox("--scenario", "clean")

    def export(self, out="out", **changes):
        environment = {**self.served.environment, **changes}
        return self.run_moisson("export", "--period", "2026-10", "--rate", "0", "--out", out,
                                environment={name: value for name, value in environment.items() if value is not None})

    def test_wrong_client_secret(self):
        """A person would renew the wrong one of two credentials."""
        result = self.export(MOISSON_CLIENT_SECRET="wrong-secret-value")
        self.assertEqual(result.code, 4, result)
        self.assertIn("client", result.err.lower())
        self.assertNotIn("wrong-secret-value", result.err + result.out)
        self.assertFalse((self.folder / "out/2026-10").exists())

    def test_wrong_api_key(self):
        """A person would renew the wrong one of two credentials."""
        result = self.export(MOISSON_API_KEY="wrong-key-value")
        self.assertEqual(result.code, 4, result)
        self.assertIn("API key", result.err)
        self.assertNotIn("wrong-key-value", result.err + result.out)

    def test_every_way_to_give_a_secret(self):
        """A secret store could not be used."""
        key = self.served.environment["MOISSON_API_KEY"]
        basic = base64.b64encode(f"{self.served.environment['MOISSON_CLIENT_ID']}:{self.served.environment['MOISSON_CLIENT_SECRET']}".encode()).decode()
        (self.folder / "key").write_text(key[:40] + " \n" + key[40:] + "\r\n")
        cases = {
            "file": {"MOISSON_API_KEY": None, "MOISSON_API_KEY_FILE": str(self.folder / "key")},
            "command": {"MOISSON_API_KEY": None, "MOISSON_API_KEY_COMMAND": f"cat {self.folder / 'key'}"},
            "basic": {"MOISSON_CLIENT_ID": None, "MOISSON_CLIENT_SECRET": None, "MOISSON_BASIC": basic},
            "basic with its word": {"MOISSON_CLIENT_ID": None, "MOISSON_CLIENT_SECRET": None, "MOISSON_BASIC": f"Basic {basic}\n"},
        }
        for name, changes in cases.items():
            with self.subTest(way=name):
                self.assertEqual(self.export(out=name.replace(" ", "-"), **changes).code, 0)

    def test_failing_secret_command(self):
        """A broken secret store would lead to a refused login that blames the credentials."""
        result = self.export(MOISSON_API_KEY=None, MOISSON_API_KEY_COMMAND="false")
        self.assertEqual(result.code, 2, result)
        self.assertIn("MOISSON_API_KEY_COMMAND", result.err)

    def test_nobody_answers(self):
        """A service that is down would look like wrong credentials."""
        self.served.stop()
        result = self.run_moisson("export", "--period", "2026-10", "--max-duration", "5", environment=self.served.environment)
        self.assertEqual(result.code, 5, result)


if __name__ == "__main__":
    unittest.main()
