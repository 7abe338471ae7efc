#pragma once
/// What a spreadsheet makes of a text that it meets in a CSV file. Pure.

#include <string_view>

namespace moisson::erp {

/// True for a text that a spreadsheet would not show as it is: run as a formula (`= + - @`), or taken for a number, a percentage, a sum of
/// money, a day, a time or a truth value, in French or English ("00042", "1E5", "1-2", "12/2026", "mars 26", "VRAI", twenty digits). Rather
/// true than false: a guarded text loses nothing.
[[nodiscard]] bool needs_guard(std::string_view text) noexcept;

}  // namespace moisson::erp
