"""The documents' own commands, run as they stand there: a reader who copies one must not be the first to try it."""

import os
import re
import shlex
import subprocess
import unittest
from pathlib import Path

from harness import PROGRAM, ROOT, Case

PAGES = ("README.md", "jobs/README.md", "samples/README.md", "templates/README.md")
# Examples of the sandbox serve until they are told to stop.
SERVING_SECONDS = "--for 1s"


def shell_blocks(path):
    return re.findall(r"^```sh\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


class Readme(Case):
    def setUp(self):
        super().setUp()
        self.sandbox_environment = self.sandbox("--scenario", "clean").environment
        tools = Path(self.folder) / "bin"
        tools.mkdir()
        (tools / "moisson").symlink_to(Path(PROGRAM).resolve())
        self.tools = tools

    def shell(self, command, extra=None):
        environment = {"PATH": f"{self.tools}:{os.environ['PATH']}", "HOME": "/nonexistent", **self.sandbox_environment, **(extra or {})}
        return subprocess.run(["bash", "-c", command], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=120)

    def commands(self):
        for page in PAGES:
            for block in shell_blocks(ROOT / page):
                for line in block.splitlines():
                    line = re.sub(r"\s+#.*$", "", line).strip()
                    if line.startswith("moisson "):
                        yield page, line

    def test_every_command_of_the_documents_works(self):
        """A new user's first command would end in an error."""
        seen = set()
        for page, command in self.commands():
            words = shlex.split(command)
            seen.add(words[1])
            with self.subTest(page=page, command=command):
                if words[1:3] == ["sandbox", "keys"]:
                    continue  # they need the running sandbox's own token: e2e.sandbox_accounts
                if words[1] == "sandbox" and "--" not in words:
                    command = re.sub(r"--port \d+", "--port 0", command) + " " + SERVING_SECONDS  # that port may be taken here
                done = self.shell(command)
                self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        self.assertLessEqual({"doctor", "plan", "export", "verify", "sandbox", "postman", "templates"}, seen)

    def test_the_bundle_is_checked_with_the_documents_own_line(self):
        """An auditor without Moisson could not check the archive."""
        line = re.search(r"`(unzip bundle\.zip && cd moisson-2026-10 && sha256sum -c manifest-sha256\.txt)`",
                         (ROOT / "samples/bundle.md").read_text(encoding="utf-8"))
        self.assertIsNotNone(line)
        self.assertEqual(self.shell("moisson export --period 2026-10 --rate 0").returncode, 0)
        done = self.shell("cd out/2026-10 && " + line.group(1).replace("unzip", "unzip -q"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(done.stdout.count(": OK"), 20)


if __name__ == "__main__":
    unittest.main()
