/// The shape of TOML texts before a parser sees them.

#include <doctest/doctest.h>

#include <string>

#include "base/toml_shape.hpp"

using namespace moisson;

namespace {

std::string repeated(std::string_view text, std::size_t count) {
    std::string all;
    for (std::size_t at = 0; at < count; ++at) {
        all += text;
    }
    return all;
}

/// "3:14 what"; empty when nothing is said.
std::string excess_of(const std::string& text) {
    const auto excess = find_toml_excess(text);
    return excess ? std::to_string(excess->line) + ":" + std::to_string(excess->column) + " " + excess->what : std::string();
}

}  // namespace

TEST_CASE("a key of 60,000 parts would end the process that reads it") {
    CHECK(excess_of("a = 1\n" + repeated("a.", 60'000) + "a = 1\n") == "2:64 a key of more than 32 parts");
    CHECK(excess_of("[" + repeated("a . ", 60'000) + "a]\n") == "1:128 a key of more than 32 parts");
    CHECK(excess_of("[[" + repeated("\"a\".", 33) + "a]]\n") == "1:130 a key of more than 32 parts");
    CHECK(excess_of("b = { " + repeated("a.", 33) + "a = 1 }").ends_with("a key of more than 32 parts"));
    CHECK(excess_of("b = [ { x = 1, " + repeated("a.", 33) + "a = 1 } ]").ends_with("a key of more than 32 parts"));
    CHECK(excess_of("b = " + repeated("[", 33)) == "1:37 lists and tables more than 32 deep");
    CHECK(excess_of("b = " + repeated("{ a = ", 33)).ends_with("lists and tables more than 32 deep"));
    CHECK(excess_of(repeated("a = 1\n", 500'001)) == "500001:3 more than 500000 keys and values");
    CHECK(excess_of(repeated("a.", 31) + "a = 1\n").empty());
    CHECK(excess_of("b = " + repeated("[", 32)).empty());
}

TEST_CASE("a text with many dots would be taken for a key, or a key for a text") {
    const std::string dots(100, '.');
    const std::string key = repeated("a.", 33) + "a = 1\n";
    for (const std::string& harmless :
         {"a = \"" + dots + "\"\n", "a = '" + dots + "'\n", "a = \"\"\"\n" + dots + "\n\"\"\"\n", "a = '''\n" + dots + "\n'''\n",
          "# " + dots + "\n", "a = \"\\\"" + dots + "\"\n", "a = \"\"\"\"" + dots + "\"\"\"\"\"\n",
          "a = [" + repeated("1.5, ", 100) + "]\n", std::string("a = 1.5\nb = \"\"\nc = ''\nd = \"\"\"\"\"\"\n")}) {
        CAPTURE(harmless);
        CHECK(excess_of(harmless).empty());
        CHECK(excess_of(harmless + key).ends_with("a key of more than 32 parts"));
    }
    CHECK(excess_of("a = \"open\n" + key).ends_with("a key of more than 32 parts"));
    CHECK(excess_of("a = '\\'\n" + key).ends_with("a key of more than 32 parts"));
    CHECK(excess_of("a = \"\"\"\\\"\"\"\"\n" + key).ends_with("a key of more than 32 parts"));
    CHECK(excess_of(std::string()).empty());
    CHECK(excess_of("#").empty());
    CHECK(excess_of("a = \"\\").empty());
}
