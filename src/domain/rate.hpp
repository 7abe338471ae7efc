#pragma once
/// An exchange rate as an exact decimal number, and amounts converted with it. No floating point.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "domain/money.hpp"

namespace moisson {

/// digits / 10^decimals, above zero, at most 18 digits. Decimals are kept as written: "1.0850" prints so again.
struct Decimal {
    std::int64_t digits = 1;
    std::uint8_t decimals = 0;

    /// Reads "1.0850", "0.000058", "16000"; at most 18 significant digits and 36 decimals, no sign, no exponent. Empty for anything else,
    /// zero too.
    [[nodiscard]] static std::optional<Decimal> parse(std::string_view text) noexcept;
    /// "1.0850"
    [[nodiscard]] std::string to_text() const;
    friend bool operator==(const Decimal&, const Decimal&) = default;
};

/// What one unit of a currency is worth in another, on a day.
struct Rate {
    Decimal value;
    std::chrono::year_month_day day{};  ///< of whose table row it is; of an average: the last day that went into it
    friend bool operator==(const Rate&, const Rate&) = default;
};

/// left / right, rounded half away from zero to 15 significant digits; trailing zeros behind the point are dropped. `bad_input` when the
/// quotient needs more than 36 decimals.
[[nodiscard]] Result<Decimal> divide(const Decimal& left, const Decimal& right);

/// The mean, rounded as by `divide`; a single value stays as it is written. `values`: 1 to 31, each with at most 18 decimals.
[[nodiscard]] Result<Decimal> mean(std::span<const Decimal> values);

/// amount x rate in minor units of `to`, rounded half away from zero once. `bad_input` when it does not fit in 64 bits.
[[nodiscard]] Result<Money> convert(const Money& amount, const Decimal& rate, Currency to);

}  // namespace moisson
