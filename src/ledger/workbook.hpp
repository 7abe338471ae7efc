#pragma once
/// `ledger.xlsx`: the month for people, and the rows of `ledger.csv` as real numbers and dates.

#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "domain/sheet_rows.hpp"

namespace moisson::ledger {

struct WorkbookOptions {
    std::filesystem::path temporary_folder;       ///< for sheets on their way; must have room (about 400 bytes a row)
    std::uint32_t rows_per_sheet_max = sheet_rows_max;  ///< XLSX's own limit, header included; smaller in tests
    /// For the sheet "Usage lines": the heading of usage.csv and its first lines (domain/usage_sheet.hpp); empty: no sheet.
    std::span<const std::vector<std::string>> usage_lines = {};
    Language language = Language::english;
    std::stop_token stop = {};  ///< `cancelled`, nothing at `path`
};

/// Sheets To do, Summary, Documents to book, Contracts; Completeness, Expected, Changes and those of consumption and inboxes where there is
/// something in them; Findings, Run; and the Ledger last (Ledger 2 … past the limit; with the reporting columns where `summary.reporting`
/// is set), by their names in `options.language`. Deterministic: the same rows and summary give the same bytes. Of the run, and not of its
/// data, are `summary.inbox` and the sums of `summary.changes`; nothing else that differs from run to run stands there (no run id, no
/// wall-clock, no request counts, no findings of the run). Amounts are numbers with their currency's format while |minor units| < 2^53 and
/// at most 15 digits, text beyond; text
/// is text, never a formula; what no spreadsheet can hold is repaired or cut, visibly (cell_text.hpp).
/// The finished file is read back (ZIP directory, every sheet's row count) before it is renamed to `path`: the library reports success
/// on a full temporary disk. Errors: `disk`, `cancelled` (nothing at `path`).
[[nodiscard]] Status write_workbook(const std::filesystem::path& path, std::span<const LedgerEntry> entries, const RunSummary& summary,
                                    const WorkbookOptions& options);

/// Whether a workbook of `write_workbook` that was made of the same rows and findings is what would be written now, in this language. False
/// for what is no workbook, and where it, or the summary, tells something that is not of the data alone.
[[nodiscard]] bool may_stand(const std::filesystem::path& path, const RunSummary& summary, Language language);

}  // namespace moisson::ledger
