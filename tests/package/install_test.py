"""The Debian package in a fresh Debian 12: installed by apt, used by an unprivileged user with a read-only root and no network but loopback,
completed, read about, upgraded, put into a container's root, and removed without a trace.

    install_test.py BUILD_FOLDER       by ctest; ends with 77 (skipped) where the machine does not allow it, and says why

The first run fetches Debian's packages and keeps them in BUILD_FOLDER/debian12; later ones need no network. The package is made of what is
built there: nothing is compiled.
"""

import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
MIRROR = "http://deb.debian.org/debian"
UID = 65532
SKIPPED = 77
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
# Bookkeeping of apt and dpkg, caches, and what any installation of any package touches.
OWN_TRACES = re.compile(r"/(var/(log|cache|lib/(apt|dpkg|systemd/deb-systemd-helper-.*))|etc/ld\.so\.cache|etc/(passwd|group|shadow|gshadow|subuid|subgid)-?"
                        r"|etc/\.pwd\.lock|run|tmp|proc|sys|dev|usr/share/mime)(/|$)")


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          **{"timeout": 600, "env": ENVIRONMENT, **options})
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def why_not():
    """Why this machine cannot do it; empty: it can."""
    if os.geteuid() != 0:
        return "it needs root (chroot, other users)"
    if not shutil.which("mmdebstrap"):
        return "mmdebstrap is not installed"
    probe = subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "true"], capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        return f"namespaces are not allowed here: {probe.stderr.strip()}"
    return ""


def run_in(root, *command, **environment):
    """As root in that folder, with the machine's network: apt."""
    # A mount namespace of its own: nothing stays mounted, whatever happens.
    inside = 'mount --make-rprivate / && mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/tmp" && exec chroot "$0" "$@"'
    return run("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", inside, root, *command, env={**ENVIRONMENT, **environment})


class System:
    """A fresh Debian: a layer of its own over the base, so that what was changed is what the layer holds."""

    def __init__(self, base, scene):
        self.base = base
        self.layer = scene / "layer"
        self.folder = scene / "root"
        for folder in (self.layer, scene / "work", self.folder):
            folder.mkdir()
        run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={base},upperdir={self.layer},workdir={scene / 'work'}", self.folder)

    def close(self):
        run("umount", self.folder)

    def run(self, *command, **environment):
        return run_in(self.folder, *command, **environment)

    def install(self, *what):
        """Packages, by apt, from what the base keeps where that is enough."""
        return self.run("apt-get", "install", "-q", "-y", "--no-install-recommends", *what)

    def as_nobody(self, script, check=True):
        """The script in a shell of a user without a name, a home and an environment: root read-only, /tmp noexec, /srv its own, no network
        but loopback."""
        inside = (f'mount --make-rprivate / && mount --bind "$0" "$0" && mount -t proc proc "$0/proc" && '
                  f'mount -t tmpfs -o mode=1777,noexec,nosuid,nodev tmpfs "$0/tmp" && mount -t tmpfs -o uid={UID},mode=0700,noexec tmpfs "$0/srv" && '
                  'mount -o remount,bind,ro "$0" && "$1" -B -c "$2" && '
                  f'exec chroot --userspec={UID}:{UID} --groups= "$0" /usr/bin/env -i PATH=/usr/bin:/bin /bin/sh -euc "$3"')
        command = ["unshare", "--mount", "--net", "--pid", "--ipc", "--fork", "--kill-child", "sh", "-c", inside, str(self.folder), sys.executable,
                   LOOPBACK_UP, f"cd /srv\n{script}"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False, env=ENVIRONMENT)
        if check and done.returncode != 0:
            raise AssertionError(f"{script}\nended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done

    def changed(self):
        """What is not as it was in the base, without bookkeeping."""
        found = []
        for folder, folders, names in os.walk(self.layer):
            for name in folders + names:
                shown = str((Path(folder) / name).relative_to(self.layer))
                if not OWN_TRACES.match("/" + shown) and what_is(self.folder / shown) != what_is(self.base / shown):
                    found.append("/" + shown)
        return sorted(found)


def what_is(path):
    """None: nothing."""
    try:
        state = path.lstat()
    except FileNotFoundError:
        return None
    content = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(state.st_mode) else ""
    return stat.filemode(state.st_mode), state.st_uid, state.st_gid, content


# SIOCSIFFLAGS on lo: no program of a minimal system does it.
LOOPBACK_UP = """
import fcntl, socket, struct
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    fcntl.ioctl(control, 0x8914, struct.pack("16sh22x", b"lo", 0x1 | 0x40))
"""


def make_package(folder):
    """The package of what is built, packed anew."""
    run("cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", folder, cwd=folder, umask=0o022)
    return next(Path(folder).glob("moisson_*.deb"))


def make_base(package):
    """A minimal Debian 12, with the packages that the test is going to install kept in apt's cache."""
    base = BUILD / "debian12"
    root = base / "root"
    made = base / "made"
    fetched = base / "fetched"
    if not made.exists():
        shutil.rmtree(base, ignore_errors=True)
        base.mkdir(parents=True)
        command = ["mmdebstrap", "--variant=minbase", "--quiet", "--skip=cleanup/apt", "bookworm", str(root), MIRROR]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=800, check=False,
                              env={**os.environ, **ENVIRONMENT})
        if done.returncode != 0:
            raise unittest.SkipTest(f"no Debian could be fetched: {done.stderr[-500:]}")
        for name in ("apt/apt.conf", "resolv.conf", "hosts"):  # the caller's proxy
            source = Path("/etc") / name
            if source.is_file():
                shutil.copy(source, root / "etc" / name)
        # A root that is thrown away needs no care for the disk.
        (root / "etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n", "utf-8")
        made.touch()
    wanted = run("dpkg-deb", "--field", package, "Depends")
    if not fetched.exists() or fetched.read_text("utf-8") != wanted:
        shutil.copy(package, root / "var/cache/moisson.deb")
        run_in(root, "apt-get", "install", "-q", "-y", "--no-install-recommends", "--download-only", "/var/cache/moisson.deb", "man-db",
               "ca-certificates", "curl")
        (root / "var/cache/moisson.deb").unlink()
        fetched.write_text(wanted, "utf-8")
    return root


def prepare(case, kind):
    """(a folder that goes with the test, a fresh system in it)"""
    scene = Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=BUILD))
    case.addClassCleanup(shutil.rmtree, scene, ignore_errors=True)
    system = System(make_base(PACKAGE[0]), scene)
    case.addClassCleanup(system.close)
    return scene, system


# Packed once, by setUpModule.
PACKAGE = []


def setUpModule():  # pylint: disable=invalid-name
    folder = Path(tempfile.mkdtemp(prefix="packed-", dir=BUILD))
    unittest.addModuleCleanup(shutil.rmtree, folder, ignore_errors=True)
    PACKAGE.append(make_package(folder))


class Package(unittest.TestCase):
    """One after the other, in the order of their names, in one system: what a person does with it."""

    @classmethod
    def setUpClass(cls):
        cls.package = PACKAGE[0]
        cls.scene, cls.system = prepare(cls, "installed")
        shutil.copy(cls.package, cls.system.folder / "var/cache/")
        cls.inside = f"/var/cache/{cls.package.name}"

    def test_a_the_same_bytes_twice(self):
        """Nobody could tell whether a package holds what was published."""
        (self.scene / "second").mkdir()
        os.utime(BUILD / "moisson")
        self.assertEqual(make_package(self.scene / "second").read_bytes(), self.package.read_bytes())

    def test_b_lintian_finds_no_error(self):
        """Debian's own judge of packages."""
        told = run("lintian", "--allow-root", "--fail-on", "error", "--tag-display-limit", "0", self.package)
        print(told)
        self.assertNotRegex(told, r"(?m)^E:")

    def test_c_apt_installs_it(self):
        """The first command of the documents would fail on a machine that has nothing else."""
        self.system.install(self.inside)
        self.assertIn("moisson 1.", self.system.run("moisson", "--version"))
        passwd = (self.system.folder / "etc/passwd").read_text("utf-8")
        self.assertRegex(passwd, r"(?m)^moisson:x:\d+:\d+:[^:]*:/var/lib/moisson:/usr/sbin/nologin$")
        self.assertEqual([path for path in self.system.folder.glob("etc/systemd/system/**/*moisson*")], [], "a unit is enabled")
        self.assertTrue((self.system.folder / "lib/systemd/system/moisson.timer").is_file())
        for path in self.system.run("dpkg", "-L", "moisson").splitlines():
            mode = (self.system.folder / path.lstrip("/")).lstat().st_mode
            self.assertFalse(mode & 0o022 and not stat.S_ISLNK(mode), f"{path} can be written by others")

    def test_d_an_unprivileged_user_exports(self):
        """Root everywhere, a writable root, a home and a network are what hardened machines do not give."""
        done = self.system.as_nobody("moisson export --sandbox --scenario clean --rate 0 --out /srv/out\n"
                                     "moisson verify /srv/out/2*\n"
                                     "ls /srv/out/2*/ledger.xlsx /srv/out/2*/bundle.zip")
        self.assertIn("ledger.xlsx", done.stdout)
        # What holds it is real: the root is read-only, the network is gone.
        self.assertNotEqual(self.system.as_nobody("touch /etc/x", check=False).returncode, 0)
        refused = self.system.as_nobody("export MOISSON_BASIC=eDp5 MOISSON_API_KEY=0123456789012345678901234567890123456789; moisson contracts list",
                                        check=False)
        self.assertEqual(refused.returncode, 5, refused.stderr)

    def test_e_bash_completes(self):
        """`moisson exp<TAB>`"""
        script = (". /usr/share/bash-completion/completions/moisson; COMP_WORDS=(moisson exp); COMP_CWORD=1; _moisson; echo \"=${COMPREPLY[*]}=\"; "
                  "complete -p moisson")
        told = self.system.run("bash", "-i", "-c", script)
        self.assertIn("=export explain=", told)
        self.assertIn("complete -F _moisson moisson", told)

    def test_g_an_upgrade_keeps_settings_and_months(self):
        """A person's job file, or the books of years, would be gone with the next version."""
        older = self.scene / "older"
        run("dpkg-deb", "--raw-extract", self.package, older)
        control = older / "DEBIAN/control"
        control.write_text(re.sub(r"(?m)^Version: .*$", "Version: 0.9", control.read_text("utf-8")), "utf-8")
        run("dpkg-deb", "--root-owner-group", "--build", older, self.system.folder / "var/cache/older.deb")
        self.system.run("apt-get", "install", "-q", "-y", "--allow-downgrades", "--no-install-recommends", "/var/cache/older.deb")
        job = self.system.folder / "etc/moisson/monthly.toml"
        job.write_text(job.read_text("utf-8") + "# mine\n", "utf-8")
        months = self.system.folder / "var/lib/moisson"
        self.system.run("install", "-d", "-o", "moisson", "-g", "moisson", "-m", "0750", "/var/lib/moisson/out")
        (months / "out/ledger.csv").write_text("books\n", "utf-8")
        self.system.install(self.inside)
        self.assertIn("# mine", job.read_text("utf-8"))
        self.assertEqual((months / "out/ledger.csv").read_text("utf-8"), "books\n")

    def test_h_the_script_of_the_jobs_runs(self):
        """What every scheduler's file calls."""
        done = self.system.as_nobody("mkdir out\nMOISSON_OUT=/srv/out MOISSON_ARTIFACTS=/srv/kept MOISSON_MONTH=2026-09 "
                                     "/usr/share/moisson/jobs/run-month --sandbox --scenario clean --rate 0\nls kept/2026-09/ledger.csv")
        self.assertIn("complete", done.stderr)
        done = self.system.as_nobody("MOISSON_OUT=/srv/never-mounted /usr/share/moisson/jobs/run-month --sandbox", check=False)
        self.assertEqual(done.returncode, 7)

    def test_i_purging_keeps_months_and_then_leaves_no_trace(self):
        """Books would go with a package, or files stay behind that nobody knows."""
        secrets = self.system.folder / "etc/moisson/credentials"
        secrets.mkdir(mode=0o700)
        (secrets / "api-key").write_text("secret", "utf-8")
        self.system.run("apt-get", "purge", "-q", "-y", "moisson")
        self.assertEqual((self.system.folder / "var/lib/moisson/out/ledger.csv").read_text("utf-8"), "books\n")
        self.assertFalse((self.system.folder / "etc/moisson").exists(), "secrets are left behind")
        self.system.install(self.inside)
        shutil.rmtree(self.system.folder / "var/lib/moisson")
        self.system.run("apt-get", "purge", "-q", "-y", "--autoremove", "moisson")
        self.assertEqual(self.system.changed(), [])
        for name in ("passwd", "group", "shadow"):
            self.assertNotIn("moisson", (self.system.folder / "etc" / name).read_text("utf-8"))
        self.assertEqual([str(path) for path in self.system.folder.rglob("*moisson*") if path.name != self.package.name and "deb" != path.suffix[1:]
                          and not OWN_TRACES.match("/" + str(path.relative_to(self.system.folder)))], [])


class Container(unittest.TestCase):
    """The recipe's steps, done in a root of their own: no container engine is needed to see what an image would be like."""

    def test_an_image_runs_without_root_home_and_name(self):
        """The pod of a hardened cluster would not start, or would fail where it writes."""
        recipe = (ROOT / "jobs/container/Containerfile").read_text("utf-8").replace("\\\n", " ")
        steps = re.findall(r"^([A-Z]+) (.*)$", recipe, re.M)
        self.assertEqual([name for name, _ in steps], ["FROM", "COPY", "RUN", "USER", "WORKDIR", "ENV", "CMD"])
        told = dict(steps)
        self.assertEqual(told["FROM"], "docker.io/library/debian:12-slim")
        self.assertEqual(told["USER"], f"{UID}:{UID}")
        _, system = prepare(type(self), "container")
        # /tmp is the caller's own in System.run: the step's files go where it looks for them.
        step = told["RUN"].replace("/tmp/", "/opt/").replace("apt-get update", "true")  # the base's lists are those of its packages
        shutil.copy(PACKAGE[0], system.folder / "opt/")
        system.run("sh", "-euc", step)
        self.assertEqual(list((system.folder / "opt").iterdir()), [])
        state = (system.folder / "srv/moisson").stat()
        self.assertEqual((state.st_uid, stat.S_IMODE(state.st_mode)), (UID, 0o750))
        self.assertNotIn(f":{UID}:", (system.folder / "etc/passwd").read_text("utf-8"))
        done = system.as_nobody("test -z \"${HOME:-}\"; ! id -un 2>/dev/null; ! cp /bin/true /tmp/x || ! /tmp/x\n"
                                "mkdir months; export MOISSON_OUT=/srv/months; run-month --sandbox --scenario clean --rate 0\n"
                                "moisson doctor --sandbox --out /srv/months || test $? -eq 2; moisson --help >/dev/null; moisson help findings >/dev/null")
        self.assertIn("is published and complete", done.stderr)
        self.read_the_manual(system)

    def read_the_manual(self, system):
        """`man moisson` would say "No manual entry"."""
        shutil.copytree(system.base / "var/lib/apt/lists", system.folder / "var/lib/apt/lists", dirs_exist_ok=True)  # an image has none
        system.install("man-db")
        self.assertIn("monthly export of cloud invoices", system.run("man", "moisson", MANPAGER="cat"))
        self.assertIn("MOISSON-JOB(5)", system.run("man", "5", "moisson-job", MANPAGER="cat"))
        self.assertIn("MOISSON-EXPORT(1)", system.run("man", "moisson-export", MANPAGER="cat"))


if __name__ == "__main__":
    if BUILD is None:
        sys.exit(__doc__)
    REASON = why_not()
    if REASON:
        print(f"skipped: {REASON}")
        sys.exit(SKIPPED)
    if os.environ.get("MOISSON_PACKAGE_TEST") != "inside":
        # In a mount namespace of its own: whatever happens, nothing stays mounted.
        os.environ["MOISSON_PACKAGE_TEST"] = "inside"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, "-B", __file__, str(BUILD), *sys.argv[1:]])
    RESULT = unittest.main(verbosity=2, exit=False).result
    sys.exit(1 if not RESULT.wasSuccessful() else SKIPPED if RESULT.skipped else 0)
