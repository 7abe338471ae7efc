#pragma once
/// What a run brought about.

#include <filesystem>
#include <memory>
#include <vector>

#include "domain/contract.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/period.hpp"
#include "domain/run_summary.hpp"
#include "pipeline/planned_file.hpp"

namespace moisson::pipeline {

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

}  // namespace moisson::pipeline
