#pragma once
/// The commands. Each takes what it needs from the context, writes data to `out`, talk to `reporter`, and returns the exit code;
/// what ends it early is FatalError.

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/clock.hpp"
#include "base/exit_code.hpp"
#include "cli/console_reporter.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "config/job.hpp"
#include "pipeline/export.hpp"

namespace moisson::cli {

struct CommandContext {
    const Options& options;
    const Clock& clock;
    config::Environment& environment;  ///< loses its secrets when a job has been loaded with them
    ConsoleReporter& reporter;
    std::shared_ptr<Redactor> redactor;  ///< learns the job's secrets; shared with the job, which learns those of its run
    Output& out;
    std::stop_token stop;
    /// Set by a command that has something to do when it has ended, however that was: gets the exit code, returns the one to end with.
    std::function<ExitCode(ExitCode)> at_end = {};
};

/// The job of this command line; its secrets are watched, its warnings logged.
[[nodiscard]] config::Job load_job(CommandContext& context, config::Need need);

[[nodiscard]] ExitCode run_export(CommandContext& context);
[[nodiscard]] ExitCode run_plan(CommandContext& context);
[[nodiscard]] ExitCode run_verify(CommandContext& context);
/// Seals a month as it is published, opens it again, or lists what is closed; offline.
[[nodiscard]] ExitCode run_close(CommandContext& context);
/// One document from what the service said to its row; offline.
[[nodiscard]] ExitCode run_explain(CommandContext& context);
[[nodiscard]] ExitCode run_doctor(CommandContext& context);
[[nodiscard]] ExitCode run_contracts_list(CommandContext& context);
[[nodiscard]] ExitCode run_contracts_show(CommandContext& context);
/// Orders a contract, once, after a look whether it is there; see write_run.hpp.
[[nodiscard]] ExitCode run_contracts_create(CommandContext& context);
[[nodiscard]] ExitCode run_users_add(CommandContext& context);
[[nodiscard]] ExitCode run_documents_list(CommandContext& context);
[[nodiscard]] ExitCode run_documents_get(CommandContext& context);
/// Makes a job file and files of secrets out of a Postman environment; calls nothing.
[[nodiscard]] ExitCode run_postman(CommandContext& context);
/// Serves until a stop is asked for or the time is over: both are its regular end, exit 0.
[[nodiscard]] ExitCode run_sandbox(CommandContext& context);
[[nodiscard]] ExitCode run_templates_list(CommandContext& context);
[[nodiscard]] ExitCode run_templates_show(CommandContext& context);
/// Exit 6 when a sample is refused or differs from what it should be.
[[nodiscard]] ExitCode run_templates_test(CommandContext& context);
[[nodiscard]] ExitCode run_sandbox_keys_list(CommandContext& context);
[[nodiscard]] ExitCode run_sandbox_keys_issue(CommandContext& context);
[[nodiscard]] ExitCode run_sandbox_keys_age(CommandContext& context);
[[nodiscard]] ExitCode run_sandbox_keys_revoke(CommandContext& context);

/// What an export did, for people: counts, totals per currency, findings by code, verdict, paths. Pure.
[[nodiscard]] std::string export_text(const pipeline::RunResult& result);
/// What an export would do: files that are new, changed or known, and the requests that it would take. Pure.
[[nodiscard]] std::string plan_text(const pipeline::RunResult& result, double rate_per_second);
[[nodiscard]] std::string plan_json(const pipeline::RunResult& result);

}  // namespace moisson::cli
