"""The other commands: help, version, contracts, documents, doctor, sandbox."""

import json
import time
import unittest

from harness import Api, Case, sha256_of
from ports import free_port


class Commands(Case):
    def test_version_names_program_version_and_build(self):
        """A bug report could not say what was running."""
        result = self.run_moisson("--version", expect=0)
        self.assertRegex(result.out, r"^moisson \d+\.\d+\.\d+")

    def test_help_and_version_are_quick(self):
        """Scripts that ask for the version would be slowed down. (The limit is loose here; tests/bench measures.)"""
        best = min(self.seconds("--version") for _ in range(5))
        self.assertLess(best, 0.2)

    def seconds(self, *arguments):
        before = time.monotonic()
        self.run_moisson(*arguments, expect=0)
        return time.monotonic() - before

    def test_contracts(self):
        """The perimeter could not be looked at."""
        sandbox = self.sandbox("--scenario", "clean")
        expected = {contract["id"] for contract in Api(sandbox.environment).contracts()}
        listed = self.run_moisson("contracts", "list", environment=sandbox.environment, expect=0)
        for contract in expected:
            self.assertIn(contract, listed.out)
        shown = json.loads(self.run_moisson("contracts", "list", "--json", environment=sandbox.environment, expect=0).out)["contracts"]
        self.assertEqual({item["id"] for item in shown}, expected)
        one = sorted(expected)[0]
        self.assertIn(one, self.run_moisson("contracts", "show", one, environment=sandbox.environment, expect=0).out)
        self.assertIsInstance(json.loads(self.run_moisson("contracts", "show", one, "--json", environment=sandbox.environment, expect=0).out), dict)

    def test_documents(self):
        """A single document could not be looked at or fetched."""
        sandbox = self.sandbox("--scenario", "clean")
        api = Api(sandbox.environment)
        contract = api.contracts()[0]["id"]
        documents = api.documents(contract)
        listed = self.run_moisson("documents", "list", "--contract", contract, environment=sandbox.environment, expect=0)
        for identifier in documents:
            self.assertIn(identifier, listed.out)
        identifier = next(key for key, value in documents.items() if value["documentType"] == "invoices")
        self.run_moisson("documents", "get", identifier, "--contract", contract, "--out", "one.pdf", environment=sandbox.environment, expect=0)
        found = [path for path in self.folder.rglob("*") if path.is_file() and path.read_bytes()[:5] == b"%PDF-"]
        self.assertEqual(len(found), 1, found)
        status, _, body = api.get(f"/documents/{identifier}/file", contract)
        self.assertEqual(status, 200)
        self.assertEqual(found[0].read_bytes(), body)
        self.assertTrue(sha256_of(found[0]))

    def test_doctor(self):
        """A person could not find out beforehand what is wrong with the set-up."""
        sandbox = self.sandbox("--scenario", "clean")
        good = self.run_moisson("doctor", environment=sandbox.environment, expect=0)
        self.assertNotIn(sandbox.environment["MOISSON_CLIENT_SECRET"], good.out + good.err)
        self.assertEqual([path for path in self.folder.iterdir() if path.name == "out"], [], "doctor changed something")
        bad = self.run_moisson("doctor", environment={**sandbox.environment, "MOISSON_CLIENT_SECRET": "wrong"})
        self.assertEqual(bad.code, 4, bad)

    def test_sandbox_is_only_on_loopback_and_on_the_port_asked_for(self):
        """A stand-in with known credentials would be open to the network."""
        port = free_port()
        sandbox = self.sandbox("--scenario", "clean", "--port", str(port))
        self.assertIn(f":{port}/", sandbox.environment["MOISSON_API_URL"])
        self.assertRegex(sandbox.environment["MOISSON_API_URL"], r"^http://(127\.0\.0\.1|localhost):")

    def test_sandbox_is_deterministic(self):
        """Two people would not see the same demo."""
        lists = []
        for _ in range(2):
            sandbox = self.sandbox("--scenario", "small", "--seed", "5")
            api = Api(sandbox.environment)
            lists.append([(contract["id"], api.documents(contract["id"])) for contract in api.contracts()])
            sandbox.stop()
        self.assertEqual(lists[0], lists[1])


if __name__ == "__main__":
    unittest.main()
