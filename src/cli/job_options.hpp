#pragma once
/// The options of commands that work with a job, and the job that comes of them.

#include "cli/command.hpp"
#include "config/job.hpp"

namespace moisson::cli {

/// What --scenario may name beside a file.
[[nodiscard]] std::vector<std::string> names_of_scenarios();
/// --job, --sandbox and what belongs to it, and the options of `Talk`.
void declare_service(Arguments& arguments, config::CommandLine& settings);
/// The same, and which login of a job that has several.
void declare_login(Arguments& arguments, config::CommandLine& settings);
/// As declare_service(), with the job file as an argument, too.
void declare_job(Arguments& arguments, config::CommandLine& settings);

/// The job of these settings; its secrets are watched, its warnings logged.
[[nodiscard]] config::Job load_job(CommandContext& context, config::CommandLine settings, config::Need need);
/// The same for a command that works with one login: that of [api], or the perimeter that --perimeter names. FatalError(usage) where the
/// job has several and none is named.
[[nodiscard]] config::Job load_login(CommandContext& context, config::CommandLine settings, config::Need need);

}  // namespace moisson::cli
