#include "cli/archive_options.hpp"

#include <utility>

#include <fmt/format.h>

#include "cli/job_options.hpp"
#include "domain/period.hpp"
#include "pipeline/exit_code_of.hpp"

namespace moisson::cli {

void declare_archive(Arguments& arguments, config::CommandLine& settings) {
    arguments.text("--job", "FILE", settings.job_file, "the job file, whose [archive] is asked");
    arguments.flag("--trust-job", settings.trust_job, "the job file may send secrets of the environment where it likes");
    arguments.talk();
}

OpenArchive open_archive(CommandContext& context, config::CommandLine settings) {
    OpenArchive opened{load_job(context, std::move(settings), config::Need::archive), nullptr};
    if (opened.job.archive.url.empty()) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, "no archive is named",
                         opened.job.job_file.empty() ? "environment; no job file is given" : opened.job.job_file,
                         "Write url in [archive] of the job file, or set MOISSON_ARCHIVE_URL");
    }
    opened.store = take_from_archive(archive::open_store(opened.job, context.clock, context.stop));
    return opened;
}

std::vector<ExitCode> codes_of_archive() {
    return {ExitCode::complete,    ExitCode::internal,     ExitCode::usage, ExitCode::refused,
            ExitCode::unavailable, ExitCode::inconsistent, ExitCode::local, ExitCode::interrupted};
}

void end_by(Error error) {
    const ExitCode exit_code = error.code == ErrorCode::not_found ? ExitCode::usage : pipeline::exit_code_of(error);
    throw FatalError(exit_code, std::move(error));
}

void check_month_name(const std::string& period) {
    const bool is_range =
        period.size() == 16 && period.substr(7, 2) == ".." && Month::parse(period.substr(0, 7)) && Month::parse(period.substr(9));
    if (period != "all" && !is_range && !Month::parse(period)) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input, fmt::format("{} is no month", sanitise(period, 60)), "command line",
                         "Write it as moisson archive list shows it, for example 2026-10");
    }
}

}  // namespace moisson::cli
