"""The monthly export against the sandbox: exit codes, every document in the ledger, and the same bytes again."""

import json
import shutil
import unittest
from collections import defaultdict
from decimal import Decimal

from harness import Api, Case, PublishedOnce, digests_of, run, tree_of
from judge import Expectation, currency_of, exact_amount, expected_codes

PUBLISHED = {"ledger.csv", "ledger.xlsx", "bundle.zip", "summary.json", "report.html", "junit.xml", "summary.md", "evidence.json"}


class Clean(Case):
    def test_clean_perimeter_is_complete(self):
        """A perimeter without a fault would end red, and a CI job would cry wolf every month."""
        self.run_moisson("export", "--sandbox", "--scenario", "clean", "--period", "2026-10", "--rate", "0", expect=0)
        summary = self.summary()
        self.assertEqual(summary["verdict"], "complete")
        self.assertEqual(summary["exit_code"], 0)
        self.assertEqual([item for item in summary["findings"] if item["severity"] == "error"], [])
        self.assertTrue(all(item["verdict"] == "complete" for item in summary["completeness"]))
        self.assertGreaterEqual({path.name for path in (self.folder / "out/2026-10").iterdir()}, PUBLISHED)
        self.assertTrue(all(row["status"] == "ok" for row in self.rows()), "a row without its file")

    def test_nothing_but_the_month_is_published(self):
        """Half-written files would be picked up by an importer."""
        self.run_moisson("export", "--sandbox", "--scenario", "clean", "--period", "2026-10", "--rate", "0", expect=0)
        self.assertEqual({path.name for path in (self.folder / "out").iterdir() if not path.name.startswith(".")}, {"2026-10"})
        self.assertEqual([name for name in tree_of(self.folder) if name.endswith(".part")], [])


class Small(PublishedOnce):
    """One sandbox and one export for all of these: they only read."""

    @classmethod
    def publish(cls):
        cls.served = cls.keeper.sandbox("--scenario", "small")
        cls.first = run("export", "--period", "2026-10", "--rate", "0", folder=cls.keeper.folder, environment=cls.served.environment)
        cls.expected = {}
        api = Api(cls.served.environment)
        cls.contracts = api.contracts()
        for contract in cls.contracts:
            cls.expected[contract["id"]] = Expectation(api, contract["id"], "2026-10")
        cls.found = {(row["contract_id"], row["document_id"]): row for row in cls.keeper.rows()}
        cls.report = cls.keeper.summary()

    def setUp(self):
        pass

    def test_exit_code_says_incomplete(self):
        """A month with missing documents would look whole."""
        self.assertEqual(self.first.code, 3, self.first)
        self.assertEqual(self.report["verdict"], "incomplete")
        self.assertEqual(self.report["exit_code"], 3)

    def test_every_contract_has_a_verdict(self):
        """A contract that could not be read would vanish without a word."""
        verdicts = {item["contract_id"]: item["verdict"] for item in self.report["completeness"]}
        lists = {item["contract_id"]: item["list"] for item in self.report["completeness"]}
        lacking = {item["contract_id"] for item in self.report["completeness"] if item["files_missing"] > 0}
        lacking |= {item["contract_id"] for item in self.report["findings"] if item["severity"] == "error"}
        self.assertEqual(set(verdicts), set(self.expected))
        for contract, expectation in self.expected.items():
            if expectation.refused:
                self.assertEqual(verdicts[contract], "forbidden", contract)
                self.assertIn("contract-forbidden", {item["code"] for item in self.report["findings"] if item["contract_id"] == contract})
            elif expectation.hidden:
                self.assertEqual(verdicts[contract], "forbidden", contract)
                self.assertIn("invoices-not-visible", {item["code"] for item in self.report["findings"] if item["contract_id"] == contract})
            else:
                self.assertEqual(lists[contract], "complete", contract)
                self.assertEqual(verdicts[contract], "incomplete" if contract in lacking else "complete", contract)
        self.assertTrue(any(expectation.refused for expectation in self.expected.values()), "the scenario has a forbidden contract")
        self.assertTrue(any(expectation.hidden for expectation in self.expected.values()), "the scenario has a Visitor's contract")

    def test_every_listed_document_is_a_row_and_no_other(self):
        """A document would be lost without a word."""
        wanted = {(contract, identifier) for contract, expectation in self.expected.items() for identifier in expectation.in_month}
        undated = {(contract, identifier) for contract, expectation in self.expected.items() for identifier in expectation.without_month}
        self.assertEqual(wanted - set(self.found), set())
        self.assertEqual(set(self.found) - wanted - undated, set())
        named = {(item["contract_id"], item["document_id"]) for item in self.report["findings"]}
        self.assertEqual(undated - set(self.found) - named, set(), "a document without a month is named nowhere")
        self.assertGreater(len(wanted), 20)

    def test_amounts_are_exact(self):
        """An invoice would be booked with another amount than the service sent."""
        for contract, expectation in self.expected.items():
            for identifier, document in expectation.in_month.items():
                row = self.found[contract, identifier]
                amount = exact_amount(document)
                with self.subTest(document=identifier, raw=document.get("amount")):
                    if amount is not None:
                        self.assertEqual(row["amount"], amount)
                        self.assertEqual(row["currency"], currency_of(document))
                    self.assertEqual(row["raw_amount"], str(document.get("amount", "")))
                    self.assertEqual(row["raw_currency"], document.get("currency", ""))
                    self.assertEqual(row["raw_period"], document.get("period") or "")
                    self.assertEqual(row["period"], "2026-10")
                    self.assertEqual(row["document_type"], document.get("documentType"))

    def test_counted_rows_follow_the_rule(self):
        """A month would be booked twice, once as invoice and once as bill."""
        for contract, expectation in self.expected.items():
            counting = expectation.counting_type()
            for identifier, document in expectation.in_month.items():
                row = self.found[contract, identifier]
                with self.subTest(document=identifier):
                    counts = document.get("documentType") == counting and exact_amount(document) is not None
                    self.assertEqual(row["counted"], "yes" if counts else "no")

    def test_totals_are_the_sums_of_counted_rows(self):
        """The total on the report would not be the ledger's."""
        sums = defaultdict(Decimal)
        for row in self.found.values():
            if row["counted"] == "yes":
                sums[row["currency"]] += Decimal(row["amount"])
        self.assertEqual({item["currency"]: Decimal(item["amount"]) for item in self.report["totals"]}, dict(sums))
        self.assertGreater(len(sums), 1, "the scenario has several currencies")

    def test_files_are_the_servers_bytes(self):
        """A ledger row would name a digest that is not the document's."""
        for contract, expectation in self.expected.items():
            for identifier in expectation.in_month:
                row = self.found[contract, identifier]
                digest = expectation.file_digest(identifier)
                with self.subTest(document=identifier):
                    self.assertEqual(row["sha256"], digest or "")
                    if digest:
                        self.assertEqual(row["status"], "ok")
                        self.assertEqual(int(row["size_bytes"]), len(expectation.files[identifier][1]))
                    else:
                        self.assertIn(row["status"], ("not-ready", "failed"))

    def test_each_odd_document_is_named(self):
        """A person would not learn which invoice is missing, negative or renamed."""
        named = defaultdict(set)
        for item in self.report["findings"]:
            named[item["contract_id"], item["document_id"]].add(item["code"])
        odd = 0
        for contract, expectation in self.expected.items():
            for identifier, document in expectation.in_month.items():
                codes = expected_codes(document, expectation.in_month)
                row = self.found[contract, identifier]
                with self.subTest(contract=contract, document=identifier):
                    self.assertEqual(codes - set(row["findings"].split()), set())
                    # A formula in the contract's name is said once, of the contract.
                    self.assertEqual(set(row["findings"].split()) - named[contract, identifier] - (named[contract, ""] & {"formula-like"}), set())
                    if expectation.file_digest(identifier) is None:
                        self.assertTrue(named[contract, identifier] & {"document-missing", "document-not-ready", "document-failed"})
                odd += bool(codes)
        self.assertGreater(odd, 5)

    def test_text_stands_as_the_server_sent_it(self):
        """The ledger would not show the name that the portal shows."""
        names = {contract["id"]: contract.get("name") for contract in self.contracts}
        for contract, expectation in self.expected.items():
            for identifier, document in expectation.in_month.items():
                row = self.found[contract, identifier]
                # A NUL alone is written as U+2400: readers end a line there.
                self.assertEqual(row["filename"], (document.get("filename") or "").replace("\x00", "\u2400"))
                self.assertEqual(row["contract_name"], names[contract] or "")

    def test_rows_are_in_the_published_order(self):
        """Two months could not be compared line by line."""
        keys = [(row["contract_id"], row["period"], row["document_type"], row["document_id"], int(row["version"])) for row in self.keeper.rows()]
        self.assertEqual(keys, sorted(keys, key=lambda key: [part.encode() if isinstance(part, str) else part for part in key]))

    def test_requests_are_few(self):
        """The account's quota would be spent on asking twice; too many token requests cost the access."""
        self.assertEqual(self.report["requests"]["token"], 1)
        self.assertLessEqual(self.report["requests"]["lists"], 8 * len(self.expected))

    def test_summary_has_its_members(self):
        """A script that reads the summary would break."""
        wanted = ["schema", "tool", "run_id", "period", "started_at", "finished_at", "verdict", "exit_code", "contracts", "documents", "requests", "totals",
                  "completeness", "findings", "files"]
        self.assertEqual([name for name in self.report if name in wanted], wanted)
        self.assertEqual(self.report["schema"], 1)
        self.assertEqual(self.report["contracts"], len(self.expected))

    def test_no_secret_is_published_or_printed(self):
        """A key in a log or an archive would have to be revoked."""
        secrets = [self.served.environment[name].encode() for name in ("MOISSON_CLIENT_SECRET", "MOISSON_API_KEY")]
        texts = {"stdout": self.first.out.encode(), "stderr": self.first.err.encode()}
        for path in (self.keeper.folder / "out").rglob("*"):
            if path.is_file():
                texts[str(path)] = path.read_bytes()
        for name, text in texts.items():
            for secret in secrets:
                self.assertNotIn(secret[:40], text, name)


class Again(Case):
    def test_second_run_downloads_nothing_and_publishes_the_same_bytes(self):
        """Each run would fetch everything again and make a new archive of an unchanged month."""
        sandbox = self.sandbox("--scenario", "small")
        arguments = ("export", "--period", "2026-10", "--rate", "0")
        self.run_moisson(*arguments, environment=sandbox.environment, expect=3)
        before = digests_of(self.folder / "out/2026-10")
        reissued = {row["document_id"] for row in self.rows() if row["status"] != "ok"}
        asked = sandbox.files_asked()
        second = self.run_moisson(*arguments, environment=sandbox.environment, expect=3)
        self.assertEqual(digests_of(self.folder / "out/2026-10"), before)
        # Only what failed the first time is tried again (each with its bounded retries).
        self.assertEqual(self.summary()["documents"]["downloaded"], 0, second)
        again = {request["path"].split("/")[-2] for request in [r for r in sandbox.requests() if r["path"].endswith("/file")][asked:]}
        self.assertLessEqual(len(again), len(reissued), f"asked again: {again}")

    def test_changed_or_missing_files_of_a_month_come_back(self):
        """A month that someone changed would stay changed, run after run."""
        sandbox = self.sandbox("--scenario", "clean")
        arguments = ["export", "--period", "2026-10", "--rate", "0"]
        self.run_moisson(*arguments, environment=sandbox.environment, expect=0)
        month = self.folder / "out/2026-10"
        for name in ("ledger.xlsx", "bundle.zip", "summary.json"):
            before = {path.name: path.read_bytes() for path in month.iterdir() if path.name in ("ledger.xlsx", "bundle.zip")}
            path = month / name
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)
            self.run_moisson(*arguments, environment=sandbox.environment, expect=0)
            self.run_moisson("verify", month, expect=0)
            self.assertEqual({name: (month / name).read_bytes() for name in before}, before, f"{name} was changed")
            path.unlink()
            self.run_moisson(*arguments, environment=sandbox.environment, expect=0)
            self.run_moisson("verify", month, expect=0)
            self.assertEqual({name: (month / name).read_bytes() for name in before}, before, f"{name} was removed")

    def test_workers_time_zone_and_locale_change_no_byte(self):
        """Two machines would publish two different archives of one month."""
        sandbox = self.sandbox("--scenario", "small")
        seen = {}
        variants = {
            "one": (["--transfers", "1"], {}),
            "sixteen": (["--transfers", "16"], {"TZ": "America/St_Johns", "LC_ALL": "C"}),
            "french": (["--transfers", "8"], {"TZ": "Asia/Kathmandu", "LC_ALL": "fr_FR.UTF-8", "LANG": "fr_FR.UTF-8", "LC_NUMERIC": "fr_FR.UTF-8"}),
        }
        for name, (more, environment) in variants.items():
            self.run_moisson("export", "--period", "2026-10", "--rate", "0", "--out", name, *more,
                             environment={**sandbox.environment, **environment}, expect=3)
            seen[name] = digests_of(self.folder / name / "2026-10")
        self.assertEqual(seen["one"], seen["sixteen"])
        self.assertEqual(seen["one"], seen["french"])

    def test_source_date_epoch_is_stamped(self):
        """Reproducible builds could not set the date of the archive."""
        for name, epoch in (("one", "1700000000"), ("two", "1700000000"), ("other", "1600000000")):
            self.run_moisson("export", "--sandbox", "--scenario", "clean", "--period", "2026-10", "--rate", "0", "--out", name,
                             environment={"SOURCE_DATE_EPOCH": epoch}, expect=0)
        one, two, other = (digests_of(self.folder / name / "2026-10") for name in ("one", "two", "other"))
        self.assertEqual(one, two)
        self.assertNotEqual(one["bundle.zip"], other["bundle.zip"])
        self.assertEqual(one["ledger.csv"], other["ledger.csv"])

    def test_lost_state_leads_to_the_same_month(self):
        """A CI job without a cache would publish something else."""
        sandbox = self.sandbox("--scenario", "clean")
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=sandbox.environment, expect=0)
        before = digests_of(self.folder / "out/2026-10")
        shutil.rmtree(self.folder / "out")
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=sandbox.environment, expect=0)
        self.assertEqual(digests_of(self.folder / "out/2026-10"), before)

    def test_nothing_new_has_its_own_exit_code(self):
        """A job that mails the books could not tell an unchanged month from a new one."""
        sandbox = self.sandbox("--scenario", "clean")
        arguments = ("export", "--period", "2026-10", "--rate", "0", "--exit-nothing-new")
        self.run_moisson(*arguments, environment=sandbox.environment, expect=0)
        self.run_moisson(*arguments, environment=sandbox.environment, expect=9)

    def test_postings_that_no_file_held_are_something_new(self):
        """A job that imports the ERP file unless the code is 9 would never book the month."""
        (self.folder / "job.toml").write_text('[erp]\namount_is = "untaxed"\ndate_from = "period_end"\nmapping = "accounts.csv"\n', "utf-8")
        (self.folder / "accounts.csv").write_text("contract;account\n;626100\n", "utf-8")
        (self.folder / "plain.toml").write_text(
            '[about]\ntarget = "a test"\nabout = "One line a posting."\n[[file]]\nextension = "csv"\nlayout = "delimited"\n'
            "columns = [{name = \"key\", value = 'key'}, {name = \"amount\", value = 'line.amount'}]\n[[file.line]]\namount = 'gross'\n", "utf-8")
        sandbox = self.sandbox("--scenario", "clean")
        arguments = ("export", "job.toml", "--period", "2026-10", "--rate", "0", "--exit-nothing-new")
        for more, code in (((), 0), ((), 9), (("--template", "./plain.toml"), 0), (("--template", "./plain.toml"), 9)):
            self.run_moisson(*arguments, *more, environment=sandbox.environment, expect=code)
        self.assertGreater(len((self.folder / "out/2026-10/erp/plain.csv").read_text("utf-8").splitlines()), 2)


class Selection(Case):
    def test_plan_writes_nothing_and_fetches_no_file(self):
        """A look ahead would change the machine."""
        sandbox = self.sandbox("--scenario", "clean")
        before = {name for name in tree_of(self.folder) if not name.startswith("access-")}
        result = self.run_moisson("plan", "--period", "2026-10", "--rate", "0", environment=sandbox.environment)
        self.assertIn(result.code, (0, 3), result)
        self.assertEqual({name for name in tree_of(self.folder) if not name.startswith("access-")}, before)
        self.assertFalse((self.folder / "out").exists())
        self.assertEqual(sandbox.files_asked(), 0)

    def test_range_and_all_have_their_own_folders(self):
        """A quarter would overwrite a month."""
        sandbox = self.sandbox("--scenario", "clean", "--contracts", "2", "--months", "4")
        run_with = lambda *more: self.run_moisson("export", "--rate", "0", *more, environment=sandbox.environment, expect=0)
        run_with("--from", "2026-09", "--to", "2026-10")
        run_with("--all")
        months = {row["period"] for row in self.rows("out/2026-09..2026-10")}
        self.assertEqual(months, {"2026-09", "2026-10"})
        self.assertGreaterEqual({row["period"] for row in self.rows("out/all")}, months)
        self.assertEqual(self.summary("out/all")["period"], "all")

    def test_contract_and_type_choose(self):
        """One customer's export would hold another's invoices."""
        sandbox = self.sandbox("--scenario", "clean")
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", "--out", "whole", environment=sandbox.environment, expect=0)
        chosen = sorted({row["contract_id"] for row in self.rows("whole/2026-10")})[0]
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", "--contract", chosen, "--out", "part", environment=sandbox.environment, expect=0)
        self.assertEqual({row["contract_id"] for row in self.rows(self.view("part"))}, {chosen})
        kinds = {row["document_type"] for row in self.rows("whole/2026-10")}
        kind = "invoices" if "invoices" in kinds else sorted(kinds)[0]
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", "--type", kind, "--out", "kind", environment=sandbox.environment, expect=0)
        self.assertEqual({row["document_type"] for row in self.rows(self.view("kind"))}, {kind})

    def test_https_sandbox_needs_its_ca(self):
        """A connection to a stranger would be trusted."""
        sandbox = self.sandbox("--scenario", "clean", tls=True)
        self.run_moisson("export", "--period", "2026-10", "--rate", "0", environment=sandbox.environment, expect=0)
        without = {name: value for name, value in sandbox.environment.items() if name != "MOISSON_CA_FILE"}
        result = self.run_moisson("export", "--period", "2026-10", "--out", "other", environment=without)
        self.assertEqual(result.code, 5, result)
        self.assertIn("certificate", result.err.lower())
        self.assertFalse((self.folder / "other/2026-10").exists())

    def test_json_output_is_json(self):
        """A script could not read what the program says."""
        result = self.run_moisson("export", "--sandbox", "--scenario", "clean", "--period", "2026-10", "--rate", "0", "--json", expect=0)
        self.assertEqual(json.loads(result.out)["verdict"], "complete")

    def test_json_log_is_one_object_a_line(self):
        """A log collector would choke."""
        result = self.run_moisson("export", "--sandbox", "--scenario", "small", "--period", "2026-10", "--rate", "0", "--log-format", "json", expect=3)
        lines = [line for line in result.err.splitlines() if line.strip()]
        self.assertGreater(len(lines), 0)
        for line in lines:
            self.assertIsInstance(json.loads(line), dict)


if __name__ == "__main__":
    unittest.main()
