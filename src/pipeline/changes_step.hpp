#pragma once
/// Step of the run: the month beside the twelve before it, and what changed since it was last published and against the month before.

#include <filesystem>
#include <vector>

#include "books/history.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"

namespace moisson::pipeline {

/// Fills `summary.changes` for the whole of one month where there is something to compare it with, else nothing. `target`:
/// where the month is published and may stand already; the month before is looked for beside it. A ledger that is not there, or that cannot
/// be read, is compared with nothing: what is published is checked by others. `history`: sealed. Nothing that is
/// published besides summary.json and the pages depends on it, and the workbook alone on its sums, which are the same in every run over the
/// same two months.
void tell_changes(const std::filesystem::path& target, const books::History& history, const std::vector<LedgerEntry>& entries,
                  RunSummary& summary);

/// Fills `summary.history` for the whole of one month, else nothing. `history`: sealed.
void tell_history(const books::History& history, const std::vector<LedgerEntry>& entries, RunSummary& summary);

}  // namespace moisson::pipeline
