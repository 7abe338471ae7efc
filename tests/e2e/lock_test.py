"""Two runs on one state: the second is told at once, or waits as long as it was asked to."""

import fcntl
import os
import signal
import time
import unittest

from harness import Case, end, finish, start

EXPORT = ("export", "--sandbox", "--scenario", "clean", "--rate", "0", "--no-progress")
LOCK = "out/.moisson/sandbox-clean/state.sqlite3.lock"


class Held(Case):
    """Another run holds the state: its lock, taken here."""

    def setUp(self):
        super().setUp()
        self.run_moisson(*EXPORT, expect=0)
        self.lock = os.open(self.folder / LOCK, os.O_RDWR)
        self.addCleanup(os.close, self.lock)
        fcntl.flock(self.lock, fcntl.LOCK_EX)

    def waiting(self, *options):
        process = start(*EXPORT, *options, folder=self.folder)
        self.addCleanup(end, process)
        return process

    def test_without_a_time_it_ends_at_once(self):
        self.assertIn("locked", self.run_moisson(*EXPORT, expect=8).err)

    def test_it_goes_on_when_the_other_run_has_ended(self):
        """A job that a scheduler starts a minute too early would fail, and its month wait for a person."""
        process = self.waiting("--lock-wait", "60s")
        time.sleep(1)
        self.assertIsNone(process.poll())
        fcntl.flock(self.lock, fcntl.LOCK_UN)
        result = finish(process)
        self.assertEqual(result.code, 0, result)
        self.assertEqual(result.err.count("waiting for another run"), 1, result)

    def test_it_does_not_wait_for_ever(self):
        result = finish(self.waiting("--lock-wait", "1s"))
        self.assertEqual(result.code, 8, result)

    def test_a_stop_ends_the_wait(self):
        process = self.waiting("--lock-wait", "10m")
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(finish(process, timeout=20).code, 143)

    def test_a_plan_waits_too(self):
        process = start("plan", *EXPORT[1:], "--lock-wait", "60s", folder=self.folder)
        self.addCleanup(end, process)
        time.sleep(1)
        fcntl.flock(self.lock, fcntl.LOCK_UN)
        self.assertEqual(finish(process).code, 0)

    def test_what_is_no_time_is_refused(self):
        self.assertIn("--lock-wait must be", self.run_moisson(*EXPORT, "--lock-wait", "soon", expect=2).err)


class Language(Case):
    def test_the_option_beats_the_job_file(self):
        (self.folder / "job.toml").write_text('language = "en"\n', "utf-8")
        self.run_moisson(*EXPORT, "--job", "job.toml", "--language", "fr", expect=0)
        self.assertIn('lang="fr"', (self.folder / "out/2026-10/report.html").read_text("utf-8"))

    def test_another_language_is_refused_before_anything_is_called(self):
        result = self.run_moisson(*EXPORT, "--language", "de", expect=2)
        self.assertIn('"de"', result.err)


if __name__ == "__main__":
    unittest.main()
