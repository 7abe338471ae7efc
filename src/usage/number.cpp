/// The rarer forms of numbers: thousands, signs of other kinds, exponents, many digits.
#include "usage/number.hpp"

#include <array>
#include <cstring>

#include "base/text.hpp"

namespace moisson::usage {

namespace {

/// Above the longest number with all its separators that is still read; longer fields are no numbers.
constexpr std::size_t field_bytes_max = 256;

/// The field with blanks of any kind as ' ', U+2212 as '-', U+2019 as '\'', trimmed.
struct Plain {
    std::array<char, field_bytes_max> bytes;
    std::size_t size = 0;
    bool is_readable = true;
    [[nodiscard]] std::string_view text() const noexcept { return {bytes.data(), size}; }
};

struct Replacement {
    std::string_view from;
    char to;
};
constexpr Replacement replacements[] = {
    {"\xC2\xA0", ' '}, {"\xE2\x80\xAF", ' '}, {"\xE2\x80\x89", ' '}, {"\xE2\x88\x92", '-'}, {"\xE2\x80\x99", '\''}, {"\xA0", ' '},
    {"\t", ' '}};

Plain make_plain(std::string_view field) noexcept {
    Plain plain;
    while (!field.empty()) {
        char letter = field.front();
        std::size_t length = 1;
        for (const Replacement& replacement : replacements) {
            if (field.starts_with(replacement.from)) {
                letter = replacement.to;
                length = replacement.from.size();
                break;
            }
        }
        field.remove_prefix(length);
        if (letter == ' ' && plain.size == 0) {
            continue;
        }
        if (plain.size == plain.bytes.size()) {
            plain.is_readable = false;
            return plain;
        }
        plain.bytes.at(plain.size++) = letter;
    }
    while (plain.size > 0 && plain.bytes.at(plain.size - 1) == ' ') {
        --plain.size;
    }
    return plain;
}

/// Digits in one row, and the lengths of the groups between separators.
struct Digits {
    std::array<char, field_bytes_max> digits;
    std::size_t count = 0;
    std::array<std::size_t, 32> groups{};
    std::array<char, 32> separators{};
    std::size_t separator_count = 0;
    int exponent = 0;
    bool is_negative = false;
};


bool read_exponent(std::string_view text, int& exponent) noexcept {
    const bool is_below = text.starts_with('-');
    if (is_below || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    if (text.empty() || text.size() > 3) {
        return false;
    }
    for (const char letter : text) {
        if (!is_digit(letter)) {
            return false;
        }
        exponent = exponent * 10 + (letter - '0');
    }
    exponent = is_below ? -exponent : exponent;
    return true;
}

bool take_apart(std::string_view text, Digits& number) noexcept {
    if (text.starts_with('-') || text.starts_with('+')) {
        number.is_negative = text.front() == '-';
        text.remove_prefix(1);
        while (text.starts_with(' ')) {
            text.remove_prefix(1);
        }
    }
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = text[at];
        if (is_digit(letter)) {
            number.digits.at(number.count++) = letter;
            ++number.groups.at(number.separator_count);
        } else if (letter == '.' || letter == ',' || letter == ' ' || letter == '\'') {
            if (number.separator_count + 1 >= number.groups.size()) {
                return false;
            }
            number.separators.at(number.separator_count++) = letter;
        } else if (letter == 'e' || letter == 'E') {
            return number.count > 0 && read_exponent(text.substr(at + 1), number.exponent);
        } else {
            return false;
        }
    }
    return number.count > 0;
}

/// True when the last separator of several, or the only one, can only stand before decimals.
enum class Last { none, decimal, thousands, unclear };

Last role_of_last(const Digits& number, DecimalMark mark) noexcept {
    const std::size_t count = number.separator_count;
    if (count == 0) {
        return Last::none;
    }
    const char last = number.separators.at(count - 1);
    const bool can_be_decimal = last == '.' || last == ',';
    if (count > 1) {
        for (std::size_t at = 0; at + 1 < count; ++at) {
            if (number.separators.at(at) != number.separators.front()) {
                return Last::unclear;
            }
        }
        if (number.separators.front() != last) {
            return can_be_decimal ? Last::decimal : Last::unclear;
        }
        return Last::thousands;
    }
    if (!can_be_decimal) {
        return Last::thousands;
    }
    const std::size_t whole = number.groups[0];
    const bool fits_thousands = number.groups[1] == 3 && whole >= 1 && whole <= 3 && number.digits[0] != '0';
    if (!fits_thousands) {
        return Last::decimal;
    }
    if (last == ',') {
        return mark == DecimalMark::dot ? Last::unclear : Last::decimal;
    }
    return mark == DecimalMark::dot ? Last::decimal : mark == DecimalMark::comma ? Last::thousands : Last::unclear;
}

bool are_thousands(const Digits& number, std::size_t groups) noexcept {
    if (groups > 1 && (number.groups[0] < 1 || number.groups[0] > 3 || number.digits[0] == '0')) {
        return false;
    }
    for (std::size_t at = 1; at < groups; ++at) {
        if (number.groups.at(at) != 3) {
            return false;
        }
    }
    return true;
}

constexpr ReadNumber unreadable() noexcept { return {NumberForm::unreadable, nullptr, {}}; }

/// `digits` × 10^-`scale` as text and value.
ReadNumber write_number(std::string_view digits, int scale, bool is_negative, char* out) noexcept {
    while (digits.size() > 1 && digits.front() == '0') {
        digits.remove_prefix(1);
    }
    const bool is_zero = digits == "0";
    int zeros = 0;
    if (scale < 0) {
        zeros = is_zero ? 0 : -scale;
        scale = 0;
    }
    if (scale > big_decimal_scale_max ||
        digits.size() + static_cast<std::size_t>(zeros) > static_cast<std::size_t>(big_decimal_digits_max)) {
        return unreadable();
    }
    Int128 value = 0;
    for (const char digit : digits) {
        value = value * 10 + (digit - '0');
    }
    for (int at = 0; at < zeros; ++at) {
        value *= 10;
    }
    char* to = out;
    if (is_negative && value != 0) {
        *to++ = '-';
    }
    const auto places = static_cast<std::size_t>(scale);
    if (digits.size() <= places) {
        *to++ = '0';
    }
    for (std::size_t at = digits.size() <= places ? places : digits.size(); at > 0; --at) {
        if (at == places) {
            *to++ = '.';
        }
        *to++ = at > digits.size() ? '0' : digits[digits.size() - at];
    }
    for (int at = 0; at < zeros; ++at) {
        *to++ = '0';
    }
    return {NumberForm::number, to, {is_negative ? -value : value, static_cast<std::uint8_t>(scale)}};
}

/// To 15 significant digits where there are 16 or more. `digits` begins with none of its zeros; `scale` follows.
void round_noise(std::array<char, field_bytes_max>& digits, std::size_t& count, int& scale) noexcept {
    constexpr std::size_t digits_kept = 15;
    if (count > digits_kept) {
        const bool goes_up = digits.at(digits_kept) >= '5';
        scale -= static_cast<int>(count - digits_kept);
        count = digits_kept;
        std::size_t at = count;
        while (goes_up && at > 0 && digits.at(at - 1) == '9') {
            digits.at(--at) = '0';
        }
        if (goes_up && at > 0) {
            ++digits.at(at - 1);
        } else if (goes_up) {
            digits[0] = '1';  // 99…9 became 100…0
            --scale;
        }
        while (count > 1 && scale > 0 && digits.at(count - 1) == '0') {
            --count;
            --scale;
        }
    }
}

}  // namespace

ReadNumber read_rare_number(std::string_view field, DecimalMark mark, char* out) noexcept {
    const Plain plain = make_plain(field);
    if (!plain.is_readable) {
        return unreadable();
    }
    if (plain.size == 0) {
        return {NumberForm::empty, out, {}};
    }
    Digits number;
    if (!take_apart(plain.text(), number)) {
        return unreadable();
    }
    const Last last = role_of_last(number, mark);
    const std::size_t groups = number.separator_count + 1;
    if (last == Last::unclear || !are_thousands(number, groups - (last == Last::decimal ? 1 : 0))) {
        return unreadable();
    }
    int scale = 0;
    if (last == Last::decimal) {
        scale = static_cast<int>(number.groups.at(groups - 1));
        if (scale == 0) {
            return unreadable();
        }
    }
    return write_number({number.digits.data(), number.count}, scale - number.exponent, number.is_negative, out);
}

ReadNumber read_workbook_number(std::string_view text, char* out) noexcept {
    Digits number;
    if (text.size() > field_bytes_max || !take_apart(text, number) || number.separator_count > 1 ||
        (number.separator_count == 1 && (number.separators[0] != '.' || number.groups[1] == 0))) {
        return unreadable();
    }
    int scale = static_cast<int>(number.groups[1]) - number.exponent;
    std::size_t zeros = 0;
    while (zeros + 1 < number.count && number.digits.at(zeros) == '0') {
        ++zeros;
    }
    std::memmove(number.digits.data(), number.digits.data() + zeros, number.count - zeros);
    number.count -= zeros;
    round_noise(number.digits, number.count, scale);
    return write_number({number.digits.data(), number.count}, scale, number.is_negative, out);
}

bool leans_on_mark(std::string_view field) noexcept {
    const Plain plain = make_plain(field);
    Digits number;
    return plain.is_readable && take_apart(plain.text(), number) && number.separator_count == 1 &&
           (number.separators[0] == ',' || number.separators[0] == '.') && number.groups[1] == 3 && number.groups[0] >= 1 &&
           number.groups[0] <= 3 && number.digits[0] != '0';
}

DecimalMark mark_shown_by(std::string_view field) noexcept {
    const Plain plain = make_plain(field);
    Digits number;
    if (!plain.is_readable || !take_apart(plain.text(), number) || number.separator_count == 0) {
        return DecimalMark::unknown;
    }
    const char last = number.separators.at(number.separator_count - 1);
    const Last role = role_of_last(number, DecimalMark::unknown);
    if (role == Last::thousands && number.separator_count > 1 && are_thousands(number, number.separator_count + 1)) {
        // What parts thousands twice does not stand before decimals.
        return last == '.' ? DecimalMark::comma : last == ',' ? DecimalMark::dot : DecimalMark::unknown;
    }
    // A lone comma before three digits is read as a decimal mark, but shows nothing.
    if (role != Last::decimal || leans_on_mark(field)) {
        return DecimalMark::unknown;
    }
    return last == ',' ? DecimalMark::comma : DecimalMark::dot;
}

}  // namespace moisson::usage
