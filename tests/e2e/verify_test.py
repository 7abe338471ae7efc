"""`moisson verify` accepts what was published and refuses it after any change."""

import random
import shutil
import unittest

from harness import Case, PublishedOnce, document


class Verify(PublishedOnce):
    @classmethod
    def publish(cls):
        cls.keeper.run_moisson("export", "--sandbox", "--scenario", "small", "--period", "2026-10", "--rate", "0", expect=3)
        cls.month = cls.keeper.folder / "out/2026-10"

    def copy(self):
        target = self.folder / "month"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.month, target)
        return target

    def test_month_and_bundle_are_accepted(self):
        """An untouched archive would be refused."""
        self.run_moisson("verify", self.month, expect=0)
        self.run_moisson("verify", self.month / "bundle.zip", expect=0)

    def test_any_changed_byte_of_the_bundle_is_refused(self):
        """A forged invoice would pass as the original."""
        whole = (self.month / "bundle.zip").read_bytes()
        positions = set(random.Random(20261101).sample(range(len(whole)), 40)) | {0, 1, len(whole) // 2, len(whole) - 1, len(whole) - 2, len(whole) - 22}
        target = self.folder / "changed.zip"
        for position in sorted(positions):
            changed = bytearray(whole)
            changed[position] ^= 1 << (position % 8)
            target.write_bytes(changed)
            with self.subTest(position=position, size=len(whole)):
                self.assertEqual(self.run_moisson("verify", target).code, 6)

    def test_cut_and_grown_bundles_are_refused(self):
        """A download that broke off would pass as the archive."""
        whole = (self.month / "bundle.zip").read_bytes()
        target = self.folder / "changed.zip"
        for name, content in (("cut", whole[:-1]), ("half", whole[:len(whole) // 2]), ("grown", whole + b"\0"), ("led", b"\0" + whole), ("empty", b"")):
            target.write_bytes(content)
            with self.subTest(name=name):
                self.assertEqual(self.run_moisson("verify", target).code, 6)

    def test_any_changed_byte_of_the_month_is_refused(self):
        """A total could be changed in the published month without anyone noticing."""
        target = self.copy()
        rng = random.Random(7)
        for path in sorted(target.rglob("*")):
            if not path.is_file():
                continue
            whole = path.read_bytes()
            for position in {0, len(whole) - 1, len(whole) // 2, *(rng.randrange(len(whole)) for _ in range(4))}:
                changed = bytearray(whole)
                changed[position] ^= 1
                path.write_bytes(changed)
                with self.subTest(file=path.name, position=position):
                    self.assertEqual(self.run_moisson("verify", target).code, 6)
            path.write_bytes(whole)
        self.run_moisson("verify", target, expect=0)

    def test_added_and_removed_files_are_refused(self):
        """A file that nobody published would pass as part of the month, or a missing one would not be missed."""
        target = self.copy()
        (target / "stray.txt").write_text("x")
        self.assertEqual(self.run_moisson("verify", target).code, 6)
        (target / "stray.txt").unlink()
        (target / "erp").mkdir(exist_ok=True)
        (target / "erp" / "stray.csv").write_text("x")
        self.assertEqual(self.run_moisson("verify", target).code, 6)
        for name in sorted(path.name for path in self.month.iterdir() if path.is_file()):
            target = self.copy()
            (target / name).unlink()
            with self.subTest(removed=name):
                self.assertEqual(self.run_moisson("verify", target).code, 6)


class OddNames(Case):
    def test_a_month_with_odd_names_is_accepted(self):
        """An honest month would be called forged, and could not be closed."""
        server = self.double()
        for language in ("en", "fr"):
            (self.folder / "job.toml").write_text(f'language = "{language}"\n')
            for name, identifier in (('a"b.pdf', "d1"), ('" .pdf', "d1"), ("a\uffffb.pdf", "d1"), ("ok.pdf", "d\ufffe2")):
                with self.subTest(language=language, name=name, identifier=identifier):
                    shutil.rmtree(self.folder / "out", ignore_errors=True)
                    server.lists["OCB0000001"] = [document(identifier, amount=3, filename=name)]
                    self.run_moisson("export", "job.toml", "--period", "2026-10", "--rate", "0", environment=server.environment, expect=3)
                    self.run_moisson("verify", "out/2026-10", expect=0)


if __name__ == "__main__":
    unittest.main()
