#pragma once
/// The workbook's sheets, one function each. Only the ledger room includes this header.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "ledger/columns.hpp"
#include "ledger/document_places.hpp"
#include "ledger/sheet.hpp"

namespace moisson::ledger {

/// "Ledger", "Ledger 2" …; `sheet` counts from 0.
[[nodiscard]] std::string numbered(const std::string& name, std::size_t sheet);
/// The name of a sheet in the workbook's language.
[[nodiscard]] std::string name_of(const Book& book, Word name, std::size_t sheet = 0);
/// Titles of columns in the workbook's language. Not for the Ledger sheets: theirs are the names that ledger.csv has.
[[nodiscard]] std::vector<std::string_view> titles(const Book& book, const std::vector<Word>& names);

// In the order of the workbook. `rows_per_sheet_max` counts the heading; what is longer goes on in further sheets, "Ledger 2" …

/// What is to be done about the data, in order. A sheet also where that is nothing.
void write_to_do_sheets(Book& book, const DocumentPlaces& places, const RunSummary& summary, std::uint32_t rows_per_sheet_max);
/// Totals by currency, and months: those exported, of one month the twelve before it as well. A column chart of them for the currencies
/// with the most documents, where there are several months.
void write_summary_sheet(Book& book, const RunSummary& summary);
/// Rows that enter the totals, as people read them. A sheet also where there is none.
void write_documents_sheets(Book& book, std::span<const LedgerEntry> entries, std::uint32_t rows_per_sheet_max);
void write_contracts_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max);
/// Each contract's documents by type: in the period, final, counted, with their files. No sheet where nothing is known of types.
void write_completeness_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max);
/// What contracts owe, and whether it came. No sheet where nothing is expected.
void write_expected_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max);
/// Sums beside those of the month before. No sheet where they are not compared.
void write_changes_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max);
/// Errors first, then warnings, each in the summary's order. A sheet also where there is none.
void write_findings_sheets(Book& book, const DocumentPlaces& places, const RunSummary& summary, std::uint32_t rows_per_sheet_max);
/// Counted consumption by service, and by project and tags. No sheet where no line was read.
void write_usage_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max);
/// The first lines of usage.csv, `rows`, with its heading first, and a note below them; `lines`: how many there are. No sheet without rows.
void write_usage_lines_sheet(Book& book, std::span<const std::vector<std::string>> rows, std::uint64_t lines);
/// What became of the invoices of the inboxes and of the service's beside them. No sheet where the job has no inbox.
void write_inbox_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max);
/// What was asked for and how it was counted; nothing that differs from run to run. Also the ledger's columns in words.
void write_run_sheet(Book& book, const RunSummary& summary);
/// The rows of ledger.csv; what few people need is folded away.
void write_ledger_sheets(Book& book, std::span<const LedgerEntry> entries, CsvColumns columns, std::uint32_t rows_per_sheet_max);

/// Whether this run compared the month with the one before.
[[nodiscard]] bool tells_sums(const RunSummary& summary) noexcept;

}  // namespace moisson::ledger
