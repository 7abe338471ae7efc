"""A state moved from a file to PostgreSQL and back: all of it, or nothing."""
import json
import sqlite3
import unittest
from contextlib import closing

from harness import digests_of
from state_postgresql_test import SMALL, OnServer, tearDownModule  # noqa: F401  (ends the server)

TABLES = ("setting", "contract", "run", "document", "closing", "closing_total", "closed_row", "closed_file", "addendum", "addendum_row", "posting",
          "posting_terms", "template_base", "closed_contract", "entry_number", "adoption", "adopted_month", "published_month", "published_row",
          "chain", "invoice_reading", "publication")


def rows_of_file(path):
    """{table: sorted rows} of a SQLite state."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.text_factory = bytes
        return {table: sorted(database.execute(f"SELECT * FROM {table}"), key=repr) for table in TABLES}


class Copied(OnServer):
    STATE = "out/.moisson/sandbox-small/state.sqlite3"

    def copy(self, source, target, expect=0, **options):
        return self.run_moisson("state", "copy", source, target, expect=expect, **options)

    def test_there_and_back(self):
        """A group that outgrows one machine, or goes back to one, would lose its books on the way."""
        self.run_moisson(*SMALL, "--all", expect=3)
        self.run_moisson(*SMALL, "--period", "2026-10", "--template", "fec", expect=3)
        self.run_moisson("close", "2026-10", "--incomplete", "for the test", "--sandbox", "--scenario", "small")
        before = rows_of_file(self.folder / self.STATE)
        said = json.loads(self.run_moisson("state", "copy", self.STATE, self.url, "--json", expect=0).out)
        self.assertEqual(said["documents"], len(before["document"]))
        self.assertEqual(said["rows"], sum(len(rows) for rows in before.values()))
        self.assertEqual(self.count(), len(before["document"]))
        self.copy(self.url, "sqlite:back.sqlite3")
        self.assertEqual(rows_of_file(self.folder / "back.sqlite3"), before)
        self.assertEqual(rows_of_file(self.folder / self.STATE), before)

    def test_the_next_export_goes_on(self):
        """After the move every document would come anew, or every month again."""
        sandbox = self.sandbox("--scenario", "small")
        arguments = ("export", "--all", "--rate", "0", "--no-progress")
        self.run_moisson(*arguments, expect=3, environment=sandbox.environment)
        published = digests_of(self.folder / "out/all")
        self.copy("out/.moisson/state.sqlite3", self.url)
        asked = sandbox.files_asked()
        again = self.run_moisson(*arguments, environment=sandbox.environment)
        repeated = sandbox.files_asked() - asked
        asked = sandbox.files_asked()
        self.run_moisson(*arguments, expect=again.code, environment={**sandbox.environment, **self.environment})
        self.assertEqual(sandbox.files_asked() - asked, repeated)
        self.assertEqual(digests_of(self.folder / "out/all"), published)

    def test_what_holds_something_is_left_alone(self):
        """One slip would write a state over another's."""
        self.run_moisson(*SMALL, "--all", expect=3)
        self.small("--out", "other")
        before = self.count(), rows_of_file(self.folder / self.STATE)
        for source, target in ((self.STATE, self.url), (self.url, self.STATE)):
            self.assertIn("holds something already", self.copy(source, target, expect=2).err)
        self.assertEqual((self.count(), rows_of_file(self.folder / self.STATE)), before)
        self.assertIn("no state to copy", self.copy("nowhere.sqlite3", self.url + "_new", expect=2).err)

    def test_a_copy_that_fails_leaves_nothing(self):
        """Half a state would look like one."""
        self.run_moisson(*SMALL, "--all", expect=3)
        self.copy(self.STATE, self.url)
        self.sql("DELETE FROM document; DELETE FROM setting; DELETE FROM contract; DELETE FROM run; DELETE FROM chain; DELETE FROM published_row; "
                 "DELETE FROM published_month; DELETE FROM invoice_reading; DELETE FROM posting; DELETE FROM posting_terms; "
                 "ALTER TABLE published_row ADD CHECK (counted = 7)")
        self.copy(self.STATE, self.url, expect=7)
        self.assertEqual((self.count(), self.count("contract"), self.count("setting")), (0, 0, 0))
        # What a database does to rows on their way in is found by reading them back.
        self.sql("ALTER TABLE published_row DROP CONSTRAINT published_row_counted_check; CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS "
                 "$$ BEGIN NEW.last_seen_run = 'other'; RETURN NEW; END $$; "
                 "CREATE TRIGGER other BEFORE INSERT ON contract FOR EACH ROW EXECUTE FUNCTION other()")
        self.assertIn("does not say what it was copied from", self.copy(self.STATE, self.url, expect=6).err)
        self.assertEqual((self.count(), self.count("contract")), (0, 0))

    def test_an_address_with_a_password(self):
        """Every user of the machine would read it in the list of processes."""
        self.run_moisson(*SMALL, "--period", "2026-10", expect=3)
        address = self.server.url().replace("owner@", "owner:hunter2@")
        for arguments in ((address, "x.sqlite3"), (self.STATE, address)):
            result = self.copy(*arguments, expect=2)
            self.assertIn("PGPASSFILE", result.err)
            self.assertNotIn("hunter2", result.err)


if __name__ == "__main__":
    unittest.main()
