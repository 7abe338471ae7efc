#pragma once
/// Step of the run: the files that ERP systems import.

#include <filesystem>
#include <optional>
#include <vector>

#include "base/reporter.hpp"
#include "books/fx.hpp"
#include "config/job.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "pipeline/closing.hpp"

namespace moisson::pipeline {

/// Before anything is called: FatalError(usage) for a template that does not exist, naming the nearest one. What is wrong inside a template
/// or its settings is found when the files are made: it must not keep the month from being published.
void check_template_names(const config::Job& job);

/// `rates`: the job's; empty: none, or the sandbox's sample ones with its sample settings.
/// Writes `folder`/erp/NAME.EXT for every template of the job, and tells `closed` what they hold. Files go to `summary.files`. A template
/// whose files are refused gets findings that name the documents; the others are written all the same. FatalError(local): disk.
void write_erp_files(const config::Job& job, const std::optional<books::RateTable>& rates, const std::vector<LedgerEntry>& entries,
                     ClosedBooks& closed, const std::filesystem::path& folder, RunSummary& summary, Reporter& reporter);

}  // namespace moisson::pipeline
