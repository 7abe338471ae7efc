"""A folder of months is one chain: whatever byte, file or month is changed, removed, swapped or added is found, and named."""

import hashlib
import json
import random
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from folder_test import Folder
from forger import Month, Table
from harness import ROOT, Case, finish, sha256_of, signal, start, unittest
from stamps_test import Served

PAGE = (ROOT / "samples/bundle.md").read_text("utf-8").split("## The chain")[1].split("## What verify --chain says")[0]


def commands():
    """The shell commands of the page: the blocks that are indented."""
    blocks, block = [], []
    for line in [*PAGE.splitlines(), ""]:
        if line.startswith("    "):
            block.append(line[4:])
        elif block:
            blocks.append("\n".join(block))
            block = []
    return blocks


class Chain(Case):
    """September closed, October published twice and closed, November open with an addendum, December open: numbers 1 to 5."""

    LAST = {"2026-09": 1, "2026-10": 3, "2026-11": 4, "2026-12": 5}

    @classmethod
    def setUpClass(cls):
        cls.maker = Folder()
        cls.maker.setUp()
        try:
            cls.make(cls.maker)
        except BaseException:
            cls.maker.doCleanups()
            raise

    @classmethod
    def make(cls, maker):
        maker.book("2026-09")
        maker.close("2026-09")
        maker.book("2026-10")
        maker.put("late", "202610", 7)
        maker.book("2026-10")
        maker.close("2026-10")
        maker.put("sep", "202609", 6)
        maker.book("2026-11")
        maker.book("2026-12")

    @classmethod
    def tearDownClass(cls):
        cls.maker.doCleanups()

    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"
        self.fresh()

    def fresh(self):
        shutil.rmtree(self.out, ignore_errors=True)
        shutil.copytree(self.maker.folder / "out", self.out, ignore=shutil.ignore_patterns(".moisson"))

    def chain(self, *more, expect=None, folder="out"):
        answer = json.loads(self.run_moisson("verify", "--chain", folder, "--json", *more, expect=expect).out)
        self.assertEqual(answer["exit_code"], expect if expect is not None else answer["exit_code"])
        return answer

    def standings(self, answer):
        """{name: standing} without what was superseded."""
        return {one["folder"] or one["path"]: one["standing"] for one in answer["chain"]["publications"] if one["standing"] != "superseded"}

    def must_name(self, **wrong):
        """Exit code 6, and exactly these months are wrong: _2026_10="changed"."""
        answer = self.chain(expect=6)
        found = {name: standing for name, standing in self.standings(answer).items() if standing not in ("whole", "not-in-chain")}
        self.assertEqual(found, {name.strip("_").replace("_", "-"): standing for name, standing in wrong.items()}, answer["problems"])
        numbers = [one["number"] for one in answer["chain"]["publications"] if one["problems"] and one["number"]]
        if numbers:
            self.assertEqual(answer["chain"]["first_problem"]["number"], min(numbers))
        return answer

    def by_hand(self, newest="2026-12"):
        """What the printed commands say: empty, where all is well."""
        said = ""
        for command in commands():
            command = command.replace("unzip -p bundle.zip", f"unzip -p {newest}/bundle.zip")
            done = subprocess.run(["sh", "-c", command], cwd=self.out, capture_output=True, text=True, check=False, timeout=60)
            said += "".join(line + "\n" for line in (done.stdout + done.stderr).splitlines() if not line.endswith(": OK"))
        return said

    def flip(self, path, at=None, bit=0):
        data = bytearray(path.read_bytes())
        data[len(data) // 2 if at is None else at] ^= 1 << bit
        path.write_bytes(data)


class Whole(Chain):
    def test_an_untouched_folder_is_whole_and_says_what_it_does_not_prove(self):
        """An auditor would not know what the answer is worth."""
        answer = self.chain(expect=0)
        self.assertEqual({one["number"]: (one["folder"], one["standing"]) for one in answer["chain"]["publications"]},
                         {1: ("2026-09", "whole"), 2: ("2026-10", "superseded"), 3: ("2026-10", "whole"), 4: ("2026-11", "whole"),
                          5: ("2026-12", "whole")})
        self.assertEqual([one["held_by"] for one in answer["chain"]["publications"]], [3, 0, 2, 1, 0])
        self.assertEqual([one["closed"] for one in answer["chain"]["publications"]], [True, False, True, False, False])
        self.assertEqual((answer["chain"]["months"], answer["documents"], answer["problems"]), (4, 6, []))
        said = self.run_moisson("verify", "--chain", "out", expect=0).out
        newest = answer["chain"]["newest"]
        self.assertIn(f"newest: 5:{newest['bundle_sha256']} 2026-12\n", said)
        self.assertIn("whether a later one existed is not shown", said)
        self.assertEqual(self.by_hand(), "")
        full = self.chain("--full", expect=0)
        self.assertEqual(full["chain"]["publications"], answer["chain"]["publications"])

    def test_bundles_alone_are_a_chain_too(self):
        """Artifacts of a CI, which are bundles alone, could not be checked."""
        (self.folder / "bundles").mkdir()
        for number, month in enumerate(self.LAST):
            shutil.copy(self.out / month / "bundle.zip", self.folder / f"bundles/{'zyxw'[number]}.zip")
        answer = self.chain(expect=0, folder="bundles")
        self.assertEqual(self.standings(answer), {month: "whole" for month in self.LAST})
        (self.folder / "bundles/y.zip").unlink()
        answer = self.chain(expect=6, folder="bundles")
        self.assertEqual(self.standings(answer)["2026-10"], "removed")
        self.flip(self.folder / "bundles/x.zip")
        self.assertEqual(self.standings(self.chain(expect=6, folder="bundles"))["2026-11"], "changed")

    def test_what_is_no_chain_is_said(self):
        """A wrong folder, or one without a chain, would count as whole."""
        (self.folder / "empty").mkdir()
        self.assertIn("no published month", self.run_moisson("verify", "--chain", "empty", expect=2).err)
        self.run_moisson("verify", "--chain", "nowhere", expect=2)
        self.run_moisson("verify", "--full", "out/2026-10", expect=2)
        self.run_moisson("verify", "--head", f"1:{64 * '0'}", "out/2026-10", expect=2)
        self.run_moisson("verify", "--chain", "out", "--head", "1:abc", expect=2)
        (self.out / "notes.txt").write_text("mine")
        self.assertEqual(self.chain(expect=0)["chain"]["not_months"], ["notes.txt"])

    def test_what_is_older_than_the_chain_is_named_and_held_by_itself(self):
        """A month of an earlier version would be called added, or be passed over without a word."""
        maker = Folder()
        maker.setUp()
        self.addCleanup(maker.doCleanups)
        maker.export("2026-11", "--contract", "OCB*")
        view, = (maker.folder / "out").glob("2026-11+*")
        shutil.copytree(view, self.out / view.name)
        answer = self.chain(expect=0)
        self.assertEqual(self.standings(answer)[view.name], "not-in-chain")
        self.assertTrue(any("1 month is not in the chain" in one for one in answer["chain"]["not_shown"]))
        self.flip(self.out / view.name / "bundle.zip")
        self.assertEqual(self.standings(self.chain(expect=6))[view.name], "changed")
        shutil.rmtree(self.out / view.name)
        with tarfile.open(ROOT / "tests/archives/79f7c89.tar.xz") as archive:
            archive.extractall(self.folder / "old")
        month, = (path for path in (self.folder / "old").rglob("2026-09") if path.is_dir())
        answer = self.chain(expect=6, folder=month.parent)
        self.assertTrue(any("no month here says its place" in one for one in answer["problems"]))
        self.assertEqual(set(self.standings(answer).values()), {"not-in-chain"})
        shutil.rmtree(self.out / "2026-09")
        shutil.copytree(month, self.out / "2026-09")
        self.must_name(_2026_09="changed")


class Found(Chain):
    def test_a_changed_byte_is_named_with_its_month(self):
        """A forged document of a past month would pass."""
        for month in self.LAST:
            for name in ("bundle.zip", "ledger.csv", "ledger.xlsx", "summary.json", "report.html", "erp/plain.csv"):
                if (self.out / month / name).exists():
                    with self.subTest(month=month, name=name):
                        self.flip(self.out / month / name)
                        answer = self.must_name(**{f"_{month.replace('-', '_')}": "changed"})
                        self.assertIn(name, " ".join(answer["problems"]))
                        self.assertNotEqual(self.by_hand(), "")
                    self.fresh()

    def test_files_that_are_removed_or_added_are_named(self):
        """A month could lose its addendum, or gain a file that nobody published."""
        (self.out / "2026-11/addendum-2026-09-01.csv").unlink()
        self.assertIn("addendum-2026-09-01.csv", " ".join(self.must_name(_2026_11="changed")["problems"]))
        self.assertNotEqual(self.by_hand(), "")
        self.fresh()
        (self.out / "2026-09/notes.txt").write_text("mine")
        self.must_name(_2026_09="changed")
        self.assertNotEqual(self.by_hand(), "")
        self.fresh()
        (self.out / "2026-09/summary.json").unlink()
        self.must_name(_2026_09="changed")
        self.assertNotEqual(self.by_hand(), "")

    def test_a_removed_month_is_named(self):
        """A month could be taken away."""
        for month in ("2026-09", "2026-10", "2026-11"):
            shutil.rmtree(self.out / month)
            self.must_name(**{f"_{month.replace('-', '_')}": "removed"})
            self.assertNotEqual(self.by_hand(), "")
            self.fresh()

    def test_the_newest_month_is_missed_where_its_number_was_kept(self):
        """The last month could be taken away, and nothing in the others would tell."""
        kept = self.chain(expect=0)["chain"]["newest"]
        head = f"{kept['number']}:{kept['bundle_sha256']}"
        shutil.copy(self.out / "2026-12/summary.json", self.folder / "kept.json")
        shutil.rmtree(self.out / "2026-12")
        self.assertIn("the last run that published here", " ".join(self.chain(expect=6)["problems"]))
        (self.out / ".moisson-folder").unlink()
        answer = self.chain(expect=0)
        self.assertTrue(any("newest month here is number 4" in one for one in answer["chain"]["not_shown"]))
        for known in (head, "kept.json"):
            self.assertIn("number 5 was published", " ".join(self.chain("--head", known, expect=6)["problems"]))
        self.fresh()
        answer = self.chain("--head", head, expect=0)
        self.assertFalse(any("whether a later one existed" in one for one in answer["chain"]["not_shown"]))
        (self.out / "2026-12").rename(self.folder / "true")
        month = Month(self.folder / "true")
        month.bag["documents/OCB0000001/2026-12/invoices/dec.pdf"] += b"%"
        month.save(self.out / "2026-12")
        self.assertIn("is not the bundle that was given as known", " ".join(self.chain("--head", head, expect=6)["problems"]))

    def test_swapped_and_doubled_months_are_named(self):
        """One month could stand in another's place."""
        (self.out / "2026-10").rename(self.out / "x")
        (self.out / "2026-11").rename(self.out / "2026-10")
        (self.out / "x").rename(self.out / "2026-11")
        self.must_name(_2026_10="swapped", _2026_11="swapped")
        self.assertNotEqual(self.by_hand(), "")
        self.fresh()
        shutil.rmtree(self.out / "2026-10")
        shutil.copytree(self.out / "2026-11", self.out / "2026-10")
        answer = self.chain(expect=6)
        self.assertEqual(sorted(one["standing"] for one in answer["chain"]["publications"] if one["folder"] == "2026-10"),
                         ["removed", "superseded", "swapped"])
        self.fresh()
        shutil.copytree(self.out / "2026-11", self.out / "copy")
        self.must_name(copy="swapped")
        self.fresh()
        shutil.copy(self.out / "2026-11/bundle.zip", self.out / "again.zip")
        answer = self.chain(expect=6)
        self.assertEqual(sorted(one["standing"] for one in answer["chain"]["publications"] if one["folder"] == "2026-11"), ["twice", "whole"])

    def test_an_older_publication_of_a_month_is_named(self):
        """What was put right would be taken back."""
        maker = Folder()
        maker.setUp()
        self.addCleanup(maker.doCleanups)
        maker.book("2026-10")
        shutil.copytree(maker.folder / "out/2026-10", self.folder / "older")
        maker.put("late", "202610", 7)
        maker.book("2026-10")
        maker.book("2026-11")
        shutil.rmtree(self.out)
        shutil.copytree(maker.folder / "out", self.out)
        self.chain(expect=0)
        shutil.rmtree(self.out / "2026-10")
        shutil.copytree(self.folder / "older", self.out / "2026-10")
        self.must_name(_2026_10="older")
        self.assertNotEqual(self.by_hand("2026-11"), "")

    def test_a_month_of_another_history_is_named(self):
        """A month of another account, or of another state, would count as one of these."""
        maker = Folder()
        maker.setUp()
        self.addCleanup(maker.doCleanups)
        maker.put("oct1", "202610", 99)
        maker.book("2026-10")
        maker.book("2026-11")
        for month in ("2026-10", "2026-11"):
            shutil.rmtree(self.out / month)
            shutil.copytree(maker.folder / "out" / month, self.out / month)
            self.must_name(**{f"_{month.replace('-', '_')}": "changed"})
            self.assertNotEqual(self.by_hand(), "")
            self.fresh()
        maker.book("2026-08")
        shutil.copytree(maker.folder / "out/2026-08", self.out / "2026-08")
        self.must_name(_2026_08="added")

    def test_a_month_that_was_made_anew_in_itself_is_named(self):
        """Who makes all seals and digests of a past month anew would pass."""
        for month, inside in (("2026-09", "documents/OCB0000001/2026-09/invoices/sep.pdf"), ("2026-11", "ledger.csv")):
            forged = Month(self.out / month)
            forged.set_file(inside, forged.bag[inside].replace(b"30.00", b"31.00") if inside == "ledger.csv" else forged.bag[inside] + b"%")
            forged.save(self.out / month)
            answer = self.must_name(**{f"_{month.replace('-', '_')}": "changed"})
            self.assertIn("is not the one that was published", " ".join(answer["problems"]))
            self.assertNotEqual(self.by_hand(), "")
            self.fresh()

    def test_a_file_beside_a_closed_bundle_is_held_by_all_later_months(self):
        """The page of a closed month could be written anew, with its summary sealed anew."""
        note, summary = self.out / "2026-10/summary.md", self.out / "2026-10/summary.json"
        old = sha256_of(note)
        self.flip(note)
        text = summary.read_bytes().replace(old.encode(), sha256_of(note).encode())
        seal = text.rindex(b'  "seal"')
        summary.write_bytes(text[:seal] + b'  "seal": "' + hashlib.sha256(text[:seal]).hexdigest().encode() + b'"\n}\n')
        self.assertIn("it is not the one that was closed", " ".join(self.must_name(_2026_10="changed")["problems"]))
        self.assertNotEqual(self.by_hand(), "")

    def forge_books(self, table, change, standing="changed"):
        month = Month(self.out / "2026-12")
        books = Table(month.bag[f"books/{table}.csv"])
        change(books)
        month.bag[f"books/{table}.csv"] = books.bytes()
        month.save(self.out / "2026-12")
        said = " ".join(self.must_name(_2026_12=standing)["problems"])
        self.fresh()
        return said

    def test_the_books_of_the_newest_month_must_go_on_from_those_before_it(self):
        """A forged newest month could say that something else was booked, closed or published in the past."""
        self.assertIn("handed out to an ERP", self.forge_books("postings", lambda books: books.set(0, "amount_minor", "1")))
        self.assertIn("handed out to an ERP", self.forge_books("postings", lambda books: books.rows.pop(0)))
        self.assertIn("other closed rows of 2026-09", self.forge_books("closed_rows", lambda books: books.set(0, "row_sha256", 64 * "0")))
        self.assertIn("its books say of 2026-09", self.forge_books("closed_rows", lambda books: books.set(0, "amount_minor", "1")))
        self.assertIn("closed or opened", self.forge_books("closings", lambda books: books.set(0, "done_by", "bob")))
        self.assertIn("other months were before it", self.forge_books("chain", lambda books: books.set(1, "bundle_sha256", 64 * "0"), "added"))

    def test_links_and_wild_names_do_no_harm(self):
        """A link in a folder of a stranger would show what lies elsewhere."""
        (self.out / "2026-10").rename(self.folder / "elsewhere")
        (self.out / "2026-10").symlink_to(self.folder / "elsewhere")
        answer = self.chain(expect=6)
        self.assertIn("2026-10: it is a link, and was not followed", answer["problems"])
        self.assertEqual(self.standings(answer)["2026-10"], "removed")


class Random(Chain):
    def test_any_flipped_bit_of_any_file_is_found(self):
        """Some byte would be held by nothing."""
        files = sorted(path.relative_to(self.out) for path in self.out.rglob("*") if path.is_file() and not path.name.startswith("."))
        rng = random.Random(20261201)
        for number in range(40):
            name = files[number] if number < len(files) and number % 2 == 0 else rng.choice(files)
            path = self.out / name
            whole = path.read_bytes()
            at = rng.randrange(len(whole))
            self.flip(path, at, rng.randrange(8))
            with self.subTest(file=str(name), at=at):
                self.must_name(**{f"_{name.parts[0].replace('-', '_')}": "changed"})
                if number % 4 == 0:
                    self.assertNotEqual(self.by_hand(), "")
            path.write_bytes(whole)


class Stamped(Served, Folder):
    """Months that an authority has stamped."""

    def test_a_stamp_that_was_taken_away_or_changed_is_missed(self):
        """Who changes a month could take its proofs away."""
        self.job(signs=False)
        self.book("2026-09", "--job", "job.toml")
        self.close("2026-09")
        self.book("2026-10", "--job", "job.toml")
        ca = ("--evidence-ca", self.authority.ca_file)
        self.run_moisson("verify", "--chain", "out", *ca, expect=0)
        for month, options, said in (("2026-09", (), "evidence.json.tsr: it is not the one that was closed"),
                                     ("2026-10", ca, "there is neither a time stamp nor a signature")):
            stamp = self.folder / "out" / month / "evidence.json.tsr"
            whole = stamp.read_bytes()
            stamp.unlink()
            self.assertIn(said, self.run_moisson("verify", "--chain", "out", *options, expect=6).out)
            stamp.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
            self.assertIn(month, self.run_moisson("verify", "--chain", "out", expect=6).out)
            stamp.write_bytes(whole)


class Stopped(Chain):
    def test_sigterm_ends_it_at_once(self):
        """A check of ten years could not be stopped."""
        with open(self.out / "2026-10/ledger.xlsx", "r+b") as file:
            file.truncate(64 << 30)
        process = start("verify", "--chain", "out", folder=self.folder)
        time.sleep(1)
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        result = finish(process)
        self.assertEqual(result.code, 143, result)
        self.assertLess(time.monotonic() - asked, 3)


if __name__ == "__main__":
    unittest.main()
