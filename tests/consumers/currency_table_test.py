"""Compares the currency table in src/domain/currency.cpp with two sources that nobody here wrote:
Debian's iso-codes (ISO 4217 list one, codes and names) and Babel's copy of Unicode CLDR (minor digits).

If this failed, a currency would be missing, or its amounts would be off by a factor of ten or more.
"""

import json
import re
import sys
from pathlib import Path

import babel.core

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "domain" / "currency.cpp"
ISO_CODES = Path("/usr/share/iso-codes/json/iso_4217.json")

# Not money: list one gives them no minor unit (metals, bond market units, drawing rights, testing, none).
WITHOUT_MINOR_UNIT = set("XAG XAU XPD XPT XBA XBB XBC XBD XDR XSU XTS XUA XXX".split())

# ISO 4217 amendments that the package may be older or newer than: code -> active after the amendment.
AMENDMENTS = {
    "ANG": False, "XCG": True,  # 176: 2025-03-31
    "ZWL": False, "ZWG": True,  # 177: 2024-08-31
    "CUC": False,               # 178: list three, 2025
    "XAD": True,                # 179: 2025-05-12
    "HRK": False,               # euro 2023-01-01
    "BGN": False,               # euro 2026-01-01
    "SLL": False, "SLE": True,  # 2024-03-31
}

# CLDR gives the digits in daily use, ISO those of the minor unit. Where they differ ISO stands; a new difference must be looked at.
CLDR_DIFFERS = set(
    "AFN ALL IQD IRR KPW LAK LBP MGA MMK MRO RSD SLL SOS STD SYP TMM YER ZMK ZWD"  # coins out of use
    " BEF BYB GRD PTE TPE UYI".split())  # ISO: no minor unit at the end; CLDR has none recorded, so its default of 2 (UYI: 0 in both since 2018)


def table():
    rows = {}
    row = re.compile(r'CurrencyInfo\{\s*"([A-Z]{3})", \{"([^"]+)", "[^"]+"\}, (\d), (active|withdrawn)\}')
    for code, name, digits, state in row.findall(SOURCE.read_text("utf-8")):
        assert code not in rows, f"{code} stands twice"
        rows[code] = (name, int(digits), state == "active")
    return rows


def main():
    problems = []
    rows = table()
    assert rows.pop("XXX")[0] == "No currency"
    iso = {item["alpha_3"]: item["name"] for item in json.loads(ISO_CODES.read_text("utf-8"))["4217"]}

    active = {code for code, (_, _, is_active) in rows.items() if is_active}
    for code in sorted(set(iso) - WITHOUT_MINOR_UNIT - set(AMENDMENTS) - active):
        problems.append(f"{code} ({iso[code]}) is active in iso-codes, not here")
    for code in sorted(active - set(iso) - set(AMENDMENTS)):
        problems.append(f"{code} is active here, unknown to iso-codes")
    for code, is_active in AMENDMENTS.items():
        if code not in rows or rows[code][2] != is_active:
            problems.append(f"{code} should be {'active' if is_active else 'withdrawn'}")
    for code in sorted(WITHOUT_MINOR_UNIT & set(rows)):
        problems.append(f"{code} has no minor unit and is no money")

    fractions = babel.core.get_global("currency_fractions")
    known = babel.core.get_global("all_currencies")
    compared = 0
    for code, (_, digits, is_active) in sorted(rows.items()):
        if code not in known:
            if is_active and code not in AMENDMENTS:
                problems.append(f"{code} is unknown to CLDR")
            continue
        cldr = fractions.get(code, fractions["DEFAULT"])[0]
        compared += 1
        if cldr != digits and code not in CLDR_DIFFERS:
            problems.append(f"{code} has {digits} digits here and {cldr} in CLDR")
    for code in sorted(CLDR_DIFFERS - set(rows)):
        problems.append(f"{code} is listed as different but is not in the table")

    if len(rows) < 200 or compared < 190:
        problems.append(f"only {len(rows)} codes read and {compared} compared: the check no longer sees the table")
    for problem in problems:
        print(problem)
    print(f"{len(rows)} currencies, {len(active)} active, {compared} compared with CLDR, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
