/// Patterns of contracts and offers.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/glob.hpp"

using namespace moisson;

TEST_CASE("a pattern would leave out a contract that it names, or take in another") {
    struct Row {
        const char* pattern;
        const char* text;
        bool matches;
    };
    for (const Row& row :
         {Row{"OCB0001*", "OCB0001234", true}, Row{"OCB0001*", "OCB0002234", false}, Row{"ocb000123?", "OCB0001234", true},
          Row{"OCB000[12]*", "OCB0002", true}, Row{"OCB000[12]*", "OCB0003", false}, Row{"*", "", true}, Row{"", "", true},
          Row{"a", "ab", false}, Row{"Flexible*", "flexible engine", true}, Row{"a\\*", "a\\b", true}, Row{"[", "[", true}}) {
        CAPTURE(row.pattern);
        CAPTURE(row.text);
        CHECK(glob_matches(row.pattern, row.text) == row.matches);
    }
    const std::vector<std::string> patterns{"OCB1", "Production*"};
    CHECK(any_glob_matches(patterns, "OCB1", "Test"));
    CHECK(any_glob_matches(patterns, "OCB2", "production north"));
    CHECK_FALSE(any_glob_matches(patterns, "OCB2", "Test"));
    CHECK(any_glob_matches({}, "OCB2", "Test"));
}
