#pragma once
/// A cell of a workbook against the text that it must show. Only the bundle room includes this header.

#include <optional>
#include <string>
#include <string_view>

#include "bundle/sheet_reader.hpp"
#include "domain/big_decimal.hpp"

namespace moisson::bundle {

/// As people see it: what XML cannot hold is shown by its picture, what a cell cannot hold is cut.
[[nodiscard]] bool shows_text(const Cell& cell, std::string_view text);
/// Decimal text "1234.50": the same number, or the same text where a number could not hold it. Empty: no cell.
[[nodiscard]] bool shows_number(const Cell& cell, std::string_view decimal);
/// The number of a cell, or of a text that stands for one; empty when it is none.
[[nodiscard]] std::optional<BigDecimal> number_of(const Cell& cell);
/// They differ by no more than binary numbers as large as `measure` must.
[[nodiscard]] bool is_near(const BigDecimal& here, const BigDecimal& there, const BigDecimal& measure);
/// "YYYY-MM-DD"
[[nodiscard]] bool shows_day(const Cell& cell, std::string_view day);
/// "YYYY-MM-DDTHH:MM:SS.mmmZ", to the millisecond.
[[nodiscard]] bool shows_instant(const Cell& cell, std::string_view instant);

}  // namespace moisson::bundle
