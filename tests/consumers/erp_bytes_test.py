"""Formats whose programs cannot be installed here: their bytes are read back by readers of their own, written from the formats' rules, and must be the
ledger's documents to the cent. Foreign amounts are converted anew with the rate table. Each reader must refuse files of ours that were spoiled.
"""

import csv
import datetime
import io
import re
import shutil
import tempfile
import unittest
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

from erp_export import Export, published_rates, rounded

SCENARIOS = ("small", "clean", "books")
CENTS = Decimal("0.01")


class Wrong(Exception):
    """The file breaks a rule of its format."""


def need(truth, what):
    if not truth:
        raise Wrong(what)


def lines_of(data, end):
    need(data.endswith(end), "the last line has no end")
    lines = data[:-len(end)].split(end)
    need(not any(b"\n" in line or b"\r" in line for line in lines), "line ends are mixed")
    return lines


def day_of(text, pattern):
    try:
        day = datetime.datetime.strptime(text, pattern).date()
    except ValueError as problem:
        raise Wrong(str(problem)) from None
    need(day.strftime(pattern) == text, f"{text} is not written as {pattern}")
    return day


def number_of(text, mark=".", digits=None):
    need(re.fullmatch(r"-?(0|[1-9][0-9]*)" + (re.escape(mark) + (f"[0-9]{{{digits}}}" if digits else "[0-9]+") if digits or mark in text else ""), text),
         f"{text!r} is no number of the format")
    return Decimal(text.replace(mark, "."))


def table(data, line_end, encoding="utf-8", header=True):
    """Rows of a comma-separated file without byte order mark; with a header line as dictionaries."""
    need(not data.startswith(b"\xef\xbb\xbf"), "there is a byte order mark")
    lines_of(data, line_end)
    rows = list(csv.reader(io.StringIO(data.decode(encoding), newline=""), strict=True))
    need(len({len(row) for row in rows}) == 1, "rows of different lengths")
    return [dict(zip(rows[0], row)) for row in rows[1:]] if header else rows


class Entry:
    """Lines of one entry, added up: `kind` is net, vat or gross; debit is positive for net and VAT, credit for gross."""

    def __init__(self, day, currency=None):
        self.day = day
        self.currency = currency
        self.sums = {"net": Decimal(0), "vat": Decimal(0), "gross": Decimal(0)}
        self.lines = 0

    def add(self, kind, debit, credit):
        need(debit >= 0 and credit >= 0 and (debit == 0) != (credit == 0), "both sides, or none, or a negative one")
        self.sums[kind] += credit - debit if kind == "gross" else debit - credit
        self.lines += 1

    def done(self):
        need(self.sums["net"] + self.sums["vat"] == self.sums["gross"], f"the entry of {self.day} does not balance")
        need(self.lines >= 2, "an entry of one line")
        return (self.day, self.currency, *self.sums.values())


KINDS = {"626100": "net", "445660": "vat", "401000": "gross"}


def entries_by(rows):
    """(key, day, currency, kind, debit, credit) rows: entries, whose lines stand together."""
    entries, order = {}, []
    for key, day, currency, kind, debit, credit in rows:
        if key not in entries:
            entries[key] = Entry(day, currency)
            order.append(key)
        need(order[-1] == key, f"lines of {key} do not stand together")
        need((entries[key].day, entries[key].currency) == (day, currency), f"{key} has two days or currencies")
        entries[key].add(kind, debit, credit)
    return [entry.done() for entry in entries.values()]


# ------------------------------------------------------------------------------------------------------- readers: {file name: bytes} -> entries

FEC = ("JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate EcritureLib Debit Credit EcritureLet "
       "DateLet ValidDate Montantdevise Idevise").split()


def read_fec(files):
    """The rules of LPF art. A47 A-1, with those that the authority's own program does not look at."""
    data, = files.values()
    need(not data.startswith(b"\xef\xbb\xbf"), "there is a byte order mark")
    header, *lines = [line.decode("utf-8").split("\t") for line in lines_of(data, b"\r\n")]
    need(header == FEC, f"columns {header}")
    rows, foreign, pieces, before = [], {}, {}, (0, datetime.date.min)
    for line in lines:
        need(len(line) == 18, f"{len(line)} fields")
        cells = dict(zip(FEC, line))
        need(all(cells[name] for name in (*FEC[:6], *FEC[8:13], "ValidDate")), "an obligatory field is empty")
        need(re.fullmatch("[0-9]{3}.*", cells["CompteNum"]), "an account does not begin with three digits")
        need(re.fullmatch("[1-9][0-9]*", cells["EcritureNum"]) and int(cells["EcritureNum"]) - before[0] in (0, 1), "EcritureNum is not continuous")
        day, valid = day_of(cells["EcritureDate"], "%Y%m%d"), day_of(cells["ValidDate"], "%Y%m%d")
        day_of(cells["PieceDate"], "%Y%m%d")
        need(valid >= before[1], "entries are not in the order of their validation")
        before = (int(cells["EcritureNum"]), valid)
        need(bool(cells["CompAuxNum"]) == bool(cells["CompAuxLib"]) == (cells["CompteNum"] == "401000"), "auxiliary account")
        need(bool(cells["Montantdevise"]) == bool(cells["Idevise"]), "a foreign amount without its currency")
        need(pieces.setdefault(cells["PieceRef"], cells["EcritureNum"]) == cells["EcritureNum"], "one piece is booked twice")
        rows.append((cells["EcritureNum"], day, "EUR", KINDS[cells["CompteNum"]], number_of(cells["Debit"], ",", 2), number_of(cells["Credit"], ",", 2)))
        if cells["Idevise"] and cells["CompteNum"] == "401000":
            foreign[cells["PieceRef"]] = (cells["Idevise"], number_of(cells["Montantdevise"], ","), rows[-1][5] - rows[-1][4], day)
    check_rates(foreign.values())
    return entries_by(rows)


def check_rates(foreign):
    """(currency, amount, in euro, day): the table's rate of that day makes the one out of the other."""
    rates = published_rates()
    for currency, amount, local, day in foreign:
        need(abs(local) == rounded(abs(amount) / rates[day.isoformat(), currency], 2), f"{amount} {currency} are not {local} EUR on {day}")


def read_sage100(files):
    data, = files.values()
    rows, keys = [], {}
    for line in lines_of(data, b"\r\n"):
        cells = line.decode("cp1252").split("\t")
        need(len(cells) == 11, f"{len(cells)} fields")
        kind, journal, day, piece, account, party, label, _, due, debit, credit = cells
        need(kind == "G" and journal == "ACH" and 0 < len(piece) <= 13 and 0 < len(label) <= 69, "kind, journal, piece or label")
        need((party == "ORANGE") == (account == "401000") == bool(due), "third party and due date stand on the supplier's line alone")
        document = label.split(" ")[0]
        need(keys.setdefault(piece, document) == document, "two documents have one piece")
        need(not due or day_of(due, "%d%m%y") > day_of(day, "%d%m%y"), "due before its day")
        rows.append(((journal, day, piece), day_of(day, "%d%m%y"), "EUR", KINDS[account], number_of(debit, ",", 2), number_of(credit, ",", 2)))
    return entries_by(rows)


def records(data, length, encoding):
    for line in lines_of(data, b"\r\n"):
        need(len(line) == length, f"a record of {len(line)} bytes instead of {length}")
        yield line, line.decode(encoding)


def side(letter, amount):
    need(letter in "DC", f"side {letter!r}")
    return (amount, Decimal(0)) if letter == "D" else (Decimal(0), amount)


def read_cegid_tra(files):
    data, = files.values()
    first, rest = data.split(b"\r\n", 1)
    need(re.fullmatch(rb"\*\*\*S5[A-Z0-9]{3}JRLETE   0101190001011900011", first), f"first line {first}")
    rows = []
    for line, _ in records(rest, 150, "cp1252"):
        cut = [line[begin:end].decode("cp1252") for begin, end in
               ((0, 3), (3, 11), (11, 13), (13, 30), (30, 31), (31, 48), (48, 83), (83, 118), (118, 121), (121, 129), (129, 130), (130, 150))]
        journal, day, nature, account, kind, auxiliary, reference, label, _, due, letter, amount = cut
        account = account.rstrip()
        need(journal == "ACH" and nature in ("FF", "AF") and reference.strip() and label.strip(), "journal, nature, reference or label")
        need((kind, auxiliary.rstrip()) == (("X", "ORANGE") if account == "401000" else (" ", "")), "auxiliary account")
        day_of(due, "%d%m%Y")
        debit, credit = side(letter, number_of(amount.lstrip(), ",", 2))
        need((nature == "AF") == ((debit > 0) == (account == "401000")), "a credit note that says it is an invoice")
        rows.append((reference, day_of(day, "%d%m%Y"), "EUR", KINDS[account], debit, credit))
    return entries_by(rows)


def read_cegid_quadra(files):
    data, = files.values()
    rows = []
    for line, _ in records(data, 113, "cp1252"):
        def at(first, last):
            return line[first - 1:last].decode("cp1252")  # positions as the format's paper counts them
        need(at(1, 1) == "M" and at(10, 11) == "AC" and at(12, 14) == "000" and at(108, 113) == "EURACH" and at(43, 43) == "+", "fixed texts")
        need(at(22, 41).strip() and at(100, 107).strip(), "label or piece")
        need(at(56, 63).rstrip() == ("626100" if at(2, 9).rstrip() == "401000" else "401000"), "contra account")
        need(re.fullmatch("[0-9]{12}", at(44, 55)), "amount")
        day_of(at(64, 69), "%d%m%y")
        rows.append((at(100, 107), day_of(at(15, 20), "%d%m%y"), "EUR", KINDS[at(2, 9).rstrip()], *side(at(42, 42), Decimal(at(44, 55)) * CENTS)))
    return entries_by(rows)


def read_ximport(files):
    data, = files.values()
    rows, last = [], 0
    for line, _ in records(data, 138, "cp850"):
        ends = (5, 7, 15, 23, 35, 46, 71, 84, 85, 97, 103, 137, 138)
        cut = [line[begin:end].decode("cp850") for begin, end in zip((0, *ends), ends)]
        movement, journal, day, due, piece, account, label, amount, letter, _, _, name, euro = cut
        need(journal == "AC" and euro == "E" and piece.strip() and label.strip() and name.strip(), "fixed texts, piece or label")
        need(re.fullmatch("[0-9]{5}", movement) and int(movement) - last in (0, 1), "movements are not continuous")
        need(re.fullmatch(r"[0-9]{10}\.[0-9]{2}", amount), "amount")
        last = int(movement)
        day_of(due, "%Y%m%d")
        rows.append((movement, day_of(day, "%Y%m%d"), "EUR", KINDS[account.rstrip()], *side(letter, Decimal(amount))))
    return entries_by(rows)


DATEV_CAPTIONS = {1: "Umsatz (ohne Soll/Haben-Kz)", 2: "Soll/Haben-Kennzeichen", 3: "WKZ Umsatz", 7: "Konto", 8: "Gegenkonto (ohne BU-Schlüssel)",
                  10: "Belegdatum", 11: "Belegfeld 1", 14: "Buchungstext", 20: "Beleglink", 21: "Beleginfo - Art 1", 36: "Beleginfo - Inhalt 8",
                  37: "KOST1 - Kostenstelle", 48: "Zusatzinformation - Art 1", 87: "Zusatzinformation - Inhalt 20", 114: "Festschreibung",
                  115: "Leistungsdatum", 117: "Fälligkeit", 125: "Abw. Skontokonto"}


def datev_fields(line):
    fields = re.findall(r'(?:^|;)("(?:[^"]|"")*"|[^";]*)(?=;|$)', line)
    need(";".join(fields) == line, "quotes or separators")
    return fields


def read_datev(files):
    rows, foreign = defaultdict(dict), {}
    for name, data in files.items():
        lines = [line.decode("cp1252") for line in lines_of(data, b"\r\n")]
        need(not any(letter < " " for line in lines for letter in line), "control characters")
        head, captions, *bookings = map(datev_fields, lines)
        need(len(head) == 31 and head[:5] == ['"EXTF"', "700", "21", '"Buchungsstapel"', "13"], f"head {head}")
        need(re.fullmatch("[0-9]{17}", head[5]) and head[21] == '"EUR"' and 1001 <= int(head[10]) and 1 <= int(head[11]) <= 99999, "head")
        begin, first, last = (day_of(head[at], "%Y%m%d") for at in (12, 14, 15))
        need(begin <= first <= last, "the head's days")
        need(len(captions) == 125 and all(captions[at - 1].strip('"') == text for at, text in DATEV_CAPTIONS.items()), "captions")
        for fields in bookings:
            need(len(fields) == 125, f"{len(fields)} fields")
            amount, letter, currency, rate, base, base_currency, account, contra = [field.strip('"') for field in fields[:8]]
            need(re.fullmatch("[0-9]{1,10},[0-9]{2}", amount) and amount != "0,00" and letter in ("S", "H"), "amount or side")
            need(re.fullmatch("[0-9]{4}", fields[9]), "Belegdatum is not DDMM")
            day = day_of(fields[9] + str(first.year), "%d%m%Y")
            need(first <= day <= last, "a booking outside the head's days")
            piece = fields[10]
            need(re.fullmatch(r'"[A-Za-z0-9_$&%*+/-]{1,36}"', piece) and len(fields[13]) <= 62, "Belegfeld 1 or Buchungstext")
            need(contra == "70001" and len(contra) == int(head[13]) + 1, "personal accounts have one digit more")
            value = Decimal(amount.replace(",", ".")) * (1 if letter == "S" else -1)
            need((rate == "") == (base == "") == (base_currency == ""), "rate, base and its currency: all or none")
            need((currency == "EUR") == (rate == ""), "a foreign amount without rate")
            kind = {"4806": "net", "1576": "vat"}[account]
            need(kind not in rows[piece], "one piece is booked twice")
            rows[piece][kind] = (day, currency, value)
            if rate:
                need(re.fullmatch("[1-9][0-9]{0,3},[0-9]{2,6}", rate) and base_currency == "EUR", "rate")
                foreign.setdefault((piece, currency, day), []).append((value, Decimal(base.replace(",", ".")) * (1 if letter == "S" else -1)))
    check_rates((currency, sum(value for value, _ in pairs), sum(base for _, base in pairs), day) for (_, currency, day), pairs in foreign.items())
    entries = []
    for lines in rows.values():
        need(len({value[:2] for value in lines.values()}) == 1, "one document has two days or currencies")
        (day, currency, net), vat = lines["net"], lines.get("vat", (None, None, Decimal(0)))[2]
        entries.append((day, currency, net, vat, net + vat))
    return entries


def read_d365(files):
    data, = files.values()
    rows, last = [], 0
    for row in table(data, b"\r\n"):
        need(int(row["LINENUMBER"]) == last + 1 and 0 < len(row["VOUCHER"]) <= 20 and len(row["TEXT"]) <= 60, "line number, voucher or text")
        last += 1
        account = row["ACCOUNTDISPLAYVALUE"].split("-")[0]
        need((row["ACCOUNTTYPE"], account) in (("Ledger", "626100"), ("Ledger", "445660"), ("Vendor", "ORANGE")), "account")
        need((row["ACCOUNTTYPE"] == "Vendor") == bool(row["INVOICE"]), "the invoice's number stands on the vendor's line alone")
        rows.append((row["VOUCHER"], day_of(row["TRANSDATE"], "%Y-%m-%d"), row["CURRENCYCODE"], KINDS.get(account, "gross"),
                     number_of(row["DEBITAMOUNT"]), number_of(row["CREDITAMOUNT"])))
    return entries_by(rows)


def bills(rows, number, day, amount, tax, sign=1):
    """One row a bill: entries, and their numbers."""
    found = []
    for row in rows:
        net, vat = number_of(row[amount]), number_of(row[tax])
        need(net >= 0 and vat >= 0, "a negative amount: credit notes have a file of their own, with positive ones")
        found.append((row[number], (day_of(row[day], "%d/%m/%Y"), row["Currency"], sign * net, sign * vat, sign * (net + vat))))
    return found


def joined(rows, key, amounts):
    """Rows of one key that stand together as one, their amounts added up."""
    bills_of = []
    for row in rows:
        if bills_of and bills_of[-1][key] == row[key]:
            for name in amounts:
                bills_of[-1][name] = str(number_of(bills_of[-1][name]) + number_of(row[name]))
        else:
            bills_of.append(dict(row))
    return bills_of


def read_xero(files):
    found = []
    for name, data in files.items():
        rows = table(data, b"\r\n")
        need(len(rows) <= 500, "more than 500 rows")
        need(all(row["*ContactName"] == "Orange Business" and row["*Quantity"] == "1" and row["*AccountCode"] == "626100" and row["*Description"]
                 for row in rows), "required columns")
        need(all(number_of(row["Total"]) == number_of(row["*UnitAmount"]) + number_of(row["TaxAmount"]) for row in rows), "Total")
        need(all(day_of(row["*DueDate"], "%d/%m/%Y") > day_of(row["*InvoiceDate"], "%d/%m/%Y") for row in rows), "due before its day")
        need(all(row["*TaxType"] in ("20% (VAT on Expenses)", "No VAT") for row in rows), "tax")
        # Xero computes the tax of each line, and takes rows of one number for lines of one bill.
        for row in rows:
            price = number_of(row["*UnitAmount"])
            tax = rounded(price * Decimal("0.2"), max(0, -price.as_tuple().exponent)) if row["*TaxType"] != "No VAT" else 0
            need(number_of(row["TaxAmount"]) == tax, "Xero's tax is another")
        rows = joined(rows, "*InvoiceNumber", ("*UnitAmount", "TaxAmount"))
        found += bills(rows, "*InvoiceNumber", "*InvoiceDate", "*UnitAmount", "TaxAmount", -1 if "credit" in name else 1)
    need(len({number for number, _ in found}) == len(found), "two bills have one number")
    return [entry for _, entry in found]


def read_quickbooks(files):
    found = []
    for name, data in files.items():
        rows = table(data, b"\r\n")
        credit = "credit" in name
        need(len(rows) <= 1000 and all(row["Supplier"] == "Orange Business" and row["Account"] == "626100" for row in rows), "supplier or account")
        found += bills(rows, "Ref No" if credit else "Bill No", "Date" if credit else "Bill Date", "Line Amount", "Line Tax Amount", -1 if credit else 1)
    need(len({number for number, _ in found}) == len(found) and all(0 < len(number) <= 21 for number, _ in found), "numbers")
    return [entry for _, entry in found]


def read_netsuite(files):
    entries = []
    for head, lines, sign in (("netsuite.csv", "netsuite-lines.csv", 1), ("netsuite-credits.csv", "netsuite-credit-lines.csv", -1)):
        need((head in files) == (lines in files), "a file without its lines")
        if head not in files:
            continue
        heads = {row["External ID"]: row for row in table(files[head], b"\n")}
        rows = table(files[lines], b"\n")
        need(sorted(heads) == sorted(row["External ID"] for row in rows), "heads and lines of different bills")
        for row in rows:
            need(row["Reference No."] == heads[row["External ID"]]["Reference No."] and row["Account"] == "626100", "reference")
            net, vat, of = number_of(row["Amount"]), number_of(row["Tax Amount"]), heads[row["External ID"]]
            need(net >= 0 and vat >= 0 and of["Vendor External ID"] == "ORANGE", "a negative amount, or another vendor")
            entries.append((day_of(of["Date"], "%Y-%m-%d"), of["Currency"], sign * net, sign * vat, sign * (net + vat)))
    return entries


def read_oracle(files):
    heads = table(files["oracle-payables.csv"], b"\n", header=False)
    lines = defaultdict(dict)
    for number, at, kind, amount, _, account, _, day in table(files["oracle-payables-lines.csv"], b"\n", header=False):
        need(kind in ("ITEM", "TAX") and (kind == "ITEM") == (account == "626100") and int(at) == len(lines[number]) + 1, "lines")
        day_of(day, "%Y/%m/%d")
        lines[number][kind] = number_of(amount)
    entries, numbers = [], set()
    for row in heads:
        need(len(row) == 16 and 0 < len(row[3]) <= 50 and row[3] not in numbers, "columns, or the invoice's number")
        numbers.add(row[3])
        gross, parts = number_of(row[4]), lines.pop(row[0])
        need(gross == sum(parts.values()), "the lines do not add up to the invoice")
        need(row[12] == ("CREDIT" if gross < 0 else "STANDARD") and row[9] == row[10], "type or currency")
        entries.append((day_of(row[5], "%Y/%m/%d"), row[9], parts["ITEM"], parts.get("TAX", Decimal(0)), gross))
    need(not lines, "lines of no invoice")
    return entries


def read_odoo(files):
    data, = files.values()
    rows = table(data, b"\n")
    known = {"id", "move_type", "partner_id/id", "ref", "invoice_date", "date", "invoice_date_due", "journal_id", "currency_id", "narration"}
    need(all(name in known or re.fullmatch("invoice_line_ids/(name|account_id|quantity|price_unit|tax_ids)", name) for name in rows[0]), "a header "
         "that Odoo would take for the nearest field")
    need(rows[0]["id"], "the first line has no id")
    ids = [row["id"] for row in rows if row["id"]]
    need(len(set(ids)) == len(ids) and all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z0-9_]+", name) for name in ids), "external ids")
    entries = []
    for row in rows:
        need(row["invoice_line_ids/quantity"] == "1" and row["invoice_line_ids/account_id"] == "626100", "quantity or account")
        if row["id"]:
            need(row["move_type"] in ("in_invoice", "in_refund") and row["partner_id/id"] == "base.orange_business", "kind of bill or supplier")
            sign = 1 if row["move_type"] == "in_invoice" else -1
            entries.append([day_of(row["invoice_date"], "%Y-%m-%d"), row["currency_id"], Decimal(0), Decimal(0), Decimal(0)])
        else:
            need(entries and not any(row[name] for name in known), "a further line repeats its bill")
        price = number_of(row["invoice_line_ids/price_unit"])
        need(row["invoice_line_ids/tax_ids"] in ("20% G", "") and (row["invoice_line_ids/tax_ids"] or not row["id"] or abs(price) < Decimal("0.05")), "tax")
        digits = max(0, -price.as_tuple().exponent)
        tax = rounded(price * Decimal("0.2"), digits) if row["invoice_line_ids/tax_ids"] else Decimal(0)  # what Odoo adds to the line
        for at, value in ((2, price), (3, tax), (4, price + tax)):
            entries[-1][at] += sign * value
    return [tuple(entry) for entry in entries]


FOCUS_NOT_NULL = ("BilledCost BillingAccountId BillingCurrency BillingPeriodStart BillingPeriodEnd ChargeCategory InvoiceDetailId InvoiceDetailCreated "
                  "InvoiceDetailLastUpdated InvoiceId InvoiceIssueStatus InvoiceIssuerName PaymentCurrency PaymentTerms ReferenceInvoiceId").split()


def read_focus(files):
    data, = files.values()
    sums, details = {}, set()
    for row in table(data, b"\n"):
        need(all(row[name] for name in FOCUS_NOT_NULL), "a null that must not be")
        need(not any(cell.upper() in ("N/A", "NULL", "NONE") for cell in row.values()), "a word for null")
        names = list(row)
        need(names == sorted(names, key=lambda name: name.startswith("x_")) and all(re.fullmatch("(x_)?([A-Z][a-z0-9]*)+", name) for name in names), "names")
        for name, cell in row.items():
            if cell and re.search("Period(Start|End)$|Created$|LastUpdated$|Date$", name):
                need(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", cell), f"{name} {cell}")
                day_of(cell[:10], "%Y-%m-%d")
        begin, end = (day_of(row[name][:10], "%Y-%m-%d") for name in ("BillingPeriodStart", "BillingPeriodEnd"))
        need(begin.day == 1 and end == (begin + datetime.timedelta(days=31)).replace(day=1), "the period does not end with the next month's first day")
        need(row["ChargeCategory"] in ("Usage", "Purchase", "Tax", "Credit", "Adjustment") and row["InvoiceIssueStatus"] in ("Open", "Issued", "Voided"),
             "a word that FOCUS does not have")
        need(row["InvoiceDetailId"] not in details and row["ReferenceInvoiceId"] == row["InvoiceId"], "ids")
        details.add(row["InvoiceDetailId"])
        kinds = sums.setdefault((row["InvoiceId"], end - datetime.timedelta(days=1), row["BillingCurrency"]), {"net": Decimal(0), "vat": Decimal(0)})
        kinds["vat" if row["ChargeCategory"] == "Tax" else "net"] += number_of(row["BilledCost"])
    return [(day, currency, kinds["net"], kinds["vat"], sum(kinds.values())) for (_, day, currency), kinds in sums.items() if any(kinds.values())]


LOCAL, OWN, DATEV = "local", "own", "datev"
FORMATS = {  # reader, what amounts it has, encoding, line end
    "fec": (read_fec, LOCAL, "utf-8", b"\r\n"), "sage100": (read_sage100, LOCAL, "cp1252", b"\r\n"),
    "cegid-tra": (read_cegid_tra, LOCAL, "cp1252", b"\r\n"), "cegid-quadra": (read_cegid_quadra, LOCAL, "cp1252", b"\r\n"),
    "ximport": (read_ximport, LOCAL, "cp850", b"\r\n"), "datev": (read_datev, DATEV, "cp1252", b"\r\n"),
    "d365-finance": (read_d365, OWN, "utf-8", b"\r\n"), "xero": (read_xero, OWN, "utf-8", b"\r\n"),
    "quickbooks": (read_quickbooks, OWN, "utf-8", b"\r\n"), "netsuite": (read_netsuite, OWN, "utf-8", b"\n"),
    "oracle-payables": (read_oracle, OWN, "utf-8", b"\n"), "odoo": (read_odoo, OWN, "utf-8", b"\n"), "focus-invoice": (read_focus, OWN, "utf-8", b"\n"),
}


def expected(export, amounts):
    found, rates = [], published_rates()
    for posting in export.postings:
        # DATEV has two decimals, and a rate of one to four digits before the comma, without a leading 0.
        local = amounts == LOCAL or (amounts == DATEV and posting.is_foreign and (
            posting.digits == 3 or not 1 <= rates[posting.day.isoformat(), posting.currency] < 10000))
        values = (posting.local_net, posting.local_vat, posting.local_gross) if local else (posting.net, posting.vat, posting.gross)
        found.append((posting.day, "EUR" if local else posting.currency, *values))
    return Counter(found)


class Bytes(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="moisson-bytes-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.exports = {}
        for scenario in SCENARIOS:
            (cls.folder / scenario).mkdir()
            cls.exports[scenario] = Export(cls.folder / scenario, scenario, FORMATS)

    def files(self, export, name):
        files = {path.name: path.read_bytes() for path in sorted(export.erp.iterdir()) if path.name.startswith("732829320FEC" if name == "fec" else name)}
        self.assertTrue(files, name)
        return files

    def test_read_back(self):
        """The ERP would book other amounts, days or currencies than the ledger has, or refuse the file for a rule of its format."""
        for scenario, export in self.exports.items():
            for name, (reader, amounts, _, _) in FORMATS.items():
                with self.subTest(scenario=scenario, format=name):
                    found, wanted = Counter(reader(self.files(export, name))), expected(export, amounts)
                    self.assertEqual((found - wanted, wanted - found), (Counter(), Counter()))

    def test_totals_by_currency(self):
        """A file's own total would not be the ledger's."""
        for scenario, export in self.exports.items():
            for name, (reader, amounts, _, _) in FORMATS.items():
                if amounts not in (OWN, LOCAL):
                    continue
                with self.subTest(scenario=scenario, format=name):
                    sums = defaultdict(Decimal)
                    for _, currency, _, _, gross in reader(self.files(export, name)):
                        sums[currency] += gross
                    self.assertEqual(dict(sums), export.totals() if amounts == OWN else {"EUR": export.local_total()})

    def test_every_document_is_named(self):
        """A document could not be found again in the ERP, by its id or its invoice's number, where that was too long for a field."""
        hidden = {"cegid-tra", "cegid-quadra", "ximport"}  # the label has no place for it
        for scenario, export in self.exports.items():
            for name in FORMATS.keys() - hidden:
                with self.subTest(scenario=scenario, format=name):
                    text = b"".join(self.files(export, name).values()).decode(FORMATS[name][2])
                    missing = [posting.document for posting in export.postings if posting.document not in text and posting.piece not in text]
                    self.assertEqual(missing, [])

    def test_accented_letters_are_one_byte(self):
        """A UTF-8 file is decoded as Windows-1252 without an error, and the books would say `GenÃ¨ve`."""
        probes = {"cp1252": (b"Gen\xe8ve", b"Int\xe9gration Z\xfcrich"), "cp850": (b"Gen\x8ave", b"Int\x82gration Z\x81rich")}
        for name, (_, _, encoding, _) in FORMATS.items():
            if encoding == "utf-8":
                continue
            data = b"".join(self.files(self.exports["small"], name).values())
            with self.subTest(format=name):
                self.assertIn(probes[encoding][0], data)
                self.assertIn(probes[encoding][1][:14 if name == "cegid-quadra" else None], data)
                self.assertNotIn("è".encode("utf-8"), data)

    def breakages(self, name, files, encoding, line_end):
        """(what, files): one of the files spoiled in each way that applies."""
        path = next(iter(files)) if name != "netsuite" else "netsuite-lines.csv"
        data = files[path]

        def with_data(changed):
            self.assertNotEqual(changed, data)
            return {**files, path: changed}

        mark = b"," if encoding != "utf-8" and name != "ximport" or name == "fec" else b"."
        number = re.search(rb"[0-9]{12}(?=40)" if name == "cegid-quadra" else rb"[1-9][0-9]*" + re.escape(mark) + rb"[0-9]{2}(?![0-9])", data)
        last = number.end() - 1
        digit = b"%d" % ((int(data[last:last + 1]) + 1) % 10)
        yield "an amount is another by a cent", with_data(data[:last] + digit + data[last + 1:])
        if name != "cegid-quadra":
            other = b"." if mark == b"," else b","
            yield "the other decimal mark", with_data(data[:number.start()] + number.group().replace(mark, other) + data[number.end():])
        lines = data.split(line_end)
        middle = len(lines) // 2
        yield "a line is missing", with_data(line_end.join(lines[:middle] + lines[middle + 1:]))
        yield "a line stands twice", with_data(line_end.join(lines[:middle] + lines[middle:middle + 1] + lines[middle:]))
        yield "line ends of another kind", with_data(data.replace(b"\r\n", b"\n") if line_end == b"\r\n" else data.replace(b"\n", b"\r\n"))
        yield "a byte order mark", with_data(b"\xef\xbb\xbf" + data)
        if name in ("cegid-tra", "cegid-quadra", "ximport"):
            yield "in UTF-8", with_data(data.decode(encoding).encode("utf-8"))
        day = re.search(rb"(?<![0-9])300925(?![0-9])" if name == "sage100" else rb"(?<=000)300925" if name == "cegid-quadra" else rb"30092025" if name ==
                        "cegid-tra" else rb";3009;" if name == "datev" else rb"20250930|2025-09-30|30/09/2025|2025/09/30|2025-09-01T00", data)
        if day:  # the lines of NetSuite have no day
            spoiled = {b"20250930": b"20250931", b"2025-09-30": b"2025-09-31", b"30/09/2025": b"31/09/2025", b"2025/09/30": b"2025/09/31",
                       b"300925": b"310925", b"30092025": b"31092025", b";3009;": b";3109;", b"2025-09-01T00": b"2025-09-02T00"}[day.group()]
            yield "a day that is not", with_data(data[:day.start()] + spoiled + data[day.end():])

    def test_spoiled_files_are_refused(self):
        """The readers would prove nothing if they took everything."""
        export = self.exports["small"]
        for name, (reader, amounts, encoding, line_end) in FORMATS.items():
            wanted, files = expected(export, amounts), self.files(export, name)
            for what, spoiled in self.breakages(name, files, encoding, line_end):
                with self.subTest(format=name, what=what):
                    try:
                        found = Counter(reader(spoiled))
                    except (Wrong, KeyError, ValueError, csv.Error):
                        continue
                    self.assertNotEqual(found, wanted)


if __name__ == "__main__":
    unittest.main()
