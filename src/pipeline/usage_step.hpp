#pragma once
/// Step of the run: the lines inside consumption reports and billing workbooks.

#include <filesystem>
#include <memory>
#include <stop_token>
#include <vector>

#include "base/reporter.hpp"
#include "cage/cage.hpp"
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

/// Starts the child that reads documents before `read_usage` needs it: so nobody waits for it. Null where none of `entries` has lines to
/// read, or [books] usage is off.
[[nodiscard]] std::unique_ptr<cage::Cage> start_usage_reader(const config::Job& job, const std::vector<LedgerEntry>& entries,
                                                             const std::stop_token& stop);

/// Writes `folder`/usage.csv where there are lines, compares their sums with what counts, and fills `summary.usage`, `summary.findings`,
/// `summary.files` and the rows' findings. Does nothing with [books] usage off. Documents are read in a child process; where this kernel
/// cannot hold it to a list of system calls, the log says so. `reader`: of `start_usage_reader`, or null. FatalError(local): a file could
/// not be read or written, or no child be started; FatalError(interrupted): a stop was asked for.
void read_usage(const UsageContext& context, std::vector<LedgerEntry>& entries, RunSummary& summary,
                std::unique_ptr<cage::Cage> reader = {});

}  // namespace moisson::pipeline
