#pragma once
/// What a run did, or would do, for people and programs. Pure but for a look at which files were published.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/exit_code.hpp"
#include "config/job.hpp"
#include "pipeline/export.hpp"

namespace moisson::cli {

/// Every line of a result has a label, and its text from here on.
inline constexpr std::size_t result_column = 13;
/// Where a finding's severity stands at the latest, behind that.
inline constexpr std::size_t severity_column_max = 8;
/// The last line, with a command to copy.
inline constexpr std::string_view next_label = "next: ";
[[nodiscard]] std::string next_line(std::string_view command);

/// Before a command to copy within the result; the line is not wrapped.
inline constexpr std::string_view command_mark = "      $ ";

/// What an export did, for people: counts, totals per currency, findings by code, the first things to do with who acts and the command,
/// verdict, every file. `settings`: what it was called with.
[[nodiscard]] std::string export_text(const pipeline::RunResult& result, const config::CommandLine& settings);
/// What an export would do: files that are new, changed or known, and the requests that it would take.
[[nodiscard]] std::string plan_text(const pipeline::RunResult& result, double rate_per_second);
[[nodiscard]] std::string plan_json(const pipeline::RunResult& result);

/// "2026-09, 2026-10"
[[nodiscard]] std::string names_of(const std::vector<Month>& months);

/// 9 says more than 0, but never hides that something is missing.
[[nodiscard]] ExitCode exit_code_of_run(const RunSummary& summary, bool nothing_new, const config::Job& job);

}  // namespace moisson::cli
