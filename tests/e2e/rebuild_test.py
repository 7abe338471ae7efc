"""The state is an index: one that is lost, an older copy or another machine's is made again of what was published."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from folder_test import Folder
from close_test import EXPORT
from harness import sha256_of, tree_of, unittest


class Rebuilt(Folder):
    def codes(self, month):
        return [one["code"] for one in self.summary(f"out/{month}")["findings"]]

    def lose_state(self):
        shutil.rmtree(self.state)

    def three_months(self):
        """October closed with an addendum in November, which is open."""
        self.book("2026-10")
        self.close("2026-10")
        self.put("oct1", "202610", 11.5)
        self.book("2026-11")
        self.assertEqual(self.keyed("2026-11"), {"OCB0000001/nov/1": "30.00", "OCB0000001/oct1/2": "1.00"})

    def test_a_lost_state_loses_no_closing_no_key_and_no_addendum(self):
        """A closed month would be written anew, or a key would stand for two amounts."""
        self.three_months()
        closed = tree_of(self.folder / "out/2026-10")
        self.lose_state()
        self.put("oct1", "202610", 13.5)
        self.put("nov", "202611", 33)
        self.assertIn("is closed", self.export("2026-10", expect=6).err)
        self.assertEqual(tree_of(self.folder / "out/2026-10"), closed)
        self.lose_state()
        result = self.book("2026-11")
        self.assertIsNotNone(result)
        self.assertEqual(self.keyed("2026-11")["OCB0000001/nov/2"], "3.00")
        self.assertEqual(self.keyed("2026-11")["OCB0000001/oct1/3"], "2.00")
        self.assertEqual(self.addenda_of("2026-11"), ["addendum-2026-10-01.csv", "addendum-2026-10-02.csv"])
        self.assertEqual(self.codes("2026-11").count("state-rebuilt"), 1)
        self.run_moisson("verify", "out/2026-11", expect=0)
        self.book("2026-12")
        self.assertNotIn("state-rebuilt", self.codes("2026-12"))
        self.assertEqual(self.keyed("2026-12"), {"OCB0000001/dec/1": "40.00"})
        self.run_moisson("state", "diff", expect=0)

    def test_a_state_made_again_is_the_one_that_was_lost(self):
        """What the archive forgot would be booked again years later."""
        self.three_months()
        self.book("2026-12")
        before = self.run_moisson("state", "diff", "--json", expect=0).out
        self.assertEqual(json.loads(before)["differences"], [])
        self.lose_state()
        lost = json.loads(self.run_moisson("state", "diff", "--json", expect=6).out)["differences"]
        self.assertIn("postings", [one["table"] for one in lost])
        said = json.loads(self.run_moisson("state", "rebuild", "--json", expect=0).out)
        self.assertEqual((said["head"], said["publications"], said["unknown"], said["was_behind"]), ("2026-12", 3, 3, True))
        self.assertEqual(said["not_proved"], [])
        self.assertEqual(json.loads(self.run_moisson("state", "diff", "--json", expect=0).out)["differences"], [])
        self.assertIn("nothing was changed", self.run_moisson("state", "rebuild", expect=0).out)
        tree = tree_of(self.folder / "out/2026-12")
        self.export("2026-12", "--template", "plain.toml", "--since-last")
        self.assertEqual(self.keyed("2026-12"), {})
        self.assertEqual(tree_of(self.folder / "out/2026-12")["ledger.csv"], tree["ledger.csv"])

    def test_an_older_copy_of_the_state_is_brought_up_to_date(self):
        """A dropped cache or a restored backup would hand out again what it forgot."""
        self.book("2026-10")
        self.keep_state("first")
        self.close("2026-10")
        self.keep_state("second")
        self.put("late", "202610", 7)
        self.book("2026-11")
        first = self.addendum("2026-11")
        for name in ("first", "second"):
            self.bring_back(name)
            self.book("2026-11")
            self.assertEqual(self.keyed("2026-11"), {"OCB0000001/late/1": "7.00", "OCB0000001/nov/1": "30.00"})
            self.assertEqual(self.addendum("2026-11"), first)
            self.assertEqual(self.addenda_of("2026-11"), ["addendum-2026-10-01.csv"])
            self.assertIn("state-rebuilt", self.codes("2026-11"))
        listed = json.loads(self.run_moisson("close", "--list", "--json", expect=0).out)
        self.assertEqual([(one["period"], one["closed_by"], one["revision"]) for one in listed["closed_months"]], [("2026-10", "ana", 1)])

    def test_what_was_closed_or_opened_after_the_last_export_is_known(self):
        """A month that was closed in the evening would be open in the morning."""
        self.book("2026-10")
        self.close("2026-10")
        closed = tree_of(self.folder / "out/2026-10")
        self.lose_state()
        self.assertIn("2026-10 is closed since", self.export("2026-10").err)
        self.assertEqual(tree_of(self.folder / "out/2026-10"), closed)
        self.book("2026-11")
        self.close("2026-10", "--reopen", "a letter")
        self.lose_state()
        self.put("oct1", "202610", 12.5)
        self.book("2026-10")
        self.assertNotEqual(tree_of(self.folder / "out/2026-10")["ledger.csv"], closed["ledger.csv"])
        history = json.loads(self.run_moisson("close", "--list", "--json", expect=0).out)["history"]
        self.assertEqual([one["event"] for one in history], ["closed", "reopened"])
        self.close("2026-10")
        self.lose_state()
        listed = self.run_moisson("close", "2026-11", expect=0)
        self.assertIn("is closed", listed.out)
        closed = json.loads(self.run_moisson("close", "--list", "--json", expect=0).out)["closed_months"]
        self.assertEqual([(one["period"], one["revision"]) for one in closed], [("2026-10", 2), ("2026-11", 1)])

    def test_an_older_copy_that_knows_some_of_the_last_closings_learns_the_others(self):
        """A backup between two closings would be taken for another history, or open the second month again."""
        self.book("2026-09")
        self.book("2026-10")
        self.close("2026-09")
        self.keep_state("between")
        self.close("2026-10")
        self.bring_back("between")
        self.book("2026-11")
        closed = json.loads(self.run_moisson("close", "--list", "--json", expect=0).out)["closed_months"]
        self.assertEqual([one["period"] for one in closed], ["2026-09", "2026-10"])

    def test_a_plan_without_its_state_says_what_to_do(self):
        """A plan would say that everything is new."""
        self.three_months()
        self.lose_state()
        result = self.run_moisson("plan", "--rate", "0", "--period", "2026-11", environment=self.server.environment, expect=6)
        self.assertIn("moisson state rebuild", result.err)
        self.assertFalse(self.state.exists())

    def test_two_histories_are_both_told(self):
        """Two runners that both went on from one copy would each hand out the same keys for other amounts."""
        self.book("2026-10")
        shutil.copytree(self.folder / "out", self.folder / "other")
        self.book("2026-11")
        self.put("nov", "202611", 44)
        self.export("2026-11", "--out", "other", "--template", "plain.toml", "--since-last")
        self.keep_state("own")
        shutil.rmtree(self.state)
        shutil.copytree(self.folder / "other/.moisson", self.state)
        result = self.export("2026-12", expect=6)
        self.assertIn("two histories", result.err)
        self.assertEqual(result.err.count("2026-11 as number 2"), 2)
        self.assertFalse((self.folder / "out/2026-12").exists())
        differences = json.loads(self.run_moisson("state", "diff", "--json", expect=6).out)["differences"]
        self.assertIn("chain", [one["table"] for one in differences])
        self.bring_back("own")
        self.export("2026-12")

    def test_what_is_not_what_was_published_makes_no_state(self):
        """A state would be made of a folder that somebody changed, or of an older copy of a month."""
        self.book("2026-10")
        shutil.copytree(self.folder / "out/2026-10", self.folder / "older")
        self.put("late", "202610", 7)
        self.book("2026-10")
        self.book("2026-11")
        self.lose_state()
        shutil.move(self.folder / "out/2026-10", self.folder / "newer")
        shutil.copytree(self.folder / "older", self.folder / "out/2026-10")
        self.assertIn("2026-10 says that it was published as number 1", self.export("2026-11", expect=6).err)
        shutil.rmtree(self.folder / "out/2026-10")  # a month that was moved away is well
        self.run_moisson("state", "rebuild", expect=0)
        self.lose_state()
        shutil.copytree(self.folder / "newer", self.folder / "out/2026-10")
        ledger = self.folder / "out/2026-11/ledger.csv"
        whole = ledger.read_bytes()
        ledger.write_bytes(whole.replace(b"30.00", b"31.00"))
        self.assertIn("is not what was published", self.export("2026-11", expect=6).err)
        self.assertFalse(self.state.exists())
        ledger.write_bytes(whole)
        self.export("2026-11")

    def test_a_newest_month_that_is_not_here_is_not_forgotten(self):
        """The books of an older month would hand out what the newest had booked, under the same keys."""
        self.three_months()
        self.keep_state("older")
        self.book("2026-12")
        shutil.move(self.folder / "out/2026-12", self.folder / "away")
        for lose in (self.lose_state, lambda: shutil.copytree(self.folder / "older", self.state)):
            lose()
            for result in (self.export("2026-12", expect=6), self.close("2026-11", expect=6)):
                self.assertIn("the last run that published here was", result.err)
                self.assertIn("moisson state rebuild FILE", result.err)
            self.assertFalse((self.folder / "out/2026-12").exists())
        shutil.rmtree(self.state, ignore_errors=True)
        self.run_moisson("state", "rebuild", "--out", "out", "away/bundle.zip", expect=0)
        self.put("dec", "202612", 41)
        self.export("2026-12", "--template", "plain.toml", expect=3)  # the first version's file went with the state and the folder
        self.assertEqual(self.keyed("2026-12")["OCB0000001/dec/2"], "1.00")

    def test_bundles_alone_make_a_state_in_any_order(self):
        """A runner that has nothing but artifacts would begin anew."""
        self.three_months()
        bundles = []
        for month in ("2026-11", "2026-10"):
            bundles.append(self.folder / f"{month}.zip")
            shutil.copy(self.folder / "out" / month / "bundle.zip", bundles[-1])
        closed = tree_of(self.folder / "out/2026-10")
        shutil.rmtree(self.folder / "out")
        said = json.loads(self.run_moisson("state", "rebuild", "--json", *map(str, bundles), expect=0).out)
        self.assertEqual((said["publications"], said["unknown"]), (2, 2))
        self.assertEqual(len(said["not_proved"]), 2)
        self.put("oct1", "202610", 13.5)
        self.book("2026-12")
        self.assertEqual(self.keyed("2026-12"), {"OCB0000001/dec/1": "40.00", "OCB0000001/oct1/3": "2.00"})
        self.assertEqual(self.addenda_of("2026-12"), ["addendum-2026-10-02.csv"])
        self.assertIn("2026-10 is closed", self.export("2026-10", expect=6).err)  # its files are not here
        self.assertFalse((self.folder / "out/2026-10").exists())
        self.assertTrue(closed)

    def test_bundles_of_two_histories_make_none(self):
        """The books of one company would be mixed with those of another."""
        self.book("2026-10")
        shutil.copy(self.folder / "out/2026-10/bundle.zip", self.folder / "a.zip")
        shutil.rmtree(self.folder / "out")
        self.put("oct1", "202610", 99)
        self.book("2026-10")
        self.book("2026-11")
        shutil.copy(self.folder / "out/2026-11/bundle.zip", self.folder / "b.zip")
        shutil.rmtree(self.folder / "out")
        self.assertIn("two histories", self.run_moisson("state", "rebuild", "a.zip", "b.zip", expect=6).err)
        (self.folder / "b.zip").write_bytes((self.folder / "b.zip").read_bytes()[:-100])
        self.run_moisson("state", "rebuild", "b.zip", expect=6)
        self.run_moisson("state", "rebuild", "not-there.zip", expect=2)

    def test_the_chain_is_checked_by_hand(self):
        """Nobody but Moisson could tell whether a month of the past is the one that was published."""
        self.three_months()
        self.put("late", "202611", 3)
        self.book("2026-11")
        self.book("2026-12")
        command = Path(__file__).parents[2].joinpath("samples/bundle.md").read_text().split("## The chain")[1]
        command = next(line.strip() for line in command.splitlines() if line.startswith("    unzip"))
        run = lambda: subprocess.run(["sh", "-c", command.replace("bundle.zip '", "2026-12/bundle.zip '", 1)], cwd=self.folder / "out",
                                     capture_output=True, text=True, check=False)
        self.assertEqual((run().returncode, run().stdout), (0, "2026-10/bundle.zip: OK\n2026-11/bundle.zip: OK\n"))
        bundle = self.folder / "out/2026-10/bundle.zip"
        bundle.write_bytes(bundle.read_bytes() + b" ")
        self.assertNotEqual(run().returncode, 0)


if __name__ == "__main__":
    unittest.main()
