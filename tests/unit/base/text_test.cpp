// ASCII text: case and blanks, the same in every locale.
#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace moisson;

TEST_CASE("only ASCII letters change case: a name of two bytes a letter would become another name, or none") {
    CHECK(lower("ABC-xyz_0 É\xC9") == "abc-xyz_0 É\xC9");
    CHECK(equal_ignoring_case("Content-Length", "content-LENGTH"));
    CHECK_FALSE(equal_ignoring_case("É", "é"));
    CHECK_FALSE(equal_ignoring_case("a", "ab"));
    CHECK(starts_with_ignoring_case("Basic abc", "basic"));
    CHECK_FALSE(starts_with_ignoring_case("Bas", "basic"));
}

TEST_CASE("blanks go from both ends and nowhere else: a value would lose what belongs to it") {
    CHECK(trim(" \t\r\n a b \n") == "a b");
    CHECK(trim("\n a ", line_blanks) == "\n a");
    CHECK(trim(" \t").empty());
    CHECK(trim("").empty());
    CHECK(is_blank(" \r\n\t"));
    CHECK_FALSE(is_blank("\xC2\xA0"));
}

TEST_CASE("a name from outside is held to the letters that it may have: none that only a locale takes for one") {
    for (int byte = 0; byte < 256; ++byte) {
        CAPTURE(byte);
        const bool is_plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
        CHECK(is_letter_or_digit(static_cast<char>(byte)) == is_plain);
    }
    CHECK(is_letters_and_digits(""));
    CHECK(is_letters_and_digits("Ab9"));
    CHECK_FALSE(is_letters_and_digits("a-b"));
    CHECK(is_letters_and_digits("a-b_c", "_-"));
    CHECK_FALSE(is_letters_and_digits("\xc3\xa9", "-"));
    CHECK_FALSE(is_letters_and_digits(std::string_view("a\0b", 3), "-"));
}
