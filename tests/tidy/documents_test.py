"""If this fails, a reader follows a link or a citation into nothing: the reference was moved, and what cites it was not."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from documents import violations_of  # noqa: E402
from tidy import ROOT, project_files  # noqa: E402

PAGE = "# Page\n\n## The *end* of `month`s: how\n\ntext\n\n```sh\n# no heading\n```\n\n## 2. Again\n\n## Twice\n\n### Twice\n"


class Documents(unittest.TestCase):
    def problems(self, name, text, readme="# Readme\n"):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for path, content in {"README.md": readme, "jobs/page.md": PAGE, name: text}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(content, "utf-8")
            return violations_of(root, sorted(path for path in root.rglob("*") if path.is_file()))

    def test_all_that_this_repository_cites_is_there(self):
        self.assertEqual("\n".join(violations_of(ROOT, project_files())), "")

    def test_links(self):
        for good in ("[a](jobs/page.md)", "[a](jobs/page.md#the-end-of-months-how)", "[a](jobs/page.md#twice)", "[a](jobs/page.md#twice-1)",
                     "[a](#here)", "[a](https://example.com/x)", "```\n[a](nowhere)\n```", "`[a](nowhere)`", "![a](jobs/page.md)", "[a](jobs)"):
            with self.subTest(good=good):
                self.assertEqual(self.problems("page.md", f"# Here\n\n{good}\n"), [])
        for bad in ("[a](nowhere.md)", "[a](jobs/page.md#no-heading)", "[a](jobs/page.md#twice-2)", "[a](#nowhere)", "![a](picture.png)",
                    "[a](jobs#page)"):
            with self.subTest(bad=bad):
                self.assertEqual(len(self.problems("page.md", f"# Here\n\n{bad}\n")), 1)

    def test_citations(self):
        for good in ('// jobs/page.md, "2. Again"', '/// See jobs/page.md, "2.\n/// Again".', '"jobs/page.md, \\"Twice\\", says it"', "// jobs/page.md §2",
                     "// as jobs/page.md says", "// README.md and README are words"):
            with self.subTest(good=good):
                self.assertEqual(self.problems("src/room/file.cpp", good + "\n"), [])
        for bad in ('// jobs/page.md, "Once"', '/// See jobs/page.md, "Twice\n/// or more".', '"jobs/page.md, \\"Once\\", says it"', "// jobs/page.md §3",
                    '// README, "Twice"', '// the README\'s "Twice"', '// by the README ("Twice")', "// as jobs/nowhere.md says"):
            with self.subTest(bad=bad):
                self.assertEqual(len(self.problems("src/room/file.cpp", bad + "\n")), 1)
        self.assertEqual(len(self.problems("page.md", 'as in `jobs/page.md`, "Once"\n')), 1)

    def test_quoted_files(self):
        self.assertEqual(self.problems("page.md", "`jobs/page.md`, `jobs/*.md`, `jobs/NAME.toml`, `jobs/`\n"), [])
        self.assertEqual(len(self.problems("page.md", "`jobs/nothing.toml`\n")), 1)
        self.assertEqual(len(self.problems("page.md", "`src/room_*.cpp`\n")), 1)

    def test_the_readme_stays_short(self):
        self.assertEqual(self.problems("page.md", "", "# Readme\n" + "line\n" * 159), [])
        self.assertEqual(len(self.problems("page.md", "", "# Readme\n" + "line\n" * 160)), 1)


if __name__ == "__main__":
    unittest.main()
