"""The usage half of topic `books`: a consumption report of 5,000,000 lines, read by Moisson and by DuckDB with declared types.

One line in each is as wide as the real ones (27 columns, some 220 bytes). Moisson's figure holds all that a run does with a report: it reads
every field exactly, adds up by currency, service and project, and (last rows) writes usage.csv with its digest.
"""

import json
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LINES = 5_000_000
SECONDS_MAX = 900


def one_run(command):
    """Seconds, lines, sum, peak memory in MB."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    seconds, lines, total, memory = (done.stdout.split() + ["", "", "", ""])[:4]
    return (float(seconds), lines, total, int(memory)) if memory else (float(seconds), lines, "", int(total))


def interleaved(rounds, commands):
    """{name: runs}, each round through all of them, so that whatever else the machine does meets all alike."""
    runs = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            run = one_run(command)
            if number > 0:  # the first round warms the page cache
                runs[name].append(run)
    return runs


def usage(bench, heading, row, lines=LINES):
    modules = bench.build / "npm"
    subprocess.run([sys.executable, "-B", ROOT / "tests/npm/install.py", modules], check=True, timeout=SECONDS_MAX)
    version = json.loads((modules / "node_modules/@duckdb/node-api/package.json").read_text("utf-8"))["version"]
    folder = bench.folder("usage")
    program = bench.build / "tests/bench/bench_usage"
    report = folder / "report.csv"
    subprocess.run([program, "make", report, str(lines)], check=True, timeout=SECONDS_MAX)
    megabytes = report.stat().st_size / 1e6
    heading(f"usage: {lines:,} lines of 27 columns, {megabytes:.0f} MB, beside DuckDB {version} read_csv with declared types "
            "(goal: at least as fast, peak memory under 200 MB)")

    def peer(threads, what, *output):
        return ["node", HERE / "usage_peer.mjs", modules / "node_modules", report, threads, what, *output]

    runs = interleaved(bench.rounds, {
        ("moisson", 1, "read"): [program, "read", report, 1],
        ("duckdb", 1, "read"): peer(1, "read"),
        ("moisson", 0, "read"): [program, "read", report, 0],
        ("duckdb", 0, "read"): peer(0, "read"),
        ("moisson", 1, "write"): [program, "read", report, 1, folder / "usage.csv"],
        ("duckdb", 1, "write"): peer(1, "copy", folder / "peer.csv"),
        ("moisson", 0, "write"): [program, "read", report, 0, folder / "usage.csv"],
        ("duckdb", 0, "write"): peer(0, "copy", folder / "peer.csv"),
        ("duckdb", 0, "sum"): peer(0, "sum"),
    })
    sums = {(run[1], run[2]) for (_, _, what), found in runs.items() for run in found if what == "read"}
    if sums != {(str(lines), next(iter(sums))[1])}:
        sys.exit(f"the programs do not agree: {sums}")
    what_words = {"read": "every field read, sums", "write": "the same, and a CSV written", "sum": "one sum alone, other columns skipped"}
    row("", "median", "MB/s", "x DuckDB", "peak memory")
    for (name, threads, what), found in runs.items():
        seconds = statistics.median(run[0] for run in found)
        other = runs.get(("duckdb", threads, what), found)
        ratio = seconds / statistics.median(run[0] for run in other)
        row(f"{name}, {threads or 'all'} thread{'' if threads == 1 else 's'}: {what_words[what]}", f"{seconds:.2f} s", f"{megabytes / seconds:.0f}",
            f"{ratio:.2f}" if name == "moisson" else "", f"{max(run[3] for run in found)} MB", widths=(64, 10, 8, 10, 12))
