#pragma once
/// ASCII text without any locale: the case of letters, digits, and blanks. Bytes beyond ASCII stay as they are. Pure.

#include <cstddef>
#include <string>
#include <string_view>

namespace moisson {

constexpr char lower(char letter) noexcept { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

constexpr bool is_digit(char letter) noexcept { return letter >= '0' && letter <= '9'; }
constexpr bool is_letter_or_digit(char letter) noexcept { return (lower(letter) >= 'a' && lower(letter) <= 'z') || is_digit(letter); }

/// Nothing but letters, digits and what stands in `besides`; true of an empty text.
constexpr bool is_letters_and_digits(std::string_view text, std::string_view besides = {}) noexcept {
    for (const char letter : text) {
        if (!is_letter_or_digit(letter) && besides.find(letter) == std::string_view::npos) {
            return false;
        }
    }
    return true;
}

inline std::string lower(std::string_view text) {
    std::string result(text);
    for (char& letter : result) {
        letter = lower(letter);
    }
    return result;
}

constexpr bool equal_ignoring_case(std::string_view one, std::string_view other) noexcept {
    if (one.size() != other.size()) {
        return false;
    }
    for (std::size_t at = 0; at < one.size(); ++at) {
        if (lower(one[at]) != lower(other[at])) {
            return false;
        }
    }
    return true;
}

constexpr bool starts_with_ignoring_case(std::string_view text, std::string_view head) noexcept {
    return equal_ignoring_case(text.substr(0, head.size()), head);
}

/// Blanks, tabs and line ends.
inline constexpr std::string_view ascii_blanks = " \t\r\n";
/// What stands between the words of one line.
inline constexpr std::string_view line_blanks = " \t";

/// Without what stands at both ends and is one of `blanks`.
constexpr std::string_view trim(std::string_view text, std::string_view blanks = ascii_blanks) noexcept {
    while (!text.empty() && blanks.find(text.front()) != std::string_view::npos) {
        text.remove_prefix(1);
    }
    while (!text.empty() && blanks.find(text.back()) != std::string_view::npos) {
        text.remove_suffix(1);
    }
    return text;
}

constexpr bool is_blank(std::string_view text) noexcept { return trim(text).empty(); }

}  // namespace moisson
