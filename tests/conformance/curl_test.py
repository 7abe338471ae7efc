"""The calls of the customer documents, made with curl as those print them: someone who follows them on paper gets through at the sandbox.

Built from what is known of the printed commands: which options and headers they have, which they lack, and how they spell the paths.
"""

import json
import subprocess
import unittest
import zipfile
from pathlib import Path

from judges import ConformanceCase

USER = {"civility": "M", "lastName": "Martin", "firstName": "Camille", "email": "camille.martin@example.com", "login": "camille.martin",
        "fixPhone": "0102030405", "mobilePhone": "", "roles": {"contracts": ["visitor"]}}
ORDER = {"billingAccountId": "BA0000101", "offerCode": "HONEY", "contractName": "Ordered by curl", "supportLevel": "BSC", "referentCivility": "M",
         "referentName": "Martin", "referentFirstName": "Camille", "referentMail": "camille.martin@example.com", "referentFixPhone": "0102030405",
         "referentMobilePhone": "", "referenceExt1": "", "referenceExt2": "", "referenceExt3": ""}


class Curl(ConformanceCase):
    def setUp(self):
        super().setUp()
        self.service = self.sandbox("--scenario", "clean", "--contracts", "3", "--months", "2", tls=True).environment
        self.api = self.service["MOISSON_API_URL"]
        self.token = self.ask_for_token()
        self.contract = self.get("/contracts")[0]["id"]

    def curl(self, *arguments, expect=200):
        """The body. `arguments` as they stand on the command line."""
        body = self.folder / "body"
        done = subprocess.run(["curl", "--silent", "--show-error", "--max-time", "30", "--noproxy", "*", "--cacert", self.service["MOISSON_CA_FILE"],
                               "--output", str(body), "--write-out", "%{http_code}", *arguments],
                              cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        content = body.read_bytes() if body.exists() else b""
        self.assertEqual(done.stdout, str(expect), content[:2000])
        return content

    def ask_for_token(self):
        basic = f"{self.service['MOISSON_CLIENT_ID']}:{self.service['MOISSON_CLIENT_SECRET']}"
        header = subprocess.run(["base64", "--wrap=0"], input=basic, capture_output=True, text=True, timeout=30, check=True).stdout
        answer = json.loads(self.curl("-X", "POST", "-H", f"Authorization: Basic {header}", "-H", "Content-Type: application/x-www-form-urlencoded", "-H",
                                      "Accept: application/json", "-d", "grant_type=client_credentials", self.service["MOISSON_OAUTH_URL"] + "/token"))
        self.assertEqual(answer["token_type"], "Bearer")
        return answer["access_token"]

    def headers(self, contract=None):
        lines = [f"Authorization: Bearer {self.token}", f"X-API-Key: {self.service['MOISSON_API_KEY']}", "Accept: application/json"]
        lines += [f"X-ECCS-Contract-Id: {contract}"] if contract else []
        return [word for line in lines for word in ("-H", line)]

    def get(self, path, contract=None):
        return json.loads(self.curl("-X", "GET", *self.headers(contract), self.api + path))

    def test_the_reading_calls(self):
        """The guide's first five calls would not work where people try them out."""
        contract = self.get("/contract", self.contract)
        self.assertEqual(contract["id"], self.contract)
        self.assertIn("lastName", contract["contact"])
        documents = self.get("/documents?documentType=bills", self.contract) + self.get("/documents?documentType=invoices", self.contract)
        self.assertGreater(len(documents), 0)
        file = self.curl("-X", "GET", *self.headers(self.contract), f"{self.api}/documents/{documents[0]['id']}/file")
        self.assertIn(file[:2], (b"%P", b"PK"))
        Path(self.folder / "zipped").write_bytes(
            self.curl("-X", "GET", *self.headers(self.contract), f"{self.api}/documents/{documents[0]['id']}/file?zipped=1"))
        with zipfile.ZipFile(self.folder / "zipped") as archive:
            self.assertEqual(archive.read(archive.namelist()[0]), file)

    def test_adding_a_user_by_both_printed_paths(self):
        """The heading and the command of one page would not both work. The command has no Content-Type, so curl calls its JSON a form."""
        for path, login in (("contracts", "camille.martin"), ("contract", "camille.martin.2")):
            user = {**USER, "login": login, "email": f"{login}@example.com"}
            for more in ([], ["-H", "Content-Type: application/json"]):
                with self.subTest(path=path, more=more):
                    answer = json.loads(self.curl("-X", "POST", *self.headers(), *more, "-d", json.dumps(user), f"{self.api}/{path}/{self.contract}/user"))
                    self.assertEqual(answer, user)

    def test_ordering_a_contract_by_both_printed_paths(self):
        """The heading and the command of one page would not both work."""
        for path in ("contracts", "contract"):
            with self.subTest(path=path):
                order = {**ORDER, "contractName": f"Ordered by curl ({path})"}
                answer = json.loads(self.curl("-X", "POST", *self.headers(), "-d", json.dumps(order), f"{self.api}/{path}/"))
                self.assertEqual(list(answer), ["id"])
                self.assertIn({"id": answer["id"], "name": order["contractName"]}, [{"id": one["id"], "name": one["name"]} for one in self.get("/contracts")])
                self.assertNotIn("platformId", self.get("/contract", answer["id"]))
                self.assertEqual(self.get("/documents?documentType=&limit=100", answer["id"]), [])

    def test_the_slips_of_the_printed_commands_are_answered_as_the_service_does(self):
        """Someone who copies a slip would see it work here and fail at the service."""
        key = ["-H", f"X-API-Key: {self.service['MOISSON_API_KEY']}", "-H", "Accept: application/json"]
        contract = ["-H", f"X-ECCS-Contract-Id: {self.contract}"]
        rows = [
            # The printed Authorization is blank, and lacks the word Bearer elsewhere.
            (["-H", "Authorization;", *key, *contract], "/contract", 401, 40),
            (["-H", f"Authorization: {self.token}", *key, *contract], "/contract", 401, 40),
            # One page spells the verb so.
            (self.headers(self.contract), "/contrat", 404, 60),
            # The contract's number in place of the document's id.
            (self.headers(self.contract), f"/documents/{self.contract}/file", 404, 60),
        ]
        for headers, path, status, code in rows:
            with self.subTest(path=path, code=code):
                self.assertEqual(json.loads(self.curl("-X", "GET", *headers, self.api + path, expect=status))["code"], code)


if __name__ == "__main__":
    unittest.main()
