// Closed months against what is known now.
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "books/closing.hpp"

using namespace moisson;

namespace {

Month month(std::string_view text) { return Month::parse(text).value(); }
Money money(std::int64_t minor, std::string_view code = "EUR") { return {minor, find_currency(code).value()}; }

ClosedMonth closed(std::string_view period, std::uint32_t addenda_before = 0) {
    ClosedMonth one;
    one.period = month(period);
    one.addenda_before = addenda_before;
    return one;
}

ClosedRow closed_row(std::string_view period, std::string document, std::uint32_t version, bool counted, std::optional<Money> amount,
                     std::string sha256 = "f1") {
    ClosedRow row;
    row.period = month(period);
    row.contract_id = "OCB1";
    row.document_id = std::move(document);
    row.version = version;
    row.counted = counted;
    row.amount = amount;
    row.sha256 = std::move(sha256);
    row.row_sha256 = fmt::format("{}{}{}{}", row.document_id, version, counted, row.sha256);
    return row;
}

const Contract contract{"OCB1", "", "", "", "", "", ""};

LedgerEntry entry(std::string_view period, std::string document, std::uint32_t version, bool counted, std::optional<Money> amount,
                  std::string sha256 = "f1") {
    LedgerEntry one;
    one.contract = &contract;
    one.document_id = std::move(document);
    one.version = version;
    one.counted = counted;
    one.amount = amount;
    one.sha256 = std::move(sha256);
    one.period = Period{month(period).first_day(), month(period).last_day()};
    return one;
}

Addendum addendum(std::uint32_t number, std::string document, std::uint32_t version, bool counted, std::optional<Money> amount) {
    Addendum one;
    one.period = month("2026-10");
    one.number = number;
    one.booking_period = month("2026-11");
    AddendumRow row;
    row.contract_id = "OCB1";
    row.document_id = std::move(document);
    row.version = version;
    row.counted = counted;
    row.amount = amount;
    row.sha256 = "f1";
    one.rows = {row};
    return one;
}

std::vector<std::string> late(const std::vector<LedgerEntry>& entries, const std::vector<ClosedRow>& rows,
                              const std::vector<Addendum>& addenda = {}, std::string_view booking = "2026-11",
                              std::vector<ClosedMonth> months = {closed("2026-09"), closed("2026-10")}) {
    const auto documents = books::closed_documents(rows, addenda, months, "OCB1");
    std::vector<std::string> words;
    for (const books::LateRow& one : books::find_late(entries, documents, months, month(booking))) {
        words.push_back(fmt::format("{} v{} {}{}", entries[one.entry].document_id, entries[one.entry].version, to_text(one.change),
                                    one.counted_before ? fmt::format(" before {}", one.counted_before->amount_minor) : ""));
    }
    return words;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("what came late or changed in a closed month is found, and nothing else") {
    // Else: a late invoice is in no month's books, or a month's addendum names documents that did not change.
    const std::vector<ClosedRow> rows{closed_row("2026-10", "A", 1, true, money(100)),     closed_row("2026-10", "B", 1, true, money(200)),
                                      closed_row("2026-10", "C", 1, false, money(300)),    closed_row("2026-10", "D", 1, true, money(400)),
                                      closed_row("2026-10", "E", 1, true, money(500), ""), closed_row("2026-10", "F", 2, true, money(600)),
                                      closed_row("2026-10", "F", 1, false, money(590))};
    const std::vector<LedgerEntry> entries{
        entry("2026-10", "A", 1, true, money(100)),        // the same
        entry("2026-10", "B", 1, false, money(200)),       // replaced by a version that …
        entry("2026-11", "B", 2, true, money(210)),        // … moved to the open month
        entry("2026-10", "C", 1, true, money(300)),        // counts now
        entry("2026-10", "D", 1, false, money(400)),       // replaced …
        entry("2026-10", "D", 2, true, money(400)),        // … by a version with the same amount
        entry("2026-10", "E", 1, true, money(500)),        // its file is there at last
        entry("2026-10", "F", 1, false, money(590)),       // as closed
        entry("2026-10", "F", 2, true, money(600), ""),    // its file is not known here
        entry("2026-10", "G", 1, false, std::nullopt),     // late, without an amount
        entry("2026-12", "H", 1, true, money(800)),        // an open month
        entry("2026-08", "I", 1, true, money(900)),        // an open month before
        entry("2026-09", "J", 1, true, money(-1, "JPY")),  // late in another closed month
    };
    CHECK(late(entries, rows) ==
          Words{"B v1 counting before 200", "C v1 counting", "D v2 version before 400", "E v1 file before 500", "G v1 late", "J v1 late"});
    CHECK(late(entries, rows, {}, "2026-10") == Words{"J v1 late"});
    CHECK(late(entries, rows, {}, "2026-09").empty());
}

TEST_CASE("what an addendum holds is not late again, and a new closing holds what earlier addenda did") {
    // Else: every export repeats the addendum, or a change after it is not seen.
    const std::vector<ClosedRow> rows{closed_row("2026-10", "A", 1, true, money(100))};
    const std::vector<LedgerEntry> entries{entry("2026-10", "A", 1, false, money(100)), entry("2026-10", "A", 2, true, money(120))};
    CHECK(late(entries, rows) == Words{"A v2 version before 100"});
    CHECK(late(entries, rows, {addendum(1, "A", 2, true, money(120))}).empty());
    CHECK(late(entries, rows, {addendum(1, "A", 2, true, money(110))}) == Words{"A v2 counting before 110"});
    CHECK(late(entries, rows, {addendum(1, "A", 2, false, money(120))}, "2026-12") == Words{"A v2 counting"});
    // The same version, which no longer counts since addendum 1.
    const std::vector<LedgerEntry> withdrawn{entry("2026-10", "A", 1, false, money(100))};
    CHECK(late(withdrawn, rows) == Words{"A v1 counting before 100"});
    CHECK(late(withdrawn, rows, {addendum(1, "A", 1, false, money(100))}).empty());
    // Closed again after addendum 1: what it held stands in the ledger, whatever it was.
    const std::vector<ClosedRow> again{closed_row("2026-10", "A", 2, true, money(120)), closed_row("2026-10", "A", 1, false, money(100))};
    CHECK(late(entries, again, {addendum(1, "A", 2, true, money(999))}, "2026-12", {closed("2026-10", 1)}).empty());
}

TEST_CASE("documents without an id are told apart by their running number") {
    // Else: two documents that the service lists without an id are taken for one.
    const std::vector<ClosedRow> rows{closed_row("2026-10", "", 1, true, money(1)), closed_row("2026-10", "", 2, true, money(2))};
    const std::vector<LedgerEntry> entries{entry("2026-10", "", 1, true, money(1)), entry("2026-10", "", 2, true, money(2)),
                                           entry("2026-10", "", 3, true, money(3))};
    CHECK(late(entries, rows) == Words{" v3 late"});
}

TEST_CASE("a closed ledger that would change names each document with what it was and is") {
    // Else: a refused export leaves the accountant to find the difference.
    const std::vector<ClosedRow> before{closed_row("2026-10", "A", 1, true, money(100)), closed_row("2026-10", "B", 1, true, money(200)),
                                        closed_row("2026-10", "C", 1, true, money(300)), closed_row("2026-10", "D", 1, true, money(400)),
                                        closed_row("2026-10", "E", 1, true, money(500))};
    std::vector<ClosedRow> now{closed_row("2026-10", "A", 1, true, money(100)), closed_row("2026-10", "B", 1, false, money(200)),
                               closed_row("2026-10", "C", 1, true, money(300), "f2"), closed_row("2026-10", "D", 1, true, money(400)),
                               closed_row("2026-10", "N", 2, true, money(-7, "JPY"))};
    now[3].row_sha256 = "other";
    CHECK(books::name_differences(before, before).empty());
    CHECK(books::name_differences(before, now) == Words{"OCB1 B version 1 changed from 2.00 EUR to 2.00 EUR, not counted",
                                                        "OCB1 C version 1 has another file",
                                                        "OCB1 D version 1 changed in columns other than amount and file",
                                                        "OCB1 E version 1 is gone: it was 5.00 EUR", "OCB1 N version 2 is new: -7 JPY"});
}

TEST_CASE("an addendum's differences by currency, and its sentences") {
    // Else: the summary says another difference than the files book.
    Addendum one = addendum(3, "A", 2, true, money(120));
    one.rows[0].change = Change::version;
    one.rows[0].counted_before = money(100);
    one.rows.push_back(one.rows[0]);  // withdrawn
    one.rows[1].change = Change::counting;
    one.rows[1].counted = false;
    one.rows.push_back(one.rows[0]);  // another currency
    one.rows[2].amount = money(50, "CHF");
    one.rows.push_back(one.rows[0]);  // late
    one.rows[3].change = Change::late;
    one.rows[3].counted_before.reset();
    CHECK(books::differences_of(one) == std::vector<ClosedTotal>{{money(50, "CHF"), 1}, {money(20 - 100 - 100 + 120), 4}});
    CHECK(books::describe(one.rows[0], one) ==
          "Changed after 2026-10 was closed: it counted 1.00 EUR, and version 2 counts 1.20 EUR, a difference of 0.20 EUR "
          "(addendum-2026-10-03.csv, booked in 2026-11).");
    CHECK(books::describe(one.rows[1], one) ==
          "Changed after 2026-10 was closed: it counted 1.00 EUR, and version 2 counts nothing (addendum-2026-10-03.csv, booked in "
          "2026-11).");
    CHECK(books::describe(one.rows[3], one) ==
          "Came after 2026-10 was closed and adds 1.20 EUR (addendum-2026-10-03.csv, booked in 2026-11).");
    one.rows[0].amount = money(100);
    CHECK(books::describe(one.rows[0], one) ==
          "Changed after 2026-10 was closed; version 2 counts 1.00 EUR as before (addendum-2026-10-03.csv, booked in 2026-11).");
}
