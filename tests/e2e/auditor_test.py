"""What a bundle holds for an auditor: notes, page and dictionary beside the documents, the retention, and the mark of a posting without its file.
Everything is read by Python's own parsers and by the commands as the notes print them; what would be wrong for a user: an archive that nobody can
read without Moisson, a link that leads nowhere, a retention that somebody shortened, an entry that looks as if its voucher were there.
"""

import csv
import json
import re
import subprocess
import sys
import urllib.parse
import zipfile
from html.parser import HTMLParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from forger import Month
from harness import PROGRAM, ROOT, Case, PublishedOnce, document, pdf, sha256_of, tree_of, unittest
from stamps_test import Authority

NOTES = ("LISEZ-MOI.txt", "README.txt")
COMPANY = '[evidence]\norganization = "Exemple <SA> & fils"\nsiren = "732829320"\nfiscal_year_end = "06-30"\n'


class Page(HTMLParser):
    """A page read strictly: every element closed in its order, every cell under its header, no script, nothing from elsewhere."""

    VOID = {"meta", "br"}
    TAGS = {"html", "head", "title", "style", "body", "main", "section", "h1", "h2", "h3", "p", "table", "caption", "thead", "tbody", "tr", "th", "td", "a",
            "bdi", "span", "strong", "code", "ul", "li", "footer"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.problems, self.links, self.rows, self.texts = [], [], [], [], []
        self.width = 0
        self.languages = set()
        self.feed(text)
        self.close()
        if self.open:
            self.problems.append(f"open at the end: {self.open}")

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in self.TAGS | self.VOID or any(name.startswith("on") or name in ("src", "style") for name in attrs):
            self.problems.append(self.get_starttag_text())
        if tag in self.VOID:
            return
        self.open.append(tag)
        if tag == "html" and attrs.get("lang") != "fr":
            self.problems.append("the page does not say that it is in French")
        if "lang" in attrs:
            self.languages.add(attrs["lang"])
        if tag == "a":
            self.links.append([attrs["href"], ""])
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            if tag == "th" and attrs.get("scope") not in ("col", "row"):
                self.problems.append("a header of nothing")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()}")
        if tag == "thead":
            self.width = len(self.rows[-1])
        if tag == "tr" and "tbody" in self.open and len(self.rows[-1]) != self.width:
            self.problems.append(f"{len(self.rows[-1])} cells under {self.width} headers")

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.texts.append(data)
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data
        if "a" in self.open:
            self.links[-1][1] += data

    @property
    def text(self):
        return " ".join("".join(self.texts).split())


def commands_of(text):
    return [line[4:] for line in text.splitlines() if line.startswith("    ")]


class Bags(Case):
    def unpack(self, folder):
        with zipfile.ZipFile(self.folder / folder / "bundle.zip") as archive:
            archive.extractall(self.folder / folder / "bag")
        (bag,) = (self.folder / folder / "bag").iterdir()
        return bag

    def read_bag(self, folder):
        with zipfile.ZipFile(self.folder / folder / "bundle.zip") as archive:
            return {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}

    def page_of(self, bag):
        page = Page(bag["index.html"].decode("utf-8"))
        self.assertEqual(page.problems, [])
        self.assertEqual(page.languages, {"fr", "en"})
        return page

    def check_page(self, bag):
        """Every link leads to a file, every document is linked once under its name, and its row has its digest."""
        page = self.page_of(bag)
        targets = [urllib.parse.unquote(link, errors="strict") for link, _ in page.links]
        for (link, _), target in zip(page.links, targets):
            self.assertRegex(link, r"^[A-Za-z0-9._~/%-]+$")
            self.assertIn(target, bag)
        documents = [path for path in bag if path.startswith(("data/documents/", "data/addenda/"))]
        self.assertEqual(sorted(target for target in targets if target in documents), sorted(documents))
        for path in bag:
            if path.startswith("data/") and not path.startswith("data/books/"):
                self.assertIn(path, targets)
        rows = list(csv.DictReader(bag["data/ledger.csv"].decode("utf-8").splitlines(keepends=True)))
        shown = {row[7]: row for row in page.rows if len(row) == 8}
        for row in rows:
            if row["status"] == "ok":
                cells = shown[row["sha256"]]
                self.assertEqual((cells[0], cells[3]), (row["period"], row["version"]))
        self.assertEqual(len([row for row in page.rows if len(row) == 8 and re.fullmatch(r"[0-9]+", row[3])]), len(rows))
        return page


class Published(PublishedOnce, Bags):
    """A month with every trap, with its ERP files; and one after a closed one."""

    @classmethod
    def publish(cls):
        keeper = cls.keeper
        keeper.run_moisson("export", "--sandbox", "--scenario", "small", "--period", "2026-10", "--rate", "0", "--template", "fec", "--template", "hledger",
                           "--out", "small", expect=3)
        (keeper.folder / "books.toml").write_text('[sandbox]\nenabled = true\nscenario = "books"\n[export]\nout = "books"\n' + COMPANY)
        keeper.run_moisson("export", "books.toml", "--period", "2026-09", "--rate", "0", "--run", "1")
        keeper.run_moisson("close", "2026-09", "--job", "books.toml", "--by", "ana", "--accept-incomplete", "it is so", expect=0)
        keeper.run_moisson("export", "books.toml", "--period", "2026-10", "--rate", "0", "--run", "2")

    def setUp(self):
        super().setUp()
        self.folder = self.keeper.folder

    def test_every_document_is_linked_from_the_page(self):
        """An auditor would look for a document in a thousand folders, or click on a link that leads nowhere."""
        for folder in ("small/2026-10", "books/2026-10", "books/2026-09"):
            with self.subTest(folder=folder):
                bag = self.read_bag(folder)
                page = self.check_page(bag)
                summary = json.loads(bag["data/summary.json"])
                for total in summary["totals"]:
                    self.assertIn(f"{total['amount']} {total['currency']}", page.text)
                for contract in summary["completeness"]:
                    if contract["verdict"] != "complete":
                        self.assertIn(contract["reason"], page.text)
                self.assertLess(page.text.index("Archive comptable"), page.text.index("Accounting archive"))
        judged = subprocess.run(["xmllint", "--html", "--noout", "-"], input=bag["index.html"], capture_output=True, check=False)
        problems = [line for line in judged.stderr.decode().splitlines() if "error" in line and not re.search("Tag (main|section|bdi|footer) invalid", line)]
        self.assertEqual(problems, [])

    def test_the_dictionary_is_of_the_ledger(self):
        """A program would read a column under another name or type than it has."""
        for folder in ("small/2026-10", "books/2026-10"):
            bag = self.read_bag(folder)
            schema = json.loads(bag["data/ledger.schema.json"])
            header, *rows = csv.reader(bag["data/ledger.csv"].decode("utf-8").splitlines(keepends=True))
            columns = schema["tableSchema"]["columns"]
            self.assertEqual((schema["@context"], schema["url"]), ("http://www.w3.org/ns/csvw", "ledger.csv"))
            self.assertEqual([column["name"] for column in columns], header)
            forms = {"integer": r"[0-9]+", "decimal": r"-?[0-9]+(\.[0-9]+)?", "date": r"\d{4}-\d\d-\d\d", "gYearMonth": r"\d{4}-\d\d",
                     "dateTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "string": r"(?s).*"}
            for at, column in enumerate(columns):
                datatype = column["datatype"]
                form = "yes|no" if isinstance(datatype, dict) else forms[datatype]
                values = {row[at] for row in rows} - {"" if not column.get("required") else None}
                self.assertEqual([value for value in values if not re.fullmatch(form, value)], [], column["name"])
                for language in ("en", "fr"):
                    self.assertEqual(column["titles"][language][0], column["name"])
                    self.assertTrue(column["titles"][language][1])
                    (meaning,) = [one["@value"] for one in column["dc:description"] if one["@language"] == language]
                    notes = bag[NOTES[language == "en"]].decode("utf-8")
                    self.assertIn(f"\n{column['name']} ({column['titles'][language][1]})", notes)
                    self.assertIn(meaning.split()[0], notes)
            keys = [tuple(row[header.index(name)] for name in schema["tableSchema"]["primaryKey"]) for row in rows]
            self.assertEqual(len(set(keys)), len(keys))

    def test_bag_info_says_whose_it_is_and_until_when(self):
        """An archivist would not know whose books these are, or would throw them away too early."""
        info = self.read_bag("books/2026-10")["bag-info.txt"].decode("utf-8").splitlines()
        for line in ("Source-Organization: Exemple <SA> & fils", "External-Identifier: moisson-2026-10", "External-Identifier: SIREN 732829320",
                     "Moisson-Fiscal-Year-End: 2027-06-30", "Moisson-Retention-Years: 10", "Moisson-Retention-Until: 2037-06-30"):
            self.assertIn(line, info)
        self.assertIn("Moisson-Retention-Until: 2036-12-31", self.read_bag("small/2026-10")["bag-info.txt"].decode("utf-8").splitlines())
        everything = b"".join(self.read_bag("books/2026-10")[name] for name in (*NOTES, "index.html", "bag-info.txt"))
        for claim in (b"Z42-013", b"14641", b"Bagging-Date", b"conform"):
            self.assertNotIn(claim, everything)
        page = self.page_of(self.read_bag("books/2026-10"))
        self.assertIn("Exemple <SA> & fils", page.text)

    def test_what_says_otherwise_is_refused(self):
        """Somebody would shorten a retention, hide a document from the page or have an auditor type another command, with all digests made anew."""
        until = ("retention", "until")

        def both(path, value):
            def change(month):
                def set_value(summary):
                    inner = summary
                    for step in path[:-1]:
                        inner = inner[step]
                    inner[path[-1]] = value
                month.both(set_value)
            return change

        def info(field, value):
            def change(month):
                month.info = [f"{field}: {value}" if line.startswith(field + ": ") else line for line in month.info]
            return change

        def everywhere(old, new):
            def change(month):
                month.info = [line.replace(old, new) for line in month.info]
                month.notes = {name: text.replace(old.encode(), new.encode()) for name, text in month.notes.items()}
                both(until, new)(month)
            return change

        def years(month):
            both(("retention", "years"), 6)(month)
            everywhere("2036-12-31", "2032-12-31")(month)
            info("Moisson-Retention-Years", "6")(month)

        def notes(name, old, new):
            def change(month):
                assert old in month.notes[name], (name, old)
                month.notes[name] = month.notes[name].replace(old, new, 1)
            return change

        def drop(*names):
            def change(month):
                for name in names:
                    month.notes.pop(name, None)
                    month.bag.pop(name, None)
            return change

        def without_row(month):
            month.notes["index.html"] = re.sub(rb'<tr class="d">.*?</tr>\n', b"", month.notes["index.html"], count=1)

        def all_gone(month):
            drop(*month.notes, "ledger.schema.json")(month)
            month.both(lambda summary: summary.pop("retention"))
            month.info = [line for line in month.info if not line.startswith(("Moisson-", "Internal-Sender"))]

        def schema(month):
            month.bag["ledger.schema.json"] = month.bag["ledger.schema.json"].replace(b'"name": "amount"', b'"name": "net"', 1)

        first = next(path for path in Month(self.folder / "small/2026-10").bag if path.startswith("documents/"))
        forgeries = {
            "the end in bag-info.txt alone": (info("Moisson-Retention-Until", "2030-12-31"), "Moisson-Retention-Until"),
            "the end everywhere": (everywhere("2036-12-31", "2030-12-31"), "shortened"),
            "fewer years everywhere": (years, "shortened"),
            "a fiscal year before the month": (both(("retention", "fiscal_year_end"), "2025-12-31"), "does not hold"),
            "a retention that is no day": (both(until, "soon"), "cannot be read"),
            "an end without the summary's retention": (lambda month: month.both(lambda summary: summary.pop("retention")), "all of them or none"),
            "a link that leads nowhere": (notes("index.html", f'"data/{first}"'.encode(), b'"data/documents/other.pdf"'), "not in the bundle"),
            "a link that leads out": (notes("index.html", f'"data/{first}"'.encode(), b'"../../secret.pdf"'), "not in the bundle"),
            "a document less on the page": (without_row, "is linked 0 times"),
            "an amount on the page": (notes("index.html", b' EUR</td>', b'9 EUR</td>'), "index.html: line"),
            "a script on the page": (notes("index.html", b"</main>", b"<script>alert(1)</script></main>"), "index.html: line"),
            "a style that hides": (notes("index.html", b"</style>", b".d{display:none}</style>"), "index.html: line"),
            "another command": (notes("README.txt", b"sha256sum -c --quiet", b"true"), "README.txt: line"),
            "another column": (notes("LISEZ-MOI.txt", "Montant".encode(), b"Total"), "LISEZ-MOI.txt: line"),
            "a column under another name": (schema, "ledger.schema.json"),
            "no dictionary": (drop("ledger.schema.json"), "all of them or none"),
            "no page": (drop("index.html"), "missing"),
            "no notes and no page": (drop(*NOTES, "index.html"), "all of them or none"),
        }
        for name, (change, words) in forgeries.items():
            with self.subTest(name):
                month = Month(self.folder / "small/2026-10")
                change(month)
                target = self.folder / "forged" / re.sub("[^a-z]+", "-", name)
                month.save(target)
                for path in (target, target / "bundle.zip"):
                    result = self.run_moisson("verify", path, expect=6)
                    self.assertIn(words, result.out)
        month = Month(self.folder / "small/2026-10")
        all_gone(month)
        month.save(self.folder / "forged/all")
        self.assertIn("until when it is to be kept", self.run_moisson("verify", self.folder / "forged/all", expect=6).out)
        # The bundle alone is then one of an earlier version, which has none of it.
        self.run_moisson("verify", self.folder / "forged/all/bundle.zip", expect=0)


class Commands(Bags):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder / "authority")
        self.addCleanup(self.authority.stop)
        self.authority.certify("seal", "plain")

    def shell(self, command, folder, expect=0):
        done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=folder, capture_output=True, text=True, timeout=120, check=False,
                              env={"PATH": f"{Path(PROGRAM).parent}:/usr/bin:/bin", "HOME": str(self.folder), "LC_ALL": "C.UTF-8"})
        self.assertEqual(done.returncode, expect, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def test_the_commands_of_the_notes_work_as_they_are_printed(self):
        """The auditor types what stands there, and it ends with an error, or finds nothing whatever was changed."""
        (self.folder / "job.toml").write_text(f'[sandbox]\nenabled = true\nscenario = "clean"\n[evidence]\ntsa_url = "{self.authority.url}"\n'
                                              'tsa_ca_file = "authority/ca.pem"\ncertificate = "authority/seal.pem"\nkey = "authority/seal.key"\n')
        for month in ("2026-09", "2026-10"):
            self.run_moisson("export", "job.toml", "--period", month, "--rate", "0", "--template", "fec", expect=0)
        folder = self.folder / "out/2026-10"
        for name in ("tsa-ca.pem", "seal-ca.pem"):
            (folder / name).write_bytes(self.authority.ca_file.read_bytes())
        bag = self.unpack("out/2026-10")
        for name in NOTES:
            text = (bag / name).read_text("utf-8")
            commands = commands_of(text)
            self.assertEqual(len(commands), 13)
            for command in commands:
                beside = "bundle.zip" in command or "evidence.json" in command
                place = self.folder / "out" if command.startswith("unzip") else folder if beside else bag
                out = self.shell(command, place)
                if command.startswith("unzip"):
                    self.assertEqual(out, "2026-09/bundle.zip: OK\n")
                elif command.startswith("sha256sum data/"):
                    self.assertIn(out.split()[0], text)
                    self.assertIn(out.split()[0], (bag / "data/ledger.csv").read_text("utf-8"))
                elif command.startswith("grep -F") and command.endswith("ledger.csv"):
                    identifier = command.split()[2]
                    self.assertIn(identifier, out)
                    row, = (row for row in self.rows(folder) if row["document_id"] == identifier)
                    self.assertIn(f"\t{row['invoice_number'] or identifier}\t", (folder / "erp").glob("*FEC*.txt").__next__().read_text("utf-8"))
            first, second = (command for command in commands if command.startswith(("head", "tail")))
            self.assertEqual(self.shell(first, folder).split()[0], self.shell(second, folder))
            self.assertIn(sha256_of(folder / "bundle.zip"), self.shell("grep -A 3 '\"bundle\"' evidence.json", folder))
        check = commands_of((bag / "README.txt").read_text("utf-8"))[0]
        changed = next((bag / "data/documents").rglob("*.pdf"))
        changed.write_bytes(changed.read_bytes() + b"x")
        self.shell(check, bag, expect=1)


class Keeping(Bags):
    def export(self, evidence, *more, expect=0, server=None):
        (self.folder / "job.toml").write_text("[evidence]\n" + evidence)
        return self.run_moisson("export", "job.toml", "--rate", "0", "--period", "2026-10", *more, environment=server.environment, expect=expect)

    def one(self, **more):
        server = self.double()
        server.lists["OCB0000001"] = [document("one", **more)]
        server.files["one"] = pdf("one")
        return server

    def test_the_end_follows_the_fiscal_year(self):
        """A month would be thrown away a year too early."""
        server = self.one()
        for settings, end, until in (('', "2026-12-31", "2036-12-31"), ('fiscal_year_end = "10-31"', "2026-10-31", "2036-10-31"),
                                     ('fiscal_year_end = "09-30"', "2027-09-30", "2037-09-30"), ('fiscal_year_end = "02-29"', "2027-02-28", "2037-02-28"),
                                     ('fiscal_year_end = "02-28"\nretention = 13', "2027-02-28", "2040-02-29"),
                                     ('retention = 30', "2026-12-31", "2056-12-31"), ('retain_until = 2040-01-05', "2026-12-31", "2040-01-05"),
                                     ('retain_until = "2030-01-05"', "2026-12-31", "2036-12-31")):
            with self.subTest(settings):
                out = re.sub("[^a-z0-9]+", "-", settings) or "plain"
                self.export(settings, "--out", out, server=server)
                retention = self.summary(f"{out}/2026-10")["retention"]
                self.assertEqual((retention["fiscal_year_end"], retention["until"]), (end, until))
                self.assertIn(f"Moisson-Retention-Until: {until}\n", self.read_bag(f"{out}/2026-10")["bag-info.txt"].decode())
                self.run_moisson("verify", f"{out}/2026-10", expect=0)

    def test_settings_that_cannot_be_are_refused(self):
        """A slip would be found when the archive is opened, in ten years."""
        server = self.one()
        for settings, words in (('siren = "732829321"', "no SIREN"), ('siren = "73282932"', "no SIREN"), ('organization = " "', "organization"),
                                ('organization = "a\\nb"', "organization"), ('fiscal_year_end = "13-01"', "no day of a year"),
                                ('fiscal_year_end = "02-30"', "no day of a year"), ('retention = 9', "10 to 100"), ('retention = "10"', "10 to 100"),
                                ('retain_until = "2040-02-30"', "day")):
            with self.subTest(settings):
                result = self.export(settings, expect=2, server=server)
                self.assertIn(words, result.err)
                self.assertIn("job.toml:2", result.err)

    def test_a_longer_retention_stays(self):
        """A month that was promised to be kept for thirty years would lose twenty of them with a change of the job file."""
        server = self.one()
        self.export("retention = 30", server=server)
        before = tree_of(self.folder / "out/2026-10")["bundle.zip"]
        result = self.export("retention = 10", "-v", server=server)
        self.assertIn("is published with a retention until 2056-12-31, and keeps it", result.err)
        self.assertEqual(tree_of(self.folder / "out/2026-10")["bundle.zip"], before)
        self.assertEqual(self.summary()["retention"]["until"], "2056-12-31")
        self.export("retention = 40", server=server)
        self.assertEqual(self.summary()["retention"]["until"], "2066-12-31")
        self.run_moisson("verify", "out/2026-10", expect=0)

    def test_all_months_end_with_the_latest_row(self):
        """Of an export without an end, the oldest month's retention would count for the newest."""
        server = self.one()
        server.lists["OCB0000001"].append(document("two", period="202702"))
        server.files["two"] = pdf("two")
        (self.folder / "job.toml").write_text("[evidence]\n")
        self.run_moisson("export", "job.toml", "--rate", "0", "--all", environment=server.environment, expect=0)
        self.assertEqual(self.summary("out/all")["retention"]["until"], "2037-12-31")
        self.run_moisson("verify", "out/all", expect=0)


class Strange(Bags):
    """Names of strangers on the page and in the notes."""

    NAMES = ['<script>alert(1)</script>', '"><a href="http://x">', "a & b &amp; c", "\u202egnp.\u202c", "Ünïcode 合同 " + "é" * 300, "x\u0000y", "##vso[task]",
             "=1+1", "' onmouseover='x", "line\nend"]

    def test_names_are_shown_and_never_obeyed(self):
        """A contract's name would run in the auditor's browser, or turn the amount beside it around."""
        server = self.double()
        server.contracts = [{"id": f"OCB{at:07}", "name": name, "offer": {"name": "Flexible Engine", "id": "FE"}} for at, name in enumerate(self.NAMES)]
        for at, name in enumerate(self.NAMES):
            server.lists[f"OCB{at:07}"] = [document(f"doc{at}", filename=name.replace('"', "'")),
                                             document(f"lost {at} {name[:40]}", filename=f"lost{at}.pdf", amount=7)]
            server.files[f"doc{at}"] = pdf(f"doc{at}")
        for language in ("en", "fr"):
            out = f"out-{language}"
            self.run_moisson("export", "--rate", "0", "--period", "2026-10", "--language", language, "--out", out, environment=server.environment, expect=3)
            self.run_moisson("verify", f"{out}/2026-10", expect=0)
            bag = self.read_bag(f"{out}/2026-10")
            page = self.check_page(bag)
            for bad in ("\u202e", "\u202c", "\u0000"):
                self.assertNotIn(bad, bag["index.html"].decode("utf-8"))
            self.assertIn("<script>alert(1)</script>", page.text)
            self.assertIn("Ce qui manque", page.text)
            self.assertEqual(len([row for row in page.rows if len(row) == 6 and row[3] == "7.00 EUR"]), len(self.NAMES))
        self.assertEqual(tree_of(self.folder / "out-en/2026-10")["bundle.zip"], tree_of(self.folder / "out-fr/2026-10")["bundle.zip"])

    def test_a_document_of_the_year_9999_is_kept_to_its_end(self):
        """A period that nobody meant would end the export, or give a day that nobody can read."""
        server = self.double()
        server.lists["OCB0000001"] = [document("one", period="999912")]
        server.files["one"] = pdf("one")
        self.run_moisson("export", "--rate", "0", "--all", environment=server.environment)
        self.run_moisson("verify", "out/all", expect=0)

    def test_a_view_says_that_it_is_none_of_the_month(self):
        """A part of the month would pass for the month."""
        for more in (("--type", "bills"), ("--no-files",)):
            self.run_moisson("export", "--sandbox", "--scenario", "small", "--period", "2026-10", "--rate", "0", "--out", more[0].strip("-"), *more)
            view = self.view(more[0].strip("-"))
            self.run_moisson("verify", view, expect=0)
            bag = self.read_bag(view)
            self.assertIn("Vue partielle", self.check_page(bag).text)
            self.assertIn("A partial view of 2026-10, not the month", " ".join(bag["README.txt"].decode("utf-8").split()))


class Marks(Case):
    """An amount that counts and whose file did not come, in every built-in template."""

    def test_a_posting_without_its_file_says_so(self):
        """The accountant would book a bill and believe that its voucher is in the archive."""
        server = self.double()
        server.lists["OCB0000001"] = [document("there"), document("lost", amount=99.5)]
        server.files["there"] = pdf("there")
        templates = sorted(path.stem for path in (ROOT / "templates").glob("*.toml"))
        arguments = [word for name in templates for word in ("--template", name)]
        settings = (ROOT / "samples/erp/settings.toml").read_text("utf-8")
        settings = settings.replace('"samples/erp', f'"{ROOT}/samples/erp')
        for language in ("en", "fr"):  # the formats have their own, the job's language changes nothing in them
            (self.folder / "job.toml").write_text(f'language = "{language}"\n[books]\nrates = "{ROOT}/samples/erp/rates.csv"\n'
                                                  + settings)
            self.run_moisson("export", "job.toml", "--rate", "0", "--period", "2026-10", "--out", language, *arguments, environment=server.environment,
                             expect=3)
            files = sorted((self.folder / language / "2026-10/erp").iterdir())
            found = {}
            for path in files:
                data = path.read_bytes()
                if path.suffix == ".xlsx":
                    with zipfile.ZipFile(path) as book:
                        data = b"".join(book.read(name) for name in book.namelist() if "sharedStrings" in name or "sheet" in name)
                found[path.name] = data.count(b"NO FILE") + data.count(b"SANS PIECE")
            self.assertGreaterEqual(len(files), len(templates))
            self.assertEqual([name for name, count in found.items() if count == 0], [], found)
            hledger = (self.folder / language / "2026-10/erp/hledger.journal").read_text("utf-8")
            self.assertEqual(hledger.count("    ; NO FILE\n"), 1)
            self.assertIn("SANS PIECE Orange", next(path for path in files if "FEC" in path.name).read_text("utf-8"))
            self.run_moisson("verify", f"{language}/2026-10", expect=0)
        server.files["lost"] = pdf("lost")
        self.run_moisson("export", "job.toml", "--rate", "0", "--period", "2026-10", "--out", language, *arguments, environment=server.environment, expect=0)
        self.assertNotIn("NO FILE", (self.folder / language / "2026-10/erp/hledger.journal").read_text("utf-8"))


if __name__ == "__main__":
    unittest.main()
