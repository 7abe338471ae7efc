"""The sandbox's accounts, keys and applications: who sees what, a renewal rehearsed, what is kept over restarts, runs."""

import json
import subprocess

from harness import Api, Case, run, unittest


class Accounts(Case):
    def directory(self, *arguments):
        """What `moisson sandbox --json` says of itself, and the process, which still serves."""
        sandbox = self.sandbox(*arguments)
        told = run("sandbox", *arguments, "--json", "--for", "1s", folder=self.folder)
        self.assertEqual(told.code, 0, told)
        return sandbox, json.loads(told.out)

    def ids(self, environment=None, *arguments, expect=0):
        result = self.run_moisson("contracts", "list", "--json", *arguments, environment=environment, expect=expect)
        return [contract["id"] for contract in json.loads(result.out)["contracts"]]

    def test_every_account_sees_its_perimeter_and_no_more(self):
        """If this fails, the rights of an API key cannot be tried before the real one is asked for."""
        sandbox, directory = self.directory("--scenario", "small")
        accounts = {account["name"]: account for account in directory["accounts"]}
        self.assertEqual(list(accounts), ["admin", "north", "honey", "client", "visitor", "ending", "expired", "revoked"])
        every = [f"OCB{number:07}" for number in range(1001, 1013)]
        self.assertEqual(accounts["admin"]["contracts"], every)
        self.assertEqual(accounts["north"]["contracts"], every[0::3])
        self.assertEqual(accounts["client"]["contracts"], every[:3])
        self.assertTrue(set(accounts["honey"]["contracts"]) < set(every))
        for name in ("admin", "north", "honey", "client", "visitor", "ending"):
            key = accounts[name]["keys"][0]
            self.assertEqual((key["state"], len(key["key"])), ("valid", 1200))
            listed = self.ids({**sandbox.environment, "MOISSON_API_KEY": key["key"]})
            self.assertEqual(listed, accounts[name]["contracts"], name)
        for name in ("expired", "revoked"):
            key = accounts[name]["keys"][0]
            self.assertEqual(key["state"], name)
            self.run_moisson("contracts", "list", environment={**sandbox.environment, "MOISSON_API_KEY": key["key"]}, expect=4)
        self.assertEqual(self.ids(None, "--sandbox", "--account", "north"), every[0::3])

    def test_a_visitor_gets_no_invoices_and_a_client_only_where_it_is_manager(self):
        """If this fails, an export with too few rights looks like one of a month without invoices."""
        _, directory = self.directory("--scenario", "small")
        self.assertEqual({a["name"]: a["roles"]["invoices"] for a in directory["accounts"]}["visitor"], "visitor")
        kinds = {}
        for account in ("visitor", "client"):
            api = Api(self.sandbox("--scenario", "small", "--account", account).environment)
            for contract in ("OCB0001001", "OCB0001003"):
                kinds[account, contract] = {document["documentType"] for document in api.documents(contract).values()}
        final = {"invoices", "bills", "comsumptionRatedReports"}
        self.assertFalse(kinds["visitor", "OCB0001001"] & final)
        self.assertIn("partialBills", kinds["visitor", "OCB0001001"])
        self.assertIn("invoices", kinds["client", "OCB0001001"])
        self.assertFalse(kinds["client", "OCB0001003"] & final)

    def test_an_application_without_a_subscription_is_refused(self):
        """If this fails, someone whose subscription ended is not told so."""
        for application in ("unsubscribed", "pending", "revoked"):
            sandbox = self.sandbox("--scenario", "small", "--application", application)
            refused = self.run_moisson("contracts", "list", environment=sandbox.environment, expect=4)
            self.assertIn("403", refused.err + refused.out)

    def test_a_renewal_is_rehearsed(self):
        """If this fails, the first renewal of a key is the real one."""
        sandbox = self.sandbox("--scenario", "clean", tls=True)
        keys = lambda *arguments, expect=0: self.run_moisson("sandbox", "keys", *arguments, environment=sandbox.environment, expect=expect)
        self.assertIn("admin-1", keys("list").out)
        aged = json.loads(keys("age", "admin-1", "--days", "600", "--json").out)
        self.assertEqual(aged["state"], "valid")
        issued = keys("issue", "admin").out
        self.assertEqual(len(issued), 1201)
        self.assertIn("revoked", keys("revoke", "admin-1").out)
        self.run_moisson("contracts", "list", environment=sandbox.environment, expect=4)
        renewed = {**sandbox.environment, "MOISSON_API_KEY": issued.strip()}
        self.assertEqual(len(self.ids(renewed)), 8)
        self.assertEqual([key["state"] for key in json.loads(keys("list", "--json").out)["keys"]], ["revoked", "valid"])
        self.assertIn("admin-1", keys("revoke", "admin-9", expect=2).err)
        self.run_moisson("sandbox", "keys", "list", environment={**sandbox.environment, "MOISSON_SANDBOX_TOKEN": "x"}, expect=4)
        unset = self.run_moisson("sandbox", "keys", "list", expect=2)
        self.assertIn("MOISSON_SANDBOX_URL", unset.err)
        sandbox.stop()
        gone = self.run_moisson("sandbox", "keys", "list", environment=sandbox.environment, expect=5)
        self.assertIn("still running", gone.err)

    def test_the_printed_lines_are_for_a_shell(self):
        """If this fails, what the sandbox prints cannot be run as it stands."""
        told = run("sandbox", "--scenario", "small", "--for", "1s", folder=self.folder)
        self.assertEqual(told.code, 0, told)
        shell = subprocess.run(["sh", "-eu", "-c", told.out + '\nprintf %s "$MOISSON_API_KEY"'], capture_output=True, text=True, timeout=10,
                               cwd=self.folder, env={}, check=True)
        self.assertEqual((len(shell.stdout), shell.stderr), (1200, ""))

    def test_two_on_one_port_or_one_database(self):
        """If this fails, a second sandbox spoils the first, or ends without a word."""
        first = self.sandbox("--scenario", "clean", "--db", "kept.sqlite3")
        port = first.environment["MOISSON_API_URL"].split(":")[2].split("/")[0]
        taken = run("sandbox", "--scenario", "clean", "--port", port, folder=self.folder, timeout=20)
        self.assertEqual(taken.code, 7, taken)
        self.assertIn(port, taken.err)
        locked = run("sandbox", "--scenario", "clean", "--db", "kept.sqlite3", folder=self.folder, timeout=20)
        self.assertEqual(locked.code, 8, locked)
        self.assertIn("kept.sqlite3", locked.err)
        other = run("sandbox", "--scenario", "nobody.toml", folder=self.folder, timeout=20)
        self.assertEqual(other.code, 2, other)
        wrong = run("sandbox", "--scenario", "clean", "--account", "amdin", folder=self.folder, timeout=20)
        self.assertEqual(wrong.code, 2, wrong)
        self.assertIn('"admin"', wrong.err)

    def test_runs_of_an_embedded_sandbox_are_told_or_kept(self):
        """If this fails, a second month cannot be tried with --sandbox."""
        ids = lambda *arguments: self.ids(None, "--sandbox", "--scenario", "books", *arguments)
        first = [f"OCB{number:07}" for number in range(1001, 1008)]
        second = [one for one in first if one != "OCB0001007"] + ["OCB0001008"]
        self.assertEqual(ids(), first)
        self.assertEqual(ids("--run", "2"), second)
        self.assertEqual(ids("--db", "runs.sqlite3"), first)
        self.assertEqual(ids("--db", "runs.sqlite3"), second)
        self.assertEqual(ids("--db", "runs.sqlite3", "--run", "1"), first)


if __name__ == "__main__":
    unittest.main()
