"""New contracts and users in the sandbox, asked for with curl: what is taken, what is refused, what stays."""

import json
import subprocess

from harness import Api, Case, unittest

ORDER = {"billingAccountId": "BA0000101", "offerCode": "HONEY", "contractName": "Atelier n°5", "supportLevel": "BSC", "referentCivility": "M",
         "referentName": "Petit", "referentFirstName": "Zoé", "referentMail": "zoe.petit@customer.example", "referentFixPhone": "+33123456789",
         "referentMobilePhone": "", "referenceExt1": "", "referenceExt2": "", "referenceExt3": ""}
USER = {"civility": "M", "lastName": "Le Goff", "firstName": "Noël", "email": "noel@customer.example", "login": "noel.legoff",
        "fixPhone": "0123456789", "mobilePhone": "", "roles": {"contracts": ["visitor"]}}


class Writes(Case):
    def curl(self, sandbox, path, body, *options, codes=(0,)):
        """(curl's exit code, status, answer) of the command as the customer documents print it."""
        environment = sandbox.environment
        is_tls = "MOISSON_CA_FILE" in environment  # the judge's own client knows no authority; a size is refused whoever asks
        command = ["curl", "-sS", "--max-time", "30", "-w", "\n%{http_code}", "-X", "POST", environment["MOISSON_API_URL"] + path,
                   "-H", "Authorization: Bearer " + ("none" if is_tls else Api(environment).token), "-H", "X-API-Key: " + environment["MOISSON_API_KEY"],
                   "-H", "Accept: application/json", "--data-binary", "@-", *options]
        if is_tls:
            command += ["--cacert", environment["MOISSON_CA_FILE"]]
        done = subprocess.run(command, input=body.encode(), capture_output=True, timeout=60, check=False)
        self.assertIn(done.returncode, codes, done.stderr)
        answer, status = done.stdout.decode().rsplit("\n", 1)
        return done.returncode, int(status), answer

    def names(self, sandbox):
        return [contract["name"] for contract in Api(sandbox.environment).contracts()]

    def test_the_printed_commands_work_in_both_spellings(self):
        """If this fails, what the customer documents print does not work here."""
        sandbox = self.sandbox("--scenario", "clean")
        for number, path in enumerate(("/contracts/", "/contract/"), 1):
            _, status, answer = self.curl(sandbox, path, json.dumps(ORDER, ensure_ascii=False))
            self.assertEqual((status, answer), (200, json.dumps({"id": f"OCB{9000 + number:07}"}, separators=(",", ":"))))
        for path in ("/contracts/OCB0009001/user", "/contract/OCB0009001/user"):
            _, status, answer = self.curl(sandbox, path, json.dumps(USER))
            self.assertEqual((status, json.loads(answer)), (200, USER))
        self.assertEqual(self.names(sandbox).count(ORDER["contractName"]), 2)
        shown = json.loads(Api(sandbox.environment).get("/contract", "OCB0009001")[2])
        self.assertNotIn("platformId", shown)
        self.assertEqual((shown["name"], shown["offer"]["name"]), (ORDER["contractName"], "Flexible Engine"))
        self.assertEqual(Api(sandbox.environment).documents("OCB0009001"), {})
        self.run_moisson("contracts", "show", "OCB0009001", environment=sandbox.environment, expect=0)

    def test_what_is_wrong_is_refused_with_its_code(self):
        """If this fails, a wrong body looks like another mistake, or makes a contract all the same."""
        sandbox = self.sandbox("--scenario", "small", "--account", "north")
        without = {name: value for name, value in ORDER.items() if name != "offerCode"}
        cases = [("/contracts/", "", 400, 21), ("/contracts/", "offerCode=HONEY", 400, 22), ("/contracts/", json.dumps(without), 400, 23),
                 ("/contracts/", json.dumps({**ORDER, "billingAccountId": "BA0000102"}), 400, 24),
                 ("/contracts/", json.dumps({**ORDER, "offerCode": "MONEY"}), 400, 24), ("/contracts/", "x" * 10_485_760, 413, 66),
                 ("/contracts/OCB0001001/user", json.dumps({**USER, "login": "noel"}), 400, 24),
                 ("/contracts/OCB0001001/user", json.dumps({**USER, "roles": {"contracts": ["owner"]}}), 400, 24),
                 ("/contracts/OCB0001002/user", json.dumps(USER), 404, 60), ("/contracts/OCB0001001/users", json.dumps(USER), 404, 60),
                 ("/documents", "{}", 405, 61)]
        for path, body, status, code in cases:
            with self.subTest(path=path, body=body[:60]):
                _, got, answer = self.curl(sandbox, path, body)
                self.assertEqual((got, json.loads(answer)["code"]), (status, code), answer)
        _, status, answer = self.curl(sandbox, "/contracts/", json.dumps(ORDER), "-H", "Content-Type: text/xml")
        self.assertEqual((status, json.loads(answer)["code"]), (415, 68))
        self.assertEqual(len(self.names(sandbox)), 4)

    def test_ten_megabytes_over_tls_are_refused_too(self):
        """If this fails, a client with a huge body sees a broken connection instead of the reason."""
        sandbox = self.sandbox("--scenario", "clean", tls=True)
        for options in ((), ("-H", "Expect:"), ("-H", "Transfer-Encoding: chunked")):
            with self.subTest(options=options):
                _, status, answer = self.curl(sandbox, "/contracts/", "x" * 10_485_760, *options)
                self.assertEqual((status, json.loads(answer)["code"]), (413, 66))

    def test_an_order_that_was_dropped_is_there_once_and_stays(self):
        """If this fails, an order with an unclear outcome is never tried, or what was ordered is lost at the next start."""
        sandbox = self.sandbox("--scenario", "clean", "--fault", "write-dropped", "--db", "kept.sqlite3")
        code, _, answer = self.curl(sandbox, "/contracts/", json.dumps(ORDER), codes=(52,))
        self.assertEqual((code, answer), (52, ""))
        self.assertEqual(self.names(sandbox).count(ORDER["contractName"]), 1)
        sandbox.process.kill()
        sandbox.process.wait(10)
        again = self.sandbox("--scenario", "clean", "--db", "kept.sqlite3")
        self.assertEqual(self.names(again).count(ORDER["contractName"]), 1)
        _, _, answer = self.curl(again, "/contracts/OCB0001001/user", json.dumps(USER))
        again.stop()
        third = self.sandbox("--scenario", "clean", "--db", "kept.sqlite3")
        _, _, answer = self.curl(third, "/contracts/OCB0001002/user", json.dumps({**USER, "login": "another.login"}))
        self.assertEqual(json.loads(answer)["login"], USER["login"])

    def test_late_and_broken_answers_after_an_accepted_order(self):
        """If this fails, a client cannot be tried on orders that show later than their answer said."""
        for fault, status, listed in (("write-500", 500, [1, 1, 1]), ("write-504", 504, [1, 1, 1]), ("write-late", 504, [0, 0, 1])):
            with self.subTest(fault=fault):
                sandbox = self.sandbox("--scenario", "clean", "--fault", fault)
                self.assertEqual(self.curl(sandbox, "/contract/", json.dumps(ORDER))[1], status)
                self.assertEqual([self.names(sandbox).count(ORDER["contractName"]) for _ in range(3)], listed)


if __name__ == "__main__":
    unittest.main()
