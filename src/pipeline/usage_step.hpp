#pragma once
/// Step of the run: the lines inside consumption reports and billing workbooks.

#include <filesystem>
#include <stop_token>
#include <vector>

#include "base/reporter.hpp"
#include "config/job.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

/// What the step works with; all outlive it.
struct UsageContext {
    const config::Job& job;
    const transfer::ObjectStore& store;
    const std::filesystem::path& folder;
    Reporter& reporter;
    const std::stop_token& stop;
};

/// Writes `folder`/usage.csv where there are lines, compares their sums with what counts, and fills `summary.usage`, `summary.findings`,
/// `summary.files` and the rows' findings. Does nothing with [books] usage off. Documents are read in a child process; where this kernel
/// cannot hold it to a list of system calls, the log says so. FatalError(local): a file could not be read or written, or no child be
/// started; FatalError(interrupted): a stop was asked for.
void read_usage(const UsageContext& context, std::vector<LedgerEntry>& entries, RunSummary& summary);

}  // namespace moisson::pipeline
