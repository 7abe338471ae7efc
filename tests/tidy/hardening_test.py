"""If this fails, a user runs a program that is softer than it says: a fault in it, or in a library, can be turned into obedience more easily;
or nobody but us can make the same bytes again from the same sources.

    hardening_test.py BUILD_FOLDER COMPILER     MOISSON is the built program; by ctest in release builds

What readelf shows is judged, not which flags were given. The whole program built twice is compared by tests/tidy/two_builds.
"""

import json
import os
import platform
import re
import shlex
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ["MOISSON"])
BUILD = Path(sys.argv.pop(1)) if len(sys.argv) > 2 else None
COMPILER = sys.argv.pop(1) if BUILD else None


def readelf(*options):
    return subprocess.run(["readelf", "--wide", *map(str, options)], check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout


class Program(unittest.TestCase):
    """What the loader and the kernel get to see."""

    def test_it_can_be_loaded_anywhere(self):
        self.assertIn("DYN (Position-Independent Executable file)", readelf("--file-header", PROGRAM))
        self.assertNotIn("TEXTREL", readelf("--dynamic", PROGRAM))

    def test_all_addresses_are_settled_at_the_start_and_then_read_only(self):
        self.assertIn("GNU_RELRO", readelf("--program-headers", PROGRAM))
        dynamic = readelf("--dynamic", PROGRAM)
        self.assertRegex(dynamic, r"\(FLAGS\)\s+BIND_NOW|\(FLAGS_1\)\s+Flags:.*\bNOW\b")

    def test_nothing_is_both_writable_and_executable(self):
        flags = re.findall(r"^\s+(LOAD|GNU_STACK)\s+(?:0x[0-9a-f]+\s+){5}([RWE ]+?)\s+0x", readelf("--program-headers", PROGRAM), re.M)
        self.assertIn("GNU_STACK", [kind for kind, _ in flags])
        self.assertGreaterEqual(len(flags), 4)
        for kind, flag in flags:
            self.assertFalse("W" in flag and "E" in flag, f"{kind}: {flag}")

    def test_overwritten_returns_and_overlong_copies_are_noticed(self):
        symbols = readelf("--dyn-syms", PROGRAM)
        self.assertIn("__stack_chk_fail@", symbols)
        checked = set(re.findall(r"\b(__\w+_chk)@", symbols)) - {"__stack_chk_fail"}
        self.assertTrue({"__memcpy_chk", "__memmove_chk"} & checked, f"no copy is checked: {checked}")

    def test_no_folder_of_libraries_is_built_in(self):
        self.assertNotRegex(readelf("--dynamic", PROGRAM), r"\((?:RPATH|RUNPATH)\)")

    def test_no_path_of_the_machine_that_built_stands_in_it(self):
        content = PROGRAM.read_bytes()
        for place in {ROOT, BUILD.resolve(), Path.home()} - {Path("/")}:
            self.assertEqual(content.count(os.fsencode(place) + b"/"), 0, f"{place} stands in the program")
        self.assertNotIn(b".debug_info", content)


class Objects(unittest.TestCase):
    """Control-flow protection (CET) is a mark of every object, and the linker gives it to a program only when all have it. Debian 12's own
    start files (crt1.o) do not, so the program has none; forcing the mark would promise what those files do not keep. What is ours has it:
    where the start files have it too, the program gets it by itself."""

    @unittest.skipUnless(platform.machine() == "x86_64", "an x86-64 feature")
    def test_every_object_of_ours_is_marked_for_control_flow_protection(self):
        libraries = sorted(BUILD.glob("libmoisson_*.a"))
        self.assertGreaterEqual(len(libraries), 17)
        for library in libraries:
            members = re.split(r"^File: ", readelf("--notes", library), flags=re.M)[1:]
            self.assertTrue(members, library)
            for member in members:
                self.assertRegex(member, r"x86 feature: IBT, SHSTK", f"{library.name}: {member.splitlines()[0]}")


class TwoFolders(unittest.TestCase):
    """A few files, compiled as the build compiles them, in two folders with different names."""

    FILES = ("src/base/version.cpp", "src/domain/period.cpp", "src/bundle/paths.cpp", "src/config/secret.cpp")  # the last two name their place

    def command_of(self, name):
        """The build's own command for a file, without what stands in front of the compiler."""
        room = f"moisson_{Path(name).parts[1]}.dir/Unity/"
        entries = json.loads((BUILD / "compile_commands.json").read_text())
        # A room's files are compiled as one or two, and all in the same way, but for those that have settings of their own.
        for entry in sorted(entries, key=lambda one: Path(one["file"]) != ROOT / name):
            if Path(entry["file"]) == ROOT / name or room in entry["file"]:
                words = shlex.split(entry["command"])
                words = [str(ROOT / name) if word == entry["file"] else word for word in words]
                return words[words.index(COMPILER):]
        self.fail(f"{name} is not built")

    def compile_in(self, folder, name):
        command = self.command_of(name)
        built = folder / "build"
        built.mkdir(exist_ok=True)
        moved = [word.replace(str(BUILD), str(built)).replace(str(ROOT), str(folder)) for word in command]
        moved[moved.index("-o") + 1] = str(folder / "out.o")
        for option in ("-MT", "-MF"):
            if option in moved:
                at = moved.index(option)
                del moved[at:at + 2]
        moved = [word for word in moved if word != "-MD"]
        subprocess.run(moved, cwd=built, check=True)
        return (folder / "out.o").read_bytes()

    def test_two_folders_give_the_same_bytes(self):
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory(prefix="another-and-longer-") as second:
            for folder in (Path(first), Path(second)):
                subprocess.run(["cp", "-r", str(ROOT / "src"), str(folder / "src")], check=True)
                (folder / "build").mkdir()
                subprocess.run(["cp", str(BUILD / "git_description.inc"), str(BUILD / "git_date.inc"), str(folder / "build")], check=True)
            for name in self.FILES:
                with self.subTest(name):
                    self.assertEqual(self.compile_in(Path(first), name), self.compile_in(Path(second), name))


if __name__ == "__main__":
    unittest.main(verbosity=2)
