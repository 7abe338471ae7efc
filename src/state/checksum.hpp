#pragma once
/// Checksums of rows: a bit that flipped on a disk or in a copy must end as a damaged state, not as a correction in the books. SQLite's own
/// check looks at its structure, not at the values. Only the state room includes this.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "state/engine.hpp"
#include "state/schema.hpp"

namespace moisson::state {

/// The CRC-32 of a row's values, their types and lengths, so that nothing can move from one column into the next. All of a row in one
/// piece: a call of zlib for each value took most of the time.
class RowChecksum {
public:
    void add(std::int64_t number);
    void add(std::string_view text) { add(text, kind_of_text); }
    /// `kind`: SQLite's number of the value's type, which stands in the sum.
    void add(std::string_view text, char kind);
    void add_nothing();
    /// The sum of what was added since the last one was taken.
    [[nodiscard]] std::int64_t take();

private:
    static constexpr char kind_of_text = 3;
    std::string bytes_;
};

/// Gives the connection the SQL function row_checksum(value, …): `RowChecksum`. Throws FatalError.
void add_checksum_function(sqlite3* handle, const std::filesystem::path& path);

/// SQLite's statement for it, with one parameter for each column that is bound.
[[nodiscard]] std::string write_sql(Write write, const Table& table);
/// Fills the checksum of every row: for the migration.
[[nodiscard]] std::string seal_all(const Table& table);
/// The same in PostgreSQL, which has no such function, for rows that got the table's added columns: makes of each row's checksum the one
/// with empty texts behind. Where a row is not as it was written, it is not so afterwards, too.
[[nodiscard]] std::string seal_added(const Table& table);

/// Holds every row of every sealed table that a file of that version has against its checksum; adds the function itself.
/// FatalError(local) names the table and the first row that is not as it was written. Reads those tables whole, as SQLite's integrity
/// check does, which comes before.
void check_checksums(sqlite3* handle, const std::filesystem::path& path, std::int64_t version);

/// The same of an open engine, row by row.
void check_checksums(Engine& engine, std::int64_t version);

}  // namespace moisson::state
