"""Random histories of fourteen months: contracts renamed, documents late, moved, reissued and withdrawn, rules and settings changed, months
reopened, owed months exported at once, and runs with a state that did not make the folder. At all times the sum of all postings that were
ever handed out is what the documents are worth, by an oracle of its own, closed months keep their bytes, and each open month whose ledger
is no longer true is named.

Shorter ones lose more: state, OUT, the archive, any two of them, or get one older copy back, and are killed between; half of them have an
archive.

    histories_test.py COUNT [SEED] [--jobs N]     # a long run of the shorter ones; each names its seed, which replays it alone
    histories_test.py --long COUNT [SEED]         # the same of those of fourteen months
"""

import collections
import csv
import hashlib
import json
import multiprocessing
import os
import random
import resource
import shutil
import sys
import time
import traceback
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from harness import PDF, Case, document, end, erp_template, start, tree_of

LOSS_SEEDS = [1, 2]
SEEDS = [20261526, 20261106, 20261107]  # those of the short set once lost or doubled an amount
FIRST = (2025, 6)
MONTHS = 14
LAST = f"{datetime.now(timezone.utc).replace(day=1) - timedelta(days=1):%Y-%m}"  # the last month that is over; no document is of it

TEMPLATE = erp_template(key="key", amount="line.signed", currency="currency")

NAMES = ("Paris", "Lyon", "Lille", "Nantes")
RULES = (["invoices", "bills"], ["invoices", "bills"], ["bills", "invoices"], ["bills"], ["invoices"])
DEFAULT = ["invoices", "bills"]


def month_text(index):
    return f"{FIRST[0] + (FIRST[1] - 1 + index) // 12}-{(FIRST[1] - 1 + index) % 12 + 1:02}"


class Document:
    def __init__(self, number, contract, kind, first, last, cents, currency):
        self.id, self.contract, self.kind, self.currency = f"d{number:03}", contract, kind, currency
        self.first, self.last, self.cents = first, last, cents
        self.stamp = number
        self.months = {last}
        self.listed = True
        self.seen = False

    def item(self):
        period = month_text(self.last) if self.first == self.last else f"{month_text(self.first)}/{month_text(self.last)}"
        minutes, seconds = divmod(self.stamp, 60)
        return document(self.id, kind=self.kind, period=period, amount=self.cents / 100, currency=self.currency,
                        updatedAt=f"2026-11-01T{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.000Z")


class Oracle:
    """What counts, told in other words than the program's: closings in their order, then what is open."""

    def __init__(self):
        self.closings = []  # (month, {contract: types}) in the order of closing

    def judged(self, documents, today, withdrawn):
        """Ids of the documents that count. `today`: contract -> types."""
        order = {month: place for place, (month, _) in enumerate(self.closings)}
        kept = dict(self.closings)
        counting = []
        alive = [one for one in documents if one.listed or withdrawn.get(one.id, True)]
        rule_of = {one.id: tuple((kept.get(one.last, today)).get(one.contract, today[one.contract])) for one in alive}
        for one in sorted(alive, key=lambda one: order.get(one.last, MONTHS * 9)):
            rule = rule_of[one.id]
            if one.kind not in rule:
                continue
            overlapping = [other for other in alive
                           if other.contract == one.contract and other.first <= one.last and one.first <= other.last]
            better = rule[:rule.index(one.kind)]
            if any(rule_of[other.id] == rule and other.kind in better for other in overlapping):
                continue
            if any(other in counting and rule_of[other.id] != rule and other.kind != one.kind and
                   order.get(other.last, MONTHS * 9) < order.get(one.last, MONTHS * 9) for other in overlapping):
                continue
            counting.append(one)
        return counting


class Histories(Case):
    months = MONTHS

    def setUp(self):
        super().setUp()
        (self.folder / "plain.toml").write_text(TEMPLATE)

    def begin(self, seed):
        self.chance = random.Random(seed)
        self.server = self.double()
        self.contracts = {f"OCB000000{number}": NAMES[number] for number in range(2)}
        self.documents, self.rules, self.withdrawn = [], [], {}
        self.oracle, self.closed, self.handed = Oracle(), {}, {}
        self.truth, self.published, self.judged = {}, {}, {}
        self.now = 0
        self.reporting = False
        self.stamp = 0
        self.out = f"out{seed}"
        self.state, self.older = (self.folder / f"{name}{seed}" for name in ("state", "older"))
        self.is_older = False
        self.environment = {**self.server.environment, **self.of_state(self.state), "SOURCE_DATE_EPOCH": "1795348800"}
        (self.folder / "rates.csv").write_text("date,currency,rate\n" + "".join(
            f"{month_text(index)}-28,{currency},{1 + index / 100:.2f}\n" for index in range(-6, MONTHS + 6) for currency in ("USD", "CHF")))

    @staticmethod
    def of_state(folder):
        return {"MOISSON_STATE": f"sqlite:{folder}/state.sqlite3"}

    def today(self):
        """contract -> types, by the job file's rules and today's names."""
        return {identifier: next((types for types, pattern in self.rules if pattern == name), DEFAULT)
                for identifier, name in self.contracts.items()}

    def serve(self):
        self.server.contracts = [{"id": identifier, "name": name, "offer": {"name": "Flexible Engine", "id": "FE"}}
                                 for identifier, name in self.contracts.items()]
        for identifier in self.contracts:
            self.server.lists[identifier] = [one.item() for one in self.documents if one.contract == identifier and one.listed]
        self.server.files = {one.id: PDF + f"{one.id} {one.stamp}".encode() + b"\n%%EOF\n" for one in self.documents}
        text = "[books]\nlearn_expectations = false\noutliers = false\nerrors = []\n"
        text += 'reporting_currency = "CHF"\nrates = "rates.csv"\nrate_age_days_max = 60\n' if self.reporting else ""
        for types, pattern in self.rules:
            text += f'[[books.counting]]\ntypes = [{", ".join(f"{kind!r}" for kind in types)}]\ncontracts = ["{pattern}"]\n'
        for identifier, counts in self.withdrawn.items():
            text += f'[[books.withdrawn]]\ndocuments = ["{identifier}"]\ncounts = {str(counts).lower()}\nreason = "a letter"\n'
        (self.folder / "job.toml").write_text(text)

    def add(self, now):
        last = max(0, now - self.chance.choice((0, 0, 0, 0, 1, 2, 5)))
        first = max(0, last - self.chance.choice((0, 0, 0, 0, 1, 2)))
        self.stamp += 1
        contract, kind = self.chance.choice(sorted(self.contracts)), self.chance.choice(("invoices", "invoices", "bills"))
        self.documents.append(Document(self.stamp, contract, kind, first, last, self.chance.randint(-900, 9000),
                                       self.chance.choice(("EUR", "EUR", "EUR", "USD"))))

    def change(self, now):
        """One thing that happens between two runs."""
        listed = [one for one in self.documents if one.listed]
        kind = self.chance.choice(("reissue", "move", "rename", "rule", "reporting", "withdraw", "nothing"))
        if kind in ("reissue", "move") and listed:
            one = self.chance.choice(listed)
            self.stamp += 1
            one.stamp = self.stamp
            one.seen = False  # withdrawn before a run, nobody ever saw what it became
            one.cents = self.chance.randint(-900, 9000)
            if kind == "move":
                one.last = self.chance.randint(max(0, now - 4), now)
                one.first = one.last
                one.months.add(one.last)
        elif kind == "rename":
            self.contracts[self.chance.choice(sorted(self.contracts))] = self.chance.choice(NAMES)
        elif kind == "rule":
            self.rules = [(self.chance.choice(RULES), name) for name in self.chance.sample(NAMES, self.chance.randint(0, 3))]
        elif kind == "reporting":
            self.reporting = not self.reporting
        elif kind == "withdraw":
            seen = [one for one in listed if one.seen and sum(other.contract == one.contract for other in listed) > 2]
            if seen:
                one = self.chance.choice(seen)
                one.listed = False
                self.withdrawn[one.id] = self.chance.random() < 0.5

    def run_export(self, *arguments, expect=(0, 3), environment=None):
        result = self.run_moisson("export", "--rate", "0", "--no-progress", *arguments, "--out", self.out, "--job", "job.toml",
                                  "--template", "plain.toml", environment=environment or self.environment)
        self.assertIn(result.code, expect, f"{arguments}: {result}")
        return result

    def open_months(self):
        return [month for month in range(self.now + 1) if month not in self.closed]

    def judge(self):
        """What each month's ledger should count from now on: month -> {document: (cents, currency)}."""
        self.truth = {month: {} for month in range(MONTHS)}
        for one in self.oracle.judged(self.documents, self.today(), self.withdrawn):
            self.truth[one.last][one.id] = (one.cents, one.currency)

    def traces(self, month):
        """All that could make a month's ledger another one, though it counts the same."""
        return {(one.id, one.stamp if one.last == month else 0, one.listed, one.id in self.truth[month])
                for one in self.documents if month in one.months}

    def ledger(self, month):
        path = self.folder / self.out / month_text(month) / "ledger.csv"
        if not path.exists():
            return {}
        with open(path, newline="", encoding="utf-8") as file:
            return {row["document_id"]: (round(float(row["amount"]) * 100), row["currency"]) for row in csv.DictReader(file)
                    if row["counted"] == "yes"}

    def export(self, month, *more):
        """One open month; told of the others is what the folder and the truth have apart."""
        others = [other for other in self.open_months() if other != month]
        wrong = {other for other in others if self.ledger(other) != self.truth[other]}
        possible = {other for other in others if self.published.get(other) != self.traces(other)}
        self.run_export("--period", month_text(month), *more)
        found = json.loads((self.folder / self.out / month_text(month) / "summary.json").read_text("utf-8"))["findings"]
        named = {finding["message"][:7] for finding in found if finding["code"] in ("month-outdated", "month-unpublished")}
        first = min([month, *self.closed, *self.published])
        self.assertLessEqual({month_text(other) for other in wrong if other > first}, named, f"export of {month_text(month)} keeps silent")
        self.assertLessEqual(named, {month_text(other) for other in possible}, f"export of {month_text(month)} names what is well")
        if any(other < first and month_text(other) not in named for other in wrong):
            self.assertIn("history-unpublished", {finding["code"] for finding in found})
        self.take(month)

    def export_owed(self):
        """All months that are owed at once; afterwards none is. What came late to closed months and no owed month books, the last one does."""
        wrong = [month_text(month) for month in self.open_months() if self.ledger(month) != self.truth[month]]
        possible = [month_text(month) for month in self.open_months() if self.published.get(month) != self.traces(month)]
        exported = [line.split()[1] for line in self.run_export("--due").out.splitlines() if line.startswith("period")]
        self.assertLessEqual(set(wrong), set(exported))
        self.assertLessEqual(set(exported), {*possible, *([LAST] if self.closed else [])})
        if LAST in exported:
            self.collect(LAST)
        for month in self.open_months():
            self.take(month, month_text(month) in exported)
        self.assertIn("no month is owed", self.run_export("--due").err)

    def take(self, month, is_new=True):
        self.assertEqual(self.ledger(month), self.truth[month], f"ledger of {month_text(month)}")
        self.published[month] = self.traces(month)
        if is_new:
            self.judged[month] = {identifier: list(types) for identifier, types in self.today().items()}
            self.collect(month_text(month))

    def collect(self, month):
        """What the month's file hands out: a key never stands for two amounts."""
        path = self.folder / self.out / month / "erp" / "plain.csv"
        if not path.exists():
            return
        with open(path, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter=";"):
                value = (round(float(row["amount"]) * 100), row["currency"])
                place = f"{month}: {row['key']}"
                self.assertEqual(self.handed.setdefault(row["key"], value), value, f"{place} was handed out with another amount")

    def check(self, seed, now):
        truth, handed = {}, {}
        for month in self.truth.values():
            for cents, currency in month.values():
                truth[currency] = truth.get(currency, 0) + cents
        for cents, currency in self.handed.values():
            handed[currency] = handed.get(currency, 0) + cents
        self.assertEqual({key: value for key, value in handed.items() if value}, {key: value for key, value in truth.items() if value},
                         f"seed {seed}, month {month_text(now)}")
        for month, tree in self.closed.items():
            self.assertEqual(tree_of(self.folder / self.out / month_text(month)), tree, f"seed {seed}, closed {month_text(month)} changed")

    def close(self, month):
        if not (self.folder / self.out / month_text(month)).exists():
            self.export(month)  # without documents it was never owed
        self.run_moisson("close", month_text(month), "--by", "ana", "--out", self.out, "--accept-incomplete", "as it is",
                         environment=self.environment, expect=0)
        self.oracle.closings.append((month, self.judged[month]))  # as it was published
        self.closed[month] = tree_of(self.folder / self.out / month_text(month))

    def reopen(self, month):
        self.run_moisson("close", month_text(month), "--reopen", "a letter", "--out", self.out, environment=self.environment, expect=0)
        self.oracle.closings = [closing for closing in self.oracle.closings if closing[0] != month]
        del self.closed[month]
        self.published[month] = None  # addenda may have booked what its ledger does not hold: then it is owed, whatever its ledger is

    def keep_older(self):
        shutil.rmtree(self.older, ignore_errors=True)
        shutil.copytree(self.state, self.older)
        self.is_older = True

    def lose(self):
        """The state, an older copy in its place, or a closed month's folder: the next run makes it again of what is left."""
        if self.closed and self.chance.random() < 0.25:
            month = month_text(self.chance.choice(sorted(self.closed)))
            shutil.rmtree(self.folder / self.out / month)
            self.run_export("--period", month, expect=(0, 3, 6))
            if not (self.folder / self.out / month).exists():
                self.fail(f"{month} is closed, its folder was lost, and its export did not bring it back")
            return
        shutil.rmtree(self.state)
        if self.is_older and self.chance.random() < 0.5:
            shutil.copytree(self.older, self.state)
        if self.chance.random() < 0.3:
            self.run_moisson("state", "rebuild", "--out", self.out, environment=self.environment, expect=0)
            differing = json.loads(self.run_moisson("state", "diff", "--json", "--out", self.out, environment=self.environment).out)
            # What was closed since the last publication stands in no bundle yet.
            tables = {one["table"] for one in differing["differences"]}
            self.assertLessEqual(tables, {"closings", "closed_months", "closed_totals", "closed_files", "closed_rows", "closed_contracts",
                                          "postings", "published_months", "published_rows"})

    def history(self, seed):
        self.begin(seed)
        for now in range(self.months):
            self.now = now
            is_lost = now > 1 and self.chance.random() < 0.35
            for _ in range(self.chance.randint(1, 4)):
                self.add(now)
            for _ in range(self.chance.randint(0, 2)):
                self.change(now)
            self.serve()
            if is_lost:
                self.lose()
            self.judge()
            if self.closed and self.chance.random() < 0.2:
                self.reopen(self.chance.choice(sorted(self.closed)))
                self.judge()
            months = self.open_months()
            if self.chance.random() < 0.4:
                for month in self.chance.sample(months, self.chance.randint(0, 1)):
                    self.export(month)
                self.export_owed()
                months = [now]  # which carries what came late to closed months, and names none
            for month in months:
                self.export(month)
            for one in self.documents:
                one.seen = True
            self.check(seed, now)
            if self.chance.random() < 0.3:
                self.keep_older()
            if self.closed and self.chance.random() < 0.3:
                closed = month_text(self.chance.choice(sorted(self.closed)))
                self.run_export("--period", closed, expect=(0, 3, 6))  # 6: its documents changed, and nothing was written
                self.check(seed, now)
            open_months = self.open_months()
            while len(open_months) > 1 and (len(open_months) > 2 or self.chance.random() < 0.5):
                month = open_months.pop(self.chance.randrange(2) if len(open_months) > 2 else 0)
                self.close(month)

    def test_random_histories_hand_out_what_the_documents_are_worth(self):
        """Some order of late documents, new rules, reopenings and lost states would lose or double an amount, or hide an outdated month."""
        for seed in SEEDS:
            with self.subTest(seed=seed):
                self.history(seed)


class Told(Exception):
    """The program could not go on, said so, and wrote nothing: what was lost is nowhere else."""


class Losses(Histories):
    """Everything that can be lost is, one or two at a time; an export that ended lies between two losses."""

    months = 6

    def setUp(self):
        super().setUp()
        self.lost, self.told, self.runs = collections.Counter(), 0, 0

    def begin(self, seed):
        super().begin(seed)
        self.shown, self.bundles, self.stale, self.gone, self.older_out = {}, {}, set(), set(), False
        self.server.server.handle_error = lambda *_: None  # of runs that were killed
        self.is_fresh = False  # nothing was exported since the last loss
        self.archive = self.folder / f"disk{seed}" if self.chance.random() < 0.6 else None
        if self.archive:
            self.archive.mkdir()
            self.environment["MOISSON_ARCHIVE_URL"] = f"file://{self.archive}"

    def run_moisson(self, *arguments, **options):
        self.runs += 1
        return super().run_moisson(*arguments, **options)

    def run_export(self, *arguments, expect=(0, 3), environment=None):
        if "--due" not in arguments and self.chance.random() < 0.12:
            self.kill(*arguments)
        result = super().run_export(*arguments, expect=(*expect, 6), environment=environment)
        if result.code == 6 and 6 not in expect:
            if "neither in the cache nor in the published bundle" in result.err:
                raise Told(result.err)
            self.fail(result)
        self.is_fresh = False
        return result

    def move_stale_away(self):
        """As the refusal says: with an older copy of a month there, no state is made of the folder."""
        for month in self.stale:
            shutil.rmtree(self.folder / self.out / month_text(month), ignore_errors=True)
        self.stale.clear()

    def kill(self, *arguments):
        """An export that dies at a random instant; sometimes the state, or OUT, dies with it."""
        process = start("export", "--rate", "0", "--no-progress", *arguments, "--out", self.out, "--job", "job.toml", "--template",
                        "plain.toml", folder=self.folder, environment=self.environment)
        try:
            process.wait(self.chance.random() * 0.25)
        except Exception:  # noqa: BLE001  it still runs
            process.kill()
        end(process)
        self.lost["killed"] += 1
        if self.chance.random() < 0.25 and not self.is_fresh and (self.folder / self.out / ".moisson-folder").exists():
            self.move_stale_away()
            shutil.rmtree(self.state, ignore_errors=True)
            self.lost["killed, state"] += 1

    def ledger(self, month):
        """Where the folder is gone or an older copy: what was published last."""
        if month in self.stale or not (self.folder / self.out / month_text(month)).exists():
            return self.shown.get(month, {})
        return super().ledger(month)

    def take(self, month, is_new=True):
        if is_new:
            self.stale.discard(month)
        super().take(month, is_new)
        self.shown[month] = self.ledger(month)
        if month not in self.stale:
            self.bundles[month] = self.bundle(month)

    def export(self, month, *more):
        super().export(month, *more)
        if self.archive:  # what is newer there came back
            for stale in sorted(self.stale - self.gone):
                self.stale.discard(stale)
                self.assertEqual(super().ledger(stale), self.shown[stale], f"older copy of {month_text(stale)}")

    def close(self, month):
        if month in self.stale:
            self.export(month)
        super().close(month)
        self.gone.discard(month)

    def reopen(self, month):
        super().reopen(month)
        self.gone.discard(month)

    def check(self, seed, now):
        whole, self.closed = self.closed, {month: tree for month, tree in self.closed.items()
                                           if (self.folder / self.out / month_text(month)).exists()}
        try:
            super().check(seed, now)
        finally:
            self.closed = whole

    def bring_back_closed(self):
        """A closed month whose folder was lost is published again as it was, or not at all."""
        for month in sorted(self.closed):
            folder = self.folder / self.out / month_text(month)
            if folder.exists():
                continue
            result = super().run_export("--period", month_text(month), expect=(0, 3, 6))
            if folder.exists():
                self.assertEqual(tree_of(folder), self.closed[month], f"closed {month_text(month)} came back as another one")
            else:
                self.assertEqual(result.code, 6, result)
                self.gone.add(month)
                self.lost["closed folder for good"] += 1

    def lose_out(self):
        shutil.rmtree(self.folder / self.out, ignore_errors=True)
        self.stale.clear()

    def lose_archive(self):
        shutil.rmtree(self.archive)
        self.archive.mkdir()

    def bundle(self, month):
        """What tells one publication of the month from another, even where the rows are the same."""
        path = self.folder / self.out / month_text(month) / "bundle.zip"
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None

    def older_copy_of_out(self):
        self.lose_out()
        shutil.copytree(self.folder / "older-out", self.folder / self.out)
        for month in range(self.now + 1):
            folder = self.folder / self.out / month_text(month)
            if not folder.exists():
                continue
            if month in self.closed and tree_of(folder) != self.closed[month]:
                shutil.rmtree(folder)  # as `folder-behind` says; a closed month's export refuses the older copy
            elif self.bundle(month) != self.bundles.get(month):
                self.stale.add(month)

    def lose(self):
        kinds = ["state", "out", "older state", "older out"]
        kinds += ["both", "both", "archive", "state, archive", "out, archive"] if self.archive else []
        kind = self.chance.choice(kinds)
        if (kind == "older state" and not self.is_older) or (kind == "older out" and not self.older_out):
            kind = "state"
        self.lost[kind] += 1
        self.is_fresh = True
        if kind in ("state", "state, archive", "older state"):
            self.move_stale_away()
        if kind in ("state", "both", "state, archive"):
            shutil.rmtree(self.state)
        if kind in ("out", "both", "out, archive"):
            self.lose_out()
        if kind in ("archive", "state, archive", "out, archive"):
            self.lose_archive()
        if kind == "older state":
            shutil.rmtree(self.state)
            shutil.copytree(self.older, self.state)
        if kind == "older out":
            self.older_copy_of_out()
        if kind == "state" and self.chance.random() < 0.3:
            self.run_moisson("state", "rebuild", "--out", self.out, environment=self.environment, expect=0)

    def keep_older(self):
        if self.chance.random() < 0.5:
            super().keep_older()
            return
        shutil.rmtree(self.folder / "older-out", ignore_errors=True)
        self.older_out = False
        if (self.folder / self.out).exists() and not self.stale:
            shutil.copytree(self.folder / self.out, self.folder / "older-out")
            self.older_out = True

    def history(self, seed):
        try:
            super().history(seed)
            self.bring_back_closed()
            self.check(seed, self.months)
        except Told:
            self.told += 1

    def test_whatever_is_lost_no_closed_month_changes_and_nothing_is_handed_out_twice(self):
        """Some order of lost disks and killed runs would write a closed month anew, or book an amount twice."""
        for seed in LOSS_SEEDS:
            with self.subTest(seed=seed):
                self.history(seed)


def replay(seed):
    """One history in a process of its own: seed, what went wrong, what was lost, runs, seconds."""
    case = Losses("history")
    began = time.monotonic()
    case.setUp()
    problem = ""
    try:
        case.history(seed)
    except BaseException:  # noqa: BLE001  it is told, and the next one begins
        problem = traceback.format_exc()
    finally:
        case.doCleanups()
    return seed, problem, case.lost, case.told, case.runs, time.monotonic() - began


def many(count, first, jobs):
    """The shorter histories, side by side; 0 when all are well."""
    began, lost, told, runs, seconds, wrong = time.monotonic(), collections.Counter(), 0, 0, 0.0, []
    with multiprocessing.Pool(jobs) as pool:
        for done, (seed, problem, losses, was_told, asked, took) in enumerate(pool.imap_unordered(replay, range(first, first + count)), 1):
            lost.update(losses)
            told, runs, seconds = told + was_told, runs + asked, seconds + took
            if problem:
                wrong.append(seed)
                print(f"seed {seed}:\n{problem}", flush=True)
            if done % 25 == 0:
                print(f"{done} of {count}, {len(wrong)} wrong, {time.monotonic() - began:.0f} s", flush=True)
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in usage)
    print(f"{count} histories from seed {first}: {len(wrong)} wrong {wrong}, {told} told that a lost file is nowhere else; {runs} runs; "
          f"{seconds / count:.1f} s and {cpu / count:.1f} s of CPU each, {time.monotonic() - began:.0f} s in all; lost: "
          + ", ".join(f"{kind} {number}" for kind, number in sorted(lost.items())))
    return 1 if wrong else 0


if __name__ == "__main__":
    words = sys.argv[1:]
    jobs = int(words.pop(words.index("--jobs") + 1)) if "--jobs" in words else 1
    is_long = "--long" in words
    numbers = [int(word) for word in words if word.isdecimal()]
    count = numbers[0] if numbers else int(os.environ.get("MOISSON_HISTORIES", 0))
    if count and not is_long:
        sys.exit(many(count, numbers[1] if len(numbers) > 1 else 1000, jobs))
    if count:
        first = numbers[1] if len(numbers) > 1 else SEEDS[0]
        SEEDS = range(first, first + count)
    unittest.main(argv=[sys.argv[0], *(word for word in words if not word.isdecimal() and word not in ("--long", "--jobs"))])
