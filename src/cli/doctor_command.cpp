/// `doctor`: what was found when every condition of an export was looked at.

#include <algorithm>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "cli/job_options.hpp"
#include "cli/json_text.hpp"
#include "doctor/doctor.hpp"

namespace moisson::cli {

namespace {

using doctor::Check;
using doctor::CheckStatus;
using doctor::Diagnosis;

void declare_doctor(Arguments& arguments, config::CommandLine& settings) {
    declare_job(arguments, settings);
    arguments.text("--out", "DIR", settings.out, "folder that would be published to");
}

std::string as_text(const Diagnosis& found, ExitCode exit_code, const Talk& talk) {
    std::string words = checks_text(found.checks);
    if (talk.verbosity > 0) {
        words += "\nwhere each setting comes from:\n";
        for (const auto& [key, origin] : found.origins) {
            words += fmt::format("  {:<34}  {}\n", sanitise(key), sanitise(origin));
        }
    }
    const auto count = [&](CheckStatus status) {
        return static_cast<std::uint64_t>(
            std::count_if(found.checks.begin(), found.checks.end(), [&](const Check& check) { return check.status == status; }));
    };
    if (count(CheckStatus::failed) > 0) {
        return words + fmt::format("{} failed (exit code {})\n", plural(count(CheckStatus::failed), "check"), static_cast<int>(exit_code));
    }
    if (count(CheckStatus::warning) > 0) {
        return words + fmt::format("an export can run; {}\n", plural(count(CheckStatus::warning), "warning"));
    }
    return words + "all is well: an export can run\n";
}

std::string as_json(const Diagnosis& found, ExitCode exit_code) {
    JsonWriter writer;
    writer.begin_answer();
    writer.key("verdict").text(verdict_of(exit_code));
    writer.key("exit_code").number(static_cast<int>(exit_code));
    writer.key("checks").begin_array();
    for (const Check& check : found.checks) {
        writer.begin_object();
        writer.key("name").text(check.name);
        writer.key("status").text(to_text(check.status));
        writer.key("text").text(check.text);
        writer.key("remedy").text(check.remedy);
        if (check.status == CheckStatus::failed) {
            writer.key("exit_code").number(static_cast<int>(check.exit_code));
        }
        writer.end_object();
    }
    writer.end_array();
    writer.key("settings").begin_object();
    for (const auto& [key, origin] : found.origins) {
        writer.key(key).text(origin);
    }
    writer.end_object().end_object();
    return writer.finish();
}

ExitCode run_doctor(CommandContext& context, const config::CommandLine& given) {
    config::CommandLine settings = given;
    settings.local_offset = context.local_offset;
    const Diagnosis found =
        doctor::examine({settings, context.environment, context.clock, context.reporter, context.redactor, context.stop});
    context.reporter.finish();
    const ExitCode exit_code = doctor::exit_code_of(found.checks);
    context.out.write(context.talk.json ? as_json(found, exit_code) : as_text(found, exit_code, context.talk));
    return exit_code;
}

}  // namespace

Command doctor_command() {
    return with_options({.name = "doctor",
                         .help = "check each step from the job file to a file of the service; changes nothing",
                         .examples = "  moisson doctor jobs/monthly.toml\n"
                                     "  moisson doctor --sandbox --json\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::refused, ExitCode::unavailable,
                                        ExitCode::local, ExitCode::locked, ExitCode::interrupted}},
                        declare_doctor, run_doctor);
}

}  // namespace moisson::cli
