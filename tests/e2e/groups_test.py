"""Random groups of logins against an oracle of its own: who sees what overlaps, some are refused, some are shown other content. Each month
is made once more by parts, some of them killed on the way or made twice, and merged: the bytes are those of the one run.

    groups_test.py COUNT [SEED]     # so many groups; each names its seed, which replays it alone
"""

import json
import random
import shutil
import sys
import threading
import time
from decimal import Decimal

from harness import PDF, Case, Double, digests_of, document, finish, start, unittest

SHORT = 12
KINDS = ("invoices", "invoices", "reports", "comsumptionRatedReports")


class GroupDouble(Double):
    """Answers each API key by its own table: `seen[key]` is {contract: [document, …]}; a key that is not there is refused."""

    def __init__(self):
        self.seen, self.local = {}, threading.local()
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
        if contract not in seen:
            return 404, {}, b'{"code":60,"message":"Resource not found"}'
        if path.endswith("/contract"):
            return 200, {}, json.dumps({"id": contract, "name": f"Contract {contract}", "platformId": "p", "customer": {"id": "C", "name": "C"}}).encode()
        if path.endswith("/documents"):
            kind, limit = query.get("documentType"), query.get("limit")
            chosen = [one for one in seen[contract] if not kind or one["documentType"] == kind]
            return 200, {}, json.dumps(chosen[:int(limit)] if limit else chosen).encode()
        asked = path.split("/")[-2]
        if path.endswith("/file") and any(one["id"] == asked for one in seen[contract]):
            return 200, {}, PDF
        return 404, {}, b'{"code":60,"message":"Resource not found"}'


def expected(logins, seen):
    """{contract: (perimeter, {document: item}, {contradicted})} by the rule of jobs/README.md, "Several logins"."""
    good = [name for name in logins if name in seen]
    by_size = sorted(good, key=lambda name: -len(seen[name]))  # stable: of equals the job's order
    result = {}
    for contract in sorted({one for name in good for one in seen[name]}):
        lists = [(name, {one["id"]: one for one in seen[name][contract]}) for name in by_size if contract in seen[name]]
        best = max(lists, key=lambda entry: len(entry[1]))  # of equals the first
        items, wrong = dict(best[1]), set()
        for name, others in lists:
            for identifier, item in others.items():
                if items.setdefault(identifier, item) != item:
                    wrong.add(identifier)
        result[contract] = (best[0], items, wrong)
    return result


class Groups(Case):
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

    def run_once(self, seed, double, logins, seen, run):
        double.seen = {f"key-of-{name}": table for name, table in seen.items()}
        result = self.run_moisson("export", "job.toml", "--period", "2026-10", "--rate", "0", "--no-progress", "--out", f"out{seed}")
        where = f"seed {seed}, run {run}: {result}"
        self.merge_as_one(seed, where, random.Random(f"parts {seed} {run}"), f"out{seed}", result.code)
        if not seen:
            self.assertEqual(result.code, 4, where)
            return None
        is_empty = not any(documents for table in seen.values() for documents in table.values())
        if is_empty and result.code == 4:  # those that are let in see nothing, and the contracts that are known are another's
            self.assertNotEqual(set(seen), set(logins), where)
            return None
        self.assertIn(result.code, (0, 3), where)
        return where

    def check(self, seed, logins, seen, where, known):
        """`known`: documents of contracts that an earlier run saw and that nobody shows now stay as rows."""
        should = expected(logins, seen)
        folder = f"out{seed}/2026-10"
        rows = {(row["contract_id"], row["document_id"]): row for row in self.rows(folder) if "superseded" not in row["findings"].split()}
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
            self.assertEqual(row["status"], "ok", f"{identifier} {where}")
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

    def part(self, chance, number, of, out):
        """Makes one part, killed on the way and begun again now and then."""
        words = ("export", "job.toml", "--period", "2026-10", "--rate", "0", "--no-progress", "--out", out, "--part", f"{number}/{of}")
        if chance.random() < 0.3:
            process = start(*words, folder=self.folder)
            time.sleep(chance.random() * 0.15)
            process.kill()
            finish(process)
        return self.run_moisson(*words)

    def merge_as_one(self, seed, where, chance, out, codes):
        """The same month by parts, into a state of its own: the bytes that the one run made. `codes`: what that one ended with."""
        parts = f"parts{seed}"
        of = chance.randint(1, 4)
        shutil.rmtree(self.folder / parts / "parts", ignore_errors=True)
        numbers = list(range(1, of + 1))
        chance.shuffle(numbers)
        ended = [self.part(chance, number, of, parts) for number in numbers]
        if chance.random() < 0.3:  # a machine that was thought lost, and was not
            ended.append(self.part(chance, chance.choice(numbers), of, parts))
        told = "\n".join(map(str, ended))
        if any(one.code == 4 for one in ended):  # it asks all logins, and none of them is let in
            self.assertEqual(codes, 4, f"{where}\n{told}")
            return
        self.assertTrue(all(one.code in (0, 3) for one in ended), f"{where}\n{told}")
        merged = self.run_moisson("merge", f"{parts}/parts/2026-10", "--job", "job.toml", "--out", parts)
        self.assertEqual(merged.code, codes, f"{where}\n{told}\n{merged}")
        if codes not in (0, 3):
            return
        folder, other = self.folder / out / "2026-10", self.folder / parts / "2026-10"
        self.assertEqual(digests_of(other), digests_of(folder), f"{where}\n{told}\n{merged}")
        one, of_parts = self.summary(f"{out}/2026-10"), self.summary(f"{parts}/2026-10")
        for summary in (one, of_parts):
            for member in ("run_id", "started_at", "finished_at", "requests", "seal", "credentials", "files"):
                summary.pop(member)
        self.assertEqual(of_parts, one, where)
        self.run_moisson("verify", f"{parts}/2026-10", expect=0)
        again = self.run_moisson("merge", f"{parts}/parts/2026-10", "--job", "job.toml", "--out", parts)
        self.assertEqual(again.code, codes, f"{where}\n{again}")
        self.assertEqual(digests_of(other), digests_of(folder), f"merged twice: {where}\n{again}")

    def one(self, seed):
        chance, double, logins, contracts, seen = self.group(seed)
        applications = {name: chance.choice(("first", "second")) for name in logins}
        self.job(double, logins, applications)
        known = set()
        where = self.run_once(seed, double, logins, seen, 1)
        if where:
            known = self.check(seed, logins, seen, where, known)
        # The next run: who sees what is dealt anew, a refused login is let in, another one is not.
        moved = {name: table for name, table in zip(logins, chance.sample(list(seen.values()), len(seen)))}
        where = self.run_once(seed, double, logins, moved, 2)
        if where:
            self.check(seed, logins, moved, where, known)
        double.stop()
        for out in (f"out{seed}", f"parts{seed}"):
            shutil.rmtree(self.folder / out, ignore_errors=True)

    def test_random_groups_are_what_the_oracle_says(self):
        """Else a document of a group is lost, booked twice, or booked for the wrong login."""
        for seed in range(SHORT):
            with self.subTest(seed=seed):
                self.one(seed)


def many(count, first):
    wrong = 0
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
    print(f"{count} groups, {wrong} wrong", flush=True)
    return wrong > 0


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    if numbers:
        sys.exit(many(numbers[0], numbers[1] if len(numbers) > 1 else 1000))
    unittest.main()
