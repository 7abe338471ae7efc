"""`tests/bench/run --compare COMMIT`: each topic with two builds in turn, and the figures that both printed side by side.

Both are measured by the scripts of today, round after round, so that whatever else the machine does meets both alike; every second round begins
with the other build. Figures are paired by the words that stand around them. What one of the builds cannot do is "not there".
"""

import argparse
import re
import statistics
import subprocess
import sys
from pathlib import Path

NUMBER = re.compile(r"(?<![\w.,])[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?![.,\d]*\d)")  # versions are none
UNIT = re.compile(r" ?(?:(?:ms|µs|s|[KMG]i?B(?:/s)?|%|(?:rows)?/s)(?![\w/])|x \w+(?:'s \w+)?)")
CELLS = re.compile(r"\S+(?: \S+)*")  # parted by two blanks or more
PARTS = re.compile(r"[,;:] |[()]")
TIME_LIMIT = 7200  # seconds that a topic may take for one round
WIDTHS = (78, 12, 12, 8)
NOT_THERE = "not there"


def add_options(parser):
    parser.add_argument("--compare", metavar="COMMIT", help="build COMMIT too (in a git worktree of its own, which is removed; the build stays, and is "
                        "taken again), run each topic with both builds in turn, and print their figures side by side, with the ratio of medians: "
                        "today's by COMMIT's. Measured by the scripts of today; what COMMIT cannot do is \"not there\". Today's changes have to be "
                        "committed")
    # What tests/bench/run makes of it.
    parser.add_argument("--other-build", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--other-name", default="the other", help=argparse.SUPPRESS)


class Figure:
    """A number that was printed: what stands before it, behind it, and how it was written."""

    def __init__(self, name, number, unit):
        self.name, self.text, self.unit, self.is_table = name, number, unit, False
        self.value = float(number.replace(",", ""))

    def written(self, value):
        decimals = len(self.text.partition(".")[2])
        text = f"{value:,.{decimals}f}" if "," in self.text else f"{value:.{decimals}f}"
        return f"{text} {self.unit}".rstrip()


def masked(text):
    """The words of a line, which are the same in both builds: digits make no difference."""
    return re.sub(r"\s+", " ", NUMBER.sub("#", text)).strip()


def columns_of(line):
    """{where a column ends: its head}, where a line is the head of a table: blank first cell, no number."""
    cells = list(CELLS.finditer(line))
    if len(cells) < 2 or cells[0].start() < 20 or NUMBER.search(line):
        return None
    return {cell.end(): cell.group() for cell in cells}


def table_figures(line, columns):
    """Those of a table's row: a number that ends where a column ends."""
    cells = list(CELLS.finditer(line))
    head = cells[0].group()
    for cell in cells[1:]:
        number = NUMBER.search(cell.group())
        column = columns.get(cell.end())
        if number and column:
            yield Figure(f"{head}: {column}", number.group(), cell.group()[number.end():].strip())


def part_figures(part):
    """Those of a part of a sentence: each by the words in front of it, and the last one by those behind it too."""
    numbers = list(NUMBER.finditer(part))
    begin = 0
    for number in numbers:
        before = part[begin:number.start()]
        unit = UNIT.match(part, number.end())
        begin = unit.end() if unit else number.end()
        behind = part[begin:] if number is numbers[-1] else ""
        words = " ".join(f"{before} {behind}".split())
        yield Figure(words, number.group(), unit.group().strip() if unit else "")


def sentence_figures(line):
    """Those of a line of words, and of what it says it is about: all in front of its first colon."""
    about, colon, rest = line.strip().partition(": ")
    if not colon:
        about, rest = "", line.strip()
    for part in PARTS.split(rest):
        for figure in part_figures(part):
            figure.name = f"{' '.join(about.split())}: {figure.name}".strip(": ")
            yield figure


def figures_of(text):
    """{key: figure} of what a topic printed. Equal names are told apart by their order; a line that stands further to the right than the one
    before it belongs to that one."""
    columns, owner, margin = None, "", 0
    found, seen = {}, {}
    for line in text.splitlines():
        if line.startswith("== "):
            columns, owner = None, ""
            continue
        head = columns_of(line)
        if head or not line.strip() or line.startswith("|"):
            columns = head or columns
            continue
        indent = len(line) - len(line.lstrip())
        belongs = owner and indent > margin
        figures = list(table_figures(line, columns)) if columns else []
        is_table = bool(figures)
        if not belongs:
            owner, margin = re.split(r"  " if is_table else r"  |[,:] ", line.strip())[0], indent
        for figure in figures or sentence_figures(line):
            figure.is_table = is_table
            if belongs:
                figure.name = f"{owner}: {figure.name}"
            name = masked(figure.name), figure.unit
            seen[name] = seen.get(name, 0) + 1
            found[(*name, seen[name])] = figure
    return found


def run_topic(script, build, topic, arguments):
    """What the topic prints with that build in one round; and why, where it does not come to its end."""
    command = [sys.executable, "-B", str(script), "--build", str(build), "--rounds", "1", topic]
    if arguments.to:
        command += ["--to", str(arguments.to)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        return "", f"took longer than {TIME_LIMIT} s"
    text = done.stdout.partition("\n")[2]  # without the line on machine and version
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        return text, lines[-1] if lines else f"ended with {done.returncode}"
    return text, ""


def ratio_text(own, other):
    return f"{own / other:.2f}" if other else "" if own else "1.00"


def pair(own_runs, other_runs):
    """Rows of text: name, today's median, the other's, ratio. Each run is what `figures_of` found in a round."""
    rows = []
    names = list(dict.fromkeys(name for runs in (own_runs, other_runs) for run in runs for name in run))
    for name in names:
        own, other = ([run[name] for run in runs if name in run] for runs in (own_runs, other_runs))
        sample = (own or other)[0]
        values = [[figure.value for figure in side] for side in (own, other)]
        if not sample.is_table and own and other and len({*values[0], *values[1]}) == 1:
            continue  # part of what the line is about
        medians = [statistics.median(side) if side else None for side in values]
        shown = [NOT_THERE if value is None else sample.written(value) for value in medians]
        rows.append((sample.name, *shown, "" if None in medians else ratio_text(*medians)))
    return rows


def row(*cells):
    first = str(cells[0])
    if len(first) > WIDTHS[0]:
        first = first[:WIDTHS[0] - 1] + "…"
    rest = "".join("  " + str(cell).rjust(width) for cell, width in zip(cells[1:], WIDTHS[1:]))
    print(f"  {first.ljust(WIDTHS[0])}{rest}".rstrip(), flush=True)


def topics(script, arguments, names, version_line):
    builds = (arguments.build, arguments.other_build)
    print(f"today: {version_line(builds[0] / 'moisson', '--version')}; {arguments.other_name}: {version_line(builds[1] / 'moisson', '--version')}; "
          f"{arguments.rounds} rounds in turn, medians, ratio: today's by the other's")
    for topic in names:
        runs, why = ([], []), ["", ""]
        for number in range(arguments.rounds):
            for side in (0, 1) if number % 2 == 0 else (1, 0):
                if not why[side]:  # what failed once is not tried again
                    text, why[side] = run_topic(script, builds[side], topic, arguments)
                    runs[side].append(figures_of(text))
        print(f"\n== {topic}")
        row("", "today", arguments.other_name, "ratio")
        for cells in pair(*runs):
            row(*cells)
        for side, name in enumerate(("today", arguments.other_name)):
            if why[side]:
                print(f"  {name}: ended early, what is missing is not there: {why[side]}", flush=True)
