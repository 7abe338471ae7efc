#pragma once
/// Text of a PDF's pages with its place: a small reader of content streams. Only the invoice room includes this header.
///
/// Source: ISO 32000-1, 7.8, 8.3, 8.10, 9.2 to 9.4. What is not painted (text rendering mode 3), what lies outside of the page, and what
/// runs slantwise is not read. Geometry is floating point; amounts are read from the letters alone.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "invoice/page_budget.hpp"

class QPDF;

namespace moisson::invoice {

/// Letters that one font shows side by side. Coordinates are turned so that the text runs from left to right.
struct TextRun {
    std::string text;  ///< UTF-8; no blanks at its ends; a letter that the font does not explain is U+FFFD
    double left = 0;
    double right = 0;
    double base = 0;             ///< of the baseline: greater is higher
    double size = 0;             ///< of the font, in the same units
    std::uint32_t page = 0;      ///< from 0
    std::uint8_t direction = 0;  ///< quarters of a turn, against the clock
};

/// The runs of all pages, in the order in which they are shown. `too_large`: over budget, or more than `pages_max` pages. What
/// libqpdf throws passes through.
[[nodiscard]] Result<std::vector<TextRun>> read_page_text(QPDF& pdf, PageBudget budget = {});

}  // namespace moisson::invoice
