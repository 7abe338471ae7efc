"""The page says how long a job takes and what it costs, which nobody tries in a minute. If this fails, a customer plans a night for what
takes a week, or the page is of a program that asks otherwise."""

import re
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

from harness import PROGRAM, ROOT, Case, Sandbox, unittest  # noqa: E402
import paper  # noqa: E402
import paper_runs  # noqa: E402
from ports import free_port  # noqa: E402


class Page(unittest.TestCase):
    def test_the_tables_are_what_the_model_prints(self):
        page = (ROOT / "jobs/README.md").read_text("utf-8")
        section = re.search(r"^## How long it takes, and what it costs\n(.*?)^## ", page, re.MULTILINE | re.DOTALL).group(1)
        for table in (paper.table_of_runs(), paper.table_of_engines()):
            self.assertIn("\n" + table, section, "tests/bench/paper.py prints the tables: put them into jobs/README.md")

    def test_counts_by_hand(self):
        """The model would be held against nothing but itself."""
        job = paper.Job(2_000)
        # 236,002 requests at 20 a second take 3 h 17 min; a token is renewed after 48 minutes.
        self.assertEqual(paper.requests(job, paper.BACKFILL),
                         {"token": 5, "contract list": 2, "contract": 2_000, "list": 7 * 2_000, "file": 110 * 2_000})
        self.assertEqual(paper.requests(job, paper.MONTH), {"token": 1, "contract list": 2, "list": 7 * 2_000, "file": 3 * 2_000})
        self.assertEqual(paper.requests(job, paper.AGAIN), {"token": 1, "contract list": 1, "list": 2_000})
        self.assertEqual(paper.requests(paper.Job(2_000, 500), paper.MONTH)["contract list"], 500)  # lists of four contracts need no proof
        self.assertAlmostEqual(paper.asking_seconds(job, paper.MONTH), 20_002 / 20)
        with self.assertRaises(ValueError):
            paper.requests(paper.Job(1, history=340), paper.BACKFILL)


class Program(Case):
    """A small job with two histories of the sandbox, at which the program asks what the model counts."""

    def asked(self, job, run, *more):
        (self.folder / "scenario.toml").write_text(paper_runs.scenario(job, run))
        server = Sandbox(self.folder, "--scenario", "scenario.toml", "--port", str(self.port))
        try:
            text = paper_runs.job_file(PROGRAM, self.folder / "scenario.toml", server.environment)
            (self.folder / "job.toml").write_text(text)
            (self.folder / "job.toml").chmod(0o600)
            for words in more or [()]:
                result = self.run_moisson("export", "job.toml", *paper_runs.words_of(run), "--rate", "0", "--no-progress", *words)
                self.assertIn(result.code, (0, 3), result)
            counts, sizes, refused = paper_runs.heard_by(server.log)
        finally:
            server.stop()
        self.assertEqual(refused, 0)
        return counts, sizes

    def holds(self, job):
        self.port = free_port()
        job = replace(job, history=3, rate=0)
        for run in paper.RUNS:
            with self.subTest(job=job, run=run):
                counts, sizes = self.asked(job, run)
                self.assertEqual(counts, paper.requests(job, run))
                mean = sizes["file"] / counts["file"] if counts["file"] else 0
                said = paper.answers_bytes(replace(job, file_bytes=mean), run).total()
                self.assertLess(abs(sizes.total() / said - 1), 0.05, f"{sizes} instead of {said} bytes")
            if run == paper.BACKFILL:
                paper_runs.begin_calendar_month(self.folder / "out/.moisson/state.sqlite3")

    def test_one_application(self):
        self.holds(paper.Job(12))

    def test_lists_of_contracts_that_need_no_proof(self):
        self.holds(paper.Job(9))

    def test_three_applications(self):
        self.holds(paper.Job(13, 3))

    def test_parts_ask_what_one_run_asks(self):
        self.port = free_port()
        job = paper.Job(8, 2, history=2, rate=0)
        counts, _ = self.asked(job, paper.BACKFILL, ("--part", "1/2"), ("--part", "2/2"))
        self.assertEqual(counts, paper.requests(job, paper.BACKFILL))


if __name__ == "__main__":
    unittest.main()
