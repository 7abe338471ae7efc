#pragma once
/// The rows of a long sheet: their XML, made and deflated here, several pieces at a time. The library formats each number with printf and
/// packs with one thread: two thirds of a month's workbook time.
/// Only the ledger room includes this header.

#include <cstdint>
#include <deque>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/deflate.hpp"
#include "base/result.hpp"
#include "base/threads.hpp"
#include "ledger/workbook_check.hpp"

namespace moisson::ledger {

/// A part of an entry as it goes there.
struct PackedPiece {
    std::string packed;
    Packed size;
};
/// `is_last`: no other part of its entry follows.
[[nodiscard]] PackedPiece packed_piece(Deflater& deflater, std::string_view xml, bool is_last);
/// Appends `next` to what `sum` stands for.
void add(Packed& sum, const Packed& next);

/// The shortest text that reads as the same double: of an amount the decimal that was meant (837676.69, where libxlsxwriter's `%.16G`
/// prints 837676.6899999999).
void append_number(std::string& xml, double value);

/// XML of rows (ECMA-376 part 1, 18.3.1.73), as libxlsxwriter writes them but for numbers (`append_number`). Same calls, same bytes,
/// however many cores. One thread calls; the pieces are deflated on threads of their own. The first failure is kept and told by `finish`.
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
    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
    /// After `finish`: where the packed bytes are.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

private:
    void begin_cell(std::uint32_t row, std::uint16_t column, std::int32_t style);
    void send_piece();
    void take_piece();

    std::filesystem::path folder_;
    int descriptor_ = -1;
    std::optional<Error> failed_;
    std::vector<std::string> columns_;       ///< how a cell of each begins
    std::string xml_;
    std::string row_number_;
    std::optional<std::uint32_t> row_;
    std::deque<std::future<std::pair<PackedPiece, std::string>>> pieces_;  ///< on their way, in their order, with their XML
    std::vector<std::string> spare_;         ///< used again for their memory
    Packed packed_;
    std::uint64_t rows_ = 0;
    Workers<Deflater> workers_;  // last: joined before what its jobs read goes
};

}  // namespace moisson::ledger
