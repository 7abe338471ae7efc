"""Disks, folders and state files that fail: exit 7, nothing half-published, the earlier month intact."""

import os
import resource
import sqlite3
import subprocess
import unittest
from pathlib import Path

from harness import Case, digests_of, end, finish, start, tree_of


class Failing(Case):
    def setUp(self):
        super().setUp()
        self.served = self.sandbox("--scenario", "clean")
        self.arguments = ("export", "--period", "2026-10", "--rate", "0")

    def export(self, *more, **options):
        return self.run_moisson(*self.arguments, *more, environment=self.served.environment, **options)

    def test_file_in_the_place_of_the_output_folder(self):
        """An output folder that cannot be written would end in a crash or in silence."""
        (self.folder / "taken").write_text("a file")
        result = self.export("--out", "taken")
        self.assertEqual(result.code, 7, result)
        self.assertIn("taken", result.err)
        self.assertEqual((self.folder / "taken").read_text(), "a file")

    def test_folder_that_cannot_be_made(self):
        """The message would not say which folder."""
        result = self.export("--out", "/proc/moisson-out")
        self.assertEqual(result.code, 7, result)
        self.assertIn("/proc/moisson-out", result.err)

    @unittest.skipIf(os.geteuid() == 0, "root writes everywhere")
    def test_read_only_folder(self):
        """A read-only mount would crash the run."""
        (self.folder / "fixed").mkdir(mode=0o555)
        self.assertEqual(self.export("--out", "fixed").code, 7)

    def limited(self, bytes_max):
        """A run whose files may not grow past a size: the write fails as on a full disk."""
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, bytes_max))
            import signal
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

        process = start(*self.arguments, folder=self.folder, environment=self.served.environment, preexec_fn=limit)
        self.addCleanup(end, process)
        return finish(process)

    def test_full_disk_publishes_nothing(self):
        """A full disk would leave a ledger cut in the middle of a row."""
        for bytes_max in (2_000, 20_000, 60_000):
            with self.subTest(bytes_max=bytes_max):
                result = self.limited(bytes_max)
                self.assertEqual(result.code, 7, result)
                self.assertFalse((self.folder / "out/2026-10").exists())
        self.assertEqual(self.export().code, 0)

    def test_full_disk_keeps_the_earlier_month(self):
        """A full disk would destroy last month's archive."""
        self.assertEqual(self.export().code, 0)
        before = tree_of(self.folder / "out/2026-10")
        self.served.stop()
        port = self.served.environment["MOISSON_API_URL"].split(":")[2].split("/")[0]
        self.served = self.sandbox("--scenario", "clean", "--seed", "4711", "--port", port)
        result = self.limited(20_000)
        self.assertEqual(result.code, 7, result)
        self.assertEqual(tree_of(self.folder / "out/2026-10"), before)

    def test_small_file_system(self):
        """The same on a real file system without room."""
        mount = self.folder / "mount"
        mount.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(mount)], capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("may not mount a file system here")
        self.addCleanup(subprocess.run, ["umount", str(mount)], check=False)
        result = self.export("--out", str(mount / "out"))
        self.assertEqual(result.code, 7, result)
        self.assertFalse((mount / "out/2026-10").exists())

    def state_file(self):
        found = [path for path in (self.folder / "out").rglob("*.sqlite3")]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def forget_journals(self, state: Path):
        for suffix in ("-wal", "-shm", "-journal"):
            Path(str(state) + suffix).unlink(missing_ok=True)

    def test_damaged_state_file(self):
        """A damaged state would be taken for an empty one: everything fetched again, versions lost."""
        self.assertEqual(self.export().code, 0)
        before = digests_of(self.folder / "out/2026-10")
        state = self.state_file()
        whole = state.read_bytes()
        for name, content in (("noise", os.urandom(len(whole))), ("cut", whole[:len(whole) // 2]), ("text", b"hello\n"),
                              ("header", b"\0" * 100 + whole[100:]), ("middle", whole[:4096] + b"\xff" * 4096 + whole[8192:])):
            self.forget_journals(state)
            state.write_bytes(content)
            with self.subTest(damage=name):
                result = self.export()
                self.assertEqual(result.code, 7, result)
                self.assertIn("state", result.err.lower())
                self.assertEqual(digests_of(self.folder / "out/2026-10"), before)

    def test_newer_state_file(self):
        """An old program would write into a state that it does not understand."""
        self.assertEqual(self.export().code, 0)
        state = self.state_file()
        connection = sqlite3.connect(state)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version:
            connection.execute(f"PRAGMA user_version = {version + 1000}")
        else:
            self.bump_version_row(connection)
        connection.commit()
        connection.close()
        result = self.export()
        self.assertEqual(result.code, 7, result)
        self.assertIn("newer", result.err.lower())

    def bump_version_row(self, connection):
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall():
            for column in [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]:
                if "version" in column and table in ("meta", "schema", "schema_version", "moisson"):
                    connection.execute(f'UPDATE "{table}" SET "{column}" = 9999')
                    return
        self.fail("the state file holds no schema version")


if __name__ == "__main__":
    unittest.main()
