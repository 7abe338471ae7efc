"""Everything that can be asked wrongly, asked of the sandbox through Prism: each refusal has the documented status, code and shape."""

import base64
import json
import unittest
import urllib.error
import urllib.request

from judges import Api, ConformanceCase

USER = {"civility": "M", "lastName": "Martin", "firstName": "Camille", "email": "camille.martin@example.com", "login": "camille.martin",
        "fixPhone": "0102030405", "mobilePhone": "", "roles": {"contracts": ["visitor"]}}
ORDER = {"billingAccountId": "BA0000101", "offerCode": "HONEY", "contractName": "Refused", "supportLevel": "BSC", "referentCivility": "M",
         "referentName": "Martin", "referentFirstName": "Camille", "referentMail": "camille.martin@example.com", "referentFixPhone": "",
         "referentMobilePhone": "", "referenceExt1": "", "referenceExt2": "", "referenceExt3": ""}
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
# What the real service gives for a bad key or a foreign contract is unknown: the three that are plausible.
PLAUSIBLE = {(401, 41), (403, 50), (404, 60)}


def without(members, name):
    return {key: value for key, value in members.items() if key != name}


class Refusals(ConformanceCase):
    def start(self, *arguments, scenario="clean"):
        """(ask, good headers, proxied): `ask` sends a request through Prism and returns status and answer."""
        sandbox = self.sandbox("--scenario", scenario, *arguments)
        proxied = self.proxied(sandbox.environment)
        base = proxied.environment()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

        def ask(method, path, headers, body=None):
            url = base["MOISSON_OAUTH_URL"] + path if path == "/token" else base["MOISSON_API_URL"] + path
            if isinstance(body, dict):
                body = json.dumps(body).encode()
            try:
                with opener.open(urllib.request.Request(url, data=body, method=method, headers=headers), timeout=60) as answer:
                    return answer.status, json.loads(answer.read())
            except urllib.error.HTTPError as refused:
                with refused:
                    return refused.code, json.loads(refused.read())

        token = Api(sandbox.environment).token
        good = {"Authorization": f"Bearer {token}", "X-API-Key": sandbox.environment["MOISSON_API_KEY"], "Accept": "application/json"}
        return ask, good, proxied

    def assert_judged_right(self, proxied):
        """Requests were wrong on purpose; no answer may be."""
        self.assertEqual(proxied.problems, [])
        self.assertEqual(proxied.prism.complaints(), [])
        self.assertEqual([violation for violation in proxied.prism.violations() if violation.startswith("response")], [])

    def assert_refused(self, found, allowed):
        status, answer = found
        self.assertIn((status, answer.get("code")), allowed, answer)

    def test_reading(self):
        """A client that was tried on the sandbox would not understand the service's refusals."""
        ask, good, proxied = self.start()
        contract = {**good, "X-ECCS-Contract-Id": "OCB0001001"}
        rows = [
            ("no Authorization", "GET", "/contracts", without(good, "Authorization"), {(401, 40)}),
            ("Bearer left out", "GET", "/contracts", {**good, "Authorization": good["Authorization"].removeprefix("Bearer ")}, {(401, 40)}),
            ("Bearer doubled", "GET", "/contracts", {**good, "Authorization": "Bearer " + good["Authorization"]}, {(401, 40), (401, 41)}),
            ("Basic at the API", "GET", "/contracts", {**good, "Authorization": "Basic eDp5"}, {(401, 40)}),
            ("a token of nobody", "GET", "/contracts", {**good, "Authorization": "Bearer nobody"}, {(401, 41)}),
            ("no key", "GET", "/contracts", without(good, "X-API-Key"), {(400, 25), (401, 40)}),
            ("a wrong key", "GET", "/contracts", {**good, "X-API-Key": "wrong"}, PLAUSIBLE),
            ("no contract", "GET", "/documents", good, {(400, 25)}),
            ("a foreign contract", "GET", "/contract", {**good, "X-ECCS-Contract-Id": "OCB9999999"}, PLAUSIBLE),
            ("a wrong limit", "GET", "/documents?limit=-1", contract, {(400, 28)}),
            ("a wrong zipped", "GET", "/documents/x/file?zipped=yes", contract, {(400, 28), (404, 60)}),
            ("no such document", "GET", "/documents/x/file", contract, {(404, 60)}),
            ("a wrong path", "GET", "/contrat", contract, {(404, 60)}),
            ("a wrong method", "DELETE", "/contract", contract, {(405, 61)}),
        ]
        for name, method, path, headers, allowed in rows:
            with self.subTest(name):
                self.assert_refused(ask(method, path, headers), allowed)
        self.assert_judged_right(proxied)

    def test_writing(self):
        """A person would be told nothing of use about what was wrong with an order."""
        ask, good, proxied = self.start()
        write = {**good, **JSON}
        users = ("/contracts/OCB0001001/user", "/contract/OCB0001001/user")
        orders = ("/contracts/", "/contract/")
        rows = [(f"{name} is missing", users[0], without(USER, name), {(400, 23)}) for name in ("civility", "lastName", "firstName", "email", "login", "roles")]
        rows += [
            ("an unknown role", users[0], {**USER, "roles": {"contracts": ["emperor"]}}, {(400, 24)}),
            ("an unknown section", users[1], {**USER, "roles": {"kitchen": ["visitor"]}}, {(400, 24)}),
            ("roles that are a list", users[0], {**USER, "roles": ["visitor"]}, {(400, 24), (400, 22)}),
            ("a short login", users[0], {**USER, "login": "seven77"}, {(400, 24)}),
            ("a long login", users[1], {**USER, "login": "a" * 65}, {(400, 24)}),
            ("an accent in a login", users[0], {**USER, "login": "andré.martin"}, {(400, 24)}),
            ("no e-mail address", users[0], {**USER, "email": "camille"}, {(400, 24)}),
            ("a foreign contract", "/contracts/OCB9999999/user", USER, PLAUSIBLE),
        ]
        rows += [(f"{name} is missing", orders[0], without(ORDER, name), {(400, 23)}) for name in ("billingAccountId", "offerCode", "contractName")]
        rows += [
            ("an unknown billing account", orders[0], {**ORDER, "billingAccountId": "BA9"}, {(400, 24), (403, 50), (404, 60)}),
            ("an unknown offer", orders[1], {**ORDER, "offerCode": "VINEGAR"}, {(400, 24), (403, 50), (404, 60)}),
        ]
        for name, path, body, allowed in rows:
            with self.subTest(name):
                self.assert_refused(ask("POST", path, write, body), allowed)
        for path in users + orders:
            with self.subTest("no body", path=path):
                self.assert_refused(ask("POST", path, without(write, "Content-Type")), {(400, 21)})
        self.assertNotIn("Refused", [contract["name"] for contract in ask("GET", "/contracts", good)[1]])
        self.assert_judged_right(proxied)

    def test_keys_roles_and_applications(self):
        """A renewal or a missing right could not be rehearsed."""
        ask, good, proxied = self.start(scenario="small")  # it has every kind of account
        listed = self.run_moisson("sandbox", "keys", "list", "--json", environment={
            name: value for name, value in proxied.service_environment.items() if name.startswith("MOISSON_SANDBOX")}, expect=0)
        keys = {key["account"]: key["key"] for key in json.loads(listed.out)["keys"]}
        for account in ("expired", "revoked"):
            with self.subTest(account):
                self.assert_refused(ask("GET", "/contracts", {**good, "X-API-Key": keys[account]}), PLAUSIBLE)
        for account in ("north", "client", "visitor"):
            with self.subTest(account):
                status, contracts = ask("GET", "/contracts", {**good, "X-API-Key": keys[account]})
                self.assertEqual(status, 200)
                self.assertGreater(len(contracts), 0)
        for path, body in (("/contracts/OCB0001001/user", USER), ("/contracts/", ORDER)):
            with self.subTest("a visitor writes", path=path):
                self.assert_refused(ask("POST", path, {**good, **JSON, "X-API-Key": keys["visitor"]}, body), {(403, 50), (403, 51), (403, 52)})
        self.assert_judged_right(proxied)

    def test_applications_that_have_not_subscribed(self):
        """The first call of a new application would fail otherwise than here."""
        for application in ("unsubscribed", "pending", "revoked"):
            with self.subTest(application):
                try:
                    ask, good, proxied = self.start("--application", application, scenario="small")
                except urllib.error.HTTPError as refused:  # the token endpoint may refuse already
                    with refused:
                        self.assertEqual((application, refused.code, json.loads(refused.read())["error"]), ("revoked", 401, "invalid_client"))
                    continue
                self.assert_refused(ask("GET", "/contracts", good), {(403, 50), (401, 41)})
                self.assert_judged_right(proxied)

    def test_the_token_endpoint(self):
        """A client would look for the gateway's error where the token endpoint's comes."""
        ask, _, proxied = self.start()
        service = proxied.service_environment
        basic = "Basic " + base64.b64encode(f"{service['MOISSON_CLIENT_ID']}:{service['MOISSON_CLIENT_SECRET']}".encode()).decode()
        grant = b"grant_type=client_credentials"
        rows = [
            ("not base64", {**FORM, "Authorization": "Basic a*b"}, grant, (401, "invalid_client")),
            ("a wrong secret", {**FORM, "Authorization": "Basic eDp5"}, grant, (401, "invalid_client")),
            ("a line end after the secret", {**FORM, "Authorization": "Basic " + base64.b64encode(base64.b64decode(basic[6:]) + b"\n").decode()}, grant,
             (401, "invalid_client")),
            ("no credentials", FORM, grant, (401, "invalid_client")),
            ("no grant", {**FORM, "Authorization": basic}, b"scope=x", (400, "invalid_request")),
            ("another grant", {**FORM, "Authorization": basic}, b"grant_type=password", (400, "unsupported_grant_type")),
            ("a JSON body", {**JSON, "Accept": "application/json", "Authorization": basic}, b'{"grant_type":"client_credentials"}', (400, "invalid_request")),
            ("XML", {"Content-Type": "text/xml", "Accept": "application/json", "Authorization": basic}, b"<grant/>", (415, "invalid_request")),
            ("Accept: text/plain", {**FORM, "Accept": "text/plain", "Authorization": basic}, grant, (406, "invalid_request")),
        ]
        for name, headers, body, expected in rows:
            with self.subTest(name):
                status, answer = ask("POST", "/token", headers, body)
                self.assertEqual((status, answer.get("error")), expected)
        self.assertEqual(ask("POST", "/token", {**FORM, "Authorization": basic}, grant)[0], 200)
        for _ in range(60):
            status, answer = ask("POST", "/token", {**FORM, "Authorization": basic}, grant)
            if status != 200:
                break
        self.assertEqual(status, 429, answer)
        self.assert_judged_right(proxied)

    def test_a_body_without_end_is_refused_early(self):
        """The sandbox would read 10 MB for a user."""
        sandbox = self.sandbox("--scenario", "clean", "--contracts", "1", "--months", "1")
        headers = {"Authorization": "Bearer " + Api(sandbox.environment).token, "X-API-Key": sandbox.environment["MOISSON_API_KEY"],
                   "Accept": "application/json", **JSON}
        for body, allowed in ((json.dumps({**USER, "lastName": "x" * 10_000_000}).encode(), {(413, 66)}), (b'{"login":', {(400, 22)}), (b"[]", {(400, 22)})):
            with self.subTest(size=len(body)):
                request = urllib.request.Request(sandbox.environment["MOISSON_API_URL"] + "/contracts/OCB0001001/user", data=body, headers=headers)
                with self.assertRaises(urllib.error.HTTPError) as refused:
                    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60)
                with refused.exception as answer:
                    self.assert_refused((answer.code, json.loads(answer.read())), allowed)


if __name__ == "__main__":
    unittest.main()
