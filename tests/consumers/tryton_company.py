"""A company in Tryton, the free ERP, with the French chart of accounts: made once in a SQLite file, then asked to import and post entries through
the import that its own clients use.
"""

import csv
import datetime
import os
import subprocess
import warnings
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

warnings.filterwarnings("ignore", category=DeprecationWarning)
from proteus import Model, Wizard, config  # noqa: E402

DATABASE = "books"


class Refused(Exception):
    """Tryton said no."""


class Company:
    def __init__(self, folder, years, currency="EUR", parties=()):
        self.settings = Path(folder) / "trytond.conf"
        self.settings.write_text(f"[database]\nuri = sqlite://\npath = {folder}\n", "utf-8")
        (Path(folder) / f"{DATABASE}.sqlite").touch()
        password = Path(folder) / "password"
        password.write_text("a password of the test\n", "utf-8")
        self.administer("--all", "--email", "test@example.com", password=password)
        self.administer("-u", "account_fr", "--activate-dependencies", password=password)
        os.environ["HOME"] = str(folder)
        self.config = config.set_trytond(database=DATABASE, config_file=str(self.settings))
        self.make_company(currency)
        for year in years:
            self.open_year(year)
        self.make_chart()
        for name in parties:
            Model.get("party.party")(name=name).save()
        self.moves = Model.get("account.move")

    def administer(self, *arguments, password):
        done = subprocess.run(["/usr/bin/trytond-admin", "-c", str(self.settings), "-d", DATABASE, *arguments], capture_output=True, text=True,
                              timeout=300, check=False, stdin=subprocess.DEVNULL,
                              env={"PATH": "/usr/bin:/bin", "HOME": str(password.parent), "LC_ALL": "C.UTF-8", "TRYTONPASSFILE": str(password)})
        if done.returncode != 0:
            raise RuntimeError(done.stderr)

    def make_company(self, currency):
        euro = Model.get("currency.currency")(name=currency, code=currency, symbol=currency, rounding=Decimal("0.01"))
        euro.save()
        party = Model.get("party.party")(name="Example Company")
        party.save()
        wizard = Wizard("company.company.config")
        wizard.execute("company")
        wizard.form.party = party
        wizard.form.currency = euro
        wizard.execute("add")
        self.config._context = Model.get("res.user").get_preferences(True, {})
        self.company, = Model.get("company.company").find()

    def open_year(self, year):
        kind, = Model.get("ir.sequence.type").find([("name", "=", "Account Move")])
        sequence = Model.get("ir.sequence")(name=str(year), sequence_type=kind, company=self.company)
        sequence.save()
        fiscal = Model.get("account.fiscalyear")(name=str(year), start_date=datetime.date(year, 1, 1), end_date=datetime.date(year, 12, 31),
                                                 company=self.company, post_move_sequence=sequence)
        fiscal.save()
        fiscal.click("create_period")

    def make_chart(self):
        root, = Model.get("ir.model.data").find([("module", "=", "account_fr"), ("fs_id", "=", "root")])
        wizard = Wizard("account.create_chart")
        wizard.execute("account")
        wizard.form.account_template = Model.get("account.account.template")(root.db_id)
        wizard.form.company = self.company
        wizard.execute("create_account")
        wizard.form.account_receivable = self.account("4111")
        wizard.form.account_payable = self.account("4011")
        wizard.execute("create_properties")

    def account(self, code):
        account, = Model.get("account.account").find([("code", "=", code)])
        return account

    def imported(self, path):
        """How many entries Tryton took from a CSV file; Refused with its words, and then nothing was taken."""
        with open(path, newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file, strict=True)
        before = {move.id for move in self.moves.find([])}
        try:
            self.config.get_proxy("account.move").import_data(header, rows, self.config.context)
            new = [move for move in self.moves.find([]) if move.id not in before]
            self.moves.click(new, "post")
        except Exception as problem:  # every module has exceptions of its own
            left = [move for move in self.moves.find([]) if move.id not in before]
            if left:
                self.moves.delete(left)
            raise Refused(f"{type(problem).__name__}: {problem}") from None
        return len(new)

    def posted(self):
        """{account code: (debit, credit)} of all posted lines"""
        sums = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for line in Model.get("account.move.line").find([("move_state", "=", "posted")]):
            sums[line.account.code][0] += line.debit
            sums[line.account.code][1] += line.credit
        return {code: tuple(pair) for code, pair in sums.items()}
