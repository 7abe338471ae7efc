#pragma once
/// Reads a finished workbook back: libxlsxwriter reports success on a full temporary disk and leaves a cut sheet.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace moisson::ledger {

/// What follows each other in one entry of a ZIP.
struct Packed {
    std::uint64_t bytes = 0;         ///< unpacked
    std::uint64_t packed_bytes = 0;
    std::uint32_t crc32 = 0;         ///< of the unpacked bytes
    std::uint32_t packed_crc32 = 0;  ///< of the packed ones
    [[nodiscard]] bool operator==(const Packed&) const = default;
};

/// A sheet whose packed bytes were unpacked and looked at when they were made (packed_rows.hpp).
struct WrittenSheet {
    std::size_t sheet = 0;   ///< from 0
    std::string before;      ///< its XML before those rows
    std::uint64_t rows = 0;  ///< that stand there
    std::string behind;
    Packed packed;           ///< all of it
};

/// Every part that [Content_Types].xml names is there, whole (CRC) and closes its root element, and `xl/worksheets/sheetN.xml` holds
/// `rows_by_sheet[N - 1]` rows. `disk` otherwise. Streams: memory does not grow with the workbook. The sheets `written` must hold the
/// packed bytes that were made, with the sizes and CRC of those; they are not unpacked again.
[[nodiscard]] Status check_workbook(const std::filesystem::path& path, std::span<const std::uint64_t> rows_by_sheet,
                                    std::span<const WrittenSheet> written = {});

/// The name of a sheet's part in the file; sheets count from 0.
[[nodiscard]] std::string part_of_sheet(std::size_t sheet);
/// The workbook's sheets in their order, by their names as XML has them. None for what is no workbook.
[[nodiscard]] std::vector<std::string> sheet_names(const std::filesystem::path& path);

}  // namespace moisson::ledger
