"""Months in a real S3 store: Ceph's radosgw takes them, locks them, and gives them back, whatever is killed on the way."""

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import unittest
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
sys.path.insert(0, str(HERE.parent / "support"))

import radosgw  # noqa: E402
from ports import free_port  # noqa: E402
from harness import PROGRAM, Case, end, finish, rows_of, start, tree_of, wait_until  # noqa: E402
from inbox_test import MONTH, SCENARIO  # noqa: E402

SERVER = None


def setUpModule():
    global SERVER
    missing = radosgw.missing()
    if missing:
        raise unittest.SkipTest(f"no S3 server here: {', '.join(missing)} of Debian's ceph packages are not installed")
    SERVER = radosgw.Radosgw()
    unittest.addModuleCleanup(SERVER.stop)
    SERVER.start()
    radosgw.make_bucket(SERVER.endpoint, "plain")
    radosgw.make_bucket(SERVER.endpoint, "locked", locked=True)


class S3(Case):
    bucket = "plain"

    def setUp(self):
        super().setUp()
        self.prefix = f"{self.id().rpartition('.')[2]} é+1"
        self.place = {"MOISSON_ARCHIVE_URL": f"s3://{self.bucket}/{self.prefix}", "MOISSON_ARCHIVE_ENDPOINT": SERVER.endpoint,
                      "MOISSON_ARCHIVE_ACCESS_KEY_ID": radosgw.ACCESS_KEY_ID,
                      "MOISSON_ARCHIVE_SECRET_ACCESS_KEY": radosgw.SECRET_ACCESS_KEY}

    def words(self, out="out", language="en"):
        return ("export", "--sandbox", "--scenario", "clean", "--rate", "0", "--out", out, "--language", language)

    def export(self, out="out", language="en", expect=0):
        return self.run_moisson(*self.words(out, language), environment=self.place, expect=expect)

    def ask(self, *words, expect=0):
        result = self.run_moisson("archive", *words, "--json", environment=self.place, expect=expect)
        return json.loads(result.out)

    def objects(self, bucket=None):
        """Keys below this test's prefix, as a client that is not ours lists them."""
        status, _, body = radosgw.request(SERVER.endpoint, "GET", f"/{bucket or self.bucket}",
                                          [("list-type", "2"), ("prefix", self.prefix + "/"), ("max-keys", "1000")])
        self.assertEqual(status, 200, body)
        return re.findall(r"<Key>([^<]*)</Key>", body.decode())

    def object(self, key, method="GET", body=b""):
        return radosgw.request(SERVER.endpoint, method, f"/{self.bucket}/{key}", body=body)

    def key_of(self, name):
        digest = hashlib.sha256((self.folder / "out" / self.period() / name).read_bytes()).hexdigest()
        found, = [key for key in self.objects() if key.endswith(digest)]
        return found

    def period(self, out="out"):
        published, = [path.name for path in (self.folder / out).glob("2*")]
        return published

    def assert_is_back(self, out="out"):
        period = self.period(out)
        shutil.rmtree(self.folder / "back", ignore_errors=True)
        self.ask("get", period, "--out", "back")
        self.assertEqual(tree_of(self.folder / "back" / period), tree_of(self.folder / out / period))


class Contract(S3):
    def test_the_store_keeps_the_contract(self):
        """What archives a month would rely on what this server does not do."""
        program = Path(PROGRAM).parent / "tests/test_archive_contract"
        if not program.exists():
            self.skipTest(f"{program} is not built")
        environment = {**os.environ, "MOISSON_TEST_S3_ENDPOINT": SERVER.endpoint, "MOISSON_TEST_S3_BUCKET": "plain",
                       "MOISSON_TEST_S3_LOCKED_BUCKET": "locked", "MOISSON_TEST_S3_ID": radosgw.ACCESS_KEY_ID,
                       "MOISSON_TEST_S3_SECRET": radosgw.SECRET_ACCESS_KEY, "MOISSON_TEST_S3_RUN": "1"}
        done = subprocess.run([program], env=environment, capture_output=True, text=True, timeout=600, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-4000:])
        self.assertNotIn("not held against the contract", done.stdout)


class Months(S3):
    def test_a_month_goes_there_and_comes_back(self):
        """A month would be kept in a form that another client cannot read, or come back as something else."""
        self.export()
        month, = self.ask("list")["months"]
        self.assertEqual((month["period"], month["generation"]), (self.period(), 1))
        self.assert_is_back()
        self.assertEqual(self.ask("verify")["problems"], [])
        for key in self.objects():
            status, _, body = self.object(key)
            self.assertEqual(status, 200)
            if "/data/" in key:
                self.assertEqual(hashlib.sha256(body).hexdigest(), key.rpartition("/")[2])
        before = set(self.objects())
        self.export()
        self.assertEqual(set(self.objects()), before)

    def test_who_is_refused_learns_why(self):
        """A wrong key would look like an empty archive, or cost the month."""
        self.place["MOISSON_ARCHIVE_SECRET_ACCESS_KEY"] = "not-the-secret-of-this-key"
        self.export(expect=4)  # with neither a state nor a month here, what the archive holds must be known
        self.run_moisson(*self.words(), expect=0)
        result = self.export(expect=3)
        self.assertIn("refused the signature", result.err)
        self.assertNotIn("not-the-secret-of-this-key", result.err + result.out)
        self.assertEqual(self.run_moisson("verify", f"out/{self.period()}").code, 0)
        self.run_moisson("archive", "list", environment=self.place, expect=4)
        self.place["MOISSON_ARCHIVE_ENDPOINT"] = f"http://127.0.0.1:{free_port()}"
        self.run_moisson("archive", "list", environment=self.place, expect=5)

    def test_what_is_damaged_there_is_found_and_mended(self):
        """An archive that rots would be believed until it is needed."""
        self.export()
        victim = self.key_of("bundle.zip")
        self.assertEqual(radosgw.request(SERVER.endpoint, "PUT", f"/{self.bucket}/{victim}", body=b"damaged")[0], 200)
        self.assertTrue(self.ask("verify", expect=6)["problems"])
        self.export()
        self.assertEqual(self.ask("verify")["problems"], [])

    def test_killed_at_any_moment_nothing_is_torn_or_lost(self):
        """A kill would leave a month that looks archived and is not."""
        self.export()
        chance = random.Random(13)
        for turn in range(5):
            before = len(self.objects())
            wanted = before + chance.randrange(5)
            process = start(*self.words(language=("fr", "en")[turn % 2]), folder=self.folder, environment=self.place)
            self.addCleanup(end, process)
            wait_until(lambda: len(self.objects()) > wanted, process)
            process.kill()
            process.communicate()
            with self.subTest(turn=turn):
                self.assertEqual(self.ask("verify")["problems"], [])
        self.export(language="fr")
        self.export(language="en")
        self.assertEqual(self.ask("verify")["problems"], [])
        self.assert_is_back()

    def test_two_runners_at_once(self):
        """Of two machines that archive at once, one would lose its month, or both would make one that is neither's."""
        runners = [start(*self.words(out), folder=self.folder, environment=self.place) for out in ("one", "two")]
        for runner in runners:
            self.addCleanup(end, runner)
        codes = [finish(runner).code for runner in runners]
        self.assertIn(0, codes)
        self.assertLessEqual(set(codes), {0, 6, 8}, "one of the two may be told")
        self.assertEqual(self.ask("verify")["problems"], [])
        winner = ("one", "two")[codes.index(0)]
        period = self.period(winner)
        self.ask("get", period, "--out", "back")
        found = tree_of(self.folder / "back" / period)
        self.assertIn(found, [tree_of(self.folder / out / period) for out in ("one", "two") if (self.folder / out / period).exists()])
        before = set(self.objects())
        self.export(winner)
        self.assertEqual(set(self.objects()), before, "the same month went there again")

    def test_runners_without_a_shared_disk_make_one_history(self):
        """The second machine would begin anew: every document booked again, every number given twice."""
        def export(out, month, *more):
            self.run_moisson(*self.words(out), "--period", month, *more, environment=self.place, expect=0)
            return json.loads((self.folder / out / month / "summary.json").read_text("utf-8"))

        def close(out, month):
            self.run_moisson("close", month, "--sandbox", "--scenario", "clean", "--by", "ana", "--out", out, environment=self.place,
                             expect=0)

        export("one", "2026-08")
        close("one", "2026-08")
        self.assertEqual(export("two", "2026-09")["chain"]["number"], 2)
        self.assertEqual(tree_of(self.folder / "two/2026-08"), tree_of(self.folder / "one/2026-08"))
        close("two", "2026-09")
        summary = export("one", "2026-10")
        self.assertEqual(summary["chain"]["number"], 3)
        self.assertEqual([month["period"] for month in summary["closed_months"]], ["2026-08", "2026-09"])
        shutil.rmtree(self.folder / "one")
        shutil.rmtree(self.folder / "two")
        export("three", "2026-09")
        self.assertEqual([one["period"] for one in json.loads(self.run_moisson(
            "close", "--list", "--json", "--sandbox", "--scenario", "clean", "--out", "three", expect=0).out)["closed_months"]],
            ["2026-08", "2026-09"])
        self.assertEqual(self.ask("verify")["problems"], [])


class Inbox(S3):
    def invoices(self, job):
        (self.folder / "inbox.toml").write_text(SCENARIO)
        (self.folder / "job.toml").write_text("[books]\nusage = false\n" + job)
        self.run_moisson("export", "--sandbox", "--scenario", "inbox.toml", "--job", "job.toml", "--period", MONTH, environment=self.place, expect=0)
        return json.loads((self.folder / "out" / MONTH / "summary.json").read_text("utf-8"))

    def test_invoices_that_lie_in_the_store_are_matched(self):
        """Runners without a shared disk would miss what the platform laid there, or take a list of many objects for its first page."""
        self.invoices("")
        with zipfile.ZipFile(self.folder / "out" / MONTH / "bundle.zip") as bundle:
            top = bundle.namelist()[0].split("/")[0]
            files = [bundle.read(f"{top}/{row['path']}") for row in rows_of(self.folder / "out" / MONTH / "ledger.csv") if row["counted"] == "yes"]
        laid = {f"in/box/{at:04} é.pdf": content for at, content in enumerate(files[1:])}
        laid |= {f"in/box/notes/{at:04}.txt": b"hello" for at in range(1100)}  # a list's page holds 1,000 keys
        laid |= {"in/box/z last.pdf": files[1], "in/beside.pdf": files[0]}
        for name, content in laid.items():
            self.assertEqual(self.object(f"{self.prefix}/{name}", "PUT", content)[0], 200, name)
        inbox = self.invoices('[[invoices.inbox]]\nprefix = "in/box/"\n')["inbox"]
        self.assertEqual((inbox["service"], inbox["files"], inbox["matched"], inbox["other_files"]),
                         (len(files), len(files), len(files) - 1, 1100))
        self.assertEqual(sorted(one["class"] for one in inbox["documents"]), ["doubled", "only-service"])
        self.assertEqual(set(laid), {key.removeprefix(self.prefix + "/") for key in self.all_objects() if f"{self.prefix}/in/" in key})
        self.assertEqual(self.ask("verify")["problems"], [])

    def all_objects(self):
        """As `objects`, of all pages."""
        keys, after = [], ""
        while True:
            _, _, body = radosgw.request(SERVER.endpoint, "GET", f"/{self.bucket}", [
                ("list-type", "2"), ("prefix", self.prefix + "/"), ("max-keys", "1000"), ("start-after", after)])
            found = re.findall(r"<Key>([^<]*)</Key>", body.decode())
            keys += found
            if len(found) < 1000:
                return keys
            after = found[-1]


class Locked(S3):
    bucket = "locked"

    def test_nobody_deletes_a_month_before_its_time(self):
        """Whoever has the keys could take a month out of the archive."""
        self.export()
        self.assertEqual({key: self.ask("list")[key] for key in ("versions", "locks")}, {"versions": True, "locks": True})
        self.run_moisson("close", self.period(), "--sandbox", "--scenario", "clean", environment=self.place, expect=0)
        keys = [key for key in self.objects() if "/months/" in key or "/closings/" in key]
        self.assertGreater(len(keys), 5)
        self.assertEqual(sum("/closings/" in key for key in keys), 1)
        year = int(self.period()[:4]) + 10
        for key in keys:
            status, headers, _ = self.object(key, "HEAD")
            self.assertEqual(status, 200)
            headers = {name.lower(): value for name, value in headers.items()}
            self.assertEqual(headers["x-amz-object-lock-mode"], "COMPLIANCE")
            self.assertTrue(headers["x-amz-object-lock-retain-until-date"].startswith(f"{year + 1}-01-01T00:00:00"), headers)
            version = [("versionId", headers["x-amz-version-id"])]
            self.assertEqual(radosgw.request(SERVER.endpoint, "DELETE", f"/locked/{key}", version)[0], 403)
        self.assert_is_back()

    def test_a_hidden_month_is_brought_back(self):
        """A delete without a version hides an object of a locked bucket: the month would be gone for who asks by name."""
        self.export()
        victim = self.key_of("bundle.zip")
        self.assertEqual(radosgw.request(SERVER.endpoint, "DELETE", f"/locked/{victim}")[0], 204)
        self.assertTrue(self.ask("verify", expect=6)["problems"])
        self.export()
        self.assertEqual(self.ask("verify")["problems"], [])


if __name__ == "__main__":
    unittest.main()
