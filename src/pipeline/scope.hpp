#pragma once
/// Which rows a run is about: those that decide what counts, and, of these, those that stand in the ledger. Pure.

#include <vector>

#include "config/job.hpp"
#include "domain/finding.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/view.hpp"

namespace moisson::pipeline {

/// What the job leaves out.
[[nodiscard]] View view_of(const config::Job& job);

/// The row's period touches the job's months. Such a row can keep another one from counting even when it is not asked for itself: an
/// invoice keeps the bill of its month out when only bills are asked for, and a quarter's invoice those of all its months. A row whose
/// month is not known belongs to no month and so touches every one.
[[nodiscard]] bool in_counting_scope(const config::Job& job, const LedgerEntry& entry) noexcept;

/// The row stands in the ledger: its month (the last one of its period) and its type are asked for.
[[nodiscard]] bool in_ledger(const config::Job& job, const LedgerEntry& entry) noexcept;

/// After counting: removes the rows that only decided, and what was found about documents that have no row left.
void keep_ledger_rows(const config::Job& job, std::vector<LedgerEntry>& entries, std::vector<Finding>& findings);

}  // namespace moisson::pipeline
