"""Mixes of faults and kills: what one is, made from its name alone, and what it must end like.

A mix is named `SEED:NUMBER` (random) or `alone:FAULT` / `kill:NUMBER` (the short set). The same name is the same mix: world, faults, options and
kills. Where a kill is told by time, the instant within the run depends on the machine.
"""

import filecmp
import json
import os
import random
import shutil
import signal
import time
import urllib.parse

import harness
from harness import CheckFailed, require
from independent_server import Proxy

RUN_SECONDS_MAX = 25  # --max-duration of the runs under faults
RUN_SLACK_SECONDS = 150  # a disk that others keep busy can hold an fsync for half a minute
SETTLED_SECONDS = 0.25  # from the rename until the control loop has taken the file in, on a busy machine; after that no kill costs it

# Fault: the highest chance it gets in a mix, and its chance when it is alone.
FAULTS = {
    "bad-json": (0.3, 0.3), "deep-json": (0.3, 0.3), "documents-null": (0.3, 0.3), "duplicate-ids": (1.0, 1.0), "forbidden-contract": (0.4, 0.5),
    "gateway-html": (0.2, 0.2), "gzip": (0.2, 0.3), "html-body": (0.15, 0.15), "json-body": (0.2, 0.3), "missing-file": (0.1, 0.1),
    "no-last-chunk": (0.2, 0.3), "not-ready": (0.2, 0.3), "over-capacity": (0.15, 0.1), "page-cap": (0.5, 1.0), "quota-spent": (0.01, 0.03),
    "redirect-host": (1.0, 1.0), "redirect-loop": (0.1, 0.2), "reissue": (0.4, 0.6), "reset": (0.25, 0.3), "slow-tls": (0.2, 0.3),
    "stall": (0.02, 0.02), "throttle-403": (0.03, 0.02), "throttle-429": (0.03, 0.02), "token-death": (0.05, 0.1), "token-refused": (0.3, 1.0),
    "trickle": (0.02, 0.02), "truncate-chunk": (0.25, 0.3), "truncate-length": (0.25, 0.3), "wrong-length": (0.15, 0.3),
}
EXTRA_CODES = {"token-refused": {4}, "forbidden-contract": {4}}
ALONE_CODES = {"quota-spent": {5}, "token-refused": {4}, "forbidden-contract": {3}, "missing-file": {3}, "redirect-loop": {3}, "redirect-host": {0},
               "duplicate-ids": {0}, "page-cap": {0}, "token-death": {0}, "slow-tls": {0}, "throttle-403": {0}, "throttle-429": {0}}
PERIODS = {"month": (["--period", "2026-03"], "2026-03", lambda month: month == "2026-03"),
           "range": (["--from", "2026-02", "--to", "2026-03"], "2026-02..2026-03", lambda month: month in ("2026-02", "2026-03")),
           "all": (["--all"], "all", lambda month: True)}
WORLDS = [harness.World(seed, contracts, months, framing, ranges) for seed, contracts, months, framing, ranges in (
    (11, 3, 2, "mixed", True), (12, 2, 5, "chunked", True), (13, 6, 2, "length", True), (14, 4, 4, "mixed", False), (15, 1, 8, "mixed", True),
    (16, 10, 1, "length", False), (17, 5, 3, "chunked", False), (18, 7, 3, "mixed", True), (19, 2, 14, "mixed", True))]
PAGE_CAP_WORLD = WORLDS[4]  # each type fits under the cap, all together do not: the list by types must bring everything
LOGS = ([], ["-v"], ["--log-format", "json"], ["-v", "--log-format", "json"])
SECRET_WAYS = ("environment", "file", "command", "basic")


class Plan:
    """One mix. Everything that chance decides is decided here."""

    def __init__(self, name):
        self.name = name
        kind, _, what = name.partition(":")
        chance = random.Random(name)
        self.world = WORLDS[0]
        self.period, self.transfers, self.log, self.secret_way, self.proxy = "all", 4, LOGS[3], "environment", False
        self.faults, self.kills, self.max_duration = [], [], RUN_SECONDS_MAX
        if kind == "alone":
            self.max_duration = 12
            self.faults = [(what, FAULTS[what][1])]
            self.world = PAGE_CAP_WORLD if what == "page-cap" else self.world
        elif kind == "kill":
            self._add_kills(chance, 2)
            self.faults = [("reset", 0.1)]
        else:
            self._choose(chance)

    def _choose(self, chance):
        self.world = chance.choice(WORLDS)
        self.period = chance.choice(sorted(PERIODS))
        self.transfers = chance.choice((1, 2, 4, 8, 16))
        self.log = chance.choice(LOGS)
        self.secret_way = chance.choice(SECRET_WAYS)
        self.proxy = chance.random() < 0.25
        for fault in sorted(chance.sample(sorted(FAULTS), chance.choice((1, 2, 2, 3, 3, 4, 6)))):
            self.faults.append((fault, round(FAULTS[fault][0] * chance.uniform(0.1, 1.0), 4)))
        if chance.random() < 0.6:
            self._add_kills(chance, chance.choice((1, 1, 2, 3)))

    def _add_kills(self, chance, count):
        for _ in range(count):
            how = chance.choice(("time", "requests", "publish", "save"))
            value = {"time": lambda: chance.uniform(0.0, 0.6), "requests": lambda: chance.randrange(1, 60),
                     "publish": lambda: chance.uniform(0.0, 0.08), "save": lambda: chance.uniform(0.0, 0.02)}[how]()
            self.kills.append((how, round(value, 4), chance.choices(("TERM", "POWER", "KILL"), (1, 1, 4))[0]))

    def text(self):
        faults = " ".join(f"{fault}={chance:g}" for fault, chance in self.faults)
        kills = " ".join(f"{sign.lower()}@{how}:{value:g}" for how, value, sign in self.kills)
        return (f"world {self.world.name()}, {self.period}, {self.transfers} transfers, secrets by {self.secret_way}"
                f"{', proxy' if self.proxy else ''}; faults {faults or 'none'}; kills {kills or 'none'}")

    def allowed_codes(self):
        if self.name.startswith("alone:") and self.faults[0][0] in ALONE_CODES:
            return ALONE_CODES[self.faults[0][0]]
        codes = {0, 3, 5}
        for fault, _ in self.faults:
            codes |= EXTRA_CODES.get(fault, set())
        return codes

    def has(self, fault):
        return any(name == fault for name, _ in self.faults)


# ------------------------------------------------------------------------------------------------------------------------------- what is true


def reference_of(world, folder):
    """What a run that nothing disturbs publishes, for each period: exit code and the ledger's digest."""
    os.makedirs(folder)
    sandbox = harness.Sandbox(world, folder, "reference")
    try:
        found, out = {}, os.path.join(folder, "out")
        for period, (options, name, _) in sorted(PERIODS.items()):
            ended = harness.run_program(["export", "--job", harness.write_job(folder), "--rate", "0", "--transfers", "2", "--out", out, *options,
                                         "--no-progress"], harness.environment_of(sandbox.settings), folder, f"reference-{period}")
            require(ended.code in (0, 3), f"an undisturbed export ended with {ended.code}: {ended.errors[-2000:]}")
            found[period] = {"code": ended.code, "ledger": harness.sha256_of(os.path.join(out, name, "ledger.csv"))}
        return found
    finally:
        sandbox.stop()


def truth_of(plan, cache, folder):
    """Oracle and reference of the plan's world, from the cache or made now."""
    reissue = dict(plan.faults).get("reissue", 0.0)
    path = os.path.join(cache, f"{plan.world.name()}-{reissue:g}.json")
    if not os.path.exists(path):
        own = os.path.join(folder, "truth")
        os.makedirs(own)
        # Each run lists the contracts a few times at most (retries of a struck list): twelve listings see every version that a mix can meet.
        oracle = harness.collect_oracle(plan.world, own, reissue, 16 if reissue else 1)
        oracle["reference"] = reference_of(plan.world, os.path.join(own, "reference"))
        with open(path + f".{os.getpid()}", "w", encoding="utf-8") as file:
            json.dump(oracle, file)
        os.replace(path + f".{os.getpid()}", path)
    with open(path, encoding="utf-8") as file:
        return json.load(file)


# ------------------------------------------------------------------------------------------------------------------------------------ the run


class Mix:
    """One mix at work in its own folder. `run` gives what was counted, or raises CheckFailed."""

    def __init__(self, plan, folder, cache):
        self.plan, self.folder = plan, folder
        self.out, self.logs, self.server_folder = (os.path.join(folder, name) for name in ("out", "logs", "server"))
        self.private = os.path.join(folder, "private")
        for path in (self.logs, self.server_folder, self.private):
            os.makedirs(path)
        self.truth = truth_of(plan, cache, self.private)
        self.digests = {version["sha256"] for versions in self.truth["documents"].values() for version in versions}
        self.options, self.period_name, self.in_period = PERIODS[plan.period]
        self.month = os.path.join(self.out, self.period_name)
        self.counts = {"runs": [], "requests": 0, "repeats_after_kill": 0, "files_scanned": 0, "documents": len(self.truth["documents"])}
        self.secrets, self.struck, self.torn = {}, set(), set()
        self.objects, self.promised = set(), set()  # digests in the store; those that no later run may fetch again
        self.proxy = Proxy("moisson", harness.PROXY_PASSWORD)

    def run(self):
        sandbox = harness.Sandbox(self.plan.world, self.server_folder, "faulty", self.plan.faults)
        try:
            for number, kill in enumerate(self.plan.kills):
                self.one_run(sandbox, f"killed-{number}", kill)
            self.one_run(sandbox, "faulty", None)
        finally:
            sandbox.stop()
        if self.plan.name.startswith("alone:") and not self.plan.has("slow-tls") and not self.plan.has("reissue"):
            require(self.struck, "the fault never struck: this shows nothing")
        sandbox = harness.Sandbox(self.plan.world, self.server_folder, "clean", port=sandbox.port)
        try:
            self.clean_runs(sandbox)
        finally:
            sandbox.stop()
            self.proxy.close()
        require(not self.proxy.server.requests, "requests to this machine went through the proxy")
        self.check_secrets()
        return self.counts

    def environment(self, settings):
        """The credentials in the plan's way, and a proxy whose password is planted. Nothing for this machine may go there, whatever NO_PROXY says."""
        self.secrets.update(harness.secrets_of(settings))
        given = {name: settings[name] for name in ("MOISSON_API_URL", "MOISSON_OAUTH_URL", "MOISSON_CA_FILE")}
        for name in ("MOISSON_CLIENT_ID", "MOISSON_CLIENT_SECRET", "MOISSON_API_KEY"):
            path = os.path.join(self.private, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(settings[name] + "\n")
            os.chmod(path, 0o600)
            given |= {"file": {name + "_FILE": path}, "command": {name + "_COMMAND": f"cat {path}"}}.get(self.plan.secret_way, {name: settings[name]})
        if self.plan.secret_way == "basic":
            given = {name: value for name, value in given.items() if "CLIENT" not in name}
            given["MOISSON_BASIC"] = self.secrets["the Basic value"]
        user = "moisson:" + urllib.parse.quote(harness.PROXY_PASSWORD, safe="")
        given["HTTPS_PROXY"] = f"http://{user}@127.0.0.1:{self.proxy.port}"
        given["NO_PROXY"] = "" if self.plan.proxy else "127.0.0.1,localhost"
        return harness.environment_of(given)

    def export(self, sandbox, name, when_running=None):
        arguments = ["export", "--job", harness.write_job(self.private), "--rate", "0", "--transfers", str(self.plan.transfers), "--out", self.out,
                     "--max-duration", str(self.plan.max_duration), *self.options, *self.plan.log, "--no-progress"]
        return harness.run_program(arguments, self.environment(sandbox.settings), self.logs, name, self.plan.max_duration + RUN_SLACK_SECONDS, when_running)

    def one_run(self, sandbox, name, kill):
        before, since, started = self.objects - self.promised, self.log_end(sandbox), time.time()
        promised = set(self.promised)
        killer = None if kill is None else lambda process: self.strike(process, kill, sandbox, since)
        ended = self.export(sandbox, name, killer)
        self.counts["runs"].append(ended.code)
        self.check_end(ended, kill, name)
        self.check_folder(ended, kill, started)
        self.check_month(ended)
        self.check_requests(sandbox, since, promised, before, name)

    @staticmethod
    def log_end(sandbox):
        return os.path.getsize(sandbox.access_log) if os.path.exists(sandbox.access_log) else 0

    def strike(self, process, kill, sandbox, since):
        """Waits for the instant and kills. False when the run was over before."""
        how, value, sign = kill
        deadline = time.monotonic() + RUN_SECONDS_MAX
        partial_of = {"publish": lambda: os.path.isdir(self.out) and any(harness.PARTIAL_SUFFIX in name for name in os.listdir(self.out)),
                      "save": lambda: os.path.exists(os.path.join(self.out, ".moisson", "state.sqlite3-wal")),
                      "requests": lambda: len(sandbox.requests(since)[0]) >= value, "time": lambda: True}[how]
        while not partial_of():
            if process.poll() is not None or time.monotonic() > deadline:
                break
            time.sleep(0.0005)
        if how != "requests":
            time.sleep(value)
        if process.poll() is not None:
            return False
        process.send_signal(signal.SIGTERM if sign == "TERM" else signal.SIGKILL)
        return True

    def check_end(self, ended, kill, name):
        allowed = self.plan.allowed_codes()
        if kill is not None:
            # SIGTERM in the first milliseconds finds no handler yet: the process ends by it, which a shell calls 143 too.
            allowed = allowed | ({143, -signal.SIGTERM} if kill[2] == "TERM" else {-signal.SIGKILL})
        if name in ("clean", "again"):
            allowed = {0, 3}
        if ended.code == 4 and self.plan.has("token-death") and "fresh tokens expired within a minute" in ended.errors:
            return  # without a rate limit a small chance kills ten tokens a minute: the program stops asking, as it should
        if self.plan.has("token-death") and '"document-failed"' in ended.errors and "the token has expired [401/42]" in ended.errors:
            allowed = allowed | {3}  # by chance each of one document's tokens died, four in a row: it is told, and fetched by a later run
        require(ended.code in allowed, f"ended with {ended.code}, allowed are {sorted(allowed)}; it said: {ended.errors[-3000:]}")
        require(ended.seconds < self.plan.max_duration + 60, f"--max-duration {self.plan.max_duration} was passed: {ended.seconds:.1f} s")
        if ended.code > 0:
            require(ended.errors.strip(), f"ended with {ended.code} and said nothing")

    def check_folder(self, ended, kill, started):
        if not os.path.isdir(os.path.join(self.out, ".moisson")):
            return
        objects = harness.check_objects(self.out, ended.code >= 0, self.digests, self.torn)
        named = harness.check_state(self.out, os.path.join(self.private, "state-copy"))
        require(named <= objects, f"the state names objects that are not there or torn: {sorted(named - objects)[:3]}")
        left = [name for name in os.listdir(self.out) if harness.PARTIAL_SUFFIX in name]
        require(not left or ended.code not in (0, 3), f"unfinished folders are left after a run that published: {left}")
        self.objects, self.promised = objects, self.promised | named
        if kill is not None and kill[2] == "POWER" and ended.code < 0:
            self.lose_power(objects - named)
        elif ended.code < 0:
            # A kill between the file's rename and its record costs that download: what was in the workers' and the loop's hands.
            self.promised |= {name for name in objects if started < os.stat(self.object_path(name)).st_mtime < ended.instant - SETTLED_SECONDS}

    def lose_power(self, unsaved):
        """What a power loss may do to a killed run's files: whatever no save has vouched for may be empty pages, or its end may be missing."""
        chance = random.Random(self.plan.name + str(len(self.counts["runs"])))
        place = os.path.join(self.out, ".moisson")
        paths = [self.object_path(name) for name in sorted(unsaved)]
        paths += sorted(os.path.join(where, name) for where, _, names in os.walk(os.path.join(place, "partial")) for name in names)
        journal = os.path.join(place, "state.sqlite3.fetched")
        paths += [journal] if os.path.exists(journal) else []
        for path in paths:
            size = os.path.getsize(path)
            keep = chance.choice((0, size // 2, size))
            os.truncate(path, keep)
            if chance.random() < 0.7:
                os.truncate(path, size)  # the length came through, the bytes did not
        self.torn |= unsaved
        self.promised -= unsaved
        self.objects -= unsaved

    def check_month(self, ended):
        if ended.code in (0, 3):
            require(os.path.isdir(self.month), f"ended with {ended.code} but {self.month} is not there")
        if not os.path.isdir(self.month):
            return
        rows, summary = harness.check_published(self.month)
        verify = harness.run_program(["verify", self.month], harness.environment_of({}), self.logs, "verify")
        require(verify.code == 0, f"`moisson verify` refuses the published month with {verify.code}: {verify.errors[-2000:]}{verify.output[-2000:]}")
        code = ended.code if ended.code in (0, 3) else summary["exit_code"]
        harness.check_ledger(rows, summary, code, self.truth, self.in_period, not self.plan.has("reissue"))

    def documents_with(self, digests):
        """Contract and path of the file requests of documents that have one of these digests, as the only version and the only document."""
        owners = {}
        for key, versions in self.truth["documents"].items():
            for version in versions:
                owners.setdefault(version["sha256"], set()).add(key)
        return {(versions[0]["contract"], f"/cloud/b2b/v1/documents/{urllib.parse.quote(versions[0]['id'], safe='')}/file")
                for versions in self.truth["documents"].values()
                if len(versions) == 1 and versions[0]["sha256"] in digests and len(owners[versions[0]["sha256"]]) == 1}

    def object_path(self, digest):
        return os.path.join(self.out, ".moisson", "objects", digest[:2], digest)

    def check_requests(self, sandbox, since, promised, before, name):
        """No finished download is repeated; no stranger sees a credential."""
        requests, _ = sandbox.requests(since)
        self.counts["requests"] += len(requests)
        self.struck.update(fault for request in requests for fault in request["fault"].split())
        told = [request["path"] for request in requests if request["host"] == "elsewhere" and (request["credentials"] or request["contract"])]
        require(not told, f"{name}: the host that a redirect led to was sent credentials or the contract id: {told[:3]}")
        asked = {(request["contract"], request["path"].partition("?")[0]) for request in requests}
        repeated = asked & self.documents_with(promised)
        require(not repeated, f"{name}: {len(repeated)} finished downloads were repeated: {sorted(repeated)[:3]}")
        self.counts["repeats_after_kill"] += len(asked & self.documents_with(before))

    def clean_runs(self, sandbox):
        """What comes after the trouble: everything there, nothing fetched twice, and then nothing left to do."""
        self.one_run(sandbox, "clean", None)
        reference = self.truth["reference"][self.plan.period]
        require(self.counts["runs"][-1] == reference["code"], f"the clean run ended with {self.counts['runs'][-1]}, not {reference['code']}: "
                + self.said("clean"))
        ledger = os.path.join(self.month, "ledger.csv")
        if not self.plan.has("reissue"):
            require(harness.sha256_of(ledger) == reference["ledger"], f"{ledger} is not what an undisturbed run publishes")
        kept = os.path.join(self.private, "kept")
        shutil.copytree(self.month, kept)
        since = self.log_end(sandbox)
        self.one_run(sandbox, "again", None)
        files = [request["path"] for request in sandbox.requests(since)[0] if request["path"].partition("?")[0].endswith("/file")]
        wanted = [version[-1] for version in self.truth["documents"].values() if self.in_period(version[-1]["month"])]
        allowed = 0 if all(version["sha256"] for version in wanted) else len(files)
        require(len(files) <= allowed, f"with nothing new, {len(files)} files were fetched: {files[:3]}")
        for name in ("ledger.csv", "ledger.xlsx", "bundle.zip"):
            require(filecmp.cmp(os.path.join(kept, name), os.path.join(self.month, name), False) or self.plan.has("reissue"),
                    f"with nothing new, {name} has other bytes than before")

    def said(self, name):
        with open(os.path.join(self.logs, f"{name}-stderr.txt"), encoding="utf-8", errors="replace") as file:
            return file.read()[-3000:]

    def check_secrets(self):
        needles = harness.needles_of(self.secrets)
        found = harness.find_secrets([self.out, self.logs, self.server_folder], needles, self.digests)
        require(not found, "; ".join(found[:5]))
        self.counts["files_scanned"] = sum(len(names) for path in (self.out, self.logs, self.server_folder) for _, _, names in os.walk(path))


def run_mix(name, folder, cache):
    plan = Plan(name)
    started = time.monotonic()
    report = {"name": name, "plan": plan.text(), "faults": [fault for fault, _ in plan.faults],
              "kills": [f"{sign}@{how}" for how, _, sign in plan.kills]}
    mix = None
    try:
        mix = Mix(plan, folder, cache)
        report.update(mix.run())
        report["failure"] = ""
    except CheckFailed as failure:
        report.update(mix.counts if mix else {})
        report["failure"] = str(failure)
    report["seconds"] = round(time.monotonic() - started, 2)
    return report
