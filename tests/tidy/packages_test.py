"""If this fails, building needs a network although all is there, or a machine that installs what is missing keeps libraries with known holes.

apt-get and dpkg-query are stand-ins that note how they are called: the real ones would change this machine.
"""

import os
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

DPKG_QUERY = """#!/bin/sh
# Whether a package is installed, and what packages depend on.
case "$*" in
*Status*) for last; do :; done; [ -e "$SCENE/installed/$last" ] && printf installed ;;
*Depends*) printf 'libexpat1 (= 2.5.0), libexpat1-dev\\nlibssl3 (>= 3), perl:any | libfoo2:any\\nzlib1g (= 1:1.2)\\ndebconf\\n' ;;
esac
"""

APT_GET = """#!/bin/sh
echo "$*" >> "$SCENE/calls"
case "$*" in
*--simulate*) shift; cat "$SCENE/newer" 2>/dev/null ;;
*--only-upgrade*) [ ! -e "$SCENE/no-upgrade" ] ;;
install*) for name in "$@"; do touch "$SCENE/installed/$name"; done ;;
update*) [ ! -e "$SCENE/no-network" ] ;;
esac
"""


class Packages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.scene = Path(folder.name)
        (self.scene / "installed").mkdir()
        (self.scene / "bin").mkdir()
        for name, text in {"dpkg-query": DPKG_QUERY, "apt-get": APT_GET, "sudo": '#!/bin/sh\nexec "$@"\n'}.items():
            path = self.scene / "bin" / name
            path.write_text(text, "utf-8")
            path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def have(self, *names):
        for name in names:
            (self.scene / "installed" / name).touch()

    def ensure(self, *names):
        result = subprocess.run(["bash", "-c", 'set -euo pipefail; . "$0"; ensure_packages "$@"', str(ROOT / ".ci/packages.sh"), *names],
                                env={"PATH": f"{self.scene}/bin:/usr/bin:/bin", "SCENE": str(self.scene)}, capture_output=True, text=True, check=False)
        calls = self.scene / "calls"
        return result, calls.read_text("utf-8").splitlines() if calls.exists() else []

    def test_nothing_is_asked_of_anyone_when_all_is_there(self):
        self.have("g++", "cmake")
        result, calls = self.ensure("g++", "cmake")
        self.assertEqual((result.returncode, result.stdout, result.stderr, calls), (0, "", "", []))

    def test_what_is_missing_is_installed_and_its_libraries_are_brought_up_to_date(self):
        self.have("g++")
        (self.scene / "newer").write_text("NOTE: a simulation\nInst libexpat1 [2.5.0-1] (2.5.0-2 Debian)\nInst zlib1g [1] (2 Debian)\n"
                                          "Inst libnew1 (1 Debian)\nConf libexpat1 (2.5.0-2 Debian)\n", "utf-8")
        result, calls = self.ensure("g++", "cmake")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(calls[0], "update -q")
        self.assertEqual(calls[1], "install -q -y --no-install-recommends cmake")
        # Libraries alone, and only where they are installed already.
        self.assertEqual(calls[2], "install --simulate --only-upgrade --no-install-recommends libexpat1 libfoo2 libssl3 zlib1g")
        self.assertEqual(calls[3:], ["install -q -y --only-upgrade --no-install-recommends libexpat1 zlib1g"])
        self.assertIn("libexpat1 zlib1g", result.stderr)

    def test_updates_that_cannot_be_had_are_said_and_stop_nothing(self):
        (self.scene / "newer").write_text("Inst libexpat1 [2.5.0-1] (2.5.0-2 Debian)\n", "utf-8")
        (self.scene / "no-upgrade").touch()
        result, _ = self.ensure("cmake")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("could not be brought up to date", result.stderr)

    def test_a_missing_package_that_cannot_be_had_stops(self):
        (self.scene / "no-network").touch()
        result, calls = self.ensure("cmake")
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(calls, ["update -q"])


if __name__ == "__main__":
    os.environ.pop("BASH_ENV", None)
    unittest.main(verbosity=2)
