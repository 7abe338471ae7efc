"""The two writes, `users add` and `contracts create`: against the sandbox, and against a server of our own that takes the order and then drops,
cuts, stalls or garbles its answer. A paid order is never given twice, and what is not known is never told as known."""

import contextlib
import json
import os
import pty
import random
import re
import select
import shlex
import signal
import stat
import subprocess
import sys
import threading
import time
import unittest

from harness import Case, ENVIRONMENT, PROGRAM, ROOT, end, finish, start

sys.path.insert(0, str(ROOT / "tests" / "faults"))
from independent_server import Hangup, Server, reset, send  # noqa: E402  (the fault tests' own server)

ORDER = ["contracts", "create", "--billing-account", "BA0000101", "--offer", "HONEY", "--name", "Lab two", "--support-level", "BSC", "--referent-civility",
         "M", "--referent-name", "Dupont", "--referent-first-name", "Jean", "--referent-mail", "jean.dupont@example.com"]
USER = ["users", "add", "--contract", "OCB0000001", "--civility", "M", "--last-name", "Dupont", "--first-name", "Jean", "--email",
        "jean.dupont@example.com", "--login", "jean.dupont", "--fix-phone", "+33 1 23 45 67 89", "--role", "contracts=visitor"]


class Store:
    """A Customer Space that keeps what is posted. `post` says what happens to each POST, in order (the last one for all further ones):
    "good", or a function(store, connection, answer) called after the order was taken, or (status, code) refused before it is taken."""

    def __init__(self, *post):
        self.post = list(post) or ["good"]
        self.contracts = [{"id": "OCB0000001", "name": "First"}]
        self.users = []
        self.posts = []
        self.lists = 0
        self.listed_after = 0   # further lists until a new contract shows
        self.count_header = ()
        self.list_seconds = 0   # how long a list takes
        self.accounts = {}      # contract id -> billing account that its detail names
        self.lock = threading.Lock()
        self.server = Server(self.answer)
        base = f"http://127.0.0.1:{self.server.port}"
        self.environment = {"MOISSON_API_URL": base + "/cloud/b2b/v1", "MOISSON_OAUTH_URL": base + "/oauth/v3", "MOISSON_CLIENT_ID": "id",
                            "MOISSON_CLIENT_SECRET": "the-secret-of-the-store", "MOISSON_API_KEY": "the-key-of-the-store"}
        self.held = threading.Event()
        self.release = threading.Event()

    def answer(self, request, connection):
        if request.path.endswith("/token"):
            return send(connection, 200, b'{"token_type":"Bearer","access_token":"token-of-the-store","expires_in":3600}')
        if request.method == "POST":
            return self.take(request, connection)
        if request.path.endswith("/contracts"):
            with self.lock:
                self.lists += 1
                listed = [{"id": item["id"], **({} if item.get("hidden") else {"name": item["name"]})} for item in self.contracts if item.get("from_list", 0) <= self.lists]
            self.release.wait(self.list_seconds)
            return send(connection, 200, json.dumps(listed).encode(), headers=self.count_header)
        wanted = request.headers.get("x-eccs-contract-id")
        found = next((item for item in self.contracts if item["id"] == wanted), None)
        if request.path.endswith("/contract") and found:
            detail = {"id": found["id"], "name": found["name"]}
            if wanted in self.accounts:
                detail["billingAccountId"] = self.accounts[wanted]
            return send(connection, 200, json.dumps(detail).encode())
        return send(connection, 404, b'{"code":60,"message":"Resource not found"}')

    def take(self, request, connection):
        with self.lock:
            self.posts.append(request)
            act = self.post.pop(0) if len(self.post) > 1 else self.post[0]
        headers = [f"X-OAPI-Request-Id: request-{len(self.posts)}"]
        if isinstance(act, tuple):
            status, code = act
            body = json.dumps({"code": code, "message": f"title {code}", "description": "sentence"}).encode() if code else b""
            return send(connection, status, body, headers=headers)
        body = json.loads(request.body)
        if request.path.endswith("/user"):
            with self.lock:
                self.users.append(body)
            answer = json.dumps(body).encode()
        else:
            with self.lock:
                number = f"OCB000{9293 + len(self.contracts)}"
                self.contracts.append({"id": number, "name": body["contractName"], "from_list": self.lists + 1 + self.listed_after})
            answer = json.dumps({"id": number}).encode()
        if act == "good":
            return send(connection, 201, answer, headers=headers)
        return act(self, connection, answer)

    @property
    def orders(self):
        return len(self.contracts) - 1


# What can happen after the order was taken.
def drop(*_):
    raise Hangup


def rudely(_, connection, __):
    reset(connection)
    raise Hangup


def half_head(_, connection, __):
    connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Le")
    raise Hangup


def half_body(_, connection, answer):
    connection.sendall(f"HTTP/1.1 201 Created\r\nContent-Length: {len(answer)}\r\n\r\n".encode() + answer[:-3])
    raise Hangup


def no_length(_, connection, answer):
    connection.sendall(b"HTTP/1.1 201 Created\r\n\r\n" + answer)
    raise Hangup


def silence(store, *_):
    store.release.wait(20)
    raise Hangup


def page(_, connection, __):
    send(connection, 200, b"<html><title>Welcome</title></html>", "text/html")


def nothing(_, connection, __):
    send(connection, 201, b"")


def other_json(_, connection, __):
    send(connection, 201, b'{"status":"ok"}')


def status(number, code=0):
    def answer(_, connection, __):
        send(connection, number, json.dumps({"code": code, "message": "m"}).encode() if code else b"<html>gone</html>",
             headers=["X-OAPI-Request-Id: request-x"])
    return answer


def hold(store, connection, answer):
    store.held.set()
    store.release.wait(20)
    send(connection, 201, answer)


UNCLEAR = [drop, rudely, half_head, half_body, no_length, silence, page, nothing, other_json, status(500, 1), status(502), status(503, 5), status(503, 6),
           status(504, 6), status(408, 63), status(302)]


class WriteCase(Case):
    def store(self, *post):
        store = Store(*post)
        self.addCleanup(store.server.close)
        self.addCleanup(store.release.set)
        return store

    def impatient_job(self):
        """A job file with a read timeout that a test can wait for."""
        path = self.folder / "job.toml"
        path.write_text("[transfer]\nread_timeout_seconds = 1\nattempts_max = 2\n", "utf-8")
        return ["--job", str(path)]

    def journal(self, folder="out/.moisson"):
        path = self.folder / folder / "writes.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def outcomes(self):
        return [line.get("outcome") for line in self.journal() if line["stage"] == "outcome"]

    def read_until(self, process, words):
        """Reads what the program says until it says `words`."""
        told = ""
        deadline = time.monotonic() + 20
        while words not in told:
            ready, _, _ = select.select([process.stderr], [], [], max(0, deadline - time.monotonic()))
            piece = os.read(process.stderr.fileno(), 4096) if ready else b""
            self.assertTrue(piece, told)
            told += piece.decode("utf-8", "replace")

    def order(self, store, *more, expect=None, **options):
        return self.run_moisson(*ORDER, "--yes", "--json", *self.impatient_job(), *more, environment=store.environment, expect=expect, **options)

    def add(self, store, *more, expect=None, user=None):
        return self.run_moisson(*(user or USER), "--yes", "--json", *self.impatient_job(), *more, environment=store.environment, expect=expect)


class Requests(WriteCase):
    def test_what_is_sent_is_what_the_documents_print(self):
        """The service would answer 415, 404 or 400 to every write."""
        store = self.store()
        self.add(store, expect=0)
        self.order(store, "--reference", "PO 7", expect=0)
        user, order = store.posts
        self.assertEqual(user.target, "/cloud/b2b/v1/contracts/OCB0000001/user")
        self.assertEqual(order.target, "/cloud/b2b/v1/contracts/")
        for request in (user, order):
            self.assertEqual(request.headers["content-type"], "application/json")
            self.assertEqual(request.headers["accept"], "application/json")
            self.assertEqual(request.headers["authorization"], "Bearer token-of-the-store")
            self.assertEqual(request.headers["x-api-key"], "the-key-of-the-store")
            self.assertNotIn("x-eccs-contract-id", request.headers)
        self.assertEqual(json.loads(user.body), {
            "civility": "M", "lastName": "Dupont", "firstName": "Jean", "email": "jean.dupont@example.com", "login": "jean.dupont",
            "fixPhone": "+33 1 23 45 67 89", "mobilePhone": "", "roles": {"contracts": ["visitor"]}})
        self.assertEqual(json.loads(order.body), {
            "billingAccountId": "BA0000101", "offerCode": "HONEY", "contractName": "Lab two", "supportLevel": "BSC", "referentCivility": "M",
            "referentName": "Dupont", "referentFirstName": "Jean", "referentMail": "jean.dupont@example.com", "referentFixPhone": "",
            "referentMobilePhone": "", "referenceExt1": "PO 7", "referenceExt2": "", "referenceExt3": ""})

    def test_the_other_printed_address_by_setting(self):
        """Were only the singular known to the service, nobody could write."""
        store = self.store()
        job = self.folder / "singular.toml"
        job.write_text('[api]\nwrite_path = "contract"\n', "utf-8")
        self.run_moisson(*USER, "--yes", "--job", str(job), environment=store.environment, expect=0)
        self.run_moisson(*ORDER, "--yes", "--job", str(job), environment=store.environment, expect=0)
        self.assertEqual([request.target for request in store.posts], ["/cloud/b2b/v1/contract/OCB0000001/user", "/cloud/b2b/v1/contract/"])

    def test_dry_run_shows_the_request_and_calls_nothing(self):
        """A person could not see what would be ordered, or would show secrets to whom he asks."""
        store = self.store()
        for command in (USER, ORDER):
            shown = self.run_moisson(*command, "--dry-run", environment=store.environment, expect=0)
            self.assertIn("POST " + store.environment["MOISSON_API_URL"] + "/contracts/", shown.out)
            self.assertIn("jean.dupont@example.com", shown.out)
            for secret in ("the-secret-of-the-store", "the-key-of-the-store", "token-of-the-store"):
                self.assertNotIn(secret, shown.out + shown.err)
            as_json = json.loads(self.run_moisson(*command, "--dry-run", "--json", environment=store.environment, expect=0).out)
            as_json = as_json["requests"][0] if command == USER else as_json
            self.assertEqual(as_json["method"], "POST")
            self.assertTrue(json.loads(as_json["body"]))
        self.assertEqual(store.server.connections, 0)
        self.assertFalse((self.folder / "out").exists())

    def test_without_a_terminal_nothing_is_sent_unasked(self):
        """A script would order by accident."""
        store = self.store()
        for command in (USER, ORDER):
            refused = self.run_moisson(*command, environment=store.environment, expect=2)
            self.assertIn("--yes", refused.err)
        self.assertEqual(store.server.connections, 0)

    def test_wrong_fields_are_all_named_before_anything_is_sent(self):
        """Half of a file would be added before the slip in the other half is found."""
        store = self.store()
        (self.folder / "users.csv").write_text("civility;lastName;firstName;email;login;roles\r\n"
                                               "M;Dupont;Jean;jean@example.com;jean.dupont;contracts=visitor\r\n"
                                               "M;;Anne;anne@example;anne;contracts=vistor\r\n", "utf-8")
        refused = self.run_moisson("users", "add", "--contract", "OCB0000001", "--file", "users.csv", "--yes", environment=store.environment, expect=2)
        for words in ("users.csv:3:3: lastName", "users.csv:3:9: email", "users.csv:3:22: login", 'users.csv:3:27: the role "vistor"', '"visitor"'):
            self.assertIn(words, refused.err)
        short = [*ORDER, "--yes"]
        short[short.index("--referent-mail") + 1] = "jean"
        self.assertIn("--referent-mail", self.run_moisson(*short, environment=store.environment, expect=2).err)
        self.assertEqual(store.server.connections, 0)

    def test_the_question(self):
        """A no would be taken for a yes."""
        for reply, code, posts in ((b"n\n", 2, 0), (b"\n", 2, 0), (b"y\n", 0, 1), (b"Yes\n", 0, 1)):
            with self.subTest(reply=reply):
                store = self.store()
                (self.folder / "out/.moisson/writes.jsonl").unlink(missing_ok=True)
                ended, told = self.on_a_terminal(ORDER, store.environment, reply)
                self.assertEqual(ended, code, told)
                self.assertEqual(len(store.posts), posts, told)
                for words in ("This costs money", "Lab two", "HONEY", "Order it?"):
                    self.assertIn(words, told)

    def on_a_terminal(self, arguments, environment, reply):
        try:
            ours, theirs = pty.openpty()
        except OSError as problem:
            self.skipTest(f"this system gives no terminal (is /dev/pts mounted?): {problem}")
        process = subprocess.Popen([PROGRAM, *arguments], cwd=self.folder, env={**ENVIRONMENT, **environment}, stdin=theirs, stdout=subprocess.DEVNULL,
                                   stderr=theirs, start_new_session=True)
        os.close(theirs)
        told = b""
        with contextlib.suppress(OSError):  # the other end of a terminal that is closed reads as an error
            while b"[y/N]" not in told:
                told += os.read(ours, 4096)
            os.write(ours, reply)
            while piece := os.read(ours, 4096):
                told += piece
        code = process.wait(30)
        os.close(ours)
        return code, told.decode("utf-8", "replace")


class Doubt(WriteCase):
    """An order that was taken, and an answer that does not come, or not whole, or not readable."""

    def test_never_two_contracts(self):
        """A company would pay for two contracts."""
        for act in UNCLEAR:
            with self.subTest(act=getattr(act, "__name__", act)):
                store = self.store(act, "good")
                (self.folder / "out/.moisson/writes.jsonl").unlink(missing_ok=True)
                first = self.order(store, expect=5)
                self.assertEqual(json.loads(first.out)["outcome"], "unclear")
                self.assertEqual(json.loads(first.out)["found"], ["OCB0009294"])
                self.assertIn("OCB0009294", first.err)
                again = self.order(store, expect=0)
                self.assertEqual(json.loads(again.out)["outcome"], "exists")
                self.assertEqual(json.loads(again.out)["contract_id"], "OCB0009294")
                self.assertEqual((store.orders, len(store.posts)), (1, 1))

    def test_a_contract_that_is_listed_late_is_not_ordered_again(self):
        """The list is behind: the second run would see no contract and order another."""
        store = self.store(drop, "good")
        store.listed_after = 4
        first = self.order(store, expect=5)
        self.assertEqual(json.loads(first.out)["found"], [])
        self.assertEqual(self.outcomes(), ["unclear"])
        second = self.order(store, expect=5)
        self.assertIn("not known", second.err)
        self.assertIn("--allow-duplicate-name", second.err)
        while store.lists < 6:
            self.order(store)
        third = self.order(store, expect=0)
        self.assertEqual(json.loads(third.out)["contract_id"], "OCB0009294")
        self.assertIn("found", self.outcomes())
        self.assertEqual((store.orders, len(store.posts)), (1, 1))

    def test_an_order_that_went_well_and_is_listed_late(self):
        """A script that runs twice would order twice."""
        store = self.store()
        store.listed_after = 1000
        self.assertEqual(json.loads(self.order(store, expect=0).out)["outcome"], "created")
        again = self.order(store, expect=0)
        self.assertEqual(json.loads(again.out)["outcome"], "exists")
        self.assertEqual(json.loads(again.out)["contract_id"], "OCB0009294")
        self.assertEqual(store.orders, 1)
        self.order(store, "--allow-duplicate-name", expect=0)
        self.assertEqual(store.orders, 2)

    def test_killed_while_the_order_is_on_its_way(self):
        """Nobody would know of the order, and the next run would give it again."""
        store = self.store(hold, "good")
        process = start(*ORDER, "--yes", folder=self.folder, environment=store.environment)
        self.addCleanup(end, process)
        self.assertTrue(store.held.wait(20))
        process.kill()
        process.wait(10)
        self.assertEqual([line["stage"] for line in self.journal()], ["intent"])
        again = self.order(store, expect=0)
        self.assertEqual(json.loads(again.out)["outcome"], "exists")
        self.assertIn("accounted for", json.loads(again.out)["message"])
        self.assertEqual(store.orders, 1)
        self.assertEqual(self.outcomes(), ["found"])

    def test_killed_and_not_listed(self):
        """As above, and the list is behind."""
        store = self.store(hold, "good")
        store.listed_after = 1000
        process = start(*ORDER, "--yes", folder=self.folder, environment=store.environment)
        self.addCleanup(end, process)
        self.assertTrue(store.held.wait(20))
        process.kill()
        process.wait(10)
        again = self.order(store, expect=5)
        self.assertIn("not known", again.err)
        self.assertEqual(store.orders, 1)

    def test_killed_at_any_moment(self):
        """There would be a moment in which a killed order is forgotten."""
        for number in range(30):
            store = self.store()
            store.list_seconds = 0.02
            (self.folder / "out/.moisson/writes.jsonl").unlink(missing_ok=True)
            process = start(*ORDER, "--yes", folder=self.folder, environment=store.environment)
            self.addCleanup(end, process)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.01 * number)
            process.kill()
            process.wait(10)
            again = self.order(store)
            self.assertIn(again.code, (0, 5), again)
            self.assertLessEqual(store.orders, 1, again)
            if store.posts and again.code == 0:
                self.assertEqual(store.orders, 1)
            if again.code == 5:
                self.assertEqual([line["stage"] for line in self.journal()][:1], ["intent"])

    def test_any_mix_of_troubles(self):
        """Two troubles one after the other would add up to two contracts."""
        chance = random.Random(20261122)
        for _ in range(6):
            store = self.store(*[chance.choice([drop, half_body, page, status(504, 6), (429, 53), (401, 42), (503, 6), "good"]) for _ in range(6)], "good")
            store.listed_after = chance.choice([0, 0, 2])
            (self.folder / "out/.moisson/writes.jsonl").unlink(missing_ok=True)
            for _ in range(5):
                if self.order(store).code == 0:
                    break
            self.assertLessEqual(store.orders, 1)

    def test_two_at_the_same_time(self):
        """Two people press the button at once: both lists are empty, both order."""
        store = self.store(hold, "good")
        process = start(*ORDER, "--yes", folder=self.folder, environment=store.environment)
        self.addCleanup(end, process)
        self.assertTrue(store.held.wait(20))
        second = self.order(store, expect=8)
        self.assertIn("under way", second.err)
        store.release.set()
        self.assertEqual(finish(process).code, 0)
        self.assertEqual(json.loads(self.order(store, expect=0).out)["outcome"], "exists")
        self.assertEqual(store.orders, 1)

    def test_many_at_the_same_time(self):
        """As above, without a rhythm that a test gives."""
        store = self.store()
        store.list_seconds = 0.5  # all of them ask before the first has ordered
        processes = [start(*ORDER, "--yes", folder=self.folder, environment=store.environment) for _ in range(6)]
        codes = [finish(process).code for process in processes]
        self.assertLessEqual(set(codes), {0, 8}, codes)
        self.assertIn(0, codes)
        self.assertEqual(store.orders, 1)

    def test_ctrl_c_waits_for_the_answer(self):
        """Ctrl-C would turn a good order into one of unknown fate."""
        store = self.store(hold)
        process = start(*ORDER, "--yes", "--json", folder=self.folder, environment=store.environment)
        self.addCleanup(end, process)
        self.assertTrue(store.held.wait(20))
        process.send_signal(signal.SIGINT)
        self.read_until(process, "waiting for the answer")
        store.release.set()
        ended = finish(process)
        self.assertEqual(ended.code, 0, ended)
        self.assertEqual(json.loads(ended.out)["contract_id"], "OCB0009294")
        self.assertEqual(self.outcomes(), ["done"])

    def test_users_cannot_be_looked_up(self):
        """A user who may have been added would be told as added, or as not added."""
        for act in (drop, half_body, page, other_json, status(504, 6)):
            with self.subTest(act=getattr(act, "__name__", act)):
                store = self.store(act, "good")
                (self.folder / "out/.moisson/writes.jsonl").unlink(missing_ok=True)
                unclear = self.add(store, expect=5)
                self.assertEqual(json.loads(unclear.out)["users"][0]["verdict"], "unclear")
                self.assertIn("Customer Space", unclear.err)
                self.assertEqual(len(store.posts), 1)
                self.assertEqual(self.outcomes(), ["unclear"])
                again = self.add(store, expect=0)
                self.assertIn("is not known", again.err)
                self.assertEqual(len(store.posts), 2)


class Refusals(WriteCase):
    # (status, code): exit code of users add, of contracts create
    TABLE = {(400, 20): (3, 3), (400, 21): (3, 3), (400, 22): (3, 3), (400, 23): (3, 3), (400, 24): (3, 3), (400, 25): (3, 3), (400, 26): (3, 3),
             (400, 27): (3, 3), (400, 28): (3, 3), (401, 40): (4, 4), (401, 41): (4, 4), (403, 50): (4, 4), (403, 51): (4, 4), (403, 52): (4, 4),
             (404, 60): (4, 3), (405, 61): (3, 3), (406, 62): (3, 3), (408, 63): (5, 5), (409, 69): (3, 3), (411, 64): (3, 3), (412, 65): (3, 3),
             (413, 66): (3, 3), (414, 67): (3, 3), (415, 68): (3, 3), (500, 1): (5, 5), (502, 1): (5, 5), (503, 5): (5, 5), (503, 6): (5, 5),
             (504, 6): (5, 5), (404, 0): (4, 3), (405, 0): (3, 3), (403, 0): (4, 4), (409, 0): (3, 3)}

    def test_every_error_of_the_gateway_has_its_sentence_and_exit_code(self):
        """A person would not know whether it was done, nor what to do."""
        sentences = set()
        for (number, code), expected in self.TABLE.items():
            for command, exit_code in zip((USER, ORDER), expected):
                with self.subTest(status=number, code=code, command=command[0]):
                    store = self.store((number, code))
                    (self.folder / "out/.moisson/writes.jsonl").unlink(missing_ok=True)
                    ended = self.run_moisson(*command, "--yes", "--json", environment=store.environment, expect=exit_code)
                    error = json.loads(ended.err.strip().splitlines()[-1])
                    self.assertEqual(error["exit_code"], exit_code)
                    self.assertEqual(error["error"]["request_id"], "request-1")
                    self.assertTrue(error["error"].get("hint"), error)
                    unclear = number == 408 or number >= 500
                    self.assertEqual("is not known" in error["error"]["message"], unclear, error)
                    self.assertEqual(len(store.posts), 1)
                    self.assertEqual(store.orders + len(store.users), 0)
                    self.assertEqual(self.outcomes(), ["unclear" if unclear else "refused"])
                    sentences.add((command[0], error["error"]["message"]))
        self.assertEqual(len(sentences), 2 * len(self.TABLE), "two refusals have one sentence")

    def test_throttled_and_expired_are_repeated(self):
        """A write that was turned away at the door would be given up, or counted as unclear."""
        store = self.store((429, 53), (403, 53), (401, 42), "good")
        self.assertEqual(json.loads(self.order(store, expect=0).out)["outcome"], "created")
        self.assertEqual((store.orders, len(store.posts)), (1, 4))
        self.assertEqual(self.outcomes(), ["done"])

    def test_a_service_out_of_reach_was_not_written_to(self):
        """A write that never left would block the next one."""
        store = self.store()
        store.server.close()
        environment = {**store.environment}
        for command in (USER, ORDER):
            self.run_moisson(*command, "--yes", *self.impatient_job(), environment=environment, expect=5)
        self.assertEqual([line for line in self.journal() if line.get("outcome") == "unclear"], [])

    def test_a_token_that_is_refused(self):
        """A wrong client secret would look like a failed order."""
        sandbox = self.sandbox("--scenario", "clean")
        wrong = {**sandbox.environment, "MOISSON_CLIENT_SECRET": "wrong"}
        for command in (USER, ORDER):
            self.run_moisson(*command, "--yes", environment=wrong, expect=4)
        self.assertEqual(self.journal(), [])

    def test_no_journal_no_write(self):
        """A write without a record could be given twice."""
        store = self.store()
        (self.folder / "out").mkdir()
        (self.folder / "out/.moisson").write_text("in the way", "utf-8")
        self.assertIn(".moisson", self.order(store, expect=7).err)
        self.assertEqual(store.posts, [])


class Existing(WriteCase):
    def test_a_contract_of_this_name(self):
        """A second contract would be ordered by a slip."""
        store = self.store()
        store.contracts.append({"id": "OCB0000007", "name": " lab TWO"})
        there = json.loads(self.order(store, expect=0).out)
        self.assertEqual((there["outcome"], there["contract_id"]), ("exists", "OCB0000007"))
        self.assertEqual(store.posts, [])
        self.order(store, "--allow-duplicate-name", expect=0)
        self.assertEqual(len(store.posts), 1)

    def test_what_was_there_before_is_not_taken_for_the_new_one(self):
        """An order of unknown fate would be told as done, because of an older contract of its name."""
        store = self.store((500, 1))
        store.contracts.append({"id": "OCB0000007", "name": "Lab two"})
        ended = self.order(store, "--allow-duplicate-name", expect=5)
        self.assertEqual(json.loads(ended.out)["found"], [])
        self.assertEqual(self.outcomes(), ["unclear"])

    def test_contracts_without_a_name_are_looked_at(self):
        """A list that leaves names out would hide the contract."""
        store = self.store()
        store.contracts.append({"id": "OCB0000007", "name": "Lab two", "hidden": True})
        self.assertEqual(json.loads(self.order(store, expect=0).out)["outcome"], "exists")
        store.contracts[-1]["name"] = "Lab three"
        self.assertEqual(json.loads(self.order(store, expect=0).out)["outcome"], "created")

    def test_another_billing_account_is_another_contract(self):
        """Two departments could not have contracts of one name."""
        store = self.store()
        store.contracts.append({"id": "OCB0000007", "name": "Lab two"})
        store.accounts["OCB0000007"] = "BA0000102"
        self.assertEqual(json.loads(self.order(store, expect=0).out)["outcome"], "created")
        self.assertEqual(len(store.posts), 1)

    def test_a_list_that_is_not_whole(self):
        """A contract beyond the list's end would be ordered again."""
        store = self.store()
        store.count_header = ("X-Total-Count: 25",)
        self.assertIn("25", self.order(store, expect=5).err)
        self.assertEqual(store.posts, [])


class Users(WriteCase):
    def file(self, count, name="users.json"):
        users = [{"civility": "M", "lastName": f"Name {n}", "firstName": "Jean", "email": f"user{n}@example.com", "login": f"login.{n:04}",
                  "roles": {"contracts": ["visitor"]}} for n in range(count)]
        (self.folder / name).write_text(json.dumps(users), "utf-8")
        return ["users", "add", "--contract", "OCB0000001", "--file", name]

    def test_each_user_has_its_own_verdict(self):
        """One refused user would hide what became of the others."""
        store = self.store("good", (400, 24), "good", drop, "good")
        ended = self.add(store, user=self.file(5), expect=5)
        self.assertEqual([user["verdict"] for user in json.loads(ended.out)["users"]], ["added", "refused", "added", "unclear", "added"])
        self.assertEqual(self.outcomes(), ["done", "refused", "done", "unclear", "done"])
        self.assertEqual(len(store.posts), 5)
        store = self.store("good", (409, 69), "good")
        self.assertEqual([user["verdict"] for user in json.loads(self.add(store, user=self.file(3), expect=3).out)["users"]], ["added", "refused", "added"])

    def test_what_stands_in_every_users_way_is_asked_once(self):
        """A missing right would be asked for a thousand times: "too many mishandled errors" can cost the access."""
        store = self.store((403, 50))
        ended = self.add(store, user=self.file(50), expect=4)
        self.assertEqual(len(store.posts), 1)
        self.assertEqual([user["verdict"] for user in json.loads(ended.out)["users"]], ["refused"] + ["not-sent"] * 49)
        store = self.store(status(500, 1))
        self.add(store, user=self.file(50), expect=5)
        self.assertEqual(len(store.posts), 3)

    def test_the_echo_is_compared_field_by_field(self):
        """A person would be told a login that does not work, or rights that he does not have."""
        def echo(**changes):
            def answer(_, connection, body):
                user = {**json.loads(body), **changes}
                send(connection, 200, json.dumps({key: value for key, value in user.items() if value is not None}).encode())
            return answer
        rows = [({"login": "old.login"}, 0, "login-kept", "keeps it"), ({"roles": {"contracts": ["visitor", "manager"]}}, 0, "added", ""),
                ({"roles": {"contracts": []}}, 3, "differs", "roles"), ({"roles": None}, 3, "differs", "roles"), ({"lastName": "Durand"}, 3, "differs", "Durand"),
                ({"email": "JEAN.dupont@example.com"}, 0, "added", ""), ({"email": "other@example.com"}, 3, "differs", "other@example.com"),
                ({"fixPhone": "+33123456789"}, 0, "added", ""), ({"mobilePhone": None}, 0, "added", ""), ({"login": "old.login", "lastName": "Durand"}, 0,
                 "login-kept", "Durand"), ({"login": "old.login", "roles": {}}, 3, "differs", "roles"), ({"login": None}, 3, "differs", "login")]
        for changes, code, verdict, words in rows:
            with self.subTest(changes=changes):
                store = self.store(echo(**changes))
                ended = self.add(store, expect=code)
                user = json.loads(ended.out)["users"][0]
                self.assertEqual(user["verdict"], verdict)
                self.assertIn(words, user["note"])
                if words:
                    self.assertIn(words, ended.err)
                if changes.get("login"):
                    self.assertEqual((user["login_sent"], user["login"]), ("jean.dupont", "old.login"))

    def test_a_stop_between_two_users(self):
        """Ctrl-C in a long file would leave open where it stopped."""
        store = self.store("good", "good", hold, "good")
        process = start(*self.file(30), "--yes", "--json", folder=self.folder, environment=store.environment)
        self.addCleanup(end, process)
        self.assertTrue(store.held.wait(20))
        process.send_signal(signal.SIGINT)
        self.read_until(process, "waiting for the answer")
        store.release.set()
        ended = finish(process)
        self.assertEqual(ended.code, 130, ended)
        verdicts = [user["verdict"] for user in json.loads(ended.out)["users"]]
        self.assertEqual(verdicts, ["added"] * 3 + ["not-sent"] * 27)
        self.assertEqual(len(store.posts), 3)


class Journal(WriteCase):
    def test_who_when_what_and_no_secrets(self):
        """An auditor could not tell who ordered; or the journal would leak credentials and people."""
        store = self.store("good", (400, 24), drop, "good")
        self.order(store, expect=0)
        self.add(store, expect=3)
        self.add(store, expect=5)
        lines = self.journal()
        self.assertEqual([line["stage"] for line in lines], ["intent", "outcome"] * 3)
        for line in lines:
            self.assertRegex(line["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertRegex(line["who"], r"^[^@]+@[^@]+$")
        order, ordered, user, refused = lines[:4]
        self.assertEqual((order["verb"], order["contract_name"], order["billing_account_id"]), ("contracts create", "Lab two", "BA0000101"))
        self.assertEqual((ordered["outcome"], ordered["contract_id"], ordered["request_id"]), ("done", "OCB0009294", "request-1"))
        self.assertEqual((user["verb"], user["contract_id"], user["login"]), ("users add", "OCB0000001", "jean.dupont"))
        self.assertEqual((refused["outcome"], refused["http_status"], refused["gateway_code"], refused["request_id"]), ("refused", "400", "24", "request-2"))
        path = self.folder / "out/.moisson/writes.jsonl"
        text = path.read_text("utf-8")
        for word in ("the-secret-of-the-store", "the-key-of-the-store", "token-of-the-store", "example.com", "Dupont", "Jean", "+33"):
            self.assertNotIn(word, text)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)

    def test_it_lies_beside_the_state(self):
        """A state of its own would leave the journal behind, and with it what is known of earlier orders."""
        store = self.store()
        for state, place in (("sqlite:state.sqlite3", "writes.jsonl"), (f"sqlite:{self.folder}/deep/er/state.sqlite3", "deep/er/writes.jsonl")):
            with self.subTest(state=state):
                store.contracts = store.contracts[:1]
                self.run_moisson(*ORDER, "--yes", environment={**store.environment, "MOISSON_STATE": state}, expect=0)
                self.assertTrue((self.folder / place).is_file())
        self.assertFalse((self.folder / "out").exists())

    def test_a_torn_line_costs_only_itself(self):
        """After a power loss the journal could not be used, or the next line would be lost with the torn one."""
        store = self.store(drop, "good")
        store.listed_after = 1000
        self.order(store, expect=5)
        path = self.folder / "out/.moisson/writes.jsonl"
        whole = path.read_bytes()
        path.write_bytes(whole + b'{"stage":"outcome","write":"1795')
        again = self.order(store, expect=5)
        self.assertIn("writes.jsonl", again.err)
        self.assertIn("line 3", again.err)
        self.assertEqual(store.orders, 1)
        self.assertTrue(path.read_bytes().startswith(whole))

    def test_another_service_is_another_story(self):
        """A rehearsal in the sandbox would block the real order."""
        rehearsal = self.store(drop)
        rehearsal.listed_after = 1000
        self.order(rehearsal, expect=5)
        real = self.store()
        self.assertEqual(json.loads(self.order(real, expect=0).out)["outcome"], "created")


class WithSandbox(WriteCase):
    def test_order_and_user_in_the_sandbox(self):
        """What is rehearsed on the sandbox would not be what the program does."""
        sandbox = self.sandbox("--scenario", "small")
        created = json.loads(self.run_moisson(*ORDER, "--yes", "--json", environment=sandbox.environment, expect=0).out)
        self.assertRegex(created["contract_id"], r"^OCB\d{7}$")
        listed = json.loads(self.run_moisson("contracts", "list", "--json", environment=sandbox.environment, expect=0).out)["contracts"]
        self.assertIn(created["contract_id"], {contract["id"] for contract in listed})
        shown = json.loads(self.run_moisson("contracts", "show", created["contract_id"], "--json", environment=sandbox.environment, expect=0).out)
        self.assertEqual((shown["name"], shown["platform_id"]), ("Lab two", ""))
        user = [*USER]
        user[user.index("--contract") + 1] = created["contract_id"]
        first = json.loads(self.run_moisson(*user, "--yes", "--json", environment=sandbox.environment, expect=0).out)
        self.assertEqual(first["users"][0]["verdict"], "added")
        user[user.index("--login") + 1] = "another.login"
        second = self.run_moisson(*user, "--yes", "--json", environment=sandbox.environment, expect=0)
        self.assertEqual(json.loads(second.out)["users"][0]["verdict"], "login-kept")
        self.assertIn("jean.dupont", second.err)
        posts = [request for request in sandbox.requests() if request["method"] == "POST" and "token" not in request["path"]]
        self.assertEqual(len(posts), 3)

    def test_shown_when_the_order_is_accepted_and_the_connection_dropped(self):
        """The contract would be paid twice."""
        for fault in ("write-dropped", "write-500", "write-502", "write-504", "write-late", "write-echo"):
            with self.subTest(fault=fault):
                sandbox = self.sandbox("--scenario", "small", "--fault", f"{fault}=1")
                (self.folder / "out/.moisson/writes.jsonl").unlink(missing_ok=True)
                before = json.loads(self.run_moisson("contracts", "list", "--json", environment=sandbox.environment, expect=0).out)["contracts"]
                self.run_moisson(*ORDER, "--yes", environment=sandbox.environment, expect=5)
                for _ in range(20):
                    ended = self.run_moisson(*ORDER, "--yes", "--json", environment=sandbox.environment)
                    if ended.code == 0:
                        break
                    self.assertEqual(ended.code, 5, ended)
                self.assertEqual(json.loads(ended.out)["outcome"], "exists", ended)
                after = json.loads(self.run_moisson("contracts", "list", "--json", environment=sandbox.environment, expect=0).out)["contracts"]
                self.assertEqual(len(after), len(before) + 1)

    def test_the_references_own_lines(self):
        """A reader who copies them must not be the first to try them."""
        sandbox = self.sandbox("--scenario", "small")
        section = (ROOT / "jobs/README.md").read_text("utf-8").split("\n## Writes: users and contracts\n")[1].split("\n## ")[0]
        block = re.search(r"^```text\n(.*?)^```", section, re.M | re.S).group(1).replace("\\\n", " ").replace("samples/", f"{ROOT}/samples/")
        lines = [shlex.split(line)[1:] for line in block.splitlines()]
        self.assertEqual([line[:2] for line in lines], [["users", "add"], ["users", "add"], ["contracts", "create"]])
        for line in lines:
            self.run_moisson(*line, *([] if "--dry-run" in line else ["--yes"]), environment=sandbox.environment, expect=0)
        self.run_moisson(*[word for word in lines[1] if word != "--dry-run"], "--yes", environment=sandbox.environment, expect=0)

    def test_embedded(self):
        """A person could not try the commands without credentials."""
        result = json.loads(self.run_moisson(*ORDER, "--yes", "--json", "--sandbox", expect=0).out)
        self.assertEqual(result["outcome"], "created")
        self.assertFalse((self.folder / "out/.moisson/writes.jsonl").exists(), "a rehearsal stands in the real journal")

    def test_a_value_the_sandbox_refuses(self):
        """The service's reason would not reach the person."""
        sandbox = self.sandbox("--scenario", "small")
        order = [*ORDER, "--yes"]
        order[order.index("--billing-account") + 1] = "BA9999999"
        refused = self.run_moisson(*order, environment=sandbox.environment)
        self.assertIn(refused.code, (3, 4), refused)
        self.assertRegex(refused.err, re.compile("perimeter", re.I))


if __name__ == "__main__":
    unittest.main()
