"""Who can read, change or foist files: modes under every umask, planted links, folders of earlier versions."""

import json
import os
import shutil
import stat
import subprocess
import unittest

from harness import ENVIRONMENT, PROGRAM, ROOT, Case, run

NOBODY = 65534


def modes(folder):
    """{path below the folder: its mode}, links left out; with the folder itself as "."."""
    found = {}
    for place, folders, files in os.walk(folder):
        for name in [".", *files] if place == str(folder) else files:
            found[os.path.relpath(os.path.join(place, name), folder)] = stat.S_IMODE(os.lstat(os.path.join(place, name)).st_mode)
        for name in folders:
            found[os.path.relpath(os.path.join(place, name), folder) + "/"] = stat.S_IMODE(os.lstat(os.path.join(place, name)).st_mode)
    return found


class Files(Case):
    def export(self, *arguments, scenario="clean", **options):
        return run("export", "--sandbox", "--scenario", scenario, "--period", "2026-10", *arguments, folder=self.folder, **options)

    def job(self, *lines):
        path = self.folder / "job.toml"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    def check_state(self, folder):
        """Nobody but the owner gets at state, objects, journals and locks."""
        for path, mode in modes(folder).items():
            self.assertEqual(mode, 0o700 if path.endswith("/") or path == "." else 0o600, path)

    def check_month(self, month, file_mode):
        folder_mode = file_mode | (file_mode & 0o444) >> 2
        for path, mode in modes(month).items():
            self.assertEqual(mode, folder_mode if path.endswith("/") or path == "." else file_mode, path)


class Modes(Files):
    def test_whatever_the_umask(self):
        """A CI runner with umask 000 would let every user of the machine change invoices; one with 077 would lock the accountants out."""
        seen = []
        for mask in (0o000, 0o022, 0o027, 0o077):
            with self.subTest(umask=oct(mask)):
                out = self.folder / f"out-{mask:o}"
                result = self.export("--out", out, "--template", "csv-fr", umask=mask, environment={"SOURCE_DATE_EPOCH": "1795348800"})
                self.assertEqual(result.code, 0, result)
                self.check_state(out / ".moisson")
                self.check_month(out / "2026-10", 0o640)
                self.assertGreater(len(modes(out / "2026-10" / "erp")), 1, "files in a folder were looked at, too")
                self.assertEqual([stat.S_IMODE(path.stat().st_mode) for path in out.glob(".moisson-folder*")], [0o600])
                self.assertEqual(stat.S_IMODE(out.stat().st_mode) & 0o002, 0)
                seen.append((out / "2026-10" / "bundle.zip").read_bytes())
                again = self.export("--out", out, "--template", "csv-fr", umask=mask)  # takes files over from the month that is there
                self.assertEqual(again.code, 0, again)
                self.check_month(out / "2026-10", 0o640)
        self.assertEqual(len(set(seen)), 1, "the bytes do not hang on the umask")

    def test_file_mode_of_the_job(self):
        """An archive that another user collects could not be collected, or one that nobody may see would be seen."""
        for mode in ("0600", "0644", "0660", "640"):
            with self.subTest(mode=mode):
                result = self.export(self.job("[output]", f'file_mode = "{mode}"'), "--out", f"out-{mode}", umask=0o077)
                self.assertEqual(result.code, 0, result)
                self.check_month(self.folder / f"out-{mode}" / "2026-10", int(mode, 8))
                self.check_state(self.folder / f"out-{mode}" / ".moisson")
        for mode, words in (("0666", "every user of this machine could change"), ("0642", "every user"), ("0750", "never programs"), ("0440", "owner"),
                            ("rw-r-----", "octal"), ("0648", "octal"), ("4640", "never programs"), ("00640", "octal"), ("", "empty")):
            with self.subTest(mode=mode):
                result = self.export(self.job("[output]", f'file_mode = "{mode}"'))
                self.assertEqual(result.code, 2, result)
                self.assertIn("job.toml:2", result.err)
                self.assertIn(words, result.err)

    def test_what_an_earlier_version_left_open_is_closed(self):
        """Invoices of years would stay readable for every user after the update."""
        self.assertEqual(self.export().code, 0)
        state = self.folder / "out" / ".moisson"
        for path in (state, *state.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        result = self.export()
        self.assertEqual(result.code, 0, result)
        self.check_state(state)
        self.assertIn("other users of this machine could use what an earlier run keeps", result.err)
        self.assertNotIn("other users", self.export().err)

    def test_a_folder_that_the_user_chose_keeps_its_mode(self):
        """`MOISSON_STATE=sqlite:/srv/shared/state.sqlite3` would lock everybody else out of /srv/shared."""
        shared = self.folder / "shared"
        shared.mkdir()
        shared.chmod(0o755)
        (shared / "of-others").write_text("")
        result = self.export(environment={"MOISSON_STATE": f"sqlite:{shared}/state.sqlite3"}, umask=0)
        self.assertEqual(result.code, 0, result)
        found = modes(shared)
        self.assertEqual(found.pop("."), 0o755)
        self.assertEqual(found.pop("of-others"), 0o644)
        self.assertGreater(len(found), 5)
        for path, mode in found.items():
            self.assertEqual(mode, 0o700 if path.endswith("/") else 0o600, path)

    def test_a_document_on_its_own(self):
        """`documents get` would leave a file that only its maker reads, or that everybody changes."""
        sandbox = self.sandbox("--scenario", "clean")
        listed = run("documents", "list", "--contract", "OCB0001001", "--json", folder=self.folder, environment=sandbox.environment)
        self.assertEqual(listed.code, 0, listed)
        document = json.loads(listed.out)["documents"][0]["id"]
        result = run("documents", "get", document, "--contract", "OCB0001001", folder=self.folder, environment=sandbox.environment, umask=0)
        self.assertEqual(result.code, 0, result)
        made = [path for path in self.folder.iterdir() if path.suffix in (".pdf", ".csv", ".xlsx", ".zip")]
        self.assertEqual([stat.S_IMODE(path.stat().st_mode) for path in made], [0o640], made)
        self.assertEqual([path.name for path in self.folder.iterdir() if ".part" in path.name], [])

    def test_a_folder_in_which_all_may_replace_is_named(self):
        """In a folder of mode 0777 another user replaces the month, and nobody is told."""
        out = self.folder / "out"
        out.mkdir()
        out.chmod(0o777)
        result = self.export()
        self.assertEqual(result.code, 0, result)
        self.assertIn("every user of this machine can replace what is in out", result.err)
        doctor = run("doctor", "--sandbox", folder=self.folder)
        self.assertIn("every user of this machine can replace what is in", doctor.out + doctor.err)
        out.chmod(0o1777)
        self.assertNotIn("can replace", self.export().err)


class Links(Files):
    def setUp(self):
        super().setUp()
        self.folder.chmod(0o755)
        self.open_to_all = self.folder / "all"
        self.open_to_all.mkdir()
        self.open_to_all.chmod(0o1777)
        self.precious = self.folder / "precious"
        self.precious.write_text("written by hand\n")
        self.job_folder = self.folder / "own"
        self.job_folder.mkdir()

    def as_victim(self):
        """An unprivileged user, when the test itself is root: its files are what the neighbour is after."""
        if os.geteuid() != 0:
            return {}
        for path in (self.precious, self.job_folder):
            os.chown(path, NOBODY, NOBODY)
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []}

    def test_planted_names_of_temporary_files(self):
        """A neighbour who plants links where temporary files will be would have a victim's own files overwritten."""
        metrics = self.open_to_all / "moisson.prom"
        # The shell plants for its own process id, and becomes the program.
        script = ('for n in 0 1 2 3 4 5 6 7 8 9; do ln -s "$VICTIM" "$METRICS.$$.$n.part"; done; ln -s "$VICTIM" "$METRICS.part"; '
                  'exec "$PROGRAM" export --sandbox --scenario clean --period 2026-10 --out "$OUT" --metrics "$METRICS"')
        result = subprocess.run(["sh", "-c", script], cwd=self.job_folder, capture_output=True, text=True, timeout=120, check=False,
                                env={**ENVIRONMENT, "VICTIM": str(self.precious), "METRICS": str(metrics), "PROGRAM": PROGRAM,
                                     "OUT": str(self.job_folder / "out")}, **self.as_victim())
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.precious.read_text(), "written by hand\n")
        self.assertIn("moisson_", metrics.read_text())
        self.assertFalse(metrics.is_symlink())

    def test_another_users_link_at_the_target(self):
        """A neighbour's link at the metrics' name would send what is written into a victim's file."""
        metrics = self.open_to_all / "moisson.prom"
        metrics.symlink_to(self.precious)
        options = self.as_victim()
        result = run("export", "--sandbox", "--scenario", "clean", "--period", "2026-10", "--metrics", metrics, folder=self.job_folder, **options)
        # The kernel lets nobody replace another's link in such a folder: the metrics cannot be written, and that is told.
        self.assertEqual(result.code, 7 if options else 0, result)
        self.assertEqual(self.precious.read_text(), "written by hand\n")

    def test_a_link_at_the_target_is_replaced_itself(self):
        """A link at the metrics' name, or at the month's, would send what is written to where it points."""
        metrics = self.job_folder / "moisson.prom"
        metrics.symlink_to(self.precious)
        kept = self.folder / "kept"
        kept.mkdir()
        (kept / "notes.txt").write_text("of another\n")
        out = self.job_folder / "out"
        out.mkdir()
        options = self.as_victim()
        (out / "2026-10").symlink_to(kept)
        if options:
            os.chown(out, NOBODY, NOBODY)
        result = run("export", "--sandbox", "--scenario", "clean", "--period", "2026-10", "--out", out, "--metrics", metrics, folder=self.job_folder,
                     **options)
        self.assertEqual(result.code, 0, result)
        self.assertFalse(metrics.is_symlink())
        self.assertEqual(self.precious.read_text(), "written by hand\n")
        self.assertFalse((out / "2026-10").is_symlink())
        self.assertEqual([path.name for path in kept.iterdir()], ["notes.txt"])

    def test_planted_locks_and_journals(self):
        """A link at the name of the lock, the state or a journal would have a victim's file cut to nothing."""
        for name in ("state.sqlite3.lock", "state.sqlite3.fetched", "state.sqlite3", "state.sqlite3.new", "state.sqlite3.fetched.part"):
            with self.subTest(name=name):
                shutil.rmtree(self.open_to_all)
                self.open_to_all.mkdir()
                self.open_to_all.chmod(0o1777)
                (self.open_to_all / name).symlink_to(self.precious)
                result = self.export("--out", self.job_folder / f"out-{name}", environment={"MOISSON_STATE": f"sqlite:{self.open_to_all}/state.sqlite3"})
                self.assertEqual(self.precious.read_text(), "written by hand\n", result)
                self.assertEqual(stat.S_IMODE(self.precious.stat().st_mode), 0o644)
                self.assertIn(result.code, (0, 7), result)

    def test_a_planted_month_is_no_leftover(self):
        """Where every user may write, a neighbour's folder of the right name would be taken for a month that had stepped aside, and published."""
        if os.geteuid() != 0:
            self.skipTest("needs a second user")
        planted = self.open_to_all / ".2026-09.earlier.moisson-part"
        planted.mkdir()
        (planted / "ledger.csv").write_text("forged\n")
        result = run("export", "--sandbox", "--scenario", "clean", "--period", "2026-10", "--out", self.open_to_all, folder=self.job_folder,
                     **self.as_victim())
        self.assertEqual(result.code, 0, result)
        self.assertFalse((self.open_to_all / "2026-09").exists())
        self.assertTrue(planted.exists())

    def test_an_access_log_behind_a_link(self):
        """The sandbox's log would be written into a file that a neighbour chose; /dev/stdout, a link as well, would be refused."""
        (self.open_to_all / "log").symlink_to(self.precious)
        refused = run("sandbox", "--access-log", self.open_to_all / "log", "--for", "1", folder=self.folder)
        self.assertEqual(refused.code, 7, refused)
        self.assertEqual(run("sandbox", "--access-log", "/dev/stderr", "--for", "1", folder=self.folder).code, 0)
        self.assertEqual(self.precious.read_text(), "written by hand\n")


class Examples(unittest.TestCase):
    def test_ci_publishes_months_and_never_the_state(self):
        """Whoever copies README's example would hand state and objects to everyone who may read the job's artifacts."""
        text = (ROOT / "README.md").read_text("utf-8")
        artifacts = [line for line in text.splitlines() if line.strip().startswith("artifacts:")]
        self.assertEqual(len(artifacts), 1)
        self.assertIn("paths: [published/]", artifacts[0])
        # What run-month puts there is the month's own folder.
        self.assertIn("MOISSON_ARTIFACTS: $CI_PROJECT_DIR/published", text)


if __name__ == "__main__":
    unittest.main()
