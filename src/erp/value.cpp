/// Exact arithmetic and plain texts of expression values.
#include "erp/value.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "domain/period.hpp"

namespace moisson::erp {

std::string_view name_of(Type type) noexcept {
    switch (type) {
        case Type::text: return "a text";
        case Type::number: return "a number";
        case Type::money: return "an amount";
        case Type::date: return "a date";
        case Type::instant: return "an instant";
        case Type::truth: return "a truth value";
    }
    return "a text";
}

char* Arena::take_block(std::size_t size) {
    // A later block that is large enough may be there from before the last `clear`.
    while (block_ + 1 < blocks_.size()) {
        ++block_;
        if (blocks_[block_].size >= size) {
            used_ = size;
            return blocks_[block_].memory.get();
        }
    }
    const std::size_t room = std::max(block_bytes, size);
    blocks_.push_back({std::unique_ptr<char[]>(new char[room]), room});
    block_ = blocks_.size() - 1;
    used_ = size;
    return blocks_.back().memory.get();
}

std::int64_t power_of_ten(unsigned exponent) noexcept {
    static constexpr auto powers = [] {
        std::array<std::int64_t, 19> table{};
        table[0] = 1;
        for (std::size_t at = 1; at < table.size(); ++at) {
            table[at] = table[at - 1] * 10;
        }
        return table;
    }();
    return powers[std::min<std::size_t>(exponent, powers.size() - 1)];
}

bool parse_decimal(std::string_view text, Value& into) noexcept {
    const bool negative = text.starts_with('-');
    if (negative) {
        text.remove_prefix(1);
    }
    std::int64_t digits = 0;
    unsigned count = 0;
    unsigned decimals = 0;
    bool has_mark = false;
    for (const char letter : text) {
        if (letter == '.' && !has_mark && count > 0) {
            has_mark = true;
            continue;
        }
        if (letter < '0' || letter > '9' || ++count > 18) {
            return false;
        }
        digits = digits * 10 + (letter - '0');
        decimals += has_mark ? 1U : 0U;
    }
    if (count == 0 || (has_mark && decimals == 0)) {
        return false;
    }
    into = Value::of_number(negative ? -digits : digits, static_cast<std::uint8_t>(decimals));
    return true;
}

std::string plain_text(const Value& value) {
    if (value.is_empty) {
        return {};
    }
    switch (value.type) {
        case Type::text: return std::string(value.text);
        case Type::money: return to_decimal(value.money());
        case Type::truth: return value.number != 0 ? "yes" : "no";
        case Type::date: return to_text(std::chrono::year_month_day{std::chrono::sys_days{std::chrono::days{value.number}}});
        case Type::instant: return format_timestamp_seconds(Timestamp{std::chrono::milliseconds{value.number}});
        case Type::number: break;
    }
    const bool negative = value.number < 0;
    const auto bits = static_cast<std::uint64_t>(value.number);
    std::string text = fmt::format("{:0{}}", negative ? 0U - bits : bits, value.scale + 1U);
    if (value.scale > 0) {
        text.insert(text.size() - value.scale, 1, '.');
    }
    return negative ? "-" + text : text;
}

int compare(const Value& left, const Value& right) noexcept {
    if (left.type == Type::text) {
        const int order = left.text.compare(right.text);
        return order < 0 ? -1 : order > 0 ? 1 : 0;
    }
    Wide one = left.number;
    Wide other = right.number;
    if (left.scale < right.scale) {
        one *= power_of_ten(static_cast<unsigned>(right.scale - left.scale));
    } else if (right.scale < left.scale) {
        other *= power_of_ten(static_cast<unsigned>(left.scale - right.scale));
    }
    return one < other ? -1 : one > other ? 1 : 0;
}

bool divide(Wide numerator, Wide denominator, Rounding rounding, std::int64_t& into) noexcept {
    const bool negative = numerator < 0;
    const Wide magnitude = negative ? -numerator : numerator;
    Wide quotient = magnitude / denominator;
    const Wide rest = magnitude % denominator;
    bool away = false;
    switch (rounding) {
        case Rounding::half_up: away = rest * 2 >= denominator; break;
        case Rounding::half_even: away = rest * 2 > denominator || (rest * 2 == denominator && quotient % 2 != 0); break;
        case Rounding::down: break;
        case Rounding::up: away = rest != 0; break;
    }
    quotient += away ? 1 : 0;
    if (quotient > INT64_MAX) {
        return false;
    }
    into = static_cast<std::int64_t>(negative ? -quotient : quotient);
    return true;
}

}  // namespace moisson::erp
