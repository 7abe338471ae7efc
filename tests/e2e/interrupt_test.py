"""Stopped, killed and doubled runs: what is published stays whole, and what was fetched is not fetched again."""

import json
import signal
import threading
import time
import unittest

from harness import Case, PDF, digests_of, document, end, finish, start, tree_of, wait_until


class Gate:
    """Holds file requests back until it is opened, and tells when the first `after` have been answered."""

    def __init__(self, after):
        self.after = after
        self.open = threading.Event()
        self.lock = threading.Lock()
        self.answered = 0

    def file(self, identifier):
        def answer(_query):
            with self.lock:
                self.answered += 1
                held = self.answered > self.after
            if held:
                self.open.wait(60)
            else:
                time.sleep(0.04)  # the service's own pace: what is promised of a faster burst is less
            return 200, {"Content-Type": "application/pdf"}, PDF + identifier.encode() + b"\n%%EOF\n"

        return answer


class Interrupted(Case):
    FILES = 12

    def setUp(self):
        super().setUp()
        self.server = self.double()
        documents = [document(f"doc{number:02}", amount=number + 0.5) for number in range(self.FILES)]
        self.server.lists["OCB0000001"] = documents
        self.arguments = ("export", "--period", "2026-10", "--rate", "0", "--transfers", "2", "--no-progress")

    def close_gate(self, after):
        gate = Gate(after)
        self.addCleanup(gate.open.set)
        for number in range(self.FILES):
            self.server.files[f"doc{number:02}"] = gate.file(f"doc{number:02}")
        return gate

    def files_asked(self):
        return self.server.count("/file")

    def stopped_run(self, number, expected):
        gate = self.close_gate(after=5)
        process = start(*self.arguments, folder=self.folder, environment=self.server.environment)
        self.addCleanup(end, process)
        self.assertTrue(wait_until(lambda: gate.answered > 5, process), "the run did not come to its sixth file")
        process.send_signal(number)
        if number == signal.SIGKILL:
            process.wait(30)
            for stream in (process.stdout, process.stderr):
                stream.close()
            self.assertEqual(process.returncode, -signal.SIGKILL)
        else:
            result = finish(process, 60)
            self.assertEqual(result.code, expected, result)
        gate.open.set()
        self.assertFalse((self.folder / "out/2026-10").exists(), "a stopped run published")

    def resumed_run(self):
        before = self.files_asked()
        self.close_gate(after=10_000)
        self.run_moisson(*self.arguments, environment=self.server.environment, expect=0)
        rows = self.rows()
        self.assertEqual(len(rows), self.FILES)
        self.assertTrue(all(row["status"] == "ok" for row in rows))
        return self.files_asked() - before

    def test_sigterm_ends_with_143_and_the_next_run_goes_on(self):
        """A CI job's time limit would throw the work away, or leave half a month."""
        self.stopped_run(signal.SIGTERM, 143)
        self.assertLessEqual(self.resumed_run(), self.FILES - 4)

    def test_sigint_ends_with_130_and_the_next_run_goes_on(self):
        """Ctrl-C would look like a failure or lose what was fetched."""
        self.stopped_run(signal.SIGINT, 130)
        self.assertLessEqual(self.resumed_run(), self.FILES - 4)

    def test_kill_leaves_nothing_half_and_the_next_run_goes_on(self):
        """A machine that loses power would leave a month that looks whole, or a lock that stops every later run."""
        self.stopped_run(signal.SIGKILL, None)
        # Outcomes that were still on their way when the process died may be asked for again; most are not.
        self.assertLessEqual(self.resumed_run(), self.FILES - 2)
        self.assertEqual([name for name in tree_of(self.folder / "out/2026-10") if name.endswith(".part")], [])

    def test_kill_keeps_the_earlier_month(self):
        """A crash while the month is exported again would destroy the one that was there."""
        self.close_gate(after=10_000)
        self.run_moisson(*self.arguments, environment=self.server.environment, expect=0)
        before = tree_of(self.folder / "out/2026-10")
        self.server.lists["OCB0000001"] = self.server.lists["OCB0000001"] + [document("late", amount=7.25)]
        gate = self.close_gate(after=0)
        self.server.files["late"] = gate.file("late")
        process = start(*self.arguments, folder=self.folder, environment=self.server.environment)
        self.addCleanup(end, process)
        self.assertTrue(wait_until(lambda: gate.answered > 0, process))
        process.kill()
        process.wait(30)
        gate.open.set()
        self.assertEqual(tree_of(self.folder / "out/2026-10"), before)
        self.run_moisson("verify", "out/2026-10", expect=0)

    def test_second_run_at_the_same_time_is_locked_out(self):
        """Two jobs at once would write one state and one month."""
        gate = self.close_gate(after=0)
        first = start(*self.arguments, folder=self.folder, environment=self.server.environment)
        self.addCleanup(end, first)
        self.assertTrue(wait_until(lambda: gate.answered > 0, first))
        second = self.run_moisson(*self.arguments, environment=self.server.environment)
        self.assertEqual(second.code, 8, second)
        gate.open.set()
        self.assertEqual(finish(first).code, 0)

    def test_killed_at_any_moment_the_month_is_the_old_one_or_the_new_one(self):
        """A reader would find a ledger of one run beside a bundle of another."""
        self.close_gate(after=10_000)
        self.run_moisson(*self.arguments, environment=self.server.environment, expect=0)
        old = digests_of(self.folder / "out/2026-10")
        self.server.lists["OCB0000001"] = self.server.lists["OCB0000001"] + [document("late", amount=7.25)]
        self.server.files["late"] = PDF
        new = None
        for delay_ms in (1, 5, 10, 20, 30, 40, 60, 80, 110, 150, 200, 300):
            process = start(*self.arguments, folder=self.folder, environment=self.server.environment)
            self.addCleanup(end, process)
            try:
                process.wait(delay_ms / 1000)
            except Exception:
                process.kill()
                process.wait(30)
            for stream in (process.stdout, process.stderr):
                stream.close()
            found = digests_of(self.folder / "out/2026-10")
            if found != old:
                if new is None:
                    self.run_moisson("verify", "out/2026-10", expect=0)
                    new = found
                self.assertEqual(found, new, f"killed after {delay_ms} ms")
        self.run_moisson(*self.arguments, environment=self.server.environment, expect=0)
        self.run_moisson("verify", "out/2026-10", expect=0)
        self.assertEqual(len(self.rows()), self.FILES + 1)
        self.assertEqual({path.name for path in (self.folder / "out").iterdir() if not path.name.startswith(".")}, {"2026-10"})


class EachStage(Case):
    """Somebody who stops an export late in the run would wait for all that is left, or end it by force."""

    STAGES = ("start", "contracts", "lists and files", "books", "active content", "usage", "ERP files", "ledger")
    AFTER_ALL = "workbook and bundle"  # a stop may come when nothing but the renaming is left

    def setUp(self):
        super().setUp()
        contracts = 40
        self.server = self.double()
        self.server.contracts = [{"id": f"OCB{number:07}", "name": f"Contract {number}", "offer": {"name": "Flexible Engine", "id": "FE"}}
                                 for number in range(contracts)]
        for number, contract in enumerate(self.server.contracts):
            self.server.lists[contract["id"]] = [document(f"d{number}-{each}", amount=each + 0.25) for each in range(400)]

    def test_a_stop_ends_every_stage(self):
        for stage in (*self.STAGES, self.AFTER_ALL):
            with self.subTest(after=stage):
                process = start("export", "--period", "2026-10", "--no-files", "--rate", "0", "--no-progress", "-v", "--log-format", "json",
                                folder=self.folder, environment=self.server.environment)
                self.addCleanup(end, process)
                reached = False
                while not reached and (line := process.stderr.readline()):
                    self.assertTrue(line.startswith(b"{"), line)
                    told = json.loads(line)
                    reached = told.get("event") == "stage-done" and told["stage"] == stage
                self.assertTrue(reached, "the stage was not told of")
                process.send_signal(signal.SIGTERM)
                result = finish(process)
                self.assertIn(result.code, (143, 0, 3) if stage == self.AFTER_ALL else (143,), result)
                if stage != self.AFTER_ALL:  # what takes longest is not made first
                    stages = [json.loads(line).get("stage") for line in result.err.splitlines() if line.startswith("{")]
                    self.assertNotIn(self.AFTER_ALL, stages, result)
                if result.code == 143:
                    self.assertEqual([path for path in (self.folder / "out").glob("2026*")], [])


if __name__ == "__main__":
    unittest.main()
