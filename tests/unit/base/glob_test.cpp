// Patterns that name contracts and offers.

#include <array>
#include <string>

#include <doctest/doctest.h>

#include "base/glob.hpp"

TEST_CASE("contract globs match id or name whole and without case: a filter that matches too much books foreign contracts") {
    using moisson::glob_matches;
    CHECK(glob_matches("OCB000*", "OCB0001234"));
    CHECK(glob_matches("ocb0001234", "OCB0001234"));
    CHECK(glob_matches("*prod?", "Web PROD1"));
    CHECK_FALSE(glob_matches("OCB000", "OCB0001234"));
    CHECK_FALSE(glob_matches("prod", "Web prod"));
}

TEST_CASE("a list of patterns that matches nothing would be taken for everything, or the other way round") {
    const std::array<std::string, 2> patterns{"OCB1*", "prod"};
    CHECK(moisson::any_glob_matches(patterns, "OCB17", ""));
    CHECK(moisson::any_glob_matches(patterns, "OCB27", "Prod"));
    CHECK_FALSE(moisson::any_glob_matches(patterns, "OCB27", "test"));
    CHECK(moisson::any_glob_matches({}, "OCB27", "test"));
}
