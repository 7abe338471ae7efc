"""From the sandbox to Postman's files, and from those to a job: the road of someone who explores first and exports then."""

import json
import unittest

from judges import COLLECTION, POSTMAN_ENVIRONMENT, ConformanceCase


class Postman(ConformanceCase):
    def setUp(self):
        super().setUp()
        self.service = self.sandbox("--scenario", "clean", "--contracts", "3", "--months", "2", "--postman", "explore", tls=True)
        self.environment_file = self.folder / "explore" / POSTMAN_ENVIRONMENT

    def variables(self):
        return {variable["key"]: variable["value"] for variable in json.loads(self.environment_file.read_text("utf-8"))["values"]}

    def test_the_sandbox_writes_what_postman_reads(self):
        """Postman would refuse the files, or show another address than the sandbox's."""
        variables = self.variables()
        for name, setting in (("Host", "MOISSON_API_URL"), ("oauth_host", "MOISSON_OAUTH_URL"), ("X-API-Key", "MOISSON_API_KEY"),
                              ("client_id", "MOISSON_CLIENT_ID"), ("client_secret", "MOISSON_CLIENT_SECRET"), ("ca_file", "MOISSON_CA_FILE")):
            self.assertEqual(variables[name], self.service.environment[setting])
        self.assertRegex(variables["Contract-Id"], "^OCB[0-9]{7}$")
        collection = json.loads((self.folder / "explore" / COLLECTION).read_text("utf-8"))
        self.assertTrue(collection["info"]["schema"].endswith("/v2.1.0/collection.json"))
        requests = [item["request"] for folder in collection["item"] for item in folder["item"]]
        verbs = {(request["method"], request["url"].split("?")[0].replace("{{Host}}", "")) for request in requests}
        for verb in (("POST", "{{oauth_host}}/token"), ("GET", "/contracts"), ("GET", "/contract"), ("GET", "/documents"),
                     ("GET", "/documents/{{document_id}}/file"), ("POST", "/contracts/{{Contract-Id}}/user"), ("POST", "/contract/{{Contract-Id}}/user"),
                     ("POST", "/contracts/"), ("POST", "/contract/")):
            self.assertIn(verb, verbs)
        # No secret of one sandbox is in the file that is the same for all.
        self.assertNotIn(variables["X-API-Key"], json.dumps(collection))

    def test_the_environment_becomes_a_job_that_exports(self):
        """Someone who explored with Postman would have to copy every value by hand."""
        result = self.run_moisson("postman", self.environment_file, "--out", "jobs/orange.toml", expect=0)
        self.assertIn("jobs/orange.toml", result.out)
        job = (self.folder / "jobs/orange.toml").read_text("utf-8")
        variables = self.variables()
        for name in ("X-API-Key", "client_id", "client_secret"):
            self.assertNotIn(variables[name], job)
            self.assertNotIn(variables[name], result.out + result.err)
        for file in (self.folder / "jobs/orange-secrets").iterdir():
            if file.name != ".gitignore":
                self.assertEqual(file.stat().st_mode & 0o777, 0o600, file)
        self.run_moisson("doctor", "jobs/orange.toml", expect=0)
        self.run_moisson("export", "jobs/orange.toml", "--period", "2026-10", "--rate", "0", expect=0)
        self.assertEqual({row["contract_id"] for row in self.rows(self.view())}, {variables["Contract-Id"]})

    def test_nothing_is_overwritten_without_a_word(self):
        """A job that was refined by hand would be lost."""
        self.run_moisson("postman", self.environment_file, expect=0)
        job = self.folder / "job.toml"
        job.write_text(job.read_text("utf-8") + "# mine\n", "utf-8")
        refused = self.run_moisson("postman", self.environment_file, expect=2)
        self.assertIn("--force", refused.err)
        self.assertIn("# mine", job.read_text("utf-8"))
        self.run_moisson("postman", self.environment_file, "--force", expect=0)
        self.assertNotIn("# mine", job.read_text("utf-8"))

    def test_files_that_are_no_environment_are_refused_with_their_place(self):
        """The user would not see which file is the right one."""
        refused = self.run_moisson("postman", self.folder / "explore" / COLLECTION, expect=2)
        self.assertIn('"X-API-Key" (the key of a Customer Space login) is missing', refused.err)
        self.assertIn("Name the environment too", refused.err)
        environment = json.loads(self.environment_file.read_text("utf-8"))
        for variable in environment["values"]:
            variable["enabled"] = variable["key"] != "X-API-Key"
        self.environment_file.write_text(json.dumps(environment, indent=2), "utf-8")
        refused = self.run_moisson("postman", self.environment_file, "--json", expect=2)
        error = json.loads(refused.err.splitlines()[-1])["error"]
        self.assertIn('"X-API-Key" (the key of a Customer Space login) is disabled', error["message"])
        lines = self.environment_file.read_text("utf-8").splitlines()
        self.assertRegex(error["where"], rf":{next(number for number, line in enumerate(lines, 1) if 'X-API-Key' in line) - 1}:5$")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir() if path.name.startswith("job")), [])

    def test_the_collection_holds_what_the_environment_does_not(self):
        """Client id and secret stand in the collection as people export it, and the job would be without them."""
        environment = json.loads(self.environment_file.read_text("utf-8"))
        moved = [variable for variable in environment["values"] if variable["key"].startswith("client_")]
        environment["values"] = [variable for variable in environment["values"] if variable not in moved]
        self.environment_file.write_text(json.dumps(environment), "utf-8")
        collection_file = self.folder / "explore" / COLLECTION
        collection = json.loads(collection_file.read_text("utf-8"))
        collection["variable"] = [{"key": variable["key"], "value": variable["value"]} for variable in moved]
        collection_file.write_text(json.dumps(collection), "utf-8")
        answer = self.run_moisson("postman", collection_file, self.environment_file, "--json", expect=0)
        self.assertTrue(json.loads(answer.out)["credentials"])
        self.run_moisson("doctor", "job.toml", expect=0)

    def test_the_road_back_with_a_token_of_postman(self):
        """A token that Postman asked for would be stored as the application's credentials, and fail an hour later."""
        environment = json.loads(self.environment_file.read_text("utf-8"))
        environment["values"] = [variable for variable in environment["values"] if not variable["key"].startswith("client_")]
        for variable in environment["values"]:
            if variable["key"] == "Token":
                variable["value"] = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2ln"
        self.environment_file.write_text(json.dumps(environment), "utf-8")
        answer = self.run_moisson("postman", self.environment_file, "--json", expect=0)
        self.assertFalse(json.loads(answer.out)["credentials"])
        self.assertIn("is a bearer token", answer.err)
        refused = self.run_moisson("doctor", "job.toml")
        self.assertNotEqual(refused.code, 0)
        self.assertIn("MOISSON_BASIC", refused.out + refused.err)


if __name__ == "__main__":
    unittest.main()
