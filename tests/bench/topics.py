"""The topics that tests/bench/run prints. Each measures whole programs from outside; the figures of single rooms come from bench_*.cpp.

Every figure is the median of at least three runs. Where a peer does the same work, both run in turn and the table shows the ratio. Servers are
processes of their own, so that memory is the client's alone; they are on loopback and end with the topic.
"""

import argparse
import collections
import importlib.machinery
import importlib.util
import json
import os
import re
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def load(name, path):
    spec = importlib.util.spec_from_loader(name, importlib.machinery.SourceFileLoader(name, str(path)))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


transfer = load("transfer", HERE / "transfer")
serving = load("serving", HERE / "serving.py")
parts = load("parts", HERE / "parts.py")
paper_runs = load("paper_runs", HERE / "paper_runs.py")
starting = load("starting", HERE / "starting.py")
compare = load("compare", HERE / "compare.py")
PDF_HEAD, PDF_END = b"%PDF-1.7\n", b"%%EOF\n"
TIME_LIMIT = 600  # seconds that one measured command may take


class Run:
    """One measured command: wall and CPU seconds, peak memory in MB, exit code, what it wrote on standard error."""

    def __init__(self, command, folder, environment=None, codes=(0,)):
        start = time.monotonic()
        with open(folder / "stderr", "w+b") as errors:
            process = subprocess.Popen([str(part) for part in command], cwd=folder, env={**ENVIRONMENT, **(environment or {})},
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
            self.memory = 0
            ended = select.poll()
            handle = os.pidfd_open(process.pid)
            ended.register(handle, select.POLLIN)
            # Not ru_maxrss: that begins with what this interpreter weighed when it forked.
            while not ended.poll(10):
                self.memory = max(self.memory, transfer.peak_memory_kib(process.pid) / 1024)
                if time.monotonic() - start > TIME_LIMIT:
                    process.kill()
                    process.wait()
                    sys.exit(f"{command[0]} took longer than {TIME_LIMIT} s")
            os.close(handle)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.wall = time.monotonic() - start
            errors.seek(0)
            self.errors = errors.read().decode(errors="replace")
        self.cpu = usage.ru_utime + usage.ru_stime
        self.code = process.returncode
        if self.code not in codes:
            sys.exit(f"{' '.join(map(str, command))}: exit code {self.code}\n{self.errors[-3000:]}")

    def stages(self):
        """Seconds of each stage, as `export -v --log-format json` tells them."""
        found = {}
        for line in self.errors.splitlines():
            try:
                told = json.loads(line)
            except ValueError:
                continue
            if told.get("event") == "stage-done":
                found[told["stage"]] = found.get(told["stage"], 0) + float(told["seconds"])
        return found


ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "TZ": "Europe/Paris", "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "HOME": "/nonexistent"}


def median(values):
    return statistics.median(values)


def heading(text):
    print(f"\n== {text}", flush=True)


def row(*cells, widths=(44, 14, 14, 14, 14, 14)):
    print("  " + "  ".join(str(cell).ljust(width) if index == 0 else str(cell).rjust(width)
                           for index, (cell, width) in enumerate(zip(cells, widths))), flush=True)


class Bench:
    """What the topics share: the build, a working folder, the number of rounds."""

    def __init__(self, arguments, work):
        self.build = arguments.build.resolve()
        self.program = self.build / "moisson"
        os.environ["MOISSON"] = str(self.program)
        sys.path.insert(0, str(ROOT / "tests/e2e"))
        self.harness = __import__("harness")  # after MOISSON is set: it reads the variable once
        self.rounds = arguments.rounds
        self.work = work
        self.number = 0

    def folder(self, name):
        """A new empty one. Kept until the end: deleting thousands of files makes the next creation slower on ext4."""
        self.number += 1
        path = self.work / f"{self.number:03}-{name}"
        path.mkdir()
        return path

    def sandbox(self, scenario, *arguments):
        folder = self.folder("sandbox")
        if "\n" in scenario:
            (folder / "scenario.toml").write_text(scenario)
            scenario = folder / "scenario.toml"
        return self.harness.Sandbox(folder, "--scenario", scenario, *arguments)

    def export(self, folder, server, *options, codes=(0,)):
        return Run([self.program, "export", "--out", folder / "out", "--no-progress", "-v", "--log-format", "json", *options], folder,
                   server.environment, codes)

    def program_of_build(self, name, *arguments):
        """Runs one of the bench programs and lets it print; returns what it printed."""
        folder = self.folder(name)
        done = subprocess.run([self.build / "tests/bench" / name, *map(str, arguments)], cwd=folder, env=ENVIRONMENT, timeout=TIME_LIMIT * 2,
                              stdout=subprocess.PIPE, check=False)
        print("".join("  " + line + "\n" for line in done.stdout.decode().splitlines()), end="", flush=True)
        if done.returncode:
            print(f"  {name} ended with {done.returncode}")
        return done.stdout.decode()

    @staticmethod
    def summary(folder):
        """Of the one folder that was published."""
        found, = (folder / "out").glob("*/summary.json")
        return json.loads(found.read_text("utf-8"))


def version_line(*command):
    """The first line that names a version."""
    text = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT).stdout
    return next((line.strip() for line in text.splitlines() if any(letter.isdigit() for letter in line)), command[0])


def package_version(name):
    told = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], capture_output=True, text=True, check=False, env=ENVIRONMENT).stdout
    return f"{name} {told}"


# ---------------------------------------------------------------------------------------------------------------------- the topics


def start(bench):
    """how long --version and --help take, beside curl and git"""
    starting.topic(bench, argparse.Namespace(heading=heading, row=row, median=median, environment=ENVIRONMENT))


def metadata(bench):
    """2,000 contracts and 198,000 documents to a published ledger, no files"""
    heading("metadata: scenario large, --no-files --rate 0 --all (goal: at most 150 MB + 1 KB a document)")
    row("", "wall", "documents/s", "cpu", "peak memory", "goal")
    results = collections.defaultdict(list)
    server = bench.sandbox("large")
    try:
        for _ in range(bench.rounds):
            folder = bench.folder("large")
            for name in ("first run", "second run"):
                done = bench.export(folder, server, "--all", "--no-files", "--rate", 0, "--transfers", 16, codes=(0, 3))
                documents = bench.summary(folder)["documents"]["listed"]
                results[name].append((done, documents))
    finally:
        server.stop()
    for name, runs in results.items():
        wall, documents = median([run.wall for run, _ in runs]), runs[0][1]
        row(f"{name}, {documents} documents", f"{wall:.1f} s", f"{documents / wall:.0f}", f"{median([run.cpu for run, _ in runs]):.1f} s",
            f"{median([run.memory for run, _ in runs]):.0f} MB", f"{150 + documents / 1024:.0f} MB")
        print_stages([run for run, _ in runs])


def print_stages(runs):
    stages = [run.stages() for run in runs]
    names = list(dict.fromkeys(name for found in stages for name in found))
    if names:
        print("      stages: " + ", ".join(f"{name} {median([found.get(name, 0) for found in stages]):.2f} s" for name in names), flush=True)


def json_lists(bench):
    """a 50 MB document list to values, beside Poco's DOM"""
    heading(f"json: peer {package_version('libpocojson80')} (goal: 90 MB/s)")
    bench.program_of_build("bench_json")


def ledger(bench):
    """1,000,000 rows as CSV and XLSX, 2,000 files as a bundle, beside peers"""
    heading(f"ledger and bundle: peers {version_line('python3', '--version')} csv, {package_version('libxlsxwriter4')}, "
            f"{package_version('zip')} -6")
    folder = bench.folder("ledger")
    printed = bench.program_of_build("bench_ledger", folder)
    if (folder / "ledger.csv").exists():
        own = float(re.search(r"^csv .*: ([0-9.]+) s,", printed, re.MULTILINE).group(1))
        modules = bench.build / "npm"
        subprocess.run([sys.executable, "-B", HERE.parent / "npm/install.py", modules], check=True, timeout=TIME_LIMIT, stdout=subprocess.DEVNULL)
        done = subprocess.run(["node", HERE / "ledger_peer.mjs", modules / "node_modules", folder / "ledger.csv", folder / "peer.csv", "1", "3"],
                              check=True, timeout=TIME_LIMIT, capture_output=True, text=True)
        print(f"          DuckDB COPY of the same rows, typed, 1 thread: {float(done.stdout):.2f} s; ratio {own / float(done.stdout):.2f} (goal 0.35)")
        peer = ("import csv,sys,xlsxwriter\n"
                "book=xlsxwriter.Workbook(sys.argv[2],{'constant_memory':True,'tmpdir':sys.argv[3]})\n"
                "sheet=book.add_worksheet()\n"
                "for number,cells in enumerate(csv.reader(open(sys.argv[1],newline=''))):\n"
                "  if number>100000: break\n"
                "  sheet.write_row(number,0,cells)\n"
                "book.close()\n")
        done = Run(["python3", "-c", peer, folder / "ledger.csv", folder / "peer.xlsx", folder], folder)
        print(f"          {package_version('python3-xlsxwriter')}, constant_memory, 100,000 rows: {done.wall:.1f} s, "
              f"x 10 = {done.wall * 10:.0f} s for the million")
    shutil.rmtree(folder, ignore_errors=True)


def state(bench):
    """document rows beside raw sqlite3"""
    heading(f"state: peer {version_line('sqlite3', '--version')[:30]} (goal: 0.7 of its rows a second)")
    bench.program_of_build("bench_state")


def state_postgresql(bench):
    """document rows in PostgreSQL beside the file; a second run with nothing new over 2,000 contracts"""
    server = load("postgresql", HERE.parent / "support/postgresql.py").Server(fsync="on")
    heading(f"state: {package_version('postgresql-15')}, on loopback")
    try:
        bench.program_of_build("bench_state", server.url())
        sandbox_server = bench.sandbox("large")
        row("second run, nothing new, --no-files", "wall", "cpu", "goal")
        walls = {}
        try:
            for name, environment in (("file", {}), ("PostgreSQL", {"MOISSON_STATE": server.url() + "?schema=large"})):
                sandbox_server.environment.update(environment)
                folder = bench.folder("large-" + name)
                runs = [bench.export(folder, sandbox_server, "--all", "--no-files", "--rate", 0, "--transfers", 16, codes=(0, 3))
                        for _ in range(1 + bench.rounds)][1:]
                walls[name] = median([run.wall for run in runs])
                row(name, f"{walls[name]:.1f} s", f"{median([run.cpu for run in runs]):.1f} s",
                    f"{walls['file'] + 2:.1f} s" if name != "file" else "")
        finally:
            sandbox_server.stop()
    finally:
        server.end()


def transfer_stage(bench):
    """the transfer stage beside curl, aria2c and rclone"""
    heading("transfer: the stage alone, nginx with TLS on loopback")
    subprocess.run([sys.executable, "-B", HERE / "transfer", bench.build, "--rounds", str(bench.rounds), "--to", bench.work], check=False,
                   timeout=3 * TIME_LIMIT)


class StaticApi:
    """nginx with TLS that answers as the API does, from files: token, contracts, details, lists, documents. For --all with any transfers."""

    def __init__(self, folder, documents, size, contracts):
        self.folder = folder
        folder.chmod(0o755)
        self.documents = documents
        self.size = size
        transfer.make_certificate(folder)
        (folder / "key.pem").chmod(0o600)
        self._write_answers(documents, size, contracts)
        self.port = transfer.free_port()
        self._write_configuration()
        self.nginx = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
        base = f"https://127.0.0.1:{self.port}"
        self.base = base
        self.environment = {"MOISSON_API_URL": base + "/cloud/b2b/v1", "MOISSON_OAUTH_URL": base + "/oauth/v3", "MOISSON_CLIENT_ID": "bench",
                            "MOISSON_CLIENT_SECRET": "bench-secret", "MOISSON_API_KEY": "k" * 1200, "MOISSON_CA_FILE": str(folder / "ca.pem")}
        deadline = time.monotonic() + 20
        while subprocess.run(["curl", "-sf", "--cacert", folder / "ca.pem", base + "/cloud/b2b/v1/contracts"], capture_output=True,
                             check=False).returncode:
            if time.monotonic() > deadline or self.nginx.poll() is not None:
                self.stop()
                sys.exit("nginx does not serve the bench's answers")
            time.sleep(0.05)

    def _write_answers(self, documents, size, contracts):
        ids = [f"OCB{7000001 + number}" for number in range(contracts)]
        lists = {identifier: [] for identifier in ids}
        www = self.folder / "www"
        (www / "files").mkdir(parents=True)
        for number in range(documents):
            name = f"d{number:05}"
            (www / "files" / name).write_bytes(PDF_HEAD + os.urandom(size - len(PDF_HEAD) - len(PDF_END)) + PDF_END)
            month = 1 + number // contracts % 12
            instant = f"2025-{month:02}-28T06:{number // 60 % 60:02}:{number % 60:02}.000Z"
            lists[ids[number % contracts]].append({"id": name, "filename": f"Facture_{name}.pdf", "period": f"2025{month:02}", "createdAt": instant,
                                                   "updatedAt": instant, "amount": round(10 + number * 1.37, 2), "currency": "EUR",
                                                   "documentType": "invoices"})
        listed = [{"id": one, "name": f"Contract {one}", "createdAt": "2019-03-04T10:11:12.131Z", "offer": {"name": "Flexible Engine", "id": "FE"}}
                  for one in ids]
        (www / "contracts.json").write_text(json.dumps(listed))
        (www / "empty.json").write_text("[]")
        for one, identifier in zip(listed, ids):
            (www / identifier).mkdir()
            detail = {**one, "platformId": identifier, "contractType": "client", "customer": {"id": "C-1", "name": "Bench"}}
            (www / identifier / "contract.json").write_text(json.dumps(detail))
            text = json.dumps(lists[identifier])
            (www / identifier / "mixed.json").write_text(text)
            (www / identifier / "invoices.json").write_text(text)

    def _write_configuration(self):
        folder = self.folder
        (folder / "nginx.conf").write_text(f"""
        {"user root;" if os.geteuid() == 0 else ""}
        daemon off;
        worker_processes 2;
        pid {folder}/nginx.pid;
        error_log {folder}/error.log;
        events {{ worker_connections 1024; }}
        http {{
          access_log off;
          sendfile on;
          keepalive_requests 1000000;
          large_client_header_buffers 4 16k;
          client_body_temp_path {folder}/tmp1; proxy_temp_path {folder}/tmp2; fastcgi_temp_path {folder}/tmp3;
          uwsgi_temp_path {folder}/tmp4; scgi_temp_path {folder}/tmp5;
          map $args $list {{
            default empty;
            "~^documentType=&limit=" mixed;
            "~^documentType=invoices&" invoices;
          }}
          server {{
            listen 127.0.0.1:{self.port} ssl;
            ssl_protocols TLSv1.3;
            ssl_certificate {folder}/ca.pem;
            ssl_certificate_key {folder}/key.pem;
            root {folder}/www;
            default_type application/json;
            location = /oauth/v3/token {{
              return 200 '{{"token_type":"Bearer","access_token":"{"t" * 600}","expires_in":3600}}';
            }}
            location = /cloud/b2b/v1/contracts {{ try_files /contracts.json =404; }}
            location = /cloud/b2b/v1/contract {{ try_files /$http_x_eccs_contract_id/contract.json =404; }}
            location = /cloud/b2b/v1/documents {{ try_files /$http_x_eccs_contract_id/$list.json /empty.json; }}
            location ~ ^/cloud/b2b/v1/documents/(?<document>[^/]+)/file$ {{
              default_type application/pdf;
              try_files /files/$document =404;
            }}
          }}
        }}""")

    def curl(self, output):
        """The same files and nothing else, as curl fetches them."""
        lines = "".join(f'url = "{self.base}/cloud/b2b/v1/documents/d{number:05}/file"\noutput = "{output}/d{number:05}"\n'
                        for number in range(self.documents))
        (self.folder / "curl.conf").write_text(lines)
        return ["curl", "--silent", "--show-error", "--fail", "--parallel", "--parallel-max", "16", "--cacert", self.folder / "ca.pem",
                "-H", "Authorization: Bearer " + "t" * 600, "-H", "X-API-Key: " + "k" * 1200, "-K", self.folder / "curl.conf"]

    def stop(self):
        self.nginx.terminate()
        self.nginx.wait(timeout=20)


def whole_export(bench):
    """whole exports beside curl for the files alone"""
    heading(f"export: whole `moisson export` beside {version_line('curl', '--version').split(' (')[0]} for the files alone, "
            "TLS 1.3, 16 at a time (goal: 1.3 x)")
    row("", "wall", "x curl", "cpu", "cpu x curl", "peak memory")
    for documents, size, contracts in ((8000, 64 << 10, 64), (50, 8 << 20, 4)):
        server = StaticApi(bench.folder("site"), documents, size, contracts)
        try:
            runs = collections.defaultdict(list)
            for number in range(bench.rounds + 1):
                done = {}
                for name, read in (("moisson export", "true"), ("the same, invoices not read", "false")):
                    folder = bench.folder("export")
                    (folder / "job.toml").write_text(f"[invoices]\nread = {read}\n")
                    done[name] = bench.export(folder, server, "job.toml", "--all", "--transfers", 16, "--rate", 0, codes=(0, 3))
                    found = bench.summary(folder)["documents"]
                    if found.get("downloaded") != documents:
                        sys.exit(f"{found} instead of {documents} documents")
                    next((folder / "out").glob("*/bundle.zip")).unlink()  # half of what lies there, which may be memory
                output = bench.folder("curl")
                done["curl"] = Run(server.curl(output), output)
                if number > 0:  # the first round warms caches
                    for name, run in done.items():
                        runs[name].append(run)
        finally:
            server.stop()
        reference = median([run.wall for run in runs["curl"]])
        cpu = median([run.cpu for run in runs["curl"]])
        for name, found in runs.items():
            wall = median([run.wall for run in found])
            row(f"{documents} x {size >> 10} KiB: {name}", f"{wall:.2f} s", f"{wall / reference:.2f}",
                f"{median([run.cpu for run in found]):.2f} s", f"{median([run.cpu for run in found]) / cpu:.2f}",
                f"{median([run.memory for run in found]):.0f} MB")
        for name in list(runs)[:2]:
            print_stages(runs[name])


SMALL_DOCUMENTS = """
name = "bench"
seed = 7
contracts = {contracts}
months = {months}
last_month = "2026-10"
currencies = ["EUR"]
final = "invoices"
usage_months = {usage}
reports_months = {reports}
partials = false
lines_min = 3
lines_max = 4
[server]
token_requests_per_minute = 0
{server}
"""


def requests_by_kind(server):
    kinds = collections.Counter()
    for request in server.requests():
        path = request["path"]
        kinds["token" if path.endswith("/token") else "contract list" if path.endswith("/contracts") else "contract" if path.endswith("/contract")
              else "list" if path.endswith("/documents") else "file" if path.endswith("/file") else "other"] += 1
    return kinds


def latency(bench):
    """50 ms added to every answer, 200 contracts of 12 documents, beside the bound"""
    heading("latency: 50 ms before every answer, 200 contracts x 12 documents, 16 at a time (goal: within 10 % of the bound)")
    row("", "wall", "bound", "wall / bound", "requests")
    scenario = SMALL_DOCUMENTS.format(contracts=200, months=12, usage=0, reports=0, server="latency_ms = 50")
    for rate in (0, 200):
        walls = []
        for _ in range(bench.rounds if rate == 0 else 1):
            server = bench.sandbox(scenario)
            try:
                done = bench.export(bench.folder("latency"), server, "--all", "--transfers", 16, "--rate", rate, codes=(0, 3))
                count = sum(requests_by_kind(server).values())
            finally:
                server.stop()
            walls.append(done.wall)
        # The token and the list of contracts come one after the other; all else may be in flight together.
        parallel = 2 * 0.05 + (count - 2) * 0.05 / 16
        bound = max(parallel, count / rate if rate else 0)
        row(f"--rate {rate}, set by {'the rate' if rate and count / rate > parallel else 'parallelism'}", f"{median(walls):.2f} s", f"{bound:.2f} s",
            f"{median(walls) / bound:.3f}", count)
        print_stages([done])


def rate(bench):
    """--rate 20 against a spike arrest of 25 requests a second"""
    heading("rate: --rate 20, the service's spike arrest at 25 a second (goal: at least 19.4/s, none throttled)")
    row("", "wall", "requests", "rate", "throttled")
    scenario = SMALL_DOCUMENTS.format(contracts=40, months=12, usage=6, reports=6, server="requests_per_second = 25")
    server = bench.sandbox(scenario)
    try:
        done = bench.export(bench.folder("rate"), server, "--all", "--rate", 20, codes=(0, 3))
        asked = server.requests()
    finally:
        server.stop()
    throttled = sum(1 for request in asked if request["status"] in (403, 429))
    row("one run", f"{done.wall:.1f} s", len(asked), f"{len(asked) / done.wall:.2f}/s", throttled)


def group(bench):
    """50 logins on 5 applications, beside the slowest one's bound; a merge of 100 parts, beside one run"""
    logins, applications, contracts, pace = 50, 5, 200, 20
    heading(f"group: {logins} logins on {applications} applications, {contracts} contracts, --rate {pace}, spike arrest at 25 a second for each "
            "(goal: at most 1.1 of the bound, none throttled, at most 150 MB)")
    widths = (44, 10, 10, 14, 10, 10, 10)
    row("", "wall", "bound", "wall / bound", "requests", "throttled", "memory", widths=widths)
    accounts = [f"BA{number:03}" for number in range(logins)]
    scenario = f"billing_accounts = {json.dumps(accounts)}\n" + SMALL_DOCUMENTS.format(contracts=contracts, months=6, usage=3, reports=3,
                                                                                        server="requests_per_second = 25")
    scenario += "".join(f'[[account]]\nname = "login-{number}"\nbilling_accounts = ["{name}"]\n' for number, name in enumerate(accounts))
    scenario += "".join(f'[[application]]\nname = "application-{number}"\n' for number in range(applications))
    server = bench.sandbox(scenario)
    try:
        folder = bench.folder("group")
        job = paper_runs.job_file(bench.program, server.log.parent / "scenario.toml", server.environment)
        (folder / "job.toml").write_text(job)
        (folder / "job.toml").chmod(0o600)
        done = bench.export(folder, server, "job.toml", "--all", "--rate", pace, "--transfers", 32, codes=(0, 3))
        asked = server.requests()
        told = bench.summary(folder)
    finally:
        server.stop()
    bound = len(asked) / applications / pace  # the contracts are dealt to the logins in turn, the logins to the applications
    row("one run", f"{done.wall:.1f} s", f"{bound:.1f} s", f"{done.wall / bound:.3f}", len(asked), told["requests"]["throttled"],
        f"{done.memory:.0f} MB", widths=widths)
    print(f"  {len(told['perimeters'])} perimeters, {told['documents']['rows']} rows")
    tools = argparse.Namespace(heading=heading, row=row, median=median, run=Run, print_stages=print_stages)
    parts.merge(bench, tools, SMALL_DOCUMENTS)


def again(bench):
    """a second run with nothing new: its requests and its time"""
    heading("again: 200 contracts x 60 documents, then nothing new, --rate 0 (goal: 1 token, 1 contract list, 1 list a contract, no file; under 5 %)")
    row("", "wall", "of the first", "cpu", "peak memory")
    scenario = SMALL_DOCUMENTS.format(contracts=200, months=20, usage=20, reports=20, server="")
    first, second = [], []
    for _ in range(bench.rounds):
        server = bench.sandbox(scenario)
        try:
            folder = bench.folder("again")
            first.append(bench.export(folder, server, "--all", "--rate", 0, codes=(0, 3)))
            before = requests_by_kind(server)
            second.append(bench.export(folder, server, "--all", "--rate", 0, codes=(0, 3)))
            kinds = requests_by_kind(server) - before
        finally:
            server.stop()
    reference = median([run.wall for run in first])
    for name, runs in (("first run", first), ("second run", second)):
        wall = median([run.wall for run in runs])
        row(name, f"{wall:.2f} s", f"{100 * wall / reference:.1f} %", f"{median([run.cpu for run in runs]):.2f} s",
            f"{median([run.memory for run in runs]):.0f} MB")
        print_stages(runs)
    print("      requests of the first run:  " + ", ".join(f"{count} {name}" for name, count in sorted(before.items())))
    print("      requests of the second run: " + ", ".join(f"{count} {name}" for name, count in sorted(kinds.items())))


def memory(bench):
    """peak memory with one file of 2 GB among others"""
    heading("memory: one file of 2 GB among others (goal: at most 64 MB + 1 KB a document)")
    row("", "wall", "cpu", "peak memory", "goal")
    scenario = SMALL_DOCUMENTS.format(contracts=12, months=12, usage=12, reports=12, server="")
    big = '\n[[document]]\ncontract = 5\ntype = "invoices"\nmonth = "2026-10"\nfile_bytes_min = 2147483648\n'
    for name, text in (("without the 2 GB file", scenario), ("with it", scenario + big)):
        runs = []
        for _ in range(bench.rounds):
            server = bench.sandbox(text)
            folder = bench.folder("memory")
            try:
                runs.append(bench.export(folder, server, "--all", "--rate", 0, codes=(0, 3)))
                documents = bench.summary(folder)["documents"]["listed"]
            finally:
                server.stop()
            shutil.rmtree(folder, ignore_errors=True)
        row(f"{name}, {documents} documents", f"{median([run.wall for run in runs]):.1f} s", f"{median([run.cpu for run in runs]):.1f} s",
            f"{median([run.memory for run in runs]):.0f} MB", f"{64 + documents / 1024:.0f} MB")
        print_stages(runs)


def sandbox(bench):
    """answers and files a second of the sandbox, beside nginx"""
    tools = argparse.Namespace(heading=heading, row=row, median=median, environment=ENVIRONMENT, make_certificate=transfer.make_certificate,
                               free_port=transfer.free_port, nginx_version=lambda: package_version("nginx-light"))
    serving.topic(bench, tools)


def books(bench):
    """consumption reports of 5,000,000 lines, beside DuckDB; ERP files of 1,000,000 documents, beside ledger.csv"""
    load("usage", HERE / "usage.py").usage(bench, heading, row)
    heading("ERP files: 1,000,000 documents (goal: fec at least half of ledger.csv's bytes a second, under 200 MB)")
    folder = bench.folder("erp")
    bench.program_of_build("bench_erp", folder)
    shutil.rmtree(folder, ignore_errors=True)
    all_templates(bench)


def all_templates(bench):
    """The stage that writes ERP files: each template of the program beside `fec` alone, in one run."""
    listed = subprocess.run([bench.program, "templates", "list", "--json"], capture_output=True, check=True, env=ENVIRONMENT, timeout=TIME_LIMIT)
    names = [one["name"] for one in json.loads(listed.stdout)["templates"] if one["name"] != "focus-usage"]  # that one is made of usage lines
    folder = bench.folder("templates")
    (folder / "scenario.toml").write_text(SMALL_DOCUMENTS.format(contracts=1000, months=36, usage=0, reports=0, server=""))
    heading(f"ERP files of {len(names)} templates beside fec alone, 36,000 documents (goal: 8 x)")
    row("", "stage", "x fec", "cpu of the run")
    reference = None
    for name, wanted in (("fec", ["fec"]), (f"all {len(names)}", names)):
        words = [word for one in wanted for word in ("--template", one)]
        runs = []
        for _ in range(bench.rounds):
            shutil.rmtree(folder / "out", ignore_errors=True)
            runs.append(Run([bench.program, "export", "--sandbox", "--scenario", "scenario.toml", "--all", "--no-files", "--no-progress", "-v",
                             "--log-format", "json", "--rate", 0, *words], folder, codes=(0, 3)))
        stage = median([run.stages()["ERP files"] for run in runs])
        reference = reference or stage
        row(name, f"{stage:.2f} s", f"{stage / reference:.1f}", f"{median([run.cpu for run in runs]):.1f} s")
    shutil.rmtree(folder, ignore_errors=True)


def chained_months(bench, server, months):
    """A folder in which each month was exported and, but for the last, closed, one after the other."""
    folder = bench.folder("chain")
    (folder / "plain.toml").write_text(bench.harness.erp_template(key="key", amount="amount"))
    for number in range(months):
        month = 2016 * 12 + 10 + number  # the newest is 2026-10
        period = f"{month // 12}-{month % 12 + 1:02}"
        bench.export(folder, server, "--period", period, "--transfers", 16, "--rate", 0, "--template", "plain.toml", codes=(0, 3))
        if number + 1 < months:
            Run([bench.program, "close", period, "--by", "bench", "--accept-incomplete", "bench"], folder)
    return folder


def chain(bench):
    """120 chained months of 200 documents, checked as one, beside sha256sum"""
    heading("chain: verify --chain of 120 months x 200 documents (goal: under 10 s), beside sha256sum of the same files")
    server = bench.sandbox(SMALL_DOCUMENTS.format(contracts=100, months=120, usage=0, reports=120, server=""))
    try:
        folder = chained_months(bench, server, 120)
    finally:
        server.stop()
    files = [path for path in (folder / "out").rglob("*") if path.is_file() and ".moisson" not in path.as_posix()]
    size = sum(path.stat().st_size for path in files)
    row("", "wall", "cpu", "peak memory", "files", "MB")
    commands = {"moisson verify --chain": [bench.program, "verify", "--chain", folder / "out"],
                "moisson verify --chain --full": [bench.program, "verify", "--chain", "--full", folder / "out"],
                "sha256sum": ["sha256sum", *files]}
    for name, command in commands.items():
        runs = [Run(command, bench.work) for _ in range(1 if "--full" in command else bench.rounds)]
        row(name, f"{median([run.wall for run in runs]):.2f} s", f"{median([run.cpu for run in runs]):.2f} s",
            f"{median([run.memory for run in runs]):.0f} MB", len(files), f"{size / 1e6:.0f}")


MADE_INVOICES = """
name = "bench-invoices"
contracts = {contracts}
months = 30
final = "invoices"
partials = false
reports_months = 0
lines_min = 10
lines_max = 10
invoices = "{profile}"
"""


def made_invoices(bench, profile, contracts):
    """A folder of the PDFs that the sandbox makes of a scenario, apart from the files in other forms."""
    folder = bench.folder(profile)
    (folder / "scenario.toml").write_text(MADE_INVOICES.format(profile=profile, contracts=contracts))
    Run([bench.program, "sandbox", "--scenario", "scenario.toml", "--write-invoices", "all", "--for", "1s"], folder)
    (folder / "pdf").mkdir()
    for path in (folder / "all").glob("*.pdf"):
        path.rename(folder / "pdf" / path.name)
    return folder / "pdf"


def invoices(bench):
    """invoices read from XML, from XML inside PDFs and from the text of pages, beside xmllint and pdftotext"""
    heading(f"invoices: 1 reader (goal: 200 a second of processor time from XML, 30 pages a second from text, memory flat); peers "
            f"{package_version('libxml2-utils')}, {package_version('poppler-utils')}")
    reader = bench.build / "tests/bench/bench_invoice"
    xml = {}
    for count in (2000, 20000):
        xml[count] = bench.folder(f"xml-{count}")
        Run([reader, "make", xml[count], count], bench.work)
    sets = {"CII, 2,000 files of 10 lines": xml[2000], "CII, 20,000 files": xml[20000],
            "CII inside PDFs": made_invoices(bench, "en16931", 200), "text on pages": made_invoices(bench, "plain", 70)}  # without the list's amount nothing there proves itself
    for name, folder in sets.items():
        files = sorted(folder.iterdir())
        pages = ""
        if files[0].suffix == ".pdf":
            told = [int(re.search(r"^Pages: +([0-9]+)$", subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout,
                                  re.MULTILINE).group(1)) for path in files[:50]]
            pages = f", {sum(told) / len(told):.1f} pages each"
        print(f"  {name}: {len(files)} files{pages}", flush=True)
        bench.program_of_build("bench_invoice", "read", folder, "apart", 1)
    for name, command in {"CII, 2,000 files of 10 lines": ["xmllint", "--noout", *sorted(xml[2000].iterdir())],
                          "text on pages": ["sh", "-c", 'for one in "$@"; do pdftotext "$one" -; done', "sh", *sorted(sets["text on pages"].iterdir())]}.items():
        done = Run(command, bench.work)
        print(f"  {name}: {command[0] if command[0] != 'sh' else 'pdftotext'} takes {done.cpu:.2f} s of processor time, "
              f"{len(list(sets[name].iterdir())) / done.cpu:.0f} a second")


def on_paper(bench):
    """what a first backfill and a month ask, bring and take, for many contracts and applications, beside runs of the program"""
    tools = argparse.Namespace(heading=heading, row=row, Run=Run, free_port=transfer.free_port,
                               Database=load("postgresql", HERE.parent / "support/postgresql.py").Server)
    paper_runs.topic(bench, tools)


TOPICS = {"start": start, "metadata": metadata, "json": json_lists, "ledger": ledger, "state": state, "state-postgresql": state_postgresql,
          "transfer": transfer_stage,
          "export": whole_export, "latency": latency, "rate": rate, "group": group, "again": again, "memory": memory, "sandbox": sandbox,
          "books": books, "chain": chain, "invoices": invoices, "paper": on_paper}


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run", formatter_class=argparse.RawDescriptionHelpFormatter,
                                     description="Prints what Moisson takes in time, memory and requests.",
                                     epilog="topics:\n" + "\n".join(f"  {name:10} {topic.__doc__}" for name, topic in TOPICS.items()))
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help="all when none is named")
    parser.add_argument("--build", type=Path, help="build folder (default: build/bench)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each thing measured, at least 3 for a median (default: 3)")
    compare.add_options(parser)
    parser.add_argument("--to", type=Path, help="folder on the file system to write to (default: the temporary folder's); needs about 12 GB")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.topics if name not in TOPICS]
    if unknown:
        parser.error(f"there is no topic {', '.join(unknown)}; the topics are {', '.join(TOPICS)}")
    names = arguments.topics or list(TOPICS)
    if arguments.other_build:
        compare.topics(Path(__file__), arguments, names, version_line)
        return
    print(f"{version_line(arguments.build / 'moisson', '--version')}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
          f"{arguments.rounds} rounds, medians")
    for name in names:
        work = Path(tempfile.mkdtemp(prefix="moisson-bench-", dir=arguments.to))
        work.chmod(0o755)  # nginx started by root reads as another user
        try:
            TOPICS[name](Bench(arguments, work))
        finally:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
