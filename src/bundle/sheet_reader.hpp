#pragma once
/// The cells of a workbook as it was published: read with libarchive and a scanner of its own, which share nothing with the library that
/// wrote it. Only the bundle room includes this header.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "bundle/file_source.hpp"

namespace moisson::bundle {

struct Cell {
    std::string text;  ///< of a number its digits as they stand in the file
    bool is_number = false;
};

/// One row of a sheet; cells by column, those left out are empty.
struct SheetRow {
    std::size_t sheet = 0;  ///< from 0, in the order of the names
    std::uint64_t number = 0;
    std::vector<Cell> cells;

    /// Empty where the row ends before it.
    [[nodiscard]] const Cell& at(std::size_t column) const;
};

/// Names of the sheets, in order.
[[nodiscard]] Result<std::vector<std::string>> read_sheet_names(const OpenFile& workbook);

/// All rows of all sheets, sheet by sheet. `verification` when the file is not a workbook as it is published: a cell with a formula, a row
/// longer than any, a part that cannot be read. Memory: one row.
[[nodiscard]] Status read_sheets(const OpenFile& workbook, const std::function<void(const SheetRow&)>& on_row);

}  // namespace moisson::bundle
