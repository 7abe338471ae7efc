/// Rate tables, the rules that pick a rate, and rows converted with it. Amounts and rates of the tests are checked by hand.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "books/books.hpp"
#include "books/fx.hpp"

using namespace moisson;
using books::RateTable;

namespace {

// The form of the central bank's own file. 2026-10-31 is a Saturday; IDR has a gap on the 29th, RUB ended on the 27th.
constexpr const char* ecb_table =
    "Date,USD,JPY,RUB,IDR,CYP,\n"
    "2026-11-02,1.0900,163.00,N/A,17001.50,N/A,\n"
    "2026-10-30,1.0850,162.35,N/A,17000.12,N/A,\n"
    "2026-10-29,1.0800,162.00,N/A,N/A,N/A,\n"
    "2026-10-28,1.0810,161.00,N/A,17000.00,N/A,\n"
    "2026-10-27,1.0820,160.00,100.5,17000.00,N/A,\n";

RateTable table_of(const std::string& text, int age_days_max = 7) {
    auto table = RateTable::parse(text, "/some/where/rates.csv", age_days_max);
    REQUIRE_MESSAGE(table.has_value(), (table ? "" : table.error().to_line()));
    return std::move(*table);
}

std::string problem_of(const std::string& text) {
    const auto table = RateTable::parse(text, "rates.csv", 7);
    return table ? "no error" : fmt::format("{} | {}", table.error().where, table.error().message);
}

std::chrono::year_month_day day(std::string_view text) {
    return std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(*parse_timestamp(std::string(text) + "T00:00:00Z")));
}

/// "1.0850 of 2026-10-30", or why not.
std::string rate(const RateTable& table, std::string_view from, std::string_view to, std::string_view on,
                 RateRule rule = RateRule::issue_day) {
    const auto found = table.rate(*find_currency(from), *find_currency(to), day(on), rule);
    return found ? fmt::format("{} of {}", found->value.to_text(), to_text(found->day)) : found.error().message.english();
}

Contract one_contract() {
    Contract contract;
    contract.id = "OCB1";
    return contract;
}
const Contract contract = one_contract();

LedgerEntry row(const std::string& id, std::int64_t minor, std::string_view code, const char* month = "2026-10") {
    LedgerEntry entry;
    entry.contract = &contract;
    entry.document_id = id;
    entry.document_type = "invoices";
    entry.standing = Standing::final_;
    entry.amount = Money{minor, *find_currency(code)};
    entry.currency = entry.amount->currency;
    entry.period = Period{Month::parse(month)->first_day(), Month::parse(month)->last_day()};
    entry.counted = true;
    return entry;
}

/// A daily table of October 2026, one currency, rate 1.00 + day/100; without the days of `left_out`.
std::string october(const std::vector<unsigned>& left_out = {}, unsigned last = 31) {
    std::string text = "Date,USD,\n";
    for (unsigned date = last; date > 0; --date) {
        const std::chrono::sys_days at = std::chrono::year(2026) / 10 / static_cast<int>(date);
        const std::chrono::weekday weekday(at);
        if (weekday != std::chrono::Saturday && weekday != std::chrono::Sunday &&
            std::find(left_out.begin(), left_out.end(), date) == left_out.end()) {
            text += fmt::format("2026-10-{:02},1.{:02},\n", date, date);
        }
    }
    return text;
}

}  // namespace

TEST_CASE("a rate would be another than the published one, or of another day") {
    const RateTable table = table_of(ecb_table);
    CHECK(table.name() == "rates.csv");
    CHECK(table.base().code() == "EUR");
    CHECK(rate(table, "EUR", "USD", "2026-10-30") == "1.0850 of 2026-10-30");
    CHECK(rate(table, "USD", "EUR", "2026-10-30") == "0.921658986175115 of 2026-10-30");
    CHECK(rate(table, "USD", "JPY", "2026-10-30") == "149.63133640553 of 2026-10-30");
    CHECK(rate(table, "EUR", "EUR", "2026-10-30") == "1 of 2026-10-30");
    CHECK(rate(table, "GBP", "GBP", "2020-01-01") == "1 of 2020-01-01");
    // A weekend, inside the table and at its end.
    CHECK(rate(table, "EUR", "USD", "2026-10-31") == "1.0850 of 2026-10-30");
    CHECK(rate(table, "EUR", "USD", "2026-10-15", RateRule::month_end) == "1.0850 of 2026-10-30");
    CHECK(rate(table_of(october()), "EUR", "USD", "2026-11-01") == "1.30 of 2026-10-30");
    // Easter: 3 April 2026 is Good Friday, 6 April Easter Monday; 1 May is a Friday.
    const RateTable easter = table_of("Date,USD,\n2026-04-02,1.1,\n");
    CHECK(rate(easter, "EUR", "USD", "2026-04-06") == "1.1 of 2026-04-02");
    CHECK(rate(easter, "EUR", "USD", "2026-04-07") == "the rate table rates.csv ends on 2026-04-02, before 2026-04-07");
    CHECK(rate(table_of("Date,USD,\n2026-04-30,1.2,\n"), "EUR", "USD", "2026-05-03") == "1.2 of 2026-04-30");
    CHECK(rate(table_of("Date,USD,\n2026-12-24,1.2,\n"), "EUR", "USD", "2026-12-27") == "1.2 of 2026-12-24");
}

TEST_CASE("a rate that is not there would be taken from somewhere, or be 1") {
    const RateTable table = table_of(ecb_table);
    CHECK(rate(table, "GBP", "EUR", "2026-10-30") == "GBP is not in the rate table rates.csv");
    CHECK(rate(table, "CYP", "EUR", "2026-10-30") == "CYP is not in the rate table rates.csv");
    CHECK(rate(table, "RUB", "EUR", "2026-10-30") == "RUB has no rate in rates.csv after 2026-10-27");
    CHECK(rate(table, "USD", "RUB", "2026-10-30") == "RUB has no rate in rates.csv after 2026-10-27");
    CHECK(rate(table, "IDR", "EUR", "2026-10-29") == "IDR has a gap in rates.csv: no rate on 2026-10-29");
    CHECK(rate(table, "USD", "EUR", "2026-11-03") == "the rate table rates.csv ends on 2026-11-02, before 2026-11-03");
    CHECK(rate(table, "USD", "EUR", "2099-01-01") == "the rate table rates.csv ends on 2026-11-02, before 2099-01-01");
    CHECK(rate(table, "USD", "EUR", "2026-11-05", RateRule::month_end) == "the rate table rates.csv ends on 2026-11-02, before 2026-11-30");
    CHECK(rate(table, "USD", "EUR", "2026-10-26") == "the rate table rates.csv begins on 2026-10-27, after 2026-10-26");
    // Rows that are missing in the middle.
    const std::string gap = "Date,USD,\n2026-10-30,1.1,\n2026-10-12,1.2,\n";
    CHECK(rate(table_of(gap), "USD", "EUR", "2026-10-20") ==
          "the rate table rates.csv has a gap: on 2026-10-20 its last rates are of 2026-10-12, more than 7 days old");
    CHECK(rate(table_of(gap), "EUR", "USD", "2026-10-19") == "1.2 of 2026-10-12");
    CHECK(rate(table_of(gap, 3), "EUR", "USD", "2026-10-19") ==
          "the rate table rates.csv has a gap: on 2026-10-19 its last rates are of 2026-10-12, more than 3 days old");
    CHECK(rate(table_of(gap, 0), "EUR", "USD", "2026-10-12") == "1.2 of 2026-10-12");
}

TEST_CASE("a month's mean would be of half the month, or of other days") {
    const auto mean_of = [](const std::string& text, std::string_view to = "USD") {
        return rate(table_of(text), "EUR", to, "2026-10-05", RateRule::month_average);
    };
    // 22 weekdays from the 1st to the 30th: their days add up to 353.
    CHECK(mean_of(october()) == "1.16045454545455 of 2026-10-30");
    CHECK(mean_of(october({12})) == "1.16238095238095 of 2026-10-30");  // a bank holiday: 341 over 21
    CHECK(mean_of(october({}, 28)) == "the rate table rates.csv ends on 2026-10-28, before 2026-10-31");
    CHECK(mean_of(october({12, 13, 14, 15, 16, 19, 20})) == "the rate table rates.csv has no rates from 2026-10-10 to 2026-10-20");
    CHECK(mean_of(october({1, 2})) == "the rate table rates.csv has no rates from 2026-10-01 to 2026-10-04");
    CHECK(mean_of(ecb_table, "JPY") == "the rate table rates.csv has no rates from 2026-10-01 to 2026-10-26");
    CHECK(mean_of(ecb_table, "IDR") == "IDR has a rate on 3 of 4 published days of 2026-10 in rates.csv");
    CHECK(rate(table_of(ecb_table), "EUR", "RUB", "2026-11-05", RateRule::month_average) ==
          "RUB has no rate in rates.csv after 2026-10-27");
    CHECK(rate(table_of(october()), "EUR", "USD", "2026-08-05", RateRule::month_average) ==
          "the rate table rates.csv has no rates in 2026-08");
    // A cross rate is the quotient of the means.
    CHECK(rate(table_of(october()), "USD", "EUR", "2026-10-05", RateRule::month_average) == "0.861731296513902 of 2026-10-30");
}

TEST_CASE("a company's own rates could not be used, or would be read the wrong way round") {
    const RateTable own = table_of("currency;date;rate\r\nUSD;2026-10-31;1,0850\r\nGBP;2026-10-01;0,87\r\n\r\n");
    CHECK(rate(own, "EUR", "USD", "2026-10-31") == "1.0850 of 2026-10-31");
    CHECK(rate(own, "USD", "EUR", "2026-10-03", RateRule::month_end) == "0.921658986175115 of 2026-10-31");
    // One rate in a month is that month's.
    CHECK(rate(own, "EUR", "GBP", "2026-10-15", RateRule::month_average) == "0.87 of 2026-10-01");
    CHECK(rate(own, "EUR", "GBP", "2026-10-31") == "the rate table rates.csv ends on 2026-10-01, before 2026-10-31");
    // Each currency has days of its own; the older one is told.
    CHECK(rate(own, "USD", "GBP", "2026-10-15", RateRule::month_average) == "0.80184331797235 of 2026-10-01");
    const RateTable francs = table_of(
        "\xEF\xBB\xBF"
        "date,base,currency,rate\n2026-10-30,CHF,\"EUR\",1.06\n2026-10-30,CHF,USD,1.15\n");
    CHECK(francs.base().code() == "CHF");
    CHECK(rate(francs, "CHF", "EUR", "2026-10-30") == "1.06 of 2026-10-30");
    CHECK(rate(francs, "EUR", "CHF", "2026-10-30") == "0.943396226415094 of 2026-10-30");
    CHECK(rate(francs, "EUR", "USD", "2026-10-30") == "1.08490566037736 of 2026-10-30");
}

TEST_CASE("a broken rate table would be read in part, or refused without its place") {
    struct Row {
        const char* text;
        const char* problem;
    };
    const Row rows[] = {
        {"", "rates.csv:1:1 | the rate table is empty"},
        {"\n \n", "rates.csv:1:1 | the rate table is empty"},
        {"PK\x03\x04zip", "rates.csv | the rate table is a ZIP file"},
        {"Date,USD,\n", "rates.csv:1:1 | the rate table has no rates"},
        {"Date,USD,Dollar,\n2026-10-30,1,1,\n", "rates.csv:1:10 | \"Dollar\" is not a currency's three letters"},
        {"Date,USD,USD,\n2026-10-30,1,1,\n", "rates.csv:1:10 | the currency USD stands twice in the header"},
        {"Date,USD,JPY,\n2026-10-30,1.1,160,\n2026-10-29,1.1\n", "rates.csv:3:12 | 2 fields in place of 3"},
        {"Date,USD,\n2026-10-30,1.1,2,\n", "rates.csv:2:18 | 4 fields in place of 2"},
        {"Date,USD,\n2026-02-30,1.1,\n", "rates.csv:2:1 | \"2026-02-30\" is not a day"},
        {"Date,USD,\n30/10/2026,1.1,\n", "rates.csv:2:1 | \"30/10/2026\" is not a day"},
        {"Date,USD,\n20261030--,1.1,\n", "rates.csv:2:1 | \"20261030--\" is not a day"},
        {"Date,USD,\n2026-10-30,-1.1,\n", "rates.csv:2:12 | \"-1.1\" is not a rate"},
        {"Date,USD,\n2026-10-30,0.0,\n", "rates.csv:2:12 | \"0.0\" is not a rate"},
        {"Date,USD,\n2026-10-30,1e3,\n", "rates.csv:2:12 | \"1e3\" is not a rate"},
        {"Date,USD,\n2026-10-30,1.1,\n2026-10-29,1.2,\n2026-10-30,1.3,\n", "rates.csv:4:1 | this day stands in the table twice"},
        {"date,currency\n", "rates.csv:1:1 | the column \"rate\" is missing"},
        {"date,currency,rate,remark\n", "rates.csv:1:20 | the column \"remark\" is not known"},
        {"date,currency,rate,date\n", "rates.csv:1:20 | the column \"date\" stands twice"},
        {"date,currency,rate\n2026-10-30,usd,1.1\n", "rates.csv:2:12 | \"usd\" is not a currency of ISO 4217"},
        {"date,currency,rate\n2026-10-30,USD,1,1\n", "rates.csv:2:18 | 4 fields in place of 3"},
        {"date,currency,rate\n2026-10-30,EUR,1\n", "rates.csv:2:12 | a rate of EUR against itself"},
        {"date,currency,rate\n2026-10-30,USD,1.1\n2026-10-30,USD,1.1\n", "rates.csv:3:1 | USD has a rate of this day twice"},
        {"date,currency,rate,base\n2026-10-30,USD,1.1,EUR\n2026-10-30,GBP,1.1,USD\n",
         "rates.csv:3:20 | the base is USD here and EUR above"},
        {"date,currency,rate\n2026-10-30,USD,\"1.1\n", "rates.csv:2:16 | a quoted field is not closed on its line"},
        {"<html>\n", "rates.csv:1:1 | the column \"<html>\" is not known"},
    };
    for (const Row& one : rows) {
        CAPTURE(one.text);
        CHECK(problem_of(one.text) == one.problem);
    }
    const auto missing = RateTable::read("/nowhere/rates.csv", 7);
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().message == "cannot read the rate table");
}

TEST_CASE("bytes that somebody's program broke would crash the run, or give rates") {
    const std::string tables[] = {ecb_table, "date;currency;rate\n2026-10-30;USD;1,0850\n2026-10-29;GBP;\"0,87\"\n"};
    std::uint64_t seed = 20261122;
    const auto random = [&](std::size_t below) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::size_t>(seed >> 33U) % below;
    };
    constexpr std::string_view alphabet = "0123456789,;.-\"\n\rNADateUSDcurrency \xff";
    std::size_t refused = 0;
    for (int round = 0; round < 4000; ++round) {
        std::string text = tables[round % 2];
        for (std::size_t change = 1 + random(3); change > 0; --change) {
            const std::size_t at = random(text.size());
            switch (random(3)) {
                case 0: text[at] = alphabet[random(alphabet.size())]; break;
                case 1: text.erase(at, 1 + random(4)); break;
                default: text.insert(at, 1, alphabet[random(alphabet.size())]); break;
            }
        }
        const auto table = RateTable::parse(text, "rates.csv", 7);
        if (!table) {
            ++refused;
            CHECK(table.error().where.starts_with("rates.csv"));
            continue;
        }
        for (const RateRule rule : {RateRule::month_end, RateRule::month_average, RateRule::issue_day}) {
            const auto found = table->rate(*find_currency("USD"), *find_currency("GBP"), day("2026-10-30"), rule);
            CHECK((!found || found->value.digits > 0));
        }
    }
    CHECK(refused > 1000);
}

TEST_CASE("a row would be converted at another rate than it says, or 1:1 for want of one") {
    std::vector<LedgerEntry> entries{row("A", 10850, "USD"), row("B", -10850, "USD"), row("C", 500, "EUR"),
                                     row("D", 100, "RUB"),   row("E", 100, "RUB"),    row("F", 0, "USD")};
    entries[4].counted = false;
    entries[5].amount.reset();
    entries[5].counted = false;
    const RateTable table = table_of(ecb_table);
    std::vector<Finding> findings;
    books::convert_rows(entries, table, *find_currency("EUR"), RateRule::month_end, findings);
    REQUIRE(entries[0].reporting.has_value());
    CHECK(to_decimal(entries[0].reporting->amount()) == "100.00");
    CHECK(entries[0].reporting->rate().to_text() == "0.921658986175115");
    CHECK(to_text(entries[0].reporting->day) == "2026-10-30");
    CHECK(to_decimal(entries[1].reporting->amount()) == "-100.00");
    CHECK(entries[2].reporting->rate().to_text() == "1");
    CHECK(to_text(entries[2].reporting->day) == "2026-10-31");
    CHECK_FALSE(entries[3].reporting.has_value());
    CHECK(entries[3].findings.to_text() == "fx-rate-missing");
    CHECK_FALSE(entries[4].reporting.has_value());
    CHECK(entries[4].findings.empty());
    CHECK_FALSE(entries[5].reporting.has_value());
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].message == "1.00 RUB is not converted to EUR: RUB has no rate in rates.csv after 2026-10-27.");
    CHECK(findings[0].severity() == Severity::error);

    const auto total = books::reporting_total(entries, table, *find_currency("EUR"), RateRule::month_end);
    REQUIRE(total.has_value());
    CHECK(to_decimal(total->total) == "5.00");
    CHECK(total->documents == 3);
    CHECK(total->documents_missing == 1);
    CHECK(total->rate_rule == "month-end");
    CHECK(total->rates_sha256.size() == 64);

    // Again, by the day of issue, which one document does not have.
    entries[0].issued_at = parse_timestamp("2026-10-29T23:59:59Z");
    findings.clear();
    books::convert_rows(entries, table, *find_currency("JPY"), RateRule::issue_day, findings);
    CHECK(to_decimal(entries[0].reporting->amount()) == "16275");
    CHECK(to_text(entries[0].reporting->day) == "2026-10-29");
    CHECK_FALSE(entries[1].reporting.has_value());
    CHECK(findings.at(0).document_id == "B");
    CHECK(findings[0].message ==
          "-108.50 USD is not converted to JPY: the document has no day of issue, and the rate is that of the issue day.");
}

TEST_CASE("a converted amount that does not follow from its rate would be published") {
    std::vector<LedgerEntry> entries{row("A", 10850, "USD")};
    std::vector<Finding> findings;
    books::convert_rows(entries, table_of(ecb_table), *find_currency("EUR"), RateRule::month_end, findings);
    const auto check = [&] {
        return books::reconcile(entries, books::currency_totals(entries).value(), books::month_totals(entries).value());
    };
    entries[0].status = DocumentStatus::skipped;
    CHECK(check().empty());
    ++entries[0].reporting->amount_minor;
    REQUIRE(check().size() == 1);
    CHECK(check()[0] == "OCB1 A version 1: 108.50 USD at 0.921658986175115 is not 100.01 EUR");
}
