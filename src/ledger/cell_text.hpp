#pragma once
/// Text from outside made fit for a spreadsheet cell. Pure.

#include <cstddef>
#include <string>
#include <string_view>

namespace moisson::ledger {

/// Excel's limit for one cell, in UTF-16 units (ECMA-376 leaves it open; Excel specifications and limits).
inline constexpr std::size_t cell_units_max = 32'767;

/// The text as well-formed UTF-8 that XML 1.0 can carry and a spreadsheet shows unchanged:
/// bytes that are not UTF-8 and non-characters become U+FFFD; CR LF becomes LF; NUL and control characters become their visible pictures
/// (U+2400 …), tab and LF stay; `_xHHHH_`, which spreadsheets read as an escape, is escaped itself (ECMA-376 part 1, 22.9.2.19).
/// What passes `cell_units_max` is cut and ends in "… [cut: N characters, the whole text is in ledger.csv]".
[[nodiscard]] std::string cell_text(std::string_view raw);

/// True when `cell_text` would return the same bytes; fast.
[[nodiscard]] bool is_plain_cell_text(std::string_view raw) noexcept;

}  // namespace moisson::ledger
