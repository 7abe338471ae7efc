"""Cases of the whole program as text: tests/cases/*.case. A new case needs no code; by hand: cases_test.py [FILE.case[:LINE]]...

A case is a sequence of lines, done one after the other in a folder of its own:

    case SENTENCE               begins a case: what would be wrong for a user if it failed
    file NAME                   writes a file; its lines follow, each behind "| " (an empty one is "|")
    env NAME=VALUE              for the commands that follow; "env NAME=" takes it away
    sandbox OPTIONS             serves `moisson sandbox`; the commands that follow get the environment that it prints
    contract ID NAME            the service is harness.Double; it has this contract, too (OCB0000001 is there unless contracts says else)
    contracts JSON              it has these contracts alone
    document CONTRACT ID JSON   it lists this document, whose members are the usual ones and those of the JSON object; its file is a PDF of its
                                own, none with "file": false, one that others have, too, with "file": "TEXT"
    withdraw CONTRACT ID        it lists the document no more
    answer CONTRACT STATUS TEXT it answers this for the contract's documents
    keep PATH                   keeps the bytes of a file or folder for "same PATH"
    $ moisson ARGUMENTS         runs the program, split as a shell does. Then, in this order:
    exit CODE                   how it must end
    out TEXT, err TEXT          standard output or error holds the text; no-out TEXT, no-err TEXT: it does not
    has PATH, lacks PATH        the file or folder is there, or is not; a "*" stands for any name
    same PATH                   its bytes are those that were kept
    text FILE TEXT              the file holds the text; no-text FILE TEXT: it does not
    rows FILE COUNT             so many rows has the CSV file
    row FILE NAME=VALUE...      one of its rows has these values, split as a shell does; no-row FILE NAME=VALUE...: none has
    finding FILE CODE NAME=VALUE...  the summary has a finding of this code with these members, in whose message the text stands;
                                no-finding FILE CODE: it has none of the code
    value FILE NAME JSON        a member of the JSON file, named by its path with dots: "value out/2026-10/summary.json totals.0.amount "12.50""

Lines that begin with # and empty lines say nothing. What varies from run to run (times, identifiers) is left to tests in Python.
"""

import csv
import json
import shlex
import sys
import unittest
from pathlib import Path

from harness import PDF, ROOT, Case, document, sha256_of, tree_of

FIRST = "OCB0000001"


class Malformed(Exception):
    """The case itself is no case."""


class Script:
    """The lines of one case."""

    def __init__(self, place, sentence):
        self.place = place
        self.sentence = sentence
        self.lines = []  # (number, word, rest)

    def add(self, number, line):
        if line.startswith("|"):
            if not self.lines or self.lines[-1][1] != "file":
                raise Malformed(f"line {number}: no file for this line")
            self.lines[-1][3].append(line[2:])
            return
        word, _, rest = line.partition(" ")
        if word not in STEPS and word not in EXPECTATIONS:
            raise Malformed(f"line {number}: there is no \"{word}\"")
        before = self.lines[-1][1] if self.lines else ""
        if (before == "$") != (word == "exit"):
            raise Malformed(f"line {number}: a command is followed by its exit code, and nothing else is")
        if word in EXPECTATIONS and word != "exit" and not any(known[1] == "$" for known in self.lines):
            raise Malformed(f"line {number}: nothing has run yet")
        self.lines.append((number, word, rest.strip(), []))


def scripts_of(text, name):
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("case "):
            found.append(Script(f"{name}:{number}", line[len("case "):].strip()))
        elif line.strip() and not line.startswith("#"):
            if not found:
                raise Malformed(f"line {number}: no case has begun")
            found[-1].add(number, line)
    for script in found:
        if not script.sentence or not script.lines or script.lines[-1][1] not in EXPECTATIONS:
            raise Malformed(f"{script.place}: a case has a sentence, a command and what is expected of it")
    return found


class Run(Case):
    """Does one script. Not collected by itself."""

    def __init__(self, script):
        super().__init__("do")
        self.script = script

    def __str__(self):
        return f"{self.script.place} {self.script.sentence}"

    shortDescription = __str__

    def setUp(self):
        super().setUp()
        self.environment = {}
        self.server = None
        self.last = None
        self.kept = {}

    def do(self):
        for number, word, rest, body in self.script.lines:
            try:
                (STEPS.get(word) or EXPECTATIONS[word])(self, rest, body)
            except AssertionError as failure:
                raise AssertionError(f"{self.script.place.split(':')[0]}:{number}: {word} {rest}\n{failure}\n{self.last}") from None

    # What is done.

    def file(self, name, body):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(line + "\n" for line in body), "utf-8")

    def env(self, rest, _):
        name, _, value = rest.partition("=")
        self.environment[name] = value
        if not value:
            del self.environment[name]

    def serve(self, options, _):
        self.environment.update(self.sandbox(*shlex.split(options)).environment)

    def answering(self):
        if self.server is None:
            self.server = self.double()
            self.environment.update(self.server.environment)
        return self.server

    def contracts(self, rest, _):
        self.answering().contracts = json.loads(rest)

    def contract(self, rest, _):
        identifier, _, name = rest.partition(" ")
        self.answering().contracts.append({"id": identifier, "name": name, "offer": {"name": "Flexible Engine", "id": "FE"}})

    def list_document(self, rest, _):
        contract, identifier, members = (rest + " {}").split(" ", 2)
        server = self.answering()
        members = json.loads(members.removesuffix(" {}") or "{}")
        own = f"{identifier} {members}"
        content = members.pop("file", own)
        self.withdraw(f"{contract} {identifier}", _)
        server.lists[contract].append({**document(identifier), **members})
        if content is False:
            server.files.pop(identifier, None)
        else:
            server.files[identifier] = PDF + f"% {content}\n%%EOF\n".encode()

    def withdraw(self, rest, _):
        contract, identifier = rest.split(" ")
        lists = self.answering().lists
        lists[contract] = [one for one in lists.get(contract, []) if one["id"] != identifier]

    def answer(self, rest, _):
        contract, status, text = rest.split(" ", 2)
        self.answering().lists[contract] = lambda query: (int(status), {}, text.encode())

    def run_command(self, rest, _):
        words = shlex.split(rest)
        if words[:1] != ["moisson"]:
            raise Malformed(f"{self.script.place}: only moisson is run")
        self.last = self.run_moisson(*words[1:], environment=self.environment)

    def bytes_of(self, name):
        path, = self.folder.glob(name)
        return sha256_of(path) if path.is_file() else tree_of(path)

    def keep(self, name, _):
        self.kept[name] = self.bytes_of(name)

    # What is expected.

    def ends(self, code, _):
        self.assertEqual(self.last.code, int(code))

    def holds(self, stream, text, is_there):
        (self.assertIn if is_there else self.assertNotIn)(text, getattr(self.last, stream))

    def exists(self, name, is_there):
        self.assertEqual(any(self.folder.glob(name)), is_there)

    def is_same(self, name, _):
        self.assertEqual(self.bytes_of(name), self.kept.get(name))

    def text_of(self, name):
        path, = self.folder.glob(name)
        return path.read_text("utf-8")

    def has_text(self, rest, is_there):
        name, text = rest.split(" ", 1)
        (self.assertIn if is_there else self.assertNotIn)(text, self.text_of(name))

    def rows_of(self, name):
        return list(csv.DictReader(self.text_of(name).splitlines(keepends=True)))

    def has_rows(self, rest, _):
        name, count = rest.rsplit(" ", 1)
        self.assertEqual(len(self.rows_of(name)), int(count))

    def has_row(self, rest, is_there):
        name, *wanted = shlex.split(rest)
        wanted = dict(one.split("=", 1) for one in wanted)
        rows = [{column: row[column] for column in wanted} for row in self.rows_of(name)]
        (self.assertIn if is_there else self.assertNotIn)(wanted, rows)

    def finds(self, rest, is_there):
        name, code, *wanted = shlex.split(rest)
        found = [one for one in json.loads(self.text_of(name))["findings"] if one["code"] == code]
        for member, value in (one.split("=", 1) for one in wanted):
            found = [one for one in found if (value in one[member] if member == "message" else one[member] == value)]
        self.assertEqual(bool(found), is_there)

    def has_value(self, rest, _):
        name, path, wanted = rest.split(" ", 2)
        value = json.loads(self.text_of(name))
        for part in path.split("."):
            value = value[int(part)] if isinstance(value, list) else value.get(part)
        self.assertEqual(value, json.loads(wanted))


STEPS = {"file": Run.file, "env": Run.env, "sandbox": Run.serve, "contract": Run.contract, "contracts": Run.contracts,
         "document": Run.list_document, "withdraw": Run.withdraw, "answer": Run.answer, "keep": Run.keep, "$": Run.run_command}
EXPECTATIONS = {
    "exit": Run.ends,
    "out": lambda run, text, _: run.holds("out", text, True),
    "no-out": lambda run, text, _: run.holds("out", text, False),
    "err": lambda run, text, _: run.holds("err", text, True),
    "no-err": lambda run, text, _: run.holds("err", text, False),
    "has": lambda run, name, _: run.exists(name, True),
    "lacks": lambda run, name, _: run.exists(name, False),
    "same": Run.is_same,
    "text": lambda run, rest, _: run.has_text(rest, True),
    "no-text": lambda run, rest, _: run.has_text(rest, False),
    "rows": Run.has_rows,
    "row": lambda run, rest, _: run.has_row(rest, True),
    "no-row": lambda run, rest, _: run.has_row(rest, False),
    "finding": lambda run, rest, _: run.finds(rest, True),
    "no-finding": lambda run, rest, _: run.finds(rest, False),
    "value": Run.has_value,
}

GOOD = f"""case Nobody could tell what this runner holds.
contract OCB0000002 Second
document {FIRST} one {{"amount": 10.5, "filename": "a b.pdf"}}
document OCB0000002 two {{"filename": "=1+1.pdf"}}
file given.json
| {{"list": [{{"name": "x"}}],
|
| "none": null}}
$ moisson export --period 2026-10 --rate 0 --out 'the out'
exit 0
out verdict      complete
no-out nonsense
err rate of 0
no-err nonsense
has the out/2026-10/ledger.csv
lacks out
row 'the out/2026-10/ledger.csv' document_id=one amount=10.50 'filename=a b.pdf'
rows the out/2026-10/ledger.csv 2
no-row 'the out/2026-10/ledger.csv' document_id=three
finding 'the out/2026-10/summary.json' formula-like document_id=two message==1+1
no-finding 'the out/2026-10/summary.json' file-damaged
text given.json "name"
no-text given.json "named"
keep the out/2026-10/bundle.zip
$ moisson export --period 2026-10 --rate 0 --out 'the out'
exit 0
same the out/2026-10/bundle.zip
value given.json list.0.name "x"
value given.json none null
"""

# Each makes one line of the good case one that must fail.
BROKEN = {"exit 0": "exit 3", "out ": "out verdict      incomplete", "no-out ": "no-out verdict", "err ": "err rate of 1", "no-err ": "no-err rate of 0",
          "has ": "has the out/2026-09/ledger.csv", "lacks ": "lacks the out", "row ": "row 'the out/2026-10/ledger.csv' document_id=one amount=10.51",
          "rows ": "rows the out/2026-10/ledger.csv 1", "no-row ": "no-row 'the out/2026-10/ledger.csv' document_id=two",
          "finding ": "finding 'the out/2026-10/summary.json' formula-like document_id=one", "text ": 'text given.json "named"',
          "no-finding ": "no-finding 'the out/2026-10/summary.json' formula-like", "no-text ": 'no-text given.json "name"',
          "keep ": "keep the out/2026-10/ledger.csv", "value given.json list": 'value given.json list.0.name "y"',
          "value given.json none": "value given.json none 0", "document OCB0000002 two": "answer OCB0000002 500 {}"}

MALFORMED = ["exit 0\n", "case A sentence.\n", "case A sentence.\n$ moisson --version\n", "case A sentence.\n$ moisson --version\nout 1\n",
             "case A sentence.\nout 1\n", "case A sentence.\n$ moisson --version\nexit 0\nouts 1\n", "case A sentence.\nexit 0\n",
             "case A sentence.\n| a line\n", "case \n$ moisson --version\nexit 0\n", "case A sentence.\n$ moisson --version\nexit 0\nfile a\n"]


class Runner(unittest.TestCase):
    """That a case can fail."""

    def outcome(self, text):
        script, = scripts_of(text, "self-test")
        result = unittest.TestResult()
        Run(script).run(result)
        self.assertEqual(result.errors, [])
        return result.failures

    def test_a_case_passes_only_when_each_of_its_lines_holds(self):
        """Every case would pass, whatever the program does."""
        self.assertEqual(self.outcome(GOOD), [])
        for line, broken in BROKEN.items():
            with self.subTest(line=broken):
                lines = GOOD.splitlines()
                at = next(number for number, one in enumerate(lines) if one.startswith(line))
                lines[at] = broken
                (_, told), = self.outcome("\n".join(lines) + "\n")
                if not broken.startswith(("answer", "keep")):  # those show in a later line
                    self.assertIn(f"self-test:{at + 1}: ", told)

    def test_what_is_no_case_is_refused(self):
        """A misspelt expectation would hold nothing."""
        for text in MALFORMED:
            with self.subTest(text=text):
                self.assertRaises(Malformed, scripts_of, text, "self-test")

    def test_there_are_cases(self):
        """A wrong path would pass for a hundred good cases."""
        self.assertGreater(len(list((ROOT / "tests/cases").glob("*.case"))), 5)


def load_tests(loader, _, __):
    suite = unittest.TestSuite([] if FILES else [loader.loadTestsFromTestCase(Runner)])
    for file, line in FILES or [(path, None) for path in sorted((ROOT / "tests/cases").glob("*.case"))]:
        for script in scripts_of(Path(file).read_text("utf-8"), Path(file).name):
            if line is None or script.place.endswith(f":{line}"):
                suite.addTest(Run(script))
    return suite


FILES = [(one.split(":")[0], one.split(":")[1] if ":" in one else None) for one in sys.argv[1:] if ".case" in one]

if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *(one for one in sys.argv[1:] if ".case" not in one)])
