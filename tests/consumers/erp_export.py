"""What the checks of ERP files share: one export of a sandbox scenario, and what its files must hold, worked out anew from ledger.csv,
samples/erp/mapping.csv and samples/erp/rates.csv. Nothing here asks the program what it meant.
"""

import csv
import datetime
import json
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import harness  # noqa: E402

TEMPLATES = sorted(path.stem for path in (harness.ROOT / "templates").glob("*.toml"))
LOCAL = "EUR"


def rounded(value, digits):
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def csv_rows(path, **dialect):
    """The rows below the header line, as dictionaries; every row as long as the header line."""
    encoding = dialect.pop("encoding", "utf-8")
    with open(path, newline="", encoding=encoding) as file:
        rows = list(csv.reader(file, strict=True, **dialect))
    if any(len(row) != len(rows[0]) for row in rows):
        raise AssertionError(f"{path}: rows of different lengths")
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def published_rates():
    """What one euro is worth, by day and currency."""
    return {(row["date"], row["currency"]): Decimal(row["rate"]) for row in csv_rows(harness.ROOT / "samples/erp/rates.csv")}


@dataclass(frozen=True)
class Posting:
    """One counted row of the ledger, with what the made-up accounts of samples/erp make of it: amounts are gross, VAT is 20 %."""

    contract: str
    name: str
    document: str
    piece: str
    period: str
    day: datetime.date
    currency: str
    digits: int
    gross: Decimal
    net: Decimal
    vat: Decimal
    local_gross: Decimal
    local_net: Decimal
    local_vat: Decimal

    @property
    def is_foreign(self):
        return self.currency != LOCAL


def pieces_of(rows):
    """{(contract, document): piece}: the invoice's number, unless another document has it or is called so."""
    known = Counter(name for row in rows for name in {row["invoice_number"], row["document_id"]})
    return {(row["contract_id"], row["document_id"]): row["invoice_number"] if row["invoice_number"] and known[row["invoice_number"]] == 1 else
            row["document_id"] for row in rows}


def posting_of(row, rates, pieces):
    gross = Decimal(row["amount"])
    digits = max(0, -gross.as_tuple().exponent)
    net = rounded(gross / Decimal("1.2"), digits)
    local_gross, local_net = gross, net
    if row["currency"] != LOCAL:
        rate = rates[row["period_end"], row["currency"]]  # of the currency, for one euro
        local_gross, local_net = rounded(gross / rate, 2), rounded(net / rate, 2)
    return Posting(row["contract_id"], row["contract_name"], row["document_id"], pieces[row["contract_id"], row["document_id"]], row["period"],
                   datetime.date.fromisoformat(row["period_end"]), row["currency"], digits, gross, net, gross - net, local_gross, local_net,
                   local_gross - local_net)


class Export:
    """Everything that a scenario lists, with ERP files, in `folder`/out/all."""

    def __init__(self, folder, scenario, templates=TEMPLATES, arguments=(), environment=None):
        options = [option for template in templates for option in ("--template", template)]
        self.finished = harness.run("export", "--sandbox", "--scenario", scenario, "--all", "--rate", "0", "--no-progress", *options, *arguments,
                                    folder=folder, environment=environment)
        if self.finished.code not in (0, 3):
            raise AssertionError(str(self.finished))
        self.out = Path(folder) / "out/all"
        self.erp = self.out / "erp"
        self.summary = json.loads((self.out / "summary.json").read_text("utf-8"))
        refused = [found["message"] for found in self.summary["findings"] if found["code"].startswith("erp-") and found["severity"] == "error"]
        if refused:
            raise AssertionError(f"{scenario}: {refused}")
        rates = published_rates()
        self.counted = [row for row in harness.rows_of(self.out / "ledger.csv") if row["counted"] == "yes"]
        pieces = pieces_of(self.counted)
        everything = [posting_of(row, rates, pieces) for row in self.counted]
        # What every entry of every format comes from; a document without an amount to book gives none.
        self.postings = sorted((posting for posting in everything if posting.gross != 0),
                               key=lambda posting: (posting.period, posting.contract, posting.document))
        self.zeros = len(everything) - len(self.postings)
        self.by_document = {posting.document: posting for posting in self.postings}
        if len(self.by_document) != len(self.postings) or len(self.postings) < 90:
            raise AssertionError(f"{scenario}: {len(self.postings)} postings of {len(self.by_document)} documents prove little")

    def totals(self, field="gross"):
        """{currency: sum}"""
        sums = defaultdict(Decimal)
        for posting in self.postings:
            sums[posting.currency] += getattr(posting, field)
        return dict(sums)

    def local_total(self, field="local_gross"):
        return sum(getattr(posting, field) for posting in self.postings)


def sums_of(rows, currency, amount):
    """{currency: sum} of dictionaries or of anything else that the two functions read."""
    sums = defaultdict(Decimal)
    for row in rows:
        sums[currency(row)] += amount(row)
    return dict(sums)
