#pragma once
/// The monthly run: discover, list, normalise, plan, transfer, reconcile, publish, report. Control flow lives here and nowhere below.

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/reporter.hpp"
#include "config/job.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "pipeline/planned_file.hpp"

namespace moisson::pipeline {

enum class Mode {
    export_,  ///< everything
    plan,     ///< up to, not including, the downloads; writes nothing
};

struct RunResult {
    RunSummary summary;
    std::vector<std::unique_ptr<const Contract>> contracts;  ///< what the summary's and entries' pointers point to
    std::vector<std::unique_ptr<const Contract>> as_closed;  ///< and as their closed months named them
    std::vector<LedgerEntry> entries;
    std::filesystem::path folder;     ///< OUT/PERIOD, or of a view OUT/PERIOD+FILTER; empty for a plan
    std::vector<PlannedFile> to_fetch; ///< plan: what an export would download, documents of closed months among them
    std::vector<Month> owed;          ///< months never published, or no longer what was, the exported ones included; by month
    bool published = false;           ///< false also when the published month already had these very bytes
    bool nothing_new = false;
};

/// Throws FatalError for what ends the run. A stop request ends it with `interrupted` and keeps what was fetched.
[[nodiscard]] RunResult run(const config::Job& job, Mode mode, const Clock& clock, Reporter& reporter, std::stop_token stop);

}  // namespace moisson::pipeline
