"""Whole exports against a server, a proxy and certificates that owe nothing to Moisson: what breaks on the way is survived, or named so that an
administrator can act on it. MOISSON names the built program.
"""

import concurrent.futures
import contextlib
import hashlib
import os
import shutil
import signal
import tempfile
import threading
import time
import unittest
import urllib.parse

import harness
from independent_server import Certificates, Hangup, Proxy, Server, Service, send, wait_until

CERTIFICATES = None  # made once, in setUpModule
GOOD = None
FOLDER = None


def setUpModule():
    global CERTIFICATES, GOOD, FOLDER
    harness.moisson_path()
    FOLDER = tempfile.mkdtemp(prefix="moisson-independent-")
    CERTIFICATES = Certificates(os.path.join(FOLDER, "certificates"))
    GOOD = CERTIFICATES.leaf("good", "DNS:localhost,DNS:service.test,IP:127.0.0.1")


def tearDownModule():
    shutil.rmtree(FOLDER)


class ExportTest(unittest.TestCase):
    """A folder, servers that are closed at the end, and one way to run an export."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=FOLDER)
        self.logs = os.path.join(self.folder, "logs")
        self.out = os.path.join(self.folder, "out")
        os.makedirs(self.logs)
        self.runs = 0

    def fresh(self, name):
        """Another folder to export to: a state belongs to one service."""
        self.out = os.path.join(self.folder, f"out-{name}".replace(" ", "-"))

    def serve(self, answer, certificate="good", **options):
        server = Server(answer, GOOD if certificate == "good" else certificate, **options)
        self.addCleanup(server.close)
        return server

    def settings(self, service, server, host="localhost", **extra):
        return {**service.settings(server.port, CERTIFICATES.ca_file, host), "NO_PROXY": "*", **extra}

    def export(self, settings, *options, seconds_max=45, when_running=None, **job):
        self.runs += 1
        path = harness.write_job(self.folder, **{"attempts_max": 3, **job})
        return harness.run_program(["export", "--job", path, "--all", "--rate", "0", "--out", self.out, "--no-progress", *options],
                                   harness.environment_of(settings), self.logs, f"run-{self.runs}", seconds_max, when_running)

    def check_words(self, ended, code, *words):
        """The right exit code, and a message that says `words`: what happened, to whom, what to do."""
        self.assertEqual(ended.code, code, ended.errors[-3000:])
        for word in words:
            self.assertIn(word.lower(), ended.errors.lower())

    def check_month(self, service, code):
        """The published month against what the server holds."""
        rows, summary = harness.check_published(os.path.join(self.out, "all"))
        digests = {f"{contract}/{name}": hashlib.sha256(content).hexdigest() for (contract, name), content in service.files.items()}
        oracle = {"contracts": sorted(service.lists), "documents": {
            key: [{"contract": key.partition("/")[0], "sha256": digest, "month": None}] for key, digest in digests.items()}}
        harness.check_ledger(rows, summary, code, oracle, lambda month: True)
        harness.check_objects(self.out, True, set(digests.values()))
        self.assertEqual(len(rows), len(digests))
        return rows

    def check_secrets(self, service, **more):
        """No credential of the run stands in anything that it wrote or printed: not the tokens that the server really gave either."""
        secrets = {"the client secret": service.client_secret, "the API key": service.api_key, **more}
        secrets.update({f"token {number}": entry[0] for number, entry in enumerate(service.tokens)})
        documents = {hashlib.sha256(content).hexdigest() for content in service.files.values()}
        self.assertEqual(harness.find_secrets([self.out, self.logs], harness.needles_of(secrets), documents), [])


class Survival(ExportTest):
    def test_cuts_resets_redirects_and_dying_tokens_cost_no_document(self):
        """If it failed, a network with ordinary trouble would lose invoices, store torn ones or give the credentials to a stranger."""
        service = Service(contracts=4, months=3, trouble={"cut": 5, "cut-chunked": 7, "reset": 9, "redirect": 2}, token_uses=11)
        server, elsewhere = self.serve(service.answer), self.serve(service.answer_elsewhere)
        service.elsewhere = f"https://localhost:{elsewhere.port}"
        settings = self.settings(service, server)
        ended = self.export(settings, "-v", "--log-format", "json", "--transfers", "6", attempts_max=8)
        self.assertEqual(ended.code, 0, ended.errors[-3000:])
        self.check_month(service, 0)
        self.assertGreater(len(elsewhere.requests), 5, "nothing was redirected: the test shows nothing")
        self.assertGreater(len(service.tokens), 4, "no token died: the test shows nothing")
        for request in elsewhere.requests:
            self.assertEqual({"authorization", "x-api-key", "x-eccs-contract-id", "cookie"} & set(request.headers), set())
            told = f"{request.target} {request.headers}"
            self.assertFalse(any(secret in told for secret in (service.api_key, service.client_secret, *(entry[0] for entry in service.tokens))), told)
        files = len([request for request in server.requests if request.path.endswith("/file")])
        service.trouble = {}
        self.assertEqual(self.export(settings).code, 0)
        self.assertEqual(len([request for request in server.requests if request.path.endswith("/file")]), files, "finished downloads were repeated")
        self.check_secrets(service)

    def test_killed_runs_against_the_independent_server_lose_nothing(self):
        """If it failed, a run that was killed could leave a torn month or lose what it had fetched."""
        service = Service(contracts=4, months=4, trouble={"cut": 6, "reset": 11, "redirect": 3}, token_uses=13)
        server, elsewhere = self.serve(service.answer), self.serve(service.answer_elsewhere)
        service.elsewhere = f"https://127.0.0.1:{elsewhere.port}"
        settings = self.settings(service, server)
        for requests in (7, 25, 40):
            before = len(server.requests)

            def kill(process, wanted=before + requests):
                wait_until(lambda: len(server.requests) >= wanted or process.poll() is not None, 20)
                process.kill()
                return True
            self.export(settings, when_running=kill)
            if os.path.isdir(os.path.join(self.out, ".moisson")):
                harness.check_objects(self.out, False, {hashlib.sha256(content).hexdigest() for content in service.files.values()})
        service.trouble = {}
        self.assertEqual(self.export(settings).code, 0)
        self.check_month(service, 0)
        self.check_secrets(service)

    def test_a_known_document_whose_list_fails_later_says_why_it_has_no_file(self):
        """If it failed, a row without a file would stand in the ledger and nobody could tell why."""
        service = Service(contracts=2, months=1)
        content = dict(service.files)
        poisoned = next(iter(service.files))
        service.files[poisoned] = b"<html><body>not yet</body></html>"
        broken = []

        def answer(request, connection):
            if broken and request.path.endswith("/documents") and request.headers.get("x-eccs-contract-id") == poisoned[0]:
                return send(connection, 200, b'{"documents": null}')
            return service.answer(request, connection)
        settings = self.settings(service, self.serve(answer))
        self.assertEqual(self.export(settings).code, 3)
        service.files = content
        broken.append(True)
        self.assertEqual(self.export(settings).code, 3)
        rows = {row["document_id"]: row for row in self.check_month(service, 3)}
        self.assertIn("contract-unknown-answer", rows[poisoned[1]]["findings"].split())
        broken.clear()
        self.assertEqual(self.export(settings).code, 0)
        self.check_month(service, 0)

    def test_a_service_that_takes_no_token_is_given_up(self):
        """If it failed, a revoked subscription would be hammered with token requests until the access is withdrawn."""
        service = Service(contracts=2, months=1, token_uses=-1)
        ended = self.export(self.settings(service, self.serve(service.answer)))
        self.check_words(ended, 4, "token")
        self.assertLess(len(service.tokens), 20)

    def test_refused_credentials_are_told_apart(self):
        """If it failed, a user would renew the API key where the client secret is wrong, or the other way round."""
        service = Service(contracts=1, months=1)
        server = self.serve(service.answer)
        self.check_words(self.export(self.settings(service, server, MOISSON_CLIENT_SECRET="wrong-secret-of-mine")), 4, "client")
        self.check_words(self.export(self.settings(service, server, MOISSON_API_KEY="d3JvbmctYXBpLWtleS1vZi1taW5l")), 4, "API key")
        self.check_secrets(service, wrong="wrong-secret-of-mine", wrong_key="d3JvbmctYXBpLWtleS1vZi1taW5l")


class EndlessAnswers(ExportTest):
    """200 and then no end, of every kind: a limit stops it, and the message names the limit."""

    def run_with_file_answer(self, answer, **job):
        service = Service(contracts=1, months=1)
        poisoned = next(iter(service.files))

        def answer_all(request, connection):
            if urllib.parse.unquote(request.path).endswith(f"/documents/{poisoned[1]}/file"):
                return answer(request, connection)
            return service.answer(request, connection)
        ended = self.export(self.settings(service, self.serve(answer_all)), **job)
        rows = {row["document_id"]: row for row in harness.read_ledger(os.path.join(self.out, "all", "ledger.csv"))}
        self.assertEqual(rows[poisoned[1]]["status"], "failed")
        self.assertEqual([row["status"] for name, row in rows.items() if name != poisoned[1]], ["ok"])
        self.check_secrets(service)
        return ended

    def test_an_endless_chunked_body(self):
        """If it failed, one bad answer could fill the disk."""
        def answer(request, connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n%PDF-1.4\n\r\n")
            while True:
                connection.sendall(b"2000\r\n" + b"x" * 8192 + b"\r\n")
        self.check_words(self.run_with_file_answer(answer, file_bytes_max=300000), 3, "300000", "file_bytes_max")

    def test_a_body_announced_too_large(self):
        """If it failed, a wrong length could fill the disk before anyone notices."""
        def answer(request, connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 99999999999\r\n\r\n%PDF-1.4\n")
            while True:
                connection.sendall(b"x" * 65536)
        self.check_words(self.run_with_file_answer(answer, file_bytes_max=300000), 3, "300000", "file_bytes_max")

    def test_headers_without_end(self):
        """If it failed, a server gone wrong could take all memory."""
        def answer(request, connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"X-More: " + b"y" * 1000 + b"\r\n")
        self.check_words(self.run_with_file_answer(answer), 3, "header section", "65536 bytes")

    def test_redirects_without_end(self):
        """If it failed, a redirect loop would hold the run, or hide which document it cost."""
        hops = []

        def answer(request, connection):
            hops.append(request.target)
            send(connection, 302, b"", "text/html", [f"Location: {request.path}?hop={len(hops)}"])
        self.check_words(self.run_with_file_answer(answer), 3, "redirect")
        self.assertLess(len(hops), 30)

    def test_a_redirect_to_plain_http_is_not_followed(self):
        """If it failed, invoices would travel in the clear."""
        plain = self.serve(lambda request, connection: send(connection, 200, b"%PDF-1.4\n%%EOF\n", "application/pdf"), None)
        ended = self.run_with_file_answer(
            lambda request, connection: send(connection, 302, b"", "text/html", [f"Location: http://localhost:{plain.port}/file"]))
        self.check_words(ended, 3, "plain http")
        self.assertEqual(plain.connections, 0)

    def test_an_endless_document_list(self):
        """If it failed, one contract's list could take all memory."""
        service = Service(contracts=2, months=1)

        def answer(request, connection):
            if request.path.endswith("/documents") and request.headers.get("x-eccs-contract-id", "").endswith("2"):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n")
                while True:
                    connection.sendall(b"2000\r\n" + b" " * 8192 + b"\r\n")
            return service.answer(request, connection)
        ended = self.export(self.settings(service, self.serve(answer)), list_bytes_max=300000)
        self.check_words(ended, 3, "OCB0000002", "300000", "list_bytes_max")


class Networks(ExportTest):
    """What keeps a company's network from the service: each ends with 5 and the cause in words."""

    def check_unreachable(self, settings, *words, **job):
        ended = self.export(settings, **{"connect_timeout_seconds": 1, "attempts_max": 2, **job})
        self.check_words(ended, 5, *words)
        self.assertFalse(os.path.exists(os.path.join(self.out, "all")), "a month was published out of nothing")
        return ended

    def test_a_certificate_for_another_host(self):
        """If it failed, anyone on the way could read the credentials; also when the handshake is slow (issue 3 of the design's rules)."""
        other = CERTIFICATES.leaf("other", "DNS:other.example,IP:192.0.2.7")
        for delay in (0.0, 1.6):
            with self.subTest(handshake_delay=delay):
                self.fresh(delay)
                service = Service()
                server = self.serve(service.answer, other, handshake_delay=delay)
                words = ("localhost", "other.example") if delay == 0.0 else ("localhost",)
                self.check_unreachable(self.settings(service, server), *words)
                self.assertEqual(server.requests, [])

    def test_certificates_out_of_their_time(self):
        """If it failed, an administrator could not tell an expired certificate from a wrong clock."""
        for name, start, end, words in (("expired", "20200101000000Z", "20210601000000Z", ("expired", "2021-06-01")),
                                        ("future", "20900101000000Z", "20910601000000Z", ("2090-01-01", "clock"))):
            with self.subTest(name):
                self.fresh(name)
                service = Service()
                server = self.serve(service.answer, CERTIFICATES.leaf(name, "DNS:localhost", start, end))
                self.check_unreachable(self.settings(service, server), *words)
                self.assertEqual(server.requests, [])

    def test_an_authority_nobody_trusts(self):
        """If it failed, a company's TLS inspection would show as an unexplained failure, or be accepted."""
        stranger = Certificates(os.path.join(self.folder, "stranger"))
        service = Service()
        server = self.serve(service.answer, stranger.leaf("localhost", "DNS:localhost"))
        self.check_unreachable(self.settings(service, server), "MOISSON_CA_FILE", "independent test CA")
        self.assertEqual(server.requests, [])

    def test_no_tls_at_the_port(self):
        """If it failed, a wrong port would look like a broken service."""
        service = Service()
        self.check_unreachable(self.settings(service, self.serve(service.answer, None)), "TLS")

    def test_a_server_that_says_nothing(self):
        """If it failed, a silent firewall would hold the run for ever."""
        service = Service()
        silent = self.serve(lambda request, connection: time.sleep(8) or send(connection, 200))
        self.check_unreachable(self.settings(service, silent), "1000 ms")
        self.fresh("held")
        held = self.serve(service.answer, handshake_delay=8)
        self.check_unreachable(self.settings(service, held), "handshake")

    def test_nobody_listens(self):
        """If it failed, a wrong port or a service that is down would not be named."""
        service = Service()
        server = self.serve(service.answer)
        settings = self.settings(service, server)
        server.close()
        self.check_unreachable(settings, str(server.port), "refused")

    def test_a_name_that_does_not_resolve(self):
        """If it failed, a typing error or a missing VPN would look like a broken service."""
        service = Service()
        server = self.serve(service.answer)
        ended = self.check_unreachable(self.settings(service, server, "no-such-host.invalid"), "no-such-host.invalid", "VPN")
        self.assertLess(ended.seconds, 30)


class Clocks(ExportTest):
    def test_a_clock_two_years_off_is_named_and_does_no_harm(self):
        """If it failed, tokens and dates would go wrong and nobody would look at the machine's clock."""
        service = Service(contracts=1, months=1)

        class Dated:
            """The service of two years ago."""

            def __init__(self, connection):
                self.connection = connection

            def sendall(self, data):
                year = time.gmtime().tm_year - 2
                self.connection.sendall(data.replace(b"\r\nContent-Type", f"\r\nDate: {time.strftime(f'%a, %d %b {year} %H:%M:%S GMT', time.gmtime())}"
                                                     "\r\nContent-Type".encode(), 1))
        server = self.serve(lambda request, connection: service.answer(request, Dated(connection)))
        settings = self.settings(service, server)
        doctor = harness.run_program(["doctor"], harness.environment_of(settings), self.logs, "doctor")
        # On a month's last day another step speaks of "the clock on the wall".
        said = next(line for line in (doctor.output + doctor.errors).splitlines() if line.split()[1:2] == ["clock"])
        self.assertRegex(said, r"7\d\d days|2 years|63\d{6} s|1[0-9]{3},?[0-9]* h|off")
        self.assertNotIn("ok", said.lower().split())
        self.assertEqual(self.export(settings).code, 0)
        self.check_month(service, 0)


class Proxies(ExportTest):
    def through(self, proxy, service, server, user=None):
        user = f"{urllib.parse.quote(user, safe=':')}@" if user else ""
        return self.settings(service, server, "service.test", HTTPS_PROXY=f"http://{user}127.0.0.1:{proxy}", NO_PROXY="")

    def test_a_tunnel_with_user_and_password(self):
        """If it failed, nobody behind a company's proxy could export; or the proxy would see more than the tunnel's host."""
        proxy = Proxy("moisson", harness.PROXY_PASSWORD)
        self.addCleanup(proxy.close)
        service = Service(trouble={"cut": 5})
        server = self.serve(service.answer)
        user = "moisson:" + urllib.parse.quote(harness.PROXY_PASSWORD, safe="")
        settings = {**self.through(proxy.port, service, server), "HTTPS_PROXY": f"http://{user}@127.0.0.1:{proxy.port}"}
        ended = self.export(settings, "-v", "--log-format", "json")
        self.assertEqual(ended.code, 0, ended.errors[-3000:])
        self.check_month(service, 0)
        self.assertGreater(proxy.tunnels, 0)
        for request in proxy.server.requests:
            self.assertEqual((request.method, {"authorization", "x-api-key"} & set(request.headers)), ("CONNECT", set()))
        for request in server.requests:
            self.assertNotIn("proxy-authorization", request.headers)
        self.check_secrets(service, proxy_password=harness.PROXY_PASSWORD)

    def test_what_proxies_refuse(self):
        """If it failed, an administrator would look at the service where the proxy says no."""
        page = b"<html><body><form>Please log in to the web gateway</form></body></html>"
        for name, options, user, words in (
                ("no password", {}, None, ("proxy", "asks for a user and password", "HTTPS_PROXY")),
                ("wrong password", {}, "moisson:wrong%2Dpassword", ("proxy", "refuses the user and password")),
                ("HTML with 200", {"page": page}, None, ("proxy",)),
                ("HTML with 403", {"page": page, "page_status": 403}, None, ("proxy", "403")),
                ("HTML with 502", {"page": page, "page_status": 502}, None, ("proxy", "502"))):
            with self.subTest(name):
                self.fresh(name)
                proxy = Proxy("moisson", "right", **options)
                self.addCleanup(proxy.close)
                service = Service()
                server = self.serve(service.answer)
                settings = {**self.through(proxy.port, service, server), "HTTPS_PROXY": f"http://{user + '@' if user else ''}127.0.0.1:{proxy.port}"}
                self.check_words(self.export(settings, attempts_max=2), 5, *words)
                self.assertEqual(server.requests, [])
                self.check_secrets(service, proxy_password="wrong-password")

    def test_a_proxy_that_is_down(self):
        """If it failed, the service would be blamed for the proxy."""
        service = Service()
        server, proxy = self.serve(service.answer), self.serve(service.answer, None)
        proxy.close()
        self.check_words(self.export(self.through(proxy.port, service, server), attempts_max=2), 5, "the proxy 127.0.0.1")
        self.assertEqual(server.requests, [])


class TwoRuns(ExportTest):
    def test_the_second_says_who_holds_the_lock_and_a_dead_holder_is_no_holder(self):
        """If it failed, two runs would write one month at once, or a run that was killed would lock its user out."""
        gate, asked = threading.Event(), threading.Event()
        service = Service()

        def answer(request, connection):
            if request.path.endswith("/contracts"):
                asked.set()
                gate.wait(20)
            return service.answer(request, connection)
        settings = self.settings(service, self.serve(answer))
        self.addCleanup(gate.set)
        found = {}

        def start_second(process):
            self.assertTrue(asked.wait(20))
            found["pid"] = process.pid
            second = self.export(settings, read_timeout_seconds=30, attempt_timeout_seconds=30)
            self.check_words(second, 8, str(process.pid))
            self.assertFalse(os.path.exists(os.path.join(self.out, "all")))
            process.send_signal(signal.SIGKILL)
            return True
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            first = pool.submit(self.export, settings, read_timeout_seconds=30, attempt_timeout_seconds=30, when_running=start_second)
            self.assertEqual(first.result(60).code, -signal.SIGKILL)
        gate.set()
        third = self.export(settings)
        self.assertEqual(third.code, 0, third.errors[-2000:])
        self.check_month(service, 0)

    def test_a_stop_keeps_what_was_fetched(self):
        """If it failed, Ctrl-C or a job's time limit would throw finished downloads away."""
        service = Service(contracts=4, months=4)
        server = self.serve(service.answer)
        settings = self.settings(service, server)

        def files():
            return [request.target for request in server.requests if request.path.endswith("/file")]
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            before = len(files())

            def stop(process, wanted=before + 5, number=number):
                wait_until(lambda: len(files()) >= wanted or process.poll() is not None, 20)
                process.send_signal(number)
                return True
            ended = self.export(settings, "--transfers", "1", when_running=stop)
            self.assertIn(ended.code, (0, code), ended.errors[-2000:])
            self.assertLess(ended.seconds, 20)
        self.assertEqual(self.export(settings).code, 0)
        self.check_month(service, 0)
        repeated = len(files()) - len(set(zip_targets(server)))
        self.assertLessEqual(repeated, 2, "more was fetched twice than the one file in hand at each stop")


def zip_targets(server):
    return [(request.headers.get("x-eccs-contract-id"), request.target) for request in server.requests if request.path.endswith("/file")]


if __name__ == "__main__":
    unittest.main(verbosity=2)
