"""Random groups of logins against an oracle of its own: who sees what overlaps, some are refused, keys end in the middle of a run, some are
shown other content. Each month is made once more by parts and merged, over a state in a file or in PostgreSQL: parts and merge are killed on
the way, made twice, and two at once. The bytes are those of the one run, also of the months after one was closed.

    groups_test.py COUNT [SEED]     # so many groups; each names its seed, which replays it alone
"""

import hashlib
import json
import random
import shutil
import sys
import threading
import time
import zlib
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from harness import PDF, Case, Double, digests_of, document, erp_template, finish, start, unittest  # noqa: E402
from postgresql import Server  # noqa: E402

SHORT = 12
MONTH, NEXT = "2026-10", "2026-11"
KINDS = ("invoices", "invoices", "reports", "comsumptionRatedReports")


class GroupDouble(Double):
    """Answers each API key by its own table: `seen[key]` is {contract: [document, …]}; a key that is not there is refused. `ended[key]`: what
    it is refused for since it ended, "contract" (each detail and all that follows) or "file"; "page" and "missing": what it gets in the place of each file."""

    def __init__(self):
        self.seen, self.ended, self.local = {}, {}, threading.local()
        super().__init__()

    def _answer(self, handler):
        self.local.key = handler.headers.get("X-API-Key")
        super()._answer(handler)

    def _route(self, path, query, contract):
        if path.endswith("/token"):
            return super()._route(path, query, contract)
        seen = self.seen.get(self.local.key)
        if seen is None:
            return 401, {}, b'{"code":41,"message":"Invalid credentials"}'
        if path.endswith("/contracts"):
            self_contracts = [{"id": one, "name": f"Contract {one}", "offer": {"name": "Flexible Engine", "id": "FE"}} for one in sorted(seen)]
            return 200, {}, json.dumps(self_contracts).encode()
        ended = self.ended.get(self.local.key)
        if ended == "page" and path.endswith("/file"):
            return 200, {"Content-Type": "text/html"}, b"<html><body>Maintenance</body></html>"
        if ended == "missing" and path.endswith("/file"):
            return 404, {}, b'{"code":60,"message":"Resource not found"}'
        if ended == "contract" or (ended == "file" and path.endswith("/file")):
            return 401, {}, b'{"code":41,"message":"Invalid credentials"}'
        if contract not in seen:
            return 404, {}, b'{"code":60,"message":"Resource not found"}'
        if path.endswith("/contract"):
            return 200, {}, json.dumps({"id": contract, "name": f"Contract {contract}", "platformId": "p", "customer": {"id": "C", "name": "C"}}).encode()
        if path.endswith("/documents"):
            kind, limit = query.get("documentType"), query.get("limit")
            chosen = [one for one in seen[contract] if not kind or one["documentType"] == kind]
            return 200, {}, json.dumps(chosen[:int(limit)] if limit else chosen).encode()
        asked = [one for one in seen[contract] if one["id"] == path.split("/")[-2]]
        if path.endswith("/file") and asked:
            return 200, {}, file_of(asked[0])
        return 404, {}, b'{"code":60,"message":"Resource not found"}'


def file_of(item):
    """The document's file, whose bytes no other content of it has."""
    return PDF + f"% {json.dumps(item)}\n".encode()


def expected(logins, seen, stood):
    """{contract: (perimeter, {document: item}, {contradicted})} by the rule of jobs/README.md, "Several logins". `stood`: contract -> the
    perimeter that it was read for last."""
    good = [name for name in logins if name in seen]
    by_size = sorted(good, key=lambda name: -len(seen[name]))  # stable: of equals the job's order
    result = {}
    for contract in sorted({one for name in good for one in seen[name]}):
        lists = [(name, {one["id"]: one for one in seen[name][contract]}) for name in by_size if contract in seen[name]]
        best = max(lists, key=lambda entry: (len(entry[1]), entry[0] == stood.get(contract)))  # of equals the first
        items, wrong = dict(best[1]), set()
        for name, others in lists:
            for identifier, item in others.items():
                if items.setdefault(identifier, item) != item:
                    wrong.add(identifier)
        result[contract] = (best[0], items, wrong)
    return result


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def hash_of(text):
    return zlib.crc32(text.encode())


class Groups(Case):
    database = None  # a server whose schemas keep the parts' states

    @classmethod
    def setUpClass(cls):
        cls.database = Server()

    @classmethod
    def tearDownClass(cls):
        cls.database.end()

    def group(self, seed):
        chance = random.Random(seed)
        double = GroupDouble()
        self.addCleanup(double.stop)
        logins = [f"login{number}" for number in range(chance.randint(1, 4))]
        chance.shuffle(logins)
        contracts = {f"OCB{number:07}": [document(f"D{number}-{at}", kind=chance.choice(KINDS), amount=chance.randint(-500, 5000) / 100)
                                         for at in range(chance.randint(0, 5))] for number in range(1, chance.randint(2, 7))}
        seen, differs = {}, chance.random() < 0.3
        for name in logins:
            if chance.random() < 0.15:
                continue  # refused
            seen[name] = {}
            for contract, documents in contracts.items():
                kind = chance.choice(("all", "all", "none", "reports", "some"))
                if kind == "none":
                    continue
                chosen = [one for one in documents if kind == "all" or (one["documentType"] != "invoices" if kind == "reports" else chance.random() < 0.6)]
                if differs:
                    chosen = [{**one, "amount": one["amount"] + 1} if chance.random() < 0.15 else one for one in chosen]
                seen[name][contract] = chosen
        return chance, double, logins, contracts, seen

    def job(self, double, logins, applications):
        text = f'[api]\napi_url = "{double.environment["MOISSON_API_URL"]}"\noauth_url = "{double.environment["MOISSON_OAUTH_URL"]}"\n'
        for name in logins:
            text += f'[[perimeter]]\nname = "{name}"\nclient_id = "{applications[name]}"\nclient_secret = "a-secret"\napi_key = "key-of-{name}"\n'
        (self.folder / "job.toml").write_text(text)
        (self.folder / "job.toml").chmod(0o600)

    def show(self, double, seen, ended=None):
        double.seen = {f"key-of-{name}": table for name, table in seen.items()}
        double.ended = {f"key-of-{name}": what for name, what in (ended or {}).items()}

    def words(self, month, out):
        return ("export", "job.toml", "--period", month, "--rate", "0", "--no-progress", "--out", out, *self.template)

    def run_once(self, seed, double, logins, seen, run, month=MONTH, ended=None):
        self.show(double, seen, ended)
        result = self.run_moisson(*self.words(month, f"out{seed}"))
        where = f"seed {seed}, run {run}: {result}"
        self.merge_as_one(where, random.Random(f"parts {seed} {run}"), f"out{seed}", result.code, month)
        if not seen:
            self.assertEqual(result.code, 4, where)
            return None
        is_empty = not any(documents for name, table in seen.items() for documents in table.values() if name not in (ended or {}))
        if is_empty and result.code == 4:  # those that are let in see nothing, and the contracts that are known are another's
            self.assertNotEqual(set(seen) - set(ended or {}), set(logins), where)
            return None
        self.assertIn(result.code, (0, 3), where)
        return where

    def check(self, seed, logins, seen, where, known, stood):
        """`known`: documents of contracts that an earlier run saw and that nobody shows now stay as rows. `stood` None: nothing was published
        that would tell for which of several with equal lists a contract stood; the rows say so."""
        folder = f"out{seed}/2026-10"
        rows = {(row["contract_id"], row["document_id"]): row for row in self.rows(folder) if "superseded" not in row["findings"].split()}
        should = expected(logins, seen, {contract: row["perimeter"] for (contract, _), row in rows.items()} if stood is None else stood)
        wanted = {(contract, identifier) for contract, (_, items, _) in should.items() for identifier in items}
        self.assertEqual(wanted - set(rows), set(), f"lost: {where}")
        self.assertEqual(set(rows) - wanted - known, set(), f"made up: {where}")
        self.assertEqual(len(rows), len({key[1] for key in rows}), where)
        total = Decimal(0)
        for (contract, identifier), row in rows.items():
            if (contract, identifier) not in wanted:
                continue
            perimeter, items, wrong = should[contract]
            self.assertEqual(row["perimeter"], perimeter, f"{contract} {where}")
            self.assertEqual("perimeters-disagree" in row["findings"].split(), identifier in wrong, f"{identifier} {where}")
            self.assertEqual(Decimal(row["raw_amount"]), Decimal(str(items[identifier]["amount"])), f"{identifier} {where}")
            self.assertEqual((row["status"], row["sha256"]), ("ok", sha256(file_of(items[identifier]))), f"{identifier} {where}")
        summary = self.summary(folder)
        self.assertEqual({one["name"] for one in summary.get("perimeters", []) if not one["listed"]}, set(logins) - set(seen), where)
        for row in self.rows(folder):
            total += Decimal(row["amount"]) if row["counted"] == "yes" else 0
        told = sum((Decimal(entry["amount"]) for one in summary.get("perimeters", []) for entry in one["totals"]), Decimal(0))
        self.assertEqual(told, total, where)
        self.assertEqual(sum((Decimal(entry["amount"]) for entry in summary["totals"]), Decimal(0)), total, where)
        whole = set(logins) == set(seen)
        self.assertTrue(whole or summary["verdict"] == "incomplete", where)
        self.run_moisson("verify", folder, expect=0)
        return set(rows)

    def check_ended(self, seed, logins, seen, ended, where):
        """A key that ended costs what it alone could have given, and the month is told incomplete for it. Returns the rows' keys."""
        others = {name: table for name, table in seen.items() if name not in ended}
        listing = {name: table for name, table in seen.items() if ended.get(name) != "contract"}
        given = {(contract, one["id"]) for table in others.values() for contract, items in table.items() for one in items}
        listed = {(contract, one["id"]) for table in listing.values() for contract, items in table.items() for one in items}
        differing = {(contract, one["id"]) for table in seen.values() for contract, items in table.items() for one in items
                     if any(other["id"] == one["id"] and other != one for rest in seen.values() for other in rest.get(contract, ()))}
        given, lacks_a_file = given - differing, listed - given
        lacks_a_list = any(seen[name] for name, what in ended.items() if what == "contract")
        wanted = {(contract, identifier) for contract, (_, items, _) in expected(logins, others, {}).items() for identifier in items}
        rows = {(row["contract_id"], row["document_id"]): row["status"] for row in self.rows(f"out{seed}/{MONTH}")}
        files = {(contract, one["id"], Decimal(str(one["amount"]))): sha256(file_of(one)) for table in seen.values()
                 for contract, items in table.items() for one in items}
        for row in self.rows(f"out{seed}/{MONTH}"):
            if row["sha256"]:
                self.assertEqual(row["sha256"], files[row["contract_id"], row["document_id"], Decimal(row["raw_amount"])], where)
        self.assertEqual(wanted - set(rows), set(), f"lost: {where}")
        self.assertEqual({key for key in given if rows.get(key, "ok") != "ok"}, set(), f"asked of one login only: {where}")
        self.assertEqual({key for key in lacks_a_file if rows.get(key) == "ok"}, set(), f"made up: {where}")
        if lacks_a_file or lacks_a_list:
            self.assertEqual(self.summary(f"out{seed}/{MONTH}")["verdict"], "incomplete", where)
        return set(rows)

    def killed_at_times(self, chance, *words, times=1, least=0.0):
        """What the command ends with, after it was killed on the way now and then, and begun again."""
        for _ in range(times if chance.random() < 0.3 else 0):
            process = start(*words, folder=self.folder, environment=self.state)
            time.sleep(least + chance.random() * 0.15)
            process.kill()
            finish(process)
        return self.run_moisson(*words, environment=self.state)

    def merge_as_one(self, where, chance, out, code, month):
        """The same month by parts, into a state of its own: the bytes that the one run made. `code`: what that one ended with."""
        parts, of = f"parts-{out}", chance.randint(1, 4)
        shutil.rmtree(self.folder / parts / "parts", ignore_errors=True)
        numbers = list(range(1, of + 1))
        chance.shuffle(numbers)
        if chance.random() < 0.3:  # a machine that was thought lost, and was not
            numbers.append(chance.choice(numbers))
        ended = [self.killed_at_times(chance, *self.words(month, parts), "--part", f"{number}/{of}") for number in numbers]
        told = "\n".join(map(str, ended))
        if any(one.code == 4 for one in ended):  # it asks all logins, and none of them is let in
            self.assertEqual(code, 4, f"{where}\n{told}")
            return
        self.assertTrue(all(one.code in (0, 3) for one in ended), f"{where}\n{told}")
        words = ("merge", f"{parts}/parts/{month}", "--job", "job.toml", "--out", parts, *self.template)
        rival = start(*words, "--lock-wait", "1m", folder=self.folder, environment=self.state) if chance.random() < 0.2 else None
        is_first = not rival and chance.random() < 0.7
        merged = self.killed_at_times(chance, *words, "--lock-wait", "1m", times=0 if is_first else 2, least=0.02)
        self.assertEqual(merged.code, code, f"{where}\n{told}\n{merged}")
        if rival:
            other = finish(rival)
            self.assertEqual(other.code, code, f"two at once: {where}\n{other}")
        if code not in (0, 3):
            return
        self.assert_same(out, parts, month, f"{where}\n{told}\n{merged}")
        if is_first:
            self.assert_same_summary(out, parts, month, f"{where}\n{told}\n{merged}")
        self.run_moisson("verify", f"{parts}/{month}", expect=0)
        again = self.run_moisson(*words, environment=self.state)
        self.assertEqual(again.code, code, f"{where}\n{again}")
        self.assert_same(out, parts, month, f"merged twice: {where}\n{again}")

    def assert_same(self, out, parts, month, where):
        folder, other = self.folder / out / month, self.folder / parts / month
        erp, of_parts = ([f"erp/{path.name}" for path in sorted(place.glob("erp/*"))] for place in (folder, other))
        self.assertEqual(of_parts, erp, where)
        names = ("ledger.csv", "ledger.xlsx", "bundle.zip", *erp)
        self.assertEqual(digests_of(other, names), digests_of(folder, names), where)

    def assert_same_summary(self, out, parts, month, where):
        """Where no other merge published before: that one tells what changed."""
        one, of_parts = self.summary(f"{out}/{month}"), self.summary(f"{parts}/{month}")
        for summary in (one, of_parts):
            for member in ("run_id", "started_at", "finished_at", "requests", "seal", "credentials", "files"):
                summary.pop(member)
        self.assertEqual(of_parts, one, where)

    def close(self, seed):
        """The month is closed in both: at one time, which stands in the books."""
        out, parts = self.folder / f"out{seed}", self.folder / f"parts-out{seed}"
        self.run_moisson("close", MONTH, "--by", "ana", "--out", out.name, "--accept-incomplete", "as it is", expect=0)
        shutil.rmtree(parts)
        shutil.copytree(out, parts)
        if self.state:
            self.state["MOISSON_STATE"] += "_closed"
            self.run_moisson("state", "copy", f"{parts.name}/.moisson/state.sqlite3", self.state["MOISSON_STATE"], expect=0)

    def late(self, seen):
        """The next month: new documents of it, and some that come late or otherwise to the one that is closed."""
        changed = {}
        for name, table in seen.items():
            changed[name] = {}
            for contract, documents in table.items():
                chosen = [{**one, "amount": one["amount"] + 2, "updatedAt": "2026-12-01T06:00:00.000Z"} if hash_of(one["id"]) % 5 == 0 else one
                          for one in documents if hash_of(one["id"]) % 7]
                chosen += [document(f"L{contract}", amount=hash_of(contract) / 100), document(f"N{contract}", period="202611", amount=11.5)]
                changed[name][contract] = chosen
        return changed

    def one(self, seed):
        chance, double, logins, contracts, seen = self.group(seed)
        more = random.Random(f"more {seed}")
        applications = {name: chance.choice(("first", "second")) for name in logins}
        self.job(double, logins, applications)
        self.template, self.state = (), None
        if more.random() < 0.5:
            (self.folder / "erp.toml").write_text(erp_template(key="key", amount="line.signed", currency="currency", end="period_end"))
            self.template = ("--template", "erp.toml")
        if self.database and more.random() < 0.5:
            self.state = {"MOISSON_STATE": f"{self.database.url()}?schema=group_{seed}"}
        ended = {name: more.choice(("contract", "file", "file", "page", "missing")) for name in seen if more.random() < 0.2}
        known, stood = set(), {}
        where = self.run_once(seed, double, logins, seen, 1, ended=ended)
        if where:
            known = self.check_ended(seed, logins, seen, ended, where) if ended else self.check(seed, logins, seen, where, known, stood)
            stood = {one["contract_id"]: one["perimeter"] for one in self.summary(f"out{seed}/2026-10")["completeness"] if one.get("perimeter")}
        elif ended:
            stood = None
        # The next run: who sees what is dealt anew, a refused login is let in, another one is not.
        moved = {name: table for name, table in zip(logins, chance.sample(list(seen.values()), len(seen)))}
        where = self.run_once(seed, double, logins, moved, 2)
        if where:
            self.check(seed, logins, moved, where, known, stood)
        if where and more.random() < 0.5:
            self.close(seed)
            self.run_once(seed, double, logins, self.late(moved), 3, month=NEXT)
        double.stop()
        for out in (f"out{seed}", f"parts-out{seed}"):
            shutil.rmtree(self.folder / out, ignore_errors=True)
        if self.state:
            self.database.sql(f"SET client_min_messages = error; DROP SCHEMA IF EXISTS group_{seed}, group_{seed}_closed CASCADE")

    def test_a_file_that_another_login_of_the_part_fetched(self):
        """Else a month whose parts are whole could never be merged."""
        double = GroupDouble()
        self.addCleanup(double.stop)
        a, b, c, d, x = (document(name) for name in "abcdx")
        # Of the second application alone, login0 lists most of the second contract, and is asked for x. Of all, login3 lists most, and what
        # that lacks is taken from the login that sees most contracts.
        seen = {"login3": {"OCB0000002": [a, b, c, d]}, "login0": {"OCB0000002": [a, b, x]}, "login1": {"OCB0000001": [], "OCB0000002": [x]}}
        self.template, self.state = (), None
        self.job(double, list(seen), {"login3": "first", "login0": "second", "login1": "second"})
        self.show(double, seen)
        one = self.run_moisson(*self.words(MONTH, "one"), expect=0)
        for number in (1, 2):
            self.run_moisson(*self.words(MONTH, "many"), "--part", f"{number}/2", expect=0)
        self.run_moisson("merge", f"many/parts/{MONTH}", "--job", "job.toml", "--out", "many", expect=one.code)
        self.assertEqual({row["document_id"]: row["status"] for row in self.rows(f"many/{MONTH}")}, dict.fromkeys("abcdx", "ok"))
        self.assert_same("one", "many", MONTH, one)

    def test_a_file_that_one_login_is_refused_comes_by_another(self):
        """Else a document is told missing that the next login of the job would have given, and a month merged of parts has more than one run."""
        double = GroupDouble()
        self.addCleanup(double.stop)
        a, b, c = (document(name) for name in "abc")
        # login0 sees most and its key ends before the files; b is listed by the others, of which one cannot give it either; c by nobody else.
        seen = {"login0": {"OCB0000001": [a, b, c]}, "login1": {"OCB0000001": [b]}, "login2": {"OCB0000001": [a, b]}}
        self.template, self.state = (), None
        self.job(double, list(seen), {"login0": "first", "login1": "second", "login2": "second"})
        self.show(double, seen, {"login0": "file", "login1": "file"})
        one = self.run_moisson(*self.words(MONTH, "one"), "-v", expect=3)
        rows = {row["document_id"]: (row["status"], row["perimeter"]) for row in self.rows(f"one/{MONTH}")}
        self.assertEqual(rows, {"a": ("ok", "login0"), "b": ("ok", "login0"), "c": ("failed", "login0")})
        self.assertIn("OCB0000001 b: the file came by the login login2; another one was not given it", one.err)
        self.assertEqual([row["document_id"] for row in self.rows(f"one/{MONTH}") if "document-failed" in row["findings"]], ["c"])
        for number in (1, 2):
            self.run_moisson(*self.words(MONTH, "many"), "--part", f"{number}/2")
        self.run_moisson("merge", f"many/parts/{MONTH}", "--job", "job.toml", "--out", "many", expect=3)
        self.assert_same("one", "many", MONTH, one)
        self.show(double, seen)
        self.run_moisson(*self.words(MONTH, "one"), expect=0)
        self.assertEqual({row["status"] for row in self.rows(f"one/{MONTH}")}, {"ok"})

    def files_asked(self, double, identifier):
        return sum(path.endswith(f"/{identifier}/file") for path in double.asked)

    def both_ways(self, seen, ended, code=3):
        """Rows of the one run by document, which merging parts of two applications gives as well; and the double, which counts."""
        double = GroupDouble()
        self.addCleanup(double.stop)
        self.template, self.state = (), None
        self.job(double, list(seen), {"login0": "first", "login1": "second", "login2": "second"})
        self.show(double, seen, ended)
        one = self.run_moisson(*self.words(MONTH, "one"), expect=code)
        rows = {row["document_id"]: row for row in self.rows(f"one/{MONTH}") if "document-id-duplicate" not in row["findings"]}
        asked = {identifier: self.files_asked(double, identifier) for identifier in rows}
        for number in (1, 2):
            self.run_moisson(*self.words(MONTH, "many"), "--part", f"{number}/2")
        self.run_moisson("merge", f"many/parts/{MONTH}", "--job", "job.toml", "--out", "many", expect=code)
        self.assert_same("one", "many", MONTH, one)
        return rows, asked

    def test_a_login_that_lists_a_document_twice_is_asked_for_its_file_once(self):
        """Else a month whose parts are whole could never be merged: no part was asked a second time."""
        a, b, d = (document(name) for name in "abd")
        seen = {"login0": {"OCB0000001": [d, a, b]}, "login1": {"OCB0000001": [d, d]}}
        _, asked = self.both_ways(seen, {"login0": "file", "login1": "file"})
        self.assertEqual(asked["d"], 2)
        shutil.rmtree(self.folder / "one")
        shutil.rmtree(self.folder / "many")
        _, asked = self.both_ways({"login0": {"OCB0000001": [a, b]}, "login1": {"OCB0000001": [d, d]}}, {"login1": "file"})
        self.assertEqual(asked["d"], 1)

    def test_a_document_that_another_login_is_shown_otherwise_gets_no_file_of_it(self):
        """Else the bytes under a row would be those of another document, and a part that has it in another month was never asked for it."""
        d, a = document("d"), document("a")
        for other in (document("d", amount=99), document("d", period="202609")):
            for folder in ("one", "many"):
                shutil.rmtree(self.folder / folder, ignore_errors=True)
            rows, asked = self.both_ways({"login0": {"OCB0000001": [d, a]}, "login1": {"OCB0000001": [other]}}, {"login0": "file"})
            self.assertEqual((rows["d"]["status"], rows["d"]["sha256"], asked["d"]), ("failed", "", 1))

    def test_a_part_made_again_has_the_file_of_the_version_that_is_shown_now(self):
        """Else the month that is merged has an earlier version's file under the row of the later one, and says that it is complete."""
        a, b = document("a"), document("b")
        later = {**a, "amount": 77, "updatedAt": "2026-12-01T06:00:00.000Z"}
        for times in (1, 2):
            double = GroupDouble()
            self.addCleanup(double.stop)
            self.template, self.state = (), None
            self.job(double, ["login0"], {"login0": "first"})
            self.show(double, {"login0": {"OCB0000001": [a, b]}})
            self.run_moisson(*self.words(MONTH, "one"), expect=0)
            shutil.copytree(self.folder / "one", self.folder / "many")
            self.show(double, {"login0": {"OCB0000001": [later, b]}})
            one = self.run_moisson(*self.words(MONTH, "one"), expect=0)
            for _ in range(times):
                self.run_moisson(*self.words(MONTH, "many"), "--part", "1/1", expect=0)
            self.run_moisson("merge", f"many/parts/{MONTH}", "--job", "job.toml", "--out", "many", expect=0)
            files = {(row["document_id"], row["version"]): row["sha256"] for row in self.rows(f"many/{MONTH}")}
            self.assertEqual(files, {("a", "1"): sha256(file_of(a)), ("a", "2"): sha256(file_of(later)), ("b", "1"): sha256(file_of(b))})
            self.assert_same("one", "many", MONTH, one)
            shutil.rmtree(self.folder / "one")
            shutil.rmtree(self.folder / "many")

    def test_a_part_made_again_gives_no_login_the_file_of_another_content(self):
        """Else a month merged of parts has a file that one run does not, and its bytes are of a document that is shown to somebody else."""
        d, a = document("d"), document("a")
        for other, moved in ((document("d", amount=99), False), (document("d", period="202609"), False), (document("d", period="202609"), True)):
            # login0 sees most, and login1 comes first where login0 is not asked: its list is the shorter one, and it sees more contracts.
            seen = {"login0": {"OCB0000001": [d, a, document("b"), document("c")]}, "login1": {"OCB0000001": [other], "OCB0000002": [], "OCB0000003": []},
                    "login2": {"OCB0000001": [d, a]}}
            if moved:
                seen["login0"] = {"OCB0000001": [a, document("b"), document("c")]}
                seen["login2"] = {"OCB0000001": [other, a]}
                seen["login1"]["OCB0000001"] = [d]
            double = GroupDouble()
            self.addCleanup(double.stop)
            self.template, self.state = (), None
            self.job(double, list(seen), {"login0": "first", "login1": "second", "login2": "second"})
            self.show(double, seen, {"login0": "file"})
            one = self.run_moisson(*self.words(MONTH, "one"), expect=3)
            for number in (1, 1, 2, 2):
                self.run_moisson(*self.words(MONTH, "many"), "--part", f"{number}/2")
            self.run_moisson("merge", f"many/parts/{MONTH}", "--job", "job.toml", "--out", "many", expect=3)
            self.assert_same("one", "many", MONTH, one)
            rows = {row["document_id"]: row for row in self.rows(f"one/{MONTH}")}
            self.assertEqual(rows["d"]["sha256"], sha256(file_of(d)))
            self.assertIn("perimeters-disagree", rows["d"]["findings"])
            shutil.rmtree(self.folder / "one")
            shutil.rmtree(self.folder / "many")

    def test_a_file_that_is_not_ready_for_one_login_is_no_failure(self):
        a, b = document("a"), document("b")
        rows, _ = self.both_ways({"login0": {"OCB0000001": [a, b]}, "login1": {"OCB0000001": [a]}}, {"login0": "file", "login1": "page"})
        self.assertEqual({name: row["status"] for name, row in rows.items()}, {"a": "not-ready", "b": "failed"})

    def test_random_groups_are_what_the_oracle_says(self):
        """Else a document of a group is lost, booked twice, or booked for the wrong login."""
        for seed in range(SHORT):
            with self.subTest(seed=seed):
                self.one(seed)


def many(count, first):
    wrong = 0
    Groups.setUpClass()
    for seed in range(first, first + count):
        case = Groups("one")
        case.setUp()
        try:
            case.one(seed)
        except AssertionError as problem:
            wrong += 1
            print(f"seed {seed}: {problem}", flush=True)
        finally:
            case.doCleanups()
    Groups.tearDownClass()
    print(f"{count} groups, {wrong} wrong", flush=True)
    return wrong > 0


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    if numbers:
        sys.exit(many(numbers[0], numbers[1] if len(numbers) > 1 else 1000))
    unittest.main()
