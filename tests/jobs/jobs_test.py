"""The schedulers' files of jobs/, judged by what their schedulers have for it, and their scripts run for real against the sandbox: a person
copies one and believes it; what is wrong there shows a month later, at night, on somebody else's machine.

GitLab CI by gitlab-ci-local, which also runs it; GitHub Actions by actionlint; systemd by systemd-analyze; Kubernetes by its schemas. Jenkins
and cron have no judge that runs here: their commands are run. ${{ … }}, %d and the like are put in by the tests, as the scheduler would.
"""

import http.server
import json
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))
from harness import PROGRAM, Case  # noqa: E402

JOBS = ROOT / "jobs"
NPM = Path(os.environ["MOISSON_NPM"])
MONTH = "2026-10"
# What an export may end with, beside 0 and 3.
FAILURES = (1, 2, 4, 5, 6, 7, 8)

# `moisson export` as a stand-in: ends with a code, and publishes where the real one would.
STAND_IN = """#!/bin/sh
echo "$*" >>"$SCENE/calls"
set -- $(cat "$SCENE/codes")
code=${1:-0}; [ $# -gt 1 ] && shift; echo "$*" >"$SCENE/codes"
case $code in 0 | 3) mkdir -p "$SCENE/srv/moisson/out/2026-10" "$SCENE/srv/moisson/2026-10"; echo x >"$SCENE/srv/moisson/out/2026-10/junit.xml" ;; esac
exit "$code"
"""


class Scene(Case):
    """A machine: what stands under /usr/share/moisson, /srv and /etc on a real one stands in the test's folder, and so do the files' paths."""

    def setUp(self):
        super().setUp()
        (self.folder / "srv/moisson/out").mkdir(parents=True)
        self.project = self.folder / "project"
        (self.project / "jobs").mkdir(parents=True)
        job = (JOBS / "monthly.toml").read_text("utf-8")
        # The sandbox has no limit.
        (self.project / "jobs/monthly.toml").write_text(re.sub(r"rate_per_second = \d+", "rate_per_second = 0", job), "utf-8")
        self.tools = self.folder / "bin"
        self.tools.mkdir()
        (self.tools / "moisson").symlink_to(Path(PROGRAM).resolve())
        self.environment = {"PATH": f"{self.tools}:/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "SCENE": str(self.folder), "MOISSON_WAIT": "0"}

    def here(self, text):
        """The file's text with its machine's folders in this one."""
        return (text.replace("/usr/share/moisson/jobs/", f"{JOBS}/").replace("/srv/moisson", f"{self.folder}/srv/moisson")
                .replace("/etc/moisson/monthly.toml", f"{self.project}/jobs/monthly.toml").replace("/run/secrets/moisson", f"{self.folder}/secrets")
                .replace("/etc/moisson/credentials", f"{self.folder}/secrets").replace("/var/lib/moisson", f"{self.folder}/srv/moisson")
                .replace("/dev/termination-log", f"{self.folder}/termination-log"))

    def text_of(self, name):
        return self.here((JOBS / name).read_text("utf-8"))

    def serve(self, scenario="clean", wrong_key=False):
        """The variables of a running sandbox, and the secrets as files."""
        environment = dict(self.sandbox("--scenario", scenario).environment)
        if wrong_key:
            environment["MOISSON_API_KEY"] = "0" * len(environment["MOISSON_API_KEY"])
        secrets = self.folder / "secrets"
        secrets.mkdir(mode=0o700, exist_ok=True)
        for name in ("client-id", "client-secret", "api-key"):
            path = secrets / name
            path.write_text(environment["MOISSON_" + name.upper().replace("-", "_")], "utf-8")
            path.chmod(0o600)
        return environment

    def stand_in(self, *codes):
        """The program ends with these codes, one a call; the last one from then on."""
        (self.tools / "moisson").unlink()
        (self.tools / "moisson").write_text(STAND_IN, "utf-8")
        (self.tools / "moisson").chmod(0o755)
        (self.folder / "codes").write_text(" ".join(map(str, codes)), "utf-8")
        (self.folder / "calls").unlink(missing_ok=True)

    def calls(self):
        return (self.folder / "calls").read_text("utf-8").splitlines()

    def shell(self, script, *arguments, environment=None, shell=("bash", "-e"), timeout=120):
        return subprocess.run([*shell, "-c", script, *arguments], cwd=self.project, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=timeout, check=False, env={**self.environment, **(environment or {})})

    def judge(self, kind, text):
        path = self.folder / "judged"
        path.write_text(text, "utf-8")
        done = subprocess.run(["node", str(ROOT / "tests/jobs/judge.mjs"), kind, str(path)], cwd=NPM, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    def shellcheck(self, script, dialect="bash"):
        done = subprocess.run(["shellcheck", f"--shell={dialect}", "-"], input=script, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.stdout, "")

    def published(self, folder="srv/moisson/out"):
        return (self.folder / folder / MONTH / "ledger.csv").is_file()

    def be_gitlab_project(self, pipeline):
        """The project's folder is a checkout, with this pipeline; without an image the emulation runs its scripts on this machine."""
        (self.project / ".gitlab-ci.yml").write_text(re.sub(r"(?m)^  image: .*\n", "", pipeline), "utf-8")
        for command in (("init", "-q", "-b", "main"), ("remote", "add", "origin", "git@gitlab.example.com:accounting/invoices.git"), ("add", "."),
                        ("-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "x")):
            subprocess.run(["git", *command], cwd=self.project, check=True, capture_output=True, timeout=60)

    def gitlab(self, *arguments, **variables):
        command = ["node", str(NPM / "node_modules/.bin/gitlab-ci-local"), "--no-color", "--variable", "CI_PIPELINE_SOURCE=schedule", *arguments]
        for name, value in variables.items():
            command += ["--variable", f"{name}={value}"]
        return subprocess.run(command, cwd=self.project, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
                              env={**self.environment, "HOME": str(self.folder)})


class RunMonth(Scene):
    """The script that all of them start."""

    def run_month(self, *arguments, **environment):
        return self.shell(f"{JOBS}/run-month {' '.join(arguments)}", environment={"MOISSON_OUT": str(self.folder / "srv/moisson/out"), **environment})

    def test_the_default_is_the_last_closed_month(self):
        """A job that names its month would export the same one for ever; on the 31st, "last month" is easily the same month."""
        for today, month in (("2026-11-30", "2026-10"), ("2027-01-01", "2026-12"), ("2027-03-31", "2027-02"), ("2028-02-29", "2028-01")):
            self.stand_in(0)
            (self.tools / "date").write_text(f'#!/bin/sh\ncase "$*" in *-d*) exec /usr/bin/date "$@" ;; *) exec /usr/bin/date -d {today}T00:30Z "$@" ;; esac\n', "utf-8")
            (self.tools / "date").chmod(0o755)
            with self.subTest(today):
                self.assertEqual(self.run_month("jobs/monthly.toml").returncode, 0)
                self.assertIn(f"--period {month} ", self.calls()[0])
        self.run_month(MOISSON_MONTH="2026-04")
        self.assertIn("--period 2026-04 ", self.calls()[-1])

    def test_it_tries_again_where_the_service_does_not_answer(self):
        """A gateway that is down for an hour would cost the month."""
        self.stand_in(5, 5, 0)
        done = self.run_month()
        self.assertEqual((done.returncode, len(self.calls())), (0, 3), done.stderr)
        self.stand_in(5)
        done = self.run_month(MOISSON_TRIES="2")
        self.assertEqual((done.returncode, len(self.calls())), (5, 2), done.stderr)
        for code in (3, *FAILURES):
            if code != 5:
                self.stand_in(code)
                with self.subTest(code):
                    self.assertEqual((self.run_month().returncode, len(self.calls())), (code, 1))

    def test_a_closed_port_is_tried_again(self):
        """The same with the real program."""
        environment = {**self.serve(), "MOISSON_API_URL": "http://127.0.0.1:9", "MOISSON_OAUTH_URL": "http://127.0.0.1:9"}
        (self.project / "jobs/fast.toml").write_text("[transfer]\nattempts_max = 1\n", "utf-8")
        done = self.run_month("jobs/fast.toml", MOISSON_TRIES="2", MOISSON_MONTH=MONTH, **environment)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("try 2 of 2", done.stderr)

    def test_a_folder_that_is_not_there_is_no_new_beginning(self):
        """A volume that was not mounted would begin new books, and book everything once more."""
        self.stand_in(0)
        for folder in ("", str(self.folder / "srv/other")):
            with self.subTest(folder):
                self.assertEqual(self.run_month(MOISSON_OUT=folder).returncode, 7)
        self.assertFalse((self.folder / "calls").exists())
        self.assertFalse((self.folder / "srv/other").exists())

    def test_the_month_is_copied_for_the_scheduler(self):
        """People would look at the artifact of another month, or the state would leave the machine."""
        kept = self.folder / "kept"
        (kept / "2026-09").mkdir(parents=True)
        done = self.run_month("jobs/monthly.toml", MOISSON_ARTIFACTS=str(kept), MOISSON_MONTH=MONTH, **self.serve())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([path.name for path in kept.iterdir()], [MONTH])
        self.assertTrue((kept / MONTH / "ledger.xlsx").is_file())
        shutil.rmtree(kept)
        self.stand_in(6)
        self.run_month(MOISSON_ARTIFACTS=str(kept), MOISSON_MONTH=MONTH)
        self.assertFalse(kept.exists(), "an export that failed leaves the month before as its result")

    def test_a_copy_that_failed_is_no_month_that_failed(self):
        """People would be told that nothing was published, and start the month again."""
        kept = self.folder / "kept"
        kept.write_text("no folder")
        done = self.run_month("jobs/monthly.toml", MOISSON_ARTIFACTS=str(kept), MOISSON_MONTH=MONTH, **self.serve())
        self.assertEqual(done.returncode, 7)
        self.assertIn("could not be copied", done.stderr)
        self.assertNotIn("nothing was published", done.stderr)

    def test_the_webhook_hears_of_what_went_wrong(self):
        """Nobody would know of a month that failed at night."""
        heard = []

        class Hook(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                heard.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        self.addCleanup(server.server_close)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        hook = self.folder / "hook"
        hook.write_text(f"http://127.0.0.1:{server.server_address[1]}/secret\n", "utf-8")
        for code, wanted in ((0, None), (3, "WARNING"), (4, "FAILED"), (5, "FAILED"), (7, "FAILED")):
            heard.clear()
            self.stand_in(code)
            self.assertEqual(self.run_month(MOISSON_ALERT_WEBHOOK_FILE=str(hook), MOISSON_MONTH=MONTH).returncode, code)
            with self.subTest(code):
                self.assertEqual(len(heard), 1 if wanted else 0)
                if wanted:
                    self.assertEqual(heard[0][0], "/secret")
                    self.assertIn(f"{wanted}: {MONTH}", heard[0][1]["text"])
        # A hook that is gone changes no exit code.
        hook.write_text("http://127.0.0.1:9/\n", "utf-8")
        done = self.run_month(MOISSON_ALERT_WEBHOOK_FILE=str(hook))
        self.assertEqual(done.returncode, 7)
        self.assertNotIn("127.0.0.1:9/", done.stderr)

    def test_a_stop_is_heard(self):
        """A scheduler that stops a job would have to kill it, in the middle of a month."""
        (self.tools / "moisson").unlink()
        at_rest = (": >\"$SCENE/started\"; exit 5", "60", False)
        # Many times where the try ends and the wait begins: a shell that was just forked would swallow the signal.
        for script, wait, told in (("trap 'echo told >\"$SCENE/told\"; exit 143' TERM; : >\"$SCENE/started\"; sleep 60 & wait", "0", True), *[at_rest] * 25):
            (self.tools / "moisson").write_text(f"#!/bin/sh\n{script}\n", "utf-8")
            (self.tools / "moisson").chmod(0o755)
            for name in ("started", "told"):
                (self.folder / name).unlink(missing_ok=True)
            process = subprocess.Popen([JOBS / "run-month"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       start_new_session=True, env={**self.environment, "MOISSON_OUT": str(self.folder / "srv/moisson/out"), "MOISSON_WAIT": wait})
            try:
                deadline = time.monotonic() + 20
                while not (self.folder / "started").exists() and time.monotonic() < deadline:
                    time.sleep(0.0005)
                time.sleep(random.random() * 0.006)
                process.terminate()
                self.assertEqual(process.wait(30), 143)
                self.assertEqual((self.folder / "told").exists(), told)
            finally:
                os.killpg(process.pid, signal.SIGKILL) if process.poll() is None else None

    def test_shellcheck(self):
        self.shellcheck((JOBS / "run-month").read_text("utf-8"), "sh")
        for path in (JOBS / "debian").glob("post*"):
            self.shellcheck(path.read_text("utf-8"), "sh")


class GitLab(Scene):
    def setUp(self):
        super().setUp()
        self.text = self.text_of("gitlab-ci.yml")
        self.be_gitlab_project(self.text)

    def test_the_schema(self):
        """GitLab would refuse the file."""
        done = self.gitlab("--list")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("json schema validated", done.stderr + done.stdout)
        self.assertRegex(done.stdout, r"(?m)^invoices ")
        (self.project / ".gitlab-ci.yml").write_text(self.text.replace("exit_codes: [3]", "exit_code: [3]"), "utf-8")
        self.assertNotEqual(self.gitlab("--list").returncode, 0, "the judge is no judge")

    def test_a_complete_month(self):
        done = self.gitlab(MOISSON_MONTH=MONTH, **self.serve())
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])
        self.assertTrue(self.published())
        self.assertTrue((self.project / f".gitlab-ci-local/artifacts/invoices/published/{MONTH}/junit.xml").is_file())
        self.assertEqual(list(self.project.glob("**/*.sqlite3")), [], "the state leaves the machine")

    def test_the_findings_beside_a_merge_request(self):
        """The file names one that nobody writes."""
        job = yaml.safe_load(self.text)["invoices"]
        done = self.shell(job["script"][0], environment={**self.serve("small"), "GITLAB_CI": "true", "MOISSON_MONTH": MONTH, "MOISSON_OUT": job["variables"]["MOISSON_OUT"],
                                                         "MOISSON_ARTIFACTS": str(self.project / "published")})
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertGreater(len(json.loads((self.project / job["artifacts"]["reports"]["codequality"]).read_text("utf-8"))), 5)

    def test_an_incomplete_month_warns(self):
        done = self.gitlab(MOISSON_MONTH=MONTH, **self.serve("small"))
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])
        self.assertIn("WARN", done.stdout + done.stderr)
        self.assertTrue(self.published())

    def test_what_failed_fails_and_tells(self):
        self.stand_in(4)
        (self.tools / "curl").write_text('#!/bin/sh\nfor last; do :; done\necho "$last" >"$SCENE/told"\n', "utf-8")
        (self.tools / "curl").chmod(0o755)
        done = self.gitlab(ALERT_WEBHOOK="http://hook.example.com/x")
        self.assertRegex(done.stdout, r"FAIL +invoices")
        # The emulation takes each job that has exit codes which may fail for one that may always fail: without them it goes on as GitLab does.
        path = self.project / ".gitlab-ci.yml"
        path.write_text(path.read_text("utf-8").replace("  allow_failure:\n    exit_codes: [3]", "  # "), "utf-8")
        done = self.gitlab(ALERT_WEBHOOK="http://hook.example.com/x")
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual((self.folder / "told").read_text("utf-8"), "http://hook.example.com/x\n", done.stdout[-2000:] + done.stderr[-2000:])

    def test_the_exit_codes(self):
        job = yaml.safe_load(self.text)["invoices"]
        self.assertEqual(job["allow_failure"], {"exit_codes": [3]})
        script, = job["script"]
        for code in FAILURES:
            self.stand_in(code)
            self.assertEqual(self.shell(script, environment={"MOISSON_OUT": job["variables"]["MOISSON_OUT"]}).returncode, code)


class GitHub(Scene):
    def setUp(self):
        super().setUp()
        self.text = self.text_of("github-workflow.yml")
        self.steps = {step.get("name", step.get("uses")): step for step in yaml.safe_load(self.text)["jobs"]["export"]["steps"]}

    def step(self, name, values):
        """The step's script as the runner starts it: (result, {output: value}, summary)"""
        environment = {key: re.sub(r"\$\{\{ *([^ }]+) *\}\}", lambda found: values.get(found[1], ""), str(value))
                       for key, value in self.steps[name]["env"].items()}
        for file in ("output", "summary"):
            (self.folder / file).write_text("", "utf-8")
        environment.update({"GITHUB_OUTPUT": str(self.folder / "output"), "GITHUB_STEP_SUMMARY": str(self.folder / "summary"), "GITHUB_ACTIONS": "true",
                            "CI": "true", "GITHUB_API_URL": "https://api.example.com", "GITHUB_REPOSITORY": "a/b", "MOISSON_WAIT": "0"})
        done = self.shell(self.steps[name]["run"], environment=environment, shell=("bash", "-e"))
        outputs = dict(line.split("=", 1) for line in (self.folder / "output").read_text("utf-8").splitlines())
        return done, outputs

    def export(self, served):
        values = {f"secrets.{name}": value for name, value in served.items()}
        values.update({"inputs.month": MONTH, "github.workspace": str(self.project)})
        self.environment.update({name: served[name] for name in ("MOISSON_API_URL", "MOISSON_OAUTH_URL") if name in served})
        return self.step("Export the month", values)

    def test_actionlint_and_shellcheck(self):
        """GitHub would refuse the file, or a step would not do what it says."""
        self.assertEqual([line for line in self.judge("actions", self.text) if not re.match(r'\d+: runner-label: label "moisson" is unknown', line)], [])
        self.assertNotEqual(self.judge("actions", self.text.replace("runs-on:", "run-on:")), [], "the judge is no judge")
        for step in self.steps.values():
            if "run" in step:
                self.shellcheck(step["run"])

    def test_runs(self):
        done, outputs = self.export(self.serve())
        self.assertEqual((done.returncode, outputs), (0, {}), done.stderr)
        self.assertTrue((self.project / "published" / MONTH / "report.html").is_file())
        shutil.rmtree(self.folder / "srv/moisson/out")
        (self.folder / "srv/moisson/out").mkdir()
        done, outputs = self.export(self.serve("small"))
        self.assertEqual((done.returncode, outputs), (0, {"incomplete": "true"}), done.stderr)
        self.assertIn("::warning", done.stdout)
        shown = (self.folder / "summary").read_text("utf-8")
        self.assertEqual(shown, (self.project / "published" / MONTH / "summary.md").read_text("utf-8"))
        self.assertIn("## What to do", shown)
        done, outputs = self.export(self.serve("small", wrong_key=True))
        self.assertEqual((done.returncode, outputs), (4, {}), done.stderr)

    def test_the_exit_codes(self):
        for code in FAILURES:
            self.stand_in(code)
            done, outputs = self.export({})
            self.assertEqual((done.returncode, outputs), (code, {}))

    def test_the_alert(self):
        (self.tools / "curl").write_text('#!/bin/sh\nprintf "%s\\n" "$@" >"$SCENE/told"\n', "utf-8")
        (self.tools / "curl").chmod(0o755)
        for incomplete, title in (("true", "is incomplete"), ("", "failed")):
            done, _ = self.step("Alert", {"github.token": "t", "steps.export.outputs.incomplete": incomplete, "github.server_url": "https://x.example.com"})
            self.assertEqual(done.returncode, 0, done.stderr)
            told = (self.folder / "told").read_text("utf-8").splitlines()
            body = json.loads(told[told.index("--data") + 1])
            self.assertIn(title, body["title"])
            self.assertEqual(told[-1], "https://api.example.com/repos/a/b/issues")


class Jenkins(Scene):
    def test_runs(self):
        """Its script, with the variables that Jenkins sets. What it makes of the code is read: no Jenkins runs here."""
        text = self.text_of("Jenkinsfile")
        script, = re.findall(r"sh\(returnStatus: true, script: '([^']+)'\)", text)
        environment = {name: value for name, value in re.findall(r"^ +(MOISSON_\w+) = '([^']*)'$", text, re.M)}
        self.assertEqual(set(environment), {"MOISSON_OUT", "MOISSON_TRIES", "MOISSON_WAIT"})
        self.assertEqual(set(re.findall(r"^ +(MOISSON_\w+) = credentials\(", text, re.M)), {"MOISSON_CLIENT_ID", "MOISSON_CLIENT_SECRET", "MOISSON_API_KEY"})
        environment.update({"MOISSON_MONTH": MONTH, "MOISSON_ARTIFACTS": str(self.project / "published"), "MOISSON_WAIT": "0"})
        done = self.shell(script, environment={**environment, **self.serve()}, shell=("sh", "-xe"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.project / "published" / MONTH / "junit.xml").is_file())
        for code in (3, *FAILURES):
            self.stand_in(code)
            self.assertEqual(self.shell(script, environment=environment, shell=("sh", "-xe")).returncode, code)
        self.assertRegex(text, r"if \(code == 3\) \{\s+unstable\([^)]*\)\s+\} else if \(code != 0\) \{\s+error\(")
        # Outside of texts and comments every bracket is closed.
        plain = re.sub(r"'[^'\n]*'|\"[^\"\n]*\"|//.*", "", text)
        for opened, closed in ("{}", "()", "[]"):
            self.assertEqual(plain.count(opened), plain.count(closed))


class Systemd(Scene):
    NAMES = ("moisson.service", "moisson.timer", "moisson-alert@.service")

    def setUp(self):
        super().setUp()
        self.units = self.folder / "units"
        self.units.mkdir()
        for name in self.NAMES:
            (self.units / name).write_text(self.text_of(name), "utf-8")

    def settings(self):
        settings = {}
        for name, value in re.findall(r"^(\w+)=(.*)$", (self.units / "moisson.service").read_text("utf-8"), re.M):
            settings.setdefault(name, []).append(value)
        return settings

    def analyze(self, *arguments):
        done = subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False, env={**self.environment, "PATH": "/usr/bin:/bin"})
        return done.returncode, done.stdout, done.stderr

    def test_verify(self):
        """systemd would ignore a line, or the unit would not load."""
        code, out, err = self.analyze("verify", "--man=no", "--recursive-errors=no", *(self.units / name for name in self.NAMES))
        self.assertEqual((code, out, err), (0, "", ""))
        (self.units / "moisson.service").write_text((self.units / "moisson.service").read_text("utf-8").replace("ProtectHome=", "ProtectHoem="), "utf-8")
        self.assertNotEqual(self.analyze("verify", "--man=no", "--recursive-errors=no", self.units / "moisson.service")[2], "", "the judge is no judge")

    def test_it_is_locked_in(self):
        """A fault in the program would reach the rest of the machine."""
        code, out, err = self.analyze("security", "--offline=true", "--threshold=20", self.units / "moisson.service")
        self.assertEqual(code, 0, out[-300:] + err)
        self.assertRegex(out, r"Overall exposure level for moisson\.service: [01]\.\d|: 2\.0 ")

    def test_the_timer(self):
        when = re.search(r"(?m)^OnCalendar=(.*)$", (self.units / "moisson.timer").read_text("utf-8"))[1]
        code, out, err = self.analyze("calendar", "--base-time=2027-01-05 00:00:00 UTC", when)
        self.assertEqual(code, 0, err)
        self.assertRegex(out, r"2027-02-03 06:00:00 UTC")

    def start(self, **environment):
        """ExecStart as systemd would start it."""
        variables = {"CREDENTIALS_DIRECTORY": str(self.folder / "secrets")}
        for line in self.settings()["Environment"]:
            variables.update(word.replace("%d", str(self.folder / "secrets")).split("=", 1) for word in line.split())
        command, = self.settings()["ExecStart"]
        return self.shell(command, environment={**variables, **environment}, shell=("sh",))

    def test_runs(self):
        served = self.serve()
        urls = {name: served[name] for name in ("MOISSON_API_URL", "MOISSON_OAUTH_URL")}
        done = self.start(MOISSON_MONTH=MONTH, **urls)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(self.published())
        loaded = {line.split(":")[0] for line in self.settings()["LoadCredential"]}
        self.assertEqual(loaded, {"client-id", "client-secret", "api-key"})

    def test_the_exit_codes(self):
        settings = self.settings()
        self.assertEqual(settings["SuccessExitStatus"], ["3"])
        self.assertEqual(settings["Restart"], ["on-failure"])
        prevented = settings["RestartPreventExitStatus"][0].split()
        self.assertEqual({code for code in FAILURES if str(code) not in prevented}, {5})
        for code in (3, *FAILURES):
            self.stand_in(code)
            self.assertEqual((self.start().returncode, len(self.calls())), (code, 1))

    def test_the_filter_lets_the_program_work(self):
        """The unit would be killed, or a document left unread, by a system call that the filter forbids."""
        try:
            import seccomp
        except ImportError:
            self.fail("python3-seccomp is not installed")
        allowed = set()
        for line in self.settings()["SystemCallFilter"]:
            for word in line.removeprefix("~").split():
                calls = self.calls_of(word)
                allowed = allowed - calls if line.startswith("~") else allowed | calls
        self.assertGreater(len(allowed), 150)

        def confine():
            rules = seccomp.SyscallFilter(defaction=seccomp.ERRNO(1))
            for call in sorted(allowed):
                try:
                    rules.add_rule(seccomp.ALLOW, call)
                except RuntimeError:  # one of another architecture
                    pass
            rules.load()

        environment = {**self.environment, **self.serve("small")}
        done = subprocess.run([PROGRAM, "export", "--period", MONTH, "--rate", "0"], cwd=self.project, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120, check=False, preexec_fn=confine)
        self.assertEqual(done.returncode, 3, done.stderr)
        free = self.folder / "free"
        subprocess.run([PROGRAM, "export", "--period", MONTH, "--rate", "0", "--out", free], cwd=self.project, env=environment, stdin=subprocess.DEVNULL,
                       capture_output=True, timeout=120, check=False)
        for name in ("ledger.csv", "usage.csv"):
            self.assertEqual((self.project / "out" / MONTH / name).read_bytes(), (free / MONTH / name).read_bytes())

    def calls_of(self, word):
        """The system calls of a set, with those of the sets in it."""
        if not word.startswith("@"):
            return {word}
        code, out, err = self.analyze("syscall-filter", word)
        self.assertEqual(code, 0, err)
        found = set()
        for name in re.findall(r"^    (@?[a-z0-9_-]+)$", out, re.M):
            found |= self.calls_of(name)
        return found


class Kubernetes(Scene):
    def documents(self):
        for path in sorted((JOBS / "kubernetes").glob("*.yaml")):
            yield from yaml.safe_load_all(self.here(path.read_text("utf-8")))

    def test_the_schemas(self):
        """The cluster would refuse a document, or leave a misspelt member aside in silence."""
        documents = list(self.documents())
        self.assertEqual({one["kind"] for one in documents}, {"CronJob", "Job", "NetworkPolicy", "PersistentVolumeClaim", "Secret"})
        lines = "\n".join(map(json.dumps, documents))
        self.assertEqual(self.judge("kubernetes", lines), [])
        for right, wrong in (("concurrencyPolicy", "concurencyPolicy"), ('"Forbid"', '"Never"'), ("readOnlyRootFilesystem", "readonlyRootFilesystem")):
            self.assertNotEqual(self.judge("kubernetes", lines.replace(right, wrong)), [], f"{wrong}: the judge is no judge")

    def pod(self):
        return next(one for one in self.documents() if one["kind"] == "CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]

    def test_restricted(self):
        """What Kubernetes calls the restricted pod standard, and a root that cannot be written."""
        pod = self.pod()
        container, = pod["containers"]
        self.assertTrue(pod["securityContext"]["runAsNonRoot"])
        self.assertEqual(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
        self.assertEqual(container["securityContext"], {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}})
        mounts = {mount["name"] for mount in container["volumeMounts"]}
        self.assertEqual(mounts, {volume["name"] for volume in pod["volumes"]})

    def run_pod(self, **environment):
        container, = self.pod()["containers"]
        variables = {one["name"]: one["value"] for one in container["env"]}
        self.shellcheck(container["args"][0], "sh")
        (self.folder / "termination-log").unlink(missing_ok=True)
        return self.shell(container["args"][0], environment={**variables, "MOISSON_WAIT": "0", **environment}, shell=("/bin/sh",))

    def test_runs(self):
        for scenario, code, told in (("clean", 0, False), ("small", 0, True)):
            served = self.serve(scenario)
            done = self.run_pod(MOISSON_MONTH=MONTH, MOISSON_API_URL=served["MOISSON_API_URL"], MOISSON_OAUTH_URL=served["MOISSON_OAUTH_URL"])
            self.assertEqual((done.returncode, (self.folder / "termination-log").exists()), (code, told), done.stderr)
            self.assertTrue(self.published("srv/moisson"))
            for path in (self.folder / "srv/moisson").iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for code in FAILURES:
            self.stand_in(code)
            self.assertEqual(self.run_pod().returncode, code)


class Cron(Scene):
    def test_runs(self):
        """cron mails whatever is written: a mail each month is a mail that nobody reads."""
        text = self.text_of("crontab")
        variables = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.M))
        lines = re.findall(r"^([\d*]+ [\d*]+ [\d*]+ [\d*]+ [\d*]+) (\w+) (.*)$", text, re.M)
        self.assertEqual([user for _, user, _ in lines], ["moisson"] * 2)
        command = lines[0][2].replace(r"\%", "%")
        # An unescaped % is a line end for cron.
        self.assertNotRegex(lines[0][2], r"(?<!\\)%")
        self.shellcheck(command, "sh")
        environment = {**{name: value for name, value in variables.items() if name.startswith("MOISSON_")}}

        def start(**more):
            return self.shell(command, environment={**environment, "MOISSON_MONTH": MONTH, "MOISSON_TRIES": "1", **more}, shell=("/bin/sh",))

        served = self.serve()
        done = start(MOISSON_API_URL=served["MOISSON_API_URL"], MOISSON_OAUTH_URL=served["MOISSON_OAUTH_URL"])
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertTrue(self.published())
        for code in (3, *FAILURES):
            self.stand_in(code)
            done = start()
            self.assertEqual(done.returncode, code)
            self.assertIn("WARNING" if code == 3 else "FAILED", done.stdout)


class All(Scene):
    FILES = ("gitlab-ci.yml", "github-workflow.yml", "Jenkinsfile", "moisson.service", "kubernetes/cronjob.yaml", "crontab")

    def test_no_month_no_secret_and_a_kept_state(self):
        """A file would export the same month for ever, or its state would vanish with a cache."""
        for name in self.FILES:
            text = (JOBS / name).read_text("utf-8")
            code = re.sub(r"(?m)^\s*(#|//).*$", "", text)
            with self.subTest(name):
                self.assertNotRegex(code, r"--period|20\d\d-\d\d")
                self.assertNotRegex(code, r"cache")
                self.assertRegex(code, r"/(srv|var/lib)/moisson")
                self.assertIn("run-month", code)

    def test_executable(self):
        self.assertTrue((JOBS / "run-month").stat().st_mode & stat.S_IXUSR)

    def test_the_job_file_is_for_the_real_service(self):
        """The rate would be the sandbox's, and the service would refuse half of the calls."""
        text = (JOBS / "monthly.toml").read_text("utf-8")
        self.assertRegex(text, r"(?m)^rate_per_second = (1\d|2[0-4])\b")
        self.assertNotRegex(text, r"(?m)^(period|from|to|all|\[sandbox\]|scenario)\b")


if __name__ == "__main__":
    unittest.main()
