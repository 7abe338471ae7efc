"""csv_totals.py FOLDER: Miller's sums (JSON on stdin) and those of Python's strict csv reader against the totals in summary.json."""

import csv
import json
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from columns import LEDGER_COLUMNS  # noqa: E402


def fail(message):
    sys.exit(f"csv: {message}")


def read_rows(path):
    # Bytes that are not UTF-8 may stand in the ledger as the server sent them.
    with open(path, newline="", encoding="utf-8", errors="surrogateescape") as file:
        rows = list(csv.reader(file, strict=True))
    for number, row in enumerate(rows, 1):
        if len(row) != len(LEDGER_COLUMNS):
            fail(f"row {number} has {len(row)} columns")
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def main():
    folder = Path(sys.argv[1])
    stated = {
        total["currency"]: (Decimal(total["amount"]), total["documents"])
        for total in json.loads((folder / "summary.json").read_text(encoding="utf-8"))["totals"]
    }
    sums = defaultdict(lambda: [Decimal(0), 0])
    digits = {}
    for row in read_rows(folder / "ledger.csv"):
        if row["counted"] == "yes":
            amount = Decimal(row["amount"])
            sums[row["currency"]][0] += amount
            sums[row["currency"]][1] += 1
            digits[row["currency"]] = -amount.as_tuple().exponent
    found = {currency: tuple(values) for currency, values in sums.items()}
    if found != stated:
        fail(f"Python's csv module finds {found}, summary.json states {stated}")
    text = sys.stdin.read()
    by_miller = {
        group["currency"]: (Decimal(int(group["minor_sum"])).scaleb(-digits[group["currency"]]), int(group["minor_count"]))
        for group in (json.loads(text) if text.strip() else [])
    }
    if by_miller != stated:
        fail(f"Miller finds {by_miller}, summary.json states {stated}")
    print(f"csv: {sum(count for _, count in stated.values())} counted rows, totals agree in {len(stated)} currencies")


if __name__ == "__main__":
    main()
