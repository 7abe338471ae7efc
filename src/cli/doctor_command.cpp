/// `doctor`: every condition of an export, in the order in which an export meets them. Changes nothing.

#include <algorithm>

#include <fmt/format.h>

#include "cli/doctor_steps.hpp"
#include "cli/json_text.hpp"
#include "cli/table.hpp"

namespace moisson::cli {

namespace {

std::string as_text(const Visit& visit, ExitCode exit_code) {
    std::string words = checks_text(visit.checks);
    if (visit.context.options.verbosity > 0) {
        words += "\nwhere each setting comes from:\n";
        for (const auto& [key, origin] : visit.job.origins) {
            words += fmt::format("  {:<34}  {}\n", sanitise(key), sanitise(origin));
        }
    }
    const auto count = [&](CheckStatus status) {
        return static_cast<std::uint64_t>(
            std::count_if(visit.checks.begin(), visit.checks.end(), [&](const Check& check) { return check.status == status; }));
    };
    if (count(CheckStatus::failed) > 0) {
        return words + fmt::format("{} failed (exit code {})\n", plural(count(CheckStatus::failed), "check"), static_cast<int>(exit_code));
    }
    if (count(CheckStatus::warning) > 0) {
        return words + fmt::format("an export can run; {}\n", plural(count(CheckStatus::warning), "warning"));
    }
    return words + "all is well: an export can run\n";
}

std::string as_json(const Visit& visit, ExitCode exit_code) {
    JsonWriter writer;
    writer.begin_object();
    writer.key("schema").number(1);
    writer.key("verdict").text(verdict_of(exit_code));
    writer.key("exit_code").number(static_cast<int>(exit_code));
    writer.key("checks").begin_array();
    for (const Check& check : visit.checks) {
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
    for (const auto& [key, origin] : visit.job.origins) {
        writer.key(key).text(origin);
    }
    writer.end_object().end_object();
    return writer.finish();
}

}  // namespace

ExitCode run_doctor(CommandContext& context) {
    Visit visit{context, {}, false, {}, {}};
    if (check_job(visit)) {
        check_credentials(visit);
        check_service(visit);
        check_state(visit);
        check_output(visit);
    }
    check_libraries(visit);
    check_readers(visit);
    if (context.stop.stop_requested()) {
        throw FatalError(ExitCode::interrupted, ErrorCode::cancelled, "stopped before the last check");
    }
    context.reporter.finish();
    visit.checks = in_order(std::move(visit.checks));
    const ExitCode exit_code = exit_code_of(visit.checks);
    context.out.write(context.options.json ? as_json(visit, exit_code) : as_text(visit, exit_code));
    return exit_code;
}

}  // namespace moisson::cli
