"""The files that make a month in parts (jobs/kubernetes, jobs/parts): their commands run for real against the sandbox, are killed and
doubled, and what the merge publishes is what one export publishes. If this fails, a month depends on which pod was evicted.

No cluster runs here. `IndexedJob` stands for Kubernetes: it starts the containers' commands as processes, with the environment and the
secrets that the manifest names, mounts mapped into the test's folder, and starts them again as the Job's policy says. Manifests are judged
by the schemas of Kubernetes as those of jobs_test.py are, workflows by actionlint, pipelines by gitlab-ci-local, which runs them, scripts
by shellcheck.
"""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))
from jobs_test import FAILURES, JOBS, MONTH, ROOT, Scene  # noqa: E402
from harness import digests_of  # noqa: E402
sys.path.insert(0, str(ROOT / "tests/support"))
from postgresql import DATABASE, Server  # noqa: E402

PASSWORD = "the-state's-own"
server = None


def setUpModule():
    global server
    server = Server(password=PASSWORD)


def tearDownModule():
    server.end()


class PartsScene(Scene):
    """A month of the sandbox with something missing (exit code 3), and what one export makes of it."""

    def setUp(self):
        super().setUp()
        self.served = self.serve("small")
        self.urls = {name: self.served[name] for name in ("MOISSON_API_URL", "MOISSON_OAUTH_URL")}
        secrets = self.folder / "secrets-state"
        secrets.mkdir()
        (secrets / "pgpass").write_text(f"127.0.0.1:{server.port}:{DATABASE}:owner:{PASSWORD}\n", "utf-8")
        (secrets / "pgpass").chmod(0o440)  # as Kubernetes leaves it
        self.state = f"{server.url()}?schema={type(self).__name__.lower()}_{self._testMethodName}"
        self.job_file = self.project / "jobs/monthly.toml"

    def plain(self):
        done = self.run_moisson("export", self.job_file, "--period", MONTH, "--out", "plain", environment=self.served)
        self.assertEqual(done.code, 3, done)
        return digests_of(self.folder / "plain" / MONTH)

    def same_as_plain(self, out="srv/moisson"):
        self.assertEqual(digests_of(self.folder / out / MONTH), self.plain())


class Pod:
    """A container's command, as a process group of its own."""

    def __init__(self, scene, container, index):
        self.index = index
        self.place = Path(tempfile.mkdtemp(prefix=f"pod-{container['name']}-", dir=scene.folder))
        secrets = {("moisson-state", "address"): scene.state}
        environment = {"PATH": scene.environment["PATH"], "LC_ALL": "C.UTF-8", **scene.urls}
        for one in container["env"]:
            source = one.get("valueFrom", {}).get("secretKeyRef")
            environment[one["name"]] = self.here(scene, secrets[source["name"], source["key"]] if source else one["value"])
        if index is not None:
            environment["JOB_COMPLETION_INDEX"] = str(index)
        self.log = open(self.place / "log", "wb")
        self.process = subprocess.Popen([*container["command"], *(self.here(scene, text) for text in container["args"])], cwd=self.place,
                                        env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)

    def here(self, scene, text):
        """The mounts of the pod's own: /tmp and the termination log."""
        return scene.here(re.sub(r"^/tmp/", f"{self.place}/", text).replace("/dev/termination-log", f"{self.place}/termination-log"))

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def end(self):
        try:
            return self.process.wait(60)
        finally:
            self.kill()
            self.process.wait(10)
            self.log.close()

    def told(self):
        return (self.place / "log").read_text("utf-8", "replace")[-1500:]


class IndexedJob:
    """A Job's controller: which pod is started again after which end. `plan(index, attempt)` says what happens to an attempt: after how
    many seconds it is killed (or none), whether that was an eviction, and whether it is started twice at once."""

    def __init__(self, scene, job, plan):
        self.scene, self.spec, self.plan = scene, job["spec"], plan
        self.container, = self.spec["template"]["spec"]["containers"]
        self.pods = []
        self.killed = 0

    def action(self, code, evicted):
        for rule in self.spec["podFailurePolicy"]["rules"]:
            if "onPodConditions" in rule and evicted:
                return rule["action"]
            if "onExitCodes" in rule and code in rule["onExitCodes"]["values"]:
                return rule["action"]
        return "Count"

    def run(self):
        limit = self.spec.get("backoffLimitPerIndex", self.spec.get("backoffLimit"))
        indexes = range(self.spec["completions"]) if self.spec.get("completionMode") == "Indexed" else [None]
        open_ = {index: {"attempt": 0, "failures": 0} for index in indexes}
        while open_:
            started = []
            for index, one in open_.items():
                kill_after, evicted, twice = self.plan(index, one["attempt"])
                one["attempt"] += 1
                for number in range(2 if twice else 1):
                    pod = Pod(self.scene, self.container, index)
                    # Of two, the first is killed.
                    started.append((pod, time.monotonic() + kill_after if kill_after is not None and number == 0 else None, evicted))
            self.pods += [pod for pod, _, _ in started]
            for pod, at, _ in sorted((one for one in started if one[1]), key=lambda one: one[1]):
                time.sleep(max(0, at - time.monotonic()))
                self.killed += pod.process.poll() is None
                pod.kill()
            for pod, at, evicted in started:
                code = pod.end()
                if code == 0:
                    open_.pop(pod.index, None)
                elif pod.index in open_:
                    action = self.action(code, evicted and at is not None)
                    if action == "FailJob":
                        raise AssertionError(f"pod {pod.index} ended with {code}: {pod.told()}")
                    open_[pod.index]["failures"] += action == "Count"
                    if open_[pod.index]["failures"] > limit:
                        raise AssertionError(f"pod {pod.index} failed too often, at last with {code}: {pod.told()}")


class Kubernetes(PartsScene):
    def documents(self, name):
        return list(yaml.safe_load_all((JOBS / "kubernetes" / name).read_text("utf-8").replace("YYYY-MM", MONTH)))

    def job(self, name):
        return next(one for one in self.documents(name) if one["kind"] == "Job")

    def test_the_schemas(self):
        """The cluster would refuse a document, or leave a misspelt member aside in silence."""
        documents = self.documents("indexed-job.yaml") + self.documents("merge-job.yaml")
        self.assertEqual([one["kind"] for one in documents], ["PersistentVolumeClaim", "NetworkPolicy", "Job", "Job"])
        lines = "\n".join(map(json.dumps, documents))
        self.assertEqual(self.judge("kubernetes", lines), [])
        for right, wrong in (("backoffLimitPerIndex", "backofLimitPerIndex"), ('"completions": 4', '"completions": "4"'),
                             ("FailJob", "Fail Job"),
                             ('"onExitCodes": {', '"onExitCode": {')):
            self.assertIn(right, lines)
            self.assertNotEqual(self.judge("kubernetes", lines.replace(right, wrong)), [], f"{wrong}: the judge is no judge")

    def test_what_the_schemas_do_not_say(self):
        """Pods would make parts of another number, run as root, or wait for ever."""
        for name in ("indexed-job.yaml", "merge-job.yaml"):
            job = self.job(name)
            spec, pod = job["spec"], job["spec"]["template"]["spec"]
            container, = pod["containers"]
            self.shellcheck(container["args"][0], "sh")
            self.assertRegex(job["metadata"]["name"], r"^[a-z0-9-]+$")
            # Which no cluster takes as it stands.
            self.assertRegex((JOBS / "kubernetes" / name).read_text("utf-8"), r"(?m)^  name: moisson-\w+-YYYY-MM$")
            # podFailurePolicy needs it, and its names are of containers.
            self.assertEqual(pod["restartPolicy"], "Never")
            named = {rule["onExitCodes"]["containerName"] for rule in spec["podFailurePolicy"]["rules"] if "onExitCodes" in rule}
            self.assertEqual(named, {container["name"]})
            self.assertEqual({code for code in FAILURES if IndexedJob(self, job, None).action(code, False) == "Count"}, {5, 7, 8})
            self.assertTrue(pod["securityContext"]["runAsNonRoot"])
            self.assertEqual(container["securityContext"], {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                                            "capabilities": {"drop": ["ALL"]}})
            self.assertEqual({mount["name"] for mount in container["volumeMounts"]}, {volume["name"] for volume in pod["volumes"]})
            self.assertGreater(spec["activeDeadlineSeconds"], 0)
            self.assertGreater(spec["ttlSecondsAfterFinished"], 0)
            variables = {one["name"]: one.get("value") for one in container["env"]}
            self.assertEqual(variables["PERIOD"], MONTH)
            if name == "indexed-job.yaml":
                self.assertEqual(spec["completionMode"], "Indexed")
                self.assertEqual({variables["PARTS"], str(spec["parallelism"]), str(spec["completions"])}, {"4"})
            else:
                self.assertFalse([one for one in variables if re.match("MOISSON_(CLIENT|API|BASIC)", one)])
                self.assertNotIn("moisson", [volume.get("secret", {}).get("secretName") for volume in pod["volumes"]])
        claim, = (one for one in self.documents("indexed-job.yaml") if one["kind"] == "PersistentVolumeClaim")
        self.assertEqual(claim["spec"]["accessModes"], ["ReadWriteMany"])

    def test_pods_killed_and_doubled_change_nothing(self):
        chance = random.Random()
        seed = chance.randrange(1 << 32)
        chance.seed(seed)
        # A part takes a second, so that most are killed in the middle.
        self.job_file.write_text(self.job_file.read_text("utf-8").replace("rate_per_second = 0", "rate_per_second = 160"), "utf-8")
        with self.subTest(seed=seed):
            # Each part: killed, evicted (half of them doubled), and then left alone, one of them doubled.
            fate = {(index, attempt): (chance.random(), attempt == 1, chance.random() < 0.5) for index in range(4) for attempt in range(2)}
            parts = IndexedJob(self, self.job("indexed-job.yaml"),
                               lambda index, attempt: fate.get((index, attempt), (None, False, index == 0)))
            parts.run()
            self.assertGreater(parts.killed, 0)
            made = sorted(one.name for one in (self.folder / "srv/moisson/parts" / MONTH).glob("[0-9]*"))
            self.assertEqual(made, [f"{number}-of-4" for number in range(1, 5)])
            self.assertFalse((self.folder / "srv/moisson" / MONTH).exists(), "a part published")
            self.assertTrue(any((pod.place / "termination-log").exists() for pod in parts.pods), "nobody said that something is missing")
            for run in ((chance.random() * 0.5, True, False), (None, False, False), (chance.random() * 0.5, False, True)):
                merge = IndexedJob(self, self.job("merge-job.yaml"), lambda _, attempt, run=run: (None, False, False) if attempt else run)
                merge.run()
                last = [pod for pod in merge.pods if pod.process.returncode == 0][-1]
                self.assertIn("something is missing", (last.place / "termination-log").read_text("utf-8"))
            self.same_as_plain()

    def test_the_script(self):
        """A merge would begin before its parts are there, or the months' volume would be deleted with the Jobs of an earlier try."""
        self.shellcheck((JOBS / "kubernetes/month-in-parts").read_text("utf-8"), "sh")
        (self.tools / "kubectl").write_text("""#!/bin/sh
echo "$*" >>"$SCENE/kubectl"
case $1 in
    apply) cat >"$SCENE/applied-$(grep -c ^apply "$SCENE/kubectl")" ;;
    get) set -- $(cat "$SCENE/conditions"); echo "$1"; [ $# -gt 1 ] && shift; echo "$*" >"$SCENE/conditions" ;;
esac
""", "utf-8")
        (self.tools / "kubectl").chmod(0o755)

        def run(conditions):
            (self.folder / "kubectl").unlink(missing_ok=True)
            (self.folder / "conditions").write_text(conditions, "utf-8")
            done = self.shell(f"{JOBS}/kubernetes/month-in-parts {MONTH}", environment={"POLL_SECONDS": "0"}, shell=("sh",))
            return done.returncode, re.sub(r" --output \S+", "", (self.folder / "kubectl").read_text("utf-8")).splitlines()

        parts, merge = f"moisson-parts-{MONTH}", f"moisson-merge-{MONTH}"
        delete = "delete job {} --ignore-not-found --cascade=foreground"
        first = [delete.format(parts), "apply -f -", *[f"get job {parts}"] * 3]
        second = [delete.format(merge), "apply -f -", f"get job {merge}", f"logs job/{merge}"]
        self.assertEqual(run("Suspended SuccessCriteriaMet Complete"), (0, first + second))
        applied = [list(yaml.safe_load_all((self.folder / f"applied-{one}").read_text("utf-8"))) for one in (1, 2)]
        self.assertEqual(applied, [self.documents("indexed-job.yaml"), self.documents("merge-job.yaml")])
        self.assertEqual(run("FailureTarget FailureTarget Failed"), (1, first))


class Parallel(PartsScene):
    def start(self, *arguments, **environment):
        script = " ".join([f"{JOBS}/parts/parallel.sh", *arguments])
        usual = {"MOISSON_OUT": f"{self.folder}/srv/moisson", "MOISSON_MONTH": MONTH, "HOME": str(self.folder), "MOISSON_WAIT": "0"}
        return self.shell(script, environment={**usual, **environment}, shell=("sh",))

    def test_shellcheck(self):
        self.shellcheck((JOBS / "parts/parallel.sh").read_text("utf-8"), "sh")

    def test_on_one_machine(self):
        """The first try of each part is killed in the middle."""
        real = (self.tools / "moisson").resolve()
        (self.tools / "moisson").unlink()
        (self.tools / "moisson").write_text(f"""#!/bin/sh
case "$*" in *--part*)
    if mkdir "$SCENE/tried-$(echo "$*" | tr -cd 0-9)" 2>/dev/null; then exec timeout --signal=KILL 0.3 {real} "$@"; fi ;;
esac
exec {real} "$@"
""", "utf-8")
        (self.tools / "moisson").chmod(0o755)
        done = self.start("3", str(self.job_file), **self.served)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("part 3\t", done.stderr + done.stdout)
        self.assertEqual(len(list(self.folder.glob("tried-*"))), 3)
        self.same_as_plain()

    def test_on_several_machines(self):
        """What stands for ssh starts the command on this machine, with nothing of the caller's environment but what goes over the line."""
        own = " ".join(f"{name}='{value}'" for name, value in {**self.served, "PGPASSWORD": PASSWORD.replace("'", "'\\''")}.items())
        (self.tools / "ssh-here").write_text(f"""#!/bin/sh
while [ $# -gt 1 ]; do case $1 in a | b) host=$1; shift; break ;; esac; shift; done
[ "$1" = -- ] && shift
echo "$host" >>"{self.folder}/hosts"; echo "$*" >>"{self.folder}/lines"
exec env -i HOME="{self.folder}" PATH="$PATH" {own} sh -c "$*"
""", "utf-8")
        (self.tools / "ssh-here").chmod(0o755)
        done = self.start("4", str(self.job_file), "--jobs 2 --sshlogin a,b", PARALLEL_SSH=str(self.tools / "ssh-here"),
                          MOISSON_STATE=self.state, PGPASSWORD=PASSWORD, MOISSON_CLIENT_SECRET=self.served["MOISSON_CLIENT_SECRET"])
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertLessEqual({"a", "b"}, set((self.folder / "hosts").read_text("utf-8").split()))
        self.assertNotIn(self.served["MOISSON_CLIENT_SECRET"], (self.folder / "lines").read_text("utf-8"))
        self.same_as_plain()

    def test_the_exit_codes(self):
        """A month would be merged of the parts of an earlier try."""
        for code in (0, 3):
            self.stand_in(code)
            self.assertEqual(self.start("2", str(self.job_file)).returncode, code)
            self.assertEqual([line.split()[0] for line in self.calls()], ["export", "export", "merge"])
        for code in FAILURES:
            self.stand_in(code)
            with self.subTest(code):
                self.assertEqual(self.start("1", str(self.job_file), MOISSON_TRIES="2").returncode, code)
                self.assertEqual([line.split()[0] for line in self.calls()], ["export", "export"])
        self.assertEqual(self.start("2", str(self.job_file), MOISSON_OUT="/nowhere").returncode, 7)


class GitHub(PartsScene):
    def setUp(self):
        super().setUp()
        self.text = self.text_of("parts/github.yml")
        self.jobs = yaml.safe_load(self.text)["jobs"]
        self.parts = self.jobs["part"]["strategy"]["matrix"]["part"]
        self.values = {f"secrets.{name}": value for name, value in self.served.items()}
        self.values.update({"secrets.MOISSON_STATE": self.state, "secrets.STATE_PASSWORD": PASSWORD,
                            "runner.temp": str(self.folder / "temp"), "inputs.month": MONTH, "needs.month.outputs.period": MONTH,
                            "env.PARTS": str(yaml.safe_load(self.text)["env"]["PARTS"])})

    def put_in(self, text, values):
        return re.sub(r"\$\{\{ *([^ }]+) *\}\}", lambda found: values[found[1]], str(text))

    def step(self, job, name, **values):
        """The step's script as the runner starts it: (result, {output: value})"""
        step, = (one for one in self.jobs[job]["steps"] if one.get("name") == name)
        values = {**self.values, **{key.replace("_", "."): value for key, value in values.items()}}
        environment = {key: self.put_in(value, values) for key, value in step["env"].items()}
        for file in ("output", "summary"):
            (self.folder / file).write_text("", "utf-8")
        environment.update({"GITHUB_OUTPUT": str(self.folder / "output"), "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
                            "GITHUB_ACTIONS": "true", "CI": "true", "PARTS": self.values["env.PARTS"], "WAIT": "0", **self.urls})
        done = self.shell(step["run"], environment=environment, shell=("bash", "-e"))
        return done, dict(line.split("=", 1) for line in (self.folder / "output").read_text("utf-8").splitlines())

    def test_actionlint_and_shellcheck(self):
        """GitHub would refuse the file, or a step would not do what it says."""
        problems = self.judge("actions", self.text)
        self.assertEqual([line for line in problems if not re.match(r'\d+: runner-label: label "moisson', line)], [])
        self.assertNotEqual(self.judge("actions", self.text.replace("fail-fast:", "failfast:")), [], "the judge is no judge")
        for job in self.jobs.values():
            for step in job["steps"]:
                self.shellcheck(step.get("run", ":"))
        self.assertEqual(self.parts, list(range(1, int(self.values["env.PARTS"]) + 1)))
        names = [name for step in self.jobs["merge"]["steps"] for name in step.get("env", {})]
        self.assertFalse([name for name in names if re.match("MOISSON_(CLIENT|API)", name)])

    def test_runs(self):
        self.assertEqual(self.step("month", "Month")[1], {"period": MONTH})
        for part in self.parts:
            done, _ = self.step("part", "Make the part", matrix_part=str(part))
            self.assertEqual(done.returncode, 0, done.stderr)
            upload, = (one["with"] for one in self.jobs["part"]["steps"] if one.get("name") == "Hand the part on")
            values = {**self.values, "matrix.part": str(part)}
            shutil.copytree(self.put_in(upload["path"], values), self.folder / "temp/parts" / self.put_in(upload["name"], values))
            shutil.rmtree(self.folder / "temp/out")  # each part is another machine's
        done, _ = self.step("merge", "Merge the month")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("::warning", done.stdout)
        self.assertIn("## What to do", (self.folder / "summary").read_text("utf-8"))
        self.same_as_plain("srv/moisson/out")

    def test_the_exit_codes(self):
        for job, name in (("part", "Make the part"), ("merge", "Merge the month")):
            for code in (3, *FAILURES):
                self.stand_in(code)
                done, _ = self.step(job, name, matrix_part="1")
                self.assertEqual((done.returncode, len(self.calls())), (0 if code == 3 else code, 3 if (job, code) == ("part", 5) else 1))


class GitLab(PartsScene):
    def setUp(self):
        super().setUp()
        self.text = self.text_of("parts/gitlab.yml")
        self.be_gitlab_project(self.text)

    def test_the_schema(self):
        """GitLab would refuse the file."""
        done = self.gitlab("--list")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("json schema validated", done.stderr + done.stdout)
        (self.project / ".gitlab-ci.yml").write_text(self.text.replace("exit_codes: [5, 7, 8, 137]", "exit_codes: [five]"), "utf-8")
        self.assertNotEqual(self.gitlab("--list").returncode, 0, "the judge is no judge")

    def test_runs(self):
        shutil.rmtree(self.folder / "srv/moisson/out")
        (self.folder / "srv/moisson/out").mkdir()
        variables = {name: value for name, value in self.served.items() if re.match("MOISSON_(API|OAUTH|CLIENT)", name)}
        done = self.gitlab(**variables, MOISSON_STATE=self.state, PGPASSWORD=PASSWORD, MONTH=MONTH)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-2000:])
        self.assertTrue((self.project / "published" / MONTH / "junit.xml").is_file() or
                        list(self.project.glob(f".gitlab-ci-local/artifacts/merge/published/{MONTH}/junit.xml")))
        self.same_as_plain("srv/moisson/out")

    def test_the_month_is_of_the_pipeline(self):
        """A part that begins after midnight on the 1st would be of another month."""
        line, = yaml.safe_load(self.text)["default"]["before_script"]
        for made, month in (("2026-11-30T23:59:59Z", "2026-10"), ("2027-01-01T00:00:01Z", "2026-12"),
                            ("2027-03-31T12:00:00+02:00", "2027-02")):
            self.assertEqual(self.shell(line + '; echo "$PERIOD"', environment={"CI_PIPELINE_CREATED_AT": made}).stdout.strip(), month)
        self.assertEqual(self.shell(line + '; echo "$PERIOD"', environment={"MONTH": "2026-04"}).stdout.strip(), "2026-04")


if __name__ == "__main__":
    unittest.main()
