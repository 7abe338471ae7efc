#pragma once
/// What a month's closed ledger adds to the books.

#include <vector>

#include "books/postings.hpp"
#include "bundle/stated_summary.hpp"
#include "domain/closing.hpp"
#include "pipeline/sealed_ledger.hpp"
#include "state/state_store.hpp"

namespace moisson::pipeline {

/// The counted rows' sums, by currency code. FatalError(inconsistent) where one does not fit.
[[nodiscard]] std::vector<ClosedTotal> totals_of(const std::vector<ClosedRow>& rows);

/// The ledger's text of an id with a NUL is not the id: the state knows that.
void restore_ids(std::vector<ClosedRow>& rows, state::StateStore& state);

/// What judged the month: the rules that its export stated, for each contract that is known, as its ledger names it.
[[nodiscard]] std::vector<ClosedContract> judged_by(Month period, const bundle::StatedSummary& summary, const SealedLedger& ledger,
                                                    state::StateStore& state);

/// After the n-th takeover of a folder the numbers of a document's postings begin above n times this: none has as many before.
inline constexpr std::uint32_t sequences_per_adoption = 100;

/// What the month's ledger and the addenda in its folder add to the closed books, which a template that is first used later starts from.
/// `months`: closed now; `handed`: the closed books so far, template name empty. New postings are numbered above `sequence_floor`.
/// `share`: of files that hold some rows only; null: all. FatalError(inconsistent) where a difference does not fit.
[[nodiscard]] std::vector<HandedPosting> postings_of(const ClosedMonth& month, const std::vector<ClosedRow>& rows,
                                                     const std::vector<Addendum>& addenda, const std::vector<ClosedMonth>& months,
                                                     const std::vector<HandedPosting>& handed, std::uint32_t sequence_floor = 0,
                                                     const books::PostingShare* share = nullptr);

}  // namespace moisson::pipeline
