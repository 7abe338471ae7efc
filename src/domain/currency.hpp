#pragma once
/// ISO 4217 currencies: code, name, minor units. Pure values.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "language/message.hpp"

namespace moisson {

/// One row of the table. Source: ISO 4217 list one (active) and list three (withdrawn), see currency.cpp.
struct CurrencyInfo {
    std::string_view code;  ///< three upper-case letters
    MessageText name;
    std::int8_t minor_digits;  ///< decimals of the minor unit: 0, 2, 3 or 4
    bool active;               ///< false: withdrawn; still met on old documents
};

/// A currency of the table; two bytes, freely copied. Default-constructed it is "XXX" (no currency).
class Currency {
public:
    constexpr Currency() noexcept = default;
    [[nodiscard]] std::string_view code() const noexcept;
    [[nodiscard]] int minor_digits() const noexcept;
    [[nodiscard]] const CurrencyInfo& info() const noexcept;
    [[nodiscard]] std::string name_in(Language language) const;
    friend constexpr bool operator==(Currency, Currency) noexcept = default;
    /// By code, alphabetically.
    friend bool operator<(Currency left, Currency right) noexcept { return left.code() < right.code(); }

private:
    friend std::optional<Currency> find_currency(std::string_view) noexcept;
    explicit constexpr Currency(std::uint16_t index) noexcept : index_(index) {}
    std::uint16_t index_ = 0;
};

/// By exact upper-case code; empty when ISO 4217 does not know it. Codes without minor units (XAU, XTS …) are not money and not found.
[[nodiscard]] std::optional<Currency> find_currency(std::string_view code) noexcept;
/// The whole table, sorted by code, first entry "XXX".
[[nodiscard]] std::span<const CurrencyInfo> all_currencies() noexcept;

}  // namespace moisson
