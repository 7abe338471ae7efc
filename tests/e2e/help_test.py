"""What the program says of itself and of wrong command lines, held against texts that are kept: help/NAME.txt is the help of command NAME,
help/wrong.txt holds command lines with what they answer.

After a change that is meant: MOISSON=... help_test.py --write, and look at the difference.
"""

import fcntl
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import termios
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

    def test_help_of_a_command_is_its_help(self):
        """Two ways to ask would give two answers."""
        self.assertEqual(moisson("help"), moisson("--help"))
        for name in [*commands(), *groups()]:
            with self.subTest(name):
                self.assertTrue(moisson("help", *name.split())[1].startswith(moisson(*name.split(), "--help")[1]))

    def test_a_topic_is_as_wide_as_the_terminal(self):
        """The reference would be broken into pieces by a narrow terminal, or unreadably long in a wide one."""
        for columns, widest in ((40, 60), (72, 72), (300, 120)):
            parent, child = pty.openpty()
            fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            with subprocess.Popen([os.environ["MOISSON"], "help", "findings"], stdin=subprocess.DEVNULL, stdout=child, stderr=child,
                                  env={"PATH": "/usr/bin:/bin", "TERM": "xterm"}) as program:
                os.close(child)
                told = b""
                try:
                    while chunk := os.read(parent, 65536):
                        told += chunk
                except OSError:  # the terminal of a process that has ended
                    pass
            os.close(parent)
            self.assertEqual(program.returncode, 0)
            lines = told.decode().splitlines()
            with self.subTest(columns):
                self.assertEqual([line for line in lines if len(line) > widest], [])
                self.assertGreater(max(len(line) for line in lines), widest - 15)
                self.assertNotIn("\x1b", told.decode())


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
