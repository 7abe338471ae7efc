"""Runs many mixes, two at a time, each in a process of its own, and says what was tried."""

import argparse
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import harness
import mixes

MIX_SECONDS_MAX = 900
MEMORY_BYTES_MIN = 2 << 30


class Pool:
    """At most `jobs` mixes at once; each a process that is ended by its own id when it takes too long."""

    def __init__(self, names, jobs, folder, keep):
        self.names, self.jobs, self.folder, self.keep = collections.deque(names), jobs, folder, keep
        self.cache = os.path.join(folder, "truth")
        os.makedirs(self.cache)
        self.running, self.reports, self.started = {}, [], 0

    def run(self):
        while self.names or self.running:
            while self.names and len(self.running) < self.jobs:
                self.start(self.names.popleft())
            for process in list(self.running):
                name, folder, since = self.running[process]
                if process.poll() is None and time.monotonic() - since < MIX_SECONDS_MAX:
                    continue
                del self.running[process]
                self.finish(process, name, folder)
            time.sleep(0.02)
        return self.reports

    def start(self, name):
        self.started += 1
        folder = os.path.join(self.folder, f"mix-{self.started}")
        os.makedirs(folder)
        with open(os.path.join(folder, "report.json"), "wb") as output:
            process = harness.start_process([sys.executable, "-B", os.path.abspath(__file__), "--one", name, folder, self.cache], stdin=subprocess.DEVNULL,
                                            stdout=output)
        self.running[process] = (name, folder, time.monotonic())

    def finish(self, process, name, folder):
        code = harness.end_process(process)
        try:
            with open(os.path.join(folder, "report.json"), encoding="utf-8") as file:
                report = json.load(file)
        except ValueError:
            plan = mixes.Plan(name)
            report = {"name": name, "plan": plan.text(), "seconds": 0.0, "faults": [], "kills": [], "failure": f"the test itself ended with {code}"}
        self.reports.append(report)
        codes = " ".join(str(one) for one in report.get("runs", []))
        print(f"{'FAILED' if report['failure'] else 'ok':6} {name:24} {report['seconds']:6.1f} s  runs {codes or '-':20} {report['plan']}", flush=True)
        if report["failure"]:
            print(f"       {report['failure']}\n       replay: tests/faults/soak --replay {name}    kept: {folder}", flush=True)
        elif not self.keep:
            shutil.rmtree(folder)


def tell(reports, seconds):
    """What was tried, in figures."""
    runs = [code for report in reports for code in report.get("runs", [])]
    failed = [report["name"] for report in reports if report["failure"]]
    tally = {"exit codes": collections.Counter(runs), "faults (mixes)": collections.Counter(fault for report in reports for fault in report["faults"]),
             "kills": collections.Counter(kill for report in reports for kill in report["kills"])}
    print(f"\n{len(reports)} mixes, {len(runs)} runs, {sum(report.get('requests', 0) for report in reports)} requests, "
          f"{sum(report.get('documents', 0) for report in reports)} documents held against the ledger, "
          f"{sum(report.get('files_scanned', 0) for report in reports)} files searched for secrets, "
          f"{sum(report.get('repeats_after_kill', 0) for report in reports)} downloads in hand at a kill and repeated, {seconds:.0f} s")
    for what, counter in tally.items():
        print(f"{what}: " + ", ".join(f"{key} × {count}" for key, count in sorted(counter.items(), key=lambda item: str(item[0]))))
    print(f"FAILED: {len(failed)} ({', '.join(failed)})" if failed else "no document lost, none twice, nothing torn, no secret found")
    return 1 if failed else 0


def place_for_folders():
    """TMPDIR where it is set, else memory where there is enough: a disk that others keep busy holds each fsync for seconds, and a kill then meets
    downloads that wait for it."""
    memory = "/dev/shm"
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < MEMORY_BYTES_MIN:
        return None
    return memory


def run_named(names, jobs, keep=False):
    """0 when every mix passed. The folder of a failed mix is kept."""
    harness.moisson_path()
    folder = tempfile.mkdtemp(prefix="moisson-faults-", dir=place_for_folders())
    started = time.monotonic()
    reports = Pool(names, jobs, folder, keep).run()
    code = tell(reports, time.monotonic() - started)
    if code == 0 and not keep:
        shutil.rmtree(folder)
    else:
        print(f"kept: {folder}")
    return code


def main():
    if len(sys.argv) == 5 and sys.argv[1] == "--one":
        print(json.dumps(mixes.run_mix(*sys.argv[2:])))
        return 0
    parser = argparse.ArgumentParser(prog="tests/faults/soak", description="Random mixes of faults and kills over whole exports, checked after every run.")
    parser.add_argument("mixes", type=int, nargs="?", default=20, metavar="N", help="how many mixes (default 20)")
    parser.add_argument("--seed", type=int, help="the same seed replays the same mixes (default: a random one, printed)")
    parser.add_argument("--first", type=int, default=0, metavar="I", help="number of the first mix (default 0)")
    parser.add_argument("--jobs", type=int, default=2, help="mixes at once (default 2; runs mostly wait)")
    parser.add_argument("--replay", metavar="NAME", help="only this mix, SEED:NUMBER or alone:FAULT or kill:NUMBER")
    parser.add_argument("--keep", action="store_true", help="keep every mix's folder")
    chosen = parser.parse_args()
    if chosen.replay:
        print(mixes.Plan(chosen.replay).text())
        return run_named([chosen.replay], 1, True)
    seed = chosen.seed if chosen.seed is not None else int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}, {chosen.mixes} mixes, {chosen.jobs} at once", flush=True)
    return run_named([f"{seed}:{number}" for number in range(chosen.first, chosen.first + chosen.mixes)], chosen.jobs, chosen.keep)


if __name__ == "__main__":
    sys.exit(main())
