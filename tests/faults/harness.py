"""What the fault tests share: the processes they start, a client of the service's interface that owes nothing to Moisson's own, and the checks
that hold after every run, however it ended.

Everything that is started is ended by its own process id, also when a check fails or the test itself is told to stop.
"""

import atexit
import base64
import contextlib
import csv
import ctypes
import hashlib
import http.client
import io
import json
import os
import re
import select
import shlex
import shutil
import signal
import sqlite3
import ssl
import subprocess
import sys
import time
import urllib.parse
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from columns import LEDGER_COLUMNS  # noqa: E402

csv.field_size_limit(1 << 30)

DOCUMENT_TYPES = ("bills", "invoices", "reports", "partialBills", "partialConsumptionRatedReports", "comsumptionRatedReports")
VERDICTS = {0: "complete", 1: "internal", 2: "usage", 3: "incomplete", 4: "refused", 5: "unavailable", 6: "inconsistent", 7: "local", 8: "locked",
            9: "nothing-new", 130: "interrupted", 143: "interrupted"}
REASONS = {"document-failed", "document-not-ready", "document-missing", "file-not-requested", "superseded", "no-longer-listed", "contract-failed",
           "contract-forbidden", "contract-unknown-answer", "list-capped"}
PARTIAL_SUFFIX = ".moisson-part"
PROXY_PASSWORD = "pl4nted/pa:ss@w%rd+7Qx"  # with every character that an encoding changes


class CheckFailed(Exception):
    """What a user would call a bug of the program."""


def moisson_path():
    path = os.environ.get("MOISSON", "")
    if not path or not os.access(path, os.X_OK):
        sys.exit("set MOISSON to the built program, e.g. MOISSON=build/release/moisson")
    return os.path.abspath(path)


# ---------------------------------------------------------------------------------------------------------------------------------- processes

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_children = {}


def _die_with_parent():
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start_process(arguments, **options):
    process = subprocess.Popen(arguments, preexec_fn=_die_with_parent, **options)
    _children[process.pid] = process
    return process


def end_process(process, gently_seconds=5.0):
    """Ends this one process and takes its exit code; SIGKILL when it does not end by itself in time."""
    if process.poll() is None and gently_seconds > 0:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(gently_seconds)
    if process.poll() is None:
        process.kill()
    process.wait()
    _children.pop(process.pid, None)
    return process.returncode


def _end_all():
    for process in list(_children.values()):
        end_process(process, 0)


atexit.register(_end_all)
for _signal in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(_signal, lambda number, frame: sys.exit(128 + number))


# ------------------------------------------------------------------------------------------------------------------------------------ sandbox

SCENARIO = """name = "soak"
seed = {seed}
contracts = {contracts}
months = {months}
last_month = "2026-03"
currencies = ["EUR", "USD", "CHF"]
final = "alternate"
plain_text = false
lines_min = 3
lines_max = 12
[server]
token_form = "alternate"
expires_in = "alternate"
framing = "{framing}"
ranges = {ranges}
[fault_rules]
page_cap = 10
stall_s = 3
trickle_s = 6
slow_tls_ms = 2600
"""
LAST_MONTH = "2026-03"


class World:
    """What a sandbox holds, as a few numbers: the same numbers, the same bytes."""

    def __init__(self, seed, contracts, months, framing="mixed", ranges=True):
        self.seed, self.contracts, self.months, self.framing, self.ranges = seed, contracts, months, framing, ranges

    def name(self):
        return f"{self.seed}-{self.contracts}x{self.months}-{self.framing}-{int(self.ranges)}"

    def write_scenario(self, folder):
        path = os.path.join(folder, f"world-{self.name()}.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(SCENARIO.format(seed=self.seed, contracts=self.contracts, months=self.months, framing=self.framing,
                                       ranges="true" if self.ranges else "false"))
        return path


class Sandbox:
    """One `moisson sandbox` process. `settings` holds what it said a client needs."""

    def __init__(self, world, folder, name, faults=(), port=0):
        self.access_log = os.path.join(folder, f"{name}-access.jsonl")
        self.ca_file = os.path.join(folder, f"{name}-ca.pem")
        arguments = [moisson_path(), "sandbox", "--port", str(port), "--tls", "--ca-file", self.ca_file, "--scenario", world.write_scenario(folder),
                     "--contracts", str(world.contracts), "--months", str(world.months), "--seed", str(world.seed), "--access-log", self.access_log]
        for fault, probability in faults:
            arguments += ["--fault", f"{fault}={probability}"]
        self.arguments = arguments
        with open(os.path.join(folder, f"{name}-stderr.txt"), "ab") as errors:
            self.process = start_process(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        self.settings = self._read_settings(os.path.join(folder, f"{name}-stderr.txt"))
        self.port = urllib.parse.urlsplit(self.settings["MOISSON_API_URL"]).port

    def _read_settings(self, errors_path):
        wanted = {"MOISSON_API_URL", "MOISSON_OAUTH_URL", "MOISSON_CLIENT_ID", "MOISSON_CLIENT_SECRET", "MOISSON_API_KEY", "MOISSON_CA_FILE"}
        settings, text, deadline = {}, b"", time.monotonic() + 20
        while not wanted <= settings.keys():
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not chunk:
                end_process(self.process)
                with open(errors_path, encoding="utf-8", errors="replace") as file:
                    raise CheckFailed(f"the sandbox did not say what a client needs: {shlex.join(self.arguments)}\n{text!r}\n{file.read()[-2000:]}")
            text += chunk
            for line in text.rpartition(b"\n")[0].decode().splitlines():
                if line.startswith("export "):
                    name, _, value = shlex.split(line)[1].partition("=")
                    settings[name] = value
        return settings

    def requests(self, since=0):
        """The requests of the access log from byte `since`, and where it ends now."""
        if not os.path.exists(self.access_log):
            return [], since
        with open(self.access_log, "rb") as file:
            file.seek(since)
            text = file.read()
        whole = text[:text.rfind(b"\n") + 1]
        return [json.loads(line) for line in whole.splitlines()], since + len(whole)

    def stop(self):
        end_process(self.process)
        self.process.stdout.close()


# ------------------------------------------------------------------------------------------------------------------------------------- oracle

class PlainClient:
    """Asks the service the simplest way there is: one connection, no retries, type by type with a high limit."""

    def __init__(self, settings):
        self.settings = settings
        url = urllib.parse.urlsplit(settings["MOISSON_API_URL"])
        context = ssl.create_default_context(cafile=settings["MOISSON_CA_FILE"])
        self.connection = http.client.HTTPSConnection(url.hostname, url.port, timeout=30, context=context)
        self.base = url.path
        basic = base64.b64encode(f"{settings['MOISSON_CLIENT_ID']}:{settings['MOISSON_CLIENT_SECRET']}".encode()).decode()
        _, body = self._call("POST", urllib.parse.urlsplit(settings["MOISSON_OAUTH_URL"]).path + "/token", {"Authorization": "Basic " + basic},
                             "grant_type=client_credentials")
        self.token = json.loads(body)["access_token"]

    def _call(self, method, path, headers, body=None):
        headers = {"Accept": "application/json", "User-Agent": "oracle", **headers}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer, answer.read()

    def get(self, path, contract=None):
        headers = {"Authorization": "Bearer " + self.token, "X-API-Key": self.settings["MOISSON_API_KEY"]}
        if contract is not None:
            headers["X-ECCS-Contract-Id"] = contract
        answer, body = self._call("GET", self.base + path, headers)
        return answer.status, answer.getheader("Content-Type", ""), body

    def contracts(self):
        return [item["id"] for item in json.loads(self.get("/contracts")[2])]

    def documents(self, contract):
        found = []
        for kind in DOCUMENT_TYPES:
            found += json.loads(self.get(f"/documents?documentType={kind}&limit=1000000", contract)[2])
        return found

    def digest(self, contract, document_id):
        """SHA-256 of the file; None when what comes is no document."""
        status, media_type, body = self.get(f"/documents/{urllib.parse.quote(document_id, safe='')}/file", contract)
        is_document = status == 200 and body and not media_type.startswith(("text/html", "application/json"))
        return hashlib.sha256(body).hexdigest() if is_document else None

    def close(self):
        self.connection.close()


def month_of(period):
    return f"{period[:4]}-{period[4:6]}" if re.match(r"\d{6}", period or "") else None


def collect_oracle(world, folder, reissue=0.0, listings=1):
    """Every version of every document that the world holds: {"contract/id": [{"updatedAt", "sha256", "period", …}, …]}, the last the newest."""
    sandbox = Sandbox(world, folder, f"oracle-{world.name()}", [("reissue", reissue)] if reissue else [])
    try:
        client = PlainClient(sandbox.settings)
        oracle = {}
        for _ in range(listings):
            for contract in client.contracts():
                for item in client.documents(contract):
                    versions = oracle.setdefault(f"{contract}/{item['id']}", [])
                    if any(version["updatedAt"] == item.get("updatedAt") for version in versions):
                        continue
                    versions.append({"contract": contract, "id": item["id"], "type": item["documentType"], "updatedAt": item.get("updatedAt"),
                                     "month": month_of(item.get("period")), "sha256": client.digest(contract, item["id"])})
        client.close()
        return {"contracts": sorted({key.split("/")[0] for key in oracle}), "documents": oracle}
    finally:
        sandbox.stop()


# --------------------------------------------------------------------------------------------------------------------------------------- runs

class Ended:
    """How one run of the program ended."""

    def __init__(self, code, killed, seconds, output, errors):
        self.code, self.killed, self.seconds, self.output, self.errors = code, killed, seconds, output, errors
        self.instant = time.time()


def environment_of(settings, extra=None):
    """Nothing but what the run is meant to see."""
    environment = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS") if name in os.environ}
    environment["HOME"] = "/nonexistent"
    environment.update(settings)
    environment.update(extra or {})
    return environment


def waits_of(process):
    """Which system call each thread of a process that hangs is in, by number, or that it runs."""
    found = []
    for thread in sorted(os.listdir(f"/proc/{process.pid}/task")):
        with contextlib.suppress(OSError), open(f"/proc/{process.pid}/task/{thread}/syscall", encoding="ascii") as file:
            found.append(file.read().split()[0])
    return "threads are in system calls " + ", ".join(found)


def run_program(arguments, environment, folder, name, seconds_max=90.0, when_running=None):
    """Runs the program to its end, with all that it prints kept in `folder`. `when_running(process)` may kill it. A run that passes
    `seconds_max` hangs: that is a failure, and it is ended."""
    output_path, errors_path = os.path.join(folder, f"{name}-stdout.txt"), os.path.join(folder, f"{name}-stderr.txt")
    started = time.monotonic()
    with open(output_path, "wb") as output, open(errors_path, "wb") as errors:
        process = start_process([moisson_path(), *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=environment, cwd=folder)
    killed = bool(when_running(process)) if when_running else False
    try:
        process.wait(max(0.1, seconds_max - (time.monotonic() - started)))
    except subprocess.TimeoutExpired:
        waits = waits_of(process)
        end_process(process, 0)
        raise CheckFailed(f"the run still went on after {seconds_max:.0f} s ({waits}): {shlex.join(arguments)}, output in {folder}/{name}-*") from None
    end_process(process)
    with open(output_path, encoding="utf-8", errors="replace") as output, open(errors_path, encoding="utf-8", errors="replace") as errors:
        return Ended(process.returncode, killed and process.returncode < 0, time.monotonic() - started, output.read(), errors.read())


def write_job(folder, **transfer):
    """A job file with short timeouts, so that a fault costs seconds and not minutes."""
    keys = {"connect_timeout_seconds": 2, "read_timeout_seconds": 1, "attempt_timeout_seconds": 3, "attempts_max": 4, **transfer}
    path = os.path.join(folder, "job.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("[transfer]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items()))
    return path


# ------------------------------------------------------------------------------------------------------------------------------------- checks

def require(condition, message):
    if not condition:
        raise CheckFailed(message)


def read_ledger(path):
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    require(text.endswith("\n") and "\r\n" not in text.replace('"', ""), f"{path} does not end with a line end, or has CRLF")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    header = text.partition("\n")[0].split(",")
    require(header == LEDGER_COLUMNS, f"{path} has other columns: {header}")
    require(all(None not in row and None not in row.values() for row in rows), f"{path} has a torn row")
    return rows


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def check_bundle(path, rows, ledger_digest):
    """The bag against its own manifests and the ledger, with Python's reader: no file too many, none too few, each with its digest."""
    with zipfile.ZipFile(path) as archive:
        require(archive.testzip() is None, f"{path}: a member is damaged")
        names = archive.namelist()
        require(len(names) == len(set(names)), f"{path} has a name twice")
        roots = {name.split("/")[0] for name in names}
        prefix = roots.pop() + "/" if len(roots) == 1 and "bagit.txt" not in names else ""
        digests = {name[len(prefix):]: hashlib.sha256(archive.read(name)).hexdigest() for name in names if not name.endswith("/")}
        manifest = archive.read(prefix + "manifest-sha256.txt").decode("utf-8")
        listed = {}
        for line in manifest.splitlines():
            digest, _, name = line.partition("  ")
            listed[name.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")] = digest
        payload = {name: digest for name, digest in digests.items() if name.startswith("data/")}
        require(listed == payload, f"{path}: manifest and payload differ in {sorted(set(listed.items()) ^ set(payload.items()))[:4]}")
        require(ledger_digest in payload.values(), f"{path}: the ledger inside is another one")
        for row in rows:
            if row["status"] != "ok":
                continue
            found = [name for name in payload if name == row["path"] or name == "data/" + row["path"]]
            require(len(found) == 1 and payload[found[0]] == row["sha256"], f"{path}: {row['path']} is missing or torn")


def check_published(folder):
    """A published month is whole by its own bytes. Returns rows and summary."""
    files = sorted(os.path.relpath(os.path.join(where, name), folder) for where, _, names in os.walk(folder) for name in names)
    require(not any(PARTIAL_SUFFIX in name for name in files), f"{folder}: partial files among {files}")
    with open(os.path.join(folder, "summary.json"), encoding="utf-8") as file:
        summary = json.load(file)
    listed = {entry["path"]: entry for entry in summary["files"]}
    stray = set(files) - set(listed) - {"summary.json"}
    require(not stray, f"{folder}: files that no summary names: {sorted(stray)}")
    for name, entry in listed.items():
        path = os.path.join(folder, name)
        require(os.path.exists(path), f"{path} is named in the summary and missing")
        require(os.path.getsize(path) == entry["size_bytes"] and sha256_of(path) == entry["sha256"], f"{path} is torn")
    rows = read_ledger(os.path.join(folder, "ledger.csv"))
    check_bundle(os.path.join(folder, "bundle.zip"), rows, listed["ledger.csv"]["sha256"])
    with zipfile.ZipFile(os.path.join(folder, "ledger.xlsx")) as workbook:
        require(workbook.testzip() is None, f"{folder}/ledger.xlsx is damaged")
    return rows, summary


def check_ledger(rows, summary, code, oracle, in_period, latest_only=True):
    """Every document that the service holds is in the ledger once, with its right digest or a reason; `complete` is only said when all is there."""
    require(summary["exit_code"] == code and summary["verdict"] == VERDICTS[code],
            f"the summary says {summary['exit_code']} {summary['verdict']}, the program ended with {code}")
    by_document = {}
    for row in rows:
        key = f"{row['contract_id']}/{row['document_id']}"
        require(key in oracle["documents"], f"the ledger has {key}, which the service does not hold")
        versions = by_document.setdefault(key, {})
        require(row["version"] not in versions, f"{key} version {row['version']} stands twice in the ledger")
        versions[row["version"]] = row
    for key, versions in by_document.items():
        digests = {version["sha256"] for version in oracle["documents"][key]}
        for row in versions.values():
            reasons = REASONS & set(row["findings"].split())
            if row["status"] == "ok":
                require(row["sha256"] in digests, f"{key} has a wrong digest {row['sha256']}")
            else:
                require(row["sha256"] == "", f"{key} is {row['status']} but has a digest")
                require(reasons, f"{key} has no file ({row['status']}) and no reason: {row['findings']!r}")
        newest = versions[max(versions, key=int)]
        if latest_only and newest["status"] == "ok":
            require(newest["sha256"] == oracle["documents"][key][0]["sha256"], f"{key}'s latest version has another version's digest")
    check_completeness(by_document, summary, code, oracle, in_period)


def check_completeness(by_document, summary, code, oracle, in_period):
    verdicts = {entry["contract_id"]: entry["verdict"] for entry in summary["completeness"]}
    require(sorted(verdicts) == oracle["contracts"], f"the perimeter has {oracle['contracts']}, the summary names {sorted(verdicts)}")
    all_ok = True
    for key, versions in oracle["documents"].items():
        if not in_period(versions[0]["month"]):
            continue
        present = by_document.get(key)
        verdict = verdicts[versions[0]["contract"]]
        require(present or verdict != "complete", f"{key} is lost: no row, though its contract is called complete")
        all_ok = all_ok and bool(present) and present[max(present, key=int)]["status"] == "ok"
    if code == 0:
        require(all_ok and set(verdicts.values()) <= {"complete"}, f"exit 0 though something is missing ({verdicts})")


def check_objects(folder, whole, documents, torn=frozenset()):
    """Each object's name is its digest, and one of `documents`; those of `torn` were spoilt by the test and may still be. `whole`: the last run
    ended by itself, so that nothing partial may be left. Returns the names of the whole ones."""
    root = os.path.join(folder, ".moisson")
    found = set()
    for where, _, names in os.walk(os.path.join(root, "objects")):
        for name in names:
            require(re.fullmatch(r"[0-9a-f]{64}", name) is not None, f"a stray file among the objects: {where}/{name}")
            require(os.path.basename(where) == name[:2], f"object {name} lies in {where}")
            if sha256_of(os.path.join(where, name)) != name:
                require(name in torn, f"object {where}/{name} is torn")
                continue
            require(name in documents, f"object {where}/{name} is nothing that the service holds")
            found.add(name)
    if whole:
        partial = [name for _, _, names in os.walk(os.path.join(root, "partial")) for name in names]
        require(not partial, f"partial files are left: {partial}")
    return found


def check_state(folder, scratch):
    """The state is a sound database. Returns the digests that it names. A copy is looked at: opening the file itself would change it."""
    place = os.path.join(folder, ".moisson")
    os.makedirs(scratch)
    for name in ("state.sqlite3", "state.sqlite3-wal"):
        if os.path.exists(os.path.join(place, name)):
            shutil.copy(os.path.join(place, name), scratch)
    path = os.path.join(scratch, "state.sqlite3")
    try:
        if not os.path.exists(path):
            return set()
        with contextlib.closing(sqlite3.connect(path)) as database:
            require(database.execute("PRAGMA integrity_check").fetchone()[0] == "ok", f"{place}/state.sqlite3 is damaged")
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name='document'").fetchone():
                return set()  # killed before the tables were made
            return {row[0] for row in database.execute("SELECT sha256 FROM document WHERE sha256<>''")}
    finally:
        shutil.rmtree(scratch)


# ------------------------------------------------------------------------------------------------------------------------------------ secrets

TOKEN_SHAPES = (re.compile(rb"eyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"), re.compile(rb"[Bb]earer +[A-Za-z0-9._-]{16,}"),
                re.compile(rb"(?i)(proxy-)?authorization: *\S"), re.compile(rb"(?i)x-api-key: *\S{8}"))


def needles_of(secrets):
    """Each secret as it is, percent-encoded and in base64 whatever stands before it. Of long ones, pieces: a cut line would hide the whole."""
    needles = {}
    for name, secret in secrets.items():
        text = secret.encode()
        pieces = [text] if len(text) <= 40 else [text[at:at + 24] for at in range(0, len(text) - 24, 96)]
        for piece in pieces:
            needles[piece] = name
            needles[urllib.parse.quote(piece, safe="").encode()] = f"{name}, percent-encoded"
            needles[urllib.parse.quote_plus(piece).encode()] = f"{name}, percent-encoded"
            for shift in range(3):
                for encode in (base64.b64encode, base64.urlsafe_b64encode):
                    whole = encode(b"x" * shift + piece).rstrip(b"=")
                    core = whole[(shift * 8 + 5) // 6:len(whole) - 1]
                    if len(core) >= 8:
                        needles[core] = f"{name}, in base64"
    return {needle: name for needle, name in needles.items() if len(needle) >= 6}


def _members(name, content, documents):
    if hashlib.sha256(content).hexdigest() in documents:
        return
    yield name, content
    if content[:4] == b"PK\x03\x04":
        with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from _members(f"{name}!{member}", archive.read(member), documents)


def find_secrets(paths, needles, documents=frozenset()):
    """Where a secret stands, in every file below `paths`, archives opened. What has one of the digests `documents` is as the service holds it."""
    pattern = re.compile(b"|".join(re.escape(needle) for needle in sorted(needles, key=len, reverse=True)))
    found = []
    for path in paths:
        files = [path] if os.path.isfile(path) else [os.path.join(where, name) for where, _, names in os.walk(path) for name in names]
        for file_path in files:
            with open(file_path, "rb") as file:
                content = file.read()
            for name, bytes_ in _members(file_path, content, documents):
                if match := pattern.search(bytes_):
                    found.append(f"{name} holds {needles[match.group(0)]}")
                for shape in TOKEN_SHAPES:
                    if match := shape.search(bytes_):
                        found.append(f"{name} holds what looks like a credential: {match.group(0)[:12]!r}…")
    return found


def secrets_of(settings):
    basic = base64.b64encode(f"{settings['MOISSON_CLIENT_ID']}:{settings['MOISSON_CLIENT_SECRET']}".encode()).decode()
    return {"the client id": settings["MOISSON_CLIENT_ID"], "the client secret": settings["MOISSON_CLIENT_SECRET"],
            "the API key": settings["MOISSON_API_KEY"], "the Basic value": basic, "the proxy password": PROXY_PASSWORD}
