#pragma once
/// samples/ledger.sql, as statements for a schema. Private to this room.

#include <string>
#include <vector>

namespace moisson::state {

/// In the file's order, without comments and closing semicolons; `moisson.` replaced by the schema's name.
[[nodiscard]] std::vector<std::string> schema_statements(const std::string& schema);

}  // namespace moisson::state
