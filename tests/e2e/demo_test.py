"""jobs/demo as a new user types it, on the program that was built already; and what it is made of: the sandbox's newest month, a command
behind `sandbox --`."""

import json
import re
import shutil
import signal
import subprocess
import unittest
from pathlib import Path

from harness import ENVIRONMENT, PROGRAM, ROOT, Case


class Demo(Case):
    def setUp(self):
        super().setUp()
        self.place = self.folder / "checkout"
        shutil.copytree(ROOT / "jobs", self.place / "jobs")
        shutil.copytree(ROOT / ".ci", self.place / ".ci")
        self.environment = {**ENVIRONMENT, "MOISSON": str(Path(PROGRAM).resolve())}

    def demo(self, *arguments, **environment):
        return subprocess.run(["jobs/demo", *arguments], cwd=self.place, env={**self.environment, **environment}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)

    def test_ends_well_and_its_commands_work_as_printed(self):
        """The first run would look like a failure, or its next line would be no command."""
        done = self.demo()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("complete (exit code 0)", done.stdout)
        self.assertIn("incomplete (exit code 3)", done.stdout)
        for path in re.findall(r"^  (out/\S+)", done.stdout, re.MULTILINE):
            self.assertTrue((self.place / path).is_file(), path)
        commands = re.findall(r"^  (/\S+ .*)$", done.stdout, re.MULTILINE)
        self.assertEqual(len(commands), 3, done.stdout)
        for command in commands:
            tried = subprocess.run(["bash", "-c", command], cwd=self.place, env=self.environment, capture_output=True, text=True, timeout=60)
            self.assertEqual(tried.returncode, 0, f"{command}\n{tried.stdout}\n{tried.stderr}")
        self.assertLess(max(map(len, done.stdout.splitlines())), 260)

    def test_says_what_each_trap_asks_of_a_person(self):
        """Eleven errors without a word of what to do are what drove a first user away."""
        done = self.demo()
        summary = json.loads((self.place / "out/small/2026-10/summary.json").read_text(encoding="utf-8"))
        for finding in summary["findings"]:
            if finding["severity"] == "error":
                self.assertRegex(done.stdout, rf"(?m)^  \d+ {finding['code']} +[A-Z]\w+")

    def test_another_outcome_than_promised_is_no_success(self):
        """A demo that always ends with 0 checks nothing."""
        liar = self.place / "liar"
        liar.write_text(f"#!/bin/sh\n{PROGRAM} \"$@\"\nexit 0\n", encoding="utf-8")
        liar.chmod(0o755)
        done = self.demo(MOISSON=str(liar))
        self.assertEqual(done.returncode, 1)
        self.assertIn("promises 3", done.stderr)

    def test_arguments_go_to_one_export(self):
        done = self.demo("--scenario", "clean", "--out", "elsewhere")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.place / "elsewhere/2026-10/ledger.csv").is_file())

    def test_two_at_once_do_not_meet(self):
        """The second one would find a half-built program or a month that is being published."""
        first = subprocess.Popen(["jobs/demo"], cwd=self.place, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        second = self.demo()
        self.assertEqual((first.wait(60), second.returncode), (0, 0), second.stderr)


class NewestMonth(Case):
    def test_the_sandbox_is_exported_with_its_own_newest_month(self):
        """From January 2027 on, the first command that a new user types would publish an empty month."""
        self.run_moisson("export", "--sandbox", "--scenario", "clean", "--rate", "0", expect=0)
        self.assertTrue((self.folder / "out/2026-10/ledger.csv").is_file())

    def test_a_month_that_is_named_is_taken(self):
        self.run_moisson("export", "--sandbox", "--scenario", "clean", "--rate", "0", "--period", "2026-08", expect=0)
        self.assertTrue((self.folder / "out/2026-08/ledger.csv").is_file())


class Command(Case):
    def served(self, *command, **options):
        return self.run_moisson("sandbox", "--scenario", "clean", "--", *command, **options)

    def test_a_command_gets_the_variables_and_its_exit_code_is_the_end(self):
        done = self.served("sh", "-c", f"{PROGRAM} contracts list && exit 42")
        self.assertEqual(done.code, 42, done.err)
        self.assertEqual(len(re.findall(r"OCB\d+", done.out)), 8)

    def test_no_variable_of_another_service_reaches_it(self):
        """The command would send the real key to the sandbox, ask the real service, or load made-up months into the real database."""
        others = {"MOISSON_API_KEY_FILE": "/etc/passwd", "MOISSON_BASIC": "b2xkOm9sZA==", "MOISSON_STATE": "sqlite:/real/state",
                  "MOISSON_DATABASE_URL": "postgresql://real.example/accounting", "MOISSON_CA_FILE": "/real/ca.pem"}
        done = self.served("env", environment={**others, "KEPT": "yes"})
        names = re.findall(r"^(\w+)=", done.out, re.MULTILINE)
        self.assertEqual(set(names) & set(others), set())
        self.assertLessEqual({"KEPT", "MOISSON_API_KEY", "MOISSON_API_URL", "MOISSON_SANDBOX_TOKEN"}, set(names))

    def test_its_options_are_its_own(self):
        done = self.served("echo", "--json", "--help", "-x")
        self.assertEqual((done.code, done.out), (0, "--json --help -x\n"))

    def test_a_command_that_is_not_there(self):
        done = self.served("/no/such/program")
        self.assertEqual(done.code, 2)
        self.assertIn("/no/such/program", done.err)

    def test_a_signal_ends_the_command_and_then_the_sandbox(self):
        """The command would outlive the sandbox that it talks to."""
        process = subprocess.Popen([PROGRAM, "sandbox", "--", "sh", "-c", "echo ready; exec sleep 60"], stdout=subprocess.PIPE, text=True,
                                   cwd=self.folder, env=ENVIRONMENT)
        self.assertEqual(process.stdout.readline(), "ready\n")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(20), 128 + signal.SIGTERM)
        process.stdout.close()

    def test_a_time_beside_a_command_is_refused(self):
        done = self.run_moisson("sandbox", "--for", "1s", "--", "true")
        self.assertEqual(done.code, 2)


if __name__ == "__main__":
    unittest.main()
