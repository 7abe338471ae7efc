"""The state in PostgreSQL: whole exports on a real server, killed, doubled, cut off."""
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from harness import PDF, Case, digests_of, document, end, finish, start, wait_until  # noqa: E402
from ports import free_port  # noqa: E402
from postgresql import DATABASE, Server  # noqa: E402

PASSWORD = "word-of-the-owner"
SMALL = ("export", "--sandbox", "--scenario", "small", "--rate", "0", "--no-progress")
SERVERS = {}  # by password


def tearDownModule():
    for server in SERVERS.values():
        server.end()


class OnServer(Case):
    """A schema of its own for each test, on one server for all."""
    password = None

    def setUp(self):
        super().setUp()
        if self.password not in SERVERS:
            SERVERS[self.password] = Server(self.password)
        self.server = SERVERS[self.password]
        self.schema = f"s{time.monotonic_ns()}"
        self.url = f"{self.server.url()}?schema={self.schema}"
        self.environment = {"MOISSON_STATE": self.url}

    def sql(self, text):
        return self.server.sql(f"SET search_path = {self.schema}; {text}")

    def count(self, table="document"):
        return int(self.sql(f"SELECT count(*) FROM {table}"))

    def small(self, *arguments, expect=3, environment=None):
        return self.run_moisson(*SMALL, "--all", *arguments, expect=expect, environment={**self.environment, **(environment or {})})

    def refused(self, code, *words, arguments=("--all",), environment=None):
        """The export ends with this code and these words, and its state holds what it held."""
        result = self.run_moisson(*SMALL, *arguments, expect=code, environment={**self.environment, **(environment or {})})
        for word in words:
            self.assertIn(word, result.err, result)
        return result


class WholeRuns(OnServer):
    def test_a_month_is_the_same_as_with_a_file(self):
        """The books of a group that moves to PostgreSQL would say something else."""
        for _ in range(2):  # the second has nothing new
            self.small()
            self.run_moisson(*SMALL, "--all", "--out", "other", expect=3)
            self.assertEqual(digests_of(self.folder / "out/all"), digests_of(self.folder / "other/all"))
            self.assertEqual(self.summary("out/all")["requests"]["files"], self.summary("other/all")["requests"]["files"])
            self.assertGreater(self.count(), 20)

    def test_books_go_on(self):
        """Closed months, addenda and what ERP files were given would be forgotten, or doubled."""
        for out, environment in (("out", self.environment), ("other", {})):
            options = ("--sandbox", "--scenario", "books", "--rate", "0", "--no-progress", "--out", out)
            for month in ("2026-08", "2026-09"):
                self.run_moisson("export", *options, "--period", month, "--template", "fec", environment=environment)
            self.run_moisson("close", "2026-08", "--out", out, "--sandbox", "--scenario", "books", environment=environment)
            self.run_moisson("export", *options, "--period", "2026-10", "--template", "fec", environment=environment)
        self.assertEqual(digests_of(self.folder / "out/2026-10", ("ledger.csv",)), digests_of(self.folder / "other/2026-10", ("ledger.csv",)))
        self.assertEqual(sorted(path.name for path in (self.folder / "out/2026-10/erp").iterdir()),
                         sorted(path.name for path in (self.folder / "other/2026-10/erp").iterdir()))
        self.assertGreater(self.count("closed_row"), 0)
        self.assertGreater(self.count("posting"), 0)

    def as_version_5(self):
        """Makes the tables what version 5 had, sealed as that version sealed them."""
        columns = ("contract_id", "period", "name", "offer_id", "offer_name", "customer_id", "customer_name", "platform_id", "types", "decided")
        rows = self.sql(f"SELECT {','.join(f'encode({column}, $$hex$$)' for column in columns)} FROM closed_contract").splitlines()
        for row in rows:
            cells = [bytes.fromhex(cell) for cell in row.split("|")]
            checksum = zlib.crc32(b"".join(b"\x03" + struct.pack("<Q", len(cell)) + cell for cell in cells))
            self.sql(f"UPDATE closed_contract SET checksum = {checksum} WHERE encode(contract_id, 'hex') = '{cells[0].hex()}'")
        for table in ("contract", "closed_contract"):
            self.sql(f"ALTER TABLE {table} DROP COLUMN perimeter")
        self.sql("UPDATE moisson_state SET version = 5")
        return len(rows)

    def test_a_state_of_an_earlier_version_is_brought_up_to_date(self):
        """An update of the program would take every closed month for damaged, or seal what was."""
        options = ("--sandbox", "--scenario", "books")
        self.run_moisson("export", *options, "--rate", "0", "--no-progress", "--period", "2026-08", environment=self.environment)
        self.run_moisson("close", "2026-08", *options, environment=self.environment)
        before = self.sql("SELECT * FROM closed_contract ORDER BY contract_id")
        self.assertGreater(self.as_version_5(), 1)
        self.assertIn("2026-08", self.run_moisson("close", "--list", *options, expect=0, environment=self.environment).out)
        self.assertEqual(self.sql("SELECT * FROM closed_contract ORDER BY contract_id"), before)
        self.as_version_5()
        self.sql("UPDATE closed_contract SET name = name || 'x'")
        self.assertIn("closed_contract", self.run_moisson("close", "2026-08", "--reopen", "why", *options, expect=7, environment=self.environment).err)

    def test_killed_at_any_time(self):
        """A run that was killed would leave half a contract, a lock for ever, or a month that never gets whole."""
        self.run_moisson(*SMALL, "--all", "--out", "other", expect=3)
        seed = int(os.environ.get("MOISSON_SEED", time.time_ns() % 1_000_000))
        chance = random.Random(seed)
        for round_number in range(6):
            process = start(*SMALL, "--all", folder=self.folder, environment=self.environment)
            time.sleep(chance.uniform(0.02, 0.8))
            process.kill()
            finish(process)
        self.small()
        self.assertEqual(digests_of(self.folder / "out/all"), digests_of(self.folder / "other/all"), f"MOISSON_SEED={seed}")

    def test_rows_that_say_the_same_are_not_written_again(self):
        """Each month the database would write all of its rows anew, and its backups with them."""
        self.small()
        before = self.sql("SELECT ctid, xmin FROM document ORDER BY ctid")
        shutil.rmtree(self.folder / "out/.moisson")
        self.small()  # has no file any more: fetches and saves all again
        self.assertGreater(self.summary("out/all")["requests"]["files"], 400)
        self.assertEqual(self.sql("SELECT ctid, xmin FROM document ORDER BY ctid"), before)

    def test_no_file_beside_the_database(self):
        """Someone would keep a file that holds nothing, and believe in it."""
        self.small()
        self.assertEqual([path.name for path in (self.folder / "out").rglob("*.sqlite3*")], [])


class Lock(OnServer):
    def setUp(self):
        super().setUp()
        self.api = self.double()
        self.api.lists["OCB0000001"] = [document("doc1")]
        self.gate = threading.Event()
        self.addCleanup(self.gate.set)
        self.api.files["doc1"] = lambda _query: (self.gate.wait(60), (200, {"Content-Type": "application/pdf"}, PDF))[1]
        self.arguments = ("export", "--period", "2026-10", "--rate", "0", "--no-progress")
        self.environment = {**self.environment, **self.api.environment}

    def holder(self):
        process = start(*self.arguments, folder=self.folder, environment=self.environment)
        self.addCleanup(end, process)
        self.assertTrue(wait_until(lambda: self.api.count("/file") > 0, process), "the run did not come to its file")
        return process

    def test_the_second_run_is_told_who_holds_it(self):
        """Two runs would write one ledger."""
        process = self.holder()
        result = self.run_moisson(*self.arguments, "--out", "other", expect=8, environment=self.environment)
        for word in ("another run holds the state", "export, run", f"pid {process.pid}"):
            self.assertIn(word, result.err, result)
        doctor = self.run_moisson("doctor", environment=self.environment)
        self.assertIn("another run holds the state", doctor.out)
        self.gate.set()
        self.assertEqual(finish(process).code, 0)

    def test_another_schema_is_another_state(self):
        """Runners on different perimeters would wait for each other."""
        self.holder()
        other = {**self.environment, "MOISSON_STATE": self.url + "_other"}
        self.api.lists["OCB0000001"] = []
        self.run_moisson(*self.arguments, "--out", "other", expect=0, environment=other)

    def test_a_killed_holder_holds_nothing(self):
        """A run that died would lock the state for ever."""
        process = self.holder()
        process.send_signal(signal.SIGKILL)
        finish(process)
        self.gate.set()
        self.run_moisson(*self.arguments, expect=0, environment=self.environment)

    def test_a_holder_killed_in_the_middle_of_a_query_holds_nothing(self):
        """The server would not notice before the query's end, and the next run wait for a dead one."""
        self.gate.set()
        self.run_moisson(*self.arguments, expect=0, environment=self.environment)
        blocker = subprocess.Popen(["psql", "-X", self.server.url(), "-c", f"BEGIN; LOCK TABLE {self.schema}.document; SELECT pg_sleep(60)"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"  # it has the table by then
            self.assertTrue(wait_until(lambda: self.server.sql(asleep) == "1", blocker), "nobody locked the table")
            process = start(*self.arguments, folder=self.folder, environment=self.environment)
            self.addCleanup(end, process)
            waiting = f"SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE '%pid {process.pid} %'"
            self.assertTrue(wait_until(lambda: self.server.sql(waiting) == "1", process), "the run did not come to the locked table")
            held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
            self.assertEqual(self.server.sql(held), "1")
            process.kill()
            self.assertTrue(wait_until(lambda: self.server.sql(held) == "0"), "the dead run holds the state")
        finally:
            self.server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()")
            end(blocker)
        self.run_moisson(*self.arguments, expect=0, environment=self.environment)

    def test_a_stopped_machine_holds_it_until_its_connection_ends(self):
        """A run that is only slow would lose its state to the next."""
        process = self.holder()
        process.send_signal(signal.SIGSTOP)
        try:
            self.run_moisson(*self.arguments, "--out", "other", expect=8, environment=self.environment)
        finally:
            process.send_signal(signal.SIGCONT)
        self.gate.set()
        self.assertEqual(finish(process).code, 0)


class CutOff(OnServer):
    FILES = 12

    def test_what_was_fetched_is_taken_over(self):
        """A server that is restarted in the night would cost every download of the run."""
        api = self.double()
        api.lists["OCB0000001"] = [document(f"doc{number:02}", amount=number + 0.5) for number in range(self.FILES)]
        gate = threading.Event()
        self.addCleanup(gate.set)
        answered = []

        def file(number):
            def answer(_query):
                answered.append(number)
                if len(answered) > 6:
                    gate.wait(60)
                return 200, {"Content-Type": "application/pdf"}, PDF + f"%{number}\n%%EOF\n".encode()
            return answer

        for number in range(self.FILES):
            api.files[f"doc{number:02}"] = file(number)
        arguments = ("export", "--period", "2026-10", "--rate", "0", "--transfers", "2", "--no-progress")
        environment = {**self.environment, **api.environment}
        process = start(*arguments, folder=self.folder, environment=environment)
        self.addCleanup(end, process)
        self.assertTrue(wait_until(lambda: len(answered) > 6, process))
        self.server.stop("fast")
        try:
            gate.set()
            result = finish(process)
            self.assertEqual(result.code, 7, result)
            self.assertIn("went away", result.err)
            self.assertIn("run again", result.err)
            self.assertFalse((self.folder / "out/2026-10").exists())
            down = self.run_moisson(*arguments, expect=7, environment=environment)
            self.assertIn("cannot be reached", down.err)
        finally:
            self.server.start()
        asked = api.count("/file")
        self.run_moisson(*arguments, expect=0, environment=environment)
        self.assertEqual(api.count("/file"), max(self.FILES, asked), "a file was fetched twice")
        self.assertEqual(sum(1 for row in (self.folder / "out/2026-10/ledger.csv").read_text("utf-8").splitlines() if ",ok," in row), self.FILES)


class BadInput(OnServer):
    def test_a_server_that_takes_no_writes(self):
        """A month would be fetched whole before anybody hears that it cannot be kept."""
        self.small()
        before = self.count(), self.count("run")
        self.server.sql(f"ALTER DATABASE {DATABASE} SET default_transaction_read_only = on", database="postgres")
        try:
            self.refused(7, "read-only")
            self.assertIn("read-only", self.run_moisson("doctor", environment=self.environment).out)
        finally:
            self.server.sql(f"ALTER DATABASE {DATABASE} RESET default_transaction_read_only", database="postgres")
        self.assertEqual((self.count(), self.count("run")), before)

    def test_no_room(self):
        """A full disk would leave half a save. The server's own code for it is raised by a trigger."""
        self.small("--out", "other", environment={"MOISSON_STATE": self.url})
        before = self.count()
        self.sql("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file' "
                 "USING ERRCODE = '53100'; END $$; CREATE TRIGGER full_disk BEFORE INSERT ON run EXECUTE FUNCTION full_disk()")
        self.refused(7, "no room left", "could not extend file", arguments=("--all", "--out", "other"))
        self.assertEqual(self.count(), before)
        self.sql("DROP TRIGGER full_disk ON run")
        self.small("--out", "other")

    def test_a_newer_state(self):
        """An old program would write rows that a new one misreads."""
        self.small()
        self.sql("UPDATE moisson_state SET version = 99")
        self.refused(7, "newer Moisson", "99")
        self.assertIn("newer Moisson", self.run_moisson("doctor", environment=self.environment).out)
        self.assertEqual(self.sql("SELECT version FROM moisson_state"), "99")

    def test_an_older_state(self):
        """An update of the program would cost every download."""
        self.small()
        version = self.sql("SELECT version FROM moisson_state")
        before = self.count()
        self.sql("DROP TABLE invoice_reading; ALTER TABLE contract DROP COLUMN perimeter; ALTER TABLE closed_contract DROP COLUMN perimeter; "
                 "UPDATE moisson_state SET version = 4")
        self.small()
        self.assertEqual(self.sql("SELECT version FROM moisson_state"), version)
        self.assertEqual(self.count(), before)

    def test_a_schema_of_something_else(self):
        """Tables of another program would get ours among them."""
        self.server.sql(f"CREATE SCHEMA {self.schema}; CREATE TABLE {self.schema}.document(a int)")
        self.refused(7, "no state of Moisson's")
        self.assertEqual(self.server.sql(f"SELECT count(*) FROM pg_class WHERE relnamespace = '{self.schema}'::regnamespace"), "1")

    def test_a_row_that_someone_changed(self):
        """A changed amount would become a correction in the books."""
        self.small()
        self.sql("UPDATE document SET amount = '9.99' WHERE ctid = (SELECT min(ctid) FROM document)")
        self.refused(7, "table document", "checksum")
        self.assertIn("checksum", self.run_moisson("doctor", environment=self.environment).out)

    def test_a_user_without_rights(self):
        """The first run of the night would be the first to hear of it."""
        self.server.sql("CREATE ROLE nobody_special LOGIN")
        self.addCleanup(self.server.sql, "DROP ROLE nobody_special")
        url = f"{self.server.url('nobody_special')}?schema={self.schema}"
        self.refused(7, "lacks a right", environment={"MOISSON_STATE": url})
        self.small()
        self.refused(7, "lacks a right", environment={"MOISSON_STATE": url})

    def test_a_schema_that_an_administrator_made(self):
        """A careful administrator, who gives no right to make schemas, could not let it run."""
        self.server.sql(f"CREATE ROLE keeper LOGIN; CREATE SCHEMA {self.schema} AUTHORIZATION keeper")
        self.addCleanup(self.server.sql, "DROP OWNED BY keeper CASCADE; DROP ROLE keeper")
        self.small(environment={"MOISSON_STATE": f"{self.server.url('keeper')}?schema={self.schema}"})

    def test_addresses(self):
        """A password would stand in a job file, a process list or an error; a slip would make a schema of another name."""
        for address, word in ((self.server.url().replace("owner@", "owner:hunter2@"), "PGPASSFILE"),
                              (f"{self.server.url()}?password=hunter2", "PGPASSFILE"),
                              (f"{self.server.url()}?schema=Upper", "schema=NAME"), (f"{self.server.url()}?schema=a&schema=b", "schema=NAME"),
                              (f"{self.server.url()}?schema=", "schema=NAME"), (f"{self.server.url()}?shema=a", "cannot be read"),
                              ("postgresql:owner@host", "cannot be read")):
            for arguments in (SMALL, ("doctor",)):
                with self.subTest(address, command=arguments[0]):
                    result = self.run_moisson(*arguments, environment={"MOISSON_STATE": address})
                    self.assertIn(result.code, (2, 3) if arguments == ("doctor",) else (2,), result)
                    self.assertNotIn("hunter2", result.out + result.err)
                    if arguments[-1] != address:
                        self.assertIn(word, result.out + result.err)

    def test_nobody_there(self):
        """A wrong port would look like a lost state."""
        self.refused(7, "cannot be reached", environment={"MOISSON_STATE": f"postgresql://owner@127.0.0.1:{free_port()}/{DATABASE}"})
        self.refused(7, "is not there", environment={"MOISSON_STATE": self.server.url(database="elsewhere")})

    def test_an_old_server(self):
        """A lock of a killed run would stay on a server that cannot notice its end."""
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()

            def pretend():
                connection, _ = listening.accept()
                with connection:
                    while True:  # what asks for encryption first is told that there is none
                        length, code = struct.unpack("!ii", connection.recv(8, socket.MSG_WAITALL))
                        connection.recv(length - 8, socket.MSG_WAITALL)
                        if code == 196608:
                            break
                        connection.sendall(b"N")
                    version = b"server_version\x0013.14\x00"
                    connection.sendall(b"R" + struct.pack("!ii", 8, 0) + b"S" + struct.pack("!i", 4 + len(version)) + version +
                                       b"Z" + struct.pack("!ic", 5, b"I"))
                    connection.recv(1000)

            server = threading.Thread(target=pretend)
            server.start()
            address = f"postgresql://owner@127.0.0.1:{listening.getsockname()[1]}/x?gssencmode=disable"
            self.refused(7, "PostgreSQL 13", "14 or later", environment={"MOISSON_STATE": address})
            server.join()

    def test_another_encoding(self):
        """What the service calls its documents would change on its way through a database in Latin 1."""
        self.server.sql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0", database="postgres")
        self.small(environment={"MOISSON_STATE": self.server.url(database="latin")})
        self.run_moisson(*SMALL, "--all", "--out", "other", expect=3)
        self.assertEqual(digests_of(self.folder / "out/all"), digests_of(self.folder / "other/all"))


class Passwords(OnServer):
    password = PASSWORD

    def pass_file(self, word):
        path = self.folder / "pgpass"
        path.write_text(f"127.0.0.1:{self.server.port}:*:owner:{word}\n")
        path.chmod(0o600)
        return {"PGPASSFILE": str(path)}

    def test_the_password_comes_from_a_file(self):
        """A password would have to stand where others see it; a wrong one would not be told from a server that is down."""
        self.refused(7, "none was found", "PGPASSFILE")
        wrong = self.refused(7, "refused the user", environment=self.pass_file("wrong-" + PASSWORD))
        self.assertNotIn(PASSWORD, wrong.out + wrong.err)
        self.small(environment=self.pass_file(PASSWORD))
        for path in (path for path in self.folder.rglob("*") if path.is_file() and path.name != "pgpass"):
            self.assertNotIn(PASSWORD.encode(), path.read_bytes(), path)


if __name__ == "__main__":
    unittest.main()
