#include <doctest/doctest.h>

#include <limits>
#include <optional>
#include <string>

#include "domain/changes.hpp"

using namespace moisson;

namespace {

const Currency euro = *find_currency("EUR");

SumChange sums(std::optional<std::int64_t> before, std::optional<std::int64_t> now) {
    SumChange change;
    change.currency = euro;
    change.before = before ? std::optional(Money{*before, euro}) : std::nullopt;
    change.now = now ? std::optional(Money{*now, euro}) : std::nullopt;
    return change;
}

}  // namespace

TEST_CASE("a difference is exact, and its share of what was before is rounded to one digit") {
    // A rise of 4.95 % would be told as 4.9, or a fall of a credit as a rise.
    struct Row {
        std::optional<std::int64_t> before;
        std::optional<std::int64_t> now;
        std::string difference;
        std::string percent;
    };
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    for (const Row& row :
         {Row{10'000, 14'250, "42.50", "42.5"}, Row{10'000, 10'495, "4.95", "5.0"}, Row{10'000, 9'505, "-4.95", "-5.0"},
          Row{-10'000, -15'000, "-50.00", "-50.0"}, Row{-10'000, 5'000, "150.00", "150.0"}, Row{{}, 100, "1.00", ""}, Row{100, {}, "-1.00", "-100.0"},
          Row{0, 100, "1.00", ""}, Row{100'000, 100'001, "0.01", "0.0"}, Row{100'001, 100'000, "-0.01", "0.0"}, Row{1, most, "92233720368547758.06", ""}}) {
        const SumChange change = sums(row.before, row.now);
        CAPTURE(row.difference);
        REQUIRE(difference_of(change).has_value());
        CHECK(to_decimal(*difference_of(change)) == row.difference);
        CHECK(percent_of(change) == row.percent);
    }
    CHECK_FALSE(difference_of(sums(std::numeric_limits<std::int64_t>::min(), most)).has_value());
}
