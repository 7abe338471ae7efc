#pragma once
/// A published month's way into the job's [archive].

#include <filesystem>
#include <stop_token>

#include "base/clock.hpp"
#include "base/reporter.hpp"
#include "config/job.hpp"
#include "domain/run_summary.hpp"
#include "state/state_store.hpp"

namespace moisson::pipeline {

/// The last day on which nobody may delete the months of `period`: the end of their last (calendar) year, so many years later. `today`
/// where the period has no end.
[[nodiscard]] std::chrono::year_month_day retention_end(const MonthRange& period, int years, std::chrono::year_month_day today);

/// Brings `folder` (OUT/PERIOD, published) into the archive, and what else stands in OUT of months that the archive does not have. A file
/// that is no longer what its summary.json says stays out. Without an [archive], and for a partial view, nothing.
///
/// What fails costs nothing that is published: it becomes the finding `archive-behind`, an error, in `summary.findings` alone (the
/// published files are sealed by then), and the next export brings what is missing. FatalError(interrupted) when stopped.
/// Closings and reopenings of `state` that the archive does not have go along.
void archive_published(const config::Job& job, const std::filesystem::path& folder, state::StateStore& state, const Clock& clock,
                       Reporter& reporter, const std::stop_token& stop, RunSummary& summary);

/// After a closing or reopening: brings the month to the archive as it was closed, and the records of all closings that are not there.
/// Without an [archive], nothing. An archive that fails costs no closing: it is logged as `archive-behind`, and the next export or closing
/// brings it. FatalError(inconsistent): another machine closed or opened a month at the same time, both told.
void archive_closings(const config::Job& job, state::StateStore& state, const Clock& clock, Reporter& reporter,
                      const std::stop_token& stop);

/// Settings of [archive] that cannot be used whatever the store says.
[[nodiscard]] Status check_archive_settings(const config::Job& job);

}  // namespace moisson::pipeline
