"""Prism as a service of its own, made of nothing but samples/openapi.yaml: the client works with a server that nobody of this project wrote."""

import json
import re
import subprocess
import unittest

from judges import NODE, OPENAPI, ConformanceCase, tool

CREDENTIALS = {"MOISSON_CLIENT_ID": "id", "MOISSON_CLIENT_SECRET": "a-secret-of-the-mock", "MOISSON_API_KEY": "a-key-of-the-mock"}
USER = {"civility": "M", "lastName": "Martin", "firstName": "Camille", "email": "camille.martin@example.com", "login": "camille.martin",
        "fixPhone": "0102030405", "mobilePhone": "", "roles": {"contracts": ["visitor"]}}


class Mock(ConformanceCase):
    def setUp(self):
        super().setUp()
        self.prism = self.mock()
        self.environment = {**CREDENTIALS, **self.prism.environment()}

    def moisson(self, *arguments, expect=0):
        result = self.run_moisson(*arguments, "--json", environment=self.environment, expect=expect)
        return json.loads(result.out)

    def tearDown(self):
        # A mock answers whatever it is asked; what it thought of the question stands in its log.
        self.assertEqual(self.prism.violations(), [])
        self.assertEqual(self.prism.complaints(), [])
        super().tearDown()

    def test_contracts_are_listed_and_shown(self):
        """The client would only understand the sandbox."""
        listed = self.moisson("contracts", "list")
        self.assertIn("OCB0001234", json.dumps(listed))
        self.assertIn("Example production", json.dumps(listed))
        self.assertIn("Example company", json.dumps(self.moisson("contracts", "show", "OCB0001234")))

    def test_documents_are_listed(self):
        """The client would only understand the sandbox."""
        listed = self.moisson("documents", "list", "--contract", "OCB0001234")
        self.assertIn("61a0c3", json.dumps(listed))
        self.assertIn("1234.56", json.dumps(listed))

    def test_a_user_is_added(self):
        """The client would send a user that only the sandbox accepts."""
        arguments = ["--civility", "M", "--last-name", USER["lastName"], "--first-name", USER["firstName"], "--email", USER["email"], "--login",
                     USER["login"], "--fix-phone", USER["fixPhone"], "--role", "contracts=visitor", "--yes"]
        answer = self.moisson("users", "add", "--contract", "OCB0001234", *arguments)
        self.assertIn("camille.martin", json.dumps(answer))
        self.assertEqual(self.prism.count("post /cloud/b2b/v1/contracts/OCB0001234/user"), 1)

    def test_a_login_that_was_there_is_noticed(self):
        """A person would be told a login that does not work."""
        arguments = ["--civility", "M", "--last-name", USER["lastName"], "--first-name", USER["firstName"], "--email", USER["email"], "--login",
                     "another.login", "--fix-phone", USER["fixPhone"], "--role", "contracts=visitor", "--yes"]
        result = self.run_moisson("users", "add", "--contract", "OCB0001234", *arguments, environment=self.environment)
        self.assertIn("camille.martin", result.out + result.err)

    def test_a_contract_is_ordered(self):
        """The client would send an order that only the sandbox accepts."""
        answer = self.moisson("contracts", "create", "--billing-account", "BA0000101", "--offer", "HONEY", "--name", "Of the mock",
                              "--support-level", "BSC", "--referent-civility", "M", "--referent-name", "Martin", "--referent-first-name", "Camille",
                              "--referent-mail", "camille.martin@example.com", "--yes")
        self.assertIn("OCB0009999", json.dumps(answer))
        self.assertEqual(self.prism.count("post /cloud/b2b/v1/contracts/ "), 1)

    def test_a_contract_of_that_name_is_not_ordered_again(self):
        """Two contracts would be paid for."""
        result = self.run_moisson("contracts", "create", "--billing-account", "BA0000101", "--offer", "HONEY", "--name", "Example production",
                                  "--support-level", "BSC", "--referent-civility", "M", "--referent-name", "Martin", "--referent-first-name",
                                  "Camille", "--referent-mail", "camille.martin@example.com", "--yes", environment=self.environment)
        self.assertIn("OCB0001234", result.out + result.err)
        self.assertNotIn("OCB0009999", result.out + result.err)
        self.assertEqual(self.prism.count("post /cloud/b2b/v1/"), 0)


class Document(unittest.TestCase):
    """The document itself."""

    text = OPENAPI.read_text("utf-8")

    def test_it_is_valid_openapi(self):
        """Tools that are stricter than Prism would refuse it."""
        done = subprocess.run([NODE, tool("validate-api"), str(OPENAPI)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(json.loads(done.stdout or "{}"), {"valid": True}, done.stdout[:2000] + done.stderr[:2000])

    def test_it_holds_every_verb_code_and_uncertain_point(self):
        """A reader would take a guess for a fact, or miss an error that comes."""
        self.assertTrue(self.text.startswith("openapi: 3.1"))
        for path in ("/oauth/v3/token", "/contracts", "/contract", "/documents", "/documents/{id}/file", "/contracts/{id}/user", "/contract/{id}/user",
                     "/contracts/", "/contract/"):
            self.assertRegex(self.text, rf"(?m)^  (/cloud/b2b/v1)?{re.escape(path)}:")
        for code in (1, 5, 6, 22, 23, 24, 25, 40, 41, 42, 50, 53, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69):
            self.assertRegex(self.text, rf"\bcode: {code}\b")
        for error in ("invalid_client", "invalid_request", "unsupported_grant_type"):
            self.assertIn(error, self.text)
        self.assertGreater(self.text.count("x-uncertain:"), 25)
        self.assertGreater(self.text.count("x-source:"), 15)


if __name__ == "__main__":
    unittest.main()
