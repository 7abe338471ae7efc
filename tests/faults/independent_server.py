"""A server of our own making for the fault tests, and the proxy and certificates that go with it. It owes nothing to Moisson's sandbox: it speaks
HTTP by hand over Python's sockets, so that it can break it anywhere.

Certificates are made with the openssl command. Loopback only; every server ends with its `close`.
"""

import base64
import contextlib
import json
import os
import re
import socket
import ssl
import struct
import subprocess
import threading
import time
import urllib.parse

# ------------------------------------------------------------------------------------------------------------------------------- certificates


class Certificates:
    """A certificate authority in a folder, and leaves for any names and any span of time."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.ca_file, self.ca_key = os.path.join(folder, "ca.pem"), os.path.join(folder, "ca.key")
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.ca_key, "-out", self.ca_file,
                      "-days", "3650", "-subj", "/CN=independent test CA", "-addext", "basicConstraints=critical,CA:TRUE",
                      "-addext", "keyUsage=critical,keyCertSign")
        with open(os.path.join(folder, "index.txt"), "w", encoding="ascii"):
            pass

    def leaf(self, name, names, start=None, end=None):
        """Certificate and key files. `names` as openssl's subjectAltName has them; `start`, `end`: YYYYMMDDHHMMSSZ."""
        base = os.path.join(self.folder, name)
        with open(base + ".cnf", "w", encoding="ascii") as file:
            file.write("[ca]\ndefault_ca=own\n[own]\ndatabase=%s/index.txt\nnew_certs_dir=%s\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n"
                       "unique_subject=no\n[any]\ncommonName=supplied\n[leaf]\nsubjectAltName=%s\n" % (self.folder, self.folder, names))
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", base + ".key", "-out", base + ".csr",
                      "-subj", "/CN=" + name)
        span = ["-startdate", start, "-enddate", end] if start else ["-days", "30"]
        self._openssl("ca", "-batch", "-notext", "-config", base + ".cnf", "-cert", self.ca_file, "-keyfile", self.ca_key, "-in", base + ".csr",
                      "-out", base + ".pem", "-extensions", "leaf", *span)
        return base + ".pem", base + ".key"

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=30)


# ------------------------------------------------------------------------------------------------------------------------------------ sockets


class Request:
    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.path, _, self.query = target.partition("?")


def read_request(connection):
    """None when the client has no more to say."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk or len(data) > 1 << 20:
            return None
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    method, target, _ = first.split(" ", 2)
    return Request(method, target, headers, body)


def reset(connection):
    """Ends a connection the rude way: RST, no close_notify."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Hangup(Exception):
    """Closes the connection at this point."""


class Server:
    """One thread per connection. `answer(request, connection)` sends an answer, or raises Hangup. All requests are kept in `requests`."""

    def __init__(self, answer, certificate=None, handshake_delay=0.0):
        self.answer, self.handshake_delay, self.requests, self.connections = answer, handshake_delay, [], 0
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.closing = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while not self.closing.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError, Hangup, ValueError):
            connection.settimeout(20)
            if self.context:
                self.closing.wait(self.handshake_delay)
                connection = self.context.wrap_socket(connection, server_side=True)
            while not self.closing.is_set() and (request := read_request(connection)):
                self.requests.append(request)
                self.answer(request, connection)
        with contextlib.suppress(OSError):
            connection.close()

    def close(self):
        self.closing.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def send(connection, status, body=b"", media_type="application/json", headers=()):
    lines = [f"HTTP/1.1 {status} -", f"Content-Type: {media_type}", f"Content-Length: {len(body)}", *headers]
    connection.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


# -------------------------------------------------------------------------------------------------------------------------------- the service


class Service:
    """As much of the Cloud Store Customer Space as an export needs, with trouble on a fixed rhythm: each kind of `trouble` is {kind: every Nth}."""

    client_id, client_secret = "independent-client", "s3cret+of/the=client"
    api_key = base64.b64encode(bytes(range(256)) * 3).decode()

    def __init__(self, contracts=3, months=2, trouble=None, elsewhere="", token_uses=0, first_month=(2026, 2)):
        self.trouble, self.elsewhere, self.token_uses = trouble or {}, elsewhere, token_uses
        self.lock = threading.Lock()
        self.counts, self.tokens, self.files, self.lists = {}, [], {}, {}
        for number in range(contracts):
            contract = f"OCB{number + 1:07d}"
            self.lists[contract] = []
            for month in range(months):
                self._add_month(contract, f"{first_month[0]}{first_month[1] + month:02d}")

    def _add_month(self, contract, period):
        def line(row):  # 27 columns; DiscountedAmount adds up to the invoice: 299 times 0,40 and once 0,90
            discounted = "0,90" if row == 0 else "0,40"
            return (f"PayAsYouGo;{period}01;{period}28;{contract};tenant;FR;eu;compute;c1;hours;{contract}-{period}-{row};p;t;1,5;h;1,5;1,5;0;"
                    f"{discounted};EUR;;;;;;;")
        rows = "\r\n".join(["heading;" * 26 + "heading", *[line(row) for row in range(300)]]) + "\r\n"
        pdf = b"%PDF-1.4\n" + (f"% {contract} {period}\n".encode() * 700) + b"trailer\n<<>>\nstartxref\n0\n%%EOF\n"
        for kind, name, content in (("invoices", "invoice.pdf", pdf), ("comsumptionRatedReports", "usage.csv", rows.encode())):
            document_id = f"{contract[-2:]}/{kind[:3]} {period}"  # a slash and a blank: the id must be percent-encoded
            self.files[contract, document_id] = content
            self.lists[contract].insert(0, {
                "id": document_id, "filename": name, "period": period, "createdAt": f"{period[:4]}-{period[4:]}-05T08:00:00.000Z",
                "updatedAt": f"{period[:4]}-{period[4:]}-05T08:00:00.000Z", "amount": 120.50, "currency": "EUR", "documentType": kind})

    def strikes(self, kind):
        every = self.trouble.get(kind, 0)
        with self.lock:
            self.counts[kind] = self.counts.get(kind, 0) + 1
            return every > 0 and self.counts[kind] % every == 0

    def answer(self, request, connection):
        path = urllib.parse.unquote(request.path)
        if path.endswith("/token"):
            return self.answer_token(request, connection)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        with self.lock:
            uses = next((entry for entry in self.tokens if entry[0] == token), None)
            if uses:
                uses[1] += 1
            spent = uses and self.token_uses and uses[1] > self.token_uses
        if uses is None or request.headers.get("x-api-key") != self.api_key:
            return send(connection, 401, b'{"code": 41, "message": "Invalid credentials"}')
        if spent:
            return send(connection, 401, b'{"code": 42, "message": "Expired credentials"}')
        if self.strikes("reset"):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n[")
            reset(connection)
            raise Hangup
        contract = request.headers.get("x-eccs-contract-id", "")
        if path.endswith("/contracts"):
            listed = [{"id": name, "name": f"Contract {name}", "offer": {"name": "Flexible Engine"}} for name in self.lists]
            return send(connection, 200, json.dumps(listed).encode())
        if contract not in self.lists:
            return send(connection, 404, b'{"code": 60, "message": "Resource not found"}')
        if path.endswith("/contract"):
            return send(connection, 200, json.dumps({"id": contract, "name": f"Contract {contract}"}).encode())
        if path.endswith("/documents"):
            return self.answer_list(request, connection, contract)
        return self.answer_file(re.sub(r".*/documents/(.*)/file", r"\1", path), connection, contract)

    def answer_token(self, request, connection):
        wanted = "Basic " + base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if request.headers.get("authorization") != wanted:
            return send(connection, 401, b'{"error": "invalid_client", "error_description": "-"}')
        with self.lock:
            token = base64.urlsafe_b64encode(f"token number {len(self.tokens)} of the independent server".encode()).decode().rstrip("=")
            self.tokens.append([token, 0])
        return send(connection, 200, b"\n" + json.dumps({"token_type": "Bearer", "expires_in": "3600", "access_token": token}).encode() + b"\n  ")

    def answer_list(self, request, connection, contract):
        query = urllib.parse.parse_qs(request.query, keep_blank_values=True)
        kind, limit = query.get("documentType", ["reports"])[0], int(query.get("limit", ["10"])[0])
        listed = [item for item in self.lists[contract] if kind in ("", item["documentType"])]
        return send(connection, 200, json.dumps(listed[:limit]).encode())

    def answer_file(self, document_id, connection, contract):
        content = self.files.get((contract, document_id))
        if content is None:
            return send(connection, 404, b'{"code": 60, "message": "Resource not found"}')
        if self.elsewhere and self.strikes("redirect"):
            location = f"{self.elsewhere}/{contract}/{urllib.parse.quote(document_id, safe='')}"
            return send(connection, 302, b"", "text/html", [f"Location: {location}"])
        return self.send_file(content, connection)

    def send_file(self, content, connection):
        kind = "application/pdf" if content.startswith(b"%PDF") else "text/csv"
        if self.strikes("cut"):
            connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content[:len(content) // 2])
            raise Hangup
        if self.strikes("cut-chunked"):
            connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n{len(content):x}\r\n".encode() +
                               content + b"\r\n")
            raise Hangup
        return send(connection, 200, content, kind)

    def answer_elsewhere(self, request, connection):
        """What stands at the redirect's end: like a presigned store, it knows no credentials."""
        _, contract, document_id = request.path.split("/", 2)
        return self.send_file(self.files[contract, urllib.parse.unquote(document_id)], connection)

    def settings(self, port, ca_file, host="localhost"):
        return {"MOISSON_API_URL": f"https://{host}:{port}/cloud/b2b/v1", "MOISSON_OAUTH_URL": f"https://{host}:{port}/oauth/v3",
                "MOISSON_CLIENT_ID": self.client_id, "MOISSON_CLIENT_SECRET": self.client_secret, "MOISSON_API_KEY": self.api_key,
                "MOISSON_CA_FILE": ca_file}


# -------------------------------------------------------------------------------------------------------------------------------------- proxy


class Proxy:
    """A CONNECT proxy that asks for user and password; it tunnels "service.test" to this machine: requests to
    loopback addresses never reach a proxy. `page`: answers every CONNECT with this HTML page."""

    def __init__(self, user, password, page=b"", page_status=200):
        self.wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.page, self.page_status = page, page_status
        self.tunnels = 0
        self.server = Server(self.answer)
        self.port = self.server.port

    def answer(self, request, connection):
        if self.page:
            send(connection, self.page_status, self.page, "text/html")
            raise Hangup
        if request.headers.get("proxy-authorization") != self.wanted:
            send(connection, 407, b"<html>who are you?</html>", "text/html", ['Proxy-Authenticate: Basic realm="test"'])
            raise Hangup
        host, _, port = request.target.rpartition(":")
        if request.method != "CONNECT" or host != "service.test":
            send(connection, 403)
            raise Hangup
        with socket.create_connection(("127.0.0.1", int(port)), 5) as onward:
            self.tunnels += 1
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=self._pump, args=(onward, connection), daemon=True)
            back.start()
            self._pump(connection, onward)
            back.join(20)
        raise Hangup

    @staticmethod
    def _pump(source, sink):
        with contextlib.suppress(OSError):
            source.settimeout(20)
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def close(self):
        self.server.close()


def wait_until(condition, seconds=5.0):
    """Waits for an event, and says whether it came."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
