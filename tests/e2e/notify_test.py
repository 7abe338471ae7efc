"""What a run tells by itself, taken by real receivers: aiosmtpd over TLS, and HTTP servers that are well, slow, broken or hostile. What would be
wrong for a user: nobody hears of a month, or twice, or something else than what was published; a password that leaves; a month lost to a mail.
"""

import asyncio
import base64
import email
import email.policy
import hashlib
import hmac
import html
import json
import logging
import os
import re
import shutil
import socket
import ssl
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.smtp import SMTP, AuthResult
from harness import ROOT, Case, end, start, wait_until

sys.path.append(str(ROOT / "tests" / "faults"))
sys.path.append(str(ROOT / "tests" / "support"))
from schemas import problems_of  # noqa: E402  likewise
from independent_server import Certificates  # noqa: E402  the path comes first

PASSWORD = "p4ss-word-of-the-mail"
SECRET = "whsec_" + base64.b64encode(b"a secret of the webhook's own").decode()
CERTIFICATES = None
LEAF = None
OTHER = None


def setUpModule():
    global CERTIFICATES, LEAF, OTHER
    logging.disable()  # what a receiver thinks of a handshake that was broken off
    folder = tempfile.TemporaryDirectory(prefix="moisson-notify-")
    unittest.addModuleCleanup(folder.cleanup)
    CERTIFICATES = Certificates(os.path.join(folder.name, "certificates"))
    LEAF = CERTIFICATES.leaf("service", "DNS:localhost,IP:127.0.0.1")
    OTHER = CERTIFICATES.leaf("other", "DNS:mail.example.com")


def server_context(leaf):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*leaf)
    return context


class MailServer:
    """aiosmtpd in a thread of its own. `mails`: what was taken; `logins`: what was said to log in."""

    def __init__(self, leaf, at_once=False, starttls=True, login=True):
        self.mails = []
        self.logins = []
        self.clear_commands = []
        self.loop = asyncio.new_event_loop()
        context = server_context(leaf)
        server = self

        class Handler:
            async def handle_DATA(self, _server, session, envelope):
                server.mails.append((session.ssl is not None or at_once, envelope.mail_from, envelope.rcpt_tos, envelope.content))
                return "250 OK"

        class Server(SMTP):
            async def smtp_AUTH(self, argument):
                server.logins.append(argument)
                await super().smtp_AUTH(argument)

        def authenticate(_server, _session, _envelope, _mechanism, data):
            return AuthResult(success=data.login == b"moisson" and data.password == PASSWORD.encode(), handled=False)

        def protocol():
            return Server(Handler(), loop=self.loop, hostname="localhost", tls_context=context if starttls and not at_once else None,
                          require_starttls=starttls and not at_once, auth_required=login, auth_require_tls=not at_once,
                          authenticator=authenticate)

        self.server = self.loop.run_until_complete(self.loop.create_server(protocol, "127.0.0.1", 0, ssl=context if at_once else None))
        self.port = self.server.sockets[0].getsockname()[1]
        self.url = f"smtp{'s' if at_once else ''}://localhost:{self.port}"
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    def messages(self):
        return [email.message_from_bytes(content, policy=email.policy.default) for _, _, _, content in self.mails]


class Webhook:
    """`posts`: what came. `answers`: the next ones' statuses; 0 hangs until `let_go`; then 204 for all."""

    def __init__(self, leaf=None):
        self.posts = []
        self.answers = []
        self.let_go = threading.Event()
        self.location = None
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                webhook.posts.append((self.path, dict((name.lower(), value) for name, value in self.headers.items()), body))
                status = webhook.answers.pop(0) if webhook.answers else 204
                if status == 0:
                    webhook.let_go.wait(60)
                    self.close_connection = True
                    return
                self.send_response(status)
                if webhook.location:
                    self.send_header("Location", webhook.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        if leaf:
            self.server.socket = server_context(leaf).wrap_socket(self.server.socket, server_side=True)
        self.url = f"http{'s' if leaf else ''}://localhost:{self.server.server_address[1]}/hooks/0123456789abcdefghij"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def stop(self):
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def ids(self):
        return [headers["webhook-id"] for _, headers, _ in self.posts]

    def bodies(self):
        bodies = [json.loads(body) for _, _, body in self.posts]
        for body in bodies:
            if body.get("type") == "moisson.notice":
                problems = problems_of("notice", body)
                assert not problems, problems
        return bodies


class Talker:
    """A server that says these bytes to whoever connects, and then waits or goes on for ever."""

    def __init__(self, says, endless=False):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.says, self.endless, self.heard, self.over = says, endless, [], False
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while not self.over:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.settimeout(30)
                    connection.sendall(self.says)
                    while self.endless and not self.over:
                        connection.sendall(self.says)
                    while data := connection.recv(65536):
                        self.heard.append(data)
                except OSError:
                    continue

    def stop(self):
        self.over = True
        self.socket.close()


class Notify(Case):
    def started(self, server):
        self.addCleanup(server.stop)
        return server

    def job(self, *lines):
        (self.folder / "job.toml").write_text("\n".join(lines) + "\n", "utf-8")

    def mail_job(self, server, *more, when="changed", login=True, ca_file=True, timeout=20):
        (self.folder / "password").write_text(PASSWORD + "\n", "utf-8")
        os.chmod(self.folder / "password", 0o600)
        self.job("[notify]", f'when = "{when}"', f"timeout_seconds = {timeout}", "[notify.mail]", f'server = "{server.url}"',
                 'from = "moisson@example.com"', 'to = ["accounting@example.com", "it@example.org"]',
                 *(['user = "moisson"', 'password_file = "password"'] if login else []),
                 *([f'ca_file = "{CERTIFICATES.ca_file}"'] if ca_file else []), *more)

    def webhook_job(self, webhook, *more, when="changed", timeout=20):
        (self.folder / "url").write_text(webhook if isinstance(webhook, str) else webhook.url, "utf-8")
        (self.folder / "secret").write_text(SECRET, "utf-8")
        for name in ("url", "secret"):
            os.chmod(self.folder / name, 0o600)
        self.job("[notify]", f'when = "{when}"', f"timeout_seconds = {timeout}", "[notify.webhook]", 'url_file = "url"', 'secret_file = "secret"', *more)

    def export(self, *more, scenario="clean", period="2026-10", expect=0, **options):
        return self.run_moisson("export", "job.toml", "--sandbox", "--scenario", scenario, "--rate", "0", "--no-progress", "--period", period, *more,
                                expect=expect, **options)

    def assert_nothing_leaks(self, result, *secrets):
        texts = [result.out.encode(), result.err.encode()]
        texts += [path.read_bytes() for path in (self.folder / "out").rglob("*") if path.is_file()]
        for secret in secrets:
            for form in (secret.encode(), base64.b64encode(secret.encode())):
                self.assertFalse([text for text in texts if form in text], secret)


class Mail(Notify):
    def test_a_month_is_mailed_once_as_text_and_as_page(self):
        """Nobody would hear of the month, or in other words than were published, or in the clear."""
        server = self.started(MailServer(LEAF))
        self.mail_job(server)
        for language, word in (("en", "complete"), ("fr", "complet")):
            with self.subTest(language=language):
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                server.mails.clear()
                result = self.export("--language", language)
                (secured, sender, recipients, _), = server.mails
                self.assertTrue(secured)
                self.assertEqual((sender, recipients), ("moisson@example.com", ["accounting@example.com", "it@example.org"]))
                message, = server.messages()
                note = (self.folder / "out/2026-10/summary.md").read_text("utf-8")
                self.assertEqual(message["Subject"], note.splitlines()[0].removeprefix("# "))
                self.assertIn(word, message["Subject"])
                self.assertEqual(message.get_content_type(), "multipart/alternative")
                text, page = message.iter_parts()
                self.assertEqual(text.get_content().replace("\r\n", "\n"), note)
                self.assertEqual((page.get_content_type(), page["Content-Language"]), ("text/html", language))
                for heading in re.findall("^## (.*)$", note, re.M):
                    self.assertIn(f"<h2>{heading}</h2>", html.unescape(page.get_content()))
                self.assertEqual(message.defects, [])
                self.assert_nothing_leaks(result, PASSWORD)
                self.export("--language", language)
                self.assertEqual(len(server.mails), 1, "a month that did not change was told twice")

    def test_tls_at_once_without_a_login(self):
        """A relay that knows its machines by their address could not be used."""
        server = self.started(MailServer(LEAF, at_once=True, login=False))
        self.mail_job(server, login=False)
        self.export()
        self.assertEqual([secured for secured, *_ in server.mails], [True])

    def test_a_server_that_is_not_the_one_gets_nothing(self):
        """Someone on the way would get password and figures."""
        for name, server, more in (("no authority", MailServer(LEAF), {"ca_file": False}), ("another name", MailServer(OTHER), {}),
                                   ("no STARTTLS", MailServer(LEAF, starttls=False, login=False), {})):
            with self.subTest(name):
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                self.started(server)
                self.mail_job(server, **more)
                result = self.export()
                self.assertEqual((server.mails, server.logins), ([], []))
                self.assertIn("notice-not-delivered", result.out + result.err)
                self.assertEqual(self.run_moisson("verify", "out/2026-10").code, 0)

    def test_words_in_the_clear_do_not_pass_for_the_servers(self):
        """Who sits on the way could put answers behind STARTTLS that are believed after it (CVE-2011-0411)."""
        talker = self.started(Talker(b"220 here\r\n250-here\r\n250 STARTTLS\r\n220 go\r\n250-x\r\n250 AUTH PLAIN\r\n235 in\r\n"))
        talker.url = f"smtp://localhost:{talker.port}"
        self.mail_job(talker)
        result = self.export()
        self.assertIn("in the clear", result.err)
        self.assertNotIn(b"AUTH", b"".join(talker.heard))

    def test_a_password_that_is_refused_is_named_and_costs_nothing(self):
        """A changed password would end the export, or be shown."""
        server = self.started(MailServer(LEAF))
        self.mail_job(server)
        (self.folder / "password").write_text("another-wrong-password", "utf-8")
        result = self.export()
        self.assertIn("user and password", result.err)
        self.assertEqual(server.mails, [])
        self.assert_nothing_leaks(result, "another-wrong-password")

    def test_hostile_servers_are_bounded(self):
        """A broken server would hold the export for hours, or fill the memory."""
        for name, says, endless in (("silent", b"", False), ("half a line", b"220", False), ("endless line", b"2" * 4096, True),
                                    ("endless lines", b"220-more\r\n", True), ("another protocol", b"<html>hello</html>\r\n", False)):
            with self.subTest(name):
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                talker = self.started(Talker(says, endless))
                talker.url = f"smtp://localhost:{talker.port}"
                self.mail_job(talker, timeout=2)
                result = self.export(timeout=60)
                self.assertIn("notice-not-delivered", result.out + result.err)


class Posted(Notify):
    def test_a_receiver_that_fails_twice_gets_it_in_the_same_run(self):
        """A restart of the receiver would cost the notice, or the receiver could not tell that it is the same one."""
        webhook = self.started(Webhook())
        webhook.answers = [503, 500]
        self.webhook_job(webhook)
        result = self.export()
        self.assertEqual(len(webhook.posts), 3)
        self.assertEqual(len(set(webhook.ids())), 1)
        self.assertNotIn("notice-not-delivered", result.out + result.err)
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        for path, headers, body in webhook.posts:
            self.assertTrue(path.endswith("/hooks/0123456789abcdefghij"))
            self.assertEqual(headers["idempotency-key"], headers["webhook-id"])
            signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
            self.assertEqual(headers["webhook-signature"], "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode())
        self.assert_nothing_leaks(result, SECRET, "0123456789abcdefghij")

    def test_it_says_what_the_summary_says(self):
        """A program that acts on the notice would act on something else than what was published."""
        webhook = self.started(Webhook())
        self.webhook_job(webhook)
        self.export(period="2026-09", scenario="small", expect=3)
        self.export(period="2026-10", scenario="small", expect=3)
        for body, period in zip(webhook.bodies(), ("2026-09", "2026-10"), strict=True):
            summary = self.summary(f"out/{period}")
            for member in ("run_id", "period", "verdict", "exit_code", "causes", "totals", "to_do", "source"):
                self.assertEqual(body[member], summary[member], member)
            self.assertEqual(body["changes"], summary.get("changes"))
            self.assertEqual(body["text"], (self.folder / "out" / period / "summary.md").read_text("utf-8"))
        self.assertEqual(webhook.bodies()[1]["changes"]["month_before"], "2026-09")

    def test_chats_get_their_forms(self):
        """A chat would refuse the notice, or ping everybody."""
        webhook = self.started(Webhook())
        (self.folder / "own.json").write_text('{"what": "{{verdict}} {{period}}", "sums": [{"$each": "totals", "$do": "{{item.amount}}"}]}', "utf-8")
        for form in ("slack", "teams", "own.json"):
            self.webhook_job(webhook, f'form = "{form}"', when="always")
            self.export("--language", "fr", scenario="small", expect=3)
        slack, teams, own = webhook.bodies()
        self.assertTrue(slack["text"].startswith("Moisson, "))
        self.assertEqual({block["type"] for block in slack["blocks"]}, {"header", "section"})
        self.assertTrue(all(0 < len(block["text"]["text"]) <= 3000 and block["text"]["type"] == "plain_text" for block in slack["blocks"]))
        card = teams["attachments"][0]["content"]
        self.assertEqual((teams["type"], card["type"]), ("message", "AdaptiveCard"))
        self.assertEqual({block["type"] for block in card["body"]}, {"RichTextBlock"})
        self.assertIn("Que faire", [block["inlines"][0]["text"] for block in card["body"]])
        summary = self.summary()
        self.assertEqual(own, {"what": f"{summary['verdict']} 2026-10", "sums": [total["amount"] for total in summary["totals"]]})

    def test_when_it_is_told(self):
        """People would hear every day of a month that does not change, or not of the one that is in trouble."""
        for when, clean, small in (("always", 2, 2), ("changed", 1, 1), ("trouble", 0, 1)):
            for scenario, count, code in (("clean", clean, 0), ("small", small, 3)):
                with self.subTest(when=when, scenario=scenario):
                    shutil.rmtree(self.folder / "out", ignore_errors=True)
                    webhook = self.started(Webhook())
                    self.webhook_job(webhook, when=when)
                    self.export(scenario=scenario, expect=code)
                    self.export(scenario=scenario, expect=code)
                    self.assertEqual(len(webhook.posts), count)
                    self.assertEqual(len(set(webhook.ids())), count)

    def test_what_is_not_delivered_waits_for_the_next_run_and_is_told_of(self):
        """A receiver that is down for an hour would never hear of the month, or the month would look incomplete for it."""
        webhook = self.started(Webhook())
        webhook.answers = [503] * 6
        self.webhook_job(webhook)
        first = self.export(period="2026-09")
        self.assertIn("notice-not-delivered", first.out)
        self.assertNotIn("notice-not-delivered", self.codes("out/2026-09"))
        self.assertEqual(len(webhook.posts), 3)
        second = self.export(period="2026-10")
        self.assertIn("notice-not-delivered", self.codes("out/2026-10"))
        self.assertEqual(self.summary()["verdict"], "complete")
        self.assertEqual(self.run_moisson("verify", "out/2026-10").code, 0)
        self.assertNotIn("0123456789abcdefghij", second.out + second.err)
        ids = webhook.ids()
        self.assertEqual(len(webhook.posts), 8, ids)  # three tries each at its beginning, and then both months
        self.assertEqual([body["period"] for body in webhook.bodies()[6:]], ["2026-09", "2026-10"])
        self.assertEqual(len(set(ids[:7])), 1)
        self.export(period="2026-10")
        self.assertEqual(len(webhook.posts), 8)

    def test_a_way_that_fails_does_not_repeat_the_other(self):
        """Every mail would come again as long as the webhook is down."""
        server = self.started(MailServer(LEAF))
        webhook = self.started(Webhook())
        webhook.answers = [404]
        (self.folder / "url").write_text(webhook.url, "utf-8")
        os.chmod(self.folder / "url", 0o600)
        self.mail_job(server, "[notify.webhook]", 'url_file = "url"')
        self.export()
        self.assertEqual((len(server.mails), len(webhook.posts)), (1, 1))
        self.export()
        self.assertEqual((len(server.mails), len(webhook.posts)), (1, 2))
        identifier, = set(webhook.ids())
        self.assertEqual(server.messages()[0]["Message-ID"], f"<{identifier}@example.com>")
        self.assertNotIn("webhook-signature", webhook.posts[0][1])

    def test_killed_between_publishing_and_delivery_it_is_told_by_the_next_run(self):
        """A kill at that moment would leave a month that nobody hears of."""
        webhook = self.started(Webhook())
        webhook.answers = [0]
        self.webhook_job(webhook, timeout=60)
        arguments = ("export", "job.toml", "--sandbox", "--scenario", "clean", "--rate", "0", "--no-progress", "--period", "2026-10")
        process = start(*arguments, folder=self.folder)
        self.addCleanup(end, process)
        self.assertTrue(wait_until(lambda: webhook.posts, process))
        self.assertTrue((self.folder / "out/2026-10/summary.json").exists(), "it was told before it was published")
        process.kill()
        process.wait(30)
        webhook.let_go.set()
        run_id = self.summary()["run_id"]
        self.export(period="2026-09")
        self.assertEqual([body["period"] for body in webhook.bodies()], ["2026-10", "2026-10", "2026-09"])
        self.assertEqual(webhook.ids()[0], webhook.ids()[1])
        self.assertEqual(webhook.bodies()[1]["run_id"], run_id)

    def test_a_state_that_is_lost_tells_once_more(self):
        """A month would never be told of because the state that remembered it is gone."""
        webhook = self.started(Webhook())
        webhook.answers = [503] * 3
        self.webhook_job(webhook)
        self.export()
        shutil.rmtree(self.folder / "out/.moisson")
        self.export()
        self.assertEqual([body["period"] for body in webhook.bodies()], ["2026-10"] * 4)
        self.export()
        self.assertEqual(len(webhook.posts), 4)

    def test_a_run_that_fails_tells_so_once(self):
        """A job that fails every night would fail in silence, or ring every night."""
        webhook = self.started(Webhook())
        double = self.double()
        double.token_answer = (401, {"Content-Type": "application/json"}, b'{"error":"invalid_client"}')
        for when, count in (("trouble", 1), ("changed", 1), ("always", 2)):
            with self.subTest(when=when):
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                webhook.posts.clear()
                self.webhook_job(webhook, when=when)
                for _ in range(2):
                    result = self.run_moisson("export", "job.toml", "--period", "2026-10", environment=double.environment, expect=4)
                self.assertEqual(len(webhook.posts), count)
                body = webhook.bodies()[0]
                self.assertEqual((body["verdict"], body["exit_code"], body["period"], body["error"]["code"]), ("refused", 4, "2026-10", "credentials"))
                self.assertIn("refused", body["title"])
                self.assert_nothing_leaks(result, double.environment["MOISSON_CLIENT_SECRET"])

    def test_hostile_receivers_are_bounded_and_obeyed_in_nothing(self):
        """A broken receiver would hold the export for hours, fill the memory, or send the notice elsewhere."""
        elsewhere = self.started(Webhook())
        redirecting = self.started(Webhook())
        redirecting.answers, redirecting.location = [307], elsewhere.url
        hanging = self.started(Webhook())
        hanging.answers = [0]
        receivers = {"redirect": redirecting.url, "hang": hanging.url}
        for name, says, endless in (("nonsense", b"220 this is no HTTP\r\n", False), ("endless head", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 4096, True),
                                    ("endless body", b"HTTP/1.1 500 No\r\n\r\n" + b"x" * 4096, True)):
            talker = self.started(Talker(says, endless))
            receivers[name] = f"http://127.0.0.1:{talker.port}/hooks"
        for name, url in receivers.items():
            with self.subTest(name):
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                self.webhook_job(url, timeout=2)
                result = self.export(timeout=60)
                self.assertIn("notice-not-delivered", result.out + result.err)
                self.assertEqual(self.summary()["verdict"], "complete")
        self.assertEqual(elsewhere.posts, [])

    def test_an_answer_of_200_takes_it_whatever_follows(self):
        """A receiver whose answer is cut or too long would get the notice again for ever."""
        for name, body in (("cut", b"Content-Length: 100\r\n\r\nok"), ("long", b"Content-Length: 900000\r\n\r\n" + b"x" * 900000)):
            with self.subTest(name):
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                talker = self.started(Talker(b"HTTP/1.1 200 OK\r\n" + body))
                self.webhook_job(f"http://127.0.0.1:{talker.port}/hooks", timeout=3)
                result = self.export(timeout=60)
                self.assertNotIn("notice-not-delivered", result.out + result.err)

    def test_tls_is_verified_and_loopback_never_goes_through_a_proxy(self):
        """The notice would go to whoever stands on the way."""
        webhook = self.started(Webhook(LEAF))
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            proxy = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        environment = {"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy}
        self.webhook_job(webhook)
        result = self.export(environment=environment)
        self.assertEqual(webhook.posts, [])
        self.assertIn("certificate", result.err)
        self.webhook_job(webhook, f'ca_file = "{CERTIFICATES.ca_file}"')
        self.export(environment=environment)
        self.assertEqual(len(webhook.posts), 1)


class Settings(Notify):
    def test_secrets_of_the_environment_do_not_follow_a_job_file(self):
        """Whoever writes a job file would get the password of whoever runs it."""
        server = self.started(MailServer(LEAF))
        webhook = self.started(Webhook(LEAF))
        self.mail_job(server, login=False)
        text = (self.folder / "job.toml").read_text("utf-8")
        self.job(text, 'user = "moisson"')
        environment = {"MOISSON_NOTIFY_MAIL_PASSWORD": PASSWORD}
        refused = self.export(expect=2, environment=environment)
        self.assertIn("server of [notify.mail]", refused.err)
        self.assertIn("MOISSON_NOTIFY_MAIL_SERVER", refused.err)
        self.assertEqual(server.logins, [])
        self.export("--trust-job", environment=environment)
        self.assertEqual(len(server.mails), 1)
        self.job("[notify.webhook]", f'url = "{webhook.url}"')
        refused = self.export(expect=2, environment={"MOISSON_NOTIFY_WEBHOOK_SECRET": SECRET})
        self.assertIn("url of [notify.webhook]", refused.err)
        self.job("[notify.webhook]", f'ca_file = "{CERTIFICATES.ca_file}"')
        refused = self.export(expect=2, environment={"MOISSON_NOTIFY_WEBHOOK_URL": webhook.url})
        self.assertIn("ca_file of [notify.webhook]", refused.err)
        self.assertNotIn("0123456789abcdefghij", refused.err)
        self.job("[notify]", 'when = "always"')
        self.export(environment={"MOISSON_NOTIFY_WEBHOOK_URL": webhook.url, "MOISSON_NOTIFY_WEBHOOK_CA_FILE": CERTIFICATES.ca_file,
                                 "MOISSON_NOTIFY_WEBHOOK_SECRET": SECRET})
        self.assertEqual(len(webhook.posts), 1)

    def test_what_cannot_be_is_told_with_its_place_before_anything_is_called(self):
        """A slip of the pen would show itself by a notice that never comes."""
        for lines, told in ((["[notify]", 'when = "often"'], "job.toml:2"), (["[notify.mail]", 'server = "mail.example.com"'], "smtp://"),
                            (["[notify.mail]", 'from = "a@example.com"'], "no server"),
                            (["[notify.mail]", 'server = "smtp://h"', 'from = "a@example.com"'], "goes to nobody"),
                            (["[notify.mail]", 'server = "smtp://h"', 'from = "a@b\\r\\nBcc: x@y"', 'to = ["c@d"]'], "no mail address"),
                            (["[notify.mail]", 'server = "smtp://h"', 'from = "a@b"', 'to = ["c@d> SIZE"]'], "no mail address"),
                            (["[notify.mail]", 'server = "smtp://h"', 'from = "a@b"', 'to = ["c@d"]', 'user = "u"'], "no password"),
                            (["[notify.mail]", 'server = "smtp://h"', 'from = "a@b"', 'to = ["c@d"]', 'ca_file = "none.pem"'], "none.pem"),
                            (["[notify.webhook]", 'form = "slack"'], "no url"), (["[notify.webhook]", 'url = "http://h/x"'], "plain http"),
                            (["[notify.webhook]", 'url = "https://h/x"', 'form = "discord"'], "discord"),
                            (["[notify.webhook]", 'url = "https://h/x"', 'form = "bad.json"'], "bad.json")):
            with self.subTest(lines=lines):
                (self.folder / "bad.json").write_text('{"a": "{{no end"}', "utf-8")
                self.job(*lines)
                self.assertIn(told, self.export(expect=2).err)
                self.assertFalse((self.folder / "out/2026-10").exists())

    def test_doctor_goes_the_way_and_sends_nothing(self):
        """The first failed notice would be the first that is heard of a wrong password."""
        server = self.started(MailServer(LEAF))
        webhook = self.started(Webhook(LEAF))
        double = self.double()
        self.mail_job(server)
        (self.folder / "url").write_text(webhook.url, "utf-8")
        os.chmod(self.folder / "url", 0o600)
        lines = (self.folder / "job.toml").read_text("utf-8")
        self.job(lines, "[notify.webhook]", 'url_file = "url"', f'ca_file = "{CERTIFICATES.ca_file}"')

        def steps():
            result = self.run_moisson("doctor", "job.toml", "--json", environment=double.environment)
            self.assertNotIn("0123456789abcdefghij", result.out + result.err)
            self.assertNotIn(PASSWORD, result.out + result.err)
            return [(check["status"], check["text"]) for check in json.loads(result.out)["checks"] if check["name"] == "notify"]

        self.assertEqual([status for status, _ in steps()], ["ok", "ok"])
        self.assertIn("logged in", steps()[0][1])
        self.assertEqual((server.mails, webhook.posts), ([], []))
        (self.folder / "password").write_text("wrong-password", "utf-8")
        self.assertEqual([status for status, _ in steps()], ["warning", "ok"])


if __name__ == "__main__":
    unittest.main()
