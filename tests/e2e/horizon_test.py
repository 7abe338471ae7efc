"""What every run knows of its credentials, and what it may see with them."""

import json
import time
import unittest
import zipfile

from harness import PDF, Api, Case, digests_of, document

DAY = 86400


class Horizon(Case):
    def month(self):
        double = self.double()
        double.lists["OCB0000001"] = [document("d1")]
        double.files["d1"] = PDF
        return double

    def export(self, double, *arguments, out="out", expect=0):
        return self.run_moisson("export", "--period", "2026-10", "--rate", "0", "--out", out, *arguments, environment=double.environment, expect=expect)

    def job(self, age_days):
        path = self.folder / f"job-{age_days}.toml"
        path.write_text(time.strftime("[api]\napi_key_issued = %Y-%m-%d\n", time.gmtime(time.time() - age_days * DAY)), "utf-8")
        return path.name

    def test_the_archive_does_not_change_with_the_calendar(self):
        """A month's bundle would be another one each day before the key's end."""
        double = self.month()
        self.export(double, "--job", self.job(10), out="young")
        told = self.export(double, "--job", self.job(700), out="old")
        self.assertIn("the API key ends on", told.out)
        over = self.export(double, "--job", self.job(800), out="over")
        self.assertIn("days ago", over.out)
        self.assertEqual(digests_of(self.folder / "young/2026-10"), digests_of(self.folder / "old/2026-10"))
        self.assertEqual(digests_of(self.folder / "young/2026-10"), digests_of(self.folder / "over/2026-10"))
        self.assertEqual([self.codes(f"{out}/2026-10") for out in ("young", "old", "over")], [set(), {"api-key-expires-soon"}, {"api-key-expired"}])
        with zipfile.ZipFile(self.folder / "old/2026-10/bundle.zip") as bundle:
            for name in bundle.namelist():
                self.assertNotIn(b"credentials", bundle.read(name))
        # A warning is not a missing document: the months are complete all the same.
        self.assertEqual(self.summary("over/2026-10")["verdict"], "complete")

    def test_the_first_day_is_remembered_and_the_key_is_not(self):
        """A key would never grow old, or stand in the state for whoever finds it."""
        double = self.month()
        self.run_moisson("plan", "--period", "2026-10", environment=double.environment, expect=0)
        self.assertFalse((self.folder / "out").exists())
        self.export(double)
        first = self.summary()["credentials"]
        today = time.strftime("%Y-%m-%d", time.gmtime())
        self.assertEqual((first["api_key_date"], first["api_key_since"]), ("first-seen", today))
        self.assertIn(first["api_key_days_left"], (730, 731))
        self.assertEqual(first["token_life_seconds"], 3600)
        self.assertLess(abs(first["clock_offset_seconds"]), 5)
        key = double.environment["MOISSON_API_KEY"].encode()
        for path in (self.folder / "out").rglob("*"):
            if path.is_file():
                self.assertNotIn(key, path.read_bytes(), path)
        found = json.loads(self.run_moisson("doctor", "--json", environment=double.environment, expect=0).out)
        age = next(check for check in found["checks"] if check["name"] == "key-age")
        self.assertEqual(age["status"], "ok", age)
        self.assertIn(f"it was in use on {today}", age["text"])

    def test_a_refusal_after_the_end_says_what_is_likely(self):
        """A key that ended would be told as any other refusal, in the one night when it matters."""
        double = self.month()
        double.contracts = lambda query: (401, {}, b'{"code":41,"message":"Invalid credentials"}')
        for age, likely in ((100, False), (800, True)):
            refused = self.export(double, "--job", self.job(age), expect=4)
            self.assertEqual("Most likely the API key's two years are over" in refused.err, likely, refused)

    def test_a_clock_that_is_off(self):
        """A run on a machine a day ahead would say nothing."""
        double = self.month()
        double.server.RequestHandlerClass.date_time_string = lambda self, timestamp=None: time.strftime(
            "%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() - DAY))
        self.export(double)
        self.assertEqual(self.codes(), {"clock-offset"})
        self.assertTrue(DAY - 60 < self.summary()["credentials"]["clock_offset_seconds"] < DAY + 60)


class Rights(Case):
    def contracts(self, sandbox):
        return [one["id"] for one in json.loads(self.run_moisson("contracts", "list", "--json", environment=sandbox.environment, expect=0).out)["contracts"]]

    def test_each_account_sees_its_perimeter(self):
        """An administrator would miss contracts, or a client see those of others."""
        expected = {"admin": range(1, 13), "north": (1, 4, 7, 10), "client": (1, 2, 3)}
        for account, numbers in expected.items():
            with self.subTest(account):
                sandbox = self.sandbox("--scenario", "small", "--account", account)
                self.assertEqual(self.contracts(sandbox), [f"OCB000{1000 + number}" for number in numbers])

    def test_a_visitors_export_is_not_complete(self):
        """A month without any invoice would be closed as complete."""
        sandbox = self.sandbox("--scenario", "small", "--account", "visitor")
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=sandbox.environment, expect=3)
        summary = self.summary()
        self.assertEqual(summary["verdict"], "incomplete")
        hidden = {finding["contract_id"] for finding in summary["findings"] if finding["code"] == "invoices-not-visible"}
        for entry in summary["completeness"]:
            if entry["listed"] > 0:
                self.assertNotEqual(entry["verdict"], "complete", entry)
        self.assertGreaterEqual(len(hidden), 10)
        self.assertEqual(summary["totals"], [])

    def test_a_visitor_of_one_contract(self):
        """One contract without rights would make the others look incomplete, or be overlooked."""
        sandbox = self.sandbox("--scenario", "small", "--account", "client")
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=sandbox.environment, expect=3)
        verdicts = {entry["contract_id"]: entry["verdict"] for entry in self.summary()["completeness"]}
        self.assertEqual(verdicts, {"OCB0001001": "complete", "OCB0001002": "complete", "OCB0001003": "forbidden"})

    def test_managers_are_not_suspected(self):
        """A manager's complete month would be called incomplete."""
        sandbox = self.sandbox("--scenario", "clean")
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=sandbox.environment, expect=0)
        self.assertNotIn("invoices-not-visible", self.codes())
        self.assertTrue(Api(sandbox.environment).contracts())


if __name__ == "__main__":
    unittest.main()
