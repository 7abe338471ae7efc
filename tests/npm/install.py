"""Installs the npm packages that tests use, once for a build folder.

    install.py FOLDER     installs what package-lock.json names into FOLDER; does nothing when it is there already
    install.py --lock     writes package-lock.json anew after a change of package.json

The lock file holds versions and digests but no address of a registry: the machine's own npm configuration says where packages come from.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCK = "package-lock.json"
SECONDS_MAX = 800


def npm(*arguments, folder):
    program = shutil.which("npm")
    if program is None:
        sys.exit("npm is missing: tests/run installs it (see .ci/packages.sh)")
    environment = dict(os.environ)
    # npm writes its cache below the home folder; a process without one gets the folder that it installs into.
    if not os.access(environment.get("HOME", "/nonexistent"), os.W_OK):
        environment["HOME"] = str(folder)
    done = subprocess.run([program, *arguments, "--no-audit", "--no-fund", "--ignore-scripts", "--no-update-notifier"], cwd=folder,
                          env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    if done.returncode != 0:
        sys.exit(f"npm {arguments[0]} ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")


def node_version():
    program = shutil.which("node")
    if program is None:
        sys.exit("node is missing: tests/run installs it (see .ci/packages.sh)")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout.strip()
    if int(version.removeprefix("v").split(".", maxsplit=1)[0]) < 18:
        sys.exit(f"{program} is Node.js {version}; the tests need 18 or later")
    return version


def install(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs of one build folder
        wanted = hashlib.sha256((HERE / LOCK).read_bytes() + node_version().split(".", maxsplit=1)[0].encode()).hexdigest()
        stamp = folder / "installed"
        if stamp.exists() and stamp.read_text("utf-8") == wanted:
            return
        stamp.unlink(missing_ok=True)
        for name in ("package.json", LOCK):
            shutil.copyfile(HERE / name, folder / name)
        npm("ci", folder=folder)
        stamp.write_text(wanted, "utf-8")


def make_lock():
    npm("install", "--package-lock-only", "--omit-lockfile-registry-resolved", folder=HERE)
    lock = json.loads((HERE / LOCK).read_text("utf-8"))
    for package in lock["packages"].values():
        for member in ("resolved", "funding", "deprecated"):
            package.pop(member, None)
    (HERE / LOCK).write_text(json.dumps(lock, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2 or (sys.argv[1].startswith("-") and sys.argv[1] != "--lock"):
        sys.exit(__doc__)
    if sys.argv[1] == "--lock":
        make_lock()
    else:
        install(Path(sys.argv[1]).resolve())
