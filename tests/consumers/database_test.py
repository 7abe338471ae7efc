"""The ledger in PostgreSQL: a real server takes the rows, twice, half, and not at all."""

import sys
import threading
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from harness import LEDGER_COLUMNS, ROOT, Case, finish, start  # noqa: E402
from ports import free_port  # noqa: E402
from postgresql import DATABASE, Server  # noqa: E402

class Database(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server()

    @classmethod
    def tearDownClass(cls):
        cls.server.end()
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        self.server.sql("DROP SCHEMA IF EXISTS moisson CASCADE; DROP SCHEMA IF EXISTS books_2026 CASCADE")
        self.environment = {"MOISSON_DATABASE_URL": self.server.url()}

    def export(self, *arguments, expect=3, environment=None):
        return self.run_moisson("export", "--sandbox", "--scenario", "small", "--rate", "0", *arguments, expect=expect,
                                environment={**self.environment, **(environment or {})})

    def table(self, schema="moisson"):
        return self.server.sql(f"SELECT * FROM {schema}.ledger ORDER BY contract_id, document_id, version")

    def test_rows_equal_the_ledger(self):
        """The database would say something else than the ledger that the accountant signed."""
        self.export("--all")
        self.server.sql(f"CREATE TABLE moisson.copied (LIKE moisson.ledger); \\copy moisson.copied ({', '.join(LEDGER_COLUMNS)}) "
                        f"FROM 'out/all/ledger.csv' WITH (FORMAT csv, HEADER match, FORCE_NOT_NULL (document_id))", folder=self.folder)
        self.assertEqual(self.server.sql("SELECT count(*) FROM (TABLE moisson.copied EXCEPT TABLE moisson.ledger) AS missing"), "0")
        self.assertEqual(self.server.sql("SELECT count(*) FROM (TABLE moisson.ledger EXCEPT TABLE moisson.copied) AS more"), "0")
        rows = (self.folder / "out/all/ledger.csv").read_bytes()
        self.assertGreater(int(self.server.sql("SELECT count(*) FROM moisson.ledger")), 20)
        with self.assertRaises(AssertionError):
            (self.folder / "broken.csv").write_bytes(rows.replace(b"period,contract_id", b"month,contract_id", 1))
            self.server.sql(f"\\copy moisson.copied ({', '.join(LEDGER_COLUMNS)}) FROM 'broken.csv' WITH (FORMAT csv, HEADER match)",
                            folder=self.folder)

    def test_rerun_changes_nothing(self):
        """A second load would write rows anew, or twice."""
        self.export("--all")
        before = self.server.sql("SELECT xmin, ctid, * FROM moisson.ledger ORDER BY ctid")
        self.assertIn("0 rows inserted, 0 updated, 0 removed", self.export("--all").err)
        self.export("--period", "2026-10")
        self.assertEqual(self.server.sql("SELECT xmin, ctid, * FROM moisson.ledger ORDER BY ctid"), before)

    def test_a_changed_row_is_mended_and_a_strange_one_goes(self):
        """A row that someone altered, or that no ledger has, would stay in the books."""
        self.export("--all")
        before = self.table()
        self.server.sql("UPDATE moisson.ledger SET amount = amount + 0.01 WHERE counted; DELETE FROM moisson.ledger WHERE document_type = 'bills';"
                        "UPDATE moisson.ledger SET document_id = 'ghost' WHERE ctid = (SELECT min(ctid) FROM moisson.ledger)")
        self.export("--all")
        self.assertEqual(self.table(), before)

    def test_a_filter_removes_nothing(self):
        """An export of one contract would empty the table of all others, or one without files would take the digests out."""
        self.export("--all")
        before = self.table()
        contract = self.server.sql("SELECT min(contract_id) FROM moisson.ledger")
        self.run_moisson("export", "--sandbox", "--scenario", "small", "--rate", "0", "--all", "--contract", contract, "--out", "other",
                         environment=self.environment)
        self.assertEqual(self.table(), before)
        self.run_moisson("export", "--sandbox", "--scenario", "small", "--rate", "0", "--all", "--no-files", "--out", "other",
                         environment=self.environment)
        self.assertEqual(self.table(), before)

    def test_every_column_says_what_it_means(self):
        """Whoever opens the table in five years would have to guess."""
        self.export("--all")
        self.assertEqual(self.server.sql("SELECT attname FROM pg_attribute WHERE attrelid = 'moisson.ledger'::regclass AND attnum > 0 AND "
                                         "col_description(attrelid, attnum) IS NULL"), "")
        self.server.sql("DROP SCHEMA moisson CASCADE")
        self.server.sql((ROOT / "samples/ledger.sql").read_text("utf-8"))
        self.assertIn("rows inserted", self.export("--all").err)

    def test_a_schema_of_another_name(self):
        """The tables would land in a schema that the company uses otherwise."""
        (self.folder / "job.toml").write_text('[output.database]\nschema = "books_2026"\n', "utf-8")
        self.run_moisson("export", "job.toml", "--sandbox", "--rate", "0", "--all", expect=3, environment=self.environment)
        self.assertGreater(int(self.server.sql("SELECT count(*) FROM books_2026.ledger")), 20)
        self.assertEqual(self.server.sql("SELECT to_regclass('moisson.ledger') IS NULL"), "t")

    def failed(self, finished):
        self.assertIn("database-load-failed", finished.out + finished.err + (self.folder / "out/all/summary.json").read_text("utf-8"))
        self.assertTrue((self.folder / "out/all/ledger.csv").exists())

    def test_no_server(self):
        """A database that is down would stop the month, or go unnoticed."""
        finished = self.export("--all", environment={"MOISSON_DATABASE_URL": f"postgresql://owner:secretword@127.0.0.1:{free_port()}/{DATABASE}"})
        self.failed(finished)
        for path in (path for path in (self.folder / "out/all").rglob("*") if path.is_file()):
            self.assertNotIn(b"secretword", path.read_bytes(), path)
        self.assertNotIn("secretword", finished.out + finished.err)

    def test_doctor_says_whether_the_database_can_be_loaded(self):
        """The month's export would be the first to find out."""
        settings = self.sandbox("--scenario", "clean").environment
        good = self.run_moisson("doctor", expect=0, environment={**settings, **self.environment})
        self.assertIn("ledger database: reached", good.out)
        self.assertEqual(self.server.sql("SELECT to_regclass('moisson.ledger') IS NULL"), "t")
        bad = self.run_moisson("doctor", expect=3, environment={
            **settings, "MOISSON_DATABASE_URL": f"postgresql://owner:secretword@127.0.0.1:{free_port()}/{DATABASE}"})
        self.assertIn("the ledger database cannot be reached", bad.out)
        self.assertNotIn("secretword", bad.out + bad.err)

    def test_another_table_of_that_name(self):
        """Rows would be written into a table that is not ours."""
        self.server.sql("CREATE SCHEMA moisson; CREATE TABLE moisson.ledger (period text, contract_id text)")
        self.failed(self.export("--all"))
        self.assertEqual(self.server.sql("SELECT count(*) FROM moisson.ledger"), "0")

    def test_a_role_without_rights(self):
        """A role that may only write rows, as a careful administrator grants it, could not be used; one that may not even that would go unnoticed."""
        self.server.sql("DROP ROLE IF EXISTS writer; CREATE ROLE writer LOGIN")
        self.failed(self.export("--all", environment={"MOISSON_DATABASE_URL": self.server.url("writer")}))
        self.server.sql((ROOT / "samples/ledger.sql").read_text("utf-8") +
                        "GRANT USAGE ON SCHEMA moisson TO writer; GRANT SELECT, INSERT, UPDATE, DELETE ON moisson.ledger TO writer;")
        self.assertIn("rows inserted", self.export("--all", environment={"MOISSON_DATABASE_URL": self.server.url("writer")}).err)
        self.server.sql("DROP OWNED BY writer; DROP ROLE writer")

    def test_a_server_that_goes_away_in_the_middle(self):
        """Half a month would stand in the database."""
        self.export("--all")
        before = self.table()
        self.server.sql("UPDATE moisson.ledger SET filename = 'changed'; CREATE FUNCTION moisson.slow() RETURNS trigger LANGUAGE plpgsql AS "
                        "$$ BEGIN PERFORM pg_sleep(0.2); RETURN NEW; END $$; "
                        "CREATE TRIGGER slow BEFORE UPDATE ON moisson.ledger FOR EACH ROW EXECUTE FUNCTION moisson.slow()")
        changed = self.table()
        process = start("export", "--sandbox", "--scenario", "small", "--rate", "0", "--all", folder=self.folder, environment=self.environment)
        killed = threading.Event()

        def kill_backend():
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                if self.server.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'moisson' AND "
                                   "query LIKE 'INSERT INTO moisson.ledger%'") != "0":
                    killed.set()
                    return
                time.sleep(0.02)

        killer = threading.Thread(target=kill_backend)
        killer.start()
        finished = finish(process)
        killer.join()
        self.assertTrue(killed.is_set(), str(finished))
        self.assertEqual(finished.code, 3, str(finished))
        self.failed(finished)
        self.assertEqual(self.table(), changed)
        self.server.sql("DROP TRIGGER slow ON moisson.ledger")
        self.export("--all")
        self.assertEqual(self.table(), before)


if __name__ == "__main__":
    unittest.main()
