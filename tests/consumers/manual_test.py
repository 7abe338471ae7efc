"""The manual pages, read by groff, mandoc and man: a page that one of them warns of looks broken on somebody's terminal, and an option that
is in --help alone is not found by who reads the manual."""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.environ["MOISSON"]
# What stands as it is, an example, may be wider than a narrow terminal.
WIDTHS = (60, 120)


def run(*command, **environment):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
                          env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **environment})
    return done.returncode, done.stdout, done.stderr


def shown(page, width):
    """As `man` shows it on a terminal of that width, without the marks of bold and underline."""
    code, out, err = run("man", "--local-file", "--warnings=w", page, MANWIDTH=str(width), MAN_KEEP_FORMATTING="", GROFF_NO_SGR="1")
    if code != 0 or err:
        raise AssertionError(f"man: {code} {err}")
    return re.sub(".\x08", "", out)


class Manual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        code, out, err = run(PROGRAM, "help", "--man", cls.folder.name)
        if (code, out, err) != (0, "", ""):
            raise AssertionError(f"{code} {out} {err}")
        cls.pages = sorted(Path(cls.folder.name).iterdir())
        section = re.search(r"^Commands:\n((?: .*\n)+)", run(PROGRAM, "--help")[1], re.M).group(1)
        cls.commands = re.findall(r"^  ([a-z]+(?: [a-z]+)*)  ", section, re.M)

    def test_every_command_and_topic_has_its_page(self):
        """`man moisson-close` would say that there is nothing."""
        names = {page.name for page in self.pages}
        self.assertGreater(len(self.commands), 20)
        wanted = {"moisson.1", *(f"moisson-{name.replace(' ', '-')}.1" for name in self.commands)}
        wanted |= {f"moisson-{name}" for name in ("job.5", "template.5", "ledger.5", "usage.5", "summary.5", "bundle.5", "evidence.5", "stamps.5", "findings.7", "sandbox.7")}
        self.assertEqual(names, wanted)

    def test_mandoc_and_groff_have_nothing_to_say(self):
        """A page would be cut, run together or full of signs with one of the two programs that format it."""
        for page in self.pages:
            with self.subTest(page.name):
                self.assertEqual(run("mandoc", "-T", "lint", "-W", "warning", page)[:2], (0, ""))
                self.assertEqual(run("groff", "-ww", "-z", "-t", "-man", "-K", "utf8", "-T", "utf8", page), (0, "", ""))

    def test_it_fits_the_terminal(self):
        """Lines would be broken anywhere in a narrow terminal."""
        for page in self.pages:
            source = page.read_text("utf-8")
            examples = "\n".join(re.findall(r"^\.EX\n(.*?)^\.EE", source, re.M | re.S))
            for width in WIDTHS:
                with self.subTest(page=page.name, width=width):
                    text = shown(page, width)
                    self.assertGreater(len(text), 400)
                    for line in text.splitlines():
                        if len(line) > width:
                            # An example, or one word without a blank in it.
                            words = line.split()
                            self.assertTrue(words[0].replace("-", r"\-") in examples or len(words) <= 2, line)

    def test_every_option_is_told(self):
        """The manual would know less than --help."""
        for name in ["", *self.commands]:
            page = Path(self.folder.name) / ("moisson" + "".join(f"-{word}" for word in name.split()) + ".1")
            text = shown(page, 100)
            told = run(PROGRAM, *name.split(), "--help")[1]
            options = set(re.findall(r"^ {2}(?: {4}|-\w, )(--[a-z-]+)", told, re.M))
            self.assertIn("--help", options)
            for option in options:
                with self.subTest(command=name, option=option):
                    self.assertRegex(text, rf"(?m)^ +(-\w, )?{option}\b")
            for code in re.findall(r"^  (\d+)  ", told[told.index("Exit codes:"):], re.M):
                self.assertRegex(text[text.index("EXIT STATUS"):], rf"(?m)^ +{code} \(")

    def test_commands_can_be_copied(self):
        """A typographic hyphen or quote in an example is another character for the shell."""
        text = shown(Path(self.folder.name) / "moisson-export.1", 100)
        self.assertIn("moisson export --period 2026-10 --contract 'OCB0001*' --out archive", text)
        self.assertNotRegex(text, "[\u2010\u2018\u2019\u201c\u201d\u2212]")

    def test_apropos_finds_them(self):
        """whatis and apropos show nothing of a page whose NAME they cannot read."""
        for page in self.pages:
            with self.subTest(page.name):
                self.assertRegex(run("lexgrog", page)[1], rf'"{page.stem} - .+"')

    def test_a_folder_that_cannot_be_written_is_said(self):
        """A package would lack pages that nobody missed."""
        code, _, err = run(PROGRAM, "help", "--man", "/proc/moisson")
        self.assertEqual(code, 7, err)


if __name__ == "__main__":
    unittest.main()
