#pragma once
/// The tables of a state, with the meaning of every column, in SQLite's words; another database makes its own of them. Whoever opens the
/// file with other tools finds the same comments in `sqlite_master`. Only the state room includes this.

#include <array>
#include <cstdint>
#include <string_view>

namespace moisson::state {

/// Header field "application id" (sqlite.org/fileformat2.html §1.3): "MOIS". Tells a state file from any other database.
inline constexpr std::uint32_t application_id = 0x4d4f4953;

/// Header field "user version". Raised with every change of the tables, together with a migration from the version before.
inline constexpr std::uint32_t schema_version = 6;

/// Texts are stored as they came, any bytes; they are bound and read with their length, never as C strings.
/// Instants are milliseconds since 1970-01-01 UTC.
/// The tables of version 1.
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
  mixed_list_trusted INTEGER NOT NULL, -- 1: when last compared, the mixed document list equalled the six types asked one by one
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
  unframed INTEGER NOT NULL,           -- bits: 1 accepted without an announced length, 2 looks damaged inside
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

/// What version 2 adds: the migration from version 1. Months are texts "YYYY-MM", amounts are in minor units of their currency.
inline constexpr const char* schema_2_sql = R"sql(
ALTER TABLE contract ADD COLUMN first_month TEXT NOT NULL DEFAULT '';    -- last closed month when first seen; empty: not kept then
ALTER TABLE contract ADD COLUMN earlier_name TEXT NOT NULL DEFAULT '';   -- before the last renaming
ALTER TABLE contract ADD COLUMN renamed_month TEXT NOT NULL DEFAULT '';  -- last closed month when that was seen

CREATE TABLE closing(                  -- closings and reopenings of months, oldest first; never changed
  number INTEGER PRIMARY KEY,
  period TEXT NOT NULL,
  closed INTEGER NOT NULL,             -- 1: closed, 0: reopened. The last row of a month says what it is now
  revision INTEGER NOT NULL,           -- how often the month was closed
  happened_at INTEGER NOT NULL,
  done_by TEXT NOT NULL,
  reason TEXT NOT NULL,                -- of a reopening, or why an incomplete month was accepted
  ledger_sha256 TEXT NOT NULL,         -- of the closed ledger.csv
  row_count INTEGER NOT NULL,
  counted_count INTEGER NOT NULL,
  verdict TEXT NOT NULL,               -- of the export that was closed
  addenda_before INTEGER NOT NULL      -- addenda of earlier revisions
);

CREATE TABLE closing_total(            -- sums of a closing's counted rows, one row per currency
  closing_number INTEGER NOT NULL,
  currency TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  documents INTEGER NOT NULL,
  PRIMARY KEY(closing_number, currency)
) WITHOUT ROWID;

CREATE TABLE closed_row(               -- ledger rows of the months that are closed now
  contract_id TEXT NOT NULL,
  period TEXT NOT NULL,
  document_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  document_type TEXT NOT NULL,
  counted INTEGER NOT NULL,
  amount_minor INTEGER NOT NULL,       -- 0 when unknown
  currency TEXT NOT NULL,              -- empty: the amount is unknown
  sha256 TEXT NOT NULL,                -- of the document's file; empty without one
  row_sha256 TEXT NOT NULL,            -- of the row in ledger.csv
  PRIMARY KEY(contract_id, period, document_id, version)
) WITHOUT ROWID;

CREATE TABLE addendum(                 -- addenda to closed months
  period TEXT NOT NULL,                -- the closed month
  number INTEGER NOT NULL,             -- from 1
  booking_period TEXT NOT NULL,        -- the month whose folder holds it
  run_id TEXT NOT NULL,                -- the run that published it
  reporting INTEGER NOT NULL,          -- 1: its rows have the columns of the reporting currency
  PRIMARY KEY(period, number)
) WITHOUT ROWID;

CREATE TABLE addendum_row(
  period TEXT NOT NULL,
  number INTEGER NOT NULL,
  position INTEGER NOT NULL,           -- from 1, the written order
  contract_id TEXT NOT NULL,
  document_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  change INTEGER NOT NULL,             -- 0 late, 1 version, 2 counting, 3 file
  document_type TEXT NOT NULL,
  counted INTEGER NOT NULL,
  amount_minor INTEGER NOT NULL,       -- 0 when unknown
  currency TEXT NOT NULL,              -- empty: the amount is unknown
  before_minor INTEGER NOT NULL,       -- what the closed month counted for the document
  before_currency TEXT NOT NULL,       -- empty: nothing
  sha256 TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  path TEXT NOT NULL,                  -- in the booking month's bundle
  csv TEXT NOT NULL,                   -- the row as written
  PRIMARY KEY(period, number, position)
) WITHOUT ROWID;

CREATE TABLE posting(                  -- what files of ERP templates held
  number INTEGER PRIMARY KEY,
  template TEXT NOT NULL,              -- empty: the closed ledgers and addenda themselves
  contract_id TEXT NOT NULL,
  document_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,           -- of the document's postings in this template
  version INTEGER NOT NULL,
  kind INTEGER NOT NULL,               -- 0 first, 1 correction, 2 withdrawal
  amount_minor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  period TEXT NOT NULL,                -- the document's month
  booking_period TEXT NOT NULL,        -- the month in whose books it stands
  run_id TEXT NOT NULL
);
CREATE UNIQUE INDEX posting_key ON posting(contract_id, document_id, template, sequence);

CREATE TABLE template_base(            -- closed months that a template did not book itself because it was first used later
  template TEXT NOT NULL,
  booking_period TEXT NOT NULL,
  last_number INTEGER NOT NULL,        -- postings of the closed ledgers up to this number count as handed out
  run_id TEXT NOT NULL,
  PRIMARY KEY(template, booking_period)
) WITHOUT ROWID;

CREATE TABLE publication(              -- runs that were publishing: settled by the next one
  run_id TEXT NOT NULL PRIMARY KEY,
  folder TEXT NOT NULL                 -- name of the published folder
) WITHOUT ROWID;
)sql";

/// What version 3 adds: the migration from version 2. `checksum`, in every table of `all_tables` that has one, is row_checksum() of the
/// columns named there (checksum.hpp); the migration fills it after this.
inline constexpr const char* schema_3_sql = R"sql(
CREATE TABLE posting_terms(            -- settings and accounts that postings were made by, each once
  number INTEGER PRIMARY KEY,          -- from 1
  basis TEXT NOT NULL,                 -- NAME=VALUE lines: what decides amounts and accounts
  remarks TEXT NOT NULL,               -- the same of labels, terms of payment and rounding
  UNIQUE(basis, remarks)
);

ALTER TABLE posting ADD COLUMN terms INTEGER NOT NULL DEFAULT 0;              -- posting_terms.number; 0: not known, and no parts
ALTER TABLE posting ADD COLUMN gross_minor INTEGER NOT NULL DEFAULT 0;        -- the parts of amount_minor, in its currency
ALTER TABLE posting ADD COLUMN net_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posting ADD COLUMN vat_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posting ADD COLUMN local_gross_minor INTEGER NOT NULL DEFAULT 0;  -- the same in the books' own currency
ALTER TABLE posting ADD COLUMN local_net_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posting ADD COLUMN local_vat_minor INTEGER NOT NULL DEFAULT 0;

CREATE TABLE closed_contract(          -- what judged the months that are closed now; nothing for months closed before version 3
  contract_id TEXT NOT NULL,
  period TEXT NOT NULL,
  name TEXT NOT NULL,                  -- names as they were when the month was closed
  offer_id TEXT NOT NULL,
  offer_name TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  customer_name TEXT NOT NULL,
  platform_id TEXT NOT NULL,
  types TEXT NOT NULL,                 -- what counted, in order of preference, one a line
  decided TEXT NOT NULL,               -- what the job file said of unknown types: type, tab, as what it counts (nothing: not), a line each
  PRIMARY KEY(contract_id, period)
) WITHOUT ROWID;

CREATE TABLE entry_number(             -- numbers that entries of templates' files have for good
  template TEXT NOT NULL,
  series TEXT NOT NULL,                -- numbers of one series go on from each other
  number INTEGER NOT NULL,
  posting TEXT NOT NULL,               -- contract id, document id and sequence of the posting, joined by '/'
  run_id TEXT NOT NULL,
  PRIMARY KEY(template, series, number)
) WITHOUT ROWID;
CREATE UNIQUE INDEX entry_number_posting ON entry_number(template, series, posting);

ALTER TABLE document ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;       -- CRC-32 of the row's other columns
ALTER TABLE closing ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE closing_total ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE closed_row ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE addendum ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE addendum_row ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posting ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE template_base ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE posting_terms ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE closed_contract ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entry_number ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;

CREATE TABLE closed_file(              -- the published files of the months that are closed now; their bytes are in the object store
  period TEXT NOT NULL,
  path TEXT NOT NULL,                  -- relative to the month's folder
  size_bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY(period, path)
) WITHOUT ROWID;

CREATE TABLE adoption(                 -- folders of another state that were taken over (--adopt-folder), oldest first; never changed
  number INTEGER PRIMARY KEY,          -- one more than any adoption that the folder had seen
  happened_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  what TEXT NOT NULL,                  -- what differed, as it was told
  checksum INTEGER NOT NULL
);

CREATE TABLE adopted_month(            -- months whose ERP files, whatever they held, count as handed out
  period TEXT NOT NULL PRIMARY KEY,
  adoption_number INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE published_month(          -- months whose ledger was published; two rows of a month only while a publication is pending
  period TEXT NOT NULL,
  run_id TEXT NOT NULL,                -- the run that published it
  ledger_sha256 TEXT NOT NULL,         -- of the folder's ledger.csv
  checksum INTEGER NOT NULL,
  PRIMARY KEY(period, run_id)
) WITHOUT ROWID;

CREATE TABLE published_row(            -- ledger rows of these months, as they were published
  contract_id TEXT NOT NULL,
  period TEXT NOT NULL,
  document_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  counted INTEGER NOT NULL,
  amount_minor INTEGER NOT NULL,       -- 0 when unknown
  currency TEXT NOT NULL,              -- empty: the amount is unknown
  checksum INTEGER NOT NULL,
  PRIMARY KEY(contract_id, period, document_id, version, run_id)
) WITHOUT ROWID;

ALTER TABLE contract ADD COLUMN compared_month TEXT NOT NULL DEFAULT '';        -- calendar month of the last comparison with the types
ALTER TABLE contract ADD COLUMN compared_count INTEGER NOT NULL DEFAULT 0;      -- how long the mixed list was then
ALTER TABLE contract ADD COLUMN proved_by_types INTEGER NOT NULL DEFAULT 0;     -- 1: each type's list was shorter than it
)sql";

/// What version 4 adds: the migration from version 3.
inline constexpr const char* schema_4_sql = R"sql(
CREATE TABLE chain(                    -- publications, oldest first; never changed
  number INTEGER PRIMARY KEY,          -- from 1
  folder TEXT NOT NULL,                -- name of the published folder
  ledger_sha256 TEXT NOT NULL,         -- of its ledger.csv
  bundle_sha256 TEXT NOT NULL,         -- of its bundle.zip
  run_id TEXT NOT NULL,                -- the run that published it
  checksum INTEGER NOT NULL
);
)sql";

/// What version 5 adds: the migration from version 4.
inline constexpr const char* schema_5_sql = R"sql(
CREATE TABLE invoice_reading(          -- what documents say of themselves; it can be made anew of the files
  sha256 TEXT NOT NULL,                -- of the document's file
  expected TEXT NOT NULL,              -- the list's amount and currency, which its pages were asked for; empty: none
  reader TEXT NOT NULL,                -- version of the reader, and digest of the user's profiles
  reading TEXT NOT NULL,               -- any bytes
  checksum INTEGER NOT NULL,
  PRIMARY KEY(sha256, expected)
) WITHOUT ROWID;
)sql";

/// What version 6 adds: the migration from version 5.
inline constexpr const char* schema_6_sql = R"sql(
ALTER TABLE contract ADD COLUMN perimeter TEXT NOT NULL DEFAULT '';         -- of the job file, under which it was read last; empty: none
ALTER TABLE closed_contract ADD COLUMN perimeter TEXT NOT NULL DEFAULT '';  -- as it was when the month was closed
)sql";

/// The scripts of version 1, 2 … in order.
inline constexpr std::array schema_scripts{schema_sql, schema_2_sql, schema_3_sql, schema_4_sql, schema_5_sql, schema_6_sql};
static_assert(schema_scripts.size() == schema_version);

/// Columns that a version added to a table that was there: the last ones, texts, empty in the rows from before.
struct AddedColumns {
    std::uint32_t since = 0;  ///< that version; 0: none
    std::uint32_t count = 0;
};

/// A table as programs write it: which columns, and what finds a row again.
struct Table {
    const char* name;
    const char* columns;       ///< in the order in which they are written; those under the checksum where the table has one
    const char* key;           ///< columns that no two rows share: rows are replaced by it, and compared in its order
    std::uint32_t since = 3;   ///< the version whose tables have it under a checksum first; 0: never, and no column for it
    bool is_numbered = false;  ///< a column `number`, which none of `columns` is: one more than the greatest that is there
    AddedColumns added = {};
};

/// `columns` as a version had them.
[[nodiscard]] constexpr std::string_view columns_at(const Table& table, std::int64_t version) noexcept {
    std::string_view columns = table.columns;
    for (std::uint32_t more = version < table.added.since ? table.added.count : 0; more > 0; --more) {
        columns = columns.substr(0, columns.rfind(','));
    }
    return columns;
}

inline constexpr AddedColumns added_perimeter{6, 1};
inline constexpr Table table_setting{"setting", "name,value", "name", 0};
inline constexpr Table table_contract{
    "contract",
    "id,name,offer_id,offer_name,customer_id,customer_name,platform_id,list_item_digest,detail_known,mixed_list_trusted,documents_last,"
    "last_seen_run,first_month,earlier_name,renamed_month,compared_month,compared_count,proved_by_types,"
    "perimeter",
    "id", 0, false, added_perimeter};
inline constexpr Table table_run{"run", "run_id,period,started_at,finished_at,verdict,exit_code,ledger_sha256", "run_id", 0, true};
inline constexpr Table table_publication{"publication", "run_id,folder", "run_id", 0};
inline constexpr Table table_document{
    "document",
    "contract_id,document_id,version,document_type,filename,period,created_at,updated_at,amount,amount_kind,currency,present,sha256,"
    "size_bytes,media_type,unframed,first_seen_run",
    "contract_id,document_id,version"};
inline constexpr Table table_closing{
    "closing", "period,closed,revision,happened_at,done_by,reason,ledger_sha256,row_count,counted_count,verdict,addenda_before", "number",
    3, true};
inline constexpr Table table_closing_total{"closing_total", "closing_number,currency,amount_minor,documents", "closing_number,currency"};
inline constexpr Table table_closed_row{
    "closed_row", "contract_id,period,document_id,version,document_type,counted,amount_minor,currency,sha256,row_sha256",
    "contract_id,period,document_id,version"};
inline constexpr Table table_closed_file{"closed_file", "period,path,size_bytes,sha256", "period,path"};
inline constexpr Table table_addendum{"addendum", "period,number,booking_period,run_id,reporting", "period,number"};
inline constexpr Table table_addendum_row{
    "addendum_row",
    "period,number,position,contract_id,document_id,version,change,document_type,counted,amount_minor,currency,before_minor,"
    "before_currency,sha256,size_bytes,media_type,path,csv",
    "period,number,position"};
inline constexpr Table table_posting{
    "posting",
    "template,contract_id,document_id,sequence,version,kind,amount_minor,currency,period,booking_period,run_id,terms,gross_minor,"
    "net_minor,vat_minor,local_gross_minor,local_net_minor,local_vat_minor",
    "number", 3, true};
inline constexpr Table table_posting_terms{"posting_terms", "basis,remarks", "number", 3, true};
inline constexpr Table table_closed_contract{
    "closed_contract", "contract_id,period,name,offer_id,offer_name,customer_id,customer_name,platform_id,types,decided,perimeter",
    "contract_id,period", 3, false, added_perimeter};
inline constexpr Table table_template_base{"template_base", "template,booking_period,last_number,run_id", "template,booking_period"};
inline constexpr Table table_entry_number{"entry_number", "template,series,posting,number,run_id", "template,series,number"};
inline constexpr Table table_adoption{"adoption", "number,happened_at,reason,what", "number"};
inline constexpr Table table_adopted_month{"adopted_month", "period,adoption_number", "period"};
inline constexpr Table table_published_month{"published_month", "period,run_id,ledger_sha256", "period,run_id"};
inline constexpr Table table_published_row{"published_row", "contract_id,period,document_id,version,run_id,counted,amount_minor,currency",
                                           "contract_id,period,document_id,version,run_id"};
inline constexpr Table table_chain{"chain", "number,folder,ledger_sha256,bundle_sha256,run_id", "number", 4};
inline constexpr Table table_invoice_reading{"invoice_reading", "sha256,expected,reader,reading", "sha256,expected", 5};

/// Every table. Those under a checksum hold money or closings.
inline constexpr std::array all_tables{
    table_setting,      table_contract,       table_run,           table_publication,     table_document,
    table_closing,      table_closing_total,  table_closed_row,    table_closed_file,     table_addendum,
    table_addendum_row, table_posting,        table_template_base, table_posting_terms,   table_closed_contract,
    table_entry_number, table_adoption,       table_adopted_month, table_published_month, table_published_row,
    table_chain,        table_invoice_reading};

}  // namespace moisson::state
