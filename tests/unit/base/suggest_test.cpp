// The known word nearest to a slip of the finger.
#include "base/suggest.hpp"

#include <doctest/doctest.h>

using namespace moisson;

TEST_CASE("a user's slip would get a suggestion that has nothing to do with it, or none") {
    const std::string_view known[] = {"period", "from", "to", "contracts", "rate_per_second"};
    CHECK(nearest_word("periode", known) == "period");
    CHECK(nearest_word("preiod", known) == "period");
    CHECK(nearest_word("PERIOD", known) == "period");
    CHECK(nearest_word("rate", known) == "rate_per_second");
    CHECK(nearest_word("contract", known) == "contracts");
    CHECK_FALSE(nearest_word("zebra", known).has_value());
    CHECK_FALSE(nearest_word("", known).has_value());
    CHECK_FALSE(nearest_word(std::string(10'000, 'x'), known).has_value());
    CHECK(edit_distance("ab", "ba") == 1);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("kitten", "sitting") == 3);
}
