/// Amounts: JSON numbers and the texts of the wild.
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "normalize/normalize.hpp"
#include "support/rounds.hpp"

using namespace moisson;
using normalize::AmountSyntax;
using normalize::parse_amount;

namespace {

Currency currency(std::string_view code) { return find_currency(code).value(); }

struct Case {
    std::string_view text;
    std::string_view code;
    std::string_view expected;  // decimal text; empty: refused
    std::string_view why = {};  // part of the message when refused
};

void check(const Case& row, AmountSyntax syntax) {
    CAPTURE(row.text);
    CAPTURE(row.code);
    const Result<Money> result = parse_amount(row.text, currency(row.code), syntax);
    if (row.expected.empty()) {
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().code == ErrorCode::bad_input);
        CAPTURE(result.error().message.english());
        CHECK(result.error().message.english().find(row.why) != std::string::npos);
        return;
    }
    if (!result) {
        CAPTURE(result.error().message.english());
        REQUIRE(result.has_value());
    }
    CHECK(to_decimal(*result) == row.expected);
    CHECK(result->currency == currency(row.code));
}

}  // namespace

TEST_CASE("a JSON amount is exact to the last digit, or refused") {
    // If this failed, a bill would stand in the ledger with another sum than the service sent.
    const std::vector<Case> cases{
        {"0", "EUR", "0.00"},
        {"-0", "EUR", "0.00"},
        {"-0.00", "EUR", "0.00"},
        {"1", "EUR", "1.00"},
        {"100.10", "EUR", "100.10"},
        {"0.1", "EUR", "0.10"},
        {"-12.3", "EUR", "-12.30"},
        {"1e2", "EUR", "100.00"},
        {"1E+2", "EUR", "100.00"},
        {"1.5E-1", "EUR", "0.15"},
        {"15e-2", "EUR", "0.15"},
        {"1500e-4", "EUR", "0.15"},
        {"1.5000", "EUR", "1.50"},
        {"1.005", "EUR", "", "finer than the minor unit of EUR"},
        {"0.001", "EUR", "", "finer"},
        {"1.005", "TND", "1.005"},
        {"1.0005", "TND", "", "finer"},
        {"1.2345", "CLF", "1.2345"},
        {"1234", "JPY", "1234"},
        {"1234.0", "JPY", "1234"},
        {"1234.5", "JPY", "", "finer"},
        {"90071992547409.93", "EUR", "90071992547409.93"},
        {"12345678901234567.89", "EUR", "12345678901234567.89"},
        {"92233720368547758.07", "EUR", "92233720368547758.07"},
        {"92233720368547758.08", "EUR", "", "too large"},
        {"-92233720368547758.08", "EUR", "-92233720368547758.08"},
        {"-92233720368547758.09", "EUR", "", "too large"},
        {"18446744073709551616", "JPY", "", "too large"},
        {"9223372036854775807", "JPY", "9223372036854775807"},
        {"9223372036854775808", "JPY", "", "too large"},
        {"1e400", "EUR", "", "too large"},
        {"1e-400", "EUR", "", "finer"},
        {"0e999999999", "EUR", "0.00"},
        {"0.000e-999999999999999999999999999", "EUR", "0.00"},
        {"1e99999999999999999999999999999", "EUR", "", "too large"},
        {"-1e-99999999999999999999999999999", "EUR", "", "finer"},
        {"0.00000000000000000000000000000001e33", "EUR", "10.00"},
        {"100000000000000000000000000000000e-30", "EUR", "100.00"},
        // not RFC 8259
        {"", "EUR", "", "not a JSON number"},
        {" 1", "EUR", "", "not a JSON number"},
        {"1 ", "EUR", "", "not a JSON number"},
        {"+1", "EUR", "", "not a JSON number"},
        {"01", "EUR", "", "not a JSON number"},
        {"-01", "EUR", "", "not a JSON number"},
        {".5", "EUR", "", "not a JSON number"},
        {"5.", "EUR", "", "not a JSON number"},
        {"1e", "EUR", "", "not a JSON number"},
        {"1e+", "EUR", "", "not a JSON number"},
        {"1.e2", "EUR", "", "not a JSON number"},
        {"--1", "EUR", "", "not a JSON number"},
        {"-", "EUR", "", "not a JSON number"},
        {"1,5", "EUR", "", "not a JSON number"},
        {"NaN", "EUR", "", "not a JSON number"},
        {"Infinity", "EUR", "", "not a JSON number"},
        {"0x10", "EUR", "", "not a JSON number"},
        {"1e2e3", "EUR", "", "not a JSON number"},
        {std::string_view("1\0", 2), "EUR", "", "not a JSON number"},
    };
    for (const Case& row : cases) {
        check(row, AmountSyntax::json_number);
    }
}

TEST_CASE("a text amount is read in the forms found on documents") {
    // If this failed, "1.234,56" of a French or German bill would be lost or counted as another sum.
    const std::vector<Case> cases{
        {"1234.56", "EUR", "1234.56"},
        {"1234,56", "EUR", "1234.56"},
        {"1 234,56 €", "EUR", "1234.56"},
        {"1\xc2\xa0"
         "234,56\xc2\xa0€",
         "EUR", "1234.56"},
        {"1\xe2\x80\xaf"
         "234,56 €",
         "EUR", "1234.56"},
        {"1\xe2\x80\x89"
         "234,56",
         "EUR", "1234.56"},
        {"1.234,56", "EUR", "1234.56"},
        {"1,234.56", "EUR", "1234.56"},
        {"1'234.56", "CHF", "1234.56"},
        {"1’234.56", "CHF", "1234.56"},
        {"CHF 1'234'567.05", "CHF", "1234567.05"},
        {"Fr. 12.50", "CHF", "12.50"},
        {"1.234.567", "EUR", "1234567.00"},
        {"1,234,567.8", "EUR", "1234567.80"},
        {"1.234.567,8", "EUR", "1234567.80"},
        {"1 234 567", "EUR", "1234567.00"},
        {"1 234", "EUR", "1234.00"},
        {"(12,30)", "EUR", "-12.30"},
        {"(12,30 €)", "EUR", "-12.30"},
        {"(12,30) €", "EUR", "-12.30"},
        {"12,30-", "EUR", "-12.30"},
        {"12,30- €", "EUR", "-12.30"},
        {"-12,30 €", "EUR", "-12.30"},
        {"- 12,30", "EUR", "-12.30"},
        {"−12,30", "EUR", "-12.30"},
        {"+12,30", "EUR", "12.30"},
        {"€ -12.30", "EUR", "-12.30"},
        {"-€12.30", "EUR", "-12.30"},
        {"$1,234.50", "USD", "1234.50"},
        {"$1,234.50", "CAD", "1234.50"},
        {"US$ 12.5", "USD", "12.50"},
        {"£12.50", "GBP", "12.50"},
        {"12,50 zł", "PLN", "12.50"},
        {"12,50 eur", "EUR", "12.50"},
        {"EUR 12,50 €", "EUR", "12.50"},
        {"12,5 Euros", "EUR", "12.50"},
        {"-0", "EUR", "0.00"},
        {"(0,00)", "EUR", "0.00"},
        {"0", "JPY", "0"},
        {"007", "EUR", "7.00"},
        {"00012,30", "EUR", "12.30"},
        {".50", "EUR", "0.50"},
        {",5", "EUR", "0.50"},
        {"-.5", "EUR", "-0.50"},
        {" 12 ", "EUR", "12.00"},
        {"0,500", "EUR", "0.50"},
        {"0.120", "EUR", "0.12"},
        {"1234,560", "EUR", "1234.56"},
        {"1 234,560", "EUR", "1234.56"},
        {"12,5000", "EUR", "12.50"},
        {"1 234", "KWD", "1234.000"},
        {"1'234", "TND", "1234.000"},
        {"0,234", "KWD", "0.234"},
        {"1234.567", "TND", "1234.567"},
        {"1 234", "JPY", "1234"},
        {"1.234,567", "TND", "1234.567"},
        {"1,234,567", "TND", "1234567.000"},
        {"92233720368547758,07", "EUR", "92233720368547758.07"},
        {"-92.233.720.368.547.758,08", "EUR", "-92233720368547758.08"},
    };
    for (const Case& row : cases) {
        check(row, AmountSyntax::text);
    }
}

TEST_CASE("a text amount with two meanings, or none, is refused and says why") {
    // If this failed, a thousandth or a thousandfold of a bill could be counted without a word.
    const std::vector<Case> cases{
        {"1,234", "EUR", "", "thousands or decimals"},
        {"1.234", "EUR", "", "thousands or decimals"},
        {"-12.345 €", "EUR", "", "thousands or decimals"},
        {"123,000", "EUR", "", "thousands or decimals"},
        {"1,234", "JPY", "", "thousands or decimals"},
        {"1,234", "KWD", "", "thousands or decimals"},
        {"1.234", "TND", "", "thousands or decimals"},
        {"-12,345 KWD", "KWD", "", "thousands or decimals"},
        {"(123.456)", "BHD", "", "thousands or decimals"},
        {"12.345-", "OMR", "", "thousands or decimals"},
        {"1,234", "CLF", "", "thousands or decimals"},
        {"0,123", "EUR", "", "finer"},
        {"1234,567", "EUR", "", "finer"},
        {"1 234,567", "EUR", "", "finer"},
        {"12,3456", "EUR", "", "finer"},
        {"92233720368547758,08", "EUR", "", "too large"},
        {"99999999999999999999999999", "EUR", "", "too large"},
        {"12 €", "USD", "", "which is not USD"},
        {"12 $", "EUR", "", "which is not EUR"},
        {"12 USD", "EUR", "", "which is not EUR"},
        {"12 bananas", "EUR", "", "bananas"},
        {"12 %", "EUR", "", "%"},
        {"", "EUR", "", "empty"},
        {"   ", "EUR", "", "empty"},
        {"€", "EUR", "", "no digits"},
        {"n/a", "EUR", "", "no digits"},
        {"1,23,456", "EUR", "", "thousands"},
        {"1.23.456", "EUR", "", "thousands"},
        {"1234.567.890", "EUR", "", "thousands"},
        {"0.123.456", "EUR", "", "thousands"},
        {"1 23", "EUR", "", "thousands"},
        {"1  234", "EUR", "", "not a decimal number"},
        {"12,30 45", "EUR", "", "mixes"},
        {"1.234,567.8", "EUR", "", "mixes"},
        {"1'234 567.8", "EUR", "", "mixes"},
        {"1,234'567", "EUR", "", "mixes"},
        {"1..5", "EUR", "", "not a decimal number"},
        {"12.", "EUR", "", "\".\""},
        {"--12", "EUR", "", "-"},
        {"-(12)", "EUR", "", "more than one sign"},
        {"-12-", "EUR", "", "more than one sign"},
        {"(12", "EUR", "", "parenthesis"},
        {"12)", "EUR", "", "parenthesis"},
        {")12(", "EUR", "", ""},
        {"1e2", "EUR", "", "not a decimal number"},
        {"12 EUR 30", "EUR", "", "not a decimal number"},
        {"1/2", "EUR", "", "not a decimal number"},
        {"0x10", "EUR", "", "not a decimal number"},
        {"１２", "EUR", "", "no digits"},
        {"12\xff", "EUR", "", "\\xff"},
        {std::string_view("12\0", 3), "EUR", "", ""},
        {std::string_view("1\0"
                          "2",
                          3),
         "EUR", "", "not a decimal number"},
    };
    for (const Case& row : cases) {
        check(row, AmountSyntax::text);
    }
}

TEST_CASE("an endless amount costs linear time and is refused") {
    // If this failed, one hostile answer could hold up the whole run.
    const std::string digits(99'000, '7');
    CHECK_FALSE(parse_amount(digits, currency("EUR"), AmountSyntax::json_number).has_value());
    CHECK_FALSE(parse_amount(digits, currency("EUR"), AmountSyntax::text).has_value());
    const std::string zeros = "0." + std::string(99'000, '0');
    CHECK(parse_amount(zeros, currency("EUR"), AmountSyntax::json_number).value().amount_minor == 0);
    CHECK_FALSE(parse_amount(std::string(1'000'000, '1'), currency("EUR"), AmountSyntax::json_number).has_value());
    std::string separators;
    while (separators.size() < 99'000) {
        separators += "1,";
    }
    CHECK_FALSE(parse_amount(separators + "1", currency("EUR"), AmountSyntax::text).has_value());
}

namespace {

/// The decimal text with its thousands parted and its point replaced.
std::string styled(const std::string& decimal, std::string_view thousands, std::string_view point) {
    const std::size_t begin = decimal.front() == '-' ? 1 : 0;
    const std::size_t dot = std::min(decimal.find('.'), decimal.size());
    std::string text;
    for (std::size_t at = begin; at < dot; ++at) {
        if (at > begin && (dot - at) % 3 == 0) {
            text += thousands;
        }
        text += decimal[at];
    }
    return dot == decimal.size() ? text : text + std::string(point) + decimal.substr(dot + 1);
}

}  // namespace

TEST_CASE("any amount written in any style comes back as itself") {
    // If this failed, the same sum would be another one depending on the country of who printed it.
    struct Style {
        std::string_view thousands;
        std::string_view point;
    };
    const std::array<Style, 10> styles{{{"", "."},
                                        {"", ","},
                                        {" ", ","},
                                        {" ", "."},
                                        {".", ","},
                                        {",", "."},
                                        {"'", "."},
                                        {"’", ","},
                                        {"\xc2\xa0", ","},
                                        {"\xe2\x80\xaf", ","}}};
    const std::array<std::string_view, 6> codes{"EUR", "JPY", "TND", "CLF", "GBP", "HUF"};
    constexpr std::uint64_t seed = 20'261'122;
    std::mt19937_64 random(seed);
    int ambiguous = 0;
    for (int round = 0; round < test::rounds(20'000); ++round) {
        // Small and large magnitudes alike: cut a random number to a random number of bits.
        const auto magnitude = static_cast<std::int64_t>(random() >> (1 + random() % 63));
        const Currency money_currency = currency(codes[random() % codes.size()]);
        const Money money{random() % 2 == 0 ? magnitude : -magnitude, money_currency};
        const std::string decimal = to_decimal(money);
        const Style& style = styles[random() % styles.size()];
        std::string text = styled(decimal, style.thousands, style.point);
        if (money.amount_minor < 0) {
            const std::uint64_t form = random() % 4;
            text = form == 0 ? "-" + text : form == 1 ? "(" + text + ")" : form == 2 ? text + "-" : "−" + text;
        }
        if (random() % 2 == 0) {
            text = random() % 2 == 0 ? text + " " + std::string(money_currency.code()) : std::string(money_currency.code()) + " " + text;
        }
        CAPTURE(seed);
        CAPTURE(round);
        CAPTURE(text);
        CAPTURE(decimal);
        const Result<Money> result = parse_amount(text, money_currency, AmountSyntax::text);
        // Only one shape may be refused: one comma or dot with three digits after it and one to three before it. It parts thousands in
        // JPY and decimals in TND, and nothing shows which.
        const std::string digits_only = styled(decimal, "", "");
        const bool is_short = digits_only.size() >= 4 && digits_only.size() <= 6 && digits_only.front() != '0';
        const bool has_mark = money_currency.minor_digits() == 0 ? style.thousands == "." || style.thousands == ","
                                                                 : money_currency.minor_digits() == 3;
        const bool may_be_ambiguous = is_short && has_mark;
        if (may_be_ambiguous) {
            ++ambiguous;
            CHECK_FALSE(result.has_value());
            continue;
        }
        REQUIRE(result.has_value());
        CHECK(*result == money);
        const Result<Money> as_json = parse_amount(decimal, money_currency, AmountSyntax::json_number);
        REQUIRE(as_json.has_value());
        CHECK(*as_json == money);
    }
    CHECK(ambiguous > 0);  // the exception was met, so it was tested
}
