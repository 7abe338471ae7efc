/// `state rebuild`: the state made again of what was published.

#include <filesystem>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "cli/job_options.hpp"
#include "cli/json_text.hpp"
#include "pipeline/state_tools.hpp"

namespace moisson::cli {

namespace {

struct RebuildOptions {
    std::vector<std::string> paths;
    config::CommandLine settings;
};

void declare_rebuild(Arguments& arguments, RebuildOptions& options) {
    arguments.positionals("PATH", options.paths,
                          "OUT, or bundles in any order: the one that was published last counts (default: the job's OUT)");
    arguments.text("--out", "DIR", options.settings.out, "folder that the months are published in (default: out)");
    declare_service(arguments, options.settings);
}

std::string rebuilt_json(const pipeline::StateRebuilt& rebuilt) {
    JsonWriter writer;
    writer.begin_answer();
    writer.key("head").text(rebuilt.head);
    writer.key("publications").count(rebuilt.publications);
    writer.key("unknown").count(rebuilt.unknown);
    writer.key("was_behind").boolean(rebuilt.was_behind);
    writer.key("not_proved").begin_array();
    for (const std::string& sentence : rebuilt.not_proved) {
        writer.text(sentence);
    }
    writer.end_array();
    writer.end_object();
    return writer.finish();
}

std::string rebuilt_text(const pipeline::StateRebuilt& rebuilt) {
    std::string text = !rebuilt.was_behind
                           ? fmt::format("the state knows all {} up to {}: nothing was changed\n",
                                         plural(rebuilt.publications, "publication"), sanitise(rebuilt.head))
                           : fmt::format("the state was made again of {}: {} of {} were not known\n", sanitise(rebuilt.head),
                                         rebuilt.unknown, plural(rebuilt.publications, "publication"));
    for (const std::string& sentence : rebuilt.not_proved) {
        text += fmt::format("not proved: {}\n", sanitise(sentence, 1000));
    }
    return text;
}

ExitCode run_rebuild(CommandContext& context, const RebuildOptions& options) {
    config::CommandLine settings = options.settings;
    std::vector<std::filesystem::path> bundles;
    for (const std::string& path : options.paths) {
        std::error_code problem;
        if (options.paths.size() == 1 && std::filesystem::is_directory(path, problem)) {
            settings.out = path;
        } else {
            bundles.emplace_back(path);
        }
    }
    const config::Job job = load_job(context, std::move(settings), config::Need::no_credentials);
    const pipeline::StateRebuilt rebuilt = pipeline::rebuild_state(job, bundles, context.clock, context.stop);
    context.out.write(context.talk.json ? rebuilt_json(rebuilt) : rebuilt_text(rebuilt));
    return ExitCode::complete;
}

}  // namespace

Command state_rebuild_command() {
    return with_options({.name = "state rebuild",
                         .help = "make the state again of published months or bundles",
                         .examples = "  moisson state rebuild\n"
                                     "  moisson state rebuild out\n"
                                     "  moisson state rebuild --out out 2026-09.zip 2026-10.zip\n",
                         .exit_codes = {ExitCode::complete, ExitCode::internal, ExitCode::usage, ExitCode::inconsistent, ExitCode::local,
                                        ExitCode::locked, ExitCode::interrupted}},
                        declare_rebuild, run_rebuild);
}

}  // namespace moisson::cli
