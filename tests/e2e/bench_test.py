"""Whoever makes something faster compares a build with an earlier one. If this fails, figures of one thing stand beside those of another, or
tests/bench/run leaves a person with a half comparison and no reason."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/bench"))

import compare  # noqa: E402

TABLE = """
== again: 200 contracts x 60 documents (goal: under 5 %)
                                                          wall    of the first             cpu     peak memory
  first run                                           {wall:>6} s         100.0 %          6.33 s          153 MB
      stages: start 0.04 s, lists and files {lists} s
  second run                                            1.50 s          20.5 %          1.33 s          126 MB
      stages: start 0.07 s, lists and files 0.26 s
"""
WORDS = """
== ledger and bundle: peers Python 3.11.2 csv
  csv     1000000 rows, 208 MB: {csv} s, 257 MB/s, 3.1 MB above the rows
          Python csv.writerows, rows prebuilt: 3.20 s; ratio 0.25
  tool wall   3.10 s (2.90..3.30)   0.80 x curl   curl 7.88.1
  2,000 invoices, {rate} a second by the clock
"""


def paired(own, other):
    return {cells[0]: cells[1:] for cells in compare.pair([compare.figures_of(text) for text in own], [compare.figures_of(text) for text in other])}


class Pairs(unittest.TestCase):
    def test_a_table(self):
        rows = paired([TABLE.format(wall="4.00", lists="1.00"), TABLE.format(wall="9.00", lists="1.00"), TABLE.format(wall="5.00", lists="2.00")],
                      [TABLE.format(wall="8.00", lists="0.50"), TABLE.format(wall="9.99", lists="0.50"), TABLE.format(wall="10.00", lists="0.50")])
        self.assertEqual(rows["first run: wall"], ("5.00 s", "9.99 s", "0.50"))
        self.assertEqual(rows["first run: of the first"], ("100.0 %", "100.0 %", "1.00"))
        self.assertEqual(rows["second run: peak memory"], ("126 MB", "126 MB", "1.00"))
        self.assertEqual(rows["first run: stages: lists and files"], ("1.00 s", "0.50 s", "2.00"))
        self.assertNotIn("second run: stages: start", rows)  # the same everywhere

    def test_words(self):
        rows = paired([WORDS.format(csv="0.80", rate="2,100")], [WORDS.format(csv="1.60", rate="300")])
        self.assertEqual(rows, {"csv 1000000 rows, 208 MB": ("0.80 s", "1.60 s", "0.50"),
                                "a second by the clock": ("2,100", "300", "7.00")})

    def test_what_one_of_them_lacks(self):
        whole, half = TABLE.format(wall="4.00", lists="1.00"), TABLE.format(wall="8.00", lists="1.00").partition("  second run")[0]
        rows = paired([whole], [half])
        self.assertEqual(rows["first run: wall"], ("4.00 s", "8.00 s", "0.50"))
        self.assertEqual(rows["second run: wall"], ("1.50 s", "not there", ""))
        self.assertEqual(paired([half], [whole])["second run: wall"], ("not there", "1.50 s", ""))


class Topics(unittest.TestCase):
    """Topics run by a script that stands in for topics.py."""

    def run_topics(self, script, *names):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "script.py"
            path.write_text(f"import sys\nbuild = sys.argv[sys.argv.index('--build') + 1]\nprint('moisson 1')\n{script}")
            driver = (f"import sys; sys.path.insert(0, {str(ROOT / 'tests/bench')!r}); import argparse, compare; from pathlib import Path; "
                      "given = argparse.Namespace(build=Path('now'), other_build=Path('then'), other_name='abc1234', rounds=2, to=None); "
                      f"compare.topics(Path({str(path)!r}), given, {list(names)!r}, lambda *_: 'moisson 1')")
            return subprocess.run([sys.executable, "-B", "-c", driver], capture_output=True, text=True, check=True).stdout

    def test_a_topic_that_the_other_build_cannot_do_is_not_there_and_the_next_one_runs(self):
        told = self.run_topics("if build == 'then' and sys.argv[-1] == 'group':\n    sys.exit('there is no option --part')\n"
                               "print('  once: 3.0 s' if build == 'now' else '  once: 6.0 s')", "group", "start")
        group, start = told.split("== ")[1:]
        self.assertRegex(group, r"once +3\.0 s +not there")
        self.assertIn("abc1234: ended early, what is missing is not there: there is no option --part", group)
        self.assertRegex(start, r"once +3\.0 s +6\.0 s +0\.50")


class Script(unittest.TestCase):
    """tests/bench/run, in a clone of its own: what it does depends on what is committed."""

    @classmethod
    def setUpClass(cls):
        if subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, check=False).returncode:
            raise unittest.SkipTest("no clone of the history")

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.clone = self.folder / "clone"
        self.git("clone", "--quiet", "--shared", "--no-checkout", str(ROOT), str(self.clone), within=self.folder)
        # As it stands here: what is being changed is tested too.
        self.git("checkout", "--quiet", "HEAD")
        for name in ("tests/bench/run", "tests/bench/compare.py", "tests/bench/topics.py"):
            shutil.copy(ROOT / name, self.clone / name)
        self.commit("as here")

    def git(self, *words, within=None):
        identity = ["-c", "user.name=test", "-c", "user.email=test@moisson.example", "-c", "commit.gpgsign=false", "-c", "safe.directory=*"]
        return subprocess.run(["git", *identity, *words], cwd=within or self.clone, check=True, capture_output=True, text=True).stdout

    def commit(self, words):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", words)

    def compare_with(self, name, code=1):
        """All that is told. No package is missing: what is not there is not to be installed by a test."""
        tools = self.folder / "tools"
        tools.mkdir(exist_ok=True)
        (tools / "dpkg-query").write_text("#!/bin/sh\necho installed\n")
        (tools / "dpkg-query").chmod(0o755)
        done = subprocess.run([str(self.clone / "tests/bench/run"), "--compare", name, "--rounds", "1", "json"], capture_output=True, text=True,
                              check=False, stdin=subprocess.DEVNULL,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "PATH": f"{tools}:{os.environ['PATH']}"})
        self.assertEqual(done.returncode, code, done)
        self.assertEqual(self.git("worktree", "list").count("\n"), 1, "a worktree was left")
        return done.stdout + done.stderr

    def commit_double(self, speed):
        """Sources whose build is a program and a benchmark that say what they are told to say."""
        lines = ["cmake_minimum_required(VERSION 3.25)", "project(double NONE)"]
        for name, words in {"moisson": "moisson 1.0.0", "tests/bench/bench_json": f"document list: {speed} MB/s"}.items():
            lines.append(f'file(WRITE ${{CMAKE_BINARY_DIR}}/{name} "#!/bin/sh\\necho {words}\\n")')
            lines.append(f"file(CHMOD ${{CMAKE_BINARY_DIR}}/{name} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)")
        (self.clone / "CMakeLists.txt").write_text("\n".join(lines) + "\n")
        self.commit(f"speed {speed}")

    def test_a_name_that_is_no_commit(self):
        self.assertIn("there is no commit nobody", self.compare_with("nobody"))
        self.assertIn("there is no commit --all", self.compare_with("--all"))

    def test_changes_that_are_no_commit(self):
        (self.clone / "README.md").write_text("changed\n")
        told = self.compare_with("HEAD")
        self.assertIn("README.md", told)
        self.assertIn("not committed", told)

    def test_two_commits_are_built_and_stand_side_by_side(self):
        self.commit_double("50.0")
        self.commit_double("90.0")
        short = self.git("rev-parse", "--short", "HEAD~1").strip()
        told = self.compare_with("HEAD~1", 0)
        self.assertRegex(told, rf"(?m)^ +today +{short} +ratio$")
        self.assertRegex(told, r"(?m)^  document list +90\.0 MB/s +50\.0 MB/s +1\.80$")
        built = self.clone / "build/bench/compare" / self.git("rev-parse", "HEAD~1").strip() / "built"
        before = built.stat().st_mtime_ns
        self.compare_with(short, 0)
        self.assertEqual(built.stat().st_mtime_ns, before, "what was built once is built again")

    def test_a_commit_that_does_not_build(self):
        """The configuration of its own sources fails, with its reason."""
        (self.clone / "CMakeLists.txt").write_text('cmake_minimum_required(VERSION 3.25)\nproject(broken NONE)\nmessage(FATAL_ERROR "a room is missing")\n')
        self.commit("broken")
        self.commit("mended")
        told = self.compare_with("HEAD~1")
        self.assertIn("a room is missing", told)
        self.assertIn("HEAD~1 does not build", told)


if __name__ == "__main__":
    unittest.main(verbosity=2)
