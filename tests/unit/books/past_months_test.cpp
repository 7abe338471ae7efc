#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "books/past_months.hpp"

using namespace moisson;

namespace {

const Contract nord{"OCB1", "Nord", "", "", "", "", ""};
const Contract sud{"OCB2", "Sud", "", "", "", "", ""};

LedgerEntry invoice(const Contract& contract, const char* month, std::int64_t minor, const char* code = "EUR",
                    const char* type = "invoices") {
    LedgerEntry entry;
    entry.contract = &contract;
    entry.document_type = type;
    entry.standing = Standing::final_;
    entry.amount = Money{minor, *find_currency(code)};
    entry.currency = entry.amount->currency;
    const Month filed = *Month::parse(month);
    entry.period = Period{filed.first_day(), filed.last_day()};
    entry.counted = true;
    return entry;
}

PastMonths of(const std::vector<LedgerEntry>& earlier, const std::vector<LedgerEntry>& entries) {
    books::History history;
    for (const LedgerEntry& entry : earlier) {
        history.add(entry);
    }
    history.seal(books::CountingRule());
    return books::past_months(history, entries, *Month::parse("2026-10"));
}

std::string words_of(const PastSums& sums) {
    std::string text = sums.contract_id + " " + std::string(sums.currency.code());
    for (const auto& amount : sums.amounts_minor) {
        text += " " + (amount ? to_decimal(*amount, sums.currency) : "-");
    }
    return text;
}

}  // namespace

TEST_CASE("thirteen months are told, oldest first, by currency and by contract") {
    // A reader would see another month's sum under a month's name, or a contract's sum twice.
    const std::vector<LedgerEntry> entries{invoice(nord, "2026-10", 700), invoice(nord, "2026-10", -50), invoice(sud, "2026-10", 3, "JPY")};
    const PastMonths past = of({invoice(nord, "2025-09", 1), invoice(nord, "2025-10", 20), invoice(nord, "2026-09", 300),
                                invoice(sud, "2026-09", 5), invoice(nord, "2026-09", 9, "EUR", "bills"), invoice(sud, "2026-11", 4)},
                               entries);
    REQUIRE(past.months.size() == 13);
    CHECK(past.months.front().to_text() == "2025-10");
    CHECK(past.months.back().to_text() == "2026-10");
    REQUIRE(past.totals.size() == 2);
    CHECK(words_of(past.totals[0]) == " EUR 0.20 - - - - - - - - - - 3.05 6.50");
    CHECK(words_of(past.totals[1]) == " JPY - - - - - - - - - - - - 3");
    REQUIRE(past.contracts.size() == 3);
    CHECK(words_of(past.contracts[0]) == "OCB1 EUR 0.20 - - - - - - - - - - 3.00 6.50");
    CHECK(words_of(past.contracts[1]) == "OCB2 EUR - - - - - - - - - - - 0.05 -");
    CHECK(words_of(past.contracts[2]) == "OCB2 JPY - - - - - - - - - - - - 3");
    CHECK(past.contracts[0].contract_name == "Nord");
}

TEST_CASE("this month is what the rows say, whatever the lists say of it") {
    // An invoice of an inbox, or one that a decision leaves out, would make the last bar another sum than the total above it.
    LedgerEntry aside = invoice(nord, "2026-10", 900);
    aside.counted = false;
    const PastMonths past = of({invoice(nord, "2026-10", 900)}, {aside, invoice(nord, "2026-10", 5)});
    REQUIRE(past.totals.size() == 1);
    CHECK(words_of(past.totals[0]) == " EUR - - - - - - - - - - - - 0.05");
}

TEST_CASE("a past sum beyond 64 bits is told exactly") {
    // It would be told with a wrong sign.
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const PastMonths past = of({invoice(nord, "2026-09", most), invoice(nord, "2026-09", most)}, {});
    REQUIRE(past.totals.size() == 1);
    CHECK(words_of(past.totals[0]) == " EUR - - - - - - - - - - - 184467440737095516.14 -");
    CHECK(past.contracts.size() == 1);
}

TEST_CASE("nothing counted is no history of a contract") {
    // A list of empty lines would stand where nothing was ever billed.
    const PastMonths past = of({}, {});
    CHECK(past.months.size() == 13);
    CHECK(past.totals.empty());
    CHECK(past.contracts.empty());
}
