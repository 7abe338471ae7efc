/// Currency spellings.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "normalize/normalize.hpp"

using namespace moisson;
using normalize::parse_currency;

TEST_CASE("a currency is known in the spellings found on documents") {
    // If this failed, amounts in "€" or "eur" would stay out of the totals.
    struct Case {
        std::string_view text;
        std::string_view code;
    };
    const std::vector<Case> cases{
        {"EUR", "EUR"},
        {"eur", "EUR"},
        {" Eur ", "EUR"},
        {"\xc2\xa0"
         "EUR\xe2\x80\xaf",
         "EUR"},
        {"\xef\xbb\xbf"
         "EUR",
         "EUR"},
        {"€", "EUR"},
        {" € ", "EUR"},
        {"Euro", "EUR"},
        {"euros", "EUR"},
        {"EUROS", "EUR"},
        {"US$", "USD"},
        {"us dollars", "USD"},
        {"Dollar US", "USD"},
        {"dollars américains", "USD"},
        {"USD", "USD"},
        {"£", "GBP"},
        {"GBP", "GBP"},
        {"Livre sterling", "GBP"},
        {"CHF", "CHF"},
        {"Fr.", "CHF"},
        {"franc suisse", "CHF"},
        {"zł", "PLN"},
        {"ZŁ", "PLN"},
        {"Złoty", "PLN"},
        {"Kč", "CZK"},
        {"Ft", "HUF"},
        {"yen", "JPY"},
        {"RMB", "CNY"},
        {"R$", "BRL"},
        {"₹", "INR"},
        {"₺", "TRY"},
        {"₪", "ILS"},
        {"TND", "TND"},
        {"dinar tunisien", "TND"},
        {"francs  CFP", "XPF"},
        {"DEM", "DEM"},
        {"HRK", "HRK"},
        {"BGN", "BGN"},
        {"лв", "BGN"},
        {"xcg", "XCG"},
        {"ZWG", "ZWG"},
    };
    for (const Case& row : cases) {
        CAPTURE(row.text);
        const Result<Currency> currency = parse_currency(row.text);
        REQUIRE(currency.has_value());
        CHECK(currency->code() == row.code);
    }
}

TEST_CASE("a currency that could be several, or is none, is refused and says why") {
    // If this failed, dollars of one country would be added to those of another.
    struct Case {
        std::string_view text;
        std::string_view why;
    };
    const std::vector<Case> cases{
        {"$", "could be any of"},
        {"¥", "CNY JPY"},
        {"￥", "CNY JPY"},
        {"kr", "DKK"},
        {"Kr.", "could be any of"},
        {"FCFA", "XAF XOF"},
        {"F CFA", "XAF XOF"},
        {"dollar", "could be any of"},
        {"lei", "MDL RON"},
        {"Rs", "INR"},
        {"pesos", "could be any of"},
        {"C$", "CAD NIO"},
        {"₩", "KPW KRW"},
        {"", "no currency"},
        {" \t\xc2\xa0", "no currency"},
        {"XXX", "not a currency"},
        {"XAU", "not a currency"},
        {"XTS", "not a currency"},
        {"XDR", "not a currency"},
        {"EU", "not a currency"},
        {"EURO EUR", "not a currency"},
        {"E UR", "not a currency"},
        {"978", "not a currency"},
        {"BTC", "not a currency"},
        {"\xff\xfe", "\\xff\\xfe"},
        {std::string_view("EUR\0", 4), "not a currency"},
        {std::string_view("\0", 1), "not a currency"},
    };
    for (const Case& row : cases) {
        CAPTURE(row.text);
        const Result<Currency> currency = parse_currency(row.text);
        REQUIRE_FALSE(currency.has_value());
        CHECK(currency.error().code == ErrorCode::bad_input);
        CAPTURE(currency.error().message.english());
        CHECK(currency.error().message.english().find(row.why) != std::string::npos);
    }
    CHECK_FALSE(parse_currency(std::string(1'000'000, 'E')).has_value());
}

TEST_CASE("every currency of the table is read back from its code in any case") {
    // If this failed, some country's bills would have no currency.
    for (const CurrencyInfo& row : all_currencies().subspan(1)) {
        CAPTURE(row.code);
        std::string lower;
        for (const char letter : row.code) {
            lower += static_cast<char>(letter - 'A' + 'a');
        }
        const Result<Currency> currency = parse_currency(lower);
        REQUIRE(currency.has_value());
        CHECK(currency->code() == row.code);
    }
}
