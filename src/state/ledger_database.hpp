#pragma once
/// Loads ledger rows into PostgreSQL. The tables and the meaning of every column: samples/ledger.sql, which is built into the program.

#include <cstdint>
#include <span>
#include <string>

#include "base/result.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/period.hpp"

namespace moisson::state {

struct DatabaseTarget {
    /// libpq's "postgresql://…" or "key=value …". Its password, if it has one, is a secret: it is in no message.
    std::string url;
    std::string schema = "moisson";  ///< small letters, digits and `_`
    /// What the rows are all of: rows of these months that stand in the table and are not among those loaded are removed. Without a value
    /// the rows are a selection (of contracts or types), and nothing is removed.
    const MonthRange* whole_range = nullptr;
};

/// What a load did to the table. A load of the same rows again has `unchanged` alone.
struct DatabaseChanges {
    std::uint64_t inserted = 0;
    std::uint64_t updated = 0;
    std::uint64_t removed = 0;
    std::uint64_t unchanged = 0;
};

/// In one transaction: makes schema and table where they are missing, then inserts, updates and removes rows until the table says what
/// `entries` say; rows that already do are not touched. On any failure the table is as it was before. NUL bytes, which PostgreSQL cannot
/// hold, become U+2400; all else stands as in ledger.csv.
/// `connect`, `timeout`: no connection, or it was lost; `credentials`; `state`: the table has other columns, the role lacks a right, or the
/// server refused a row. Waits at most 10 s for a connection, 60 s for another load's lock and 10 min for one statement.
[[nodiscard]] Result<DatabaseChanges> load_ledger(const DatabaseTarget& target, std::span<const LedgerEntry> entries);

/// Whether the address can be read at all; asks nobody. `bad_input`, which shows nothing of it.
[[nodiscard]] Status check_database_address(const std::string& url);

/// For `doctor`: connects, and says what `load_ledger` would fail with before the first row. Changes nothing.
[[nodiscard]] Status check_ledger_database(const DatabaseTarget& target);

}  // namespace moisson::state
