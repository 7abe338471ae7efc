"""What `moisson verify` must tell: one statement of a published month is changed, all digests and seals are made anew, and only what the files
say of each other can show it. And no month as it was published is ever refused.

By hand: forgeries_test.py --all runs every forgery, --seed N --count M so many random ones.
"""

import argparse
import concurrent.futures
import copy
import os
import random
import re
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from forger import Month, Table, change_at, leaves, other, sha256
from harness import ROOT, Case, PublishedOnce, run, unittest

EXPORT = ("export", "--sandbox", "--rate", "0", "--no-progress", "-q")
SETTINGS = argparse.Namespace(all=os.environ.get("MOISSON_FORGERIES") == "all", seed=20261130, count=24)

FRENCH = 'language = "fr"\n'
CONVERTED = FRENCH + """
[books]
reporting_currency = "EUR"
rates = "samples/erp/rates.csv"
rate_rule = "month-end"
"""


class Forgery:
    """`change(month)` makes it; the refusal names one of `words`. `inside`: it is in the bundle, which is refused alone, too."""

    def __init__(self, name, change, words, inside=False):
        self.name, self.change, self.words, self.inside = name, change, words if isinstance(words, tuple) else (words,), inside


def ledger_forgeries(month):
    """Every column of a counted row and of a row that does not count, in ledger.csv and its copy; and what the row itself shows in the bundle
    alone."""
    table = month.ledger()
    counted = next(at for at, row in enumerate(table.rows) if table.get(at, "counted") == "yes")
    aside = next(at for at, row in enumerate(table.rows) if table.get(at, "counted") == "no" and table.get(at, "status") == "ok")
    seen_alone = {"period", "contract_id", "version", "document_type", "standing", "counted", "amount", "currency", "period_start", "period_end",
                  "path", "size_bytes", "sha256", "media_type", "status", "findings", "raw_amount", "raw_period", "channel", "perimeter"}
    values = {"period": "2025-01", "version": "7", "document_type": "bills", "standing": "provisional", "currency": "USD", "period_start": "2025-01-01",
              "period_end": "2026-10-30", "media_type": "application/zip", "status": "skipped", "findings": "list-capped", "raw_currency": "USD", "channel": "inbox",
              "issued_at": "2026-11-02T00:00:00.000Z"}
    for row in (counted, aside):
        for column in table.header:
            def change(target, row=row, column=column):
                ledger = target.ledger()
                old = ledger.get(row, column)
                new = {"yes": "no", "no": "yes"}.get(old) if column == "counted" else values.get(column, other(old))
                ledger.set(row, column, new if new != old else other(old))
                target.set_ledger(ledger)
            yield Forgery(f"ledger.csv row {row} {column}", change, ("ledger", "total"), column in seen_alone and row == counted)

    def swap(target):
        ledger = target.ledger()
        ledger.rows[0], ledger.rows[1] = ledger.rows[1], ledger.rows[0]
        target.set_ledger(ledger)
    yield Forgery("ledger.csv rows swapped", swap, "ledger.csv", True)

    def rename(target):
        ledger = target.ledger()
        ledger.header[4] = "offer"
        target.set_ledger(ledger)
    yield Forgery("ledger.csv header", rename, "header", True)

    def drop(target):
        ledger = target.ledger()
        del ledger.rows[counted]
        target.set_ledger(ledger)
    yield Forgery("ledger.csv row dropped", drop, ("ledger", "document"), True)


def amount_forgeries(month):
    """An amount changed in ledger, workbook, totals, months and report alike: its raw text tells."""
    table = month.ledger()
    row = next(at for at, _ in enumerate(table.rows) if table.get(at, "counted") == "yes" and not table.get(at, "amount").startswith("-"))
    old = table.get(row, "amount")

    def shift(text):
        return re.sub(r"\d+", lambda match: str(int(match.group()) + 1000), text, count=1)

    def change(target):
        ledger = target.ledger()
        ledger.set(row, "amount", shift(old))
        currency = ledger.get(row, "currency")
        target.set_ledger(ledger)

        def totals(summary):
            for total in [*summary["totals"], *summary["months"]]:
                if total["currency"] == currency:
                    total["amount"] = shift(total["amount"])
        target.both(totals)
    yield Forgery("amount and all totals", change, "raw_amount", True)


def workbook_forgeries(month):
    """A cell of every column of every sheet."""
    book = month.workbook()
    for sheet, name in enumerate(book.sheets, 1):
        seen = set()
        for reference, (_, is_number, text) in book.cells(sheet).items():
            column, number = re.match(r"([A-Z]+)(\d+)", reference).groups()
            is_run = name in ("Run", "Exécution")
            is_table = not is_run and name not in ("Summary", "Synthèse")
            if is_table and (int(number) < 2 or column in seen):
                continue
            if not is_table and not (is_number or (is_run and column == "B" and 1 < int(number) < 9)):
                continue
            seen.add(column)
            if name.startswith(("Usage", "Consommation")) and not is_number:
                continue  # groups are told by their sums alone

            def change(target, sheet=sheet, reference=reference, is_number=is_number, text=text):
                workbook = target.workbook()
                workbook.change(sheet, reference, str(int(float(text)) + 1) if is_number else "x" + text)
                target.set_workbook(workbook)
            yield Forgery(f"ledger.xlsx {name} {reference}", change, "ledger.xlsx")

    def drop(target):
        workbook = target.workbook()
        name = next(name for name in ("À faire", "To do") if name in workbook.sheets)
        part = workbook.part(workbook.sheets.index(name) + 1)
        workbook.parts[part] = re.sub(rb'<row r="2".*?</row>', b"", workbook.parts[part], count=1)
        target.set_workbook(workbook)
    yield Forgery("ledger.xlsx a thing to do left out", drop, "ledger.xlsx")

    def formula(target):
        workbook = target.workbook()
        part = workbook.part(len(workbook.sheets))
        workbook.parts[part] = workbook.parts[part].replace(b"<v>", b"<f>1+1</f><v>", 1)
        target.set_workbook(workbook)
    yield Forgery("ledger.xlsx a formula", formula, "ledger.xlsx")


UNTOLD = {"git", "api_key_date", "api_key_since", "api_key_ends", "api_key_days_left", "token_life_seconds", "clock_offset_seconds", "finished_at",
          "type_by_type", "rate_rule", "rates", "rates_sha256", "bytes_received"}


def sampled(month, key):
    """Leaves of a summary, lists by their first and last element."""
    for path, value in leaves(month):
        lists = [(index, key) for index, key in enumerate(path) if isinstance(key, int)]
        whole = True
        for index, number in lists:
            items = month
            for step in path[:index]:
                items = items[step]
            whole = whole and number in (0, len(items) - 1)
        if whole and path[0] != key and path[-1] not in UNTOLD:
            yield path, value


def summary_forgeries(month):
    """Every member of the published summary, of the archived one, and of both alike."""
    for path, value in sampled(month.summary, "files"):
        name = ".".join(map(str, path))
        yield Forgery(f"summary.json {name}", lambda target, path=path, value=value: change_at(target.summary, path, other(value)),
                      ("summary.json", "junit", "report", "bag-info"))
    archived = month.archived
    for path, value in sampled(archived, "files"):
        name = ".".join(map(str, path))

        def change(target, path=path, value=value):
            summary = target.archived
            change_at(summary, path, other(value))
            target.archived = summary
        yield Forgery(f"archived summary {name}", change, ("summary.json", "bag-info", "closed-months", "ledger.xlsx"))
        if path[0] in ("findings", "closed_months", "addenda", "usage", "expected"):
            continue

        def alike(target, path=path, value=value):
            target.both(lambda summary: change_at(summary, path, other(value)))
        yield Forgery(f"both summaries {name}", alike, ("summary", "bag-info", "ledger", "report", "junit"))


def finding_forgeries(month):
    """Findings left out, added, of another severity, in both summaries."""
    findings = month.archived["findings"]
    more = len(month.summary["findings"]) - len(findings)
    for index in sorted({0, len(findings) // 2, len(findings) - 1}):
        def drop(target, index=index):
            target.both(lambda summary: summary["findings"].pop(index + (more if "run_id" in summary else 0)))
        yield Forgery(f"finding {index} dropped", drop, ("summary", "ledger.xlsx", "report", "junit"))
        for member in ("code", "severity", "contract_id", "document_id", "message"):
            def change(target, index=index, member=member):
                value = "warning" if findings[index][member] == "error" else "error" if member == "severity" else ("4711 " if member == "message" else "x") + findings[index][member]
                target.both(lambda summary: summary["findings"][index + (more if "run_id" in summary else 0)].update({member: value}))
            yield Forgery(f"finding {index} {member}", change, ("summary", "ledger.xlsx", "report", "junit"))


def verdict_forgeries(month):
    """The verdict alone, and with its exit code, everywhere that a reader would look first."""
    def polish(target):
        target.both(lambda summary: summary.update(verdict="complete", exit_code=0))
    yield Forgery("incomplete becomes complete in both summaries", polish, "verdict", True)

    def everywhere(target):
        polish(target)
        for name in ("report.html", "junit.xml", "summary.md"):
            target.files[name] = target.files[name].replace(b"incomplete", b"complete")
    yield Forgery("incomplete becomes complete everywhere", everywhere, "verdict", True)


def closing_forgeries(month):
    for name in sorted(month.bag):
        if name != "closed-months.csv" and not name.startswith("addendum-"):
            continue
        table = Table(month.bag[name])
        for column in table.header:
            def change(target, name=name, column=column):
                changed = Table(target.bag[name])
                old = changed.get(0, column)
                changed.set(0, column, {"yes": "no", "no": "yes"}.get(old, other(old)))
                target.set_file(name, changed.bytes())
            alone = name == "closed-months.csv"
            if alone or column in ("period", "version", "document_type", "standing", "counted", "amount", "period_start", "period_end", "path", "size_bytes",
                                   "sha256", "media_type", "status", "raw_amount", "raw_period"):
                yield Forgery(f"{name} {column}", change, (name, "summary"), True)

        def drop(target, name=name):
            changed = Table(target.bag[name])
            del changed.rows[0]
            target.set_file(name, changed.bytes())
        yield Forgery(f"{name} a row dropped", drop, (name, "summary"), True)

        def remove(target, name=name):
            target.bag.pop(name)
            target.files.pop(name, None)
        yield Forgery(f"{name} removed", remove, (name, "summary"), True)
    for index, _ in enumerate(month.archived["addenda"]):
        for path, value in leaves(month.archived["addenda"][index]):
            def alike(target, index=index, path=path, value=value):
                target.both(lambda summary: change_at(summary["addenda"][index], path, other(value)))
            yield Forgery(f"addenda {index} {path}", alike, "addend", True)


def usage_forgeries(month):
    if "usage.csv" not in month.files:
        return
    table = Table(month.files["usage.csv"])
    for column in table.header:
        def change(target, column=column):
            changed = Table(target.files["usage.csv"])
            changed.set(0, column, other(changed.get(0, column)))
            target.files["usage.csv"] = changed.bytes()
        yield Forgery(f"usage.csv {column}", change, "usage.csv")
    for path, value in leaves(month.archived["usage"]):
        def alike(target, path=path, value=value):
            target.both(lambda summary: change_at(summary["usage"], path, other(value)))
        yield Forgery(f"usage {path}", alike, ("usage", "Usage"))
    yield Forgery("usage.csv removed", lambda target: target.files.pop("usage.csv"), ("usage.csv", "report"))


def page_forgeries(month, rng):
    """Numbers and names of report.html and junit.xml, each by itself."""
    page = month.files["report.html"].decode("utf-8")
    start = page.index("</style>")
    places = [match for match in re.finditer(r">[^<>]*[0-9A-Za-z][^<>]*<", page[start:]) if not match.group().startswith("> <")]
    for match in rng.sample(places, min(len(places), len(places) if SETTINGS.all else 60)):
        text = match.group()
        digits = list(re.finditer(r"(?<![#\d])\d", text))
        if not digits or re.fullmatch(r">\d+ s<|>SHA-256<", text):
            continue  # words of the page itself; how long the run took
        digit = rng.choice(digits)

        def change(target, at=start + match.start() + digit.start(), digit=digit.group()):
            whole = target.files["report.html"].decode("utf-8")
            target.files["report.html"] = (whole[:at] + str((int(digit) + 1) % 10) + whole[at + 1:]).encode("utf-8")
        yield Forgery(f"report.html {text[:60]!r} digit {digit.start()}", change, "report.html")

    def drop(target):
        whole = target.files["report.html"].decode("utf-8")
        target.files["report.html"] = re.sub(r"<article>.*?</article>", "", whole, count=1, flags=re.S).encode("utf-8")
    yield Forgery("report.html a kind of finding left out", drop, "report.html")
    junit = month.files["junit.xml"].decode("utf-8")
    for match in re.finditer(r' (tests|failures|errors|skipped|name|timestamp|value)="([^"]+)"', junit):
        if match.group(2) in ("verdict", "moisson.export"):
            continue

        def replace(target, match=match):
            whole = target.files["junit.xml"].decode("utf-8")
            target.files["junit.xml"] = (whole[:match.start(2)] + other(match.group(2)) + whole[match.end(2):]).encode("utf-8")
        yield Forgery(f"junit.xml {match.group()[:50]}", replace, "junit.xml")
    for pattern in (r"(?s)    <failure [^>]*(?:/>|>.*?</failure>)\n", r"\n(?:info|warning|error) [^\n]*", r"  <testcase [^>]*/>\n"):
        if re.search(pattern, junit):
            def cut(target, pattern=pattern):
                target.files["junit.xml"] = re.sub(pattern, "", target.files["junit.xml"].decode("utf-8"), count=1).encode("utf-8")
            yield Forgery(f"junit.xml without {pattern}", cut, "junit.xml")


def shape_forgeries(month):
    """What report.html shows without a text of its own: pictures, links, what may run, and what was added or left out."""
    page = month.files["report.html"].decode("utf-8")
    places = [("a month's column", r'class="now" d="M\d+ \d+V()(\d)'), ("the zero line", r'class="zero" d="M0 ()(\d)'), ("a contract's months", r'"/?><title>[^<]*</title><path d="M\d+ ()(\d)'),
              ("a month's figure", r'<title>[^<]*?, ()(\d)'), ("a contract's figure", r'class="spark"[^>]*><title>[^<\d]*()(\d)'),
              ("a link to a contract", r'<td><a href="#c()(\d)'), ("a link to a document", r'<td class="number"><a href="#d()(\d)'),
              ("a link to a file", r'href="moisson-[^"]*?documents/[^"]*?()(\d)'), ("the number of a row", r'<tr id="d()(\d)'), ("the number of a contract", r'<tr id="c()(\d)'),
              ("the script", r'const seen|turn === ()(1)'), ("the style", r'--ink:#()(\d)'), ("a day", r'<time datetime="()(\d)'), ("the language", r'<html lang="()(e)n"')]
    for name, pattern in places:
        match = re.search(pattern, page)
        if match and match.group(2):
            def change(target, at=match.start(2), old=match.group(2)):
                whole = target.files["report.html"].decode("utf-8")
                target.files["report.html"] = (whole[:at] + (str((int(old) + 1) % 10) if old.isdigit() else "x") + whole[at + 1:]).encode("utf-8")
            yield Forgery(f"report.html {name}", change, "report.html")
    row = re.search(r'<tr id="d1">.*?</tr>\n', page, re.S)
    head = re.search(r'<th scope="col" class="number">([^<]+)</th><th scope="col" class="number">([^<]+)</th>', page)
    figures = re.search(r"<details>\n<summary>[^<]*</summary>\n<table class=.figures.*?</details>\n", page, re.S)
    for name, old, new in [("a document left out", row.group(), ""), ("a document twice", row.group(), row.group() * 2),
                           ("a row that nobody counts", row.group(), row.group() + row.group().replace(' id="d1"', "")),
                           ("heads of columns changed about", head.group(), head.group().replace(head.group(1), "\0").replace(head.group(2), head.group(1)).replace("\0", head.group(2))),
                           ("the figures left out", figures.group(), ""), ("a word more", "<h2 id=\"totals\">", "<p>Paid.</p>\n<h2 id=\"totals\">"),
                           ("a text between", "<dl class=\"tiles\">", "Paid. <dl class=\"tiles\">"), ("a policy that allows more", "default-src 'none'", "default-src *"),
                           ("a script more", "</main>", "</main>\n<script>alert(1)</script>"), ("a picture from elsewhere", "</main>", '<img src="https://example.org/a.png"></main>'),
                           ("a part hidden", "<section aria-labelledby=\"findings\">", "<section aria-labelledby=\"findings\" hidden>"),
                           ("a link to elsewhere", "<footer>", '<footer><a href="https://example.org">'), ("the last line", "<footer>", "<footer>x"),
                           ("a remark", '<h2 id="completeness">', '<h2 id="completeness">x'), ("an event", "<main>", '<main onclick="alert(1)">')]:
        if old in page and new != old:
            def replace(target, old=old, new=new):
                target.files["report.html"] = target.files["report.html"].decode("utf-8").replace(old, new, 1).encode("utf-8")
            yield Forgery(f"report.html {name}", replace, "report.html")


def note_forgeries(month):
    """Each number and the verdict of summary.md."""
    note = month.files["summary.md"].decode("utf-8")
    spots = [match.span() for match in re.finditer(r"(?m)^\| .*\|$|`, [0-9]+×|^# .*$", note)]
    for start, end in spots:
        for digit in list(re.finditer(r"[0-9]", note[start:end]))[:3]:
            def change(target, at=start + digit.start(), digit=digit.group()):
                whole = target.files["summary.md"].decode("utf-8")
                target.files["summary.md"] = (whole[:at] + str((int(digit) + 1) % 10) + whole[at + 1:]).encode("utf-8")
            yield Forgery(f"summary.md {note[start:end][:40]!r} digit {digit.start()}", change, "summary.md")

    def drop(target):
        target.files["summary.md"] = re.sub(r"- \*\*error.*\n", "", target.files["summary.md"].decode("utf-8"), count=1).encode("utf-8")
    if "- **error" in note:
        yield Forgery("summary.md an error left out", drop, "summary.md")


def file_forgeries(month):
    document = next(path for path in month.bag if path.startswith("documents/"))
    yield Forgery("a document changed", lambda target: target.bag.update({document: target.bag[document] + b"x"}), "documents/", True)
    yield Forgery("a document removed", lambda target: target.bag.pop(document), "documents/", True)
    yield Forgery("a document more", lambda target: target.bag.update({document + "x": b"x"}), "documents/", True)
    yield Forgery("a file more in the bundle", lambda target: target.bag.update({"notes.txt": b"x"}), "notes.txt", True)
    yield Forgery("a file more in the folder, listed", lambda target: target.files.update({"notes.txt": b"x"}), "notes.txt")
    for name in ("ledger.xlsx", "report.html", "junit.xml", "summary.md"):
        yield Forgery(f"{name} removed from folder and list", lambda target, name=name: target.files.pop(name), name)
    for path, value in leaves(month.summary["files"][0]):
        def change(target, path=path, value=value):
            target.summary["files"] = listed(target)
            target.keep_digests = True
            change_at(target.summary["files"][0], path, other(value))
        yield Forgery(f"files {path}", change, ("summary.json", "ledger.csv"))
    for name in [path for path in month.files if path.startswith("erp/")]:
        def edit(target, name=name):
            target.files[name] += b"x"
        yield Forgery(f"{name} only in the folder", edit, name)
    table = month.ledger()
    for row, _ in enumerate(table.rows):
        if table.get(row, "counted") == "yes" and table.get(row, "currency") == "EUR" and "." in table.get(row, "amount"):
            amount = table.get(row, "amount").lstrip("-").encode()
            for name in [path for path in month.bag if path == "erp/csv-fr.csv"]:
                def book(target, name=name, amount=amount):
                    old = amount.replace(b".", b",")
                    target.set_file(name, target.bag[name].replace(old, b"1" + old))
                yield Forgery(f"{name} amount of row {row}", book, name, True)
            break
    for line in range(len(month.info)):
        def retag(target, line=line):
            target.info[line] = target.info[line].split(": ")[0] + ": " + other(target.info[line].split(": ", 1)[1])
        if not month.info[line].startswith("Bagging-Date"):
            yield Forgery(f"bag-info {month.info[line][:30]}", retag, "bag-info", True)


def listed(month):
    return [{**entry, "size_bytes": len(data), "sha256": sha256(data)} for entry in month.summary["files"]
            for data in [month.bundle() if entry["path"] == "bundle.zip" else month.files[entry["path"]]]]


def all_forgeries(month, rng):
    for make in (ledger_forgeries, amount_forgeries, workbook_forgeries, summary_forgeries, finding_forgeries, closing_forgeries, usage_forgeries,
                 file_forgeries):
        yield from make(month)
    if month.summary["verdict"] == "incomplete":
        yield from verdict_forgeries(month)
    yield from page_forgeries(month, rng)
    yield from shape_forgeries(month)
    yield from note_forgeries(month)


class Forgeries(PublishedOnce):
    """One place with published months of several kinds, made once."""

    @classmethod
    def publish(cls):
        """`months`: name to folder."""
        keeper = cls.keeper

        def export(*arguments, codes=(0, 3)):
            result = keeper.run_moisson(*EXPORT, *arguments)
            if result.code not in codes:
                raise AssertionError(str(result))

        months = cls.months = {}
        (keeper.folder / "books.toml").write_text('[sandbox]\nenabled = true\nscenario = "books"\n[export]\nout = "books"\n')
        (keeper.folder / "french.toml").write_text(CONVERTED.replace("samples", str(ROOT / "samples")))
        templates = [argument for name in ("csv-fr", "datev", "hledger") for argument in ("--template", name)]
        (keeper.folder / "group.toml").write_text('[[perimeter]]\nname = "admin"\n[[perimeter]]\nname = "north"\n')
        export("group.toml", "--scenario", "small", "--period", "2026-10", "--out", "small", *templates)
        months["small"] = keeper.folder / "small/2026-10"
        export("french.toml", "--scenario", "small", "--period", "2026-10", "--out", "french", *templates)
        months["french"] = keeper.folder / "french/2026-10"
        for month in ("2026-08", "2026-09"):
            export("--scenario", "books", "--period", month, "--run", "1", "--out", "books")
            closed = keeper.run_moisson("close", month, "--job", "books.toml", "--by", "ana", "--accept-incomplete", "it is so")
            if closed.code != 0:
                raise AssertionError(str(closed))
        export("--scenario", "books", "--period", "2026-10", "--run", "2", "--out", "books", *templates)
        months["books"] = keeper.folder / "books/2026-10"

    def check(self, month, forgery, index):
        """What is wrong with the answer to a forgery; empty when it is refused by name."""
        target = self.folder / str(index)
        forged = copy.deepcopy(month)
        forgery.change(forged)
        forged.save(target)
        wrong = []
        for path in [target, *([target / "bundle.zip"] if forgery.inside else [])]:
            result = run("verify", path, folder=self.folder)
            named = any(word in line for word in forgery.words for line in result.out.splitlines() if line.startswith("problem"))
            if result.code != 6 or not named:
                wrong.append(f"{forgery.name}: {path.name}: exit {result.code}: {result.out[:400]}{result.err[:400]}")
        shutil.rmtree(target)
        return wrong

    def refuse(self, name, forgeries):
        month = Month(self.months[name])
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            found = [wrong for answer in pool.map(lambda numbered: self.check(month, numbered[1], numbered[0]), enumerate(forgeries)) for wrong in answer]
        if found:
            self.fail(f"{len(found)} of {len(forgeries)} pass or are not named:\n" + "\n".join(found[:400]))

    def sample(self, name):
        rng = random.Random(SETTINGS.seed)
        forgeries = list(all_forgeries(Month(self.months[name]), rng))
        return forgeries if SETTINGS.all else rng.sample(forgeries, min(SETTINGS.count, len(forgeries)))

    def test_sealing_again_changes_nothing(self):
        """Every forgery below would be refused for the seal of the forger, whatever verify compares."""
        for name, folder in self.months.items():
            target = self.folder / name
            Month(folder).save(target)
            with self.subTest(month=name):
                self.run_moisson("verify", target, expect=0)
                self.run_moisson("verify", target / "bundle.zip", expect=0)

    def test_an_archive_of_before_closings_named_their_addenda_is_well(self):
        """An archive of an earlier version would be called forged, years later."""
        month = Month(self.months["books"])

        def without(summary):
            for one in summary["closed_months"]:
                del one["addenda_before"]
        month.both(without)
        table = Table(month.bag["closed-months.csv"])
        at = table.header.index("addenda_before")
        table.header = table.header[:at]
        table.rows = [row[:at] for row in table.rows]
        month.set_file("closed-months.csv", table.bytes())
        month.save(self.folder / "older")
        self.run_moisson("verify", self.folder / "older", expect=0)
        self.run_moisson("verify", self.folder / "older/bundle.zip", expect=0)

    def test_a_sheet_of_as_many_usage_lines_as_earlier_builds_showed_is_well(self):
        """Every month with usage that an earlier build published would be called forged."""
        for most, code in ((10000, 0), (7000, 6)):
            month = Month(self.months["small"])
            book = month.workbook()
            sheet = book.sheets.index("Usage lines") + 1
            (reference,) = [at for at, (_, _, text) in book.cells(sheet).items() if text.startswith("At most 5000 lines")]
            text = book.cells(sheet)[reference][2]
            book.change(sheet, reference, text.replace("5000", str(most)))
            month.set_workbook(book)
            month.save(self.folder / f"most-{most}")
            self.run_moisson("verify", self.folder / f"most-{most}", expect=code)

    def test_what_every_template_writes_is_well(self):
        """A good month would be called wrong for the way in which one target wants its amounts (a credit note's debit before its credit)."""
        templates = [word for path in sorted((Path(__file__).resolve().parents[2] / "templates").glob("*.toml")) for word in ("--template", path.stem)]
        for scenario in ("small", "books"):
            out = self.folder / f"templates-{scenario}"
            self.run_moisson("export", "--sandbox", "--scenario", scenario, "--period", "2026-10", *templates, "--out", out, "--rate", "0", expect=3)
            self.run_moisson("verify", out / "2026-10", expect=0)

    def test_a_page_shows_nothing_that_is_not_compared(self):
        """A picture of the months could be drawn higher, a link lead to another invoice, or a script of somebody run in the reader's browser."""
        for name in self.months:
            self.refuse(name, list(shape_forgeries(Month(self.months[name]))))

    def test_forgeries_of_a_month_with_every_trap(self):
        """A total, a verdict, a row or a file of a published month could be changed by anyone who makes the digests anew."""
        self.refuse("small", self.sample("small"))

    def test_forgeries_of_a_month_with_closed_months_and_addenda(self):
        """What was closed, and what came after, could be told otherwise."""
        self.refuse("books", self.sample("books"))

    def test_forgeries_of_a_french_month(self):
        """The same in another language of workbook, report and JUnit."""
        self.refuse("french", self.sample("french"))


class Honest(Case):
    def test_months_as_published_are_accepted(self):
        """A month that nobody touched would be refused, and nobody would trust a refusal any more."""
        (self.folder / "french.toml").write_text(FRENCH)
        exports = [("small", "--period", "2026-10", "--no-files"), ("small", "--period", "2026-10", "--contract", "OCB00010*"),
                   ("small", "--period", "2026-10", "--type", "invoices"), ("small", "--all"), ("small", "--from", "2026-08", "--to", "2026-10"),
                   ("small", "--period", "2026-11"), ("clean", "--period", "2026-10"), ("books", "--period", "2026-10", "--run", "2"),
                   ("books", "--all", "--run", "2", "french.toml")]
        for number, (scenario, *options) in enumerate(exports):
            out = f"out{number}"
            result = self.run_moisson(*EXPORT, "--scenario", scenario, *options, "--out", out)
            with self.subTest(scenario=scenario, options=options):
                self.assertIn(result.code, (0, 3), result)
                folders = [path for path in sorted((self.folder / out).iterdir()) if not path.name.startswith(".")]
                self.assertTrue(folders)
                for folder in folders:
                    self.run_moisson("verify", folder, expect=0)
                    self.run_moisson("verify", folder / "bundle.zip", expect=0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true", default=SETTINGS.all)
    parser.add_argument("--seed", type=int, default=SETTINGS.seed)
    parser.add_argument("--count", type=int, default=SETTINGS.count)
    SETTINGS, rest = parser.parse_known_args(namespace=SETTINGS)
    unittest.main(argv=[sys.argv[0], *rest])
