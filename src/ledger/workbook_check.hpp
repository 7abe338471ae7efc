#pragma once
/// Reads a finished workbook back: libxlsxwriter reports success on a full temporary disk and leaves a cut sheet.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace moisson::ledger {

/// Every part that [Content_Types].xml names is there, whole (CRC) and closes its root element, and `xl/worksheets/sheetN.xml` holds
/// `rows_by_sheet[N - 1]` rows. `disk` otherwise. Streams: memory does not grow with the workbook.
[[nodiscard]] Status check_workbook(const std::filesystem::path& path, std::span<const std::uint64_t> rows_by_sheet);

/// True when the workbook's first sheet has this name. False for what is no workbook.
[[nodiscard]] bool begins_with_sheet(const std::filesystem::path& path, std::string_view name);

}  // namespace moisson::ledger
