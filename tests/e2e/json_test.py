"""What every command prints with --json is what its schema in samples/schema/ says, no more and no less."""

import json
import re
import shutil
import unittest

from harness import ROOT, Case, document, pdf, run, start
from schemas import FOLDER, load, problems_of, problems_of_run, validator

USER = ("users", "add", "--contract", "OCB0001001", "--civility", "M", "--last-name", "Dupont", "--first-name", "Jean",
        "--email", "jean.dupont@example.com", "--login", "jean.dupont", "--role", "contracts=visitor")
ORDER = ("contracts", "create", "--billing-account", "BA0000101", "--offer", "HONEY", "--name", "Lab 2", "--support-level", "BSC",
         "--referent-civility", "M", "--referent-name", "Dupont", "--referent-first-name", "Jean", "--referent-mail", "jean.dupont@example.com")


def objects_of(schema):
    """Every schema of an object inside one."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for part in schema.values():
            yield from objects_of(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects_of(part)


class Schemas(Case):
    def commands(self):
        section = re.search(r"^Commands:\n((?: .*\n)+)", run("--help", folder=self.folder).out, re.M).group(1)
        return {name.replace(" ", "-") for name in re.findall(r"^  ([a-z]+(?: [a-z]+)*)  ", section, re.M)}

    def test_every_command_has_one_and_the_reference_names_it(self):
        """A program that reads a command's output would find out what is in it by trying."""
        names = {path.stem for path in FOLDER.glob("*.json")}
        self.assertEqual(names, self.commands() | {"summary", "evidence", "error", "notice"})
        reference = (ROOT / "samples/README.md").read_text("utf-8")
        for name in names:
            self.assertIn(f"(schema/{name}.json)", reference)

    def test_they_are_strict(self):
        """A member that nobody documented would pass unseen."""
        for path in FOLDER.glob("*.json"):
            validator(path.stem).check_schema(json.loads(path.read_text("utf-8")))
            self.assertEqual(json.loads(path.read_text("utf-8"))["$schema"], "https://json-schema.org/draft/2020-12/schema")
            found = list(objects_of(load(path.stem)))
            self.assertTrue(found)
            for one in found:
                self.assertIs(one["additionalProperties"], False, (path.name, one))
                self.assertTrue(set(one["required"]) <= set(one["properties"]))
        summary = {"schema": 1, "script": "x"}
        self.assertEqual(problems_of("completion", summary), [])
        self.assertTrue(problems_of("completion", {**summary, "more": 1}))
        self.assertTrue(problems_of("completion", {"schema": 1}))


class Outputs(Case):
    """`run` of the harness holds each output against its schema."""

    def json(self, *words, **options):
        result = self.run_moisson(*words, "--json", **options)
        self.assertTrue(result.out, result)
        value = json.loads(result.out)
        self.assertEqual(value["schema"], 1)
        return value

    def test_of_the_month(self):
        """Export, plan, verify, close, explain and doctor, with all that they say of a month with every trap."""
        sandbox = ("--sandbox", "--scenario", "small")
        self.json("plan", *sandbox)
        summary = self.json("export", *sandbox, "--template", "fec", expect=3)
        self.assertEqual(summary, self.summary())
        self.json("verify", "out/2026-10")
        shutil.copy(self.folder / "out/2026-10/ledger.csv", self.folder / "ledger.csv")
        (self.folder / "out/2026-10/ledger.csv").write_text("changed")
        self.assertTrue(self.json("verify", "out/2026-10", expect=6)["problems"])
        shutil.copy(self.folder / "ledger.csv", self.folder / "out/2026-10/ledger.csv")
        self.json("close", "2026-10", "--accept-incomplete", "known", *sandbox)
        self.json("close", "--list", *sandbox)
        row = next(row for row in self.rows() if row["counted"] == "yes")
        self.assertTrue(self.json("explain", row["document_id"], *sandbox)["documents"][0]["closed_months"])
        self.json("close", "2026-10", "--reopen", "again", *sandbox)
        self.json("close", "--list", *sandbox)
        self.json("doctor", *sandbox)
        refused = self.run_moisson("export", "--json", "--period", "October", expect=2)
        self.assertTrue(refused.err.startswith('{"error"'), refused)

    def test_of_several_months(self):
        """--due prints one summary after the other; --all has no month."""
        self.run_moisson("export", "--json", "--sandbox", "--scenario", "clean", "--from", "2026-09", "--to", "2026-10", expect=0)
        self.run_moisson("export", "--json", "--sandbox", "--scenario", "clean", "--all", "--out", "all", expect=0)
        self.run_moisson("export", "--json", "--sandbox", "--scenario", "clean", "--due", "--out", "due", expect=0)
        self.run_moisson("export", "--json", "--sandbox", "--scenario", "clean", "--type", "invoices", "--out", "view", expect=0)

    def test_of_the_service(self):
        """Lists, one contract, one file."""
        double = self.double()
        double.lists["OCB0000001"] = [document("good"), {"id": "bare"}, document("text", amount="1,5", currency=None)]
        double.files = {"good": pdf("good")}
        asked = {"environment": double.environment}
        contract = self.json("contracts", "list", **asked)["contracts"][0]["id"]
        self.json("contracts", "show", contract, **asked)
        self.json("documents", "list", "--contract", contract, **asked)
        self.json("documents", "get", "good", "--contract", contract, **asked)
        refused = self.run_moisson("documents", "get", "none", "--contract", contract, "--json", **asked)
        self.assertIn('"request_id": "double-1"', refused.err)

    def test_of_writes(self):
        """What was sent, and what would be."""
        for command in (USER, ORDER):
            self.json(*command, "--sandbox", "--dry-run", expect=0)
            self.json(*command, "--sandbox", "--yes", expect=0)

    def test_of_templates_and_of_what_helps(self):
        """Templates, Postman's files, help, completion."""
        self.json("templates", "list", expect=0)
        self.json("templates", "show", "fec", expect=0)
        self.json("templates", "test", "fec", "hledger", expect=0)
        self.json("help", "export", expect=0)
        self.json("completion", "bash", expect=0)
        self.run_moisson("sandbox", "--postman", "explore", "--for", "1s", expect=0)
        self.json("postman", "explore/moisson-sandbox.postman_environment.json", "--out", "explore/job.toml", expect=0)

    def test_of_the_sandbox(self):
        """Its one line, and its keys."""
        process = start("sandbox", "--json", folder=self.folder)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        line = process.stdout.readline().decode("utf-8")
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.assertEqual(problems_of_run(("sandbox", "--json"), line, ""), [])
        environment = json.loads(line)["environment"]
        self.assertTrue(self.json("sandbox", "keys", "list", environment=environment)["keys"])
        issued = self.json("sandbox", "keys", "issue", "admin", environment=environment)
        self.json("sandbox", "keys", "age", issued["id"], "--days", "10", environment=environment)
        self.json("sandbox", "keys", "revoke", issued["id"], environment=environment)


if __name__ == "__main__":
    unittest.main()
