"""What every whole-program test needs: the program in a folder of its own with a fixed environment, the sandbox, a scripted double of the API.

Standard library only. The program is named by the environment variable MOISSON (ctest sets it).
"""

import base64
import csv
import hashlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from columns import LEDGER_COLUMNS, LEDGER_TYPED_COLUMNS  # noqa: E402
from schemas import problems_of_run  # noqa: E402

PROGRAM = os.environ.get("MOISSON", "moisson")
ROOT = Path(__file__).resolve().parents[2]

# What the test's own process has is not what the program gets: no proxy, no home, no locale of the machine.
ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "HOME": "/nonexistent"}
# What a sanitizer build needs to know.
ENVIRONMENT.update({name: value for name, value in os.environ.items() if name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")})

TYPES = ["invoices", "bills", "reports", "partialBills", "partialConsumptionRatedReports", "comsumptionRatedReports"]


class Finished:
    def __init__(self, code, out, err):
        self.code = code
        self.out = out
        self.err = err

    def __str__(self):
        return f"exit {self.code}\n--- stdout\n{self.out[-3000:]}\n--- stderr\n{self.err[-3000:]}"


def start(*arguments, folder, environment=None, prefix=(), **options):
    """The program as a running process; the caller ends it."""
    return subprocess.Popen([*prefix, PROGRAM, *map(str, arguments)], cwd=folder, env={**ENVIRONMENT, **(environment or {})},
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def finish(process, timeout=120):
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"the program did not end within {timeout} s\n{err.decode('utf-8', 'replace')[-3000:]}") from None
    return Finished(process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


def run(*arguments, folder, environment=None, timeout=120, **options):
    result = finish(start(*arguments, folder=folder, environment=environment, **options), timeout)
    problems = problems_of_run(arguments, result.out, result.err)
    if problems:
        raise AssertionError("\n".join(problems))
    return result


def end(process):
    """Ends a process that this test started."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()


class Sandbox:
    """`moisson sandbox` on a free port; `environment` is what it told to export, `requests()` what it was asked."""

    NEEDED = {"MOISSON_API_URL", "MOISSON_OAUTH_URL", "MOISSON_CLIENT_ID", "MOISSON_CLIENT_SECRET", "MOISSON_API_KEY"}

    def __init__(self, folder, *arguments, tls=False):
        self.log = Path(folder) / f"access-{time.monotonic_ns()}.jsonl"
        needed = set(self.NEEDED)
        arguments = list(arguments)
        if tls:
            arguments += ["--tls", "--ca-file", str(Path(folder) / "sandbox-ca.pem")]
            needed.add("MOISSON_CA_FILE")
        self.errors = open(Path(folder) / "sandbox.err", "wb")
        self.process = subprocess.Popen([PROGRAM, "sandbox", *arguments, "--access-log", str(self.log)], cwd=folder, env=ENVIRONMENT,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors)
        self.environment = {}
        try:
            self._read_exports(needed)
        except BaseException:
            self.stop()
            raise

    def _read_exports(self, needed):
        text = b""
        deadline = time.monotonic() + 30
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.process.stdout, selectors.EVENT_READ)
            while not needed <= set(self.environment):
                if not waiting.select(max(0, deadline - time.monotonic())):
                    raise AssertionError(f"the sandbox did not say where it is: {text!r}")
                piece = os.read(self.process.stdout.fileno(), 65536)
                if not piece:
                    self.errors.flush()
                    raise AssertionError(f"the sandbox ended: {text!r} {Path(self.errors.name).read_bytes()!r}")
                text += piece
                for line in text.decode("utf-8").split("\n")[:-1]:
                    if line.strip().startswith("export "):
                        name, value = line.strip()[len("export "):].split("=", 1)
                        self.environment[name] = value.strip("'\"")

    def requests(self):
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines() if line.strip()]

    def count(self, part):
        return sum(1 for request in self.requests() if part in request["path"])

    def files_asked(self):
        return sum(1 for request in self.requests() if request["path"].endswith("/file"))

    def stop(self):
        end(self.process)
        self.errors.close()


class Api:
    """The few calls that a judge needs, made with urllib: nothing of the program's own client."""

    def __init__(self, environment):
        self.environment = environment
        secret = f"{environment['MOISSON_CLIENT_ID']}:{environment['MOISSON_CLIENT_SECRET']}".encode()
        request = urllib.request.Request(environment["MOISSON_OAUTH_URL"] + "/token", data=b"grant_type=client_credentials", headers={
            "Authorization": "Basic " + base64.b64encode(secret).decode(), "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded"})
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with self.opener.open(request, timeout=30) as answer:
            self.token = json.loads(answer.read())["access_token"]

    def get(self, path, contract=None):
        """(status, headers, body)"""
        headers = {"Authorization": "Bearer " + self.token, "X-API-Key": self.environment["MOISSON_API_KEY"], "Accept": "application/json"}
        if contract:
            headers["X-ECCS-Contract-Id"] = contract
        try:
            with self.opener.open(urllib.request.Request(self.environment["MOISSON_API_URL"] + path, headers=headers), timeout=30) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, dict(refused.headers), refused.read()

    def contracts(self):
        return json.loads(self.get("/contracts")[2])

    def documents(self, contract):
        """Every document by id, asked type by type; numbers as their own text. None when the contract refuses."""
        found = {}
        for kind in TYPES:
            status, _, body = self.get("/documents?" + urllib.parse.urlencode({"documentType": kind, "limit": 100000}), contract)
            if status != 200:
                return None
            answer = json.loads(body, parse_float=RawNumber, parse_int=RawNumber)
            for document in answer if isinstance(answer, list) else []:
                found.setdefault(document.get("id"), document)
        return found


class RawNumber(str):
    """A JSON number's own text."""


class Double:
    """A scripted server that is not the sandbox: answers by the table below, which a test changes. Counts what it is asked.

    contracts: the bytes, or the value, of GET /contracts
    lists:     contract id -> bytes, value, or function(query) -> (status, headers, bytes)
    files:     document id -> bytes, or function() -> (status, headers, bytes)
    """

    def __init__(self):
        self.contracts = [{"id": "OCB0000001", "name": "First", "offer": {"name": "Flexible Engine", "id": "FE"}}]
        self.lists = {}
        self.files = {}
        self.token_answer = None
        self.asked = []
        self.lock = threading.Lock()
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                double._answer(self)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()
        base = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.environment = {"MOISSON_API_URL": base + "/cloud/b2b/v1", "MOISSON_OAUTH_URL": base + "/oauth/v3", "MOISSON_CLIENT_ID": "id",
                            "MOISSON_CLIENT_SECRET": "a-secret-of-the-double", "MOISSON_API_KEY": "a-key-of-the-double"}

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def count(self, part):
        with self.lock:
            return sum(1 for path in self.asked if part in path)

    def _answer(self, handler):
        length = int(handler.headers.get("Content-Length") or 0)
        handler.rfile.read(length)
        url = urllib.parse.urlsplit(handler.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        with self.lock:
            self.asked.append(handler.path)
        status, headers, body = self._route(url.path, query, handler.headers.get("X-ECCS-Contract-Id"))
        try:
            handler.send_response(status)
            for name, value in {"Content-Type": "application/json", "X-OAPI-Request-Id": "double-1", **headers}.items():
                handler.send_header(name, value)
            if "Content-Length" not in headers:
                handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True

    def _route(self, path, query, contract):
        if path.endswith("/token"):
            return self.token_answer or (200, {}, b'{"token_type":"Bearer","access_token":"token-of-the-double","expires_in":3600}')
        if path.endswith("/contracts"):
            return as_answer(self.contracts, query)
        if path.endswith("/contract"):
            known = self.contracts if isinstance(self.contracts, list) else []
            return as_answer(next(({**item, "platformId": "p", "customer": {"id": "C1", "name": "Customer"}} for item in known
                                   if item["id"] == contract), {"id": contract, "name": "?"}), query)
        if path.endswith("/documents"):
            return as_answer(self.lists.get(contract, []), query)
        if path.endswith("/file"):
            document = urllib.parse.unquote(path.split("/")[-2])
            if document in self.files:
                return as_answer(self.files[document], query)
        return 404, {}, b'{"code":60,"message":"Resource not found"}'


def as_answer(value, query):
    if callable(value):
        return value(query)
    if isinstance(value, bytes):
        return 200, {}, value
    if isinstance(value, list):  # a document or contract list: honour type and limit as the service does
        chosen = [item for item in value if not query.get("documentType") or item.get("documentType") == query["documentType"]]
        if query.get("limit"):
            chosen = chosen[:int(query["limit"])]
        return 200, {}, json.dumps(chosen).encode()
    return 200, {}, json.dumps(value).encode()


def pdf(title):
    """A small PDF with a cross-reference table that is right."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
               "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"]
    text = f"BT /F1 18 Tf 60 760 Td ({title}) Tj ET"
    objects += [f"<</Length {len(text)}>>stream\n{text}\nendstream", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    out = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj{content}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode() + b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    return out + f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()


PDF = pdf("Invoice")


ONE_LINE = """
[[file.line]]
amount = 'amount'
"""


def erp_template(about="One line per posting.", mapping="", lines=ONE_LINE, **columns):
    """An ERP template of a test's own: a CSV of semicolons whose columns are name=expression."""
    return f"""
[about]
target = "this test"
version = "1"
about = "{about}"
source = "here"
confidence = "general"
{mapping}
[[file]]
extension = "csv"
layout = "delimited"
separator = ";"
quoting = "needed"
header = true
money = "0.*"
date = "YYYY-MM-DD"
columns = [
""" + "".join(f"    {{name = \"{name}\", value = '{value}'}},\n" for name, value in columns.items()) + "]\n" + lines


def document(identifier, kind="invoices", period="202610", amount=12.5, currency="EUR", filename=None, **more):
    """One item of a document list."""
    return {"id": identifier, "filename": filename or f"{identifier}.pdf", "period": period, "createdAt": "2026-11-01T06:00:00.000Z",
            "updatedAt": "2026-11-01T06:00:00.000Z", "amount": amount, "currency": currency, "documentType": kind, **more}


def rows_of(path):
    """The ledger's rows as dictionaries, after a check of the header line."""
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    if reader.fieldnames != LEDGER_COLUMNS:
        raise AssertionError(f"{path}: columns {reader.fieldnames}")
    return rows


def sha256_of(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def row_checksum(*values):
    """What the state keeps of a row's other columns: the CRC-32 over type, length and bytes of each value."""
    text = b""
    for value in values:
        kind = 1 if isinstance(value, int) else 3 if isinstance(value, str) else 4
        data = value.to_bytes(8, "little", signed=True) if kind == 1 else value.encode() if kind == 3 else value
        length = b"" if kind == 1 else len(data).to_bytes(8, "little")
        text += bytes([kind]) + length + data
    return zlib.crc32(text)


def reseal(state, table):
    """Makes a table's rows look as if the program had written them, after a test changed some. `state`: the open SQLite file."""
    columns = ",".join(row[1] for row in state.execute(f"PRAGMA table_info({table})") if row[1] != "checksum")
    state.create_function("row_checksum", -1, row_checksum)
    state.execute(f"UPDATE {table} SET checksum=row_checksum({columns})")


def digests_of(folder, names=("ledger.csv", "ledger.xlsx", "bundle.zip")):
    return {name: sha256_of(Path(folder) / name) for name in names}


def tree_of(folder):
    """{relative path: digest} of every file below a folder; empty when it is not there."""
    folder = Path(folder)
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in sorted(folder.rglob("*")) if path.is_file()} if folder.exists() else {}


def wait_until(condition, process=None, timeout=30):
    """Waits for an event outside this process; False when the time is over or `process` ended first."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if condition():
            return True
        if process is not None and process.poll() is not None:
            return bool(condition())
        time.sleep(0.005)
    return False


class Case(unittest.TestCase):
    """A folder of its own for each test, gone afterwards."""

    maxDiff = None

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="moisson-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def run_moisson(self, *arguments, environment=None, expect=None, **options):
        result = run(*arguments, folder=self.folder, environment=environment, **options)
        if expect is not None:
            self.assertEqual(result.code, expect, result)
        return result

    def sandbox(self, *arguments, **options):
        sandbox = Sandbox(self.folder, *arguments, **options)
        self.addCleanup(sandbox.stop)
        return sandbox

    def double(self):
        double = Double()
        self.addCleanup(double.stop)
        return double

    def summary(self, folder="out/2026-10"):
        return json.loads((self.folder / folder / "summary.json").read_text("utf-8"))

    def view(self, out="out", period="2026-10"):
        """The folder of the only partial view of that month."""
        found, = (self.folder / out).glob(f"{period}+*")
        return f"{out}/{found.name}"

    def rows(self, folder="out/2026-10"):
        return rows_of(self.folder / folder / "ledger.csv")

    def codes(self, folder="out/2026-10"):
        return {finding["code"] for finding in self.summary(folder)["findings"]}


class PublishedOnce(Case):
    """What a class's tests read is made once: by the class's `publish`, in the folder of `cls.keeper`."""

    @classmethod
    def setUpClass(cls):
        cls.keeper = Case()
        cls.keeper.setUp()
        try:
            cls.publish()
        except BaseException:
            cls.keeper.doCleanups()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.keeper.doCleanups()


__all__ = ["Api", "Case", "Double", "ENVIRONMENT", "Finished", "LEDGER_COLUMNS", "LEDGER_TYPED_COLUMNS", "PDF", "PROGRAM", "PublishedOnce", "ROOT", "RawNumber",
           "Sandbox", "TYPES", "as_answer", "digests_of", "document", "end", "erp_template", "finish", "pdf", "reseal", "rows_of", "run", "sha256_of", "signal", "start", "tree_of", "unittest",
           "wait_until"]
