#pragma once
/// The ledger's table in PostgreSQL, made from ledger/columns.hpp.

#include <string>
#include <string_view>
#include <vector>

namespace moisson::state {

/// Statements that make schema and table, in order, without closing semicolons.
[[nodiscard]] std::vector<std::string> schema_statements(std::string_view schema);

/// The same as a file for people: samples/ledger.sql.
[[nodiscard]] std::string schema_file();

}  // namespace moisson::state
