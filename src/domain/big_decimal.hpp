#pragma once
/// Exact decimals of any scale, for what is finer than a minor unit: quantities, unit prices, sums of usage lines. No floating point.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/money.hpp"

namespace moisson {

__extension__ using Int128 = __int128;

/// `value` × 10^-`scale`. Default: zero.
struct BigDecimal {
    Int128 value = 0;
    std::uint8_t scale = 0;  ///< 0..big_decimal_scale_max

    /// By what it is worth: 1.50 equals 1.5.
    friend bool operator==(const BigDecimal& left, const BigDecimal& right) noexcept { return (left <=> right) == 0; }
    friend std::strong_ordering operator<=>(const BigDecimal& left, const BigDecimal& right) noexcept;
};

inline constexpr int big_decimal_digits_max = 36;  ///< significant digits that a read number may have
inline constexpr int big_decimal_scale_max = 36;

/// Exact: `sum` takes the finer of the two scales. False when the result does not fit; `sum` is then unchanged.
[[nodiscard]] bool add_to(BigDecimal& sum, const BigDecimal& other) noexcept;
[[nodiscard]] BigDecimal negated(BigDecimal decimal) noexcept;
[[nodiscard]] BigDecimal to_exact(const Money& money) noexcept;

/// Reads exactly `-`? digits (`.` digits)?, at most 36 digits: "0.01", "-12". Empty otherwise.
[[nodiscard]] std::optional<BigDecimal> parse_big_decimal(std::string_view text) noexcept;

/// "-0.05": all digits of the scale, and zeros up to `digits_min` after the dot. No sign on zero.
[[nodiscard]] std::string to_decimal(const BigDecimal& decimal, int digits_min = 0);
/// The same without zeros at the end past `digits_min`: for people.
[[nodiscard]] std::string to_short_decimal(const BigDecimal& decimal, int digits_min = 0);

}  // namespace moisson
