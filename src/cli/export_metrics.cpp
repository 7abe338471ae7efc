#include "cli/export_metrics.hpp"

#include "base/files.hpp"
#include "pipeline/horizon.hpp"
#include "pipeline/scope.hpp"
#include "report/metrics.hpp"
#include "state/state_url.hpp"

namespace moisson::cli {

namespace {

constexpr std::uint64_t earlier_bytes_max = 1U << 20U;

}  // namespace

void ExportMetrics::set_job(const config::Job& job) {
    path_ = job.export_.metrics;
    period_ = publication_name(job.export_.period, pipeline::view_of(job));
    if (!path_.empty()) {
        const std::string url = config::state_url_of(job);
        credentials_ = pipeline::key_horizon(
            job, [&](const std::string& name) { return state::peek_setting(url, name); }, clock_);
    }
}

ExitCode ExportMetrics::write(ExitCode exit_code) const {
    if (path_.empty()) {
        return exit_code;
    }
    report::RunMetrics metrics;
    metrics.export_name = report::export_name_of(path_);
    metrics.period = period_;
    metrics.exit_code = exit_code;
    metrics.started_at = started_at_;
    metrics.finished_at = clock_.now();
    if (const auto earlier = read_file(path_, earlier_bytes_max)) {  // a first run has none; a file of another kind names no success
        metrics.last_success = report::last_success_of(*earlier);
    }
    metrics.credentials = credentials_;
    metrics.summary = result_ ? &result_->summary : nullptr;
    const Status written = write_file(path_, report::metrics_text(metrics));
    if (written) {
        return exit_code;
    }
    reporter_.log(LogLevel::error, "metrics-failed", "the metrics file could not be written: " + written.error().to_line());
    const bool success = exit_code == ExitCode::complete || exit_code == ExitCode::nothing_new;
    return success ? ExitCode::local : exit_code;
}

}  // namespace moisson::cli
