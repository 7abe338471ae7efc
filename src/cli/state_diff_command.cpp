/// `state diff`: what the state and the published months say differently.

#include <fmt/format.h>

#include "cli/job_options.hpp"
#include "cli/json_text.hpp"
#include "pipeline/state_tools.hpp"

namespace moisson::cli {

namespace {

struct DiffOptions {
    config::CommandLine settings;
};

void declare_diff(Arguments& arguments, DiffOptions& options) {
    arguments.text("--out", "DIR", options.settings.out, "folder that the months are published in (default: out)");
    declare_service(arguments, options.settings);
}

void put_lines(JsonWriter& writer, const char* name, const std::vector<std::string>& lines) {
    writer.key(name).begin_array();
    for (const std::string& line : lines) {
        writer.text(line);
    }
    writer.end_array();
}

std::string diff_json(const std::vector<pipeline::StateDifference>& differences) {
    JsonWriter writer;
    writer.begin_answer();
    writer.key("differences").begin_array();
    for (const pipeline::StateDifference& one : differences) {
        writer.begin_object();
        writer.key("table").text(one.table);
        put_lines(writer, "only_in_state", one.only_in_state);
        put_lines(writer, "only_in_archive", one.only_in_archive);
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
    return writer.finish();
}

std::string diff_text(const std::vector<pipeline::StateDifference>& differences) {
    constexpr std::size_t line_letters = 200;
    std::string text;
    for (const pipeline::StateDifference& one : differences) {
        text += one.table + "\n";
        for (const std::string& line : one.only_in_state) {
            text += fmt::format("  only in the state:   {}\n", sanitise(line, line_letters));
        }
        for (const std::string& line : one.only_in_archive) {
            text += fmt::format("  only in the archive: {}\n", sanitise(line, line_letters));
        }
    }
    return text.empty() ? "the state and the published months say the same\n" : text;
}

ExitCode run_diff(CommandContext& context, const DiffOptions& options) {
    const config::Job job = load_job(context, options.settings, config::Need::no_credentials);
    const auto differences = pipeline::diff_state(job, context.stop);
    context.out.write(context.talk.json ? diff_json(differences) : diff_text(differences));
    return differences.empty() ? ExitCode::complete : ExitCode::inconsistent;
}

}  // namespace

Command state_diff_command() {
    return with_options({.name = "state diff",
                         .help = "name what the state and the published months say differently",
                         .examples = "  moisson state diff\n"
                                     "  moisson state diff --out out --json\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::inconsistent, ExitCode::local,
                                        ExitCode::locked, ExitCode::interrupted}},
                        declare_diff, run_diff);
}

}  // namespace moisson::cli
