#pragma once
/// Runs of text as lines and cells: what stands side by side, and what above. Only the invoice room includes this header. Pure.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "invoice/page_text.hpp"

namespace moisson::invoice {

struct PageCell {
    std::string text;    ///< as it stands there; every kind of blank is one ' '
    std::string folded;  ///< the same without case and accents, for labels and amounts; dashes are '-', apostrophes '\''
    double left = 0;
    double right = 0;
};

struct PageLine {
    std::vector<PageCell> cells;  ///< from left to right, at least one
    double base = 0;
    double size = 0;  ///< of the largest font
    std::uint32_t page = 0;
    std::uint8_t direction = 0;
};

/// A cell: its line, and its place in it.
using CellPlace = std::pair<std::size_t, std::size_t>;

/// In reading order: by page, from top to bottom. A run that is drawn twice over itself counts once.
[[nodiscard]] std::vector<PageLine> lines_of(std::vector<TextRun> runs);

/// The nearest cell above that shares some of the cell's width, at most eight heights of a letter away. Empty: there is none.
[[nodiscard]] std::optional<CellPlace> cell_above(const std::vector<PageLine>& lines, CellPlace cell);
/// The same below.
[[nodiscard]] std::optional<CellPlace> cell_below(const std::vector<PageLine>& lines, CellPlace cell);

/// `PageCell::folded` of any text.
[[nodiscard]] std::string fold(std::string_view text);

}  // namespace moisson::invoice
