#pragma once
/// What a run did, or would do, for people and programs. Pure but for a look at which files were published.

#include <string>
#include <vector>

#include "base/exit_code.hpp"
#include "config/job.hpp"
#include "pipeline/export.hpp"

namespace moisson::cli {

/// What an export did, for people: counts, totals per currency, findings by code, verdict, paths.
[[nodiscard]] std::string export_text(const pipeline::RunResult& result);
/// What an export would do: files that are new, changed or known, and the requests that it would take.
[[nodiscard]] std::string plan_text(const pipeline::RunResult& result, double rate_per_second);
[[nodiscard]] std::string plan_json(const pipeline::RunResult& result);

/// "2026-09, 2026-10"
[[nodiscard]] std::string names_of(const std::vector<Month>& months);

/// 9 says more than 0, but never hides that something is missing.
[[nodiscard]] ExitCode exit_code_of_run(const RunSummary& summary, bool nothing_new, const config::Job& job);

}  // namespace moisson::cli
