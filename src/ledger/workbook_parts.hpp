#pragma once
/// The workbook that libxlsxwriter wrote, put together again part by part: rows that were packed beside it (packed_rows.hpp) in their
/// place, every number as the decimal that was meant. Only the ledger room includes this header.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ledger/packed_rows.hpp"
#include "ledger/workbook_check.hpp"

namespace moisson::ledger {

/// A sheet whose rows are ours: in the library's file its last row stands alone in their place.
struct RowsOfSheet {
    std::size_t sheet = 0;  ///< from 0, in the order of the workbook
    std::uint32_t last_row = 0;  ///< from 0
    const PackedRows* rows = nullptr;
};

/// Writes to `target`, which is there, what is in the workbook `source`, with each sheet's rows in the place of its last row. In sheets
/// nothing but the text of numbers is another (`append_number`); all other parts are the same bytes. Says what was written of the sheets
/// whose rows are ours. Errors: `disk`.
[[nodiscard]] Result<std::vector<WrittenSheet>> put_together(const std::filesystem::path& source, const std::filesystem::path& target,
                                                             std::span<const RowsOfSheet> sheets);

/// XML of a sheet with its numbers as `append_number` has them; pure. A number at the end of `xml` is a whole one.
[[nodiscard]] std::string with_exact_numbers(std::string_view xml);

}  // namespace moisson::ledger
