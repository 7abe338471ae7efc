#pragma once
/// Reads a finished workbook back: libxlsxwriter reports success on a full temporary disk and leaves a cut sheet.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace moisson::ledger {

/// Every part that [Content_Types].xml names is there, whole (CRC) and closes its root element, and `xl/worksheets/sheetN.xml` holds
/// `rows_by_sheet[N - 1]` rows. `disk` otherwise. Streams: memory does not grow with the workbook.
[[nodiscard]] Status check_workbook(const std::filesystem::path& path, std::span<const std::uint64_t> rows_by_sheet);

/// The workbook's sheets in their order, by their names as XML has them. None for what is no workbook.
[[nodiscard]] std::vector<std::string> sheet_names(const std::filesystem::path& path);

}  // namespace moisson::ledger
