#include "parquet/cells.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include "base/clock.hpp"
#include "base/days.hpp"
#include "parquet/thrift.hpp"

namespace moisson::parquet {

namespace {

template <class Number>
void append_number(std::string& out, Number value) {
    for (std::size_t at = 0; at < sizeof value; ++at) {
        out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8U * at) & 0xFFU);
    }
}

template <class Number>
Number number_at(std::string_view bytes) noexcept {
    std::uint64_t value = 0;
    for (std::size_t at = 0; at < sizeof(Number); ++at) {
        value |= std::uint64_t{static_cast<unsigned char>(bytes[at])} << (8U * at);
    }
    return static_cast<Number>(value);
}

/// 128 bits in four words, the lowest first.
class Wide {
public:
    void push_digit(unsigned digit) {
        std::uint64_t carry = digit;
        for (std::uint32_t& word : words_) {
            carry += std::uint64_t{word} * 10;
            word = static_cast<std::uint32_t>(carry);
            carry >>= 32U;
        }
    }
    void negate() {
        std::uint64_t carry = 1;
        for (std::uint32_t& word : words_) {
            carry += ~word;
            word = static_cast<std::uint32_t>(carry);
            carry >>= 32U;
        }
    }
    void append_big_endian(std::string& out) const {
        for (auto word = words_.rbegin(); word != words_.rend(); ++word) {
            for (unsigned shift = 32; shift > 0; shift -= 8) {
                out += static_cast<char>(*word >> (shift - 8) & 0xFFU);
            }
        }
    }

private:
    std::array<std::uint32_t, 4> words_{};
};

bool are_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char letter) { return letter >= '0' && letter <= '9'; });
}

bool append_decimal(std::string& out, std::string_view text, int scale) {
    const bool is_negative = text.starts_with('-');
    text.remove_prefix(is_negative ? 1 : 0);
    const std::size_t dot = std::min(text.find('.'), text.size());
    std::string_view whole = text.substr(0, dot);
    std::string_view decimals = text.substr(std::min(dot + 1, text.size()));
    if (!are_digits(whole) || (dot < text.size() && !are_digits(decimals))) {
        return false;
    }
    whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
    decimals = decimals.substr(0, decimals.find_last_not_of('0') + 1);
    const auto places = static_cast<std::size_t>(scale);
    if (decimals.size() > places || whole.size() + places > static_cast<std::size_t>(decimal_digits_max)) {
        return false;
    }
    Wide value;
    for (const std::string_view part : {whole, decimals}) {
        for (const char letter : part) {
            value.push_digit(static_cast<unsigned>(letter - '0'));
        }
    }
    for (std::size_t place = decimals.size(); place < places; ++place) {
        value.push_digit(0);
    }
    if (is_negative) {
        value.negate();
    }
    value.append_big_endian(out);
    return true;
}

bool append_count(std::string& out, std::string_view text) {
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size() || value < 0 || text.front() == '-') {
        return false;
    }
    append_number(out, value);
    return true;
}

bool append_truth(std::string& out, std::string_view text) {
    const bool is_word = text == "yes" || text == "no";
    if (is_word) {
        out += text == "yes" ? '\1' : '\0';
    }
    return is_word;
}

}  // namespace

void append_u32(std::string& out, std::uint32_t value) { append_number(out, value); }

bool append_value(std::string& out, const Column& column, std::string_view text) {
    switch (column.kind) {
        case Kind::text: out += text; return true;
        case Kind::truth: return append_truth(out, text);
        case Kind::count: return append_count(out, text);
        case Kind::decimal: return append_decimal(out, text, column.scale);
        case Kind::day: {
            const auto day = parse_day(text);
            if (day) {
                append_number(out, static_cast<std::int32_t>(std::chrono::sys_days(*day).time_since_epoch().count()));
            }
            return day.has_value();
        }
        case Kind::instant: {
            const auto instant = parse_timestamp(text);
            if (instant) {
                append_number(out, static_cast<std::int64_t>(instant->time_since_epoch().count()));
            }
            return instant.has_value();
        }
    }
    return false;
}

bool comes_before(Kind kind, std::string_view left, std::string_view right) noexcept {
    switch (kind) {
        case Kind::day: return number_at<std::int32_t>(left) < number_at<std::int32_t>(right);
        case Kind::count:
        case Kind::instant: return number_at<std::int64_t>(left) < number_at<std::int64_t>(right);
        case Kind::decimal: {
            // Of two's complements the sign decides first, and the other way about.
            const bool is_left_negative = (static_cast<unsigned char>(left.front()) & 0x80U) != 0;
            const bool is_right_negative = (static_cast<unsigned char>(right.front()) & 0x80U) != 0;
            return is_left_negative != is_right_negative ? is_left_negative : left < right;
        }
        case Kind::text:
        case Kind::truth: break;
    }
    return left < right;  // by unsigned bytes
}

void append_runs(std::string& out, std::span<const std::uint32_t> numbers, unsigned bits) {
    constexpr std::size_t group = 8;
    const auto run_at = [&](std::size_t at, std::size_t length_max) {
        std::size_t end = at + 1;
        while (end < numbers.size() && end - at < length_max && numbers[end] == numbers[at]) {
            ++end;
        }
        return end - at;
    };
    for (std::size_t at = 0; at < numbers.size();) {
        if (const std::size_t run = run_at(at, numbers.size()); run >= group) {
            put_varint(out, run << 1U);
            for (unsigned shift = 0; shift < bits; shift += 8) {
                out += static_cast<char>(numbers[at] >> shift & 0xFFU);
            }
            at += run;
            continue;
        }
        std::size_t end = at;  // whole groups, up to the next long run
        while (end < numbers.size() && run_at(end, group) < group) {
            end += group;
        }
        const std::size_t groups = (end - at) / group;
        put_varint(out, groups << 1U | 1U);
        std::uint64_t waiting = 0;
        unsigned waiting_bits = 0;
        for (; at < end; ++at) {
            waiting |= std::uint64_t{at < numbers.size() ? numbers[at] : 0} << waiting_bits;
            for (waiting_bits += bits; waiting_bits >= 8; waiting_bits -= 8) {
                out += static_cast<char>(waiting & 0xFFU);
                waiting >>= 8U;
            }
        }
    }
}

}  // namespace moisson::parquet
