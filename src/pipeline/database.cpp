#include "pipeline/database.hpp"

#include <fmt/format.h>

#include "pipeline/scope.hpp"
#include "state/ledger_database.hpp"

namespace moisson::pipeline {

void load_database(const config::Job& job, const std::vector<LedgerEntry>& entries, RunSummary& summary, Reporter& reporter) {
    if (job.output.database.url.empty()) {
        return;
    }
    if (!view_of(job).is_whole()) {
        reporter.log(LogLevel::info, "database-left", "a partial view is not the month: the ledger database stays as it is");
        return;
    }
    const state::DatabaseTarget target{job.output.database.url.reveal(), job.output.database.schema, &job.export_.period};
    const auto changes = state::load_ledger(target, entries);
    if (!changes) {
        Finding finding = make_finding("database-load-failed");
        finding.detail = changes.error().to_line();
        summary.findings.push_back(std::move(finding));
        reporter.log(LogLevel::error, "database-load-failed", changes.error().to_line());
        return;
    }
    reporter.log(LogLevel::info, "database-loaded",
                 fmt::format("ledger database: {} rows inserted, {} updated, {} removed, {} unchanged", changes->inserted, changes->updated,
                             changes->removed, changes->unchanged));
}

}  // namespace moisson::pipeline
