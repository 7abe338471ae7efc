/// Money, currencies, months, ranges, findings and the ledger's order.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "domain/currency.hpp"
#include "domain/finding.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/money.hpp"
#include "domain/period.hpp"
#include "domain/run_summary.hpp"

using namespace moisson;

namespace {

constexpr std::int64_t minor_max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t minor_min = std::numeric_limits<std::int64_t>::min();

Currency currency(std::string_view code) { return find_currency(code).value(); }

}  // namespace

TEST_CASE("money is written with exactly its currency's digits") {
    // If this failed, ledger.csv would show another sum, or one that an import cannot read.
    struct Case {
        std::int64_t minor;
        std::string_view code;
        std::string_view expected;
    };
    const std::vector<Case> cases{
        {0, "EUR", "0.00"},
        {5, "EUR", "0.05"},
        {-5, "EUR", "-0.05"},
        {100, "EUR", "1.00"},
        {123456, "EUR", "1234.56"},
        {12, "JPY", "12"},
        {0, "JPY", "0"},
        {-1, "JPY", "-1"},
        {1500, "TND", "1.500"},
        {1, "TND", "0.001"},
        {12345, "CLF", "1.2345"},
        {-1, "CLF", "-0.0001"},
        {minor_max, "EUR", "92233720368547758.07"},
        {minor_min, "EUR", "-92233720368547758.08"},
        {minor_min, "JPY", "-9223372036854775808"},
        {minor_min, "TND", "-9223372036854775.808"},
    };
    for (const Case& row : cases) {
        CAPTURE(row.minor);
        CHECK(to_decimal(Money{row.minor, currency(row.code)}) == row.expected);
    }
}

TEST_CASE("sums are exact, never cross currencies and never wrap around") {
    // If this failed, totals could be wrong by any amount without a word.
    const Currency eur = currency("EUR");
    CHECK(add({1, eur}, {2, eur}).value() == Money{3, eur});
    CHECK(add({minor_max, eur}, {0, eur}).value() == Money{minor_max, eur});
    CHECK(add({minor_max, eur}, {minor_min, eur}).value() == Money{-1, eur});
    for (const auto& [left, right] :
         {std::pair{minor_max, std::int64_t{1}}, std::pair{minor_min, std::int64_t{-1}}, std::pair{minor_min, minor_min}}) {
        const Result<Money> sum = add({left, eur}, {right, eur});
        REQUIRE_FALSE(sum.has_value());
        CHECK(sum.error().code == ErrorCode::bad_input);
        CHECK(sum.error().message.english().find("64 bits") != std::string::npos);
        CHECK(sum.error().message.english().find(to_decimal({left, eur})) != std::string::npos);
    }
    const Result<Money> mixed = add({100, eur}, {200, currency("USD")});
    REQUIRE_FALSE(mixed.has_value());
    CHECK(mixed.error().message.english().find("1.00 EUR") != std::string::npos);
    CHECK(mixed.error().message.english().find("2.00 USD") != std::string::npos);
    std::mt19937_64 random(7);
    for (int round = 0; round < 10'000; ++round) {
        const auto left = static_cast<std::int64_t>(random());
        const auto right = static_cast<std::int64_t>(random());
        const bool overflows = right > 0 ? left > minor_max - right : left < minor_min - right;
        CAPTURE(left);
        CAPTURE(right);
        CHECK(add({left, eur}, {right, eur}).has_value() != overflows);
    }
}

TEST_CASE("the currency table knows active and withdrawn codes with their digits") {
    // If this failed, amounts of some country would be off by a factor of ten or more, or lost.
    struct Case {
        std::string_view code;
        int digits;
        bool is_active;
    };
    const std::vector<Case> cases{
        {"EUR", 2, true},  {"USD", 2, true},  {"JPY", 0, true},  {"KRW", 0, true},  {"XOF", 0, true},  {"XAF", 0, true},  {"XPF", 0, true},
        {"TND", 3, true},  {"KWD", 3, true},  {"BHD", 3, true},  {"IQD", 3, true},  {"JOD", 3, true},  {"LYD", 3, true},  {"OMR", 3, true},
        {"CLF", 4, true},  {"UYW", 4, true},  {"ISK", 0, true},  {"HUF", 2, true},  {"MGA", 2, true},  {"MRU", 2, true},  {"STN", 2, true},
        {"SLE", 2, true},  {"XCG", 2, true},  {"XAD", 2, true},  {"ZWG", 2, true},  {"VED", 2, true},  {"VES", 2, true},  {"BYN", 2, true},
        {"UGX", 0, true},  {"RWF", 0, true},  {"HRK", 2, false}, {"BGN", 2, false}, {"SLL", 2, false}, {"ANG", 2, false}, {"CUC", 2, false},
        {"ZWL", 2, false}, {"MRO", 2, false}, {"STD", 2, false}, {"BYR", 0, false}, {"VEF", 2, false}, {"LTL", 2, false}, {"LVL", 2, false},
        {"EEK", 2, false}, {"SKK", 2, false}, {"SIT", 2, false}, {"MTL", 2, false}, {"CYP", 2, false}, {"DEM", 2, false}, {"FRF", 2, false},
        {"ITL", 0, false}, {"ESP", 0, false}, {"BEF", 0, false}, {"LUF", 0, false}, {"PTE", 0, false}, {"GRD", 0, false}, {"TRL", 0, false},
    };
    for (const Case& row : cases) {
        CAPTURE(row.code);
        const std::optional<Currency> found = find_currency(row.code);
        REQUIRE(found.has_value());
        CHECK(found->code() == row.code);
        CHECK(found->minor_digits() == row.digits);
        CHECK(found->info().active == row.is_active);
        CHECK_FALSE(found->info().name.english().empty());
    }
    for (const std::string_view none : {"", "E", "EU", "eur", "EURO", "XXX", "XAU", "XTS", "XDR", "AAA", "ZZZ", "EU\0"}) {
        CAPTURE(none);
        CHECK_FALSE(find_currency(none).has_value());
    }
    CHECK(Currency().code() == "XXX");
    CHECK(all_currencies().front().code == "XXX");
    CHECK(std::count_if(all_currencies().begin() + 1, all_currencies().end(), [](const CurrencyInfo& row) { return row.active; }) == 165);
    for (const CurrencyInfo& row : all_currencies().subspan(1)) {
        CAPTURE(row.code);
        CHECK(row.code.size() == 3);
        CHECK(std::all_of(row.code.begin(), row.code.end(), [](char letter) { return letter >= 'A' && letter <= 'Z'; }));
        CHECK((row.minor_digits == 0 || row.minor_digits == 2 || row.minor_digits == 3 || row.minor_digits == 4));
        CHECK(find_currency(row.code)->code() == row.code);
    }
    CHECK(currency("EUR") < currency("USD"));
    CHECK_FALSE(currency("USD") < currency("EUR"));
}

TEST_CASE("a month knows its bounds and its neighbours") {
    // If this failed, the default period or a period's last day would be wrong, at the turn of a year first of all.
    CHECK(Month::make(2024, 2)->last_day() == std::chrono::year{2024} / 2 / 29);
    CHECK(Month::make(2100, 2)->last_day() == std::chrono::year{2100} / 2 / 28);
    CHECK(Month::make(2000, 2)->last_day() == std::chrono::year{2000} / 2 / 29);
    CHECK(Month::make(2021, 10)->first_day() == std::chrono::year{2021} / 10 / 1);
    CHECK(Month::make(2021, 12)->plus(1) == Month::make(2022, 1).value());
    CHECK(Month::make(2022, 1)->plus(-1) == Month::make(2021, 12).value());
    CHECK(Month::make(2022, 1)->plus(-25).to_text() == "2019-12");
    CHECK(Month::make(2022, 1)->plus(0) == Month::make(2022, 1).value());
    CHECK(Month::make(1000, 1)->to_text() == "1000-01");
    CHECK(Month::make(9999, 12)->to_text() == "9999-12");
    CHECK(Month::of(std::chrono::year{2021} / 10 / 31).to_text() == "2021-10");
    for (const auto& [year, month] :
         {std::pair{999, 1U}, std::pair{10000, 1U}, std::pair{2021, 0U}, std::pair{2021, 13U}, std::pair{-5, 1U}}) {
        CHECK_FALSE(Month::make(year, month).has_value());
    }
    Month walk = Month::make(1999, 1).value();
    for (int count = 0; count < 1'200; ++count) {
        const Month next = walk.plus(1);
        CHECK(walk < next);
        CHECK(std::chrono::sys_days{next.first_day()} - std::chrono::sys_days{walk.last_day()} == std::chrono::days{1});
        CHECK(Month::parse(walk.to_text()) == walk);
        walk = next;
    }
}

TEST_CASE("a month is read from exactly YYYY-MM") {
    // If this failed, a mistyped --period would export another month.
    CHECK(Month::parse("2026-10")->to_text() == "2026-10");
    for (const std::string_view text : {"", "2026", "2026-1", "2026-13", "2026-00", "2026-100", "202610", "2026/10", " 2026-10", "2026-10 ",
                                        "0999-01", "2026-1a", "-026-10", "2026--1", "２026-10"}) {
        CAPTURE(text);
        CHECK_FALSE(Month::parse(text).has_value());
    }
}

TEST_CASE("a range of months holds its ends and names its folder") {
    // If this failed, the first or last month of a range would be left out, or stand in a folder of another name.
    const Month march = Month::make(2026, 3).value();
    const MonthRange range{Month::make(2026, 1), march};
    CHECK(range.to_text() == "2026-01..2026-03");
    CHECK(range.contains(march));
    CHECK(range.contains(Month::make(2026, 1).value()));
    CHECK_FALSE(range.contains(Month::make(2026, 4).value()));
    CHECK_FALSE(range.contains(Month::make(2025, 12).value()));
    CHECK(MonthRange{march, march}.to_text() == "2026-03");
    CHECK(MonthRange{}.to_text() == "all");
    CHECK(MonthRange{}.contains(march));
    CHECK(MonthRange{march, std::nullopt}.contains(march.plus(100)));
    CHECK(MonthRange{march, std::nullopt}.to_text() == "2026-03..");
    CHECK(MonthRange{std::nullopt, march}.to_text() == "..2026-03");
    CHECK(to_text(std::chrono::year{2026} / 3 / 9) == "2026-03-09");
    CHECK(Period{std::chrono::year{2021} / 9 / 15, std::chrono::year{2021} / 10 / 14}.month().to_text() == "2021-10");
}

TEST_CASE("finding codes on a row are a sorted set") {
    // If this failed, two runs over the same data could write different bytes.
    FindingCodes codes;
    CHECK(codes.empty());
    CHECK(codes.to_text().empty());
    CHECK(codes.severity() == Severity::info);
    codes.insert("superseded");
    codes.insert("credit-note");
    codes.insert("superseded");
    CHECK(codes.to_text() == "credit-note superseded");
    CHECK(codes.contains("superseded"));
    CHECK_FALSE(codes.contains("amount-zero"));
    CHECK(codes.severity() == Severity::info);
    codes.insert("period-missing");
    CHECK(codes.severity() == Severity::error);
    CHECK(codes.to_text() == "credit-note period-missing superseded");
    for (const FindingKind& kind : all_finding_kinds()) {
        CAPTURE(kind.code);
        REQUIRE(FindingCode::find(kind.code));
        CHECK(FindingCode::find(kind.code)->text() == kind.code);
        CHECK(kind.code.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos);
        CHECK(kind.meaning.english().ends_with('.'));
        CHECK(make_finding(*FindingCode::find(kind.code)).message == kind.meaning.english());
        // An error without advice leaves the reader alone.
        CHECK((kind.severity != Severity::error || !kind.remedy.english().empty()));
    }
    CHECK(FindingCode::find("credit-notes") == std::nullopt);
    CHECK(FindingCode::find("") == std::nullopt);
}

TEST_CASE("the ledger's order is contract, month, type, document, version, and a row without period comes first") {
    // If this failed, ledger.csv would not be in the order that its readers rely on.
    const Contract first{"OCB1", "", "", "", "", "", ""};
    const Contract second{"OCB2", "", "", "", "", "", ""};
    const auto entry = [](const Contract& contract, std::optional<Month> month, std::string type, std::string id, std::uint32_t version) {
        LedgerEntry row;
        row.contract = &contract;
        if (month) {
            row.period = Period{month->first_day(), month->last_day()};
        }
        row.document_type = std::move(type);
        row.document_id = std::move(id);
        row.version = version;
        return row;
    };
    const std::optional<Month> may = Month::make(2026, 5);
    const std::optional<Month> june = Month::make(2026, 6);
    const std::vector<LedgerEntry> sorted{
        entry(first, std::nullopt, "invoices", "z", 1),
        entry(first, may, "Bills", "z", 9),
        entry(first, may, "bills", "a", 1),
        entry(first, may, "bills", "a", 2),
        entry(first, may, "bills", "b", 1),
        entry(first, may, "invoices", "a", 1),
        entry(first, june, "bills", "a", 1),
        entry(second, std::nullopt, "", "", 1),
    };
    for (std::size_t left = 0; left < sorted.size(); ++left) {
        for (std::size_t right = 0; right < sorted.size(); ++right) {
            CAPTURE(left);
            CAPTURE(right);
            CHECK(ledger_order(sorted[left], sorted[right]) == (left < right));
        }
    }
}
