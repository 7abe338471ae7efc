#pragma once
/// Rows in PostgreSQL's binary forms: of COPY (its documentation, "Binary Format") and of arrays (array_recv in arrayfuncs.c). Only the
/// state room includes this.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace moisson::state {

/// Eight bytes, the greatest first.
[[nodiscard]] std::string to_big_endian(std::int64_t number);
/// Of eight or four bytes; nothing for any other size.
[[nodiscard]] std::optional<std::int64_t> from_big_endian(std::string_view bytes);

/// What stands before the first row of COPY's input, and behind the last.
inline constexpr std::string_view copy_head("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
inline constexpr std::string_view copy_end("\377\377", 2);

/// Rows that grow cell by cell. Every row has the same columns, each of one kind: texts (any bytes) or numbers.
class BinaryRows {
public:
    void add(std::string_view text);
    void add(std::int64_t number);
    /// How many cells the row has that was begun.
    [[nodiscard]] std::size_t cells() const noexcept { return cells_.size(); }
    void end_row();
    /// Those cells of the row that was begun, with their sizes: no other cells look alike.
    [[nodiscard]] std::string cells_of_row(std::span<const std::size_t> places) const;

    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] bool is_number(std::size_t column) const { return is_number_.at(column); }
    /// All whole rows as COPY's input, without its head and its end. Valid until the rows change.
    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }
    /// One array a column.
    [[nodiscard]] std::vector<std::string> as_arrays(std::uint32_t text_type, std::uint32_t number_type) const;
    /// Whole rows go; one that was begun stays, and so do the columns' kinds.
    void clear() noexcept;
    void drop_row() noexcept;

private:
    void begin_cell(bool is_number, std::size_t size);

    std::string bytes_;               ///< the whole rows
    std::string row_;                 ///< the one that was begun
    std::vector<std::size_t> cells_;  ///< where its cells begin
    std::size_t rows_ = 0;
    std::vector<bool> is_number_;  ///< by column
};

}  // namespace moisson::state
