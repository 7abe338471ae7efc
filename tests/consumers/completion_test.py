"""Completion as bash, zsh and fish themselves do it: who presses Tab gets other words than the command takes, or an error across the line."""

import os
import re
import select
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = os.environ["MOISSON"]
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "dumb"}

# (what stands on the command line, words that are offered, words that are not)
LINES = (
    ("moisson exp", {"export", "explain"}, {"--period", "plan"}),
    ("moisson expo", {"export"}, {"explain"}),
    ("moisson ex", {"export", "explain"}, {"plan"}),
    ("moisson contracts ", {"list", "show", "create"}, {"export", "keys"}),
    ("moisson sandbox keys ", {"list", "issue", "age", "revoke"}, {"keys"}),
    ("moisson sandbox --fault thr", {"throttle-403", "throttle-429"}, {"bad-json"}),
    ("moisson export --perio", {"--period"}, {"--port"}),
    ("moisson export --type part", {"partialBills", "partialConsumptionRatedReports"}, {"invoices"}),
    ("moisson export --log-format ", {"text", "json"}, {"--period"}),
    ("moisson export --template fe", {"fec"}, {"odoo"}),
    ("moisson export fold", {"folder/"}, set()),
    ("moisson verify fold", {"folder/"}, set()),
    ("moisson export --out fold", {"folder/"}, {"fold.toml"}),
    ("moisson export --period ", set(), {"list", "fold.toml", "--out"}),
    ("moisson completion ", {"bash", "zsh", "fish"}, {"export"}),
    ("moisson help find", {"findings"}, {"export"}),
    ("moisson explain --contract ", set(), {"list", "export"}),
)


def script(shell):
    done = subprocess.run([PROGRAM, "completion", shell], capture_output=True, text=True, timeout=30, check=False, env=ENVIRONMENT)
    if done.returncode != 0 or done.stderr:
        raise AssertionError(done.stderr)
    return done.stdout


class Completion(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "folder").mkdir()
        (self.folder / "fold.toml").touch()

    def check(self, complete, trailing_slash=True):
        for line, wanted, unwanted in LINES:
            with self.subTest(line):
                offered = complete(line)
                if not trailing_slash:  # a shell adds it itself
                    wanted = {word.rstrip("/") for word in wanted}
                self.assertLessEqual(wanted, offered, offered)
                self.assertFalse(unwanted & offered, offered)

    def test_bash(self):
        (self.folder / "moisson").write_text(script("bash"), "utf-8")
        done = subprocess.run(["shellcheck", "moisson"], cwd=self.folder, capture_output=True, text=True, timeout=60, check=False, env=ENVIRONMENT)
        self.assertEqual(done.stdout, "")

        def complete(line):
            # As readline calls it; the sign = parts words.
            words = [word for part in line.split(" ") for word in (re.split("(=)", part) if "=" in part else [part])]
            program = ('. ./moisson; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; _moisson moisson; '
                       'printf "%s\\n" "${COMPREPLY[@]}"')
            done = subprocess.run(["bash", "--norc", "-c", program, "bash", *words], cwd=self.folder, capture_output=True, text=True, timeout=30,
                                  check=False, env=ENVIRONMENT)
            self.assertEqual(done.stderr, "")
            return set(done.stdout.split())
        self.check(complete, trailing_slash=False)
        self.assertEqual(complete("moisson export --type=inv"), {"invoices"})
        self.assertEqual(complete("moisson export --type="), complete("moisson export --type "))

    def test_bash_interactive(self):
        """With a real Tab in a real line."""
        (self.folder / "moisson").write_text(script("bash"), "utf-8")
        (self.folder / "rc").write_text("PS1='> '\n. ./moisson\n", "utf-8")
        offered = self.type_into(["bash", "--noprofile", "--rcfile", "rc", "-i"], "moisson expo\t--perio\t2026-10", b"moisson export --period 2026-10")
        self.assertTrue(offered)

    def type_into(self, command, keys, awaited):
        import pty  # pylint: disable=import-outside-toplevel
        parent, child = pty.openpty()
        process = subprocess.Popen(command, cwd=self.folder, stdin=child, stdout=child, stderr=child, start_new_session=True,
                                   env={**ENVIRONMENT, "HOME": str(self.folder), "TERM": "xterm"})
        os.close(child)
        seen = b""
        try:
            for typed in re.split("(?<=\t)", keys):
                os.write(parent, typed.encode())
                deadline = time.monotonic() + 20
                quiet = False
                while not quiet and time.monotonic() < deadline and awaited not in seen:
                    ready = select.select([parent], [], [], 1.5)[0]
                    quiet = not ready
                    if ready:
                        seen += os.read(parent, 65536)
            return awaited in seen
        finally:
            process.kill()
            process.wait(10)
            os.close(parent)
            if awaited not in seen:
                print(seen)

    def test_zsh(self):
        """compsys's own calls are noted: `_arguments` is asked in a real completion of a zsh in a terminal of its own (zpty)."""
        functions = self.folder / "functions"
        functions.mkdir()
        (functions / "_moisson").write_text(script("zsh"), "utf-8")
        (self.folder / "ask").write_text(r"""
            zmodload zsh/zpty
            zpty -b asked zsh -f -i
            zpty -w asked "fpath=($PWD/functions \$fpath); autoload -Uz compinit; compinit -u -d $PWD/dump; PS1=; unsetopt zle_bracketed_paste
                zstyle ':completion:*' list-grouped no; zstyle ':completion:*' list-packed no; LISTMAX=10000; TERM=dumb; stty columns 200
                zstyle ':completion:*:default' list-prompt ''
                function shown { compadd() { if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd \"\$@\"; return; fi
                    typeset -a hits; builtin compadd -A hits \"\$@\"; print -l BEGIN -- \"\${hits[@]}\" END; builtin compadd \"\$@\"; }
                    _main_complete; unfunction compadd; print DONE }
                zle -C shown complete-word shown; bindkey '^I' shown; print READY"
            zpty -r asked line '*READY*'
            zpty -w -n asked "$1"$'\t'
            zpty -r asked answer '*DONE*'
            print -r -- "$answer"
            zpty -d asked
        """, "utf-8")

        def complete(line):
            done = subprocess.run(["zsh", "-f", "ask", line], cwd=self.folder, capture_output=True, text=True, timeout=60, check=False, env=ENVIRONMENT)
            self.assertEqual(done.stderr, "")
            words = set()
            for block in re.findall(r"BEGIN\r?\n(.*?)END", done.stdout, re.S):
                words.update(word.split(":")[0] for word in block.split())
            return words
        self.check(complete, trailing_slash=False)

    def test_fish(self):
        (self.folder / "moisson.fish").write_text(script("fish"), "utf-8")

        def complete(line):
            done = subprocess.run(["fish", "--no-config", "-c", "source moisson.fish; complete -C $argv[1]", line], cwd=self.folder,
                                  capture_output=True, text=True, timeout=60, check=False, env={**ENVIRONMENT, "HOME": str(self.folder)})
            self.assertEqual(done.stderr, "")
            return {offered.split("\t")[0] for offered in done.stdout.splitlines()}
        self.check(complete)

    def test_another_shell_is_refused(self):
        done = subprocess.run([PROGRAM, "completion", "tcsh"], capture_output=True, text=True, timeout=30, check=False, env=ENVIRONMENT)
        self.assertEqual(done.returncode, 2)
        self.assertIn("bash, zsh or fish", done.stderr)


if __name__ == "__main__":
    unittest.main()
