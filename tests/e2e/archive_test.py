"""Months in an [archive] folder: there as one, back byte for byte, and never at the cost of the month in OUT."""

import json
import os
import random
import shutil
import unittest

from harness import Case, end, start, tree_of, wait_until


class Archived(Case):
    def setUp(self):
        super().setUp()
        self.archive = self.folder / "disk"
        self.archive.mkdir()
        self.job("")

    def job(self, more, url=None):
        (self.folder / "job.toml").write_text(f'[archive]\nurl = "{url or "file://" + str(self.archive)}"\n{more}', "utf-8")

    def export(self, *more, expect=0, **options):
        return self.run_moisson("export", "job.toml", "--sandbox", "--scenario", "clean", "--rate", "0", *more, expect=expect, **options)

    def first_run(self):
        """Without a state or a month, an archive that does not answer ends the run."""
        self.run_moisson("export", "--sandbox", "--scenario", "clean", "--rate", "0", "--period", "2026-08", expect=0)

    def ask(self, *words, expect=0):
        result = self.run_moisson("archive", *words, "--job", "job.toml", "--json", expect=expect)
        return json.loads(result.out) if result.code in (0, 6) else result

    def months(self):
        return {month["period"]: month["generation"] for month in self.ask("list")["months"]}

    def assert_is_back(self, period="2026-10"):
        shutil.rmtree(self.folder / "back", ignore_errors=True)
        self.ask("get", period, "--out", "back")
        self.assertEqual(tree_of(self.folder / "back" / period), tree_of(self.folder / "out" / period))

    def period(self):
        published, = [path.name for path in (self.folder / "out").glob("2*")]
        return published


class Folder(Archived):
    def test_a_month_goes_there_and_comes_back(self):
        """A month whose disk is lost would be lost with it, or come back as something else."""
        self.export()
        period = self.period()
        self.assertEqual(self.months(), {period: 1})
        self.assert_is_back(period)
        self.assertEqual(self.ask("verify")["problems"], [])
        before = tree_of(self.archive)
        self.export()
        self.assertEqual(tree_of(self.archive), before, "a run that found nothing new sent something")
        self.export("--language", "fr")  # the workbook is another one
        self.assertEqual(self.months(), {period: 2})
        after = tree_of(self.archive)
        self.assertEqual({name: after.get(name) for name in before}, before)
        self.assert_is_back(period)
        self.assertEqual(self.ask("verify", period)["generations"], 2)
        refused = self.ask("get", period, "--out", "back", expect=2)
        self.assertIn("back", refused.err)
        self.assertFalse([name for name in os.listdir(self.folder / "back") if name.startswith(".")])

    def test_what_is_damaged_there_is_found(self):
        """An archive that rots would be believed until it is needed."""
        self.export()
        period = self.period()
        for path in sorted((self.archive / "months" / period / "data").iterdir()):
            with self.subTest(path=path.name):
                sound = path.read_bytes()
                os.chmod(path, 0o600)
                path.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]) if sound else b"x")
                self.assertTrue(self.ask("verify", expect=6)["problems"])
                result = self.run_moisson("archive", "get", period, "--out", "bad", "--job", "job.toml", expect=6)
                self.assertIn(path.name, result.err)
                self.assertEqual(list((self.folder / "bad").iterdir()), [])
                path.write_bytes(sound)
        self.assertEqual(self.ask("verify")["problems"], [])

    def test_a_disk_that_is_not_there_costs_nothing_and_is_made_up_for(self):
        """A month would not be published, or would never reach the archive, because a disk was not mounted for an hour."""
        self.first_run()
        self.archive.rmdir()
        result = self.export("--period", "2026-09", expect=3)
        self.assertIn("archive-behind", result.out)
        self.assertIn("Mount the disk", result.err)
        self.assertEqual(self.run_moisson("verify", "out/2026-09").code, 0)
        self.assertFalse(self.archive.exists())
        self.archive.mkdir()
        self.export("--period", "2026-10")
        self.assertEqual(self.months(), {"2026-08": 1, "2026-09": 1, "2026-10": 1})
        self.assert_is_back("2026-09")

    def test_a_month_that_was_changed_stays_out(self):
        """A month that somebody changed in OUT would be archived as if it were what was published."""
        self.first_run()
        self.archive.rmdir()
        self.export("--period", "2026-09", expect=3)
        self.archive.mkdir()
        ledger = self.folder / "out/2026-09/ledger.csv"
        ledger.write_bytes(ledger.read_bytes() + b"\n")
        result = self.export("--period", "2026-10", expect=3)
        self.assertIn("ledger.csv", result.err)
        self.assertEqual(self.months(), {"2026-08": 1, "2026-10": 1})

    def test_two_sources_do_not_share_an_archive(self):
        """Months of two companies would lie in one archive, one over the other."""
        self.export()
        other = ("export", "--sandbox", "--scenario", "small", "--out", "other", "--rate", "0")
        self.assertEqual(self.run_moisson(*other, "job.toml").code, 6)
        self.assertFalse((self.folder / "other").exists())
        self.run_moisson(*other, expect=3)
        result = self.run_moisson(*other, "job.toml", expect=3)
        self.assertIn("archive-behind", result.out)
        self.assertIn("another source", result.err)
        self.assertEqual(len(self.months()), 1)

    def test_killed_at_any_moment_nothing_is_torn_or_lost(self):
        """A kill would leave a month that looks archived and is not."""
        self.export()
        period = self.period()
        data = self.archive / "months" / period / "data"
        chance = random.Random(13)
        for turn in range(6):
            language = ("fr", "en")[turn % 2]
            process = start("export", "job.toml", "--sandbox", "--scenario", "clean", "--rate", "0", "--language", language, folder=self.folder)
            self.addCleanup(end, process)
            wanted = len(list(data.iterdir())) + chance.randrange(4)
            wait_until(lambda: len(list(data.iterdir())) > wanted, process)
            process.kill()
            process.communicate()
            with self.subTest(turn=turn):
                self.assertEqual(self.ask("verify")["problems"], [])
        self.export("--language", "fr")
        self.export("--language", "en")
        self.assert_is_back(period)
        self.assertEqual(self.ask("verify")["problems"], [])


class Settings(Archived):
    def test_wrong_settings_end_before_anything_is_asked(self):
        """A slip in the address would be found when the month is done, or send it to the wrong place."""
        for more, url, words in (
                ("", "ftp://x/y", "neither file:// nor s3://"),
                ("", "file://relative", "not absolute"),
                ("", "s3://x", "no bucket's name"),
                ("", "s3://bucket/a/../b", "prefix"),
                ("", "s3://bucket", "needs access_key_id"),
                ('endpoint = "http://s3.example.com"\n', "s3://bucket", "plain http"),
                ('endpoint = "https://s3.example.com/x"\n', "s3://bucket", "path"),
                ('region = "eu west"\n', "s3://bucket", "region"),
                ('object_lock = "always"\n', "s3://bucket", "object_lock"),
                ("retention = 0\n", None, "retention"),
                ('secret_key = "x"\n', None, "secret_key")):
            with self.subTest(words=words):
                self.job(more, url)
                for command in ("export", "plan"):
                    result = self.run_moisson(command, "job.toml", "--sandbox", "--scenario", "clean", expect=2)
                    self.assertIn(words, result.err)
                    self.assertIn("job.toml:", result.err)
        self.job("", f"file://{self.folder}/out/archive")
        self.assertIn("one in the other", self.export(expect=2).err)
        self.assertFalse((self.folder / "out").exists())

    def test_keys_of_the_environment_sign_for_no_address_of_a_job_file(self):
        """Whoever writes a job file would have months signed with the company's keys and sent where he likes."""
        keys = {"MOISSON_ARCHIVE_ACCESS_KEY_ID": "id-of-a-key", "MOISSON_ARCHIVE_SECRET_ACCESS_KEY": "a-secret-of-the-archive"}
        self.job('endpoint = "http://127.0.0.1:1"\n', "s3://bucket/prefix")
        result = self.export(environment=keys, expect=2)
        self.assertIn("--trust-job", result.err)
        result = self.export("--trust-job", environment=keys, expect=5)
        self.assertNotIn("a-secret-of-the-archive", result.err + result.out)
        self.first_run()
        result = self.export("--trust-job", environment=keys, expect=3)
        self.assertIn("archive-behind", result.out)
        self.assertNotIn("a-secret-of-the-archive", result.err + result.out)
        place = {"MOISSON_ARCHIVE_URL": "s3://bucket/prefix", "MOISSON_ARCHIVE_ENDPOINT": "http://127.0.0.1:1"}
        (self.folder / "job.toml").write_text("", "utf-8")
        self.export(environment={**keys, **place}, expect=3)
        self.assertEqual(self.run_moisson("archive", "list", environment={**keys, **place}).code, 5)

    def test_without_an_archive_its_commands_say_so(self):
        """A person would take silence for an empty archive."""
        for words in (("list",), ("verify",), ("get", "2026-10", "--out", "x")):
            self.assertIn("no archive is named", self.run_moisson("archive", *words, expect=2).err)
        self.assertIn("does not have 2026-10", self.ask("get", "2026-10", "--out", "x", expect=2).err)
        self.assertIn("no month", self.ask("get", "../x", "--out", "x", expect=2).err)


if __name__ == "__main__":
    unittest.main()
