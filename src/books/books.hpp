#pragma once
/// What makes rows a ledger: versions, counting, totals, completeness, reconciliation. Pure functions over rows.

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"

namespace moisson::books {

/// The counting rule. Default: of a contract and month, `invoices` count when there are any, else `bills`; never both;
/// partial and report types never.
struct CountingRule {
    std::string first_choice = "invoices";
    std::string second_choice = "bills";
    [[nodiscard]] std::string in_words() const;
};

/// Sets `counted` on the rows and adds `superseded` and `invoice-and-bill`. Rows in any order, several versions of a document allowed:
/// only the highest version of (contract id, document id) can count. A row counts only with amount and period.
/// `findings` gets the long form.
void apply_counting_rule(std::vector<LedgerEntry>& entries, const CountingRule& rule, std::vector<Finding>& findings);

/// Marks `file-duplicate` (same digest, other document) and `filename-duplicate` (same contract and month). Latest versions only.
void mark_duplicates(std::vector<LedgerEntry>& entries, std::vector<Finding>& findings);

/// Sums of counted rows by currency code. `bad_input` on overflow, naming the currency.
[[nodiscard]] Result<std::vector<CurrencyTotal>> currency_totals(std::span<const LedgerEntry> entries);
/// Sums by contract id, month, currency code.
[[nodiscard]] Result<std::vector<MonthTotal>> month_totals(std::span<const LedgerEntry> entries);
/// Row counts; `listed`, `downloaded` and `reused` are left for the caller.
[[nodiscard]] DocumentCounts count_documents(std::span<const LedgerEntry> entries);

/// Cross-checks before anything is published: (contract, document, version) unique; counted rows have amount, period and a final standing;
/// per contract and month only one type counts; totals by currency equal the sum of the month totals; an `ok` row has digest, size, media
/// type and path; a row without a file says why. Each broken rule is one sentence; empty when all hold.
[[nodiscard]] std::vector<std::string> reconcile(std::span<const LedgerEntry> entries, std::span<const CurrencyTotal> totals,
                                                 std::span<const MonthTotal> months);

}  // namespace moisson::books
