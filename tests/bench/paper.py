#!/usr/bin/env python3
"""The topic `paper`, on paper: what a first backfill and a month ask, bring and take, by contracts, applications and engine.

    python3 tests/bench/paper.py        # the tables of jobs/README.md, "How long it takes, and what it costs"

The counts of requests follow from the program (api/listing.hpp, api/perimeter.hpp); tests/e2e/paper_test.py holds them against it. What
nobody knows of the real service is an assumption, and what a machine does is a figure that was measured: both stand here, each once.
`tests/bench/run paper` prints them beside runs of the program (paper_runs.py).
"""

import math
from collections import Counter
from dataclasses import dataclass

# ---- assumed of a customer
FILES_A_MONTH = 3            # of one contract: an invoice or bill, a rated report, a usage report
FILES_NOW = 2                # of the month that goes on: a partial bill, a partial report. An export of one month leaves them
FILE_BYTES = 64_000          # of one file, on the average
HISTORY = 36                 # months that a backfill finds

# ---- assumed of the way to the service
RATE = 20                    # requests a second and application: the default of rate_per_second
ANSWER_SECONDS = 0.1         # from a request to the end of its answer
TRANSFERS = 64               # requests under way at once in one process, the most that --transfers takes
LINE = 12.5e6                # bytes a second between a machine and the world: 100 Mbit/s
SHARE = 125e6                # … and between machines and a folder that they share: 1 Gbit/s
TOKEN_SECONDS = 3600

# ---- as the sandbox's answers are long, bytes
TOKEN_BYTES, CONTRACT_ITEM_BYTES, DETAIL_BYTES, DOCUMENT_ITEM_BYTES = 662, 140, 448, 235

# ---- measured by `tests/bench/run paper`, mostly with 2,000 contracts: seconds and bytes of one process on two cores that it shares with
# the sandbox. What is said of more contracts is extrapolated: nothing here grows faster than documents, bytes, lists × applications.
FILE_SECONDS, REQUEST_SECONDS = 0.0005, 0.0003   # a file and any other request, where nothing but the machine is waited for
LISTED_SECONDS = 15e-6                           # a document of a list
SECRET_SECONDS = 11e-9                           # a byte of a list for each application: what repeats one's secrets is looked for
LOCAL_BASE, LOCAL_SECONDS = 0.4, 320e-6          # a run, and a document that was fetched: read, counted, written, packed
LOCAL_BYTE_SECONDS = 8e-9                        # … and a byte of its file, while the machine's memory still holds it
KNOWN_SECONDS = 30e-6                            # a document of another month
SEAL_SECONDS = 30e-6                             # a document of a part: a name in it, a digest of it
COPY_SECONDS = 30e-6                             # a document that is known, and copied to a part with the state
REPLAY_SECONDS = 100e-6                          # a document of a merge, besides what any export does
STATE_BYTES, PROVENANCE_BYTES = 580, 740         # a document in the state, and in the record of where its file came from
OUTCOME_BYTES, OUTCOME_LIST = 820, 1.1           # a part's record of a request, and how much longer than it came a list stands there
MEMORY_BASE, MEMORY_KNOWN, MEMORY_FETCHED = 80e6, 3_200, 3_500   # a process, a document that is known, and one that is exported besides
# Rows that a state in PostgreSQL is sent: of a document that is new, of one that is fetched, of a contract, and of any run.
ROWS_LISTED, ROWS_FETCHED, ROWS_CONTRACT, ROWS_RUN = 1, 2.17, 2, 100
# A month that is archived: an object for each of its files, one for each 32 MiB of its bundle, and the manifest; each is looked for, sent
# and read back. What the archive holds already is looked at before and after.
PUBLISHED_FILES, OBJECT_BYTES, REQUESTS_OF_OBJECT, REQUESTS_OF_VISIT = 9, 32 << 20, 3, 14

BACKFILL, MONTH, AGAIN = "first backfill", "a month", "the month again"
RUNS = (BACKFILL, MONTH, AGAIN)
TYPES = 6                    # that a list is held against, on the first run of a calendar month
FIRST_LIMIT = 1000           # documents that a list is asked for at first
GIVEN_UNASKED = 10           # contracts of which nothing shows that they are all
RENEWED_AT = 0.8             # of a token's life


@dataclass(frozen=True)
class Job:
    """Contracts dealt evenly to as many logins as there are applications, each login with an application of its own."""

    contracts: int
    applications: int = 1
    history: int = HISTORY
    rate: float = RATE           # 0: none
    answer_seconds: float = ANSWER_SECONDS
    transfers: int = TRANSFERS
    line: float = LINE
    file_bytes: float = FILE_BYTES
    token_seconds: float = TOKEN_SECONDS

    def shares(self):
        """How many contracts each login sees."""
        return [self.contracts // self.applications + (number < self.contracts % self.applications) for number in range(self.applications)]


def files_of_contract(job, run):
    return {BACKFILL: FILES_A_MONTH * job.history + FILES_NOW, MONTH: FILES_A_MONTH, AGAIN: 0}[run]


def listed_of_contract(job, run):
    return FILES_A_MONTH * (job.history + (run != BACKFILL)) + FILES_NOW


def lists_of_contract(run):
    """The mixed list; before anything is known in a calendar month, each type's beside it."""
    return 1 if run == AGAIN else 1 + TYPES


def requests_of_login(job, run, contracts):
    """Without the token."""
    if listed_of_contract(job, run) >= FIRST_LIMIT:
        raise ValueError("a list of so many documents is asked for more than once: the model does not know that")
    kinds = Counter({"contract list": 2 if contracts >= GIVEN_UNASKED and run != AGAIN else 1, "list": lists_of_contract(run) * contracts,
                     "file": files_of_contract(job, run) * contracts, "contract": contracts if run == BACKFILL else 0})
    return +kinds


def requests(job, run, machines=1):
    """Of all logins, by kind."""
    kinds = Counter()
    for contracts in job.shares():
        kinds += requests_of_login(job, run, contracts)
    kinds["token"] = job.applications * (1 + int(asking_seconds(job, run, machines) / (RENEWED_AT * job.token_seconds)))
    return kinds


def answers_bytes(job, run):
    """Bodies, without their headers."""
    kinds = Counter()
    for contracts in job.shares():
        asked = requests_of_login(job, run, contracts)
        kinds += Counter({"contract list": asked["contract list"] * contracts * CONTRACT_ITEM_BYTES,
                          "contract": asked["contract"] * DETAIL_BYTES,
                          "list": contracts * listed_of_contract(job, run) * DOCUMENT_ITEM_BYTES * min(2, lists_of_contract(run)),
                          "file": asked["file"] * job.file_bytes})
    kinds["token"] = job.applications * TOKEN_BYTES
    return kinds


def documents(job, run):
    """Files that are fetched."""
    return job.contracts * files_of_contract(job, run)


def known(job, run):
    """Documents that the state holds when the run is over."""
    return job.contracts * listed_of_contract(job, run)


def asking_bounds(job, run, machines=1):
    """What each limit by itself would make of the time with the service, in seconds."""
    asked = [sum(requests_of_login(job, run, contracts).values()) for contracts in job.shares()]
    answers = answers_bytes(job, run)
    work = (FILE_SECONDS * documents(job, run) + REQUEST_SECONDS * (sum(asked) - documents(job, run)) + LISTED_SECONDS * known(job, run)
            + SECRET_SECONDS * job.applications * answers["list"])
    return {"the rate": max(asked) / job.rate if job.rate else 0, "answers": sum(asked) * job.answer_seconds / job.transfers / machines,
            "the line": answers.total() / job.line / machines, "the machine": work / machines}


def asking_seconds(job, run, machines=1):
    return max(asking_bounds(job, run, machines).values())


def local_seconds(job, run):
    """What comes after the last file."""
    fetched = documents(job, run)
    return (LOCAL_BASE + fetched * (LOCAL_SECONDS + job.file_bytes * LOCAL_BYTE_SECONDS)
            + (known(job, run) - fetched) * KNOWN_SECONDS)


def seconds(job, run):
    return asking_seconds(job, run) + local_seconds(job, run)


def memory(job, run):
    return MEMORY_BASE + MEMORY_KNOWN * known(job, run) + MEMORY_FETCHED * documents(job, run)


def state_bytes(job, run):
    return (STATE_BYTES + PROVENANCE_BYTES) * known(job, run)


def rows_written(job, run):
    new = 0 if run == AGAIN else job.contracts * (files_of_contract(job, run) + (FILES_NOW if run == MONTH else 0))
    contracts = 0 if run == AGAIN else ROWS_CONTRACT * job.contracts
    return round(ROWS_LISTED * new + ROWS_FETCHED * documents(job, run) + contracts + ROWS_RUN)


def outcomes_bytes(job, run):
    """What parts write down of answers, files left aside."""
    lists = answers_bytes(job, run)
    return OUTCOME_LIST * (lists.total() - lists["file"]) + OUTCOME_BYTES * requests(job, run).total()


def archive_requests(bundle_bytes, first=False):
    """Of one published folder; `first`: the archive is empty."""
    objects = PUBLISHED_FILES + math.ceil(bundle_bytes / OBJECT_BYTES) + 1
    return REQUESTS_OF_OBJECT * objects + REQUESTS_OF_VISIT + first


# ------------------------------------------------------------------------------------------------------------------------ engines

ONE, FOLDER, MATRIX = "one run, SQLite", "parts, one folder", "parts, CI matrix"
ENGINES = (ONE, FOLDER, MATRIX)


@dataclass(frozen=True)
class Cost:
    machines: int
    seconds: float           # from the first request to the published folder
    machine_seconds: float
    moved: float             # bytes between machines, besides what the service sends
    kept: float              # bytes of files at the end, wherever they lie
    rows: int                # that a database is sent
    archive: int             # requests to an S3 store, where there is one


def cost(job, run, engine):
    """Parts are as many as applications, a machine for each; the state lies in PostgreSQL, the bundle is as long as its files."""
    files = documents(job, run) * job.file_bytes
    archive = archive_requests(files, run == BACKFILL)
    if engine == ONE:
        time = seconds(job, run)
        return Cost(1, time, time, 0, 2 * files, 0, archive)  # the objects and the bundle
    machines = job.applications
    fetched = documents(job, run)
    before = known(job, run) - fetched if run != BACKFILL else 0
    outcomes = outcomes_bytes(job, run)
    copies = machines * before * STATE_BYTES
    handing = LINE if engine == MATRIX else SHARE
    part = (before * COPY_SECONDS + asking_seconds(job, run, machines) + fetched / machines * SEAL_SECONDS
            + (files + outcomes) / machines / handing)
    merge = (files + outcomes) / handing + fetched * REPLAY_SECONDS + local_seconds(job, run)
    # Over a folder: written by the parts, read by the merge, and the bundle written. Artifacts: up, and down.
    moved = (3 if engine == FOLDER else 2) * files + 2 * outcomes + copies
    # A part's file in a shared folder is a second name of the object. As an artifact it also lies with its runner, with the CI, and with
    # the runner of the merge until these are cleared.
    kept = (2 if engine == FOLDER else 5) * files
    return Cost(machines, part + merge, machines * part + merge, moved, kept, rows_written(job, run), archive)


# ------------------------------------------------------------------------------------------------------------------------- tables

CONTRACTS, APPLICATIONS = (100, 2_000, 20_000), (1, 5, 50)


def bytes_text(count):
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:.{0 if count >= 10 * size else 1}f} {unit}"
    return f"{count / 1e3:.0f} KB" if count else "0"


def time_text(seconds_):
    if seconds_ < 90:
        return f"{seconds_:.0f} s"
    if seconds_ < 90 * 60:
        return f"{seconds_ / 60:.0f} min"
    return f"{seconds_ / 3600:.{1 if seconds_ < 36000 else 0}f} h"


def table(head, rows):
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, *rows)).replace("\n", "\n|" + "---|" * len(head) + "\n", 1) + "\n"


def table_of_runs():
    rows = []
    for contracts in CONTRACTS:
        for applications in APPLICATIONS:
            job = Job(contracts, applications)
            cells = [f"{contracts:,}", str(applications)]
            for run in (BACKFILL, MONTH):
                cells += [f"{requests(job, run).total():,}", bytes_text(answers_bytes(job, run).total()), time_text(seconds(job, run))]
            rows.append(cells)
    return table(("contracts", "applications", "backfill: requests", "bytes", "time", "month: requests", "bytes", "time"), rows)


def table_of_engines():
    rows = []
    for contracts, applications, run in ((2_000, 5, MONTH), (2_000, 5, BACKFILL), (20_000, 50, MONTH), (20_000, 50, BACKFILL)):
        job = Job(contracts, applications)
        for engine in ENGINES:
            one = cost(job, run, engine)
            rows.append((f"{contracts:,} × {applications}, {run}", engine, str(one.machines), time_text(one.seconds),
                         f"{one.machine_seconds / 60:,.0f}", bytes_text(memory(job, run)), bytes_text(one.moved), bytes_text(one.kept),
                         f"{one.rows:,}", f"{one.archive:,}"))
    return table(("job", "engine", "machines", "time", "machine-minutes", "memory", "moved", "kept", "rows", "S3 requests"), rows)


if __name__ == "__main__":
    print(table_of_runs())
    print(table_of_engines(), end="")
