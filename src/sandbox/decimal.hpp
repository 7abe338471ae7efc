#pragma once
/// Exact decimal numbers as scaled 64-bit integers. No floating point.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace moisson::sandbox {

/// 10^exponent; exponent 0..18.
[[nodiscard]] constexpr std::int64_t power_of_ten(int exponent) noexcept {
    std::int64_t power = 1;
    for (int at = 0; at < exponent; ++at) {
        power *= 10;
    }
    return power;
}

/// `value` × 10^-digits with exactly `digits` decimals: format_decimal(-5, 2, ',') is "-0,05". No thousands separators.
[[nodiscard]] std::string format_decimal(std::int64_t value, int digits, char point = '.');

/// "-12.34" at scale 2 is -1234. Empty when it is not a plain decimal number, is finer than the scale, or does not fit.
[[nodiscard]] std::optional<std::int64_t> parse_decimal(std::string_view text, int digits);

/// value ÷ divisor, half away from zero; divisor > 0.
[[nodiscard]] constexpr std::int64_t divide_half_up(std::int64_t value, std::int64_t divisor) noexcept {
    const std::int64_t half = divisor / 2;
    return value >= 0 ? (value + half) / divisor : -((-value + half) / divisor);
}

}  // namespace moisson::sandbox
