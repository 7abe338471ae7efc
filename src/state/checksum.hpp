#pragma once
/// Checksums of rows: a bit that flipped on a disk or in a copy must end as a damaged state, not as a correction in the books. SQLite's own
/// check looks at its structure, not at the values. Only the state room includes this.

#include <cstdint>
#include <filesystem>
#include <string>

#include <sqlite3.h>

#include "state/schema.hpp"

namespace moisson::state {

/// Gives the connection the SQL function row_checksum(value, …): the CRC-32 of the values, their types and lengths. Throws FatalError.
void add_checksum_function(sqlite3* handle, const std::filesystem::path& path);

/// "`verb` INTO table(columns,checksum) VALUES(…)" with one parameter for each of `SealedTable::columns`, in their order.
[[nodiscard]] std::string insert_sealed(const char* verb, const SealedTable& table);
/// Fills the checksum of every row: for the migration.
[[nodiscard]] std::string seal_all(const SealedTable& table);

/// Holds every row of every sealed table that a file of that version has against its checksum; adds the function itself.
/// FatalError(local) names the table and the first row that is not as it was written. Reads those tables whole, as SQLite's integrity
/// check does, which comes before.
void check_checksums(sqlite3* handle, const std::filesystem::path& path, std::int64_t version);

}  // namespace moisson::state
