// Scaled integers to text and back.
#include "sandbox/decimal.hpp"

#include <fmt/format.h>

namespace moisson::sandbox {

std::string format_decimal(std::int64_t value, int digits, char point) {
    const bool negative = value < 0;
    const std::uint64_t magnitude = negative ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
    const auto scale = static_cast<std::uint64_t>(power_of_ten(digits));
    std::string text = fmt::format("{}{}", negative ? "-" : "", magnitude / scale);
    if (digits > 0) {
        text += point;
        text += fmt::format("{:0{}}", magnitude % scale, digits);
    }
    return text;
}

std::optional<std::int64_t> parse_decimal(std::string_view text, int digits) {
    const bool negative = !text.empty() && text.front() == '-';
    if (negative) {
        text.remove_prefix(1);
    }
    std::int64_t value = 0;
    int decimals = -1;
    bool any = false;
    for (const char letter : text) {
        if (letter == '.' && decimals < 0 && any) {
            decimals = 0;
            continue;
        }
        if (letter < '0' || letter > '9' || (decimals >= 0 && ++decimals > digits) || value > (INT64_MAX - 9) / 10) {
            return std::nullopt;
        }
        value = value * 10 + (letter - '0');
        any = true;
    }
    if (!any || decimals == 0) {
        return std::nullopt;
    }
    for (int at = decimals < 0 ? 0 : decimals; at < digits; ++at) {
        if (value > INT64_MAX / 10) {
            return std::nullopt;
        }
        value *= 10;
    }
    return negative ? -value : value;
}

}  // namespace moisson::sandbox
