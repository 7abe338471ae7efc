/// Patterns are compiled once; writing a value with one makes no memory but the output's own.
#include "erp/pattern.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "erp/value.hpp"

namespace moisson::erp {

namespace {

constexpr std::size_t pattern_bytes_max = 80;
constexpr unsigned digits_max = 18;

tl::unexpected<Error> wrong(std::string_view text, std::string_view why, std::string_view example) {
    return fail(ErrorCode::bad_input, fmt::format("the pattern \"{}\" {}", sanitise(text, 80), why), {},
                fmt::format("For example \"{}\"", example));
}

/// Decimal digits of a magnitude, most significant first, in a fixed place.
struct Digits {
    std::array<char, 20> letters{};
    unsigned count = 0;

    explicit Digits(std::uint64_t magnitude) {
        unsigned at = 20;
        while (magnitude > 0) {
            letters[--at] = static_cast<char>('0' + magnitude % 10U);
            magnitude /= 10U;
        }
        begin = at;
        count = 20 - at;
    }
    unsigned begin = 20;
    [[nodiscard]] std::string_view text() const { return {letters.data() + begin, count}; }
};

}  // namespace

Result<NumberPattern> NumberPattern::parse(std::string_view text) {
    constexpr std::string_view example = "0,00";
    const std::string_view whole = text;
    NumberPattern pattern;
    if (text.size() > pattern_bytes_max) {
        return wrong(text, "is too long", example);
    }
    if (const auto semicolon = text.find(';'); semicolon != std::string_view::npos) {
        pattern.has_zero_ = true;
        pattern.zero_ = std::string(text.substr(semicolon + 1));
        text = text.substr(0, semicolon);
    }
    if (text.starts_with('(') && text.ends_with(')') && text.size() > 2) {
        pattern.sign_ = Sign::parentheses;
        text = text.substr(1, text.size() - 2);
    } else if (text.starts_with('+')) {
        pattern.sign_ = Sign::always;
        text.remove_prefix(1);
    } else if (text.ends_with('-')) {
        pattern.sign_ = Sign::trailing;
        text.remove_suffix(1);
    }
    if (text.starts_with('#')) {
        text.remove_prefix(1);
        const std::size_t length = utf8_sequence_length(text);
        if (length == 0 || !text.substr(length).starts_with("##0")) {
            return wrong(whole, "groups digits in another way than #G##0", "# ##0,00");
        }
        pattern.group_ = std::string(text.substr(0, length));
        text.remove_prefix(length + 2);
    }
    const std::size_t zeros = std::min(text.find_first_not_of('0'), text.size());
    if (zeros == 0 || zeros > digits_max) {
        return wrong(whole, "has no 0 (or more than 18) before the decimal mark", example);
    }
    pattern.integer_min_ = static_cast<unsigned>(zeros);
    text.remove_prefix(zeros);
    if (text.empty()) {
        return pattern;
    }
    pattern.mark_ = text.front();
    text.remove_prefix(1);
    if ((pattern.mark_ != '.' && pattern.mark_ != ',') || text.empty()) {
        return wrong(whole, "has something else than a dot or a comma and digits after the 0", example);
    }
    if (text == "*") {
        pattern.currency_decimals_ = true;
        return pattern;
    }
    const std::size_t fixed = std::min(text.find_first_not_of('0'), text.size());
    if (text.find_first_not_of('#', fixed) != std::string_view::npos || text.size() > digits_max) {
        return wrong(whole, "has something else than 0, # or * after the decimal mark", example);
    }
    pattern.decimals_min_ = static_cast<unsigned>(fixed);
    pattern.decimals_max_ = static_cast<unsigned>(text.size());
    return pattern;
}

/// The usual case in one go: as many decimals as the number has, no groups, a sign in front.
bool NumberPattern::append_simple(std::string& out, std::int64_t number, unsigned scale, unsigned currency_digits) const {
    const bool fits = currency_decimals_ ? scale == currency_digits : scale == decimals_min_;
    if (!fits || !group_.empty() || sign_ != Sign::leading || integer_min_ != 1) {
        return false;
    }
    std::array<char, 24> letters{};
    std::size_t at = letters.size();
    const auto bits = static_cast<std::uint64_t>(number);
    std::uint64_t magnitude = number < 0 ? 0U - bits : bits;
    for (unsigned place = 0; place < scale; ++place, magnitude /= 10U) {
        letters[--at] = static_cast<char>('0' + magnitude % 10U);
    }
    if (scale > 0) {
        letters[--at] = mark_;
    }
    do {
        letters[--at] = static_cast<char>('0' + magnitude % 10U);
        magnitude /= 10U;
    } while (magnitude > 0);
    if (number < 0) {
        letters[--at] = '-';
    }
    out.append(letters.data() + at, letters.size() - at);
    return true;
}

bool NumberPattern::append(std::string& out, std::int64_t number, unsigned scale, unsigned currency_digits) const {
    if (number == 0 && has_zero_) {
        out += zero_;
        return true;
    }
    if (append_simple(out, number, scale, currency_digits)) {
        return true;
    }
    const unsigned wanted_min = currency_decimals_ ? currency_digits : decimals_min_;
    const unsigned wanted_max = currency_decimals_ ? currency_digits : decimals_max_;
    const bool negative = number < 0;
    const auto bits = static_cast<std::uint64_t>(number);
    std::uint64_t magnitude = negative ? 0U - bits : bits;
    // Zeros at the end that the pattern has no place for, or need not show.
    while (scale > wanted_min && magnitude % 10U == 0) {
        magnitude /= 10U;
        --scale;
    }
    if (scale > wanted_max) {
        return false;
    }
    const auto unit = static_cast<std::uint64_t>(power_of_ten(scale));
    const Digits integer(magnitude / unit);
    const Digits fraction(magnitude % unit);
    if (negative && sign_ != Sign::trailing) {
        out += sign_ == Sign::parentheses ? '(' : '-';
    } else if (sign_ == Sign::always) {
        out += '+';
    }
    const unsigned places = std::max(integer.count, integer_min_);
    if (group_.empty()) {
        out.append(places - integer.count, '0');
        out += integer.text();
    } else {
        for (unsigned place = 0; place < places; ++place) {
            out += place < places - integer.count ? '0' : integer.text()[place - (places - integer.count)];
            if ((places - place) % 3 == 1 && place + 1 < places) {
                out += group_;
            }
        }
    }
    const unsigned decimals = std::max(scale, wanted_min);
    if (decimals > 0) {
        out += mark_;
        out.append(scale - fraction.count, '0');
        out += fraction.text();
        out.append(decimals - scale, '0');
    }
    if (negative && (sign_ == Sign::trailing || sign_ == Sign::parentheses)) {
        out += sign_ == Sign::trailing ? '-' : ')';
    }
    return true;
}

Result<DatePattern> DatePattern::parse(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, Token>, 10> tokens{{
        {"YYYY", Token::year4},
        {"YY", Token::year2},
        {"MM", Token::month2},
        {"M", Token::month1},
        {"DD", Token::day2},
        {"D", Token::day1},
        {"hh", Token::hour},
        {"mm", Token::minute},
        {"ss", Token::second},
        {"fff", Token::milli},
    }};
    constexpr std::string_view example = "YYYY-MM-DD";
    if (text.empty() || text.size() > pattern_bytes_max) {
        return wrong(text, "is empty or too long", example);
    }
    DatePattern pattern;
    bool has_token = false;
    for (std::string_view rest = text; !rest.empty();) {
        if (rest.front() == '\'') {
            const auto end = rest.find('\'', 1);
            if (end == std::string_view::npos) {
                return wrong(text, "opens a quote and does not close it", example);
            }
            for (const char letter : rest.substr(1, end - 1)) {
                pattern.parts_.push_back({Token::literal, letter});
            }
            rest.remove_prefix(end + 1);
            continue;
        }
        Part part{Token::literal, rest.front()};
        std::size_t length = 1;
        for (const auto& [spelling, token] : tokens) {
            if (rest.starts_with(spelling)) {
                part = {token, '\0'};
                length = spelling.size();
                break;
            }
        }
        if (part.token == Token::literal && part.letter != 'T' && part.letter != 'Z' &&
            ((part.letter >= 'A' && part.letter <= 'Z') || (part.letter >= 'a' && part.letter <= 'z'))) {
            return wrong(text, fmt::format("has the letter {}, which stands for nothing (put letters between single quotes)", part.letter),
                         example);
        }
        has_token = has_token || part.token != Token::literal;
        pattern.parts_.push_back(part);
        rest.remove_prefix(length);
    }
    if (!has_token) {
        return wrong(text, "holds no part of a date", example);
    }
    return pattern;
}

bool DatePattern::append(std::string& out, std::int64_t days, std::int64_t milliseconds) const {
    // The years that std::chrono::year can hold, in days.
    if (days < -11'000'000 || days > 11'000'000) {
        return false;
    }
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
    const int year_number = static_cast<int>(date.year());
    if (year_number < 0 || year_number > 9999) {
        return false;
    }
    const auto year = static_cast<unsigned>(year_number);
    const auto month = static_cast<unsigned>(date.month());
    const auto day = static_cast<unsigned>(date.day());
    const auto time = static_cast<unsigned>(milliseconds);
    const auto put = [&](unsigned value, unsigned width) {
        std::array<char, 4> digits{};
        for (unsigned place = width; place > 0; --place) {
            digits[place - 1] = static_cast<char>('0' + value % 10U);
            value /= 10U;
        }
        out.append(digits.data(), width);
    };
    for (const Part& part : parts_) {
        switch (part.token) {
            case Token::year4: put(year, 4); break;
            case Token::year2: put(year % 100U, 2); break;
            case Token::month2: put(month, 2); break;
            case Token::month1: put(month, month > 9 ? 2 : 1); break;
            case Token::day2: put(day, 2); break;
            case Token::day1: put(day, day > 9 ? 2 : 1); break;
            case Token::hour: put(time / 3'600'000U, 2); break;
            case Token::minute: put(time / 60'000U % 60U, 2); break;
            case Token::second: put(time / 1000U % 60U, 2); break;
            case Token::milli: put(time % 1000U, 3); break;
            case Token::literal: out += part.letter; break;
        }
    }
    return true;
}

}  // namespace moisson::erp
