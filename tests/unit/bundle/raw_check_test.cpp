/// Raw texts against values, and cells against texts: what verification reads again in its own way.

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "bundle/cell_compare.hpp"
#include "bundle/csv_reader.hpp"
#include "bundle/erp_check.hpp"
#include "bundle/json.hpp"
#include "bundle/raw_check.hpp"

using namespace moisson;

namespace {

Money eur(std::int64_t minor) { return {minor, find_currency("EUR").value()}; }

}  // namespace

TEST_CASE("an amount is what its raw text says, and no other") {
    // A forged amount would pass beside the text that the service sent, or an honest month would be refused.
    for (const char* raw : {"1234.5", "1234.50", "1.2345e3", "12345E-1", "1 234,50", "1.234,50 €", "EUR 1,234.50", "1'234.50"}) {
        CAPTURE(raw);
        CHECK(bundle::may_be_amount(raw, eur(123'450)));
        CHECK_FALSE(bundle::may_be_amount(raw, eur(123'451)));
        CHECK_FALSE(bundle::may_be_amount(raw, eur(-123'450)));
        CHECK_FALSE(bundle::may_be_amount(raw, eur(1'234'500)));
    }
    for (const char* raw : {"-5", "(5,00)", "5-", "\u22125.00", "-5.00 EUR"}) {
        CAPTURE(raw);
        CHECK(bundle::may_be_amount(raw, eur(-500)));
        CHECK_FALSE(bundle::may_be_amount(raw, eur(500)));
    }
    CHECK(bundle::may_be_amount("0.00", eur(0)));
    CHECK(bundle::may_be_amount("-0", eur(0)));
    CHECK_FALSE(bundle::may_be_amount("", eur(500)));
    CHECK_FALSE(bundle::may_be_amount("five", eur(500)));
}

TEST_CASE("a currency and a period are what their raw texts say") {
    // A row could be moved to another month or currency beside the text that says where it belongs.
    CHECK(bundle::may_be_currency("eur ", "EUR"));
    CHECK(bundle::may_be_currency("€", "EUR"));
    CHECK_FALSE(bundle::may_be_currency("EUR", "USD"));
    CHECK_FALSE(bundle::may_be_currency("€", "USD"));
    CHECK_FALSE(bundle::may_be_currency("", "EUR"));
    struct Row {
        const char* raw;
        const char* first;
        const char* last;
        bool fits;
    };
    for (const Row& row :
         {Row{"202610", "2026-10-01", "2026-10-31", true}, Row{"202610", "2026-10-01", "2026-10-30", false},
          Row{"202610", "2026-11-01", "2026-11-30", false}, Row{"302610", "2026-10-01", "2026-10-31", false},
          Row{"2026-10", "2026-10-01", "2026-10-31", true}, Row{"2026-10-15", "2026-10-01", "2026-10-31", true},
          Row{"202608-202610", "2026-08-01", "2026-10-31", true}, Row{"202608-202610", "2026-09-01", "2026-10-31", false},
          Row{"2026-10-05/2026-11-04", "2026-10-05", "2026-11-04", true}, Row{"2026-10-05/2026-11-04", "2026-10-06", "2026-11-04", false},
          Row{"octobre 2026", "2026-10-01", "2026-10-31", true}, Row{"octobre 2026", "2025-10-01", "2025-10-31", false},
          Row{"Q3 2026", "2026-07-01", "2026-09-30", true}, Row{"10/2026", "2026-10-01", "2026-10-31", true},
          Row{"01/10/2026 - 31/12/2026", "2026-10-01", "2026-12-31", true}, Row{"2026-T3", "2026-07-01", "2026-09-30", true},
          Row{"202610 tail", "2026-10-01", "2026-10-31", true}}) {
        CAPTURE(row.raw);
        CAPTURE(row.first);
        CAPTURE(row.last);
        CHECK(bundle::may_be_period(row.raw, row.first, row.last) == row.fits);
    }
}

TEST_CASE("a cell shows the number, day, instant or text that stands in the CSV") {
    // A changed cell of the workbook would pass, or a right one would be refused for its spelling.
    const auto number = [](const char* text) { return bundle::Cell{text, true}; };
    const auto text = [](const char* value) { return bundle::Cell{value, false}; };
    CHECK(bundle::shows_number(number("1234.5"), "1234.50"));
    CHECK(bundle::shows_number(number("-0.05"), "-0.05"));
    CHECK(bundle::shows_number(number("1E-7"), "0.0000001"));
    CHECK(bundle::shows_number(text("90071992547409930.00"), "90071992547409930.00"));
    CHECK(bundle::shows_number(number("9365.459999999999"), "9365.46"));
    CHECK(bundle::shows_number(number("737.3200000000001"), "737.32"));
    CHECK_FALSE(bundle::shows_number(number("9365.459999"), "9365.46"));
    CHECK_FALSE(bundle::shows_number(number("1234.6"), "1234.50"));
    CHECK_FALSE(bundle::shows_number(text("1234.50x"), "1234.50"));
    CHECK(bundle::shows_day(number("46326"), "2026-10-31"));
    CHECK_FALSE(bundle::shows_day(number("46327"), "2026-10-31"));
    CHECK_FALSE(bundle::shows_day(number("46326.5"), "2026-10-31"));
    CHECK(bundle::shows_instant(number("46327.25"), "2026-11-01T06:00:00.000Z"));
    CHECK(bundle::shows_instant(number("46327.25000001158"), "2026-11-01T06:00:00.001Z"));
    CHECK_FALSE(bundle::shows_instant(number("46327.26"), "2026-11-01T06:00:00.000Z"));
    CHECK(bundle::shows_text(text("a\nb\u2401_x005F_x0041_"), "a\r\nb\x01_x0041_"));
    CHECK_FALSE(bundle::shows_text(number("5"), "5"));
}

TEST_CASE("an ERP file that posts one document with another amount is told, and nothing else is") {
    // A supplier would be paid another sum than the ledger's.
    const bundle::ErpCheck::Booked booked{{"INVOICE-1", {eur(12'000), "FA/2026/01", {}}},
                                          {"INVOICE-2", {eur(-2'400), "DOUBLED-1", {}}},
                                          {"INVOICE-3", {eur(1'234'567), "DOUBLED-1", {}}},
                                          {"INVOICE-4", {{500, find_currency("JPY").value()}, "", {}}},
                                          {"INVOICE-5", {eur(30'000), "INVOICE-4", eur(35'000)}}};
    const auto problems_of = [&](std::string_view text) {
        bundle::Problems problems;
        bundle::ErpCheck check(booked);
        for (std::size_t at = 0; at < text.size(); at += 7) {  // pieces end anywhere
            check.feed(std::string_view(text).substr(at, 7));
        }
        check.finish("data/erp/x.csv", problems);
        return problems.take();
    };
    const std::string head = "INVOICE-1;100,00;20,00\nINVOICE-2;-24.00\n";
    CHECK(problems_of(head + "INVOICE-3;12 345,67\n").empty());
    CHECK(problems_of(head + "INVOICE-4;3.10 EUR\n").empty());  // converted, alone in its currency
    CHECK(problems_of("INVOICE-3;1,00\n").empty());             // a correction: nothing shows that amounts stand here
    const auto found = problems_of(head + "INVOICE-3;12 345,68\n");
    REQUIRE(found.size() == 1);
    CHECK(found.front().find("INVOICE-3") != std::string::npos);
    // By the invoice's number, where it is one document's alone.
    CHECK(problems_of("FA/2026/01;100,01;20,00\nINVOICE-2;24.00\nINVOICE-3;12345.67\n").size() == 1);
    CHECK(problems_of("FA/2026/01;100,00;20,00\nDOUBLED-1;24.01\nINVOICE-2;24.00\nINVOICE-3;12345.67\n").empty());
    CHECK(problems_of(head + "INVOICE-3;12345.67\nINVOICE-4;3.10 EUR\n").empty());  // an id before a number
    // Three rates, and the gross amount of a list that tells net ones; a cent beside them.
    CHECK(problems_of(head + "INVOICE-3;12345.67\nINVOICE-5;100.00;150.00;50.00\n").empty());
    CHECK(problems_of(head + "INVOICE-3;12345.67\nINVOICE-5;300.01;350.00\n").empty());
    CHECK(problems_of(head + "INVOICE-3;12345.67\nINVOICE-5;100.00;150.00;50.01\n").size() == 1);
}

TEST_CASE("JSON that is nested deeper than any summary is refused before it is parsed") {
    // A crafted summary could end the program instead of being named.
    constexpr std::uint64_t memory = 64U << 20U;
    CHECK(bundle::Json::parse("{\"a\": [1, {\"b\": \"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}]}", memory).has_value());
    for (const std::string& deep : {"{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}", std::string(100'000, '['),
                                    "{\"a\":" + std::string(40, '{')}) {
        const auto refused = bundle::Json::parse(deep, memory);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message == "over budget: it is nested too deep");
    }
    for (const std::string& none :
         {std::string("[]"), std::string(), std::string("{"), std::string("{\"a\": 1}\0", 9), std::string("{\"a\": \"")}) {
        const auto refused = bundle::Json::parse(none, memory);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message == "it is not a JSON object");
    }
}

TEST_CASE("JSON that would take more memory than a summary may is refused before its tree is made") {
    // Ten megabytes of commas would take hundreds.
    std::string values = "{\"a\": [0";
    for (int at = 0; at < 100'000; ++at) {
        values += ",0";
    }
    values += "]}";
    CHECK(bundle::Json::parse(values, 10'000'000).has_value());
    CHECK(bundle::Json::parse(values, 2'000'000).error().message == "over budget: it has too many values");
    CHECK(bundle::Json::parse(values, 100'000).error().message == "over budget: it is too long");
    std::string members = "{\"a\": 0";
    for (int at = 0; at < 255; ++at) {
        members += fmt::format(",\"{}\":0", at);
    }
    CHECK(bundle::Json::parse(members + "}", 10'000'000).has_value());
    CHECK(bundle::Json::parse(members + ",\"z\":0}", 10'000'000).error().message == "over budget: an object of it has too many members");
}

TEST_CASE("a summary's numbers and texts are read as they stand") {
    // An amount would be compared with another than the file has.
    auto read = bundle::Json::parse(
        R"({"n":-12.50,"big":123456789012345678901234567890,"e":1e5,"t":"a\u0000b\\u0000c\"\u00e9","l":[7,8],"x":{"n":0}})", 1U << 20U);
    REQUIRE(read);
    const bundle::Json moved = std::move(*read);
    const rapidjson::Value& root = moved.root();
    CHECK(bundle::text_member(root, "n") == "-12.50");
    CHECK(bundle::text_member(root, "big") == "123456789012345678901234567890");
    CHECK(bundle::text_member(root, "e") == "1e5");
    CHECK(bundle::text_member(root, "t") == "a\u2400b\\u0000c\"\u00e9");
    CHECK(bundle::text_of(bundle::items_member(root, "l")[1]) == "8");
    CHECK(bundle::count_member(bundle::object_member(root, "x"), "n") == 0);
    CHECK(bundle::object_member(root, "l").ObjectEmpty());
}

TEST_CASE("a table without end is refused, however it has none") {
    // A few kilobytes that unpack to commas would take gigabytes.
    const auto problem_of = [](const std::vector<std::string>& pieces, std::uint64_t rows_max = 1000) {
        bundle::CsvReader reader([](const bundle::CsvReader::Row&) {}, rows_max);
        for (const std::string& piece : pieces) {
            for (int times = 0; times < 40; ++times) {
                reader.feed(piece);
            }
        }
        return reader.finish();
    };
    CHECK(problem_of({std::string(100'000, ',')}) == "row 1: over budget: more than 64 columns");
    CHECK(problem_of({std::string(100'000, 'a')}) == "row 1: over budget: longer than 1048576 bytes");
    CHECK(problem_of({"\"" + std::string(2'000'000, 'a')}) == "row 1: over budget: longer than 1048576 bytes");
    CHECK(problem_of({std::string(100'000, '"')}).starts_with("row 1: over budget"));
    CHECK(problem_of({std::string(100, '\n')}) == "row 1001: over budget: more rows than so few packed bytes hold");
    CHECK(problem_of({"a,b\n"}).empty());
}

TEST_CASE("more is wrong than anyone reads: checking ends") {
    bundle::Problems problems;
    for (int at = 0; at < 101'000; ++at) {
        CHECK_FALSE(problems.is_full());
        problems.add("x");
    }
    CHECK(problems.is_full());
    const auto said = problems.take();
    CHECK(said.size() == 1001);
    CHECK(said.back() == "… and 100000 further problems; over budget: not all was looked at");
}
