#pragma once
/// The workbook's sheets, one function each. Only the ledger room includes this header.

#include <cstdint>
#include <span>

#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "ledger/sheet.hpp"

namespace moisson::ledger {

/// `rows_per_sheet_max` counts the header line; the sheets past the first are named "Ledger 2", "Ledger 3" …
void write_ledger_sheets(Book& book, std::span<const LedgerEntry> entries, std::uint32_t rows_per_sheet_max);
/// Totals by currency, by month, by contract; a column chart of months for each currency.
void write_summary_sheet(Book& book, const RunSummary& summary);
void write_contracts_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max);
void write_findings_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max);
/// What was asked for and how it was counted; nothing that differs from run to run. Also the ledger's columns in words.
void write_run_sheet(Book& book, const RunSummary& summary);

}  // namespace moisson::ledger
