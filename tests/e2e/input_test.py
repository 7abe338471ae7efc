"""Bad job files, options and credentials: the right exit code, and words that say where and what to write instead. The simple half of it is in
tests/cases."""

import base64
import os
import unittest

from harness import Case


class JobFiles(Case):
    def test_a_pipe_that_nobody_writes_to_does_not_hold_the_run(self):
        """A nightly job would stand still until somebody kills it."""
        os.mkfifo(self.folder / "silent.toml")
        done = self.run_moisson("export", "--job", "silent.toml", "--sandbox", expect=2, timeout=60)
        self.assertIn("silent.toml", done.err)

    def test_bytes_that_are_no_text_are_named_with_their_line(self):
        """A job file of another encoding would give a path that nobody wrote."""
        (self.folder / "job.toml").write_bytes(b"[export]\nout = \"\xff\"\n")
        done = self.run_moisson("export", "--job", "job.toml", "--sandbox", expect=2)
        self.assertIn("job.toml:2", done.err)
        self.assertFalse((self.folder / "out").exists())


class Credentials(Case):
    def setUp(self):
        super().setUp()
        self.served = self.sandbox("--scenario", "clean")

    def export(self, out="out", **changes):
        environment = {**self.served.environment, **changes}
        return self.run_moisson("export", "--period", "2026-10", "--rate", "0", "--out", out,
                                environment={name: value for name, value in environment.items() if value is not None})

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

    def test_nobody_answers(self):
        """A service that is down would look like wrong credentials."""
        self.served.stop()
        result = self.run_moisson("export", "--period", "2026-10", "--max-duration", "5", environment=self.served.environment)
        self.assertEqual(result.code, 5, result)


if __name__ == "__main__":
    unittest.main()
