"""Perimeters with ERP settings of their own: each company's files hold its documents, and a document stands in one company's books."""

import csv
import json
import random
import shutil
from collections import defaultdict

from harness import PDF, Case, Double, document, erp_template, tree_of, unittest

MONTHS = ["2026-08", "2026-09", "2026-10", "2026-11"]
TEMPLATE = erp_template("One line a posting.", '[settings]\ncompany = {about = "the company\'s number"}\n',
                        key="key", kind="kind", document="document_id", amount="amount", company="setting.company")


def contract(identifier):
    return {"id": identifier, "name": identifier, "offer": {"name": "Flexible Engine", "id": "FE"}}


class Companies(Case):
    """Logins north, south and west, each a server of its own; what each ERP was handed is imported key by key."""

    def setUp(self):
        super().setUp()
        self.servers = {}
        for name in ("north", "south", "west"):
            double = Double()
            self.addCleanup(double.stop)
            double.contracts = []
            self.servers[name] = double
        self.home = {}       # contract -> login
        self.documents = {}  # contract -> {document id: item}
        self.stamp = 0
        self.own = {"north": "N1"}
        self.erps = defaultdict(dict)  # folder below erp/ -> {key: (document, amount)}
        (self.folder / "gl.toml").write_text(TEMPLATE)
        self.write_job()

    def write_job(self, more=""):
        text = f'[erp]\ncompany = "GROUP"\n{more}\n'
        for name, double in self.servers.items():
            text += f'[[perimeter]]\nname = "{name}"\napi_url = "{double.environment["MOISSON_API_URL"]}"\n' \
                    f'oauth_url = "{double.environment["MOISSON_OAUTH_URL"]}"\nclient_id = "id"\nclient_secret = "a-secret"\n' \
                    f'api_key = "a-key-of-{name}"\n'
            if name in self.own:
                text += f'[perimeter.erp]\ncompany = "{self.own[name]}"\n'
        (self.folder / "job.toml").write_text(text)
        (self.folder / "job.toml").chmod(0o600)

    def put(self, of, identifier, period, amount):
        """Adds a document to a contract, or issues it again."""
        self.stamp += 1
        second, minute = self.stamp % 60, self.stamp // 60
        self.documents.setdefault(of, {})[identifier] = document(
            identifier, period=period.replace("-", ""), amount=amount, updatedAt=f"2026-11-05T06:{minute:02}:{second:02}.000Z")
        self.serve()

    def move(self, of, login):
        self.home[of] = login
        self.serve()

    def serve(self):
        for name, double in self.servers.items():
            mine = sorted(one for one, login in self.home.items() if login == name)
            double.contracts = [contract(one) for one in mine]
            double.lists = {one: list(self.documents.get(one, {}).values()) for one in mine}
            double.files = {identifier: PDF + f"{identifier} {item['amount']}".encode() + b"\n%%EOF\n"
                            for one in mine for identifier, item in self.documents.get(one, {}).items()}

    def book(self, month, *more, expect=0):
        """Exports, and imports into each ERP: a key that it knows must say the same again."""
        result = self.run_moisson("export", "job.toml", "--period", month, "--template", "gl.toml", "--rate", "0", "--no-progress", *more,
                                  expect=expect)
        self.import_files(month)
        return result

    def import_files(self, month):
        for path in (self.folder / "out" / month).glob("erp/**/*.csv"):
            with open(path, newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file, delimiter=";"):
                    company = path.parent.name if path.parent.name != "erp" else ""
                    self.assertEqual(row["company"], self.own.get(company, "GROUP"))
                    said = (row["document"], round(float(row["amount"]) * 100))
                    self.assertEqual(self.erps[company].setdefault(row["key"], said), said, "a key that says something else than before")

    def sums(self):
        """{document: {company: cents}}, without what stands at zero."""
        found = defaultdict(lambda: defaultdict(int))
        for company, entries in self.erps.items():
            for identifier, amount in entries.values():
                found[identifier][company] += amount
        return {identifier: {company: sum_ for company, sum_ in of.items() if sum_} for identifier, of in found.items()}

    def close(self, month):
        self.run_moisson("close", month, "--by", "ana", expect=0)


class OwnFiles(Companies):
    def setUp(self):
        super().setUp()
        self.home = {"OCB1": "north", "OCB2": "south", "OCB3": "west"}
        for at, one in enumerate(self.home):
            self.put(one, f"INV-{at + 1}", "2026-10", 10 * (at + 1))

    def test_a_company_with_settings_of_its_own_has_files_of_its_own(self):
        """Else all companies of a group would be booked under one company's number."""
        self.book("2026-10")
        self.assertEqual(self.sums(), {"INV-1": {"north": 1000}, "INV-2": {"": 2000}, "INV-3": {"": 3000}})
        files = [file["path"] for file in self.summary("out/2026-10")["files"]]
        self.assertIn("erp/gl.csv", files)
        self.assertIn("erp/north/gl.csv", files)
        self.run_moisson("verify", "out/2026-10", expect=0)
        before = (self.folder / "out/2026-10/bundle.zip").read_bytes()
        self.book("2026-10")
        self.assertEqual((self.folder / "out/2026-10/bundle.zip").read_bytes(), before)

    def test_a_contract_that_moves_is_taken_back_from_one_company_and_booked_by_the_other(self):
        """Else an invoice would stand in two companies' books, or in none's."""
        self.book("2026-10")
        self.move("OCB1", "south")
        self.book("2026-10")
        self.assertEqual(self.sums()["INV-1"], {"": 1000})
        self.assertEqual(sum(1 for one in self.erps["north"].values() if one[0] == "INV-1"), 2)  # and its withdrawal
        self.move("OCB1", "north")
        self.book("2026-10")
        self.assertEqual(self.sums()["INV-1"], {"north": 1000})

    def test_what_changes_of_a_closed_month_is_booked_where_the_month_was(self):
        """Else a company would correct an invoice that another one has in its books."""
        self.book("2026-10")
        self.close("2026-10")
        self.move("OCB1", "west")
        self.put("OCB1", "INV-1", "2026-10", 12)
        self.put("OCB1", "INV-4", "2026-11", 5)
        self.put("OCB1", "INV-5", "2026-10", 7)  # late, of the month that was closed when the contract was north's
        self.book("2026-11")
        sums = self.sums()
        self.assertEqual(sums["INV-1"], {"north": 1200})
        self.assertEqual(sums["INV-4"], {"": 500})
        self.assertEqual(sums["INV-5"], {"north": 700})
        self.run_moisson("verify", "out/2026-11", expect=0)
        before = tree_of(self.folder / "out/2026-10")
        shutil.rmtree(self.folder / "out/2026-10")
        self.book("2026-10")
        self.assertEqual(tree_of(self.folder / "out/2026-10"), before)
        modes = {oct(path.stat().st_mode & 0o777) for path in (self.folder / "out/2026-11/erp").rglob("*") if path.is_dir()}
        self.assertEqual(modes, {oct((self.folder / "out/2026-11/erp").stat().st_mode & 0o777)})

    def test_settings_that_come_later_move_the_open_month_alone(self):
        """Else the closed months would be booked a second time, in the company's own files."""
        self.own = {}
        self.write_job()
        self.put("OCB1", "INV-0", "2026-09", 3)
        self.book("2026-09")
        self.close("2026-09")
        self.book("2026-10")
        self.own = {"north": "N1", "south": "S1"}
        self.write_job()
        self.book("2026-10")
        self.assertEqual(self.sums(), {"INV-0": {"": 300}, "INV-1": {"north": 1000}, "INV-2": {"south": 2000}, "INV-3": {"": 3000}})
        self.own = {"south": "S1"}  # what north's files booked goes on in the job's
        self.write_job()
        self.put("OCB1", "INV-1", "2026-10", 11)
        self.book("2026-10")
        self.assertEqual(self.sums()["INV-1"], {"north": 1000, "": 1100})
        self.assertIn("erp-booked-elsewhere", self.codes("out/2026-10"))

    def test_a_template_that_comes_after_a_closing_starts_from_the_closed_month_in_every_company(self):
        """Else a month that was booked by hand would be booked again, by one company or by all of them."""
        self.run_moisson("export", "job.toml", "--period", "2026-10", "--rate", "0", expect=0)
        self.close("2026-10")
        self.put("OCB1", "INV-1", "2026-10", 12)
        self.put("OCB2", "INV-2", "2026-10", 21)
        self.book("2026-11")
        self.assertEqual(self.sums(), {"INV-1": {"north": 200}, "INV-2": {"": 100}})
        self.move("OCB1", "south")
        self.put("OCB1", "INV-1", "2026-10", 13)
        self.book("2026-11")
        self.assertEqual(self.sums(), {"INV-1": {"north": 300}, "INV-2": {"": 100}})

    def test_a_login_that_comes_with_late_documents_of_a_closed_month_books_them_itself(self):
        """Else what a new company brings along would be booked by the group."""
        self.book("2026-10")
        self.close("2026-10")
        self.home["OCB4"] = "north"
        self.put("OCB4", "INV-7", "2026-10", 7)
        self.put("OCB4", "INV-8", "2026-11", 8)
        self.book("2026-11")
        self.put("OCB4", "INV-7", "2026-10", 9)
        self.put("OCB4", "INV-9", "2026-10", 5)
        self.book("2026-11")
        sums = self.sums()
        self.assertEqual([sums[one] for one in ("INV-7", "INV-8", "INV-9")], [{"north": 900}, {"north": 800}, {"north": 500}])

    def test_a_template_that_goes_on_with_another_one_does_so_in_each_company(self):
        """Else a document that moves afterwards would stand in both."""
        text = (self.folder / "job.toml").read_text()
        (self.folder / "old.toml").write_text(TEMPLATE)
        self.run_moisson("export", "job.toml", "--period", "2026-10", "--template", "old.toml", "--rate", "0", expect=0)
        self.import_files("2026-10")
        (self.folder / "job.toml").write_text(text.replace("[[perimeter]]", '[erp.gl]\ncontinues = "old"\n[[perimeter]]', 1))
        self.book("2026-10")
        self.move("OCB1", "south")
        self.move("OCB2", "north")
        self.book("2026-10")
        self.assertEqual(self.sums(), {"INV-1": {"": 1000}, "INV-2": {"north": 2000}, "INV-3": {"": 3000}})
        (self.folder / "job.toml").write_text(text.replace("[[perimeter]]", '[erp.gl]\ncontinues = "old@north"\n[[perimeter]]', 1))
        self.assertIn('Write "old"', self.run_moisson("export", "job.toml", "--period", "2026-10", "--template", "gl.toml", expect=2).err)

    def test_what_was_taken_over_and_ended_at_nothing_is_not_taken_back_again(self):
        """Else a company that lost its own files would be short of an amount that it never had twice."""
        self.book("2026-10")
        self.own = {}
        self.write_job()
        self.book("2026-10")
        self.assertEqual(self.sums()["INV-1"], {"north": 1000, "": 1000})
        self.put("OCB1", "INV-1", "2026-10", 0)
        self.book("2026-10")
        self.close("2026-10")
        self.put("OCB2", "INV-6", "2026-11", 1)
        self.book("2026-11")
        self.assertEqual(self.sums()["INV-1"], {"north": 1000})
        self.put("OCB1", "INV-1", "2026-10", 5)
        self.book("2026-11")
        self.assertEqual(self.sums()["INV-1"], {"north": 1000, "": 500})

    def test_a_renamed_perimeter_is_told_that_its_files_were_others(self):
        """Else a company would be booked twice without a word."""
        self.book("2026-10")
        self.own = {"nord": "N1"}
        self.servers["nord"] = self.servers.pop("north")
        self.home["OCB1"] = "nord"
        self.write_job()
        self.book("2026-10")
        self.assertIn("erp-booked-elsewhere", self.codes("out/2026-10"))

    def test_a_contract_that_another_login_sees_too_stays_in_its_books(self):
        """Else a right that was granted to somebody would move a month from one company to another."""
        self.book("2026-10")
        south = self.servers["south"]
        south.contracts = [contract(one) for one in ("OCB1", "OCB2", "OCB3")]
        south.lists = {one: list(self.documents[one].values()) for one in ("OCB1", "OCB2", "OCB3")}
        self.book("2026-10")
        self.assertEqual({row["contract_id"]: row["perimeter"] for row in self.rows()}, {"OCB1": "north", "OCB2": "south", "OCB3": "west"})
        self.assertEqual(self.sums()["INV-1"], {"north": 1000})

    def test_a_slip_or_a_key_of_the_job_is_refused_before_anything_is_asked(self):
        """Else a setting is silently not obeyed."""
        job = (self.folder / "job.toml").read_text()
        for line, said in (('compny = "N1"', "Did you mean"), ('template_folder = "x"', "does not differ by perimeter"), ('company = ["a", "b"]', "not a list")):
            (self.folder / "job.toml").write_text(job.replace('company = "N1"', line))
            result = self.run_moisson("export", "job.toml", "--period", "2026-10", "--template", "gl.toml", expect=2)
            self.assertIn(said, result.err)
            self.assertIn("job.toml:", result.err)
        (self.folder / "job.toml").write_text(job.replace('[perimeter.erp]\n', '[perimeter.erp.gl]\ncontinues = "old"\n[perimeter.erp]\n'))
        self.assertIn("does not differ by perimeter",
                      self.run_moisson("export", "job.toml", "--period", "2026-10", "--template", "gl.toml", expect=2).err)
        (self.folder / "job.toml").write_text(job.replace('company = "N1"', 'company = ""'))
        refused = self.run_moisson("export", "job.toml", "--period", "2026-10", "--template", "gl.toml", expect=2)
        self.assertIn("north", refused.err)

    def test_a_company_of_its_own_expects_invoices_made_out_to_it(self):
        """Else each company's invoices would be told as another company's."""
        self.own = {}
        self.write_job('[evidence]\norganization = "Group SA"\nsiren = "732829320"\n')
        text = (self.folder / "job.toml").read_text()
        (self.folder / "job.toml").write_text(text.replace('name = "north"\n', 'name = "north"\norganization = "North SARL"\nsiren = "552 100 554"\n'))
        self.book("2026-10")
        told = {one["name"]: one.get("organization") for one in self.summary("out/2026-10")["perimeters"]}
        self.assertEqual(told, {"north": {"name": "North SARL", "siren": "552100554"}, "south": None, "west": None})
        self.run_moisson("verify", "out/2026-10", expect=0)
        (self.folder / "job.toml").write_text(text.replace('name = "north"\n', 'name = "north"\nsiren = "552100555"\n'))
        self.assertIn("is no SIREN", self.run_moisson("export", "job.toml", "--period", "2026-10", expect=2).err)


class RandomGroups(Companies):
    def play(self, seed):
        """Documents come and change, contracts move, companies get files of their own or lose them, months close, the state is lost."""
        chance = random.Random(seed)
        self.home = {f"OCB{at}": chance.choice(list(self.servers)) for at in range(4)}
        number = 0
        for at, month in enumerate(MONTHS):
            for _ in range(chance.randint(1, 3)):
                for _ in range(chance.randint(1, 4)):
                    act = chance.random()
                    of = chance.choice(list(self.home))
                    if act < 0.5 or not self.documents.get(of):
                        number += 1
                        self.put(of, f"INV-{number}", chance.choice(MONTHS[: at + 1]), chance.randint(-500, 900) / 10)
                    elif act < 0.7:
                        identifier, item = chance.choice(list(self.documents[of].items()))
                        self.put(of, identifier, f"{item['period'][:4]}-{item['period'][4:]}", chance.randint(-500, 900) / 10)
                    elif act < 0.9:
                        self.move(of, chance.choice(list(self.servers)))
                    else:
                        self.change_settings(chance.choice(list(self.servers)), month)
                if chance.random() < 0.15:
                    shutil.rmtree(self.folder / "out/.moisson", ignore_errors=True)
                self.book(month)
                self.check(month, seed)
            self.close(month)
        self.run_moisson("verify", f"out/{MONTHS[-1]}", expect=0)

    def change_settings(self, name, month):
        """A company gets settings of its own, or loses them: what it has booked in open months is booked anew by the others then."""
        if self.own.pop(name, None):
            self.left |= {(name, identifier) for documents in self.documents.values() for identifier, item in documents.items()
                          if f"{item['period'][:4]}-{item['period'][4:]}" >= month}
        else:
            self.own[name] = name[0].upper()
            self.left = {(company, identifier) for company, identifier in self.left if company != name or self.period_of(identifier) < month}
        self.write_job()
        self.changed = True

    def period_of(self, identifier):
        return next(f"{item[identifier]['period'][:4]}-{item[identifier]['period'][4:]}" for item in self.documents.values() if identifier in item)

    def check(self, month, seed):
        """Each document that counts up to this month stands at its amount over all companies; an open month's where it belongs."""
        sums = self.sums()
        for of, documents in self.documents.items():
            for identifier, item in documents.items():
                period = f"{item['period'][:4]}-{item['period'][4:]}"
                booked = {company: amount for company, amount in sums.get(identifier, {}).items() if (company, identifier) not in self.left}
                expected = round(item["amount"] * 100) if period <= month else 0
                said = f"seed {seed}: {identifier} of {of} ({self.home[of]}), {period} in {month}: {booked}"
                self.assertEqual(sum(booked.values()), expected, said)
                if period == month:
                    home = self.home[of] if self.home[of] in self.own else ""
                    self.assertEqual(booked, {home: expected} if expected else {}, said)
                if not self.changed:
                    self.assertLessEqual(len(booked), 1, said)

    def test_whatever_moves_each_document_stands_once_over_all_companies(self):
        for seed in range(self.first_seed, self.first_seed + self.seeds):
            with self.subTest(seed=seed):
                self.restart()
                self.play(seed)

    first_seed, seeds = 1, 12

    def restart(self):
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        self.documents, self.stamp, self.own, self.left, self.changed = {}, 0, {"north": "N1"}, set(), False
        self.erps = defaultdict(dict)
        self.write_job()


if __name__ == "__main__":
    import sys

    if len(sys.argv) == 3 and sys.argv[1].isdigit():
        RandomGroups.seeds, RandomGroups.first_seed = int(sys.argv[1]), int(sys.argv[2])
        sys.argv[1:] = ["RandomGroups"]
    unittest.main()
