/// A text is suspect when it begins like a formula, or when it holds a digit and nothing but what numbers, days and times are written with.
#include "erp/guard.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.hpp"

namespace moisson::erp {

namespace {

bool starts_with_any(std::string_view text, const auto& beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view one) { return text.starts_with(one); });
}

/// The last four are the full-width forms of the first four.
constexpr std::array<std::string_view, 10> formula_signs = {"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"};

/// Beyond ASCII: three blanks, three currency signs, a minus sign, an apostrophe.
constexpr std::array<std::string_view, 8> wide_marks = {"\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89", "€", "£", "¥", "−", "’"};
constexpr std::string_view marks = " .,/:-+%$'()";

/// Words inside of numbers, days and times: powers of ten, half days, currencies, months as French and English spreadsheets know them.
constexpr std::array<std::string_view, 55> words = {
    "e",     "am",      "pm",      "eur",     "usd",      "chf",      "jan",      "janv", "janvier",  "january",   "févr",
    "fév",   "fevr",    "fev",     "février", "fevrier",  "feb",      "february", "mar",  "mars",     "march",     "avr",
    "avril", "apr",     "april",   "mai",     "may",      "juin",     "jun",      "june", "juil",     "juillet",   "jul",
    "july",  "août",    "aout",    "aoû",     "aou",      "aug",      "august",   "sep",  "sept",     "septembre", "september",
    "oct",   "octobre", "october", "nov",     "novembre", "november", "déc",      "dec",  "décembre", "decembre",  "december"};
constexpr std::array<std::string_view, 4> truths = {"vrai", "faux", "true", "false"};

bool is_letter(char byte) noexcept { return (lower(byte) >= 'a' && lower(byte) <= 'z') || static_cast<unsigned char>(byte) >= 0x80; }

/// Whatever the case of its ASCII letters, and of é and û.
bool is_word(std::string_view run, std::string_view word) noexcept {
    return run.size() == word.size() && std::equal(run.begin(), run.end(), word.begin(), [&](char one, char other) {
               const bool is_same = lower(one) == other;
               return is_same || (static_cast<unsigned char>(other) >= 0xa0 &&
                                  static_cast<unsigned char>(one) + 0x20 == static_cast<unsigned char>(other));
           });
}

bool is_one_of(std::string_view run, const auto& list) noexcept {
    return std::any_of(list.begin(), list.end(), [&](std::string_view word) { return is_word(run, word); });
}

bool looks_like_value(std::string_view text) noexcept {
    bool has_digit = false;
    while (!text.empty()) {
        const char first = text.front();
        const auto* wide =
            std::find_if(wide_marks.begin(), wide_marks.end(), [&](std::string_view mark) { return text.starts_with(mark); });
        if (is_digit(first) || marks.find(first) != std::string_view::npos || wide != wide_marks.end()) {
            has_digit = has_digit || is_digit(first);
            text.remove_prefix(wide != wide_marks.end() ? wide->size() : 1);
            continue;
        }
        std::size_t length = 0;
        while (length < text.size() && is_letter(text[length]) && !starts_with_any(text.substr(length), wide_marks)) {
            ++length;
        }
        if (length == 0 || !is_one_of(text.substr(0, length), words)) {
            return false;
        }
        text.remove_prefix(length);
    }
    return has_digit;
}

}  // namespace

bool needs_guard(std::string_view text) noexcept {
    return starts_with_any(text, formula_signs) || looks_like_value(text) || is_one_of(text, truths);
}

}  // namespace moisson::erp
