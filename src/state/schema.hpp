#pragma once
/// The tables of the SQLite state store, with the meaning of every column. Whoever opens the file with other tools finds the same comments
/// in `sqlite_master`. Only the state room includes this.

#include <cstdint>

namespace moisson::state {

/// Header field "application id" (sqlite.org/fileformat2.html §1.3): "MOIS". Tells a state file from any other database.
inline constexpr std::uint32_t application_id = 0x4d4f4953;

/// Header field "user version". Raised with every change of the tables, together with a migration from the version before.
inline constexpr std::uint32_t schema_version = 1;

/// Texts are stored as they came, any bytes; they are bound and read with their length, never as C strings.
/// Instants are milliseconds since 1970-01-01 UTC.
inline constexpr const char* schema_sql = R"sql(
CREATE TABLE setting(                  -- single values of the store
  name TEXT NOT NULL PRIMARY KEY,      -- 'source': the API base URL, or "sandbox:<scenario>", that this state belongs to
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE contract(                 -- contracts seen in the perimeter, list item and detail merged
  id TEXT NOT NULL PRIMARY KEY,        -- contract number
  name TEXT NOT NULL,
  offer_id TEXT NOT NULL,
  offer_name TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  customer_name TEXT NOT NULL,
  platform_id TEXT NOT NULL,
  list_item_digest TEXT NOT NULL,      -- SHA-256 of the list item's values; a change means: ask for the detail again
  detail_known INTEGER NOT NULL,       -- 1: the detail was fetched
  mixed_list_trusted INTEGER NOT NULL, -- 1: the mixed document list once equalled the six types asked one by one
  documents_last INTEGER NOT NULL,     -- documents listed by the last run
  last_seen_run TEXT NOT NULL          -- run id
) WITHOUT ROWID;

CREATE TABLE document(                 -- one row per version of a document, raw texts as the API sent them
  contract_id TEXT NOT NULL,
  document_id TEXT NOT NULL,
  version INTEGER NOT NULL,            -- from 1
  document_type TEXT NOT NULL,
  filename TEXT NOT NULL,
  period TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  amount TEXT NOT NULL,                -- the JSON number's own text, or the string's
  amount_kind INTEGER NOT NULL,        -- 0 absent, 1 null, 2 number, 3 string, 4 other
  currency TEXT NOT NULL,
  present INTEGER NOT NULL,            -- members that were present: 1 type, 2 filename, 4 period, 8 createdAt, 16 updatedAt, 32 currency
  sha256 TEXT NOT NULL,                -- of the stored file; empty: not fetched
  size_bytes INTEGER NOT NULL,
  media_type TEXT NOT NULL,            -- found from the file's bytes
  unframed INTEGER NOT NULL,           -- 1: accepted without an announced length
  first_seen_run TEXT NOT NULL,        -- run id
  PRIMARY KEY(contract_id, document_id, version)
) WITHOUT ROWID;                       -- rows of one contract lie together: they are read and written together

CREATE TABLE run(                      -- finished runs, oldest first
  number INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL UNIQUE,
  period TEXT NOT NULL,                -- as published: "2026-10", "2026-01..2026-03", "all"
  started_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  exit_code INTEGER NOT NULL,
  ledger_sha256 TEXT NOT NULL          -- of ledger.csv; empty when nothing was published
);
)sql";

}  // namespace moisson::state
