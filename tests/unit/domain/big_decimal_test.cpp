// Exact decimals of any scale.
#include <doctest/doctest.h>

#include "domain/big_decimal.hpp"

using namespace moisson;

namespace {

BigDecimal of(std::string_view text) {
    const auto read = parse_big_decimal(text);
    REQUIRE(read.has_value());
    return *read;
}

}  // namespace

TEST_CASE("a decimal would be read as another one, or something else would be read as one") {
    for (const std::string_view text : {"0", "0.01", "-12", "1234.5600", "-0.000000000000000001", "123456789012345678901234567890123456",
                                        "0.123456789012345678901234567890123456"}) {
        CAPTURE(text);
        const auto read = parse_big_decimal(text);
        // 37 digits with the zero in front are too many.
        CHECK(read.has_value() == (text.size() < 38));
        if (read) {
            CHECK(to_decimal(*read) == text);
        }
    }
    for (const std::string_view text :
         {"", "-", ".", "1.", ".5", "1,5", "+1", " 1", "1 ", "1e3", "--1", "1.2.3", "0x1", "1234567890123456789012345678901234567"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_big_decimal(text).has_value());
    }
    CHECK(to_decimal(of("-0")) == "0");
}

TEST_CASE("a sum over different scales would lose digits, or wrap around without a word") {
    BigDecimal sum = of("0.1");
    REQUIRE(add_to(sum, of("0.02")));
    REQUIRE(add_to(sum, of("-1000")));
    CHECK(to_decimal(sum) == "-999.88");
    BigDecimal large = of("123456789012345678901234567890123456");
    const BigDecimal before = large;
    CHECK_FALSE(add_to(large, of("0.0000000000000001")));
    CHECK(large == before);
    // Zeros at the end are no reason to fail.
    CHECK(add_to(large, of("1.0000000000000000")));
    CHECK(to_decimal(large) == "123456789012345678901234567890123457");
    BigDecimal most{};
    for (int at = 0; at < 400; ++at) {
        if (!add_to(most, of("999999999999999999999999999999999999"))) {
            CHECK(at > 100);
            return;
        }
    }
    FAIL("400 times 10^36 does not fit in 128 bits");
}

TEST_CASE("decimals of the same worth would differ, or a comparison would be wrong where scales are far apart") {
    CHECK(of("1.50") == of("1.5"));
    CHECK(of("-0.10") == of("-0.1"));
    CHECK(of("0") == of("0.000"));
    CHECK(of("0.01") < of("0.0100001"));
    CHECK(of("-0.02") < of("-0.01"));
    const BigDecimal large = of("123456789012345678901234567890123456");
    const BigDecimal fine = of("0.000000000000000000000000000000001");
    CHECK(large > fine);
    CHECK(fine < large);
    CHECK(negated(large) < fine);
    CHECK(fine > negated(large));
    CHECK(negated(fine) > negated(large));
}

TEST_CASE("people would read a sum with too few or too many digits") {
    CHECK(to_decimal(of("1.5"), 2) == "1.50");
    CHECK(to_decimal(of("12"), 2) == "12.00");
    CHECK(to_decimal(of("12"), 0) == "12");
    CHECK(to_short_decimal(of("1.500000"), 2) == "1.50");
    CHECK(to_short_decimal(of("1.000010"), 2) == "1.00001");
    CHECK(to_short_decimal(of("-0.0000"), 2) == "0.00");
    CHECK(to_decimal(to_exact(Money{-12345, *find_currency("TND")})) == "-12.345");
    CHECK(to_decimal(to_exact(Money{7, *find_currency("JPY")})) == "7");
}
