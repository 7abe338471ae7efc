#pragma once
/// Numbers as consumption reports write them, exact. Only the usage room includes this header.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "domain/big_decimal.hpp"

namespace moisson::usage {

/// What stands before the decimals in a file, as its first lines show.
enum class DecimalMark {
    comma,    ///< known: a lone dot parts thousands
    dot,      ///< known: a lone comma before three digits could be either, and is not read
    unknown,  ///< the comma, as far as known of the reports; a lone dot before three digits could be either, and is not read
};

enum class NumberForm { number, empty, unreadable };

struct ReadNumber {
    NumberForm form = NumberForm::empty;
    char* end = nullptr;  ///< of the canonical text
    BigDecimal value;
};

/// The longest text that `read_number` writes: 36 digits before a dot and 36 after it, a sign, a zero.
inline constexpr std::size_t number_text_max = 80;

/// Writes the number's canonical text (digits, a dot before decimals, a leading minus; decimals as many as there were, no sign on zero)
/// to `out`, which has room for `number_text_max` bytes.
///
/// Accepted: digits with one decimal mark, a leading sign (U+2212 too), an exponent; blanks of any kind (U+00A0 and U+202F too, and the
/// lone byte A0 of Windows-1252) and apostrophes between thousands; dots or commas between thousands where nothing else can be meant: two
/// kinds of separator (the last one, standing once, is the decimal mark), one kind standing twice, or a lone dot in a file with decimal
/// commas. Thousands stand in groups of three. Everything else is unreadable, more than 36 digits or decimals too.
[[nodiscard]] ReadNumber read_number(std::string_view field, DecimalMark mark, char* out) noexcept;

/// The parts that are not worth inlining. As `read_number`.
[[nodiscard]] ReadNumber read_rare_number(std::string_view field, DecimalMark mark, char* out) noexcept;

/// A number as XML of a workbook has it ("1.5", "-2E-05", "0.30000000000000004"), its canonical text in `out`. Spreadsheets hold 15 digits
/// and write up to 17, of which the last are noise of binary fractions: from 16 digits on the number is rounded to 15, half away from zero,
/// and zeros at the end go.
[[nodiscard]] ReadNumber read_workbook_number(std::string_view text, char* out) noexcept;

/// True when the field reads as one number by a decimal comma and as another by a decimal dot: "1,234", "-12.500".
[[nodiscard]] bool leans_on_mark(std::string_view field) noexcept;

/// What one field says of its file's decimal mark: `unknown` when nothing.
[[nodiscard]] DecimalMark mark_shown_by(std::string_view field) noexcept;

inline ReadNumber read_number(std::string_view field, DecimalMark mark, char* out) noexcept {
    // Nearly all: a minus at most, digits without zeros in front, one decimal mark between digits, no more than 18 digits in all.
    constexpr std::size_t length_max = 20;
    const char* at = field.data();
    const char* const end = at + field.size();
    if (field.empty()) {
        return {NumberForm::empty, out, {}};
    }
    if (field.size() > length_max) {
        return read_rare_number(field, mark, out);
    }
    char* to = out;
    const bool is_negative = *at == '-';
    if (is_negative) {
        *to++ = *at++;
    }
    const char decimal_mark = mark == DecimalMark::dot ? '.' : ',';
    std::uint64_t digits = 0;  // 20 of them wrap around; such a number is read below
    const char* const first = at;
    while (at < end && static_cast<unsigned char>(*at - '0') < 10) {
        digits = digits * 10 + static_cast<unsigned char>(*at - '0');
        *to++ = *at++;
    }
    const auto whole = at - first;
    std::uint8_t scale = 0;
    if (at < end && *at == decimal_mark) {
        *to++ = '.';
        const char* const fraction = ++at;
        while (at < end && static_cast<unsigned char>(*at - '0') < 10) {
            digits = digits * 10 + static_cast<unsigned char>(*at - '0');
            *to++ = *at++;
        }
        scale = static_cast<std::uint8_t>(at - fraction);
        if (scale == 0) {
            return read_rare_number(field, mark, out);
        }
    }
    if (at != end || whole == 0 || (whole > 1 && *first == '0') || whole + scale > 18 || (is_negative && digits == 0)) {
        return read_rare_number(field, mark, out);
    }
    const auto value = static_cast<std::int64_t>(digits);
    return {NumberForm::number, to, {is_negative ? -value : value, scale}};
}

}  // namespace moisson::usage
