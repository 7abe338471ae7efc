#pragma once
/// What the commands of the archive share.

#include <memory>
#include <optional>
#include <string>

#include "archive/archive.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "config/job.hpp"

namespace moisson::cli {

/// The job's archive, with the job that names it.
struct OpenArchive {
    config::Job job;
    std::unique_ptr<archive::Store> store;
};

/// --job, --trust-job and the options of `Talk`.
void declare_archive(Arguments& arguments, config::CommandLine& settings);

/// FatalError(usage) where the job names no archive.
[[nodiscard]] OpenArchive open_archive(CommandContext& context, config::CommandLine settings);

/// What an archive's command may end with.
[[nodiscard]] std::vector<ExitCode> codes_of_archive();

/// The value; a failure ends the command with the exit code that it means.
template <class T>
[[nodiscard]] T take_from_archive(Result<T> result);
[[noreturn]] void end_by(Error error);

template <class T>
T take_from_archive(Result<T> result) {
    if (!result) {
        end_by(std::move(result.error()));
    }
    return std::move(*result);
}

/// "2026-10" and the like; FatalError(usage) for another text.
void check_month_name(const std::string& period);

}  // namespace moisson::cli
