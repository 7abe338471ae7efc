"""Wrong set-ups, one test each: the exit code, then cause, place and cure in what is said; nothing is published that is not so, and where it can
be known by then, nothing is called.

A row of `SETUPS` is what is wrong and what is said of it. What needs more than files, variables and options is a test of its own below.
"""

import fcntl
import os
import pwd
import resource
import shutil
import signal
import socket
import sqlite3
import sys
import unittest

from harness import PROGRAM, ROOT, Case, Sandbox, end, finish, start, tree_of, wait_until

sys.path.append(str(ROOT / "tests" / "faults"))
from independent_server import Certificates  # noqa: E402  the path comes first

MAPPING = ("journal;account;account_name;vat_account;vat_account_name;supplier_account;supplier_account_name;supplier;supplier_name;vat_rate\n"
           "ACH;626100;Telecoms;445660;TVA;401000;Fournisseurs;ORANGE;Orange;20\n")
FEC = ('[export]\ntemplates = ["fec"]\n[erp]\nmapping = "accounts.csv"\namount_is = "gross"\ndate_from = "period_end"\n'
       'fiscal_year_begin = "2026-01-01"\nfiscal_year_end = "2026-12-31"\n[erp.fec]\nsiren = "732829320"\n')


class Setup:
    """What is wrong, and what must be said of it: cause, place and cure, each as a word of the message."""

    def __init__(self, cause, place, cure, job=None, environment=None, options=(), files=None, code=2, calls=0):
        self.said = (cause, place, cure)
        self.job = job
        self.environment = environment or {}
        self.options = options
        self.files = files or {}
        self.code = code
        self.calls = calls  # at most; a setting that only the service's answer shows to be wrong costs some


def fec(old, new):
    assert FEC.count(old) == 1, old
    return FEC.replace(old, new)


SETUPS = {
    # Secrets.
    "missing_secret": Setup("missing credentials: client secret", "environment", "MOISSON_CLIENT_SECRET_FILE", environment={"MOISSON_CLIENT_SECRET": None}),
    "misspelt_secret": Setup("missing credentials: API key", "MOISSON_API_KY", "did you mean MOISSON_API_KEY?",
                             environment={"MOISSON_API_KEY": None, "MOISSON_API_KY": "x"}),
    "empty_secret": Setup("missing credentials: API key", "MOISSON_API_KEY is set but empty", "MOISSON_API_KEY_COMMAND", environment={"MOISSON_API_KEY": ""}),
    "secret_file_that_is_not_there": Setup("No such file", "MOISSON_API_KEY_FILE, file no-such-secret", "Name a file that holds", environment={"MOISSON_API_KEY": None, "MOISSON_API_KEY_FILE": "no-such-secret"}),
    "secret_command_that_fails": Setup("ended with code 1", "MOISSON_API_KEY_COMMAND", "Run the command by hand", environment={"MOISSON_API_KEY": None, "MOISSON_API_KEY_COMMAND": "false"}),
    "secret_given_twice": Setup("the Basic value and the client secret are both given", "MOISSON_BASIC", "Keep the Basic value, or",
                                environment={"MOISSON_BASIC": "aWQ6c2VjcmV0"}),
    # Slips.
    "key": Setup("perod", "job.toml:2", "period", job='[export]\nperod = "2026-10"\n'),
    "table": Setup("exprt", "job.toml:1", "export", job='[exprt]\nperiod = "2026-10"\n'),
    "value_of_another_kind": Setup("transfers", "job.toml:2", "whole number", job='[transfer]\ntransfers = "eight"\n'),
    "toml_that_is_none": Setup("not valid TOML: Error while parsing array", "job.toml:2", "for example", job='[export]\ntemplates = ["fec"\n'),
    "job_file_that_is_not_there": Setup("cannot read", "nowhere.toml", "Check the path", options=("--job", "nowhere.toml")),
    "option": Setup("--perod", "command line", "--period", options=("--perod", "2026-10")),
    "contract": Setup('no contract fits the pattern "OCB00010099"', "--contract", "The nearest of", options=("--contract", "OCB00010099"), calls=2),
    "type": Setup('"invoice" does not exist', "--type", '"invoices"', options=("--type", "invoice")),
    "period": Setup("2026-13", "--period", "YYYY-MM", options=("--period", "2026-13")),
    "range_that_ends_before_it_begins": Setup("is after --to 2026-09", "option --from", "Exchange the two months", options=("--from", "2026-10", "--to", "2026-09")),
    "language": Setup('"de" is not known', "--language", '"fr"', options=("--language", "de")),
    "address": Setup("api.api_url cannot be used", "MOISSON_API_URL", "https://api.orange.com/cloud/b2b/v1", environment={"MOISSON_API_URL": "api.orange.com"}),
    "rate_table": Setup('"one" is not a rate', "rates.csv:3:12", "number above zero", job='[books]\nreporting_currency = "EUR"\nrates = "rates.csv"\n',
                        files={"rates.csv": "Date,USD,\n2026-10-30,1.1,\n2026-10-29,one,\n"}),
    "rate_table_that_is_not_there": Setup("cannot read the rate table", "rates.csv", "[books]", job='[books]\nreporting_currency = "EUR"\nrates = "rates.csv"\n'),
    # ERP files.
    "template": Setup('no template "fecc"', "job.toml:2", '"fec"', job=fec('"fec"', '"fecc"')),
    "template_of_ones_own": Setup("not valid TOML", "own.toml:2:", "leave the template", options=("--template", "./own.toml"), files={"own.toml": "[about]\ntarget\n"}),
    "template_table": Setup("[erp.fecc]", "job.toml:10", "[erp.fec]", job=fec("[erp.fec]", "[erp.fecc]")),
    "template_setting": Setup('"siern"', "job.toml:10", '"siren"', job=fec("siren", "siern")),
    "common_setting": Setup('"amount_iss"', "job.toml:5", '"amount_is"', job=fec("amount_is", "amount_iss")),
    "missing_setting": Setup('needs the setting "amount_is"', "job.toml", 'amount_is = "', job=fec('amount_is = "gross"\n', "")),
    "value_of_a_setting": Setup('"brutto" is none of', "job.toml:5", "gross", job=fec("gross", "brutto")),
    "mapping_that_is_not_there": Setup("acounts.csv cannot be read", "job.toml:4", "Mend the place", job=fec("accounts.csv", "acounts.csv")),
    "mapping_column": Setup('no column "supplier_account"', "accounts.csv:1", 'is it "suplier_account"?', job=FEC,
                            files={"accounts.csv": MAPPING.replace(";supplier_account;", ";suplier_account;")}),
    "mapping_value": Setup('vat_rate = "twenty"', "accounts.csv:2", "leave the template fec out", job=FEC, files={"accounts.csv": MAPPING.replace("Orange;20", "Orange;twenty")}),
    # Places.
    "folder_that_is_a_file": Setup("cannot be written to", "taken", "--out", options=("--out", "taken/out"), files={"taken": "a file\n"}, code=7),
    "folder_that_cannot_be_made": Setup("cannot", "/proc/moisson-out", "another", options=("--out", "/proc/moisson-out"), code=7),
    "metrics_that_cannot_be_written": Setup("cannot be written to", "taken", "--metrics", options=("--metrics", "taken/moisson.prom"), files={"taken": "a file\n"}, code=7),
    "folder_of_the_state_that_is_a_file": Setup("cannot create the folder", "taken", "Look what stands there", environment={"MOISSON_STATE": "taken/state.sqlite3"},
                                                files={"taken": "a file\n"}, code=7),
    "state_of_another_kind": Setup('kind "mysql" are not supported', "MOISSON_STATE", "sqlite:PATH", environment={"MOISSON_STATE": "mysql:state"}),
    "state_that_is_no_state": Setup("is no", "state.sqlite3", "another", environment={"MOISSON_STATE": "state.sqlite3"}, files={"state.sqlite3": "a text\n" * 999}, code=7),
    "database_address": Setup("the database's URL cannot be read", "MOISSON_DATABASE_URL", "postgresql://user@host", environment={"MOISSON_DATABASE_URL": "postgresql//x@y"}),
    # The way.
    "authority_that_is_not_there": Setup("the CA file does not exist", "nowhere.pem", "Correct the path", environment={"MOISSON_CA_FILE": "nowhere.pem"}),
    "proxy": Setup("the proxy cannot be used", "HTTPS_PROXY", "http://proxy.example.com:8080", environment={"HTTPS_PROXY": "socks5://127.0.0.1:1"}),
    "date_of_the_bytes": Setup("SOURCE_DATE_EPOCH", "environment SOURCE_DATE_EPOCH", "whole seconds", environment={"SOURCE_DATE_EPOCH": "today"}),
}


class Served(Case):
    """One sandbox for all, and how many requests a run costs it."""

    @classmethod
    def setUpClass(cls):
        cls.keeper = Case()
        cls.keeper.setUp()
        cls.served = Sandbox(cls.keeper.folder, "--scenario", "clean")
        cls.keeper.addCleanup(cls.served.stop)

    @classmethod
    def tearDownClass(cls):
        cls.keeper.doCleanups()

    def setUp(self):
        super().setUp()
        (self.folder / "accounts.csv").write_text(MAPPING, "utf-8")

    def environment(self, changes):
        return {name: value for name, value in {**self.served.environment, **changes}.items() if value is not None}

    def export(self, *options, environment=None, **more):
        """(what came, how many requests it cost)"""
        before = len(self.served.requests())
        period = () if {"--period", "--from"} & set(options) else ("--period", "2026-10")
        result = self.run_moisson("export", *period, "--rate", "0", "--no-progress", *options, environment=self.environment(environment or {}), **more)
        return result, len(self.served.requests()) - before

    def refused(self, setup, result, calls):
        self.assertEqual(result.code, setup.code, result)
        for word in setup.said:
            self.assertIn(word, result.err)
        self.assertIn("what to do:", result.err)
        self.assertLessEqual(calls, setup.calls, result)
        self.assertEqual(list(self.folder.rglob("ledger.csv")), [], "something was published")

    def check(self, setup):
        for name, text in setup.files.items():
            (self.folder / name).write_text(text, "utf-8")
        options = setup.options
        if setup.job is not None:
            (self.folder / "job.toml").write_text(setup.job, "utf-8")
            options = ("--job", "job.toml", *options)
        before = tree_of(self.folder)
        result, calls = self.export(*options, environment=setup.environment)
        self.refused(setup, result, calls)
        if setup.calls == 0 and setup.code == 2:
            self.assertEqual(tree_of(self.folder), before, "something was made")


class Wrong(Served):
    """A test for each row."""

    def test_what_the_slips_are_made_from_is_well(self):
        (self.folder / "job.toml").write_text(FEC, "utf-8")
        result, calls = self.export("--job", "job.toml")
        self.assertEqual(result.code, 0, result)
        self.assertGreater(calls, 0)


for setup_name, wrong_setup in SETUPS.items():
    setattr(Wrong, f"test_{setup_name}", lambda self, setup=wrong_setup: self.check(setup))


class Around(Served):
    """What stands around the program: other runs, other states, the network, the machine."""

    def test_state_that_is_taken(self):
        """Cause and place are the other run's."""
        self.export()
        lock = os.open(self.folder / "out/.moisson/state.sqlite3.lock", os.O_RDWR)
        self.addCleanup(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = tree_of(self.folder / "out")
        result, calls = self.export()
        self.assertEqual((result.code, calls), (8, 0), result)
        for word in ("another run", "state.sqlite3", "what to do:"):
            self.assertIn(word, result.err)
        self.assertEqual(tree_of(self.folder / "out"), before)

    def test_state_of_a_newer_program(self):
        self.export()
        state = sqlite3.connect(self.folder / "out/.moisson/state.sqlite3")
        state.execute("PRAGMA user_version = 9999")
        state.close()
        before = tree_of(self.folder / "out")
        result, calls = self.export()
        self.assertEqual((result.code, calls), (7, 0), result)
        for word in ("newer", "state.sqlite3", "what to do:"):
            self.assertIn(word, result.err)
        self.assertEqual(tree_of(self.folder / "out"), before)

    def test_state_of_another_service(self):
        self.export()
        before = tree_of(self.folder / "out/2026-10")
        result, calls = self.export(environment={"MOISSON_API_URL": "https://service.invalid/cloud/b2b/v1", "MOISSON_OAUTH_URL": "https://service.invalid/oauth/v3"})
        self.assertEqual((result.code, calls), (2, 0), result)
        for word in ("this state belongs to loopback", "service.invalid", "--out"):
            self.assertIn(word, result.err)
        self.assertEqual(tree_of(self.folder / "out/2026-10"), before)

    def test_folder_of_another_state(self):
        other = {"MOISSON_STATE": str(self.folder / "other/state.sqlite3")}
        self.export("--out", "elsewhere", "--template", "csv-fr", environment=other)
        self.export()
        before = tree_of(self.folder / "out")
        result, calls = self.export(environment=other)
        self.assertEqual((result.code, calls), (6, 0), result)
        for word in ("two histories", "2026-10", "--out", "moisson state diff"):
            self.assertIn(word, result.err)
        self.assertEqual(tree_of(self.folder / "out"), before)

    def test_key_that_expired(self):
        sandbox = self.sandbox("--scenario", "small", "--account", "expired")
        result = self.run_moisson("export", "--period", "2026-10", environment=sandbox.environment)
        self.refused(Setup("API key", "", "support", code=4), result, 0)

    def test_secret_that_is_wrong(self):
        result, _ = self.export(environment={"MOISSON_CLIENT_SECRET": "not-the-secret"})
        self.refused(Setup("client", "", "developer portal", code=4), result, 0)

    def test_port_that_is_closed(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            base = f"http://127.0.0.1:{closed.getsockname()[1]}"
            (self.folder / "job.toml").write_text("[transfer]\nattempts_max = 1\n", "utf-8")
            result, calls = self.export("--job", "job.toml", environment={"MOISSON_API_URL": base + "/cloud/b2b/v1", "MOISSON_OAUTH_URL": base + "/oauth/v3"})
        self.refused(Setup("refused", base.removeprefix("http://"), "VPN", code=5), result, calls)

    def test_proxy_that_does_not_answer(self):
        """Only hosts that are not this machine go through a proxy."""
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            (self.folder / "job.toml").write_text("[transfer]\nattempts_max = 1\nconnect_timeout_seconds = 2\nread_timeout_seconds = 2\n", "utf-8")
            result, calls = self.export("--job", "job.toml", environment={
                "MOISSON_API_URL": "https://service.invalid/cloud/b2b/v1", "MOISSON_OAUTH_URL": "https://service.invalid/oauth/v3",
                "HTTPS_PROXY": f"http://127.0.0.1:{silent.getsockname()[1]}"}, timeout=60)
        self.refused(Setup("proxy", "127.0.0.1", "HTTPS_PROXY", code=5), result, calls)

    def test_authority_of_another_service(self):
        certificates = Certificates(str(self.folder / "certificates"))
        sandbox = self.sandbox("--scenario", "clean", tls=True)
        result = self.run_moisson("export", "--period", "2026-10", environment={**sandbox.environment, "MOISSON_CA_FILE": certificates.ca_file})
        self.refused(Setup("certificate", "127.0.0.1", "MOISSON_CA_FILE", code=5), result, len(sandbox.requests()))

    def test_stop_before_anything_is_called(self):
        """A secret's command that hangs is what a job's time limit meets first."""
        (self.folder / "slow").write_text("#!/bin/sh\ntouch begun\nsleep 60\n", "utf-8")
        os.chmod(self.folder / "slow", 0o755)
        environment = self.environment({"MOISSON_API_KEY": None, "MOISSON_API_KEY_COMMAND": str(self.folder / "slow")})
        before = len(self.served.requests())
        process = start("export", "--period", "2026-10", folder=self.folder, environment=environment)
        self.addCleanup(end, process)
        self.assertTrue(wait_until(lambda: (self.folder / "begun").exists(), process))
        process.send_signal(signal.SIGTERM)
        result = finish(process, 20)
        self.assertEqual(result.code, 143, result)
        self.assertIn("stopped", result.err)
        self.assertEqual(len(self.served.requests()), before)
        self.assertFalse((self.folder / "out").exists())

    def test_disk_that_is_full(self):
        """A limit on a file's size fails as a disk without room does."""
        result, _ = self.export(preexec_fn=lambda: (resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)))
        self.refused(Setup("failed", "state.sqlite3", "free space", code=7), result, 0)

    @unittest.skipIf(os.geteuid() != 0, "root alone can become a user without rights")
    def test_folder_without_rights(self):
        """Its state lies where it may: only the folder that is published to is not its own."""
        (self.folder / "theirs").mkdir(mode=0o755)
        (self.folder / "own").mkdir(mode=0o777)
        os.chmod(self.folder / "own", 0o777)
        result, calls = self.as_nobody("--out", "theirs/out", environment={"MOISSON_STATE": str(self.folder / "own/state.sqlite3")})
        self.refused(Setup("cannot be written to", "theirs", "--out", code=7), result, calls)

    # What is odd and yet no reason to fail.

    def test_no_home(self):
        environment = self.environment({"HOME": None})
        process = start("export", "--period", "2026-10", "--rate", "0", folder=self.folder, prefix=("env", "-u", "HOME"), environment=environment)
        self.assertEqual(finish(process).code, 0)

    @unittest.skipIf(os.geteuid() != 0, "root alone can become another user")
    def test_user_without_a_name(self):
        (self.folder / "own").mkdir()
        os.chmod(self.folder / "own", 0o777)
        result, _ = self.as_nobody("--out", "own/out", uid=45_678)
        self.assertEqual(result.code, 0, result)

    def test_locale_without_letters(self):
        result, _ = self.export(environment={"LC_ALL": "C", "LANG": "C"})
        self.assertEqual(result.code, 0, result)

    def test_nothing_to_read_from_and_to_write_to(self):
        """Descriptors 0 and 1 would be given to the state's files, and what is said be written into them."""
        process = start("export", "--period", "2026-10", "--rate", "0", folder=self.folder, environment=self.environment({}),
                        prefix=("sh", "-c", 'exec "$@" <&- >&-', "sh"))
        result = finish(process)
        self.assertEqual((result.code, result.out), (0, ""), result)
        self.run_moisson("verify", "out/2026-10", expect=0)

    def test_sixty_four_descriptors(self):
        result, _ = self.export("--transfers", "64", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
        self.assertEqual(result.code, 0, result)

    def as_nobody(self, *options, uid=None, environment=None):
        uid = pwd.getpwnam("nobody").pw_uid if uid is None else uid
        os.chmod(self.folder, 0o755)
        program = self.folder / "moisson"
        shutil.copy(PROGRAM, program)
        return self.export(*options, environment=environment, executable=str(program), user=uid, group=uid, extra_groups=[])


if __name__ == "__main__":
    unittest.main()
