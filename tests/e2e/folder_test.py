"""State and folder: what a folder holds and the state never made is refused or taken over, and a closed month's files are all held to be as they were."""

import csv
import json
import re
import shutil
import sqlite3
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from close_test import EXPORT, TEMPLATE, Booking
from harness import sha256_of, tree_of, unittest

KEYED = TEMPLATE.replace("columns = [", "columns = [\n    {name = \"key\", value = 'key'},")


class Folder(Booking):
    def setUp(self):
        super().setUp()
        (self.folder / "plain.toml").write_text(KEYED)
        self.state = self.folder / "out/.moisson"

    def keyed(self, month):
        """{key: amount} of the month's ERP file."""
        path = self.folder / "out" / month / "erp/plain.csv"
        if not path.exists():
            return {}
        with open(path, newline="", encoding="utf-8") as file:
            return {row["key"]: row["amount"] for row in csv.DictReader(file, delimiter=";")}

    def keep_state(self, name):
        shutil.copytree(self.state, self.folder / name)

    def bring_back(self, name):
        shutil.rmtree(self.state)
        shutil.copytree(self.folder / name, self.state)

    def refused(self, month, *sentences, environment=None):
        """The export is refused with these sentences, and nothing of the folder changes."""
        before = tree_of(self.folder / "out")
        result = self.run_moisson(*EXPORT, month, environment={**self.server.environment, **(environment or {})}, expect=6)
        for sentence in (*sentences, "--adopt-folder", "MOISSON_STATE"):
            self.assertIn(sentence, result.err)
        after = tree_of(self.folder / "out")
        self.assertEqual({name: digest for name, digest in after.items() if not name.startswith(".moisson/")},
                         {name: digest for name, digest in before.items() if not name.startswith(".moisson/")})
        return result


class Witnesses(Folder):
    def without_books(self, month):
        """As a version published it that kept no books in its bundles."""
        path = self.folder / "out" / month / "summary.json"
        text = re.sub(r',\n  "chain": \{.*?\n  \}', "", path.read_text(), flags=re.S)
        self.assertNotEqual(text, path.read_text())
        path.write_text(text)

    def test_a_folder_of_before_books_were_kept_is_not_written_over(self):
        """A closed month would be written anew with exit 0, and every ERP key handed out once more."""
        self.book("2026-10")
        self.close("2026-10")
        self.book("2026-11")
        self.without_books("2026-10")
        self.without_books("2026-11")
        shutil.rmtree(self.state)
        self.put("oct1", "202610", 99)
        self.refused("2026-10", "2026-10 was published by run", "2026-11 was published by run", "2026-10 is closed since")
        self.assertFalse(self.state.exists())
        self.refused("2026-12", "2026-10 was published by run")
        self.run_moisson("plan", "--rate", "0", "--period", "2026-11", environment=self.server.environment, expect=6)
        for arguments in (["2026-11"], ["2026-10", "--reopen", "x"], ["--list"]):
            self.assertIn("never made", self.run_moisson("close", *arguments, expect=6).err)
        (self.folder / "out/.moisson-folder").unlink()  # a later month's closed-months tells of the closing, too
        self.refused("2026-10", "2026-10 was published by run", "2026-10 is closed since")

    def test_two_states_cannot_take_turns_in_one_folder(self):
        """Both would number addenda and keys from one."""
        self.closed()
        self.put("late", "202610", 7)
        other = {"MOISSON_STATE": f"sqlite:{self.folder}/other.sqlite3"}
        self.run_moisson(*EXPORT, "2026-11", "--out", "elsewhere", environment={**self.server.environment, **other}, expect=0)
        before = tree_of(self.folder / "out/2026-10")
        result = self.run_moisson(*EXPORT, "2026-11", environment={**self.server.environment, **other}, expect=6)
        for part in ("two histories", "2026-11 as number 1", "2026-10 as number 1", "moisson state diff"):
            self.assertIn(part, result.err)
        self.assertEqual(tree_of(self.folder / "out/2026-10"), before)
        self.assertFalse((self.folder / "out/2026-11").exists())
        self.export("2026-11")
        self.assertEqual(self.addenda_of("2026-11"), ["addendum-2026-10-01.csv"])
        self.assertIn("two histories", self.run_moisson(*EXPORT, "2026-11", environment={**self.server.environment, **other}, expect=6).err)

    def test_what_is_well_is_not_refused(self):
        """A person could not move months to an archive, copy a folder, or use another --out."""
        (self.folder / "out/2026").mkdir(parents=True)
        (self.folder / "out/notes.txt").write_text("mine")
        (self.folder / "out/2026-01").mkdir()
        self.book("2026-10")
        self.close("2026-10")
        self.book("2026-11")
        shutil.move(self.folder / "out/2026-11", self.folder / "archive")
        shutil.rmtree(self.folder / "out/2026-10")
        self.export("2026-12")
        shutil.copytree(self.folder / "out", self.folder / "copy")
        self.export("2026-12", "--out", "copy")
        state = {**self.server.environment, "MOISSON_STATE": f"sqlite:{self.state}/state.sqlite3"}
        self.run_moisson(*EXPORT, "2026-11", "--out", "third", environment=state, expect=0)
        self.close("2026-12", "--list")
        self.export("2026-11")
        self.assertEqual(sha256_of(self.folder / "out/2026-11/ledger.csv"), sha256_of(self.folder / "archive/ledger.csv"))


class Adoption(Folder):
    def adopt(self, month, *more, expect=0):
        return self.export(month, "--template", "plain.toml", "--adopt-folder", "the disk died", *more, expect=expect)

    def test_a_folder_that_is_taken_over_keeps_closings_addenda_and_keys(self):
        """After a lost state, amounts would be booked twice or never, or a key would stand for two amounts."""
        self.assertEqual(self.book("2026-10")[0][3], "10.50")
        self.close("2026-10")
        closed = tree_of(self.folder / "out/2026-10")
        self.put("oct1", "202610", 11.5)
        self.book("2026-11")
        first = self.addendum("2026-11")
        self.assertEqual(self.keyed("2026-11"), {"OCB0000001/nov/1": "30.00", "OCB0000001/oct1/2": "1.00"})
        shutil.rmtree(self.state)
        self.put("nov", "202611", 33)
        self.put("oct2", "202610", 25)
        self.assertIn("reason", self.export("2026-11", "--adopt-folder", " ", expect=2).err)
        self.adopt("2026-10", expect=6)  # taken over; its rows are others by now
        self.assertEqual(tree_of(self.folder / "out/2026-10"), closed)
        listed = json.loads(self.run_moisson("close", "--list", "--json", expect=0).out)
        self.assertEqual([(one["period"], one["closed_by"], one["revision"]) for one in listed["closed_months"]], [("2026-10", "ana", 1)])
        self.assertEqual([(one["file"], one["differences"][0]["amount"]) for one in listed["addenda"]], [("addendum-2026-10-01.csv", "1.00")])
        self.book("2026-11")
        self.assertEqual(self.addendum("2026-11"), first)
        self.assertEqual({key: row["amount"] for key, row in self.addendum("2026-11", "addendum-2026-10-02.csv").items()}, {("oct2", "1"): "25.00"})
        self.assertEqual(self.keyed("2026-11"), {"OCB0000001/nov/101": "3.00", "OCB0000001/oct2/101": "5.00"})
        self.run_moisson("verify", "out/2026-11", expect=0)
        self.book("2026-12")
        self.assertEqual(self.keyed("2026-12"), {"OCB0000001/dec/101": "40.00"})
        said = [one["message"] for one in self.summary("out/2026-12")["findings"] if one["code"] == "folder-adopted"]
        self.assertEqual(len(said), 1)
        for part in ("2026-10, 2026-11", "the disk died"):
            self.assertIn(part, said[0])
        shutil.rmtree(self.folder / "out/2026-10")
        self.export("2026-10")
        self.assertEqual(tree_of(self.folder / "out/2026-10"), closed)

    def test_a_second_takeover_hands_out_other_keys(self):
        """Two takeovers of one folder would begin with the same keys."""
        self.book("2026-10")
        shutil.rmtree(self.state)
        self.put("oct1", "202610", 11.5)
        self.adopt("2026-10")
        self.assertEqual(self.keyed("2026-10"), {"OCB0000001/oct1/101": "1.00"})
        shutil.rmtree(self.state)
        self.put("oct1", "202610", 12.5)
        self.adopt("2026-10")
        self.assertEqual(self.keyed("2026-10"), {"OCB0000001/oct1/201": "1.00"})

    def test_what_came_late_is_known_of_a_month_without_documents(self):
        """After a lost state, what an empty month's file had booked of a closed one would be booked again."""
        self.book("2026-10")
        self.close("2026-10")
        self.put("late", "202610", 7)
        self.book("2027-03")
        self.assertEqual(self.keyed("2027-03"), {"OCB0000001/late/1": "7.00"})
        shutil.rmtree(self.state)
        self.adopt("2026-11")
        self.assertEqual(self.keyed("2026-11"), {"OCB0000001/nov/101": "30.00"})

    def test_an_addendum_that_a_reopened_month_took_in_is_not_booked_again(self):
        """After a lost state, what came late, was booked, and stands in the ledger since the month was closed again would be booked twice."""
        self.book("2026-10")
        self.close("2026-10")
        self.put("late", "202610", 7)
        self.book("2026-11")
        self.assertEqual(self.keyed("2026-11"), {"OCB0000001/late/1": "7.00", "OCB0000001/nov/1": "30.00"})
        self.close("2026-10", "--reopen", "a letter")
        self.book("2026-10")
        self.close("2026-10")
        self.book("2026-11")  # later than the closing
        shutil.rmtree(self.state)
        self.adopt("2026-12")
        self.assertEqual(self.keyed("2026-12"), {"OCB0000001/dec/101": "40.00"})
        self.book("2026-11")
        self.assertEqual(self.keyed("2026-11"), {})

    def test_an_addendum_keeps_the_files_that_only_the_published_bundle_has(self):
        """A month could never be exported again once the cache is lost and the service has a newer version of what its addendum holds."""
        self.book("2026-10")
        self.close("2026-10")
        self.put("oct1", "202610", 11.5)
        self.book("2026-11")
        first = self.addendum("2026-11")
        self.put("oct1", "202610", 12.5)
        shutil.rmtree(self.state / "objects")
        self.book("2026-11")
        self.assertEqual(self.addendum("2026-11"), first)
        self.put("oct1", "202610", 13.5)
        shutil.rmtree(self.state)
        self.adopt("2026-11")
        self.assertEqual(self.addendum("2026-11"), first)
        self.assertEqual(self.addenda_of("2026-11"), [f"addendum-2026-10-{number:02}.csv" for number in (1, 2, 3)])
        self.run_moisson("verify", "out/2026-11", expect=0)
        shutil.rmtree(self.state / "objects")
        (self.folder / "out/2026-11/bundle.zip").write_bytes(b"")
        result = self.export("2026-11", "--template", "plain.toml", expect=6)
        for part in ("OCB0000001", "addendum-2026-10-01.csv", "Put the published folder back"):
            self.assertIn(part, result.err)

    def book_twice_and_bring_back_the_first_state(self, closes):
        self.book("2026-10")
        self.keep_state("first")
        self.put("late", "202610", 7)
        self.book("2026-10")
        self.assertEqual(self.keyed("2026-10")["OCB0000001/late/1"], "7.00")
        if closes:
            self.close("2026-10")
        self.bring_back("first")
        self.adopt("2026-11")
        self.assertEqual(self.keyed("2026-11"), {"OCB0000001/nov/101": "30.00"})

    def test_an_older_state_does_not_book_again_what_was_booked_since(self):
        """A backup from before a second export would hand out its documents once more, under other keys."""
        self.book_twice_and_bring_back_the_first_state(closes=False)
        self.book("2026-10")
        self.assertNotIn("OCB0000001/late/101", self.keyed("2026-10"))

    def test_an_older_state_does_not_book_again_what_was_booked_and_closed_since(self):
        """A backup from before the closing would hand out its documents once more in the next month's file."""
        self.book_twice_and_bring_back_the_first_state(closes=True)

    def test_an_older_state_learns_what_was_closed_since(self):
        """A backup from before the closing would open the month again."""
        self.book("2026-10")
        self.keep_state("first")
        self.close("2026-10")
        closed = tree_of(self.folder / "out/2026-10")
        self.bring_back("first")
        self.put("late", "202610", 7)
        self.adopt("2026-10", expect=6)
        self.assertEqual(tree_of(self.folder / "out/2026-10"), closed)
        self.book("2026-11")
        self.assertEqual({key: row["amount"] for key, row in self.addendum("2026-11").items()}, {("late", "1"): "7.00"})

    def test_a_closed_month_that_is_not_there_as_it_was_is_not_taken_over(self):
        """A ledger that nobody closed would count as the closed one."""
        self.closed()
        self.export("2026-11")
        shutil.rmtree(self.state)
        shutil.move(self.folder / "out/2026-10", self.folder / "away")
        self.assertIn("its folder is not here", self.adopt("2026-11", expect=6).err)
        shutil.copytree(self.folder / "away", self.folder / "out/2026-10")
        ledger = self.folder / "out/2026-10/ledger.csv"
        ledger.write_bytes(ledger.read_bytes().replace(b"10.50", b"11.50"))
        self.assertIn("not the one that was closed", self.adopt("2026-11", expect=6).err)
        shutil.rmtree(self.folder / "out/2026-10")
        shutil.move(self.folder / "away", self.folder / "out/2026-10")
        self.adopt("2026-11")


class ClosedFolder(Folder):
    def closed_with_addendum(self):
        """October, closed, with an ERP file and an addendum to September."""
        self.book("2026-09")
        self.close("2026-09")
        self.put("late", "202609", 7)
        self.book("2026-10")
        self.close("2026-10")
        return tree_of(self.folder / "out/2026-10")

    def test_every_file_of_a_closed_month_is_looked_at(self):
        """"Closed and as it was" would be said of a month whose archive is gone or whose workbook was edited."""
        before = self.closed_with_addendum()
        folder = self.folder / "out/2026-10"
        self.assertEqual(set(before), {"ledger.csv", "ledger.xlsx", "bundle.zip", "report.html", "junit.xml", "summary.md", "summary.json", "erp/plain.csv",
                                       "addendum-2026-09-01.csv", "evidence.json", "evidence/answers.zip"})
        for name in before:
            whole = (folder / name).read_bytes()
            if name in ("bundle.zip", "junit.xml", "erp/plain.csv"):
                (folder / name).unlink()
            else:
                (folder / name).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
            for result in (self.export("2026-10", expect=6), self.close("2026-10", expect=6)):
                self.assertIn(name, result.err)
                self.assertIn("Move the folder away", result.err)
            (folder / name).write_bytes(whole)
        (folder / "erp/more.csv").write_text("x")
        self.assertIn("erp/more.csv was not in it", self.export("2026-10", expect=6).err)
        (folder / "erp/more.csv").unlink()
        self.export("2026-10")
        self.assertIn("as it was", self.close("2026-10").out)
        self.assertEqual(tree_of(folder), before)

    def test_a_closed_month_that_is_gone_comes_back_byte_for_byte(self):
        """Its addenda, its bundle's findings or half of its ERP file would be lost, or the month could not be had again."""
        before = self.closed_with_addendum()
        self.put("oct1", "202610", 31)
        self.put("late", "202609", 8)
        shutil.rmtree(self.folder / "out/2026-10")
        self.assertIn("its folder is gone", self.close("2026-10", expect=6).err)
        for more in (["--template", "plain.toml", "--since-last"], []):
            shutil.rmtree(self.folder / "out/2026-10", ignore_errors=True)
            self.assertIn("byte for byte", self.export("2026-10", *more).err)
            self.assertEqual(tree_of(self.folder / "out/2026-10"), before)
        self.run_moisson("verify", "out/2026-10", expect=0)
        self.close("2026-10")

    def test_a_damaged_copy_is_not_published(self):
        """A closed month would come back with other bytes."""
        before = self.closed_with_addendum()
        shutil.rmtree(self.folder / "out/2026-10")
        kept = self.state / "objects" / before["report.html"][:2] / before["report.html"]
        whole = kept.read_bytes()
        kept.write_bytes(whole + b" ")
        self.assertIn("report.html is damaged", self.export("2026-10", expect=6).err)
        kept.unlink()
        self.assertIn("report.html cannot be read", self.export("2026-10", expect=6).err)
        self.assertFalse((self.folder / "out/2026-10").exists())
        kept.write_bytes(whole)
        self.export("2026-10")
        self.assertEqual(tree_of(self.folder / "out/2026-10"), before)

    def test_a_month_that_was_closed_before_files_were_kept_is_held_against_its_summary(self):
        """An update of the program would leave earlier closings unprotected."""
        before = self.closed_with_addendum()
        folder = self.folder / "out/2026-10"

        def forget():
            with sqlite3.connect(self.state / "state.sqlite3") as state:
                state.execute("DELETE FROM closed_file")
            state.close()

        forget()
        workbook = (folder / "ledger.xlsx").read_bytes()
        (folder / "ledger.xlsx").write_bytes(workbook + b" ")
        self.assertIn("ledger.xlsx", self.export("2026-10", expect=6).err)
        (folder / "ledger.xlsx").write_bytes(workbook)
        self.close("2026-10")  # kept from now on
        shutil.rmtree(folder)
        self.export("2026-10")
        self.assertEqual(tree_of(folder), before)


class Damage(Folder):
    def test_a_value_that_changed_in_the_state_ends_every_command_with_7(self):
        """A bit that flipped would be booked as a correction."""
        self.book("2026-10")
        self.close("2026-10")
        self.put("late", "202610", 7)
        self.book("2026-11")
        whole = (self.state / "state.sqlite3").read_bytes()
        for table, change in (("posting", "amount_minor=amount_minor+64"), ("closed_row", "amount_minor=amount_minor-1"),
                              ("document", "amount='8.5'"), ("closing", "ledger_sha256='x'"), ("addendum_row", "currency='CHF'")):
            with sqlite3.connect(self.state / "state.sqlite3") as state:
                state.execute(f"UPDATE {table} SET {change}")
            state.close()
            before = tree_of(self.folder / "out")
            for result in (self.export("2026-12", expect=7), self.close("2026-11", expect=7)):
                self.assertIn(f"a row of the table {table} is not what was written", result.err)
                self.assertIn("OCB0000001" if table not in ("closing", "addendum_row") else "2026-10", result.err)
            self.assertEqual(tree_of(self.folder / "out"), before)
            (self.state / "state.sqlite3").write_bytes(whole)
        self.export("2026-12")


if __name__ == "__main__":
    unittest.main()
