"""The merge of topic `group`: a ledger made by one export, and once more out of 100 parts.

The rows are documents that the sandbox lists (99 a contract). With --no-files they are listed and judged and their files left out, so that a
million fits into a bench: answers, state, books, ledger, workbook, bundle and report are whole. The last size fetches each row's file, and
the merge, which publishes into a folder of its own as on another machine, copies all of them.
"""

import hashlib
import json
import os
import shutil
import sys

PARTS = 100
MONTHS, DOCUMENTS = 36, 99  # of each contract: 36 invoices, 36 usage reports, 27 reports
ROWS = int(os.environ.get("MOISSON_BENCH_ROWS", "100000"))  # of the largest; the goal is of 1000000, which takes some twenty minutes
BYTES_OF_ONE_RUN = ("ledger.csv", "ledger.xlsx", "bundle.zip")
WIDTHS = (44, 10, 12, 14, 10, 12)


def digests(published):
    found = {}
    for name in BYTES_OF_ONE_RUN:
        with open(published / name, "rb") as file:
            found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def after_asking(run):
    """Seconds from the last answer to the published month: its writing alone."""
    names = list(run.stages())
    return sum(run.stages()[name] for name in names[names.index("lists and files") + 1:])


class Ledger:
    """So many rows, made by one run and by the merge, `rounds` times each in turn."""

    def __init__(self, bench, tools, scenario, rows, with_files):
        self.bench, self.tools, self.name = bench, tools, f"{'with' if with_files else 'no'} files"
        self.folder = bench.folder("merge")
        self.one, self.merged, self.made = [], [], []
        options = ["--all", "--rate", 0, "--transfers", 16, *([] if with_files else ["--no-files"])]
        server = bench.sandbox(scenario.format(contracts=max(1, rows // DOCUMENTS), months=MONTHS, usage=MONTHS, reports=DOCUMENTS - 2 * MONTHS,
                                               server=""))
        try:
            for number in range(1, PARTS + 1):
                self.made.append(self.run(["export", *options, "--part", f"{number}/{PARTS}"], "many", server.environment))
            for number in range(bench.rounds):
                self.one.append(self.run(["export", *options], "one", server.environment))
                shutil.move(self.published("one"), self.folder / "published")
                shutil.rmtree(self.folder / "one")
                parts, = (self.folder / "many/parts").iterdir()
                self.merged.append(self.run(["merge", parts], "merged"))
                self.must_be_the_same(self.folder / "published", self.published("merged"))
                for name in ("published", "merged"):
                    shutil.rmtree(self.folder / name)
        finally:
            server.stop()
        shutil.rmtree(self.folder)

    def run(self, words, out, environment=None):
        command = [self.bench.program, *words, "--out", self.folder / out, "--no-progress", "-v", "--log-format", "json"]
        return self.tools.run(command, self.folder, environment, (0, 3))

    def published(self, out):
        found, = (path for path in (self.folder / out).iterdir() if not path.name.startswith(".") and path.name != "parts")
        return found

    def must_be_the_same(self, one, merged):
        own, other = digests(one), digests(merged)
        differing = [name for name in own if own[name] != other[name]]
        if differing:
            sys.exit(f"the merge published other bytes than one run: {', '.join(differing)}")
        self.rows = json.loads((merged / "summary.json").read_text("utf-8"))["documents"]["rows"]

    def memory(self, runs):
        return self.tools.median([run.memory for run in runs])

    def tell(self):
        median, row = self.tools.median, self.tools.row
        wall = median([run.wall for run in self.one])
        writing = median([after_asking(run) for run in self.one])
        for name, runs in (("one run", self.one), ("merge", self.merged)):
            own = median([run.wall for run in runs])
            ratios = ("", f"{writing:.1f} s") if runs is self.one else (f"{own / wall:.2f}", f"x {own / writing:.2f}")
            row(f"{self.rows:,} rows, {self.name}: {name}", f"{own:.1f} s", *ratios, f"{median([run.cpu for run in runs]):.1f} s",
                f"{self.memory(runs):.0f} MB", widths=WIDTHS)
            self.tools.print_stages(runs)
        print(f"      {PARTS} parts, one after the other: {sum(run.wall for run in self.made):.1f} s, the largest "
              f"{max(run.memory for run in self.made):.0f} MB; {', '.join(BYTES_OF_ONE_RUN)} of both are the same bytes", flush=True)


def merge(bench, tools, scenario):
    tools.heading(f"merge of {PARTS} parts, beside one run of the same rows (goal: within 2 x of its writing at 1,000,000 rows, "
                  "memory flat); MOISSON_BENCH_ROWS sets the rows")
    tools.row("", "wall", "x one run", "its writing", "cpu", "peak memory", widths=WIDTHS)
    sizes = []
    for rows, with_files in ((ROWS // 10, False), (ROWS, False), (ROWS // 10, True)):
        sizes.append(Ledger(bench, tools, scenario, rows, with_files))
        sizes[-1].tell()
    small, large = sizes[:2]
    print("  memory of the merge beyond that of one run: " +
          ", ".join(f"{size.memory(size.merged) - size.memory(size.one):+.0f} MB at {size.rows:,} rows, {size.name}" for size in sizes), flush=True)
    grown = large.rows - small.rows
    print("  memory by row, from the smaller to the larger: " +
          ", ".join(f"{name} {(large.memory(runs(large)) - small.memory(runs(small))) * 1024 * 1024 / grown:.0f} bytes"
                    for name, runs in (("one run", lambda size: size.one), ("merge", lambda size: size.merged))), flush=True)
