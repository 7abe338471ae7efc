#pragma once
/// Columns of text for people. Pure.

#include <cstddef>
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

/// The words of `text` in lines of at most `width`, the first of which begins at column `indent`, the others behind as many blanks. A word
/// that is longer stands alone.
[[nodiscard]] std::string wrap_words(std::string_view text, std::size_t indent, std::size_t width);

}  // namespace moisson::cli
