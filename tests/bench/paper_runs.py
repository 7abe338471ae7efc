"""The topic `paper`, by simulation: the program against the sandbox, beside what paper.py says of the same job.

The sandbox has what the model assumes of a customer; its files are smaller, and its way is no way at all, so the model is asked for those.
"""

import http.server
import itertools
import json
import shutil
import sqlite3
import subprocess
import threading
import urllib.parse
from collections import Counter
from dataclasses import replace
from pathlib import Path

import paper

SCENARIO = """
name = "paper"
seed = 36
contracts = {contracts}
months = {months}
last_month = "{last_month}"
currencies = ["EUR"]
billing_accounts = {accounts}
[server]
token_requests_per_minute = 0
token_life_s = {token_seconds}
"""
BEFORE, NEWEST = "2026-09", "2026-10"  # the last month of a backfill, and the one that comes after it


def accounts_of(job):
    return [f"BA{number:03}" for number in range(job.applications)]


def scenario(job, run):
    """What the service has when the run begins: after the backfill a month more."""
    later = run != paper.BACKFILL
    text = SCENARIO.format(contracts=job.contracts, months=job.history + later, last_month=NEWEST if later else BEFORE,
                           accounts=json.dumps(accounts_of(job)), token_seconds=round(job.token_seconds))
    for number, name in enumerate(accounts_of(job)):
        text += f'[[account]]\nname = "login-{number}"\nbilling_accounts = ["{name}"]\n'
    return text + "".join(f'[[application]]\nname = "application-{number}"\n' for number in range(job.applications))


def job_file(program, scenario_file, environment):
    """A perimeter for each login of the scenario; its applications are dealt to them in turn."""
    # Its credentials are those of every sandbox with this scenario.
    other = subprocess.Popen([program, "sandbox", "--scenario", scenario_file, "--json", "--for", "1m"], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with other:
        told = json.loads(other.stdout.readline())
        other.terminate()
    text = f'[api]\napi_url = "{environment["MOISSON_API_URL"]}"\noauth_url = "{environment["MOISSON_OAUTH_URL"]}"\n'
    for account, application in zip(told["accounts"], itertools.cycle(told["applications"])):
        text += (f'[[perimeter]]\nname = "{account["name"]}"\napi_key = "{account["keys"][0]["key"]}"\n'
                 f'client_id = "{application["client_id"]}"\nclient_secret = "{application["client_secret"]}"\n')
    return text


def begin_calendar_month(state):
    """What the calendar does to a state file: the proofs of the lists are of a month that is over."""
    with sqlite3.connect(state) as file:
        file.execute("UPDATE contract SET compared_month = '2000-01'")
        file.execute("UPDATE setting SET value = 'none' WHERE name LIKE 'contract_list_probed%'")
    file.close()


KINDS = {"token": "token", "contracts": "contract list", "contract": "contract", "documents": "list", "file": "file"}


def heard_by(log):
    """Requests and bytes of their answers, by kind, as the sandbox wrote them down; how many were not answered with 200."""
    counts, sizes, refused = Counter(), Counter(), 0
    with open(log, encoding="utf-8") as lines:
        for line in lines:
            request = json.loads(line)
            kind = KINDS[request["path"].rsplit("/", 1)[-1]]
            counts[kind] += 1
            sizes[kind] += request["bytes"]
            refused += request["status"] != 200
    return counts, sizes, refused


def words_of(run):
    return ("--all",) if run == paper.BACKFILL else ("--period", NEWEST)


class Archive(http.server.ThreadingHTTPServer):
    """An S3 store in memory that counts what it is asked. It looks at no signature: tests/consumers/archive_s3_test.py has a real one."""

    daemon_threads = True

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def answer(self, status, body=b""):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def do_GET(self):
            self.server.asked[self.command] += 1
            address = urllib.parse.urlsplit(self.path)
            key, query = urllib.parse.unquote(address.path), urllib.parse.parse_qs(address.query, keep_blank_values=True)
            if "list-type" in query:
                beginning = query["prefix"][0]
                items = ""
                for name, body in sorted(self.server.objects.items()):
                    if name.startswith("/bucket/" + beginning):
                        items += f"<Contents><Key>{name[len('/bucket/'):]}</Key><Size>{len(body)}</Size></Contents>"
                text = f"<ListBucketResult><Name>bucket</Name><IsTruncated>false</IsTruncated>{items}</ListBucketResult>"
                self.answer(200, text.encode())
            elif query:
                self.answer(200, b"<Setting></Setting>")
            elif key in self.server.objects:
                self.answer(200, self.server.objects[key])
            else:
                self.answer(404, b"" if self.command == "HEAD" else b"<Error><Code>NoSuchKey</Code></Error>")

        do_HEAD = do_GET

        def do_PUT(self):
            self.server.asked[self.command] += 1
            self.server.objects[urllib.parse.unquote(self.path)] = self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(200)

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.objects, self.asked = {}, Counter()
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.environment = {"MOISSON_ARCHIVE_URL": "s3://bucket/months", "MOISSON_ARCHIVE_ENDPOINT": f"http://127.0.0.1:{self.server_port}",
                            "MOISSON_ARCHIVE_REGION": "here", "MOISSON_ARCHIVE_ACCESS_KEY_ID": "id",
                            "MOISSON_ARCHIVE_SECRET_ACCESS_KEY": "key"}

    def end(self):
        self.shutdown()
        self.server_close()


class Cell:
    """One job in a folder of its own; `run` is a run of the program beside the model."""

    def __init__(self, bench, tools, job, name):
        self.bench, self.tools, self.job = bench, tools, job
        self.folder = bench.folder(name)
        self.port = tools.free_port()
        self.environment = {}

    def serve(self, run):
        server = self.bench.sandbox(scenario(self.job, run), "--port", str(self.port))
        text = job_file(self.bench.program, server.log.parent / "scenario.toml", server.environment)
        (self.folder / "job.toml").write_text(text)
        (self.folder / "job.toml").chmod(0o600)
        server.environment = dict(self.environment)  # the job file names the rest
        return server

    def export(self, server, run, *more):
        pace = ("--rate", self.job.rate, "--transfers", self.job.transfers)
        return self.bench.export(self.folder, server, "job.toml", *words_of(run), *pace, *more, codes=(0, 3))

    def run(self, run):
        """One export by one process."""
        if run == paper.MONTH and not self.environment:
            begin_calendar_month(self.folder / "out/.moisson/state.sqlite3")
        server = self.serve(run)
        try:
            done = self.export(server, run)
        finally:
            server.stop()
        self.tell(run, done, heard_by(server.log))
        return done

    def tell(self, run, done, heard):
        counts, sizes, refused = heard
        mean = sizes["file"] / counts["file"] if counts["file"] else 0
        job = replace(self.job, file_bytes=mean)
        model = paper.requests(job, run)
        name = f"{job.contracts:,} contracts, {job.applications} applications, rate {job.rate:g}: {run}"
        off = {kind: counts[kind] - model[kind] for kind in set(counts) | set(model) if counts[kind] != model[kind]}
        size, said = sizes.total(), paper.answers_bytes(job, run).total()
        took, told = done.wall, paper.seconds(job, run)
        self.row(name, f"{counts.total():,}", f"{model.total():,}", "exact" if not off else str(off))
        print("      " + ", ".join(f"{counts[kind]:,} {kind}" for kind in KINDS.values() if counts[kind]))
        self.row("  bytes of answers", f"{size / 1e6:.1f} MB", f"{said / 1e6:.1f} MB", f"{100 * (size / said - 1):+.1f} %")
        self.row("  time", f"{took:.1f} s", f"{told:.1f} s", f"{100 * (took / told - 1):+.1f} %")
        self.row("  peak memory", f"{done.memory:.0f} MB", f"{paper.memory(job, run) / 1e6:.0f} MB",
                 f"{100 * (done.memory * 1e6 / paper.memory(job, run) - 1):+.1f} %")
        stages = done.stages()
        asking = stages.get("contracts", 0) + stages.get("lists and files", 0)
        self.row("  … of the time with the service", f"{asking:.1f} s", f"{paper.asking_seconds(job, run):.1f} s",
                 max(paper.asking_bounds(job, run), key=paper.asking_bounds(job, run).get))
        self.row("  … after the last file", f"{took - asking:.1f} s", f"{paper.local_seconds(job, run):.1f} s",
                 f"{1e6 * (took - asking) / paper.known(job, run):.0f} µs a known document")
        if refused:
            self.row("  not answered with 200", refused, 0, "")

    def row(self, *cells):
        self.tools.row(*cells, widths=(60, 14, 14, 26))

    def tell_state(self):
        """What of the state lies on the disk, for each document."""
        folder = self.folder / "out/.moisson"
        count = paper.known(self.job, paper.BACKFILL)
        for name, said in (("state.sqlite3", paper.STATE_BYTES), ("state.sqlite3.provenance", paper.PROVENANCE_BYTES)):
            size = (folder / name).stat().st_size / count
            self.row(f"  {name}, bytes a document", f"{size:.0f}", said, f"{100 * (size / said - 1):+.1f} %")


class Parts(Cell):
    """The same by parts, one for each application, with the state in PostgreSQL; months go to an archive as well."""

    def __init__(self, bench, tools, job, name, database, archive):
        super().__init__(bench, tools, job, name)
        self.database, self.archive = database, archive
        self.environment = {"MOISSON_STATE": database.url() + "?schema=paper"}

    def rows_sent(self):
        """By the server's own counters, once the sessions that count are over."""
        self.database.sql("SELECT pg_stat_force_next_flush()")
        counted = "SELECT coalesce(sum(n_tup_ins + n_tup_upd), 0) FROM pg_stat_user_tables WHERE schemaname = 'paper'"
        return int(self.database.sql(counted))

    def run(self, run):
        if run == paper.MONTH:
            self.database.sql("UPDATE paper.contract SET compared_month = '2000-01';"
                              "UPDATE paper.setting SET value = 'none' WHERE convert_from(name, 'UTF8') LIKE 'contract_list_probed%'")
        rows = self.rows_sent()
        server = self.serve(run)
        try:
            count = self.job.applications
            parts = [self.export(server, run, "--part", f"{number + 1}/{count}") for number in range(count)]
        finally:
            server.stop()
        after_parts = self.rows_sent()
        period = "all" if run == paper.BACKFILL else NEWEST
        self.archive.asked.clear()
        merged = self.tools.Run([self.bench.program, "merge", f"out/parts/{period}", "--job", "job.toml", "--out", "out", "--no-progress"],
                                self.folder, {**self.environment, **self.archive.environment}, (0, 3))
        self.tell_parts(run, parts, merged, heard_by(server.log), (after_parts - rows, self.rows_sent() - after_parts))
        self.tell_archive(self.folder / "out" / period, run == paper.BACKFILL)

    def tell_parts(self, run, parts, merged, heard, rows):
        job = replace(self.job, file_bytes=heard[1]["file"] / max(1, heard[0]["file"]))
        model = paper.requests(job, run)
        off = {kind: heard[0][kind] - model[kind] for kind in set(heard[0]) | set(model) if heard[0][kind] != model[kind]}
        self.row(f"{job.contracts:,} contracts by {job.applications} parts: {run}", f"{heard[0].total():,}", f"{model.total():,}",
                 "exact" if not off else str(off))
        fetched = paper.documents(job, run)
        before = paper.known(job, run) - fetched if run == paper.MONTH else 0
        self.row("  rows that parts sent to PostgreSQL", f"{rows[0]:,}", "0", "")
        self.row("  rows that the merge sent", f"{rows[1]:,}", f"{paper.rows_written(job, run):,}",
                 f"{100 * (rows[1] / paper.rows_written(job, run) - 1):+.1f} %")
        copying = sum(one.stages().get("state", 0) for one in parts) / job.applications
        self.row("  a part's copy of the state", f"{copying:.2f} s", f"{before * paper.COPY_SECONDS:.2f} s",
                 f"{1e6 * copying / before:.0f} µs a document" if before else "")
        sealing = sum(one.stages().get("part", 0) for one in parts)
        self.row("  sealing, all parts", f"{sealing:.2f} s", f"{fetched * paper.SEAL_SECONDS:.2f} s",
                 f"{1e6 * sealing / fetched:.0f} µs a document")
        period = "all" if run == paper.BACKFILL else NEWEST
        outcomes = sum(path.stat().st_size for path in (self.folder / "out/parts" / period).glob("*/outcomes"))
        said = paper.outcomes_bytes(job, run)
        self.row("  their records of answers", f"{outcomes / 1e6:.1f} MB", f"{said / 1e6:.1f} MB", f"{100 * (outcomes / said - 1):+.1f} %")
        said = fetched * paper.REPLAY_SECONDS + paper.local_seconds(job, run)
        self.row("  merge, with the archive's", f"{merged.wall:.1f} s", f"{said:.1f} s", f"{100 * (merged.wall / said - 1):+.1f} %")
        self.row("  its peak memory", f"{merged.memory:.0f} MB", f"{paper.memory(job, run) / 1e6:.0f} MB", "")

    def tell_archive(self, published, first):
        bundle = (published / "bundle.zip").stat().st_size
        asked = self.archive.asked
        said = paper.archive_requests(bundle, first)
        self.row(f"  archive, a bundle of {bundle / 1e6:.1f} MB: requests", f"{asked.total()}", f"{said}",
                 "exact" if asked.total() == said else ", ".join(f"{count} {name}" for name, count in sorted(asked.items())))


def topic(bench, tools):
    tools.heading("paper: jobs/README.md, \"How long it takes, and what it costs\"")
    print(paper.table_of_runs(), paper.table_of_engines(), sep="\n", end="", flush=True)
    tools.heading("paper, by simulation: the program against the sandbox (loopback, small files), beside the model of the same job")
    tools.row("", "measured", "model", "difference", widths=(60, 14, 14, 26))
    here = {"answer_seconds": 0, "line": 1e12}
    for job in (paper.Job(100, 1, rate=200, token_seconds=25, **here), paper.Job(100, 5, rate=40, **here),
                paper.Job(100, 50, rate=20, **here), paper.Job(2_000, 1, rate=0, **here)):
        cell = Cell(bench, tools, job, f"{job.contracts}x{job.applications}")
        for run in paper.RUNS:
            cell.run(run)
        cell.tell_state()
        shutil.rmtree(cell.folder, ignore_errors=True)
    database, archive = tools.Database(fsync="on"), Archive()
    try:
        cell = Parts(bench, tools, paper.Job(100, 5, rate=0, **here), "parts", database, archive)
        for run in (paper.BACKFILL, paper.MONTH):
            cell.run(run)
    finally:
        archive.end()
        database.end()
