"""newman runs the collection that the sandbox gives away, against that sandbox: Postman's own program is the judge of both."""

import json
import unittest

from judges import POSTMAN_ENVIRONMENT, ConformanceCase

# Requests of the collection, without those that its scripts send: a folder that is lost would make every run green.
REQUESTS = 36


class Newman(ConformanceCase):
    def assert_green(self, run):
        self.assertEqual(run.failures, [])
        self.assertEqual(run.code, 0)
        self.assertGreaterEqual(run.requests, REQUESTS)
        self.assertGreater(run.assertions, 3 * REQUESTS)

    def test_the_collection_is_green(self):
        """A user who explores the sandbox with Postman would meet answers that the API does not give."""
        for scenario in ("clean", "small"):
            with self.subTest(scenario=scenario):
                self.sandbox("--scenario", scenario, "--postman", "postman")
                self.assert_green(self.newman())

    def test_it_is_green_over_tls_and_a_second_time(self):
        """What the first run wrote would break the second."""
        self.sandbox("--scenario", "clean", "--postman", "postman", tls=True)
        for _ in range(2):
            self.assert_green(self.newman("--ssl-extra-ca-certs", str(self.folder / "sandbox-ca.pem")))

    def test_a_broken_sandbox_makes_it_red(self):
        """A check that cannot fail would let a wrong sandbox pass."""
        expected = {
            "documents-null": "All documents of a contract",
            "duplicate-ids": "Every type, one by one",
            "bad-json": "All documents of a contract",
            "html-body": "All contracts",
            "json-body": "A document's file",
            "throttle-403": "All contracts",
            "token-refused": "Ask for a token",
            "missing-file": "A document's file",
        }
        for fault, request in expected.items():
            with self.subTest(fault=fault):
                sandbox = self.sandbox("--scenario", "clean", "--fault", fault, "--postman", "postman")
                run = self.newman()
                sandbox.stop()
                self.assertEqual(run.code, 1)
                self.assertTrue(any(failure.startswith(request + ":") for failure in run.failures), run.failures)

    def test_orders_go_to_a_sandbox_only(self):
        """Running the collection against the real service would order a paid contract."""
        sandbox = self.sandbox("--scenario", "clean", "--postman", "postman")
        path = self.folder / "postman" / POSTMAN_ENVIRONMENT
        environment = json.loads(path.read_text("utf-8"))
        for variable in environment["values"]:
            # A spelling of this machine's address that the collection does not know as one.
            variable["value"] = variable["value"].replace("//127.0.0.1:", "//127.1:")
        path.write_text(json.dumps(environment), "utf-8")
        run = self.newman()
        self.assertEqual(run.code, 1)
        asked = {(request["method"], request["path"].removeprefix("/cloud/b2b/v1")) for request in sandbox.requests()}
        self.assertIn(("GET", "/contracts"), asked)
        self.assertEqual({path for method, path in asked if method == "POST"}, {"/oauth/v3/token"})


if __name__ == "__main__":
    unittest.main()
