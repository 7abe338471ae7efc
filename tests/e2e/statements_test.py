"""What an export says of itself: a part is never the month, and a verdict says its causes, the same wherever it stands."""

import json
import re
import time
import unittest
import zipfile
from xml.etree import ElementTree

from harness import PDF, Case, digests_of, document, erp_template, tree_of

import openpyxl

PLAIN = erp_template(document="document_id", amount="line.signed")


class Statements(Case):
    def setUp(self):
        super().setUp()
        self.server = self.double()
        self.server.contracts = [{"id": f"OCB000000{number}", "name": name, "offer": {"name": "Flexible Engine", "id": "FE"}}
                                 for number, name in ((1, "Web shop"), (2, "Laboratory"))]
        self.server.lists = {"OCB0000001": [document("inv1", amount=100), document("rep1", "reports", amount=0)],
                             "OCB0000002": [document("bil2", "bills", amount=50)]}
        self.server.files = {name: PDF for name in ("inv1", "rep1", "bil2")}

    def export(self, *arguments, expect=0, command="export"):
        return self.run_moisson(command, "--period", "2026-10", "--rate", "0", "--no-progress", *arguments, environment=self.server.environment,
                                expect=expect)

    def cells(self, folder):
        book = openpyxl.load_workbook(self.folder / folder / "ledger.xlsx", read_only=True)
        return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


class Views(Statements):
    def test_a_part_is_published_beside_the_month(self):
        """One contract's export, or one without files, would replace the month that was published."""
        self.export()
        month = tree_of(self.folder / "out/2026-10")
        for arguments, label in (((("--type", "bills"),) + ("bills",)), (("--contract", "OCB*1"), "OCB1"), (("--no-files",), "no-files"),
                                 (("--contract", "web shop", "--type", "invoices"), "webshop-invoices")):
            with self.subTest(arguments=arguments):
                told = self.export(*arguments)
                self.assertEqual(tree_of(self.folder / "out/2026-10"), month)
                folder, = (self.folder / "out").glob(f"2026-10+{label}-*")
                self.assertRegex(folder.name, r"^2026-10\+[A-Za-z1-]+-[0-9a-f]{8}$")
                summary = self.summary(f"out/{folder.name}")
                self.assertEqual((summary["verdict"], summary["exit_code"], summary["view"]), ("partial-view", 0, folder.name))
                self.assertIn("partial-view (exit code 0)", told.out)
                self.assertIn("partial, not the month", told.out)
                self.run_moisson("verify", folder, expect=0)
                self.run_moisson("verify", folder / "bundle.zip", expect=0)
                self.run_moisson("close", folder.name, expect=2)
                self.assertIn("A partial view, not the month", (folder / "report.html").read_text("utf-8"))
                junit = ElementTree.parse(folder / "junit.xml").getroot()
                self.assertIn(folder.name, junit.get("name"))
                self.assertEqual(len([one for one in junit.iter("property") if one.get("name") == "view"]), 1)
                self.assertIn("a partial view, not the month", [row[1] for row in self.cells(f"out/{folder.name}")["Summary"]])
                with zipfile.ZipFile(folder / "bundle.zip") as bundle:
                    top = f"moisson-{folder.name}"
                    self.assertEqual({name.split("/")[0] for name in bundle.namelist()}, {top})
                    self.assertIn("Partial view, not the month", bundle.read(f"{top}/bag-info.txt").decode())
                    self.assertEqual(json.loads(bundle.read(f"{top}/data/summary.json"))["verdict"], "partial-view")

    def test_the_job_file_says_the_same(self):
        """A filter in a job file would publish a part as the month."""
        for number, line in enumerate(('contracts = ["OCB0000001"]', 'types = ["invoices"]', "files = false")):
            (self.folder / f"job{number}.toml").write_text(f"[export]\n{line}\n", "utf-8")
            self.export("--job", f"job{number}.toml", "--out", f"out{number}")
            self.assertEqual(self.summary(self.view(f"out{number}"))["verdict"], "partial-view")
            self.assertFalse((self.folder / f"out{number}/2026-10").exists())

    def test_what_is_missing_in_the_view_is_exit_code_3(self):
        """A view with a hole would pass for a whole one; a hole elsewhere would make it fail."""
        del self.server.files["bil2"]
        self.export("--contract", "OCB0000001")
        told = self.export("--contract", "OCB0000002", expect=3)
        self.assertIn("partial-view (exit code 3): 1 file missing", told.out)

    def test_the_same_view_is_the_same_folder_and_the_same_bytes(self):
        """Every night would leave another folder, or another archive."""
        self.export("--contract", "OCB0000002", "--contract", "OCB0000001")
        first = digests_of(self.folder / self.view())
        self.export("--contract", "OCB0000001", "--contract", "OCB0000002", "--contract", "OCB0000001")
        self.assertEqual(digests_of(self.folder / self.view()), first)

    def test_ranges_and_all_have_views_too(self):
        """A quarter of one contract would replace the quarter."""
        for span in (("--from", "2026-09", "--to", "2026-10"), ("--all",)):
            self.run_moisson("export", *span, "--rate", "0", "--type", "bills", environment=self.server.environment, expect=0)
        self.assertEqual(sorted(path.name.split("+")[0] for path in (self.folder / "out").glob("*+bills-*")), ["2026-09..2026-10", "all"])
        self.assertFalse((self.folder / "out/all").exists())

    def test_a_view_hands_nothing_out(self):
        """A look at one contract would book its invoices, and the month's file would leave them out."""
        (self.folder / "plain.toml").write_text(PLAIN, "utf-8")
        told = self.export("--contract", "OCB0000001", "--template", "./plain.toml")
        self.assertIn("erp/preview-plain.csv  (a preview: nothing is handed out)", told.out)
        preview = (self.folder / self.view() / "erp/preview-plain.csv").read_bytes()
        self.assertIn(b"inv1", preview)
        self.export("--template", "./plain.toml", "--since-last")
        month = (self.folder / "out/2026-10/erp/plain.csv").read_bytes()
        self.assertIn(b"inv1", month)
        self.assertIn(b"bil2", month)
        self.export("--contract", "OCB0000001", "--template", "./plain.toml", "--since-last")
        self.export("--template", "./plain.toml")
        self.assertEqual((self.folder / "out/2026-10/erp/plain.csv").read_bytes(), month)


class Causes(Statements):
    def said(self, folder="out/2026-10"):
        """The causes as each of the writers says them."""
        summary = self.summary(folder)
        junit = ElementTree.parse(self.folder / folder / "junit.xml").getroot()
        sheet = {row[0]: row[1] for row in self.cells(folder)["Summary"]}
        page = (self.folder / folder / "report.html").read_text("utf-8")
        return {"summary": ", ".join(cause["text"] for cause in summary["causes"]),
                "junit": "".join(one.get("value") for one in junit.iter("property") if one.get("name") == "causes"),
                "workbook": sheet.get("causes", ""),
                "report": re.search(r"not complete: (.*?)\. See the <a", page).group(1) if "not complete: " in page else ""}

    def test_the_verdict_says_its_causes_the_same_everywhere(self):
        """Who reads the page would be told something else than who reads the workbook, or nothing at all."""
        self.server.contracts.append({"id": "OCB0000003", "name": "Third"})
        self.server.lists["OCB0000003"] = lambda query: (403, {}, b'{"code":53,"message":"no"}') if False else (
            403, {}, b'{"code":50,"message":"Access denied"}')
        del self.server.files["rep1"]
        del self.server.files["bil2"]
        told = self.export(expect=3)
        words = "2 files missing, 1 contract refused"
        self.assertIn(f"verdict      incomplete (exit code 3): {words}\n", told.out)
        self.assertEqual(self.said(), {name: words for name in ("summary", "junit", "workbook", "report")})
        planned = self.run_moisson("plan", "--period", "2026-10", "--rate", "0", environment=self.server.environment, expect=3)
        self.assertIn("incomplete (exit code 3): 1 contract refused; nothing was written", planned.out)

    def test_no_contract_is_green_beside_what_it_misses(self):
        """A person would see a green badge and pass over the missing file beside it."""
        del self.server.files["bil2"]
        (self.folder / "job.toml").write_text('[[books.expected]]\ncontracts = ["OCB0000001"]\ntype = "bills"\nfrom = "2026-10"\ndue_day = 5\n', "utf-8")
        self.export("--job", "job.toml", expect=3)
        verdicts = {one["contract_id"]: (one["verdict"], one["list"], one["reason"]) for one in self.summary()["completeness"]}
        self.assertEqual(verdicts["OCB0000002"], ("incomplete", "complete", "1 file missing"))
        self.assertEqual(verdicts["OCB0000001"], ("incomplete", "complete", "1 owed document missing"))
        sheet = {row[0]: row[4] for row in self.cells("out/2026-10")["Contracts"][1:]}
        self.assertEqual(sheet, {one: verdict[0] for one, verdict in verdicts.items()})
        page = (self.folder / "out/2026-10/report.html").read_text("utf-8")
        table = page[page.index('id="completeness"'):]
        self.assertNotIn('class="badge good"', table[:table.index("</section>")])
        junit = ElementTree.parse(self.folder / "out/2026-10/junit.xml").getroot()
        self.assertEqual({one.get("type") for one in junit.iter("failure")}, {"incomplete"})

    def test_a_finding_about_the_key_counts_where_the_job_says_so(self):
        """The job asks to stop when the key is about to end, and the run would end with 0 and "findings none"."""
        age = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 700 * 86400))
        (self.folder / "warned.toml").write_text(f"[api]\napi_key_issued = {age}\n", "utf-8")
        (self.folder / "stopped.toml").write_text(f'[api]\napi_key_issued = {age}\n[books]\nerrors = ["api-key-expires-soon"]\n', "utf-8")
        told = self.export("--job", "warned.toml", "--out", "warned")
        self.assertNotRegex(told.out, r"findings +none")
        self.assertRegex(told.out, r"findings +1  warning  api-key-expires-soon")
        told = self.export("--job", "stopped.toml", "--out", "stopped", expect=3)
        self.assertIn("incomplete (exit code 3): the API key expires soon", told.out)
        summary = self.summary("stopped/2026-10")
        self.assertEqual([(cause["code"], cause["of_run"]) for cause in summary["causes"]], [("api-key-expires-soon", True)])
        junit = ElementTree.parse(self.folder / "stopped/2026-10/junit.xml").getroot()
        self.assertEqual(junit.get("failures"), "1")
        self.assertIn("the API key expires soon", (self.folder / "stopped/2026-10/report.html").read_text("utf-8"))
        # The archive is of the data: the same with and without.
        self.assertEqual(digests_of(self.folder / "warned/2026-10"), digests_of(self.folder / "stopped/2026-10"))
        self.run_moisson("verify", "stopped/2026-10", expect=0)
        self.run_moisson("close", "2026-10", "--out", "stopped", environment=self.server.environment, expect=0)
        planned = json.loads(self.export("--job", "stopped.toml", "--out", "other", "--json", command="plan", expect=3).out)
        self.assertEqual([finding["code"] for finding in planned["findings"]], ["api-key-expires-soon"])

    def test_a_perimeter_without_contracts_fails_its_job(self):
        """A CI page without a single case would be green."""
        self.server.contracts = []
        self.export(expect=3)
        junit = ElementTree.parse(self.folder / "out/2026-10/junit.xml").getroot()
        self.assertEqual((junit.get("tests"), junit.get("failures")), ("1", "1"))
        self.assertIn("no contract in the perimeter", junit.find("testcase/failure").get("message"))


class Plans(Statements):
    def test_what_a_plan_counts_is_what_an_export_fetches(self):
        """The plan says "3 to fetch (4 new, 0 changed)", and nobody knows which is right."""
        self.server.lists["OCB0000001"] += [{**document("none"), "id": None}, document("inv1b", amount=1)]
        self.server.files["inv1b"] = PDF
        self.export(expect=3)
        self.server.lists["OCB0000001"][0] = {**document("inv1", amount=120), "updatedAt": "2026-11-05T00:00:00.000Z"}
        self.server.lists["OCB0000002"] = [document("new2", "bills", amount=9)]  # bil2 is no longer listed
        self.server.files["new2"] = PDF
        told = self.export(command="plan", expect=3)
        self.assertRegex(told.out, r"files +2 to fetch \(1 new, 1 changed\), 4 already there")
        planned = json.loads(self.export("--json", command="plan", expect=3).out)
        files = planned["files"]
        self.assertEqual(files["to_fetch"], files["new"] + files["changed"] + files["again"])
        self.assertEqual(files["to_fetch"], sum(1 for one in planned["plan"] if one["action"].startswith("fetch-")))
        self.export(expect=3)
        self.assertEqual(self.summary()["documents"]["downloaded"], files["to_fetch"])
        again = json.loads(self.export("--json", "--refetch", command="plan", expect=3).out)["files"]
        self.assertEqual(again["to_fetch"], again["new"] + again["changed"] + again["again"])


class Commands(Case):
    def test_show_tells_every_member_of_the_contract(self):
        """The contract's type, segment, dates and contact would be looked for in the portal."""
        sandbox = self.sandbox("--scenario", "clean")
        contract = json.loads(self.run_moisson("contracts", "list", "--json", environment=sandbox.environment, expect=0).out)["contracts"][0]["id"]
        shown = self.run_moisson("contracts", "show", contract, environment=sandbox.environment, expect=0).out
        found = json.loads(self.run_moisson("contracts", "show", contract, "--json", environment=sandbox.environment, expect=0).out)
        for key in ("contract_type", "customer_segment", "created_at", "updated_at", "contact_name", "contact_last_name", "contact_first_name",
                    "contact_email", "contact_title"):
            self.assertTrue(found[key], key)
            self.assertIn(found[key], shown)
        self.assertEqual(found["other"], [])

    def test_show_tells_members_that_nobody_knows_yet(self):
        """What the service adds one day would stay unseen."""
        double = self.double()
        double._route = lambda path, query, contract, route=double._route: (
            (200, {}, b'{"id":"OCB0000001","name":"N","vatNumber":"FR1","contact":{"phone":33,"roles":["a","b"]},"flag":true,"none":null}')
            if path.endswith("/contract") else route(path, query, contract))
        found = json.loads(self.run_moisson("contracts", "show", "OCB0000001", "--json", environment=double.environment, expect=0).out)
        self.assertEqual([(one["name"], one["value"]) for one in found["other"] if one["name"] != "none"],
                         [("vatNumber", "FR1"), ("contact.phone", "33"), ("contact.roles", "a"), ("contact.roles", "b"), ("flag", "true")])


if __name__ == "__main__":
    unittest.main()
