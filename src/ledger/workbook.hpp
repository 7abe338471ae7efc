#pragma once
/// `ledger.xlsx`: the same rows as real numbers and dates, with summary, contracts, findings and run sheets.

#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"

namespace moisson::ledger {

struct WorkbookOptions {
    std::filesystem::path temporary_folder;       ///< for sheets on their way; must have room (about 400 bytes a row)
    std::uint32_t rows_per_sheet_max = 1'048'576; ///< XLSX's own limit, header included; smaller in tests
    /// For the sheet "Usage lines": the heading of usage.csv and its first lines (domain/usage_sheet.hpp); empty: no sheet.
    std::span<const std::vector<std::string>> usage_lines = {};
    Language language = Language::english;
    std::stop_token stop = {};  ///< `cancelled`, nothing at `path`
};

/// Sheets Ledger (Ledger 2 … past the limit; with the reporting columns where `summary.reporting` is set), Summary, Contracts;
/// Completeness, Expected and Inbox where there is something in them; Findings, Run, by their names in `options.language`. Deterministic:
/// the same rows and summary give the same bytes; the Run sheet holds nothing that differs from run to run (no run id, no wall-clock, no
/// request counts). Amounts are numbers with their currency's format while |minor units| < 2^53 and at most 15 digits, text beyond; text
/// is text, never a formula; what no spreadsheet can hold is repaired or cut, visibly (cell_text.hpp).
/// The finished file is read back (ZIP directory, every sheet's row count) before it is renamed to `path`: the library reports success
/// on a full temporary disk. Errors: `disk`, `cancelled` (nothing at `path`).
[[nodiscard]] Status write_workbook(const std::filesystem::path& path, std::span<const LedgerEntry> entries, const RunSummary& summary,
                                    const WorkbookOptions& options);

/// Whether a workbook of `write_workbook` is in this language. False for what is no workbook.
[[nodiscard]] bool is_in_language(const std::filesystem::path& path, Language language);

}  // namespace moisson::ledger
