#pragma once
/// The workbook's sheet of consumption lines: what who writes it and who checks it agree on.

#include <array>
#include <cstdint>

#include "domain/words.hpp"

namespace moisson {

inline constexpr Word usage_lines_sheet = "Usage lines";
/// Of usage.csv, the first so many lines stand on the sheet: more are for programs, and would take half the time of a large export.
inline constexpr std::uint64_t usage_lines_shown_max = 5'000;
/// … and those that months of earlier builds show: what checks a month goes by the number that its own note names.
inline constexpr std::array<std::uint64_t, 2> usage_lines_shown_ever{usage_lines_shown_max, 10'000};

}  // namespace moisson
