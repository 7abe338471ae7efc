"""What the program says of itself and of wrong command lines, held against texts that are kept: help/NAME.txt is the help of command NAME,
help/wrong.txt holds command lines with what they answer.

After a change that is meant: MOISSON=... help_test.py --write, and look at the difference.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

KEPT = Path(__file__).resolve().parent / "help"


def moisson(*arguments):
    """(exit code, standard output, standard error)"""
    result = subprocess.run([os.environ["MOISSON"], *arguments], capture_output=True, text=True, timeout=30, check=False,
                            stdin=subprocess.DEVNULL, cwd=tempfile.gettempdir(), env={"PATH": "/usr/bin:/bin", "NO_COLOR": "1"})
    return result.returncode, result.stdout, result.stderr


def commands():
    """Full names, as the program's own help lists them."""
    section = re.search(r"^Commands:\n((?: .*\n)+)", moisson("--help")[1], re.M).group(1)
    return re.findall(r"^  ([a-z]+(?: [a-z]+)*)  ", section, re.M)


def groups():
    return sorted({name.rsplit(" ", 1)[0] for name in commands() if " " in name} - set(commands()))


def helps():
    """{file name: text} of every help."""
    texts = {"moisson.txt": moisson("--help")}
    for name in [*commands(), *groups()]:
        texts[name.replace(" ", "_") + ".txt"] = moisson(*name.split(), "--help")
    return {name: out for name, (code, out, err) in texts.items() if code == 0 and err == ""}


def answers(text):
    """Every "$ moisson …" line with what the program answers to it now."""
    told = []
    for line in re.findall(r"^\$ moisson.*$", text, re.M):
        code, out, err = moisson(*shlex.split(line)[2:])
        told.append(f"{line}\n{out}{err}" + ("" if f"exit code:  {code} " in err else f"(exit code {code})\n"))
    return "\n".join(told)


class Help(unittest.TestCase):
    maxDiff = None

    def test_every_help(self):
        """An option would be renamed, or lose its words, without anybody having meant it."""
        told = helps()
        self.assertEqual(set(told), {path.name for path in KEPT.glob("*.txt")} - {"wrong.txt"})
        for name, text in told.items():
            with self.subTest(name):
                self.assertEqual(text, (KEPT / name).read_text("utf-8"))

    def test_wrong_command_lines(self):
        """A user's mistake would be answered with other words or another code than scripts and documents know."""
        kept = (KEPT / "wrong.txt").read_text("utf-8")
        self.assertEqual(answers(kept), kept)


def write():
    for path in KEPT.glob("*.txt"):
        if path.name != "wrong.txt":
            path.unlink()
    for name, text in helps().items():
        (KEPT / name).write_text(text, "utf-8")
    (KEPT / "wrong.txt").write_text(answers((KEPT / "wrong.txt").read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        unittest.main()
