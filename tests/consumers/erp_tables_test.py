"""Every delimited file that an export writes, read by programs that refuse what is not exactly so: DuckDB with detection off and every column's type
declared, PostgreSQL, Miller. Each must find the ledger's sums by currency.
"""

import csv
import dataclasses
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from database_test import Server
from erp_export import HERE, Export, csv_rows, rounded
from harness import LEDGER_TYPED_COLUMNS

USAGE_COLUMNS = (
    "contract_id contract_name period document_id version:INTEGER document_type line:BIGINT counted:BOOLEAN billing_mode begin_date end_date service_id "
    "tenant country region service code charge resource_id project tags quantity:DECIMAL(38,10) unit unit_price:DECIMAL(38,10) "
    "amount:DECIMAL(38,10) volume_discount:DECIMAL(38,10) discounted_amount:DECIMAL(38,10) currency subs_charge_type subs_begin_date subs_end_date "
    "subs_upfront:DECIMAL(38,10) subs_upfront_discounted:DECIMAL(38,10) subs_flavor subs_duration").split(" ")
FEC_COLUMNS = (
    "JournalCode JournalLib EcritureNum:INTEGER EcritureDate:DATE CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate:DATE EcritureLib "
    "Debit:DECIMAL(18,2) Credit:DECIMAL(18,2) EcritureLet DateLet:DATE ValidDate:DATE Montantdevise:DECIMAL(18,3) Idevise").split(" ")
D365_COLUMNS = (
    "JOURNALBATCHNUMBER JOURNALNAME LINENUMBER:INTEGER VOUCHER TRANSDATE:DATE ACCOUNTTYPE ACCOUNTDISPLAYVALUE OFFSETACCOUNTTYPE "
    "OFFSETACCOUNTDISPLAYVALUE DEBITAMOUNT:DECIMAL(18,3) CREDITAMOUNT:DECIMAL(18,3) CURRENCYCODE TEXT DOCUMENT INVOICE DUEDATE:DATE SALESTAXGROUP "
    "ITEMSALESTAXGROUP").split(" ")
FRENCH_COLUMNS = (
    "Période|Période de comptabilisation|Contrat|Nom du contrat|Offre|Client|Document|Version:INTEGER|Type|Écriture|Montant:DECIMAL(18,3)|Devise|"
    "Début:DATE|Fin:DATE|Émis le (UTC):TIMESTAMP|Fichier").split("|")
XERO_COLUMNS = (
    "*ContactName EmailAddress POAddressLine1 POAddressLine2 POAddressLine3 POAddressLine4 POCity PORegion POPostalCode POCountry *InvoiceNumber "
    "*InvoiceDate:DATE *DueDate:DATE Total:DECIMAL(18,3) InventoryItemCode *Description *Quantity:INTEGER *UnitAmount:DECIMAL(18,3) *AccountCode *TaxType "
    "TaxAmount:DECIMAL(18,3) TrackingName1 TrackingOption1 TrackingName2 TrackingOption2 Currency").split(" ")
QUICKBOOKS_COLUMNS = ("Bill No|Supplier|Bill Date:DATE|Due Date:DATE|Terms|Memo|Account|Line Description|Line Amount:DECIMAL(18,3)|Line Tax Code|"
                      "Line Tax Amount:DECIMAL(18,3)|Currency").split("|")
CREDIT_COLUMNS = ("Ref No|Supplier|Date:DATE|Memo|Account|Line Description|Line Amount:DECIMAL(18,3)|Line Tax Code|Line Tax Amount:DECIMAL(18,3)|"
                  "Currency").split("|")
NETSUITE_LINES = ("External ID|Reference No.|Account|Amount:DECIMAL(18,3)|Tax Code|Tax Amount:DECIMAL(18,3)|Memo|Department|Class|Location").split("|")
ORACLE_COLUMNS = (
    "INVOICE_ID:INTEGER OPERATING_UNIT SOURCE INVOICE_NUM INVOICE_AMOUNT:DECIMAL(18,3) INVOICE_DATE:DATE VENDOR_NAME VENDOR_NUM VENDOR_SITE_CODE "
    "INVOICE_CURRENCY_CODE PAYMENT_CURRENCY_CODE DESCRIPTION INVOICE_TYPE_LOOKUP_CODE TERMS_NAME GL_DATE:DATE ATTRIBUTE1").split(" ")
ORACLE_LINES = ("INVOICE_ID:INTEGER LINE_NUMBER:INTEGER LINE_TYPE_LOOKUP_CODE AMOUNT:DECIMAL(18,3) DESCRIPTION DIST_CODE_CONCATENATED "
                "TAX_CLASSIFICATION_CODE ACCOUNTING_DATE:DATE").split(" ")
FOCUS_COLUMNS = (
    "BilledCost:DECIMAL(18,3) BillingAccountId BillingCurrency BillingPeriodStart:TIMESTAMP BillingPeriodEnd:TIMESTAMP ChargeCategory InvoiceDetailId "
    "InvoiceDetailCreated:TIMESTAMP InvoiceDetailLastUpdated:TIMESTAMP InvoiceDetailDescription InvoiceDetailGrain InvoiceId "
    "InvoiceIssueDate:TIMESTAMP InvoiceIssueStatus InvoiceIssuerName PaymentCurrency PaymentDueDate:TIMESTAMP PaymentTerms ReferenceInvoiceId "
    "PurchaseOrderNumber x_ContractId x_ContractName x_Offer x_DocumentType x_Period x_Sha256").split(" ")
ODOO_COLUMNS = (
    "id move_type partner_id/id ref invoice_date:DATE date:DATE invoice_date_due:DATE journal_id currency_id narration invoice_line_ids/name "
    "invoice_line_ids/account_id invoice_line_ids/quantity:INTEGER invoice_line_ids/price_unit:DECIMAL(18,3) invoice_line_ids/tax_ids").split(" ")
SAGE_COLUMNS = ("kind journal date:DATE piece account third_party label payment_mode due_date:DATE debit:DECIMAL(18,2) credit:DECIMAL(18,2)").split(" ")

COMMA = {"delim": ",", "quote": '"', "escape": '"'}
TAB = {"delim": "\t", "quote": "", "escape": "", "decimal_separator": ","}


@dataclasses.dataclass(frozen=True)
class Table:
    """A file, how it is written, and SQL expressions for the currency and the amount of a row; `field` names what the amounts add up to."""

    path: str
    columns: list
    currency: str
    amount: str
    field: str = "gross"
    dialect: dict = dataclasses.field(default_factory=lambda: COMMA)
    header: bool = True
    encoding: str = "utf-8"

    def names(self):
        return [column.rsplit(":", 1)[0] for column in self.columns]

    def source(self, path):
        types = ", ".join(f"'{name}': '{column[len(name) + 1:] or 'VARCHAR'}'" for name, column in zip(self.names(), self.columns))
        options = {"dateformat": "%Y-%m-%d", **self.dialect}
        said = ", ".join(f"{name} = '{value}'" for name, value in options.items())
        return (f"read_csv('{path}', auto_detect = false, strict_mode = true, null_padding = false, header = {str(self.header).lower()}, "
                f"columns = {{{types}}}, {said})")

    def sums(self, path):
        # Looking at every column: DuckDB does not convert what nobody asks for.
        every = ", ".join(f'"{name}"' for name in self.names())
        return f"SELECT {self.currency}, sum({self.amount})::VARCHAR, count(*), bit_xor(hash({every})) FROM {self.source(path)} GROUP BY 1 ORDER BY 1"


def local(columns, **more):
    """A journal in the books' currency."""
    return Table(columns=columns, currency="'EUR'", **more)


TABLES = [
    Table("ledger.csv", LEDGER_TYPED_COLUMNS, "currency", "CASE WHEN counted THEN amount END"),
    local(FEC_COLUMNS, path="erp/732829320FEC20281231.txt", amount="CASE WHEN CompteNum LIKE '401%' THEN Credit - Debit END", field="local_gross",
          dialect={**TAB, "dateformat": "%Y%m%d"}),
    Table("erp/csv-fr.csv", FRENCH_COLUMNS, "Devise", "Montant", dialect={"delim": ";", "quote": '"', "escape": '"', "decimal_separator": ",",
                                                                         "dateformat": "%d/%m/%Y", "timestampformat": "%d/%m/%Y %H:%M:%S"}),
    Table("erp/d365-finance.csv", D365_COLUMNS, "CURRENCYCODE", "CASE WHEN ACCOUNTTYPE = 'Vendor' THEN CREDITAMOUNT - DEBITAMOUNT END"),
    Table("erp/xero.csv", XERO_COLUMNS, "Currency", "Total", dialect={**COMMA, "dateformat": "%d/%m/%Y"}),
    Table("erp/quickbooks.csv", QUICKBOOKS_COLUMNS, "Currency", '"Line Amount" + "Line Tax Amount"', dialect={**COMMA, "dateformat": "%d/%m/%Y"}),
    Table("erp/oracle-payables.csv", ORACLE_COLUMNS, "INVOICE_CURRENCY_CODE", "INVOICE_AMOUNT", dialect={**COMMA, "dateformat": "%Y/%m/%d"},
          header=False),
    Table("erp/focus-invoice.csv", FOCUS_COLUMNS, "BillingCurrency", "BilledCost", dialect={**COMMA, "timestampformat": "%Y-%m-%dT%H:%M:%SZ"}),
    Table("erp/odoo.csv", ODOO_COLUMNS, "currency_id", "\"invoice_line_ids/price_unit\" * CASE move_type WHEN 'in_invoice' THEN 1 WHEN 'in_refund' "
          "THEN -1 END", field="net"),
    local(SAGE_COLUMNS, path="erp/sage100.txt", amount="CASE WHEN account = '401000' THEN credit - debit END", field="local_gross",
          dialect={**TAB, "dateformat": "%d%m%y"}, header=False, encoding="cp1252"),
]
XERO_CREDITS = Table("erp/xero-credit-notes.csv", XERO_COLUMNS, "Currency", "-Total", dialect={**COMMA, "dateformat": "%d/%m/%Y"})
QUICKBOOKS_CREDITS = Table("erp/quickbooks-vendor-credits.csv", CREDIT_COLUMNS, "Currency", '-("Line Amount" + "Line Tax Amount")',
                           dialect={**COMMA, "dateformat": "%d/%m/%Y"})
CREDITS = {"erp/xero.csv": XERO_CREDITS, "erp/quickbooks.csv": QUICKBOOKS_CREDITS}


def duckdb(questions):
    modules = Path(os.environ["MOISSON_NPM"]) / "node_modules"
    done = subprocess.run(["node", str(HERE / "erp_duckdb.mjs"), str(modules)], input=json.dumps(questions), capture_output=True, text=True,
                          timeout=300, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def as_sums(*answers):
    sums = defaultdict(Decimal)
    for answer in answers:
        if isinstance(answer, dict):
            raise AssertionError(answer["error"])
        for currency, amount, *_ in answer:
            if amount is not None:
                sums[currency] += Decimal(amount)
    return dict(sums)


class Tables(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="moisson-tables-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.exports = {}
        for scenario in ("small", "clean", "books"):
            (cls.folder / scenario).mkdir()
            cls.exports[scenario] = Export(cls.folder / scenario, scenario)
        cls.small = cls.exports["small"]

    def expected(self, export, table):
        if table.currency == "'EUR'":
            return {"EUR": export.local_total(table.field)}
        return export.totals(table.field)

    def readable(self, export, table):
        """The file, or its copy in UTF-8: DuckDB reads no other encoding without an extension."""
        path = export.out / table.path
        if table.encoding == "utf-8" and path.name != "odoo.csv":
            return path
        copy = path.with_suffix(".utf-8")
        if path.name == "odoo.csv":  # a bill's further lines leave its own cells empty: SQL knows no order to find them by
            with open(path, newline="", encoding="utf-8") as file:
                rows = list(csv.reader(file))
            for above, row in zip(rows, rows[1:]):
                row[1], row[8] = row[1] or above[1], row[8] or above[8]
            with open(copy, "w", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)
        else:
            copy.write_bytes(path.read_bytes().decode(table.encoding).encode("utf-8"))
        self.addCleanup(copy.unlink)
        return copy

    def test_duckdb_finds_the_ledgers_sums(self):
        """A column would be shifted, a number would be text, or a file would hold other amounts than the ledger."""
        for scenario, export in self.exports.items():
            tables = [*TABLES, *(table for table in CREDITS.values() if (export.out / table.path).exists())]
            answers = dict(zip((table.path for table in tables), duckdb([table.sums(self.readable(export, table)) for table in tables])))
            for table in TABLES:
                with self.subTest(scenario=scenario, path=table.path):
                    credit = CREDITS.get(table.path)
                    found = as_sums(answers[table.path], answers.get(credit.path, []) if credit else [])
                    self.assertEqual(found, self.expected(export, table))
                    if table.header:
                        first = (export.out / table.path).read_text("utf-8-sig").splitlines()[0]
                        self.assertEqual(first.split(table.dialect["delim"]), table.names())

    def test_duckdb_finds_as_many_rows_as_there_are_documents(self):
        """A document would be missing in a file, or stand in it twice."""
        lines = {"erp/csv-fr.csv": 1, "erp/odoo.csv": 1, "erp/oracle-payables.csv": 1}
        export = self.exports["clean"]
        tables = [table for table in TABLES if table.path != "ledger.csv"]
        for table, answer in zip(tables, duckdb([table.sums(self.readable(export, table)) for table in tables])):
            with self.subTest(path=table.path):
                as_sums(answer)
                times = lines.get(table.path) or (1 if table.path in CREDITS else 2 if "focus" in table.path else 3)
                # Odoo and Xero compute the tax: where it is not the VAT, a second line has the rest.
                rest = sum(rounded(posting.net * Decimal("0.2"), posting.digits) != posting.vat for posting in export.postings)
                more = rest if table.path in ("erp/odoo.csv", "erp/xero.csv") else 0
                self.assertEqual(sum(int(row[2]) for row in answer), times * len(export.postings) + more)

    def test_duckdb_joins_what_is_in_two_files(self):
        """NetSuite's and Oracle's lines would belong to no bill."""
        for scenario, export in self.exports.items():
            with self.subTest(scenario=scenario):
                heads = Table("erp/oracle-payables.csv", ORACLE_COLUMNS, "", "", dialect={**COMMA, "dateformat": "%Y/%m/%d"}, header=False)
                lines = Table("erp/oracle-payables-lines.csv", ORACLE_LINES, "", "", dialect={**COMMA, "dateformat": "%Y/%m/%d"}, header=False)
                joined = (f"SELECT INVOICE_CURRENCY_CODE, sum(AMOUNT)::VARCHAR, count(*) FROM {heads.source(export.out / heads.path)} h FULL JOIN "
                          f"{lines.source(export.out / lines.path)} l USING (INVOICE_ID) GROUP BY 1 ORDER BY 1")
                differing = (f"SELECT count(*) FROM (SELECT INVOICE_ID, INVOICE_AMOUNT FROM {heads.source(export.out / heads.path)}) h JOIN (SELECT "
                             f"INVOICE_ID, sum(AMOUNT) AS total FROM {lines.source(export.out / lines.path)} GROUP BY 1) l USING (INVOICE_ID) "
                             "WHERE INVOICE_AMOUNT <> total")
                answers = duckdb([joined, differing])
                self.assertEqual(as_sums(answers[0]), export.totals())
                self.assertEqual(answers[1], [["0"]])
                questions = []
                for kind, sign in (("", ""), ("-credit", "-")):
                    head = export.out / f"erp/netsuite{'-credits' if kind else ''}.csv"
                    if kind and not head.exists():
                        continue
                    due = [] if kind else ["Due Date:DATE"]
                    head_table = Table("", ["External ID", "Vendor External ID", "Reference No.", "Date:DATE", *due, "Currency", "Subsidiary", "Memo"], "", "")
                    line_table = Table("", NETSUITE_LINES, "", "")
                    questions.append(f"SELECT Currency, sum({sign}(Amount + \"Tax Amount\"))::VARCHAR, count(*) FROM {head_table.source(head)} h FULL JOIN "
                                     f"{line_table.source(export.out / f'erp/netsuite{kind}-lines.csv')} l USING (\"External ID\") GROUP BY 1")
                self.assertEqual(as_sums(*duckdb(questions)), export.totals())

    def test_usage_is_exact(self):
        """Consumption would add up to something else in DuckDB, or not be read at all."""
        for scenario, export in self.exports.items():
            with self.subTest(scenario=scenario):
                table = Table("usage.csv", USAGE_COLUMNS, "currency", "CASE WHEN counted THEN discounted_amount END")
                rows = csv_rows(export.out / "usage.csv")
                expected = defaultdict(Decimal)
                for row in rows:
                    if row["counted"] == "yes":
                        expected[row["currency"]] += Decimal(row["discounted_amount"])
                answer, = duckdb([table.sums(export.out / table.path)])
                self.assertEqual({currency: value for currency, value in as_sums(answer).items() if value}, dict(expected))
                self.assertEqual(sum(int(row[2]) for row in answer), len(rows))
                self.assertGreater(len(rows), 1000)

    def broken(self, table, text):
        """Ways to spoil a file of ours, each of which must be noticed."""
        delim = table.dialect["delim"]
        quoting = csv.QUOTE_MINIMAL if table.dialect["quote"] else csv.QUOTE_NONE
        lines = text.splitlines(keepends=True)
        at = 1 if table.header else 0
        cells = next(csv.reader([lines[at]], delimiter=delim, quoting=quoting))
        number = next(index for index, column in enumerate(table.columns) if ":DECIMAL" in column and cells[index] not in ("", "0,00", "0.00"))
        mark = table.dialect.get("decimal_separator", ".")

        def with_cells(changed):
            line = io.StringIO()
            csv.writer(line, delimiter=delim, quoting=quoting, quotechar=None if quoting == csv.QUOTE_NONE else '"',
                       lineterminator="\r\n" if lines[at].endswith("\r\n") else "\n").writerow(changed)
            return "".join([*lines[:at], line.getvalue(), *lines[at + 1:]])

        def with_cell(index, value):
            return with_cells([*cells[:index], value, *cells[index + 1:]])

        yield "a field is missing", with_cells(cells[1:])
        yield "a field too many", with_cells([*cells, "x"])
        if delim != ",":
            yield "the other decimal mark", with_cell(number, cells[number].replace(mark, "." if mark == "," else ","))
        else:
            yield "a decimal comma", with_cell(number, cells[number].replace(".", ","))
        yield "thousands are parted", with_cell(number, "1 " + cells[number])
        day = next((index for index, column in enumerate(table.columns) if ":DATE" in column or column.endswith(":TIMESTAMP")), None)
        if day is not None:
            yield "the 32nd day of a month", with_cell(day, re.sub("(01|28|29|30|31)", "32", cells[day], count=1))

    def test_duckdb_refuses_broken_files(self):
        """A reader that takes everything proves nothing."""
        for table in TABLES:
            text = self.readable(self.small, table).read_bytes().decode("utf-8-sig")
            broken = dict(self.broken(table, text))
            paths = []
            for number, content in enumerate(broken.values()):
                paths.append(self.folder / f"broken-{number}")
                paths[-1].write_bytes(content.encode("utf-8"))
            for what, answer in zip(broken, duckdb([table.sums(path) for path in paths])):
                with self.subTest(path=table.path, what=what):
                    self.assertIsInstance(answer, dict, answer)

    def test_miller_reads_the_same_cells(self):
        """Another reader would see other cells: a quote, a separator or a line end in a name that was not written as it must be."""
        for scenario, export in self.exports.items():
            for path in (export.out / "ledger.csv", export.out / "usage.csv", *sorted(export.erp.glob("*.csv"))):
                if path.name.startswith(("datev", "oracle")):
                    continue  # no header line in the first row
                with self.subTest(scenario=scenario, path=path.name):
                    rows = csv_rows(path, delimiter=";" if path.name == "csv-fr.csv" else ",", encoding="utf-8-sig")
                    self.assertEqual(self.miller(path, ";" if path.name == "csv-fr.csv" else ","), rows)
            with self.subTest(scenario=scenario, path="732829320FEC20281231.txt"):
                rows = csv_rows(export.erp / "732829320FEC20281231.txt", delimiter="\t", quoting=3)
                done = subprocess.run(["mlr", "-S", "--itsv", "--ojson", "--no-auto-unflatten", "cat", str(export.erp / "732829320FEC20281231.txt")], capture_output=True, text=True,
                                      timeout=60, check=True)
                self.assertEqual(json.loads(done.stdout), rows)

    def miller(self, path, separator):
        done = subprocess.run(["mlr", "-S", "--icsv", "--ifs", separator, "--ojson", "--no-auto-unflatten", "cat", str(path)], capture_output=True, text=True, timeout=60,
                              check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return json.loads(done.stdout)

    def test_miller_refuses_broken_files(self):
        """Miller would take a file with shifted columns."""
        for table in TABLES:
            if table.dialect["delim"] != "," or not table.header:
                continue
            text = (self.small.out / table.path).read_text("utf-8")
            broken = dict(self.broken(table, text))
            for what in ("a field is missing", "a field too many"):
                with self.subTest(path=table.path, what=what):
                    (self.folder / "broken.csv").write_text(broken[what], "utf-8")
                    with self.assertRaises(AssertionError):
                        self.miller(self.folder / "broken.csv", ",")


class Postgres(unittest.TestCase):
    maxDiff = None
    TYPES = {"DECIMAL": "numeric", "TIMESTAMP": "timestamptz", "TIMESTAMPTZ": "timestamptz", "DATE": "date", "INTEGER": "integer", "BIGINT": "bigint", "BOOLEAN": "boolean"}

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="moisson-copy-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.export = Export(cls.folder, "small", ["focus-invoice"])
        cls.server = Server()
        cls.addClassCleanup(cls.server.end)

    def load(self, name, columns, path):
        described = ", ".join(f'"{column.rsplit(":", 1)[0]}" ' + (self.TYPES[re.split("[(]", column.rsplit(":", 1)[1])[0]] if ":" in column else "text")
                              for column in columns)
        self.server.sql(f"DROP TABLE IF EXISTS {name}; CREATE TABLE {name} ({described});\n"
                        f"\\copy {name} FROM '{path}' WITH (FORMAT csv, HEADER match)", folder=self.folder)

    def test_usage_and_focus_are_copied(self):
        """The files would need mending before a database takes them."""
        self.load("usage", USAGE_COLUMNS, self.export.out / "usage.csv")
        rows = csv_rows(self.export.out / "usage.csv")
        found = dict(line.split("|") for line in self.server.sql("SELECT currency, sum(discounted_amount) FROM usage WHERE counted GROUP BY 1").splitlines())
        expected = defaultdict(Decimal)
        for row in rows:
            if row["counted"] == "yes":
                expected[row["currency"]] += Decimal(row["discounted_amount"])
        self.assertEqual({currency: Decimal(value) for currency, value in found.items()}, dict(expected))
        self.assertEqual(self.server.sql("SELECT count(*) FROM usage"), str(len(rows)))
        self.load("focus", FOCUS_COLUMNS, self.export.erp / "focus-invoice.csv")
        found = dict(line.split("|") for line in
                     self.server.sql('SELECT "BillingCurrency", sum("BilledCost") FROM focus GROUP BY 1').splitlines())
        self.assertEqual({currency: Decimal(value) for currency, value in found.items()}, self.export.totals())
        nulls = self.server.sql('SELECT count(*) FROM focus WHERE num_nulls("BilledCost", "BillingAccountId", "BillingCurrency", "BillingPeriodStart", '
                                '"BillingPeriodEnd", "ChargeCategory", "InvoiceDetailId", "InvoiceDetailCreated", "InvoiceDetailLastUpdated", "InvoiceId", '
                                '"InvoiceIssueStatus", "InvoiceIssuerName", "PaymentCurrency", "PaymentTerms", "ReferenceInvoiceId") > 0 OR '
                                '"BillingPeriodEnd" <> "BillingPeriodStart" + interval \'1 month\' OR "PurchaseOrderNumber" = \'\'')
        self.assertEqual(nulls, "0")

    def test_broken_files_are_refused(self):
        """PostgreSQL would load a file whose columns are others."""
        for name, columns, path, field in (("usage", USAGE_COLUMNS, self.export.out / "usage.csv", "contract_id"),
                                           ("focus", FOCUS_COLUMNS, self.export.erp / "focus-invoice.csv", "BilledCost")):
            text = path.read_text("utf-8")
            lines = text.splitlines(keepends=True)
            for what, broken in (("another name", text.replace(field, "x_" + field, 1)), ("a field less", text.replace(lines[1], lines[1].split(",", 1)[1])),
                                 ("a decimal comma", re.sub(r",([0-9]+)\.([0-9]{2}),|^([0-9]+)\.([0-9]{2}),", r',"\1\3,\2\4",', text, count=1,
                                                            flags=re.MULTILINE)), ("a mark of the byte order", "\ufeff" + text)):
                with self.subTest(name=name, what=what):
                    self.assertNotEqual(broken, text)
                    (self.folder / "broken.csv").write_text(broken, "utf-8")
                    with self.assertRaises(AssertionError):
                        self.load(name, columns, self.folder / "broken.csv")


if __name__ == "__main__":
    unittest.main()
