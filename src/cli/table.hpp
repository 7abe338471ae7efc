#pragma once
/// Columns of text for people. Pure.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace moisson::cli {

enum class Align { left, right };

struct Column {
    std::string title;
    Align align = Align::left;
};

/// Rows under a heading, two blanks between columns, no blanks at line ends. Cells are sanitised: a name from outside cannot move the
/// cursor. `rows` have as many cells as there are columns.
[[nodiscard]] std::string format_table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows);

/// Characters, not bytes: close enough to columns on screen for Latin text.
[[nodiscard]] std::size_t width_of(std::string_view text);

/// "999 B", "1.2 MB": powers of 1000, one decimal.
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);
/// "12 345": groups of three digits parted by a blank.
[[nodiscard]] std::string format_count(std::uint64_t count);
/// "1 contract", "2 contracts".
[[nodiscard]] std::string plural(std::uint64_t count, std::string_view singular);

}  // namespace moisson::cli
