#pragma once
/// What counted in the months before, beside what counts in the exported one. Pure.

#include <span>

#include "books/history.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/past_months.hpp"

namespace moisson::books {

/// Counted sums of `month` and the twelve months before it, in all and by contract. Of `month`: of the rows, whatever the history says
/// (what only an inbox has is in no history). Of the months before: of the history, which must be sealed.
[[nodiscard]] PastMonths past_months(const History& history, std::span<const LedgerEntry> entries, Month month);

}  // namespace moisson::books
