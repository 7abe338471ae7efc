/// `archive get`: a month out of the archive.

#include <filesystem>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "cli/archive_options.hpp"
#include "cli/json_text.hpp"

namespace moisson::cli {

namespace {

struct ArchiveGetOptions {
    config::CommandLine settings;
    std::string period;
    std::string out;
};

void declare_archive_get(Arguments& arguments, ArchiveGetOptions& options) {
    arguments.positional("PERIOD", options.period, "the month, as archive list shows it").required();
    arguments.text("--out", "DIR", options.out, "the folder in which the month's own will be; nothing is written over").required();
    declare_archive(arguments, options.settings);
}

ExitCode run_archive_get(CommandContext& context, const ArchiveGetOptions& options) {
    check_month_name(options.period);
    const OpenArchive opened = open_archive(context, options.settings);
    const archive::Manifest month = take_from_archive(archive::newest_of(*opened.store, options.period));
    const std::filesystem::path target = std::filesystem::path(options.out) / options.period;
    if (Status fetched = archive::fetch_month(*opened.store, month, target, opened.job.output.file_mode); !fetched) {
        end_by(std::move(fetched.error()));
    }
    if (context.talk.json) {
        JsonWriter writer;
        writer.begin_answer();
        writer.key("period").text(options.period);
        writer.key("generation").count(month.generation.number);
        writer.key("folder").text(target.string());
        writer.key("files").count(month.files.size());
        writer.key("bytes").count(month.size_bytes());
        writer.end_object();
        context.out.write(writer.finish());
    } else {
        context.out.write(fmt::format("{}: {}, {}, generation {}, every byte as it was archived\n", sanitise(target.string()),
                                      plural(month.files.size(), "file"), format_bytes(month.size_bytes()), month.generation.number));
    }
    return ExitCode::complete;
}

}  // namespace

Command archive_get_command() {
    return with_options({.name = "archive get",
                         .help = "bring a month back from the archive, proved byte for byte",
                         .examples = "  moisson archive get 2026-10 --out restored --job jobs/monthly.toml\n",
                         .exit_codes = codes_of_archive()},
                        declare_archive_get, run_archive_get);
}

}  // namespace moisson::cli
