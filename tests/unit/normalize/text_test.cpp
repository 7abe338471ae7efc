/// Trimming and folding of text from outside.
#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "base/utf8.hpp"
#include "normalize/text.hpp"
#include "support/rounds.hpp"

using namespace moisson::normalize;

TEST_CASE("blanks of every Unicode kind go from both ends, and nothing else does") {
    // If this failed, "EUR" followed by a no-break space would be no currency.
    CHECK(trim("") == "");
    CHECK(trim(" \t\r\n\v\f") == "");
    CHECK(trim(" a b ") == "a b");
    for (const std::string blank :
         {"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe1\xa0\x8e", "\xe2\x80\x80", "\xe2\x80\x8a", "\xe2\x80\x8b", "\xe2\x80\xa8",
          "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe2\x81\xa0", "\xe3\x80\x80", "\xef\xbb\xbf"}) {
        CAPTURE(blank);
        CHECK(trim(blank + blank + "x" + blank + " ") == "x");
        CHECK(trim(blank).empty());
        CHECK(fold("a" + blank + blank + "b") == "a b");
    }
    for (const std::string other :
         {"\xc2\xa1", "\xe2\x80\x93", "\xff", "\x80", "\xa0", "\xc2", "\xe2\x80", "\x80\x80\x80\x80\xa0", "é", "_"}) {
        CAPTURE(other);
        CHECK(trim(other) == other);
        CHECK(trim(" " + other + " ") == other);
    }
    CHECK(trim(std::string_view(" \0 ", 3)) == std::string_view("\0", 1));
}

TEST_CASE("trimming any bytes gives what a plain walk from the front gives") {
    // If this failed, some ending would be cut inside a character.
    const std::array<std::string_view, 12> pieces{" ",    "\xc2\xa0", "\xe2\x80\xaf",     "a",   "é", "\xe2\x82\xac", "\x80", "\xa0",
                                                  "\xe2", "\xc2",     "\xf0\x9f\x98\x80", "\xbf"};
    std::mt19937_64 random(11);
    for (int round = 0; round < moisson::test::rounds(50'000); ++round) {
        std::string text;
        for (std::uint64_t count = random() % 7; count > 0; --count) {
            text += pieces[random() % pieces.size()];
        }
        std::size_t begin = text.size();
        std::size_t end = 0;
        for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
            if (!moisson::is_blank(moisson::first_code_point(std::string_view(text).substr(at), length))) {
                begin = std::min(begin, at);
                end = at + length;
            }
        }
        CAPTURE(round);
        CHECK(trim(text) == (end == 0 ? "" : std::string_view(text).substr(begin, end - begin)));
        CHECK(moisson::is_utf8(fold(text)));
    }
}

TEST_CASE("folding makes spellings of one word equal") {
    // If this failed, "FÉVRIER" and "fevrier" would be two months.
    CHECK(fold("FÉVRIER") == "fevrier");
    CHECK(fold("fe\xcc\x81vrier") == "fevrier");
    CHECK(fold("AOÛT") == "aout");
    CHECK(fold("Złoty Kč ÀÉÎÕÜ çñ ÿ") == "zloty kc aeiou cn y");
    CHECK(fold("œuvre Straße") == "œuvre straße");
    CHECK(fold("a–b—c−d‑e") == "a-b-c-d-e");
    CHECK(fold("l’été") == "l'ete");
    CHECK(fold("  a \t b  ") == "a b");
    CHECK(fold("a\xff") == "a\xef\xbf\xbd");
    CHECK(fold(std::string_view("a\0b", 3)) == std::string_view("a\0b", 3));
    CHECK(fold("Ω元") == "Ω元");
}
