#pragma once
/// Step of the run: the ledger's rows into the database that the job names.

#include <vector>

#include "base/reporter.hpp"
#include "config/job.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"

namespace moisson::pipeline {

/// Does nothing without [output.database], and nothing for a partial view. A failed load is the finding `database-load-failed` in
/// `summary`, and the run goes on.
void load_database(const config::Job& job, const std::vector<LedgerEntry>& entries, RunSummary& summary, Reporter& reporter);

}  // namespace moisson::pipeline
