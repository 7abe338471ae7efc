/// Exact decimals: rates as written, their quotients and means, and amounts converted with them.

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "domain/rate.hpp"

using namespace moisson;

namespace {

Decimal decimal(std::string_view text) {
    const auto value = Decimal::parse(text);
    REQUIRE(value.has_value());
    return *value;
}

Money money(std::int64_t minor, std::string_view code) { return {minor, *find_currency(code)}; }

std::string converted(std::int64_t minor, std::string_view from, std::string_view rate, std::string_view to) {
    const auto result = convert(money(minor, from), decimal(rate), *find_currency(to));
    return result ? to_decimal(*result) : "error";
}

}  // namespace

TEST_CASE("a published rate would be printed in another form than it has, or a text that is none be taken for one") {
    for (const char* text : {"1", "1.0850", "0.000058", "16000.00", "999999999999999999", "0.123456789012345678", "100"}) {
        CAPTURE(text);
        CHECK(decimal(text).to_text() == text);
    }
    CHECK(decimal("007.50").to_text() == "7.50");
    for (const char* text : {"", ".", "1.", ".5", "1..2", "1.2.3", "-1", "+1", "1e3", "1,5", " 1", "1 ", "0", "0.000", "N/A",
                             "1234567890123456789", "0.0000000000000000000000000000000000001"}) {
        CAPTURE(text);
        CHECK_FALSE(Decimal::parse(text).has_value());
    }
}

TEST_CASE("a cross rate would be off in its last digit, or lose digits that it has") {
    struct Row {
        const char* left;
        const char* right;
        const char* quotient;
    };
    // Quotients by Python's decimal module, 15 significant digits, half away from zero.
    for (const Row& row : {Row{"1", "1.0850", "0.921658986175115"}, Row{"1", "3", "0.333333333333333"}, Row{"2", "3", "0.666666666666667"},
                           Row{"1.0850", "1.0850", "1"}, Row{"162.35", "1.0850", "149.63133640553"}, Row{"1", "16000", "0.0000625"},
                           Row{"16000", "1", "16000"}, Row{"1", "0.000001", "1000000"}, Row{"1", "1837200.0", "0.000000544306553450904"},
                           Row{"0.9999999999999999", "1", "1"}, Row{"1.00000000000000049", "1", "1"}, Row{"1.0000000000000005", "1", "1"},
                           Row{"1.000000000000005", "1", "1.00000000000001"}}) {
        CAPTURE(row.left);
        CAPTURE(row.right);
        const auto quotient = divide(decimal(row.left), decimal(row.right));
        REQUIRE(quotient.has_value());
        CHECK(quotient->to_text() == row.quotient);
    }
    CHECK_FALSE(divide(decimal("999999999999999999"), decimal("1")).has_value());  // 19 digits are no rate
    CHECK_FALSE(divide(decimal("0.000000000000000000000000000001"), decimal("999999999")).has_value());
}

TEST_CASE("a month's mean would depend on the order of its days, or be rounded twice") {
    const std::vector<Decimal> days{decimal("1.10"), decimal("1.2"), decimal("1.35")};
    CHECK(mean(days)->to_text() == "1.21666666666667");
    const std::vector<Decimal> backwards{decimal("1.35"), decimal("1.2"), decimal("1.10")};
    CHECK(*mean(backwards) == *mean(days));
    CHECK(mean(std::vector<Decimal>{decimal("1.0850")})->to_text() == "1.0850");
    CHECK(mean(std::vector<Decimal>{decimal("1.0850"), decimal("1.0850")})->to_text() == "1.085");
    // The largest that can be written, with the most decimals beside the least.
    std::vector<Decimal> large(30, decimal("999999999999999999"));
    large.push_back(decimal("0.123456789012345678"));
    CHECK(mean(large).has_value());
}

TEST_CASE("a converted amount would be off by a cent, or wrap around instead of being refused") {
    CHECK(converted(10000, "EUR", "1.0850", "USD") == "108.50");
    CHECK(converted(1, "EUR", "0.5", "USD") == "0.01");    // half a cent: away from zero
    CHECK(converted(-1, "EUR", "0.5", "USD") == "-0.01");  // a credit mirrors its invoice
    CHECK(converted(1, "EUR", "0.499999999999999", "USD") == "0.00");
    CHECK(converted(-1, "EUR", "0.499999999999999", "USD") == "0.00");
    CHECK(converted(3, "EUR", "0.5", "USD") == "0.02");
    CHECK(converted(12345, "JPY", "0.00617283950617284", "EUR") == "76.20");
    CHECK(converted(10000, "EUR", "162.35", "JPY") == "16235");
    CHECK(converted(1500, "TND", "0.2962", "EUR") == "0.44");  // three decimals to two
    CHECK(converted(44, "EUR", "3.3761", "TND") == "1.485");
    CHECK(converted(0, "EUR", "1.5", "USD") == "0.00");
    CHECK(converted(123, "EUR", "1", "EUR") == "1.23");
    const std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    CHECK(converted(largest, "EUR", "1", "USD") == "92233720368547758.07");
    CHECK(converted(largest, "EUR", "1.0000000000000001", "USD") == "error");
    CHECK(converted(largest, "JPY", "999999999999999999", "TND") == "error");
    CHECK(converted(std::numeric_limits<std::int64_t>::min(), "EUR", "0.5", "USD") == "-46116860184273879.04");
    CHECK(converted(largest, "EUR", "0.000000000000000000000000000000000001", "USD") == "0.00");
}
