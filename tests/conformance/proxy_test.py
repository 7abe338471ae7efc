"""Prism stands between `moisson` and a service, knowing nothing but samples/openapi.yaml, and judges both."""

import csv
import json
import re
import unittest
import urllib.error
import urllib.request

from judges import POSTMAN_ENVIRONMENT, Api, ConformanceCase

USER = ["--civility", "M", "--last-name", "Martin", "--first-name", "Camille", "--fix-phone", "0102030405", "--role", "contracts=visitor"]
ORDER = ["--billing-account", "BA0000101", "--offer", "HONEY", "--support-level", "BSC", "--referent-civility", "M", "--referent-name", "Martin",
         "--referent-first-name", "Camille", "--referent-mail", "camille.martin@example.com"]


def ledger_without_raw_texts(path):
    """Prism writes numbers anew (1.50 as 1.5), so the service's own texts are not compared."""
    with open(path, newline="", encoding="utf-8") as file:
        return [{name: value for name, value in row.items() if not name.startswith("raw_")} for row in csv.DictReader(file)]


class Proxy(ConformanceCase):
    def export(self, environment, out, expect):
        return self.run_moisson("export", "--all", "--out", out, "--rate", "0", "--no-progress", environment=environment, expect=expect)

    def assert_clean(self, proxied):
        self.assertEqual(proxied.problems, [])
        self.assertEqual(proxied.prism.complaints(), [])
        self.assertEqual(proxied.prism.violations(), [])

    def test_a_whole_export_keeps_to_the_document_on_both_sides(self):
        """Client and sandbox would agree with each other, and with nobody else."""
        sandbox = self.sandbox("--scenario", "clean", "--contracts", "4", "--months", "3")
        proxied = self.proxied(sandbox.environment)
        self.export(proxied.environment(), "proxied", 0)
        self.assert_clean(proxied)
        files = proxied.prism.count("/file")
        self.assertGreater(files, 20)
        self.assertEqual(files, sandbox.files_asked())
        self.assertEqual(proxied.prism.count("post /oauth/v3/token"), 1)
        # The files came whole through it: the same ledger as without it, digests included.
        self.export(sandbox.environment, "direct", 0)
        self.assertEqual(ledger_without_raw_texts(self.folder / "proxied/all/ledger.csv"), ledger_without_raw_texts(self.folder / "direct/all/ledger.csv"))

    def test_a_second_run_and_the_other_commands_keep_to_it(self):
        """Only the first run's requests would be known to be right."""
        sandbox = self.sandbox("--scenario", "clean", "--contracts", "2", "--months", "2")
        proxied = self.proxied(sandbox.environment)
        contract = Api(sandbox.environment).contracts()[0]["id"]
        environment = proxied.environment()
        for arguments in (["export", "--all", "--rate", "0"], ["export", "--all", "--rate", "0"], ["plan"], ["doctor"], ["contracts", "list"],
                          ["contracts", "show", contract], ["documents", "list", "--contract", contract]):
            self.run_moisson(*arguments, environment=environment, expect=0)
        self.assert_clean(proxied)

    def test_of_the_traps_only_the_planned_ones_break_the_document(self):
        """A slip of the sandbox would hide among the oddities that it is for."""
        sandbox = self.sandbox("--scenario", "small")
        proxied = self.proxied(sandbox.environment)
        self.export(proxied.environment(), "out", 3)
        self.assertEqual(proxied.problems, [])
        self.assertEqual(proxied.prism.complaints(), [])
        kinds = {re.sub(r"\b[0-9]+\.", "N.", violation).split(" ones specified")[0] for violation in proxied.prism.violations()}
        self.assertEqual(kinds, {
            # Amounts, currencies and periods of contract 7 that cannot be taken as they are.
            "response.body Response body must be object",
            "response.body Response body must match exactly one schema in oneOf",
            "response.body.N.amount Response body property N.amount must be number",
            'response.body.N.currency Response body property N.currency must match pattern "^[A-Z]{3}$"',
            'response.body.N.period Response body property N.period must match pattern "^[0-9]{4}-?[0-9]{2}"',
            # Contract 8's files that are a page and an error.
            'response The received media type "text/html; charset=UTF-8" does not match the',
            'response The received media type "application/json" does not match the',
        })

    def test_both_writes_keep_to_it_by_both_printed_paths(self):
        """An order could be refused by the real service for its form, or by one path only."""
        sandbox = self.sandbox("--scenario", "clean", "--contracts", "2", "--months", "1")
        proxied = self.proxied(sandbox.environment)
        api = Api(sandbox.environment)
        contract = api.contracts()[0]["id"]
        for path in ("contracts", "contract"):
            job = self.folder / f"{path}.toml"
            job.write_text(f'[api]\nwrite_path = "{path}"\n', "utf-8")
            self.run_moisson("users", "add", "--contract", contract, *USER, "--login", f"camille.{path}", "--email", f"{path}@example.com", "--yes",
                             "--job", job, environment=proxied.environment(), expect=0)
            self.run_moisson("contracts", "create", *ORDER, "--name", f"Ordered by the {path} path", "--yes", "--job", job,
                             environment=proxied.environment(), expect=0)
            self.assertEqual(proxied.prism.count(f"post /cloud/b2b/v1/{path}/{contract}/user"), 1)
            self.assertEqual(proxied.prism.count(f"post /cloud/b2b/v1/{path}/ "), 1)
        self.assert_clean(proxied)
        self.assertEqual(sorted(item["name"] for item in api.contracts() if "Ordered" in item["name"]),
                         ["Ordered by the contract path", "Ordered by the contracts path"])

    def test_refusals_have_the_documented_shape(self):
        """An error of the sandbox would teach a client to read something that never comes."""
        sandbox = self.sandbox("--scenario", "clean", "--postman", "postman")
        proxied = self.proxied(sandbox.environment)
        path = self.folder / "postman" / POSTMAN_ENVIRONMENT
        environment = json.loads(path.read_text("utf-8"))
        for variable in environment["values"]:
            variable["value"] = {"Host": proxied.environment()["MOISSON_API_URL"],
                                 "oauth_host": proxied.environment()["MOISSON_OAUTH_URL"]}.get(variable["key"], variable["value"])
        path.write_text(json.dumps(environment), "utf-8")
        run = self.newman()
        self.assertGreater(proxied.prism.count(" "), 30)
        # Prism itself refuses a body that is not JSON; all else went through it and came back right.
        self.assertEqual({failure.split(":")[0] for failure in run.failures}, {"A user that is not JSON"})
        self.assertEqual([violation for violation in proxied.prism.violations() if violation.startswith("response")], [])
        # The collection's wrong path and wrong method are no part of the document.
        self.assertEqual(proxied.prism.violations().count("request Selected route not found"), 2)


class Judge(ConformanceCase):
    """What Prism must find, or its silence would mean nothing."""

    def ask(self, service, method, path, headers, body=None):
        request = urllib.request.Request(service + path, data=body, method=method, headers=headers)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            refused.close()
            return refused.code

    def test_wrong_requests_are_found(self):
        """A client that sends the wrong thing would pass."""
        sandbox = self.sandbox("--scenario", "clean", "--contracts", "1", "--months", "1")
        proxied = self.proxied(sandbox.environment)
        good = {"Authorization": "Bearer " + Api(sandbox.environment).token, "X-API-Key": sandbox.environment["MOISSON_API_KEY"],
                "Accept": "application/json", "X-ECCS-Contract-Id": "OCB0001001"}
        json_type = {"Content-Type": "application/json"}
        user = {"civility": "M", "lastName": "a", "firstName": "b", "email": "a@example.com", "login": "long.enough", "fixPhone": "",
                "mobilePhone": "", "roles": {"contracts": ["visitor"]}}
        without = lambda name: {key: value for key, value in good.items() if key != name}  # noqa: E731
        rows = [
            ("GET", "/contract", without("X-ECCS-Contract-Id"), None, "request.header"),
            ("GET", "/contracts", without("X-API-Key"), None, "request"),
            ("GET", "/contracts", without("Authorization"), None, "request"),
            ("GET", "/contracts", {**good, "Authorization": "Basic eDp5"}, None, "request"),
            ("GET", "/documents?limit=all", good, None, "request.query.limit"),
            ("GET", "/documents?limit=0", good, None, "request.query.limit"),
            ("GET", "/documents/x/file?zipped=yes", good, None, "request.query.zipped"),
            ("POST", "/contracts/OCB0001001/user", {**good, **json_type}, {**user, "login": "short"}, "request.body.login"),
            ("POST", "/contracts/OCB0001001/user", {**good, **json_type}, {**user, "roles": ["visitor"]}, "request.body.roles"),
            ("POST", "/contract/OCB0001001/user", {**good, **json_type}, {"login": "long.enough"}, "request.body"),
            ("POST", "/contracts/", {**good, **json_type}, {"contractName": "x"}, "request.body"),
            ("POST", "/contract/", {**good, "Content-Type": "application/x-www-form-urlencoded"}, {"contractName": "x"}, "request"),
        ]
        for method, path, headers, body, place in rows:
            with self.subTest(path=path, place=place):
                before = len(proxied.prism.violations())
                self.ask(proxied.environment()["MOISSON_API_URL"], method, path, headers, None if body is None else json.dumps(body).encode())
                found = proxied.prism.violations()[before:]
                self.assertTrue(any(violation.startswith(place) for violation in found), found)

    def test_wrong_answers_are_found(self):
        """A sandbox that answers the wrong thing would pass."""
        good_contract = {"id": "OCB0000001", "name": "First", "createdAt": "2021-08-18T09:07:47.372Z", "offer": {"name": "Flexible Engine"}}
        good_document = {"id": "a", "createdAt": "2021-08-18T09:07:47.372Z", "updatedAt": "2021-08-18T09:07:47.372Z", "documentType": "bills"}
        double = self.double()
        proxied = self.proxied(double.environment)
        headers = {"Authorization": "Bearer x", "X-API-Key": "k", "Accept": "application/json", "X-ECCS-Contract-Id": "OCB0000001"}

        def found(path, value):
            double.contracts = value
            double.lists["OCB0000001"] = lambda _query: value if isinstance(value, tuple) else (200, {}, json.dumps(value).encode())
            double.files["x"] = value
            before = len(proxied.prism.violations())
            self.ask(proxied.environment()["MOISSON_API_URL"], "GET", path, headers)
            return proxied.prism.violations()[before:]

        self.assertEqual(found("/contracts", [good_contract]), [])
        self.assertEqual(found("/documents?documentType=&limit=5", [good_document]), [])
        rows = [
            ("/contracts", [{**good_contract, "id": 7}], "response.body.0.id"),
            ("/contracts", [{**good_contract, "createdAt": "18/08/2021"}], "response.body.0.createdAt"),
            ("/contracts", [{"id": "OCB0000001"}], "response.body.0"),
            ("/contracts", {"contracts": []}, "response.body"),
            ("/documents", [{**good_document, "documentType": "consumptionRatedReports"}], "response.body"),
            ("/documents", [{**good_document, "amount": "12,50"}], "response.body"),
            ("/documents", {"data": []}, "response.body"),
            ("/documents", (403, {}, b'{"error":"forbidden","error_description":"of the token endpoint"}'), "response.body"),
            ("/documents", (403, {}, b'{"code":"fifty","message":"x"}'), "response.body"),
            ("/documents", (418, {}, b'{"code":1,"message":"x"}'), "response"),
            ("/documents", (404, {"Content-Type": "text/html"}, b"<html>"), "response"),
            ("/documents/x/file", lambda _query: (200, {"Content-Type": "text/html"}, b"<html>"), "response"),
        ]
        for path, value, place in rows:
            with self.subTest(path=path, place=place):
                problems = found(path, value)
                self.assertTrue(any(problem.startswith(place) for problem in problems), problems)

    def test_an_answer_without_its_request_id_is_found(self):
        """Support could not be given the request, and nobody would notice."""
        double = self.double()
        double.lists["OCB0000001"] = lambda _query: (200, {"X-OAPI-Request-Id": ""}, b"[]")
        proxied = self.proxied(double.environment)
        self.ask(proxied.environment()["MOISSON_API_URL"], "GET", "/documents",
                 {"Authorization": "Bearer x", "X-API-Key": "k", "Accept": "application/json", "X-ECCS-Contract-Id": "OCB0000001"})
        self.assertTrue(any("x-oapi-request-id" in violation for violation in proxied.prism.violations()), proxied.prism.violations())


if __name__ == "__main__":
    unittest.main()
