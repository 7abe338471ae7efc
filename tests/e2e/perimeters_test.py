"""Several logins in one job: each contract once, each login's quota its own, a login that is refused costs its contracts and nobody else's."""

import csv
import json
import re
from collections import Counter, defaultdict
from decimal import Decimal

from harness import Case, Double, document, pdf, rows_of, unittest

MONTH = "2026-10"

GROUP = """
name = "group"
seed = 7
contracts = 9
months = 3
last_month = "2026-10"
billing_accounts = ["BA1", "BA2", "BA3"]
[server]
requests_per_second = {rate}
[[account]]
name = "all"
[[account]]
name = "north"
billing_accounts = ["BA1"]
[[account]]
name = "south"
billing_accounts = ["BA2", "BA3"]
[[account]]
name = "visitor"
invoices_role = "visitor"
[[account]]
name = "revoked"
billing_accounts = ["BA3"]
key_revoked = true
[[application]]
name = "first"
[[application]]
name = "second"
[[application]]
name = "closed"
subscription = "revoked"
"""


class Perimeters(Case):
    def serve(self, rate=0):
        """A sandbox with these logins; `job` writes a job file for some of them, keys in files beside it."""
        (self.folder / "group.toml").write_text(GROUP.format(rate=rate))
        sandbox = self.sandbox("--scenario", "group.toml")
        told = json.loads(self.run_moisson("sandbox", "--scenario", "group.toml", "--json", "--for", "1s", expect=0).out.splitlines()[0])
        self.keys = {account["name"]: account["keys"][0]["key"] for account in told["accounts"]}
        self.applications = {one["name"]: (one["client_id"], one["client_secret"]) for one in told["applications"]}
        return sandbox

    def job(self, sandbox, *logins, name="job.toml", more=""):
        """`logins`: (perimeter, account, application)"""
        text = f'[api]\napi_url = "{sandbox.environment["MOISSON_API_URL"]}"\noauth_url = "{sandbox.environment["MOISSON_OAUTH_URL"]}"\n{more}\n'
        for perimeter, account, application in logins:
            client, secret = self.applications[application]
            key = self.folder / f"{account}.key"
            key.write_text(self.keys[account])
            key.chmod(0o600)
            text += f'[[perimeter]]\nname = "{perimeter}"\nclient_id = "{client}"\nclient_secret = "{secret}"\napi_key_file = "{key.name}"\n'
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)
        return name

    def export(self, job, *more, expect=0, **options):
        return self.run_moisson("export", job, "--period", MONTH, "--rate", "0", *more, expect=expect, **options)

    def perimeter_of(self, folder="out/2026-10"):
        return {row["contract_id"]: row["perimeter"] for row in self.rows(folder)}

    def test_several_logins_make_the_ledger_that_one_login_over_all_makes(self):
        """Else a group's ledger is not the sum of its parts."""
        sandbox = self.serve()
        job = self.job(sandbox, ("north", "north", "first"), ("south", "south", "second"))
        self.export(job)
        alone = self.job(sandbox, ("all", "all", "first"), name="alone.toml")
        self.export(alone, "--out", "alone")
        rows, whole = self.rows(), self.rows("alone/2026-10")
        for row in rows + whole:
            row.pop("perimeter")
        self.assertEqual(rows, whole)
        self.assertGreater(len(rows), 9)
        perimeters = self.perimeter_of()
        self.assertEqual(Counter(perimeters.values()), {"north": 3, "south": 6})
        summary = self.summary()
        self.assertEqual(summary["verdict"], "complete")
        self.check_sums(summary)
        self.assertEqual([one["name"] for one in summary["perimeters"]], ["north", "south"])
        self.assertEqual([one["contracts"] for one in summary["perimeters"]], [3, 6])
        self.run_moisson("verify", "out/2026-10", expect=0)
        tokens = sum(1 for request in sandbox.requests() if request["path"].endswith("/token"))
        self.assertEqual(tokens, 3)  # one an application in the first run, one in the second

    def test_what_counts_may_differ_by_perimeter(self):
        """Else a company of the group that is charged by bills would be booked by what another one is charged by."""
        sandbox = self.serve()
        job = self.job(sandbox, ("north", "north", "first"), ("south", "south", "second"))
        with open(self.folder / job, "a") as file:
            file.write('[[books.counting]]\ntypes = ["bills"]\nperimeters = ["south"]\n')
        self.export(job)
        counted = {(row["perimeter"], row["document_type"]) for row in self.rows() if row["counted"] == "yes"}
        self.assertEqual({kind for perimeter, kind in counted if perimeter == "south"}, {"bills"})
        self.assertIn(("north", "invoices"), counted)
        self.run_moisson("verify", "out/2026-10", expect=0)

    def check_sums(self, summary, folder="out/2026-10"):
        """An adder of its own."""
        sums, rows = defaultdict(Decimal), Counter()
        for row in self.rows(folder):
            rows[row["perimeter"]] += 1
            if row["counted"] == "yes":
                sums[row["perimeter"], row["currency"]] += Decimal(row["amount"])
        told = {(one["name"], total["currency"]): Decimal(total["amount"]) for one in summary["perimeters"] for total in one["totals"]}
        self.assertEqual(told, dict(sums))
        self.assertEqual({one["name"]: one["rows"] for one in summary["perimeters"] if one["rows"]}, dict(rows))

    def test_a_contract_that_several_logins_see_is_counted_once_for_the_one_that_sees_most(self):
        sandbox = self.serve()
        self.export(self.job(sandbox, ("visitor", "visitor", "first"), ("north", "north", "first"), ("south", "south", "second")))
        self.assertEqual(Counter(self.perimeter_of().values()), {"north": 3, "south": 6})
        summary = self.summary()
        self.check_sums(summary)
        shared = [finding for finding in summary["findings"] if finding["code"] == "contract-shared"]
        self.assertEqual(len(shared), 9)
        self.assertTrue(all("visitor" in finding["message"] for finding in shared))
        self.assertEqual(len({(row["contract_id"], row["document_id"], row["version"]) for row in self.rows()}), len(self.rows()))
        files = [request["path"] for request in sandbox.requests() if request["path"].endswith("/file")]
        self.assertEqual(len(files), len(set(files)))
        before = (self.folder / "out/2026-10/bundle.zip").read_bytes()
        asked = len(sandbox.requests())
        self.export("job.toml")  # nothing new: one list for each login that sees a contract, and the same bytes
        self.assertEqual((self.folder / "out/2026-10/bundle.zip").read_bytes(), before)
        self.assertEqual(len(sandbox.requests()) - asked, 2 + 3 + 9 + 3 + 6)

    def test_a_pattern_of_a_perimeter_that_fits_nothing_is_refused(self):
        """Else a slip leaves a whole login out, and the run says 0."""
        sandbox = self.serve()
        job = self.job(sandbox, ("north", "north", "first"), ("south", "south", "second"))
        with open(self.folder / job, "a") as file:
            file.write('contracts = ["OBC*"]\n')
        result = self.export(job, expect=2)
        self.assertIn("OBC*", result.err)
        self.assertIn("perimeter south", result.err)
        self.assertFalse((self.folder / "out/2026-10").exists())

    def test_logins_of_several_services_make_one_ledger(self):
        """Else a document would be asked for at another login's address."""
        doubles = [self.double() for _ in range(3)]
        for number, double in enumerate(doubles):
            double.contracts = [{"id": f"OCB000000{number}", "name": f"N{number}", "offer": {"name": "FE", "id": "FE"}}]
            double.lists = {f"OCB000000{number}": [document(f"INV-{number}")]}
            double.files = {f"INV-{number}": pdf(f"{number}")}
        text = "".join(f'[[perimeter]]\nname = "p{number}"\napi_url = "{double.environment["MOISSON_API_URL"]}"\n'
                       f'oauth_url = "{double.environment["MOISSON_OAUTH_URL"]}"\nclient_id = "id"\nclient_secret = "a-secret"\n'
                       f'api_key = "a-key-of-{number}"\n' for number, double in enumerate(doubles))
        (self.folder / "job.toml").write_text(text)
        self.export("job.toml")
        self.assertEqual(len(self.rows()), 3)
        self.assertEqual({one["perimeter"] for one in self.rows()}, {"p0", "p1", "p2"})

    def test_a_login_that_is_refused_costs_its_contracts_and_not_the_others_month(self):
        sandbox = self.serve()
        good = self.job(sandbox, ("north", "north", "first"), ("south", "south", "second"))
        self.export(good)
        self.keys["south"] = "x" * 1200
        self.export(self.job(sandbox, ("north", "north", "first"), ("south", "south", "second")), expect=3)
        summary = self.summary()
        self.assertEqual(summary["verdict"], "incomplete")
        verdicts = {one["contract_id"]: (one["perimeter"], one["verdict"]) for one in summary["completeness"]}
        self.assertEqual(Counter(verdicts.values()), {("north", "complete"): 3, ("south", "forbidden"): 6})
        self.assertEqual([one["listed"] for one in summary["perimeters"]], [True, False])
        failed = [finding for finding in summary["findings"] if finding["code"] == "perimeter-failed"]
        self.assertEqual(len(failed), 1)
        self.assertTrue(failed[0]["message"].startswith("south: "))
        self.assertEqual(Counter(self.perimeter_of().values()), {"north": 3, "south": 6})  # what is known of it stays
        self.assertNotIn("contract-gone", self.codes())
        self.run_moisson("verify", "out/2026-10", expect=0)
        # Nothing of it was known: the perimeter is named, its contracts cannot be.
        self.export("job.toml", "--out", "fresh", expect=3)
        self.assertEqual([one["contracts"] for one in self.summary("fresh/2026-10")["perimeters"]], [3, 0])
        self.run_moisson("verify", "fresh/2026-10", expect=0)

    def test_where_every_login_is_refused_nothing_is_published(self):
        sandbox = self.serve()
        result = self.export(self.job(sandbox, ("one", "revoked", "first"), ("two", "north", "closed")), expect=4)
        self.assertFalse((self.folder / "out/2026-10").exists())
        self.assertNotIn(self.keys["north"], result.err)

    def test_each_application_has_a_quota_of_its_own(self):
        """Else one application's limit holds back the others, or two logins of one application are throttled."""
        sandbox = self.serve(rate=25)
        self.run_moisson("export", self.job(sandbox, ("north", "north", "first"), ("south", "south", "second")), "--period", MONTH,
                         "--rate", "24", expect=0)
        self.assertEqual(self.summary()["requests"]["throttled"], 0)
        self.run_moisson("export", self.job(sandbox, ("north", "north", "first"), ("south", "south", "first")), "--period", MONTH,
                         "--rate", "24", "--out", "same", expect=0)
        self.assertEqual(self.summary("same/2026-10")["requests"]["throttled"], 0)

    def test_one_perimeter_alone_is_a_view_and_never_the_month(self):
        sandbox = self.serve()
        job = self.job(sandbox, ("north", "north", "first"), ("south", "south", "second"))
        self.export(job)
        before = (self.folder / "out/2026-10/bundle.zip").read_bytes()
        self.export(job, "--perimeter", "north")
        view = self.view()
        self.assertIn("+north-", view)
        self.assertEqual(set(self.perimeter_of(view).values()), {"north"})
        self.assertEqual(self.summary(view)["verdict"], "partial-view")
        self.assertEqual(self.summary(view)["filters"]["perimeters"], ["north"])
        self.assertNotIn("contract-gone", self.codes(view))
        self.run_moisson("verify", view, expect=0)
        self.assertEqual((self.folder / "out/2026-10/bundle.zip").read_bytes(), before)

    def test_a_contract_that_moves_to_another_login_keeps_its_versions_and_its_closed_months(self):
        sandbox = self.serve()
        first = self.job(sandbox, ("north", "north", "first"), ("south", "south", "second"))
        self.run_moisson("export", first, "--period", "2026-09", "--rate", "0", expect=0)
        self.run_moisson("close", "2026-09", "--by", "ana", expect=0)
        closed = (self.folder / "out/2026-09/ledger.csv").read_bytes()
        moved = self.job(sandbox, ("everything", "all", "first"), ("south", "south", "second"), name="moved.toml")
        self.export(moved)
        # Its lists of south's contracts are the same ones: they stay.
        self.assertEqual(Counter(self.perimeter_of().values()), {"everything": 3, "south": 6})
        self.assertEqual({row["version"] for row in self.rows()}, {"1"})
        self.assertEqual(self.summary()["addenda"], [])
        self.assertEqual((self.folder / "out/2026-09/ledger.csv").read_bytes(), closed)
        self.run_moisson("verify", "out/2026-09", expect=0)
        again = self.run_moisson("export", moved, "--period", "2026-09", "--rate", "0", expect=0)
        self.assertIn("2026-09 is closed", again.err)

    def test_a_document_that_two_logins_are_shown_otherwise_is_an_error(self):
        north, south = Double(), Double()
        self.addCleanup(north.stop)
        self.addCleanup(south.stop)
        for double, amount in ((north, 10), (south, 11)):
            double.lists = {"OCB0000001": [document("INV-1", amount=amount), document("RPT-1", kind="reports", amount=None)][:2 if double is north else 1]}
            double.files = {"INV-1": pdf("x"), "RPT-1": pdf("y")}
        text = ""
        for name, double in (("north", north), ("south", south)):
            text += f'[[perimeter]]\nname = "{name}"\napi_url = "{double.environment["MOISSON_API_URL"]}"\n' \
                    f'oauth_url = "{double.environment["MOISSON_OAUTH_URL"]}"\nclient_id = "id"\nclient_secret = "a-secret"\n' \
                    f'api_key = "a-key-of-{name}"\n'
        (self.folder / "job.toml").write_text(text)
        self.export("job.toml", expect=3)
        rows = {row["document_id"]: row for row in self.rows()}
        self.assertEqual(rows["INV-1"]["amount"], "10.00")
        self.assertIn("perimeters-disagree", rows["INV-1"]["findings"].split())
        self.assertEqual(rows["INV-1"]["perimeter"], "north")
        self.run_moisson("verify", "out/2026-10", expect=0)

    def test_doctor_plan_and_lists_go_over_all_logins(self):
        sandbox = self.serve()
        job = self.job(sandbox, ("north", "north", "first"), ("south", "south", "second"))
        listed = json.loads(self.run_moisson("contracts", "list", "--job", job, "--json", expect=0).out)["contracts"]
        self.assertEqual(Counter(tuple(one["perimeters"]) for one in listed), {("north",): 3, ("south",): 6})
        doctor = self.run_moisson("doctor", job, "--json", expect=0)
        texts = [check["text"] for check in json.loads(doctor.out)["checks"]]
        for name in ("north", "south"):
            self.assertTrue(any(text.startswith(f"{name}: API key from") for text in texts), texts)
        self.run_moisson("plan", job, "--period", MONTH, expect=0)
        refused = self.run_moisson("documents", "list", "--contract", listed[0]["id"], "--job", job, expect=2)
        self.assertIn("--perimeter north", refused.err)
        self.run_moisson("documents", "list", "--contract", listed[0]["id"], "--job", job, "--perimeter", listed[0]["perimeters"][0], expect=0)
        self.keys["south"] = "y" * 1200
        broken = self.job(sandbox, ("north", "north", "first"), ("south", "south", "second"))
        partial = self.run_moisson("contracts", "list", "--job", broken, "--json", expect=3)
        self.assertEqual(len(json.loads(partial.out)["contracts"]), 3)
        self.assertIn("south: ", partial.err)

    def test_keys_of_perimeters_stand_nowhere(self):
        sandbox = self.serve()
        job = self.job(sandbox, ("north", "north", "first"), ("south", "south", "second"))
        self.export(job, "-v")
        secrets = [self.keys["north"], self.keys["south"], self.applications["first"][1], self.applications["second"][1]]
        for path in self.folder.rglob("*"):
            if path.is_file() and path.suffix not in (".key", ".jsonl") and path.name not in ("job.toml", "sandbox.err"):
                content = path.read_bytes()
                for secret in secrets:
                    self.assertNotIn(secret.encode(), content, path)


if __name__ == "__main__":
    unittest.main()
