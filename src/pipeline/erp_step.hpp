#pragma once
/// Step of the run: the files that ERP systems import.

#include <filesystem>
#include <stop_token>
#include <vector>

#include "base/reporter.hpp"
#include "config/job.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "pipeline/closed_books.hpp"
#include "pipeline/local_settings.hpp"

namespace moisson::pipeline {

/// What the step works with; all outlive it.
struct ErpContext {
    const config::Job& job;
    const LocalSettings& settings;  ///< without rates: none, or the sandbox's sample ones with its sample settings
    ClosedBooks& closed;                           ///< is told what the files hold
    const std::filesystem::path& folder;
    Reporter& reporter;
    std::stop_token stop;                          ///< looked at before each template: FatalError(interrupted)
};

/// Writes `folder`/erp/NAME.EXT for every template, and erp/PERIMETER/NAME.EXT where a perimeter has settings of its own. Files go to
/// `summary.files`. A template whose files are refused gets findings that name the documents; the others are written all the same.
/// FatalError(local): disk.
void write_erp_files(const ErpContext& context, const std::vector<LedgerEntry>& entries, RunSummary& summary);

}  // namespace moisson::pipeline
