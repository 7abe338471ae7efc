#pragma once
/// Amounts and percentages inside a text, as French, German, English and Swiss write them. Only the invoice room includes this header.
/// Pure.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/big_decimal.hpp"
#include "domain/currency.hpp"

namespace moisson::invoice {

struct TextAmount {
    std::size_t at = 0;      ///< where its first digit stands
    std::size_t end = 0;     ///< behind its last digit
    std::int64_t minor = 0;  ///< in minor units of the currency that was asked for, with its sign
};

/// Every amount of that currency in a folded text (page_lines.hpp), from left to right. An amount has exactly the currency's decimals;
/// thousands are parted by one and the same mark (blank, dot, comma, apostrophe) or not at all. A minus stands before or behind it, or it
/// stands in parentheses. A number of which one cannot say where it begins or ends, or that has another currency beside it, is none; nor is
/// a percentage.
[[nodiscard]] std::vector<TextAmount> amounts_in(std::string_view folded, Currency currency);

struct TextRate {
    std::size_t at = 0;
    BigDecimal percent;
};

/// Every percentage from 0 to 100, "20 %", "5,50%".
[[nodiscard]] std::vector<TextRate> rates_in(std::string_view folded);

}  // namespace moisson::invoice
