#pragma once
/// The rows of a long sheet: their XML, made and deflated here, several pieces at a time, and put into the workbook that libxlsxwriter
/// wrote around them. The library formats each number with printf and packs with one thread: two thirds of a month's workbook time.
/// Only the ledger room includes this header.

#include <cstdint>
#include <deque>
#include <filesystem>
#include <future>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/deflate.hpp"
#include "base/result.hpp"

namespace moisson::ledger {

/// What follows each other in one entry of a ZIP.
struct Packed {
    std::uint64_t bytes = 0;         ///< unpacked
    std::uint64_t packed_bytes = 0;
    std::uint32_t crc32 = 0;         ///< of the unpacked bytes
};

/// XML of rows (ECMA-376 part 1, 18.3.1.73), as libxlsxwriter writes them but for numbers: those have the shortest text that reads as the
/// same double, the decimal that was meant (837676.69, where `%.16G` prints 837676.6899999999). Same calls, same bytes, however many
/// cores. One thread calls; the pieces are deflated on threads of their own. The first failure is kept and told by `finish`.
class PackedRows {
public:
    /// Packed bytes wait in a file in `folder`, which ends with this object. `width`: columns, at most 702 (A to ZZ).
    PackedRows(const std::filesystem::path& folder, std::uint16_t width);
    ~PackedRows();
    PackedRows(const PackedRows&) = delete;
    PackedRows& operator=(const PackedRows&) = delete;

    /// Cells of a row come in the order of their columns; a row begins with its first cell. `row` and `column` count from 0; `style` is
    /// the index of a cell format, 0 for none. `text` is what a sheet can hold (cell_text.hpp).
    void text(std::uint32_t row, std::uint16_t column, std::string_view text, std::int32_t style);
    void number(std::uint32_t row, std::uint16_t column, double value, std::int32_t style);
    /// Ends the last row; no cells may follow.
    [[nodiscard]] Status finish();

    [[nodiscard]] const Packed& packed() const noexcept { return packed_; }
    /// After `finish`: where the packed bytes are.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

private:
    struct Piece {
        std::string packed;
        Packed size;
    };
    void begin_cell(std::uint32_t row, std::uint16_t column, std::int32_t style);
    void send_piece();
    void take_piece();

    std::filesystem::path folder_;
    int descriptor_ = -1;
    std::optional<Error> failed_;
    std::vector<std::string> columns_;       ///< the letters of each
    std::string xml_;
    std::string row_number_;
    std::optional<std::uint32_t> row_;
    std::deque<std::future<Piece>> pieces_;  ///< on their way, in their order
    Packed packed_;
    Workers workers_;  // last: joined before what its jobs read goes
};

/// A sheet whose rows are ours: in the library's file its last row stands alone in their place.
struct RowsOfSheet {
    std::size_t sheet = 0;  ///< from 0, in the order of the workbook
    std::uint32_t last_row = 0;  ///< from 0
    const PackedRows* rows = nullptr;
};

/// Writes to `target`, which is there, what is in the workbook `source`, with each sheet's rows in the place of its last row. All other
/// parts are the same bytes. Errors: `disk`.
[[nodiscard]] Status put_rows(const std::filesystem::path& source, const std::filesystem::path& target,
                              std::span<const RowsOfSheet> sheets);

}  // namespace moisson::ledger
