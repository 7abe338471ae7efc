/// Amounts from the raw text of a JSON number or from text of the wild, exact, in the currency's minor units.
///
/// Both syntaxes end in one digit string and one power of ten; `to_money` alone turns these into minor units.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "normalize/currency_sign.hpp"
#include "normalize/messages.hpp"
#include "normalize/normalize.hpp"
#include "normalize/text.hpp"

namespace moisson::normalize {

namespace {

/// `digits` × 10^`exponent`, with its sign. `digits` may begin or end with zeros.
struct Decimal {
    bool is_negative = false;
    std::string digits;
    std::int64_t exponent = 0;
};


tl::unexpected<Error> bad_amount(std::string_view text, const Message& why) {
    return fail(ErrorCode::bad_input, messages::amount(sanitise(text, 80), why));
}

Result<Money> to_money(Decimal decimal, Currency currency, std::string_view text) {
    const std::size_t first = decimal.digits.find_first_not_of('0');
    if (first == std::string::npos) {
        return Money{0, currency};
    }
    const std::size_t last = decimal.digits.find_last_not_of('0');
    const std::int64_t power = decimal.exponent + currency.minor_digits() + static_cast<std::int64_t>(decimal.digits.size() - 1 - last);
    const std::string_view significant = std::string_view(decimal.digits).substr(first, last - first + 1);
    if (power < 0) {
        return bad_amount(text, messages::finer_minor_unit_decimals(currency.code(), currency.minor_digits()));
    }
    constexpr std::int64_t digits_max = 19;  // 9,223,372,036,854,775,807
    if (static_cast<std::int64_t>(significant.size()) > digits_max || power > digits_max - static_cast<std::int64_t>(significant.size())) {
        return bad_amount(text, messages::too_large_64_bits_minor_units(currency.code()));
    }
    std::uint64_t magnitude = 0;  // 19 digits always fit in unsigned 64 bits
    for (const char digit : significant) {
        magnitude = magnitude * 10U + static_cast<unsigned>(digit - '0');
    }
    for (std::int64_t at = 0; at < power; ++at) {
        magnitude *= 10U;
    }
    constexpr auto positive_max = static_cast<std::uint64_t>(INT64_MAX);
    if (magnitude > positive_max + (decimal.is_negative ? 1U : 0U)) {
        return bad_amount(text, messages::too_large_64_bits_minor_units(currency.code()));
    }
    const std::uint64_t bits = decimal.is_negative ? 0U - magnitude : magnitude;
    return Money{static_cast<std::int64_t>(bits), currency};
}

/// Takes the run of digits off the front of `rest`.
std::string_view take_digits(std::string_view& rest) {
    std::size_t count = 0;
    while (count < rest.size() && is_digit(rest[count])) {
        ++count;
    }
    const std::string_view digits = rest.substr(0, count);
    rest.remove_prefix(count);
    return digits;
}

bool take(std::string_view& rest, char wanted) {
    if (rest.empty() || rest.front() != wanted) {
        return false;
    }
    rest.remove_prefix(1);
    return true;
}

/// RFC 8259 §6, nothing more and nothing less: no leading zeros or plus sign, no blanks, digits on both sides of the point.
std::optional<Decimal> read_json_number(std::string_view rest) {
    Decimal decimal;
    decimal.is_negative = take(rest, '-');
    const std::string_view whole = take_digits(rest);
    if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) {
        return std::nullopt;
    }
    decimal.digits = whole;
    if (take(rest, '.')) {
        const std::string_view fraction = take_digits(rest);
        if (fraction.empty()) {
            return std::nullopt;
        }
        decimal.digits += fraction;
        decimal.exponent = -static_cast<std::int64_t>(fraction.size());
    }
    if (take(rest, 'e') || take(rest, 'E')) {
        const bool is_below = take(rest, '-');
        if (!is_below) {
            take(rest, '+');
        }
        const std::string_view power_text = take_digits(rest);
        if (power_text.empty()) {
            return std::nullopt;
        }
        // Held below any length of text: past this the amount is 0, too fine or too large whatever its digits are.
        constexpr std::int64_t power_max = std::int64_t{1} << 48;
        std::int64_t power = 0;
        for (const char digit : power_text) {
            power = std::min(power_max, power * 10 + (digit - '0'));
        }
        decimal.exponent += is_below ? -power : power;
    }
    return rest.empty() ? std::optional(std::move(decimal)) : std::nullopt;
}

/// A text amount taken apart: what stood around the number, and the number in ASCII with ' ' for any blank and '\'' for any apostrophe.
struct Parts {
    std::string before;
    std::string number;
    std::string after;
};

/// Any blank as ' ', any apostrophe as '\'', any minus sign as '-'; other characters as they are. Trimmed.
std::string plain(std::string_view text) {
    std::string result;
    const std::string_view inner = trim(text);
    for (std::size_t at = 0, length = 0; at < inner.size(); at += length) {
        const char32_t code = first_code_point(inner.substr(at), length);
        if (is_blank(code)) {
            result += ' ';
        } else if (code == 0x2212 || code == 0x2012 || code == 0x2013 || code == 0xfe63 || code == 0xff0d) {
            result += '-';
        } else if (code == 0x2019 || code == 0x2018) {
            result += '\'';
        } else {
            result += inner.substr(at, length);
        }
    }
    return result;
}

Parts take_apart(std::string_view text) {
    const std::size_t first_digit = text.find_first_of("0123456789");
    if (first_digit == std::string_view::npos) {
        return {std::string(text), {}, {}};
    }
    // ".50": the point belongs to the number, unless it ends an abbreviation ("Fr.50").
    std::size_t begin = first_digit;
    if (begin > 0 && (text[begin - 1] == '.' || text[begin - 1] == ',')) {
        const std::string_view ahead = text.substr(0, begin - 1);
        if (ahead.empty() || ahead.back() == ' ' || ahead.back() == '-' || ahead.back() == '+' || ahead.back() == '(') {
            --begin;
        }
    }
    const std::size_t end = text.find_last_of("0123456789") + 1;
    return {std::string(text.substr(0, begin)), std::string(text.substr(begin, end - begin)), std::string(text.substr(end))};
}

/// Removes one sign from what surrounds the number; false when two contradict or repeat each other. `is_negative` gets the answer.
bool take_sign(Parts& parts, bool& is_negative) {
    std::size_t signs = 0;
    is_negative = false;
    const std::size_t open = parts.before.find('(');
    const std::size_t close = parts.after.find(')');
    if ((open == std::string::npos) != (close == std::string::npos)) {
        return false;
    }
    if (open != std::string::npos) {
        parts.before.erase(open, 1);
        parts.after.erase(close, 1);
        is_negative = true;
        ++signs;
    }
    for (std::string* side : {&parts.before, &parts.after}) {
        for (const char sign : {'-', '+'}) {
            if (const std::size_t at = side->find(sign); at != std::string::npos) {
                side->erase(at, 1);
                is_negative = is_negative || sign == '-';
                ++signs;
            }
        }
    }
    return signs <= 1;
}

/// Digit groups and the separators between them: "1.234,56" is {"1","234","56"} and ".,".
struct Groups {
    std::vector<std::string_view> digits;
    std::string separators;
};

std::optional<Groups> split_groups(std::string_view number) {
    Groups groups;
    while (true) {
        groups.digits.push_back(take_digits(number));
        if (number.empty()) {
            break;
        }
        const char separator = number.front();
        if (separator != '.' && separator != ',' && separator != ' ' && separator != '\'') {
            return std::nullopt;
        }
        groups.separators += separator;
        number.remove_prefix(1);
    }
    for (std::size_t at = 0; at < groups.digits.size(); ++at) {
        // Only ".50" may have nothing in a group: before its only separator.
        if (groups.digits[at].empty() && !(at == 0 && groups.separators.size() == 1)) {
            return std::nullopt;
        }
    }
    return groups;
}

/// True when the first `count` groups are written as thousands: 1 to 3 digits not beginning with 0, then 3 digits each.
bool are_thousands(const Groups& groups, std::size_t count) {
    if (count > 1 && (groups.digits[0].empty() || groups.digits[0].size() > 3 || groups.digits[0].front() == '0')) {
        return false;
    }
    for (std::size_t at = 1; at < count; ++at) {
        if (groups.digits[at].size() != 3) {
            return false;
        }
    }
    return true;
}

enum class Role { none, decimal, thousands, ambiguous, broken };

/// What the last separator of the number is. The rules are those of normalize.hpp.
Role role_of_last_separator(const Groups& groups) {
    const std::string& separators = groups.separators;
    if (separators.empty()) {
        return Role::none;
    }
    const char last = separators.back();
    const bool is_mixed = separators.find_first_not_of(last) != std::string::npos;
    const bool can_be_decimal = last == '.' || last == ',';
    if (is_mixed) {
        // All separators before the last one must be of one other kind.
        const bool is_clean = separators.find_first_not_of(separators.front()) == separators.size() - 1;
        return is_clean && can_be_decimal ? Role::decimal : Role::broken;
    }
    if (!can_be_decimal || separators.size() > 1) {
        return Role::thousands;
    }
    // Whatever decimals the currency has: "1,234" KWD may be one dinar written in full or a thousand written without fils.
    const std::string_view whole = groups.digits[0];
    const bool may_be_thousands = groups.digits[1].size() == 3 && !whole.empty() && whole.front() != '0' && whole.size() <= 3;
    return may_be_thousands ? Role::ambiguous : Role::decimal;
}

Result<Decimal> read_number(std::string_view number, std::string_view text) {
    const std::optional<Groups> groups = split_groups(number);
    if (!groups) {
        return bad_amount(text, messages::not_decimal_number);
    }
    const Role role = role_of_last_separator(*groups);
    if (role == Role::broken) {
        return bad_amount(text, messages::mixes_separators_way_no_notation);
    }
    if (role == Role::ambiguous) {
        return bad_amount(text, messages::could_thousands_decimals);
    }
    const std::size_t whole_count = groups->digits.size() - (role == Role::decimal ? 1 : 0);
    if (!are_thousands(*groups, whole_count)) {
        return bad_amount(text, messages::separator_no_thousands_end);
    }
    Decimal decimal;
    for (const std::string_view digits : groups->digits) {
        decimal.digits += digits;
    }
    if (role == Role::decimal) {
        decimal.exponent = -static_cast<std::int64_t>(groups->digits.back().size());
    }
    return decimal;
}

Result<Money> parse_text(std::string_view text, Currency currency) {
    Parts parts = take_apart(plain(text));
    if (parts.number.empty()) {
        return bad_amount(text, trim(text).empty() ? messages::empty : messages::holds_no_digits);
    }
    bool is_negative = false;
    if (!take_sign(parts, is_negative)) {
        return bad_amount(text, messages::more_one_sign_lone_parenthesis);
    }
    const std::string before(trim(parts.before));
    const std::string after(trim(parts.after));
    for (const std::string& sign : {before, after}) {
        if (!sign.empty() && !may_mean(sign, currency)) {
            return bad_amount(text, messages::carries_not(sanitise(sign, 40), currency.code()));
        }
    }
    Result<Decimal> decimal = read_number(parts.number, text);
    if (!decimal) {
        return fail(std::move(decimal.error()));
    }
    decimal->is_negative = is_negative;
    return to_money(std::move(*decimal), currency, text);
}

}  // namespace

Result<Money> parse_amount(std::string_view text, Currency currency, AmountSyntax syntax) {
    constexpr std::size_t length_max = 100'000;  // bounds the work on a hostile text; no amount is near it
    if (text.size() > length_max) {
        return bad_amount(text, messages::too_long);
    }
    if (syntax == AmountSyntax::text) {
        return parse_text(text, currency);
    }
    std::optional<Decimal> decimal = read_json_number(text);
    if (!decimal) {
        return bad_amount(text, messages::not_json_number);
    }
    return to_money(std::move(*decimal), currency, text);
}

}  // namespace moisson::normalize
