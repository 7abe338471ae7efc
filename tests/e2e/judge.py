"""What a ledger must say about a perimeter, worked out from the API's own answers without any of the program's code."""

import hashlib
import re
import urllib.parse
from collections import Counter
from decimal import Decimal

from harness import RawNumber

# ISO 4217 minor digits of what the scenarios use; anything else has two.
MINOR_DIGITS = {"JPY": 0, "KRW": 0, "XAF": 0, "XOF": 0, "CLP": 0, "TND": 3, "KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3}
KNOWN = {"EUR", "USD", "CHF", "GBP"} | set(MINOR_DIGITS)
SPELLINGS = {"eur": "EUR", "€": "EUR", "Euro": "EUR"}
FINAL = {"invoices", "bills"}
DEVICE = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.I)


def month_of(document):
    """YYYY-MM of a period that begins with YYYYMM (the only form the API is known to send); None for anything else."""
    found = re.match(r"^(\d{4})(0[1-9]|1[0-2])", document.get("period") or "")
    return f"{found.group(1)}-{found.group(2)}" if found else None


def currency_of(document):
    """The code that the ledger must show; None for what ISO 4217 does not know."""
    return SPELLINGS.get(document.get("currency"), document.get("currency") if document.get("currency") in KNOWN else None)


def exact_amount(document):
    """The ledger's text of the amount; None where it is unknown or cannot be held."""
    raw, currency = document.get("amount"), currency_of(document)
    # Text is read too, but what a text means is not for this judge to say: the one form that the scenario has.
    if raw == "1 234,56 €":
        raw = RawNumber("1234.56")
    if not isinstance(raw, RawNumber) or not currency:
        return None
    digits = MINOR_DIGITS.get(currency, 2)
    value = Decimal(raw)
    if value != value.quantize(Decimal(1).scaleb(-digits)):
        return None
    text = f"{abs(value):.{digits}f}"
    return "-" + text if value < 0 else text


def is_hostile_name(name):
    return bool(name) and (any(ord(sign) < 32 or sign in '/\\:*?"<>|' for sign in name) or name.startswith(".") or len(name.encode()) > 200
                           or bool(DEVICE.match(name)) or any(0x202A <= ord(sign) <= 0x202E or 0x2066 <= ord(sign) <= 0x2069 for sign in name))


def expected_codes(document, contract_documents):
    """Findings that the list item alone must lead to."""
    codes = set()
    kind = document.get("documentType")
    amount = document.get("amount")
    if kind in FINAL:
        if amount is None:
            codes.add("amount-missing")
        elif not document.get("currency"):
            codes.add("currency-missing")
        elif currency_of(document) is None:
            codes.add("currency-unreadable")
        elif exact_amount(document) is None:
            codes.add("amount-unreadable")
    if isinstance(amount, RawNumber) and currency_of(document):
        if Decimal(amount) < 0:
            codes.add("credit-note")
        elif Decimal(amount) == 0 and kind in FINAL:
            codes.add("amount-zero")
    if document.get("createdAt") and document.get("updatedAt") and document["createdAt"] < document["updatedAt"]:
        codes.add("updated-after-issue")
    name = document.get("filename")
    if not name:
        codes.add("filename-missing")
    elif is_hostile_name(name):
        codes.add("filename-unsafe")
    if name and name[0] in "=+-@":
        codes.add("formula-like")
    if name and Counter(other.get("filename") for other in contract_documents.values())[name] > 1:
        codes.add("filename-duplicate")
    if len(document.get("period") or "") > 6 and month_of(document) and re.match(r"^\d{6}\D", document["period"]):
        codes.add("period-tail")
    return codes


class Expectation:
    """One contract's documents of one month as the API itself gives them."""

    def __init__(self, api, contract, month):
        self.contract = contract
        self.refused = False
        documents = api.documents(contract)
        if documents is None:
            self.refused, documents = True, {}
        self.all = documents
        self.in_month = {key: value for key, value in documents.items() if month_of(value) == month}
        self.without_month = {key: value for key, value in documents.items() if month_of(value) is None}
        self.files = {}
        for identifier in self.in_month:
            status, _, body = api.get(f"/documents/{urllib.parse.quote(identifier, safe='')}/file", contract)
            self.files[identifier] = (status, body)

    @property
    def hidden(self):
        """A Visitor's list: consumption, months that passed, and never an invoice or bill. No type of these lists is unknown."""
        kinds = {document.get("documentType") for document in self.all.values()}
        months = {month_of(document) for document in self.all.values()} - {None}
        return bool(kinds & {"partialBills", "partialConsumptionRatedReports", "comsumptionRatedReports"}) and len(months) > 1 and not (
            kinds - {"partialBills", "partialConsumptionRatedReports", "comsumptionRatedReports", "reports"})

    def counting_type(self):
        kinds = {document.get("documentType") for document in self.in_month.values()}
        return "invoices" if "invoices" in kinds else "bills"

    def file_digest(self, identifier):
        """SHA-256 of a whole document; None when what came is an error or a page."""
        status, body = self.files[identifier]
        if status != 200 or not body or body.lstrip()[:1] in (b"<", b"{"):
            return None
        return hashlib.sha256(body).hexdigest()
