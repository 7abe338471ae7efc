#pragma once
/// Which rows a run is about: those that decide what counts, and, of these, those that stand in the ledger. Pure.

#include <span>
#include <vector>

#include "config/job.hpp"
#include "domain/finding.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/view.hpp"

namespace moisson::pipeline {

/// What the job leaves out: each pattern and type once, in order, so that the same view has the same bytes however it was asked for.
[[nodiscard]] View view_of(const config::Job& job);

/// For each row of one contract whether it decides what counts in the job's months: it stands in one of them, or is joined to such a row
/// by periods that share a month, over however many rows. A bill of a quarter is kept out by the invoice of its first month, in the
/// quarter's own export too, whose months that invoice does not touch. So month exports, ranges and `--all` judge by the same rows. A row
/// whose month is not known belongs to every export, and joins nothing: it keeps no other from counting.
[[nodiscard]] std::vector<bool> find_deciding(const config::Job& job, std::span<const LedgerEntry> entries);

/// The row stands in the ledger: its month (the last one of its period) and its type are asked for.
[[nodiscard]] bool in_ledger(const config::Job& job, const LedgerEntry& entry) noexcept;

/// After counting: removes the rows that only decided, and what was found about documents that have no row left.
void keep_ledger_rows(const config::Job& job, std::vector<LedgerEntry>& entries, std::vector<Finding>& findings);

}  // namespace moisson::pipeline
