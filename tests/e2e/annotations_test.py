"""What a CI system shows beside a run: GitHub's annotations, GitLab's code quality report."""

import json
import re
import unittest

from harness import Case

GITHUB = {"GITHUB_ACTIONS": "true"}
GITLAB = {"GITLAB_CI": "true"}
SMALL = ("export", "--sandbox", "--rate", "0", "--no-progress")
# What a runner takes for a command of its own: GitHub Actions, Azure Pipelines, TeamCity, Octopus.
COMMAND = re.compile(r"^\s*::|##(vso)?\[|##teamcity\[|##octopus\[")


def decoded(text):
    """As the runner reads it (actions/runner, ActionCommand.cs)."""
    for code, letter in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, letter)
    return text


def annotations(err):
    return [(kind, decoded(title), decoded(message))
            for kind, title, message in re.findall(r"^::(error|warning|notice) title=([^:]*)::(.*)$", err, re.MULTILINE)]


class GitHub(Case):
    def test_errors_first_ten_of_a_kind_and_how_many_more(self):
        """GitHub drops what is beyond ten without a word."""
        result = self.run_moisson(*SMALL, environment=GITHUB, expect=3)
        found = annotations(result.err)
        findings = self.summary()["findings"]
        for kind in ("error", "warning"):
            wanted = [finding for finding in findings if finding["severity"] == kind]
            told = [one for one in found if one[0] == kind]
            self.assertEqual(len(told), min(10, len(wanted)))
            self.assertEqual([title for _, title, _ in told], [finding["code"] for finding in wanted[:10]])
            for (_, _, message), finding in zip(told, wanted):
                self.assertIn(finding["message"].rstrip("."), message)
                self.assertTrue(message.startswith(finding["contract_id"]), message)
                self.assertIn(finding["document_id"], message)
            if len(wanted) > 10:
                self.assertTrue(any(one[0] == "notice" and f"and {len(wanted) - 10} more {kind}" in one[2] for one in found), found)
        self.assertEqual([one[0] for one in found if one[0] != "notice"], sorted(one[0] for one in found if one[0] != "notice"))

    def test_standard_output_is_the_result_alone(self):
        result = self.run_moisson(*SMALL, "--json", environment=GITHUB, expect=3)
        self.assertEqual(json.loads(result.out)["verdict"], "incomplete")

    def test_only_where_such_a_system_is(self):
        for environment, options in (({}, ()), ({"GITHUB_ACTIONS": "false"}, ()), (GITHUB, ("--annotations", "never"))):
            with self.subTest(environment=environment, options=options):
                self.assertEqual(annotations(self.run_moisson(*SMALL, *options, environment=environment, expect=3).err), [])

    def test_asked_for_anywhere(self):
        self.assertTrue(annotations(self.run_moisson(*SMALL, "--annotations", "github", expect=3).err))

    def test_an_end_before_any_result_is_told_as_well(self):
        result = self.run_moisson("export", environment=GITHUB, expect=2)
        (kind, _, message), = annotations(result.err)
        self.assertEqual(kind, "error")
        self.assertIn("client", message)

    def test_names_of_the_service_start_no_command(self):
        """A contract's name would set a variable of the job, or end the annotation and begin its own."""
        evil = "a::b\n::set-output name=x::y\r::stop-commands::z %0A::error::w ##vso[task.setvariable]v ##[group]"
        double = self.double()
        double.contracts = [{"id": "OCB0000001", "name": evil, "offer": {"name": evil, "id": "FE"}}]
        double.lists["OCB0000001"] = [{"id": "D%0A::error::1", "type": "invoices", "filename": evil, "period": "2026-10", "amount": evil,
                                       "currency": "EUR", "createdAt": "2026-11-02T08:00:00Z"}]
        result = self.run_moisson("export", "--period", "2026-10", "--no-files", environment={**double.environment, **GITHUB})
        self.assertTrue(annotations(result.err), result)
        for line in result.err.splitlines():
            text = re.sub(r"^::(error|warning|notice) title=[^:]*::", "", line)
            self.assertIsNone(COMMAND.search(text), line)
            self.assertNotIn("%0A", line)

    def test_another_word_is_refused(self):
        result = self.run_moisson(*SMALL, "--annotations", "jenkins", expect=2)
        self.assertIn("never, github or gitlab", result.err)


class GitLab(Case):
    REPORT = "out/gl-code-quality-report.json"

    def report(self):
        return json.loads((self.folder / self.REPORT).read_text("utf-8"))

    def test_each_error_and_warning_is_an_entry(self):
        """What GitLab's documentation asks of an entry: without one of these it shows none at all."""
        self.run_moisson(*SMALL, environment=GITLAB, expect=3)
        entries = self.report()
        findings = [finding for finding in self.summary()["findings"] if finding["severity"] != "info"]
        self.assertEqual(sorted(entry["check_name"] for entry in entries), sorted(finding["code"] for finding in findings))
        for entry in entries:
            self.assertEqual(set(entry), {"description", "check_name", "fingerprint", "severity", "location"})
            self.assertRegex(entry["fingerprint"], "^[0-9a-f]{64}$")
            self.assertIn(entry["severity"], ("info", "minor", "major", "critical", "blocker"))
            self.assertTrue((self.folder / entry["location"]["path"]).is_file())
            self.assertGreaterEqual(entry["location"]["lines"]["begin"], 1)
        self.assertEqual(len({entry["fingerprint"] for entry in entries}), len(entries))

    def test_fingerprints_stay_from_run_to_run(self):
        """Each run's findings would look new, and none of the old ones mended. (A later run may find more: a month that is owed by then.)"""
        self.run_moisson(*SMALL, environment=GITLAB, expect=3)
        first = self.report()
        self.run_moisson(*SMALL, environment=GITLAB, expect=3)
        self.assertLessEqual({entry["fingerprint"] for entry in first}, {entry["fingerprint"] for entry in self.report()})

    def test_a_clean_month_is_an_empty_report(self):
        """GitLab takes a missing file for an unknown state. (From December 2026 on the clock says that the month after it is owed.)"""
        self.run_moisson(*SMALL, "--scenario", "clean", environment=GITLAB, expect=0)
        self.assertEqual([one for one in self.report() if one["check_name"] != "month-unpublished"], [])


if __name__ == "__main__":
    unittest.main()
