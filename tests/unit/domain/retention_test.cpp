/// Until when a month is to be kept.

#include <doctest/doctest.h>

#include <array>

#include "base/days.hpp"
#include "base/luhn.hpp"
#include "domain/period.hpp"
#include "domain/retention.hpp"

using namespace moisson;

namespace {

std::chrono::year_month_day day(const char* text) { return parse_day(text).value(); }

std::chrono::month_day in_year(const char* text) {
    const auto found = day(text);
    return {found.month(), found.day()};
}

}  // namespace

TEST_CASE("the retention ends so many years after the fiscal year that holds the month") {
    struct Example {
        const char* year_end;
        int years;
        const char* last_day;
        const char* fiscal_year_end;
        const char* until;
    };
    constexpr std::array examples{
        Example{"2000-12-31", 10, "2026-10-31", "2026-12-31", "2036-12-31"},
        Example{"2000-12-31", 10, "2026-12-31", "2026-12-31", "2036-12-31"},
        Example{"2000-10-30", 10, "2026-10-31", "2027-10-30", "2037-10-30"},
        Example{"2000-02-29", 10, "2026-02-28", "2026-02-28", "2036-02-29"},
        Example{"2000-02-28", 11, "2028-02-29", "2028-02-29", "2039-02-28"},
        Example{"2000-12-31", 10, "9999-12-31", "9999-12-31", "9999-12-31"},
    };
    for (const Example& example : examples) {
        CAPTURE(example.last_day);
        const Retention found = retention_of({in_year(example.year_end), example.years, {}}, day(example.last_day));
        CHECK(to_text(found.fiscal_year_end) == example.fiscal_year_end);
        CHECK(to_text(found.until) == example.until);
    }
}

TEST_CASE("a day before which nothing may go makes it longer, never shorter") {
    RetentionTerms terms;
    terms.at_least = day("2040-01-01");
    CHECK(to_text(retention_of(terms, day("2026-10-31")).until) == "2040-01-01");
    terms.at_least = day("2030-01-01");
    CHECK(to_text(retention_of(terms, day("2026-10-31")).until) == "2036-12-31");
}

TEST_CASE("a SIREN with a mistyped or swapped digit is told") {
    CHECK(has_luhn_digit("732829320"));
    for (const char* wrong : {"732829321", "723829320", "000000000", "", "73282932x"}) {
        CAPTURE(wrong);
        CHECK_FALSE(has_luhn_digit(wrong));
    }
}
