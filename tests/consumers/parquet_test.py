"""DuckDB reads published months as Parquet, value by value what the CSV files hold, and years of them as one table."""

import csv
import hashlib
import json
import os
import random
import subprocess
import sys
import unittest
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from harness import ROOT, Case  # noqa: E402

NUMBERS = {"amount", "net_amount", "vat_amount", "gross_amount", "reporting_amount", "fx_rate", "quantity", "unit_price", "volume_discount",
           "discounted_amount", "subs_upfront", "subs_upfront_discounted"}
COUNTS = {"version", "size_bytes", "line"}
INSTANTS = {"issued_at", "updated_at"}
NEVER_NULL = {"contract_id", "document_id", "standing", "status"}  # of a ledger
MONTHS = ("2026-08", "2026-09", "2026-10")


def duckdb(*questions):
    modules = Path(os.environ["MOISSON_NPM"]) / "node_modules"
    done = subprocess.run(["node", str(HERE / "erp_duckdb.mjs"), str(modules)], input=json.dumps(questions), capture_output=True, text=True,
                          timeout=300, check=False, env={**os.environ, "TZ": "UTC"})
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    answers = json.loads(done.stdout)
    for answer in answers:
        if isinstance(answer, dict):
            raise AssertionError(answer["error"])
    return answers


def records(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected(name, text, is_ledger):
    """What a cell of the CSV is in the table."""
    if text is None or (text == "" and not (is_ledger and name in NEVER_NULL)):
        return None
    if name in NUMBERS:
        return Decimal(text)
    return int(text) if name in COUNTS else text == "yes" if name == "counted" else text


def told(name, value):
    """What DuckDB showed, as the CSV would have it."""
    if value is None:
        return None
    if name in NUMBERS:
        return Decimal(value)
    if name in COUNTS:
        return int(value)
    if name == "counted":
        return value == "true"
    if name in INSTANTS:  # 2026-10-31 09:07:47.372+00
        day, clock = value.removesuffix("+00").split(" ")
        whole, _, parts = clock.partition(".")
        return f"{day}T{whole}.{parts.ljust(3, '0')}Z"
    return value


class Tables(Case):
    maxDiff = None

    def same(self, path, rows, is_ledger=True):
        table = f"read_parquet('{path}', hive_partitioning = false)"
        described, found = duckdb(f"DESCRIBE SELECT * FROM {table}", f"SELECT * FROM {table}")
        names = [row[0] for row in described]
        self.assertEqual(len(found), len(rows))
        for number, (seen, row) in enumerate(zip(found, rows)):
            self.assertEqual([told(name, value) for name, value in zip(names, seen)],
                             [expected(name, row.get(name), is_ledger) for name in names], number)
        return names

    def test_every_value_of_three_months_is_what_the_csv_has(self):
        """An engine would add up other amounts than the ledger's, or find other rows."""
        for month in MONTHS:
            self.run_moisson("export", "--sandbox", "--scenario", "books", "--period", month)
        shown = json.loads(self.run_moisson("parquet", "out", "--into", "lake", "--json", expect=0).out)
        self.assertEqual(shown["not_one_month"], [])
        made = {(one["table"], one["month"]): one for one in shown["files"]}
        for month in MONTHS:
            for table in ("ledger", "usage"):
                rows = records(self.folder / "out" / month / f"{table}.csv")
                one = made[table, month]
                path = self.folder / "lake" / table / f"month={month}" / f"{table}.parquet"
                self.assertEqual((self.folder / one["path"], one["rows"], one["bytes"]), (path, len(rows), path.stat().st_size))
                names = self.same(path, rows, table == "ledger")
                self.assertEqual(names[:len(rows[0])], list(rows[0]))
        # One table over the months, the month of the folder as a column of its own.
        lake = f"read_parquet('{self.folder}/lake/ledger/*/*.parquet', hive_partitioning = true)"
        sums = duckdb(f"SELECT month, currency, sum(amount)::VARCHAR, count(*)::VARCHAR FROM {lake} WHERE counted GROUP BY ALL ORDER BY ALL")[0]
        wanted = {}
        for month in MONTHS:
            for row in records(self.folder / "out" / month / "ledger.csv"):
                if row["counted"] == "yes":
                    amount, count = wanted.get((month, row["currency"]), (Decimal(0), 0))
                    wanted[month, row["currency"]] = (amount + Decimal(row["amount"]), count + 1)
        self.assertEqual({(month, currency): (Decimal(amount), int(count)) for month, currency, amount, count in sums}, wanted)
        types = dict(row[:2] for row in duckdb(f"DESCRIBE SELECT * FROM {lake}")[0])
        self.assertEqual((types["amount"], types["fx_rate"], types["period_end"], types["issued_at"], types["counted"], types["version"]),
                         ("DECIMAL(38,4)", "DECIMAL(38,18)", "DATE", "TIMESTAMP WITH TIME ZONE", "BOOLEAN", "BIGINT"))
        # The same again, byte for byte; and one month alone.
        before = {path: path.read_bytes() for path in (self.folder / "lake").rglob("*.parquet")}
        self.run_moisson("parquet", "out/2026-09", "--into", "lake", expect=0)
        self.run_moisson("parquet", "out", "--into", "lake", "--from", "2026-09", "--to", "2026-09", expect=0)
        self.assertEqual({path: path.read_bytes() for path in (self.folder / "lake").rglob("*.parquet")}, before)

    def month_of(self, name, files):
        """A published month, as far as its summary tells of its files."""
        folder = self.folder / "out" / name
        folder.mkdir(parents=True)
        listed = []
        for path, text in files.items():
            (folder / path).write_bytes(text.encode())
            listed.append({"path": path, "size_bytes": len(text.encode()), "sha256": hashlib.sha256(text.encode()).hexdigest()})
        summary = json.dumps({"schema": 1, "run_id": "x", "period": name, "source": "test", "files": listed}, indent=2)
        body = summary.removesuffix("\n}") + ",\n"
        (folder / "summary.json").write_text(f'{body}  "seal": "{hashlib.sha256(body.encode()).hexdigest()}"\n}}\n')
        return folder

    @staticmethod
    def csv_of(names, rows):
        def field(text):
            quoted = any(letter in text for letter in ',"\r\n') or text != text.strip(" ")
            return '"' + text.replace('"', '""') + '"' if quoted else text
        return "".join(",".join(field(text) for text in row) + "\n" for row in (names, *rows))

    def random_rows(self, chance, names, count):
        words = ["", "a", "Zürich", "naïve, \"quoted\"", "line\nend", "日本語", "😀" * 5, " blank ", "x" * 300, "=1+1", "𝒳\u200d"]
        digits = [0, 0, 2, 2, 2, 3, 4]

        def value(name):
            if name in NUMBERS:
                places = chance.choice(digits) if "fx" not in name else chance.randrange(19)
                return "" if chance.random() < 0.2 else str(Decimal(chance.choice([0, 1, -1, chance.randrange(-10 ** 18, 10 ** 18)])).scaleb(-places)
                                                            .quantize(Decimal(1).scaleb(-places)))
            if name in COUNTS:
                return str(chance.randrange(1, 2 ** 40))
            if name == "counted":
                return chance.choice(["yes", "no"])
            if name in INSTANTS:
                return chance.choice(["", f"20{chance.randrange(10, 99)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}T23:59:59.{chance.randrange(1000):03}Z"])
            if name in ("period_start", "period_end", "due_date", "fx_date"):
                return chance.choice(["", f"19{chance.randrange(10, 99)}-12-31", f"20{chance.randrange(10, 99)}-02-28"])
            return chance.choice(words) if chance.random() < 0.7 else f"{name}-{chance.randrange(10 ** 6)}"
        return [[format(Decimal(cell), "f") if cell and name in NUMBERS else cell for name in names for cell in [value(name)]] for _ in range(count)]

    def test_random_ledgers_of_all_versions_come_back_as_they_are(self):
        """A text, a digit or an empty cell would be another one where tables are large, repeat, or hold what nobody thought of."""
        seed = int(os.environ.get("MOISSON_SEED", "1"))
        chance = random.Random(seed)
        header = (ROOT / "samples/ledger.sql").read_text("utf-8")
        self.run_moisson("export", "--sandbox", "--scenario", "clean", "--out", "model", expect=0)
        names = list(records(next((self.folder / "model").glob("2*/ledger.csv")))[0])
        self.assertIn(names[-1], header)
        rows = {}
        for month, count, columns in (("2026-01", 0, names), ("2026-02", 1, names[:28]), ("2026-03", 7, names), ("2026-04", 900, names[:28]),
                                      ("2026-05", 900, [*names, "reporting_amount", "reporting_currency", "fx_rate", "fx_date"])):
            rows[month] = self.random_rows(chance, columns, count)
            self.month_of(month, {"ledger.csv": self.csv_of(columns, rows[month])})
            rows[month] = [dict(zip(columns, row)) for row in rows[month]]
        self.run_moisson("parquet", "out", "--into", "lake", expect=0)
        schemas = set()
        for month, wanted in rows.items():
            with self.subTest(month=month, seed=seed):
                schemas.add(tuple(self.same(self.folder / f"lake/ledger/month={month}/ledger.parquet", wanted)))
        self.assertEqual(len(schemas), 1)

    def test_more_rows_than_a_group_holds(self):
        """Rows behind the first group would be lost, or a reader would pass over a group that has what it looks for."""
        self.run_moisson("export", "--sandbox", "--scenario", "clean", "--out", "model", expect=0)
        model = records(next((self.folder / "model").glob("2*/ledger.csv")))[0]
        names = list(model)
        rows = []
        for number in range(150_000):
            row = {**model, "document_id": f"D{number:06}", "amount": f"{number}.01", "contract_id": f"OCB{number // 1000:04}", "filename": "",
                   "counted": "yes" if number % 3 else "no"}
            rows.append([row[name] for name in names])
        self.month_of("2026-10", {"ledger.csv": self.csv_of(names, rows)})
        self.run_moisson("parquet", "--into", "lake", expect=0)
        table = f"read_parquet('{self.folder}/lake/ledger/*/*.parquet')"
        counts, found, groups, metadata = duckdb(
            f"SELECT count(*)::VARCHAR, sum(amount)::VARCHAR, count(DISTINCT document_id)::VARCHAR, count(filename)::VARCHAR, "
            f"count(*) FILTER (WHERE counted)::VARCHAR FROM {table}",
            f"SELECT amount::VARCHAR FROM {table} WHERE document_id IN ('D000000', 'D065535', 'D065536', 'D149999') ORDER BY 1",
            f"SELECT contract_id, count(*)::VARCHAR FROM {table} WHERE contract_id >= 'OCB0148' GROUP BY 1 ORDER BY 1",
            f"SELECT count(DISTINCT row_group_id)::VARCHAR, min(stats_min_value), max(stats_max_value) FROM parquet_metadata('{self.folder}"
            f"/lake/ledger/month=2026-10/ledger.parquet') WHERE path_in_schema = 'document_id'")
        self.assertEqual(counts, [["150000", str(sum(Decimal(f"{number}.01") for number in range(150_000))) + "00", "150000", "0", "100000"]])
        self.assertEqual([Decimal(row[0]) for row in found], [Decimal("0.01"), Decimal("149999.01"), Decimal("65535.01"), Decimal("65536.01")])
        self.assertEqual(groups, [["OCB0148", "1000"], ["OCB0149", "1000"]])
        self.assertEqual(metadata, [["3", "D000000", "D149999"]])

    def test_addenda_stand_in_a_table_of_their_own(self):
        """What came late for a closed month would be in no sum, or in two."""
        self.run_moisson("export", "--sandbox", "--scenario", "books", "--period", "2026-08")
        late = records(self.folder / "out/2026-08/ledger.csv")[:2]
        text = self.csv_of(list(late[0]), [list(row.values()) for row in late])
        folder = self.month_of("2026-10", {"ledger.csv": text, "addendum-2026-08-1.csv": text, "addendum-2026-08-2.csv": text})
        self.run_moisson("parquet", "out/2026-10", "--into", "lake", expect=0)
        self.same(self.folder / "lake/addenda/month=2026-10/addenda.parquet", late * 2)
        # The month is published again without them: the table has them no more.
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        self.month_of("2026-10", {"ledger.csv": text})
        self.run_moisson("parquet", "out/2026-10", "--into", "lake", expect=0)
        self.assertFalse((self.folder / "lake/addenda/month=2026-10").exists())

    def test_what_was_not_published_so_is_refused_and_leaves_what_was_there(self):
        """A table would hold rows that nobody published, or half a month."""
        self.run_moisson("export", "--sandbox", "--scenario", "books", "--period", "2026-10")
        self.run_moisson("parquet", "--into", "lake", expect=0)
        files = {path: path.read_bytes() for path in (self.folder / "lake").rglob("*.parquet")}
        ledger = self.folder / "out/2026-10/ledger.csv"
        whole = ledger.read_bytes()
        for changed, told_what in ((whole.replace(b"EUR", b"USD", 1), "not those that summary.json"), (whole[:-40], ""),
                                   (whole + b"x\n", ""), (whole.replace(b"period,", b"months,", 1), "is no column of its table")):
            ledger.write_bytes(changed)
            refused = self.run_moisson("parquet", "--into", "lake", expect=6)
            self.assertIn(told_what, refused.err)
            self.assertEqual({path: path.read_bytes() for path in (self.folder / "lake").rglob("*") if path.is_file()}, files)
        ledger.write_bytes(whole)
        summary = self.folder / "out/2026-10/summary.json"
        summary.write_text(summary.read_text().replace('"exit_code": ', '"exit_code":  ', 1))
        self.run_moisson("parquet", "--into", "lake", expect=6)
        price = self.csv_of(["contract_id", "unit_price"], [["C", "0.0000000000000000001"]])
        self.month_of("2026-11", {"ledger.csv": self.csv_of(["contract_id"], [["C"]]), "usage.csv": price})
        refused = self.run_moisson("parquet", "out/2026-11", "--into", "lake", expect=6)
        self.assertIn('row 2: unit_price "0.0000000000000000001" does not fit its column', refused.err)

    def test_wrong_command_lines(self):
        """A typo would write a table in the wrong place, or nothing without a word."""
        self.run_moisson("parquet", "out", expect=2)
        self.assertIn("no published month is here", self.run_moisson("parquet", "out", "--into", "lake", expect=2).err)
        self.assertIn("is no month", self.run_moisson("parquet", "out", "--into", "lake", "--from", "2026-13", expect=2).err)
        self.assertIn("--to is before --from",
                      self.run_moisson("parquet", "out", "--into", "lake", "--from", "2026-10", "--to", "2026-09", expect=2).err)
        self.run_moisson("export", "--sandbox", "--scenario", "clean", "--contract", "OCB0001001", expect=None)
        self.assertIn("no published month is here", self.run_moisson("parquet", "out", "--into", "lake", expect=2).err)
        self.assertFalse((self.folder / "lake").exists())


if __name__ == "__main__":
    unittest.main()
