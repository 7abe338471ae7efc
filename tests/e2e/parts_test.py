"""Parts of a month that several machines make, and their merge: the bytes of one run, and a refusal of what does not belong together."""
import base64
import json
import re
import shutil
import sys
import threading
import time
import urllib.parse
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from harness import PDF, Case, PublishedOnce, as_answer, digests_of, document, end, erp_template, finish  # noqa: E402
from harness import sha256_of, start, tree_of, unittest, wait_until  # noqa: E402
from postgresql import Server  # noqa: E402

MONTH, NEXT = "2026-10", "2026-11"
ASK = ("--rate", "0", "--no-progress")
BOOKS = ("ledger.csv", "ledger.xlsx", "bundle.zip")
TEMPLATE = erp_template(key="key", amount="line.signed", currency="currency", end="period_end")
KEY, SECRET, TOKEN = 'a-key/of+the=double "quoted" & more', "a-secret/of+the=double & more", "a-token/of+the=double"


def reseal(folder, change):
    """Edits part.json and seals the part again, as only somebody who knows the format can."""
    (folder / "part.json").write_text(json.dumps({**json.loads((folder / "part.json").read_text()), **change}))
    names = sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file() and one.name != "part.sha256")
    (folder / "part.sha256").write_text("".join(f"{sha256_of(folder / name)}  {name}\n" for name in names))


class Parts(Case):
    """A double of several contracts; `one` makes a month at once, `part` and `merge` make it by parts."""
    environment = {}
    source = ()

    def serve(self, *numbers):
        """OCB0000004 to OCB0000008: of two parts as of three, each has one of them at least."""
        self.server = self.double()
        self.environment, self.server.contracts = self.server.environment, []
        for number in numbers or range(4, 9):
            self.add_contract(f"OCB000000{number}")

    def add_contract(self, contract):
        self.server.contracts.append({"id": contract, "name": f"Name {contract}", "offer": {"name": "Flexible Engine", "id": "FE"}})
        self.server.lists[contract] = []
        for at, period in enumerate(("202610", "202610", "202609", "202611")):
            self.put(contract, f"{contract}-{at}", kind="reports" if at == 1 else "invoices", period=period, amount=at + 10.5)

    def put(self, contract, identifier, **more):
        others = [one for one in self.server.lists[contract] if one["id"] != identifier]
        self.server.lists[contract] = [*others, document(identifier, **more)]
        self.server.files[identifier] = PDF + f"{identifier[:12]} {len(self.server.files)}".encode() + b"\n%%EOF\n"

    def one(self, *more, month=MONTH, out="one", expect=None):
        words = ("export", *self.source, *ASK, "--period", month, "--out", out, *more)
        return self.run_moisson(*words, environment=self.environment, expect=expect)

    def part(self, number, of, *more, month=MONTH, out="many"):
        self.one("--part", f"{number}/{of}", *more, month=month, out=out, expect=0)
        return self.folder / out / "parts" / month / f"{number}-of-{of}"

    def parts(self, of, *more, **options):
        return [self.part(number, of, *more, **options) for number in range(1, of + 1)]

    def merge(self, *more, out="many", expect=None):
        """Knows no credentials: the merge asks nobody."""
        return self.run_moisson("merge", *self.source, *map(str, more), "--no-progress", "--out", out, expect=expect)

    def refused(self, code, *words, parts, more=()):
        result = self.merge(*parts, *more, out="fresh")
        self.assertEqual(result.code, code, result)
        for word in words:
            self.assertIn(str(word), result.err, result)
        self.assertEqual([path for path in (self.folder / "fresh").glob("2026*")], [], "something was published")
        return result

    def same(self, month=MONTH, names=BOOKS, one="one", many="many"):
        self.assertEqual(digests_of(self.folder / many / month, names), digests_of(self.folder / one / month, names))
        self.run_moisson("verify", f"{many}/{month}", expect=0)


class SmallScenario(PublishedOnce, Parts):
    """Two months of the sandbox by three parts each, and by one run each."""

    @classmethod
    def publish(cls):
        keeper, cls.codes = cls.keeper, {}
        (keeper.folder / "erp.toml").write_text(TEMPLATE)
        environment = keeper.sandbox("--scenario", "small").environment
        for month in (MONTH, NEXT):
            words = ("export", *ASK, "--period", month, "--out")
            cls.codes["one", month] = keeper.run_moisson(*words, "one", "--template", "erp.toml", environment=environment)
            for number in (2, 3, 1):
                keeper.run_moisson(*words, "many", "--part", f"{number}/3", environment=environment)
            cls.codes["many", month] = keeper.run_moisson("merge", f"many/parts/{month}", "--out", "many", "--template", "erp.toml")

    def setUp(self):
        super().setUp()
        self.folder = self.keeper.folder

    def told(self, folder):
        """What of a summary does not depend on who asked when."""
        when = ("run_id", "started_at", "finished_at", "requests", "seal", "credentials", "files")
        kept = {name: value for name, value in self.summary(folder).items() if name not in when}
        return re.sub("[0-9a-f]{32}", "REQUEST", json.dumps(kept, indent=1, ensure_ascii=False)).splitlines()

    def test_both_months_are_what_one_run_makes(self):
        """Else a group's books would depend on how many machines asked for them."""
        for month in (MONTH, NEXT):
            one, many = self.codes["one", month], self.codes["many", month]
            self.assertEqual(many.code, one.code, f"{one}\n{many}")
            erp = [f"erp/{path.name}" for path in (self.folder / "one" / month / "erp").glob("*.csv")]
            self.assertEqual(len(erp), 1 if month == MONTH else 0, one)
            self.same(month, (*BOOKS, "usage.csv", *erp))
            self.assertEqual(self.told(f"many/{month}"), self.told(f"one/{month}"))
            self.assertEqual(set(tree_of(self.folder / "many" / month)), set(tree_of(self.folder / "one" / month)))

    def test_merged_twice_changes_nothing(self):
        """Else a retried CI job would publish another month, or give the ERP a second file."""
        before = digests_of(self.folder / "many" / NEXT)
        self.merge(f"many/parts/{NEXT}", "--template", "erp.toml", expect=self.codes["many", NEXT].code)
        self.assertEqual(digests_of(self.folder / "many" / NEXT), before)

    def test_evidence_names_the_parts(self):
        """Else an auditor could not tell which machine was given an answer."""
        evidence = json.loads((self.folder / "many" / MONTH / "evidence.json").read_text())
        folders = {f"{number}/3": self.folder / "many/parts" / MONTH / f"{number}-of-3" for number in (1, 2, 3)}
        headers = {name: json.loads((folder / "part.json").read_text()) for name, folder in folders.items()}
        self.assertEqual([(one["part"], one["run_id"], one["sha256"]) for one in evidence["parts"]],
                         [(name, headers[name]["run_id"], sha256_of(folder / "part.sha256")) for name, folder in folders.items()])
        self.assertEqual({one.get("part") for one in evidence["answers"]}, set(headers))
        fetched = [one["fetched"]["run_id"] for one in evidence["documents"] if one.get("fetched")]
        self.assertGreater(len(fetched), 40)
        self.assertEqual(set(fetched), {one["run_id"] for one in headers.values()})

    def test_the_embedded_sandbox(self):
        """Else nobody could try parts without a login."""
        self.source = ("--sandbox", "--scenario", "small")
        for words in (("embedded-one",), ("embedded", "--part", "2/2"), ("embedded", "--part", "1/2")):
            self.assertIn(self.one(*words[1:], out=words[0]).code, (0, 3))
        self.assertIn("Add --sandbox", self.run_moisson("merge", "embedded/parts/2026-10", "--out", "fresh", expect=2).err)
        self.merge("embedded/parts/2026-10", out="embedded", expect=3)
        self.same(one="embedded-one", many="embedded")


class AlteredFiles(Parts):
    source = ("--sandbox", "--scenario", "clean")

    def test_a_stored_file_that_is_another_one_by_now_is_not_read_in_its_place(self):
        """Else its amounts would stand in the ledger for those of the file that the part had fetched, and would be kept for good."""
        self.one(expect=0)
        self.part(1, 1)
        pages = [path for path in (self.folder / "many/.moisson").glob("**/objects/*/*") if path.read_bytes().startswith(b"%PDF-")]
        least, *_, most = sorted(pages, key=lambda path: path.stat().st_size)
        size, altered = most.stat().st_size, least.read_bytes()
        most.unlink()  # parts may hold the same file
        most.write_bytes(altered + b"\n" * (size - len(altered)))
        merged = self.merge(f"many/parts/{MONTH}", "-v", expect=0)
        self.assertIn("a fetched file changed on this disk", merged.err)
        self.same(names=("ledger.csv", "bundle.zip"))
        self.assertTrue(any(row["invoice_number"] for row in self.rows(f"one/{MONTH}")), "nothing was read that could be wrong")


class Books(Parts):
    def test_closed_months_and_their_addenda(self):
        """Else a month that was handed in would change, or what came late would stand in no addendum, or in two."""
        self.serve()
        self.one(expect=0)
        self.merge(*self.parts(3), expect=0)
        for out in ("one", "many"):
            self.run_moisson("close", MONTH, "--by", "ana", "--out", out, expect=0)
        closed = tree_of(self.folder / "many" / MONTH)
        self.merge(f"many/parts/{MONTH}", "--exit-nothing-new", expect=9)
        self.assertEqual(tree_of(self.folder / "many" / MONTH), closed)
        self.put("OCB0000004", "late", amount=7)
        self.put("OCB0000006", "OCB0000006-0", amount=99, updatedAt="2026-11-20T06:00:00.000Z")
        self.one(month=NEXT, expect=0)
        self.merge(*self.parts(3, month=NEXT), expect=0)
        self.same(NEXT, (*BOOKS[:2], "addendum-2026-10-01.csv"))  # the bundle holds the instant of the closing
        self.merge(*self.parts(3), expect=self.one().code)
        self.assertEqual(tree_of(self.folder / "many" / MONTH), closed)

    def test_parts_that_are_older_than_what_is_published(self):
        """Else a CI job that is run again, with the parts that it kept, would book an amount that was corrected since, and say 0."""
        self.serve()
        old = self.folder / "old"
        shutil.move(self.parts(1)[0], old)
        self.put("OCB0000004", "OCB0000004-0", amount=99, updatedAt="2026-11-20T06:00:00.000Z")
        self.merge(*self.parts(1), expect=0)
        before = digests_of(self.folder / "many" / MONTH)
        self.merge(old, expect=2)
        self.assertEqual(digests_of(self.folder / "many" / MONTH), before)

    def test_parts_that_are_older_than_what_an_export_heard(self):
        """The same where an export of the whole month came in between."""
        self.serve()
        old = self.parts(2)
        self.put("OCB0000004", "OCB0000004-0", amount=99, updatedAt="2026-11-20T06:00:00.000Z")
        self.one(out="many", expect=0)
        before = digests_of(self.folder / "many" / MONTH)
        self.assertIn("Make the parts again", self.merge(*old, expect=2).err)
        self.assertEqual(digests_of(self.folder / "many" / MONTH), before)
        self.merge(*self.parts(2), expect=0)
        self.assertEqual(digests_of(self.folder / "many" / MONTH), before)

    def test_files_asked_for_once_more(self):
        """Else --refetch would fetch other bytes, and the merge would keep the earlier ones without a word."""
        self.serve()
        self.one(expect=0)
        self.merge(*self.parts(2), expect=0)
        self.server.files["OCB0000005-0"] = PDF + b"other bytes\n%%EOF\n"
        self.one("--refetch", expect=0)
        self.merge(*self.parts(2, "--refetch"), expect=0)
        self.assertIn("version-changed", self.codes("many/" + MONTH))
        self.same()

    def test_views_and_more_parts_than_contracts(self):
        """Else a merge would take part of a month for the month, or parts that have nothing to ask would stop it."""
        self.serve()
        for name, of, words in (("view", 2, ("--contract", "OCB000000[46]")), ("no-files", 2, ("--no-files",)), ("many-parts", 6, ())):
            with self.subTest(name):
                one = self.one(*words, out=f"{name}-one")
                for number in range(1, of + 1):
                    self.one(*words, "--part", f"{number}/{of}", out=name)
                found, = (self.folder / name / "parts").iterdir()
                self.merge(found, out=name, expect=one.code)
                self.same(found.name, one=f"{name}-one", many=name)
        for words in (("--out", "all-one"), ("--out", "all", "--part", "1/2"), ("--out", "all", "--part", "2/2")):
            self.run_moisson("export", *ASK, "--all", *words, environment=self.environment, expect=0)
        self.merge("all/parts/all", out="all", expect=0)
        self.same("all", one="all-one", many="all")

    def test_a_contract_that_appears_between_two_parts(self):
        """Else the new contract would belong to nobody, and its invoices would be lost without a word."""
        self.serve()
        first = self.part(1, 2)
        fresh = [f"OCB00000{number}" for number in range(50, 56)]  # of both shares
        for contract in fresh:
            self.add_contract(contract)
        second = self.part(2, 2)
        told = self.refused(6, "part 1/2", "part 2/2", "Make part 1/2 again", parts=(first, second)).err
        self.assertTrue(any(contract in told for contract in fresh), told)
        self.part(1, 2)
        self.merge(first, second, expect=self.one().code)
        self.same()

    def test_plan_asks_for_its_share_alone(self):
        """Else each machine's plan would cost the calls of the whole month."""
        self.serve()
        lists, asked = self.server.lists, [set(), set()]
        for number, seen in enumerate(asked, 1):
            self.server.lists = {name: lambda query, name=name, seen=seen: (seen.add(name), as_answer(lists[name], query))[1]
                                 for name in lists}
            self.run_moisson("plan", "--period", MONTH, "--rate", "0", "--part", f"{number}/2", environment=self.environment, expect=0)
        self.assertEqual((asked[0] & asked[1], asked[0] | asked[1]), (set(), set(lists)))
        self.assertTrue(all(asked) and not (self.folder / "out").exists())

    def test_json_of_a_part(self):
        """Else a pipeline could not tell what a part lacks."""
        self.serve()
        del self.server.files["OCB0000004-0"]
        told = [json.loads(self.one("--part", f"{number}/2", "--json", out="many").out) for number in (1, 2)]
        for number, one in enumerate(told, 1):
            self.assertEqual((one["part"], one["period"], one["path"]), (f"{number}/2", MONTH, f"many/parts/{MONTH}/{number}-of-2"))
            self.assertEqual((one["exit_code"], one["verdict"]), (3, "incomplete") if one["missing"] else (0, "complete"))
            self.assertEqual(one["warnings"], [])
            sizes = [path.stat().st_size for path in (self.folder / one["path"] / "objects").rglob("*") if path.is_file()]
            self.assertEqual((one["files"], one["bytes"]), (len(sizes), sum(sizes)))
        self.assertEqual([sum(one[name] for one in told) for name in ("contracts", "documents", "files")], [5, 20, 9])
        self.assertIn("OCB0000004", " ".join(told[0]["missing"] + told[1]["missing"]))

    def test_what_a_part_keeps_is_nobody_elses(self):
        """Else what a part fetched lies in a folder that is open to other users, and the merge warns of the program's own doing."""
        self.serve()
        self.parts(2)
        self.assertNotIn("other users", self.merge(f"many/parts/{MONTH}", out="fresh", expect=0).err)
        for path in [self.folder / "many/.moisson", *(self.folder / "many/parts" / MONTH).iterdir()]:
            self.assertEqual(path.stat().st_mode & 0o007, 0, path)


class Refusals(Parts):
    """Three parts that are whole; each test spoils one, or gives others."""

    def setUp(self):
        super().setUp()
        self.serve()
        self.parts(3)
        self.found = [self.folder / f"many/parts/{MONTH}/{number}-of-3" for number in (1, 2, 3)]
        self.file = min(path for path in (self.found[1] / "objects").rglob("*") if path.is_file())

    def with_second(self, folder):
        return self.found[0], folder, self.found[2]

    def test_missing_and_doubled(self):
        """Else a month would lack the contracts of a machine that is not ready, or depend on the order of the command line."""
        self.refused(2, "missing: 2", "--part 2/3", parts=(self.found[0], self.found[2]))
        self.refused(2, "missing: 1, 3", parts=(self.found[1],))
        shutil.copytree(self.found[0], self.folder / "copy")
        self.merge(*self.found, f"{self.found[1]}/", "copy", f"many/parts/{MONTH}", out="twice", expect=0)
        self.part(1, 3)
        self.refused(2, "1/3", "copy", f"many/parts/{MONTH}/1-of-3", parts=(*self.found, "copy"))
        self.merge(*self.found, expect=0)

    def test_half_a_part(self):
        """Else a copy that broke off would be booked as a month without some invoices."""
        ways = {"gone": Path.unlink, "cut": lambda path: path.write_bytes(path.read_bytes()[:-30]),
                "flipped": lambda path: path.write_bytes(path.read_bytes().replace(b"a", b"b"))}
        for name in ("part.sha256", "outcomes", "part.json", str(self.file.relative_to(self.found[1]))):
            for way, spoil in ways.items():
                with self.subTest(name, way=way):
                    shutil.rmtree(self.folder / "spoilt", ignore_errors=True)
                    shutil.copytree(self.found[1], self.folder / "spoilt")
                    spoil(self.folder / "spoilt" / name)
                    result = self.refused(6, "spoilt", parts=self.with_second("spoilt"))
                    self.assertRegex(result.err, "(?i)make (the part|part 2/3) again")
                    self.assertTrue(way == "flipped" or Path(name).name in result.err, result)  # another digest is another name
        self.merge(*self.found, out="fresh", expect=0)  # what was refused stands in no one's way

    def test_a_file_that_is_spoilt_where_the_part_was_made(self):
        """Else a disk's error would be published: part and store share the file."""
        with open(self.file, "r+b") as file:
            file.write(b"\0")
        self.merge(*self.found, expect=6)
        self.assertFalse((self.folder / "many" / MONTH).exists())

    def test_parts_that_do_not_belong_together(self):
        """Else October would be put together with September, or with what another version asked for."""
        self.refused(2, "another month", "2026-09", parts=self.with_second(self.part(2, 3, month="2026-09")))
        self.refused(2, "another number of parts", "\"4\"", parts=self.with_second(self.part(2, 4)))
        self.one("--part", "2/3", "--no-files", out="other")
        view, = (self.folder / "other/parts").iterdir()
        self.refused(2, "another view", parts=self.with_second(view / "2-of-3"))
        shutil.copytree(self.found[1], self.folder / "newer")
        reseal(self.folder / "newer", {"program": "moisson 9.9.9 abcdef"})
        self.refused(2, "another version of the program", "moisson 9.9.9 abcdef", parts=self.with_second("newer"))
        for folder in self.found:
            reseal(folder, {"program": "moisson 9.9.9 abcdef"})
        self.refused(2, "made by moisson 9.9.9 abcdef", "and this is moisson", parts=self.found)

    def test_another_job_file(self):
        """Else parts would be merged by rules that they were not asked for."""
        for name, comment in (("a.toml", ""), ("b.toml", "# changed\n"), ("c.toml", "")):
            (self.folder / name).write_text("[transfer]\nattempts_max = 3\n" + comment)
        self.refused(2, "made without a job file", "--job", parts=self.found, more=("--job", "a.toml"))
        self.refused(2, "another job file", parts=self.with_second(self.part(2, 3, "--job", "a.toml", out="other")))
        parts = self.parts(2, "--job", "a.toml", out="other")
        self.refused(2, "made with a job file, and none is given", parts=parts)
        self.refused(2, "with another job file than", "b.toml", parts=parts, more=("--job", "b.toml"))
        self.merge(*parts, "--job", "c.toml", expect=0)

    def test_words_of_the_command_line(self):
        """Else a slip in a CI matrix would make another share than was meant."""
        for word in ("0/3", "4/3", "1/0", "x", "1", "1/", "/3", "1/3/3", "-1/3", "01/3", "1/10001"):
            self.assertIn("such as 1/3", self.one(f"--part={word}", expect=2).err)
        for more in (("--due",), ("--period", MONTH, "--adopt-folder", "why"), ("--period", MONTH, "--previous", "bundle.zip"),
                     ("--metrics", "m.prom")):
            result = self.run_moisson("export", *ASK, "--part", "1/3", *more, environment=self.environment, expect=2)
            self.assertIn("Leave out --due", result.err)
        self.assertFalse((self.folder / "one").exists() or (self.folder / "m.prom").exists())
        planned = self.run_moisson("plan", "--period", MONTH, "--part", "1/2", environment=self.environment)
        self.assertIn(f"next: moisson export --period {MONTH} --part 1/2", planned.out)
        self.refused(2, "moisson export --part", parts=())
        self.refused(2, "no such part", "nowhere", "moisson export --part", parts=("nowhere",))
        (self.folder / "empty").mkdir()
        for folder in ("empty", "many", "many/parts"):
            with self.subTest(folder):
                self.refused(2, folder, "moisson export --part", parts=(folder,))


class AtWork(Parts):
    FILES = 40

    def setUp(self):
        super().setUp()
        self.serve(5, 6)  # one for each of two parts
        self.gate, self.lock, self.asked, self.held_back, self.after = threading.Event(), threading.Lock(), Counter(), set(), 10**6
        self.addCleanup(self.gate.set)
        for number in range(self.FILES):
            self.put(f"OCB000000{5 + number % 2}", f"d{number:02}", amount=number + 0.5)
        for identifier, content in self.server.files.items():
            self.server.files[identifier] = lambda _query, one=(identifier, content): self.answer(*one)

    def answer(self, identifier, content):
        with self.lock:
            self.asked[identifier] += 1
            if self.asked.total() > self.after:
                self.held_back.add(identifier)
        if identifier in self.held_back:
            self.gate.wait(60)
        return 200, {"Content-Type": "application/pdf"}, content

    def begin(self, *more):
        words = ("export", *ASK, "--period", MONTH, "--out", "many", "--transfers", "2", "--part", *more)
        process = start(*words, folder=self.folder, environment=self.environment)
        self.addCleanup(end, process)
        return process

    def test_a_killed_part_goes_on(self):
        """Else a machine that is lost costs its part from the beginning."""
        self.after = 15
        process = self.begin("1/1")
        self.assertTrue(wait_until(lambda: len(self.held_back) == 2, process), "the part did not come to its sixteenth file")
        time.sleep(0.3)  # what was answered is kept by now
        process.kill()
        finish(process)
        self.assertFalse((self.folder / f"many/parts/{MONTH}/1-of-1").exists())
        self.after = 10**6
        self.gate.set()
        made = self.part(1, 1)
        twice = {identifier for identifier, times in self.asked.items() if times > 1}
        self.assertLessEqual(twice, self.held_back, "files were fetched twice")
        self.assertEqual(len(self.asked), self.FILES + 4)
        self.merge(made, expect=self.one().code)
        self.same()

    def test_a_part_made_again_fetches_no_file_again(self):
        """Else a part that only lacks a new contract would take its hours once more."""
        self.part(1, 1)
        self.part(1, 1)
        self.assertEqual(set(self.asked.values()), {1})

    def test_two_at_the_same_part(self):
        """Else two machines of a CI matrix that share a folder would write one part."""
        self.after = 0
        first = self.begin("1/2")
        self.assertTrue(wait_until(lambda: self.held_back, first))
        self.assertIn("another run", self.one("--part", "1/2", out="many", expect=8).err)
        self.after = 10**6
        self.part(2, 2)  # another part has nothing to wait for
        waiting = self.begin("1/2", "--lock-wait", "30s")
        time.sleep(0.5)
        self.assertIsNone(waiting.poll())
        self.gate.set()
        self.assertEqual((finish(first).code, finish(waiting).code), (0, 0))
        self.merge(f"many/parts/{MONTH}", expect=self.one().code)
        self.same()


class Secrets(Parts):
    def test_answers_that_repeat_a_secret(self):
        """Else the key would travel in the parts, or the merge would not say that the service gave it away."""
        self.serve()
        self.environment = {**self.server.environment, "MOISSON_API_KEY": KEY, "MOISSON_CLIENT_SECRET": SECRET}
        self.server.token_answer = (200, {}, json.dumps({"token_type": "Bearer", "access_token": TOKEN, "expires_in": 3600}).encode())
        basic = base64.b64encode(f"id:{SECRET}".encode()).decode()
        forms = [KEY, SECRET, TOKEN, basic, *(urllib.parse.quote(one, safe="") for one in (KEY, SECRET)), urllib.parse.quote_plus(KEY),
                 base64.b64encode(KEY.encode()).decode(), json.dumps(KEY)[1:-1], KEY.replace("/", "\\/").replace('"', '\\"')]
        everything = " ".join(forms)
        refusal = json.dumps({"code": 60, "message": everything}).encode()
        self.server.contracts[0].update(name=everything, more={KEY: KEY})
        self.server.contracts.append({"id": "OCB" + KEY, "name": "Good"})
        for at, more in enumerate(({"filename": f"{KEY}.pdf"}, {"kind": TOKEN}, {"period": f"202610 {KEY}"}, {"amount": SECRET},
                                   {"currency": everything}, {"updatedAt": KEY})):
            self.put(f"OCB000000{at % 3 + 4}", f"told{at}", **more)
        self.server.lists["OCB0000006"] += [document(f"id-{KEY}")]
        self.server.files["OCB0000006-0"] = lambda _query: (404, {"X-OAPI-Request-Id": TOKEN}, refusal)
        self.server.files["OCB0000007-0"] = lambda _query: (200, {"X-More": basic, "X-OAPI-Request-Id": SECRET}, PDF)
        self.server.lists["OCB0000008"] = lambda _query: (403, {}, refusal)
        one = self.one()
        told = [self.one("--part", f"{number}/2", out="many") for number in (1, 2)]
        for path in (self.folder / "many").rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            self.assertEqual([form for form in forms if form.encode() in content], [], path)
        told.append(self.merge(f"many/parts/{MONTH}", expect=one.code))
        self.assertEqual([form for form in forms for ended in told if form in ended.out + ended.err], [])
        self.assertIn("secret-in-answer", self.codes(f"many/{MONTH}"))
        self.assertEqual(self.summary(f"many/{MONTH}")["findings"], self.summary(f"one/{MONTH}")["findings"])
        self.same()


class OnPostgresql(Parts):
    def test_parts_by_two_processes_at_once(self):
        """Else machines that share a state on a server would wait for each other in vain, or make other books than one with a file."""
        server = Server()
        self.addCleanup(server.end)
        self.serve()
        own = {**self.environment, "MOISSON_STATE": server.url() + "?schema=parts"}
        for month in (MONTH, NEXT):
            self.one(month=month, expect=0)
            words = ("export", *ASK, "--period", month, "--out", "many", "--part")
            processes = [start(*words, f"{number}/2", folder=self.folder, environment=own) for number in (1, 2)]
            self.assertEqual([ended.code for ended in map(finish, processes)], [0, 0])
            self.run_moisson("merge", f"many/parts/{month}", "--out", "many", environment=own, expect=0)
            self.same(month)
        self.assertEqual(list((self.folder / "many").rglob("*.sqlite3")), [])
        self.assertEqual(server.sql("SELECT count(*) FROM parts.document"), "20")


if __name__ == "__main__":
    unittest.main()
