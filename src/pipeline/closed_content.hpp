#pragma once
/// What a month's closed ledger adds to the books.

#include <vector>

#include "domain/closing.hpp"

namespace moisson::pipeline {

/// The counted rows' sums, by currency code. FatalError(inconsistent) where one does not fit.
[[nodiscard]] std::vector<ClosedTotal> totals_of(const std::vector<ClosedRow>& rows);

/// What the month's ledger and the addenda in its folder add to the closed books, which a template that is first used later starts from.
/// `months`: closed now; `handed`: the closed books so far, template name empty. FatalError(inconsistent) where a difference does not fit.
[[nodiscard]] std::vector<HandedPosting> postings_of(const ClosedMonth& month, const std::vector<ClosedRow>& rows,
                                                     const std::vector<Addendum>& addenda, const std::vector<ClosedMonth>& months,
                                                     const std::vector<HandedPosting>& handed);

}  // namespace moisson::pipeline
