#pragma once
/// What a schema of a database is to this program. Only the state room includes this.

#include <cstdint>

#include "base/result.hpp"
#include "state/postgresql_connection.hpp"

namespace moisson::state {

struct FoundSchema {
    bool is_there = false;
    std::int64_t version = 0;  ///< of the state in it; 0: there is none, and nothing else either
};

/// What the address's schema holds. Changes nothing. `state` for what no run could use: tables of something else, a state of a newer
/// program, a server that takes no writes, a user who lacks a right. FatalError(local) where the connection fails.
[[nodiscard]] Result<FoundSchema> look_at_schema(PostgresqlConnection& connection);

/// Makes schema and tables, or brings those of an earlier version up to date, all of it or nothing.
void make_schema(PostgresqlConnection& connection, const FoundSchema& found);

/// That every table has the columns that a state of that version has. FatalError(local).
void check_tables(PostgresqlConnection& connection, std::int64_t version);

}  // namespace moisson::state
