#pragma once
/// What makes rows a ledger: versions, counting, totals, completeness, reconciliation. Pure functions over rows.

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "books/counting_rule.hpp"
#include "domain/books_settings.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"

namespace moisson::books {

/// Sets `counted` on the rows (and the standing of those whose type only the job file explains) and adds `superseded`,
/// `invoice-and-bill`, `bill-set-aside`, `type-not-counted`, `provisional-replaced`, and what is decided or to be decided about unknown
/// types and withdrawn documents. Rows in any order, several versions of a document allowed: only the highest version of (contract id,
/// document id) can count. A row counts only with amount and period, and only with final standing. `findings` gets the long form.
///
/// A row of an inbox counts by itself, beside whatever the rule lets count, until it is `inbox-delivered`.
///
/// Each row is judged by `rule.judge_of`. Rows that one rule judges are looked at together, whatever their months; where closed months
/// keep another rule than today's, what a month closed earlier counts stands, and no document of another type counts beside it.
void apply_counting_rule(std::vector<LedgerEntry>& entries, const CountingRule& rule, std::vector<Finding>& findings);

/// Marks `file-duplicate` (same digest, other document) and `filename-duplicate` (same contract and month). Latest versions only.
void mark_duplicates(std::vector<LedgerEntry>& entries, std::vector<Finding>& findings);

/// Raises findings whose code is in `codes` to errors; those about a document only where a row of it counts. After counting.
void raise_findings(std::vector<Finding>& findings, std::span<const std::string> codes, std::span<const LedgerEntry> entries);

/// Sums of counted rows by currency code. `bad_input` on overflow, naming the currency.
[[nodiscard]] Result<std::vector<CurrencyTotal>> currency_totals(std::span<const LedgerEntry> entries);
/// The same, with the number of rows, by their contracts' perimeter; nothing where no row has one. `listed` and `contracts` are left for
/// the caller.
[[nodiscard]] Result<std::vector<PerimeterSummary>> perimeter_totals(std::span<const LedgerEntry> entries);
/// Sums by contract id, month, currency code.
[[nodiscard]] Result<std::vector<MonthTotal>> month_totals(std::span<const LedgerEntry> entries);
/// Row counts; `listed`, `downloaded` and `reused` are left for the caller.
[[nodiscard]] DocumentCounts count_documents(std::span<const LedgerEntry> entries);
/// Row counts of each contract and of each of its types (`in_period` … `files_missing`); `listed` comes from `listed_by_type`.
void fill_completeness(std::vector<ContractCompleteness>& completeness, std::span<const LedgerEntry> entries);

/// Cross-checks before anything is published: (contract, document, version) unique; counted rows have amount, period and a final standing;
/// per contract and month only one type of the service counts; totals by currency equal the sum of the month totals; an `ok` row has
/// digest, size, media type and path; a row without a file says why; a converted amount equals amount x rate. Each broken rule is one
/// sentence; empty when all hold.
[[nodiscard]] std::vector<std::string> reconcile(std::span<const LedgerEntry> entries, std::span<const CurrencyTotal> totals,
                                                 std::span<const MonthTotal> months);

}  // namespace moisson::books
