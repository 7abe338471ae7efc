#pragma once
/// `ledger.csv`: the reference ledger. Columns, order and quoting are fixed by samples/ledger.md, "ledger.csv".

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/files.hpp"
#include "base/result.hpp"
#include "domain/ledger_entry.hpp"

namespace moisson::ledger {

/// The header line's names, in order.
inline constexpr std::array<std::string_view, 28> csv_columns{
    "period", "contract_id", "contract_name", "offer_id", "offer_name", "customer_id", "customer_name",
    "document_id", "version", "document_type", "standing", "counted", "amount", "currency",
    "period_start", "period_end", "issued_at", "updated_at", "filename", "path", "size_bytes",
    "sha256", "media_type", "status", "findings", "raw_amount", "raw_currency", "raw_period"};

/// Behind the fixed columns, only where the job has a reporting currency.
inline constexpr std::array<std::string_view, 4> reporting_columns{"reporting_amount", "reporting_currency", "fx_rate", "fx_date"};

/// Whether `reporting_columns` are written.
enum class CsvColumns { fixed, with_reporting };

/// Appends one row (with its LF) to `out`. RFC 4180: a field is quoted when it holds a comma, quote, CR or LF, or begins or ends with
/// a blank. A NUL, at which many readers end a line or a text, becomes U+2400.
/// Instants as "2021-08-18T09:07:47.372Z"; unknown values empty.
void append_csv_row(std::string& out, const LedgerEntry& entry, CsvColumns columns = CsvColumns::fixed);
void append_csv_header(std::string& out, CsvColumns columns = CsvColumns::fixed);

/// Writes header and rows in the order given (the caller sorts by `ledger_order`). Atomic; `disk`.
[[nodiscard]] Status write_ledger_csv(const std::filesystem::path& path, std::span<const LedgerEntry> entries,
                                      CsvColumns columns = CsvColumns::fixed);

}  // namespace moisson::ledger
