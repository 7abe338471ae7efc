#pragma once
/// `ledger.csv`: the reference ledger. Columns, order and quoting are fixed by samples/ledger.md, "ledger.csv".

#include <filesystem>
#include <span>
#include <string>

#include "base/files.hpp"
#include "base/result.hpp"
#include "domain/ledger_entry.hpp"
#include "ledger/columns.hpp"

namespace moisson::ledger {

/// Appends one row (with its LF) to `out`. RFC 4180: a field is quoted when it holds a comma, quote, CR or LF, or begins or ends with
/// a blank. A NUL, at which many readers end a line or a text, becomes U+2400.
/// Instants as "2021-08-18T09:07:47.372Z"; unknown values empty.
void append_csv_row(std::string& out, const LedgerEntry& entry, CsvColumns columns = CsvColumns::fixed);
void append_csv_header(std::string& out, CsvColumns columns = CsvColumns::fixed);

/// Writes header and rows in the order given (the caller sorts by `ledger_order`). Atomic; `disk`.
[[nodiscard]] Status write_ledger_csv(const std::filesystem::path& path, std::span<const LedgerEntry> entries,
                                      CsvColumns columns = CsvColumns::fixed);

}  // namespace moisson::ledger
