"""What state and OUT lack comes from the archive, or from the bundle that --previous names: whatever is lost, one history goes on."""

import csv
import json
import os
import shutil
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from folder_test import Folder
from harness import finish, sha256_of, start, tree_of, unittest, end

BOOK = ("export", "--rate", "0", "--no-progress", "--template", "plain.toml", "--period")


class Runners(Folder):
    """Machines without a shared disk: each has an OUT of its own, with its state; all have one archive."""

    def setUp(self):
        super().setUp()
        self.archive = self.folder / "disk"
        self.archive.mkdir()
        self.archiving = {"MOISSON_ARCHIVE_URL": f"file://{self.archive}"}

    def run_moisson(self, *arguments, environment=None, **options):
        return super().run_moisson(*arguments, environment={**self.archiving, **self.server.environment, **(environment or {})}, **options)

    def without_archive(self):
        self.archiving = {}

    def book_on(self, out, month, *more, expect=0):
        return self.run_moisson(*BOOK, month, "--out", out, *more, expect=expect)

    def close_on(self, out, month, *more, expect=0):
        return self.run_moisson("close", month, "--by", "ana", "--out", out, *more, expect=expect)

    def begin(self, out, month):
        """An export that goes on meanwhile."""
        runner = start(*BOOK, month, "--out", out, folder=self.folder, environment={**self.archiving, **self.server.environment})
        self.addCleanup(end, runner)
        return runner

    def lose(self, *names):
        for name in names:
            shutil.rmtree(self.folder / name)

    def lose_out(self, out="out"):
        """All months and what OUT itself knows; the state stays."""
        for path in (self.folder / out).iterdir():
            if path.name != ".moisson":
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def keyed_on(self, out, month):
        """{key: amount} of the month's ERP file."""
        path = self.folder / out / month / "erp/plain.csv"
        if not path.exists():
            return {}
        with open(path, newline="", encoding="utf-8") as file:
            return {row["key"]: row["amount"] for row in csv.DictReader(file, delimiter=";")}

    def chain_of(self, out, month):
        return json.loads((self.folder / out / month / "summary.json").read_text("utf-8"))["chain"]["number"]

    def codes_of(self, out, month):
        return [one["code"] for one in json.loads((self.folder / out / month / "summary.json").read_text("utf-8"))["findings"]]

    def history(self, out="out"):
        listed = json.loads(self.run_moisson("close", "--list", "--json", "--out", out, expect=0).out)
        return [(one["period"], one["event"], one["by"], one["reason"]) for one in listed["history"]]


class FromTheArchive(Runners):
    def test_runners_without_a_shared_disk_make_one_history(self):
        """The second machine would begin anew: every document booked again, every number given twice."""
        self.book_on("a", "2026-10")
        self.close_on("a", "2026-10")
        self.put("oct1", "202610", 11.5)
        self.book_on("b", "2026-11")
        self.assertEqual(self.chain_of("b", "2026-11"), 2)
        self.assertEqual(self.keyed_on("b", "2026-11"), {"OCB0000001/nov/1": "30.00", "OCB0000001/oct1/2": "1.00"})
        self.assertEqual(tree_of(self.folder / "b/2026-10"), tree_of(self.folder / "a/2026-10"))
        self.assertIn("state-rebuilt", self.codes_of("b", "2026-11"))
        self.book_on("a", "2026-12")
        self.assertEqual(self.chain_of("a", "2026-12"), 3)
        self.assertEqual(self.keyed_on("a", "2026-12"), {"OCB0000001/dec/1": "40.00"})
        self.close_on("b", "2026-11")
        self.assertEqual(self.history("b"), [("2026-10", "closed", "ana", ""), ("2026-11", "closed", "ana", "")])
        self.put("nov", "202611", 31)
        self.book_on("a", "2026-12")
        self.assertEqual(self.keyed_on("a", "2026-12"), {"OCB0000001/dec/1": "40.00", "OCB0000001/nov/2": "1.00"})
        self.assertEqual(self.run_moisson("archive", "verify", expect=0).code, 0)
        self.assertEqual(self.run_moisson("state", "diff", "--out", "a").code, 0)

    def test_whatever_is_lost_nothing_is_booked_twice(self):
        """With state and OUT lost at once, a closed month would be open and every key given again."""
        def lost_state():
            self.lose("out/.moisson")

        def lost_both():
            self.lose("out")

        def older_state():
            shutil.rmtree(self.state)
            shutil.copytree(self.folder / "older/.moisson", self.state)

        def older_out():
            self.lose_out()
            for path in (self.folder / "older").iterdir():
                if path.name != ".moisson":
                    (shutil.copytree if path.is_dir() else shutil.copy)(path, self.folder / "out" / path.name)

        def older_both():
            self.lose("out")
            shutil.copytree(self.folder / "older", self.folder / "out")

        self.book("2026-09")
        self.book("2026-10")
        shutil.copytree(self.folder / "out", self.folder / "older")
        self.close_on("out", "2026-10")
        self.put("oct1", "202610", 11.5)
        self.book("2026-11")
        self.close_on("out", "2026-09")
        closed = {month: tree_of(self.folder / "out" / month) for month in ("2026-09", "2026-10")}
        shutil.copytree(self.folder / "out", self.folder / "whole")
        shutil.copytree(self.archive, self.folder / "whole-archive")
        for lose in (lost_state, self.lose_out, lost_both, older_state, older_out, older_both):
            with self.subTest(lose=lose.__name__):
                self.lose("out")
                shutil.copytree(self.folder / "whole", self.folder / "out")
                shutil.rmtree(self.archive)
                shutil.copytree(self.folder / "whole-archive", self.archive)
                lose()
                self.book("2026-11", "--since-last")
                self.assertEqual(self.keyed("2026-11"), {})
                self.assertEqual(self.history(), [("2026-10", "closed", "ana", ""), ("2026-09", "closed", "ana", "")])
                for month, tree in closed.items():
                    self.export(month, expect=None)  # 6 where it stands: its document changed since, and nothing was written
                    self.assertEqual(tree_of(self.folder / "out" / month), tree, month)

    def test_a_closing_after_the_last_export_is_not_lost_with_state_and_folder(self):
        """A month that was closed in the evening would be open in the morning, on a machine that starts from nothing."""
        self.book("2026-10")
        self.close_on("out", "2026-10")
        closed = tree_of(self.folder / "out/2026-10")
        self.lose("out")
        self.put("oct1", "202610", 11.5)
        self.assertIn("2026-10 is closed", self.export("2026-10", expect=6).err)
        self.assertEqual(tree_of(self.folder / "out/2026-10"), closed)
        self.close_on("out", "2026-10", "--reopen", "a letter")
        self.lose("out")
        self.book("2026-10")
        self.assertNotEqual(tree_of(self.folder / "out/2026-10")["ledger.csv"], closed["ledger.csv"])
        self.assertEqual(self.history()[1][1:], ("reopened", "ana", "a letter"))

    def test_an_archive_that_fails_costs_no_closing(self):
        """A closing would be refused, or never reach the archive, because a disk was not mounted for an hour."""
        self.book("2026-10")
        self.archive.rename(self.folder / "away")
        self.assertIn("kept here and not archived", self.close_on("out", "2026-10").err)
        (self.folder / "away").rename(self.archive)
        self.assertFalse((self.archive / "closings").exists())
        self.book("2026-11")
        self.assertEqual(len(list((self.archive / "closings").iterdir())), 1)
        self.archive.rename(self.folder / "away")
        self.close_on("out", "2026-11")
        (self.folder / "away").rename(self.archive)
        self.close_on("out", "2026-11")
        self.assertEqual(len(list((self.archive / "closings").iterdir())), 2)
        before = tree_of(self.archive)
        self.book("2026-12")
        kept = tree_of(self.archive)
        self.assertEqual({name: kept.get(name) for name in before}, before)
        self.lose("out")
        self.book("2026-12")
        self.assertEqual([one[0] for one in self.history()], ["2026-10", "2026-11"])

    def test_an_archive_that_does_not_answer_begins_no_new_history(self):
        """A machine with an empty disk would book everything again because the archive was not mounted."""
        self.book("2026-10")
        self.archive.rename(self.folder / "away")
        self.assertIn("the archive's folder is not there", self.book_on("b", "2026-11", expect=7).err)
        self.assertFalse((self.folder / "b").exists())
        self.close_on("b", "2026-10", expect=7)
        result = self.export("2026-11", expect=3)
        self.assertIn("archive-not-read", result.out)
        (self.folder / "away").rename(self.archive)
        self.book("2026-12")
        self.assertEqual(self.run_moisson("archive", "list", "--json", expect=0).out.count('"period"'), 3)

    def test_two_histories_are_both_told(self):
        """Two machines that once worked without the archive would overwrite each other's months in it."""
        self.book_on("a", "2026-10")
        shutil.copytree(self.folder / "a", self.folder / "b")
        self.book_on("a", "2026-11")
        archiving, self.archiving = self.archiving, {}
        self.put("nov", "202611", 44)
        self.book_on("b", "2026-11")
        self.archiving = archiving
        for words in (self.book_on("b", "2026-12", expect=6).err, self.close_on("b", "2026-10", expect=6).err):
            self.assertIn("two histories", words)
            self.assertEqual(words.count("2026-11 as number 2"), 2, words)
        self.assertFalse((self.folder / "b/2026-12").exists())
        self.book_on("a", "2026-12")
        self.assertIn("two histories", self.book_on("b", "2026-12", expect=6).err)

    def hold(self, identifier):
        """The next answer with this file waits: one event tells that it was asked for, the other lets it go."""
        first, held = threading.Event(), threading.Event()
        self.addCleanup(held.set)
        own = self.server.files[identifier]

        def answer(_query):
            if not first.is_set():
                first.set()
                held.wait(60)
            return 200, {}, own

        self.server.files[identifier] = answer
        return first, held

    def test_a_month_that_another_machine_archived_meanwhile_ends_the_run(self):
        """Two machines would publish two months with one number, and hand out the same documents."""
        self.book_on("a", "2026-10")
        first, held = self.hold("dec")
        slow = self.begin("a", "2026-12")
        self.assertTrue(first.wait(60))
        self.book_on("b", "2026-11")
        held.set()
        result = finish(slow)
        self.assertEqual(result.code, 8, result)
        self.assertIn("another machine published 2026-11 as number 2", result.err)
        self.assertFalse((self.folder / "a/2026-12").exists())
        self.book_on("a", "2026-12")
        self.assertEqual(self.chain_of("a", "2026-12"), 3)

    def test_a_month_archived_while_the_archive_was_away_is_told(self):
        """A machine that could not look would put a second history beside the first."""
        self.book_on("a", "2026-10")
        first, held = self.hold("dec")
        self.archive.rename(self.folder / "away")
        slow = self.begin("a", "2026-12")
        self.assertTrue(first.wait(60))
        (self.folder / "away").rename(self.archive)
        self.book_on("b", "2026-11")
        held.set()
        result = finish(slow)
        self.assertEqual(result.code, 6, result)
        self.assertIn("2026-12 as number 2", result.err)
        self.assertIn("2026-11 as number 2", result.err)
        self.lose("a/.moisson", "a/2026-12")
        (self.folder / "a/.moisson-folder").unlink()
        self.book_on("a", "2026-12")
        self.assertEqual(self.chain_of("a", "2026-12"), 3)

    def test_two_months_with_one_number_in_the_archive(self):
        """Of two machines that archived at the very same instant, nobody would notice."""
        self.book_on("a", "2026-10")
        shutil.copytree(self.folder / "a", self.folder / "b")
        shutil.copytree(self.archive, self.folder / "other")
        self.book_on("a", "2026-11")
        self.archiving = {"MOISSON_ARCHIVE_URL": f"file://{self.folder}/other"}
        self.book_on("b", "2026-12")
        shutil.copytree(self.folder / "other", self.archive, dirs_exist_ok=True)
        self.archiving = {"MOISSON_ARCHIVE_URL": f"file://{self.archive}"}
        self.assertIn("2026-11 as number 2", self.book_on("b", "2026-12", expect=6).err)
        words = self.book_on("c", "2026-12", expect=6).err
        self.assertIn("2026-11 as number 2", words)
        self.assertIn("2026-12 as number 2", words)
        self.book_on("a", "2026-12")  # whose month was first
        self.assertEqual(self.chain_of("a", "2026-12"), 3)
        self.book_on("c", "2026-12")
        self.assertEqual(self.chain_of("c", "2026-12"), 3)

    def test_the_archive_of_another_source_is_no_past(self):
        """The months of one company would come into the folder of another."""
        self.book_on("a", "2026-10")
        other = {"MOISSON_API_URL": self.server.environment["MOISSON_API_URL"].replace("/v1", "/v2")}
        result = self.run_moisson(*BOOK, "2026-10", "--out", "b", environment=other, expect=6)
        self.assertIn("another source", result.err)
        self.assertFalse((self.folder / "b").exists())

    def test_a_plan_says_that_the_archive_knows_more(self):
        """A plan would say that everything is new."""
        self.book_on("a", "2026-10")
        result = self.run_moisson("plan", "--rate", "0", "--period", "2026-11", "--out", "b", expect=6)
        self.assertIn("does not know what", result.err)
        self.assertFalse((self.folder / "b").exists())

    def test_what_is_damaged_in_the_archive_makes_no_state(self):
        """A state would be made of a bundle that rotted."""
        self.book_on("a", "2026-10")
        bundle = sha256_of(self.folder / "a/2026-10/bundle.zip")
        victim = self.archive / "months/2026-10/data" / bundle
        os.chmod(victim, 0o600)
        victim.write_bytes(victim.read_bytes()[:-1] + b"x")
        self.assertIn(bundle, self.book_on("b", "2026-11", expect=6).err)
        self.assertEqual([path.name for path in (self.folder / "b").iterdir()] if (self.folder / "b").exists() else [], [])


class FromTheBundle(Runners):
    def setUp(self):
        super().setUp()
        self.without_archive()

    def publish(self):
        """October closed, November with an addendum."""
        self.book("2026-10")
        self.close("2026-10")
        self.put("oct1", "202610", 11.5)
        self.book("2026-11")
        for month in ("2026-10", "2026-11"):
            shutil.copytree(self.folder / "out" / month, self.folder / "kept" / month)
        self.put("oct2", "202610", 21)

    def test_a_runner_with_nothing_but_the_last_bundle_exports_right(self):
        """A CI job without a disk of its own would begin anew every month."""
        self.publish()
        for file in ("kept/2026-11/bundle.zip", "kept/2026-11"):
            with self.subTest(file=file):
                self.lose("out")
                self.book("2026-12", "--previous", file)
                self.assertEqual(self.keyed("2026-12"), {"OCB0000001/dec/1": "40.00", "OCB0000001/oct2/2": "1.00"})
                self.assertEqual(self.addenda_of("2026-12"), ["addendum-2026-10-02.csv"])
                self.assertEqual(self.codes_of("out", "2026-12").count("state-rebuilt"), 1)
                self.assertEqual(self.chain_of("out", "2026-12"), 3)
                tree = tree_of(self.folder / "out/2026-12")
                self.book("2026-12", "--previous", file)
                self.assertEqual(tree_of(self.folder / "out/2026-12")["ledger.csv"], tree["ledger.csv"])
                self.assertNotIn("state-rebuilt", self.codes_of("out", "2026-12"))
                self.run_moisson("verify", "out/2026-12", expect=0)

    def test_a_state_that_is_behind_learns_from_it_and_one_that_knows_it_is_left_alone(self):
        """A restored backup would hand out again what it forgot."""
        self.book("2026-10")
        self.keep_state("older")
        self.lose("out")
        shutil.copytree(self.folder / "older", self.state)
        self.publish()
        self.book("2026-12", "--previous", "kept/2026-10/bundle.zip")
        self.assertNotIn("state-rebuilt", self.codes_of("out", "2026-12"))
        self.lose("out")
        shutil.copytree(self.folder / "older", self.state)
        self.book("2026-12", "--previous", "kept/2026-11/bundle.zip")
        self.assertIn("state-rebuilt", self.codes_of("out", "2026-12"))
        self.assertEqual(self.keyed("2026-12"), {"OCB0000001/dec/1": "40.00", "OCB0000001/oct2/2": "1.00"})

    def test_due_and_close_take_it_too(self):
        """A month would be closed, or owed months exported, by a state that knows nothing."""
        self.publish()
        self.lose("out")
        result = self.run_moisson("export", "--due", "--rate", "0", "--no-progress", "--template", "plain.toml", "--previous",
                                  "kept/2026-11", expect=0)
        self.assertIn("2026-12" if "2026-12" in result.out else "2026-11", result.out)
        self.assertFalse((self.folder / "out/2026-10").exists())
        self.lose("out")
        shutil.copytree(self.folder / "kept/2026-11", self.folder / "out/2026-11")
        self.close("2026-11", "--previous", "kept/2026-11")
        self.assertEqual([one[0] for one in self.history()], ["2026-10", "2026-11"])

    def test_what_is_no_bundle_of_this_history_is_refused(self):
        """A state would be made of half a month, of an older one, or of another company's."""
        self.publish()
        self.lose("out")
        self.put("oct1", "202610", 99)
        self.book("2026-10")
        self.book("2026-11")
        for file in ("kept/2026-11/bundle.zip", "kept/2026-10"):
            words = self.book_on("out", "2026-12", "--previous", file, expect=6).err
            self.assertIn("two histories", words)
        self.assertFalse((self.folder / "out/2026-12").exists())
        self.lose("out")
        (self.folder / "cut.zip").write_bytes((self.folder / "kept/2026-11/bundle.zip").read_bytes()[:-100])
        self.export("2026-12", "--previous", "cut.zip", expect=6)
        self.export("2026-12", "--previous", "not-there.zip", expect=2)
        self.assertFalse((self.folder / "out").exists())
        self.export("2026-10", "--contract", "OCB*")
        view = self.folder / self.view() / "bundle.zip"
        shutil.copy(view, self.folder / "view.zip")
        self.lose("out")
        self.assertIn("carries no books", self.export("2026-12", "--previous", "view.zip", expect=2).err)
        self.assertFalse((self.folder / "out").exists())

    def test_a_closed_month_whose_folder_is_lost_is_never_published_with_other_rows(self):
        """The books know that it is closed, its files are not here: it would be made anew."""
        self.publish()
        self.lose("out")
        self.assertIn("2026-10 is closed", self.export("2026-10", "--previous", "kept/2026-11", expect=6).err)
        self.assertFalse((self.folder / "out/2026-10").exists())


if __name__ == "__main__":
    unittest.main()
