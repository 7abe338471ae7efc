"""What a person sees of an export: on a terminal of any width, in a pipe, and in the log of a machine."""

import fcntl
import json
import os
import pty
import re
import shlex
import struct
import subprocess
import termios
import unittest

from harness import ENVIRONMENT, PROGRAM, Case, document, pdf

SMALL = ("export", "--sandbox", "--scenario", "small", "--template", "fec", "--no-progress")
CONTRACT = "OCB0000001"


class Terminal(Case):
    def on_terminal(self, *arguments, columns, environment=None):
        """Both outputs, as a terminal of that width gets them."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        base = {name: value for name, value in ENVIRONMENT.items() if name != "NO_COLOR"}
        process = subprocess.Popen([PROGRAM, *arguments], cwd=self.folder, env={**base, "TERM": "xterm", **(environment or {})},
                                   stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
        os.close(theirs)
        text = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is gone
                break
            if not piece:
                break
            text += piece
        os.close(ours)
        process.wait(60)
        return text.decode("utf-8").replace("\r\n", "\n")

    def test_lines_fit(self):
        """Words would be broken at the terminal's edge, and columns would no longer stand below each other."""
        for columns, environment in ((60, {}), (120, {}), (60, {"COLUMNS": "80"})):
            with self.subTest(columns=columns, environment=environment):
                width = int(environment.get("COLUMNS", columns))
                shown = self.on_terminal(*SMALL, "--out", f"out{columns}{len(environment)}", columns=columns, environment=environment)
                lines = re.sub("\x1b\\[[0-9;]*[mK]", "", shown).splitlines()
                self.assertGreater(len(lines), 40)
                for line in lines[:-1]:
                    words = line.strip().split(" ") if not line.strip().startswith("$ ") else ["a command is not broken"]
                    self.assertTrue(len(line) <= width or len(words) == 1, f"{len(line)}: {line}")
                self.assertTrue(any(len(line) > width * 3 // 4 for line in lines))
                self.assertRegex(lines[-1], r"^next: moisson export --period 2026-10 .*--sandbox.* --out out")

    def test_colours(self):
        """A log file would be full of colour codes, or a person who wants none would get them."""
        shown = self.on_terminal(*SMALL, columns=100)
        self.assertIn("\x1b[33mincomplete\x1b[0m", shown)
        self.assertRegex(shown, r"\d  \x1b\[31merror\x1b\[0m    amount-missing")
        self.assertNotIn("\x1b[3", self.on_terminal(*SMALL, columns=100, environment={"NO_COLOR": "1"}))
        piped = self.run_moisson(*SMALL, environment={"NO_COLOR": "", "COLUMNS": "40"}, expect=3)
        self.assertNotIn("\x1b", piped.out + piped.err)
        self.assertTrue(any(len(line) > 100 for line in piped.out.splitlines()))


class Result(Case):
    def test_names_errors_and_every_file(self):
        """A person would have to open the report to learn which document failed, or to look for files."""
        shown = self.run_moisson(*SMALL, expect=3).out
        told = [line[13:] for line in shown.split("\nto do ")[1].split("\nother months")[0].splitlines()]
        items = [line for line in shown.splitlines() if re.match(r"(to do)? +\d+  (error|warning)  .*: [a-z-]+: ", line)]
        self.assertEqual(len(items), 10)
        self.assertTrue(any(re.search(r"\(OCB0001008\), document \S+, \d+\.\d\d [A-Z]{3}, \S+\.xlsx: document-missing: .*\(request id \w+\)", item)
                            for item in items), items)
        self.assertRegex(told[-1], r"^and \d+ more: see report.html$")
        # The money comes first, and a command that is shown works.
        amounts = [float(found[1]) for found in (re.search(r"  error .*, (-?\d+\.\d\d) [A-Z]{3}, ", item) for item in items) if found]
        self.assertEqual(amounts, sorted(amounts, key=abs, reverse=True))
        commands = [line.strip().removeprefix("$ moisson ") for line in told if line.strip().startswith("$ ")]
        self.assertEqual(len(commands), sum(", document " in item for item in items))
        explained = next(command for command in commands if command.startswith("explain "))
        self.run_moisson(*shlex.split(explained), expect=0)
        named = set(re.findall(r"(?m)^\w+ +(out/2026-10/\S+)$", shown))
        self.assertEqual(named, {str(path.relative_to(self.folder)) for path in (self.folder / "out/2026-10").rglob("*") if path.is_file()})

    def test_ends_with_a_command_that_works(self):
        """What is to be typed next would not be known, or would fail."""
        shown = self.run_moisson("export", "--sandbox", "--scenario", "clean", expect=0).out
        command = shown.splitlines()[-1].removeprefix("next: moisson ").split(" ")
        self.assertEqual(command, ["verify", "out/2026-10"])
        self.run_moisson(*command, expect=0)
        planned = self.run_moisson("plan", "--sandbox", "--scenario", "clean", "--out", "other", expect=0).out
        command = planned.splitlines()[-1].removeprefix("next: moisson ").split(" ")
        self.assertTrue(self.run_moisson(*command, expect=0).out.endswith("next: moisson verify other/2026-10\n"))


class Log(Case):
    def setUp(self):
        super().setUp()
        self.server = self.double()
        self.server.lists[CONTRACT] = [document(f"gone-{number}") for number in range(5)] + [document("good"), document("late")]
        self.answers = [503, 503, 200]
        self.server.files = {"good": pdf("good"), "late": self.late}
        (self.folder / "job.toml").write_text('[export]\nperiod = "2026-10"\n[transfer]\nrate_per_second = 0\nattempts_max = 3\n')

    def late(self, _query):
        status = self.answers.pop(0) if self.answers else 200
        return (status, {"X-OAPI-Request-Id": f"call-{len(self.answers)}"}, pdf("late") if status == 200 else b'{"code":6,"message":"Over capacity"}')

    def export(self, *arguments):
        return self.run_moisson("export", "job.toml", *arguments, environment=self.server.environment, expect=3)

    def test_one_line_a_kind(self):
        """A thousand documents that fail would be a thousand lines that nobody reads."""
        self.assertEqual(len(re.findall("warning: .*gone-", self.export().err)), 1)
        self.assertEqual(len(re.findall("warning: .*gone-", self.export("-v").err)), 5)

    def test_attempts_are_numbered(self):
        """Nobody would know whether it is worth while to wait."""
        shown = self.export("-v").err
        self.assertRegex(shown, r"attempt 1 of 3, next in 0\.\d s: ")
        self.assertRegex(shown, r"attempt 2 of 3, next in \S+ s: ")

    def test_of_a_machine(self):
        """A log collector could neither count nor join: numbers would be texts, and ids would stand in sentences alone."""
        lines = [json.loads(line) for line in self.export("-v", "--log-format", "json").err.splitlines()]
        missing = [line for line in lines if line["event"] == "document-missing"]
        self.assertEqual({line["document_id"] for line in missing}, {f"gone-{number}" for number in range(5)})
        for line in missing:
            self.assertEqual((line["contract_id"], line["code"], line["request_id"], line["attempt"]), (CONTRACT, "not-found", "double-1", 1))
        again = [line for line in lines if line["event"] == "retry"]
        self.assertEqual([(line["attempt"], line["attempts_max"], line["document_id"], line["request_id"]) for line in again],
                         [(1, 3, "late", "call-2"), (2, 3, "late", "call-1")])
        self.assertTrue(all(isinstance(line["wait_ms"], int) for line in again))
        self.assertTrue(all(isinstance(line["seconds"], float) for line in lines if line["event"] == "stage-done"))
        self.assertNotIn("", [value for line in lines for value in line.values()])


if __name__ == "__main__":
    unittest.main()
