"""What the conformance tests share: newman, Prism, and the two relays that carry files through Prism unharmed.

The programs come from npm (tests/npm); ctest installs them and says where in the environment variable MOISSON_NPM.
"""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from harness import ENVIRONMENT, ROOT, Api, Case, end  # noqa: E402
from ports import free_port  # noqa: E402

OPENAPI = ROOT / "samples" / "openapi.yaml"
NPM = Path(os.environ.get("MOISSON_NPM", "node_modules/.."))
NODE = shutil.which("node") or "node"
COLLECTION = "moisson-sandbox.postman_collection.json"
POSTMAN_ENVIRONMENT = "moisson-sandbox.postman_environment.json"


def tool(name):
    program = NPM / "node_modules" / ".bin" / name
    if not program.exists():
        raise AssertionError(f"{program} is not there: ctest installs it (tests/npm/install.py FOLDER), MOISSON_NPM says where")
    return str(program)


class NewmanRun:
    """What newman said of a collection: the names of failed checks, and how many there were."""

    def __init__(self, code, report):
        self.code = code
        self.report = report
        run = report["run"]
        self.requests = run["stats"]["requests"]["total"]
        self.assertions = run["stats"]["assertions"]["total"]
        self.failures = [f"{failure['source'].get('name', '?')}: {failure['error'].get('test') or failure['error']['name']}: "
                         f"{failure['error']['message']}" for failure in run["failures"]]


def newman(folder, collection, environment, *arguments):
    """Runs a collection; `folder` takes its report."""
    report = Path(folder) / f"newman-{time.monotonic_ns()}.json"
    done = subprocess.run([NODE, tool("newman"), "run", str(collection), "--environment", str(environment), "--reporters", "json",
                           "--reporter-json-export", str(report), "--timeout-request", "20000", "--timeout", "90000", *arguments],
                          cwd=folder, env={**ENVIRONMENT, "HOME": str(folder)}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=150, check=False)
    if not report.exists():
        raise AssertionError(f"newman ended with {done.returncode} and without a report\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return NewmanRun(done.returncode, json.loads(report.read_text("utf-8")))


class Prism:
    """Prism on a free loopback port, knowing nothing but the OpenAPI document: as a mock, or as a validating proxy of `upstream`."""

    def __init__(self, folder, upstream=None, document=OPENAPI):
        self.log = Path(folder) / f"prism-{time.monotonic_ns()}.log"
        self.process = None
        for _ in range(3):  # a port that was free a moment ago may be taken
            self.port = free_port()
            self.url = f"http://127.0.0.1:{self.port}"
            if self._start(folder, upstream, document):
                return
        raise AssertionError(f"Prism did not start: {self.log.read_text('utf-8', 'replace')[-3000:]}")

    def _start(self, folder, upstream, document):
        mode = ["mock", str(document)] if upstream is None else ["proxy", str(document), upstream]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([NODE, tool("prism"), *mode, "--host", "127.0.0.1", "--port", str(self.port)], cwd=folder,
                                            env={**ENVIRONMENT, "HOME": str(folder)}, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            if "Prism is listening" in self.log.read_text("utf-8", "replace"):
                return True
            time.sleep(0.02)  # another program's log: there is no event to wait for
        end(self.process)
        return False

    def violations(self):
        """What it found, each a line such as "request.header X …"; the place before, the reason after."""
        text = re.sub(r"\x1b\[[0-9;]*m", "", self.log.read_text("utf-8", "replace"))
        return re.findall(r"Violation: (.*)", text)

    def complaints(self):
        """Requests that fit no path or method, and what made Prism fail: never expected."""
        text = re.sub(r"\x1b\[[0-9;]*m", "", self.log.read_text("utf-8", "replace"))
        return re.findall(r"terminated with error: (.*)", text)

    def count(self, part):
        """How many requests it took whose "method path " holds `part`."""
        text = re.sub(r"\x1b\[[0-9;]*m", "", self.log.read_text("utf-8", "replace"))
        return sum(1 for line in re.findall(r"\[HTTP SERVER\] (\S+ \S+ ).*Request received", text) if part in line)

    def environment(self):
        """As `moisson sandbox` prints it, without credentials."""
        return {"MOISSON_API_URL": self.url + "/cloud/b2b/v1", "MOISSON_OAUTH_URL": self.url + "/oauth/v3"}

    def stop(self):
        end(self.process)


class Relay:
    """Passes requests on to `target`, byte for byte but for the bodies of files.

    Prism reads every body that is not JSON as UTF-8 text, which harms files. So the relay behind it (`writes_text`) makes text of their bytes,
    one character each, and the relay before it (`reads_text`) makes bytes of the text again. Prism sees every request and every answer.
    """

    def __init__(self, target, code=None):
        address = urllib.parse.urlsplit(target)
        self.code = code
        self.problems = []
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                relay._pass(self, address)

            do_POST = do_DELETE = do_PUT = do_GET

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def _pass(self, handler, address):
        own = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "date", "server"}
        length = handler.headers.get("Content-Length")
        body = handler.rfile.read(int(length)) if length else None
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        try:
            connection.putrequest(handler.command, handler.path, skip_host=False, skip_accept_encoding=True)
            for name, value in handler.headers.items():
                if name.lower() not in own:
                    connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as problem:
            self.problems.append(f"{handler.command} {handler.path}: {problem!r}")
            handler.close_connection = True
            return
        finally:
            connection.close()
        is_file = not re.match(r"application/([\w.+-]*\+)?json|text/html", answer.headers.get("Content-Type") or "application/json")
        if self.code and is_file:
            try:
                content = self.code(content)
            except UnicodeError as problem:
                self.problems.append(f"{handler.command} {handler.path}: {problem!r}")
        try:
            handler.send_response_only(answer.status, answer.reason)
            for name, value in answer.headers.items():
                if name.lower() not in own:
                    handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(content)))
            handler.end_headers()
            handler.wfile.write(content)
        except OSError:
            handler.close_connection = True


def writes_text(content):
    return content.decode("latin-1").encode("utf-8")


def reads_text(content):
    return content.decode("utf-8").encode("latin-1")


class ProxiedService:
    """relay, Prism as a validating proxy, relay, service: `environment()` is what a client sets."""

    def __init__(self, folder, service_environment):
        self.service_environment = service_environment
        origin = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(service_environment["MOISSON_API_URL"]))
        self.parts = []
        try:
            self.behind = self._add(Relay(origin, writes_text))
            self.prism = self._add(Prism(folder, self.behind.url))
            self.before = self._add(Relay(self.prism.url, reads_text))
        except BaseException:
            self.stop()
            raise

    def _add(self, part):
        self.parts.append(part)
        return part

    @property
    def problems(self):
        return self.behind.problems + self.before.problems

    def environment(self):
        return {**self.service_environment, "MOISSON_API_URL": self.before.url + "/cloud/b2b/v1", "MOISSON_OAUTH_URL": self.before.url + "/oauth/v3"}

    def stop(self):
        for part in reversed(self.parts):
            part.stop()


class ConformanceCase(Case):
    def newman(self, *arguments, folder="postman", environment=POSTMAN_ENVIRONMENT):
        place = self.folder / folder
        return newman(self.folder, place / COLLECTION, place / environment, *arguments)

    def proxied(self, service_environment):
        proxied = ProxiedService(self.folder, service_environment)
        self.addCleanup(proxied.stop)
        return proxied

    def mock(self):
        prism = Prism(self.folder)
        self.addCleanup(prism.stop)
        return prism
