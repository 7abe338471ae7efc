/// `archive verify`: everything in the archive, read back.

#include <filesystem>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "base/scratch_folder.hpp"
#include "cli/archive_options.hpp"
#include "cli/json_text.hpp"
#include "pipeline/verify_month.hpp"

namespace moisson::cli {

namespace {

struct ArchiveVerifyOptions {
    config::CommandLine settings;
    std::optional<std::string> period;
};

void declare_archive_verify(Arguments& arguments, ArchiveVerifyOptions& options) {
    arguments.positional("PERIOD", options.period, "this month alone");
    declare_archive(arguments, options.settings);
}

struct ArchiveTally {
    std::uint64_t generations = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string> problems;
};

/// What is wrong with what is kept is a problem; what keeps from looking ends the command.
void note_problem(ArchiveTally& tally, const archive::Generation& generation, Error error) {
    if (error.code != ErrorCode::verification && error.code != ErrorCode::bad_answer && error.code != ErrorCode::not_found) {
        end_by(std::move(error));
    }
    tally.problems.push_back(fmt::format("{} generation {}: {}", generation.month, generation.number, error.to_line()));
}

/// The newest generation comes to this disk, and through the whole of `verify`; of the others every byte is read.
void verify_generation(CommandContext& context, archive::Store& store, const archive::Generation& generation, bool is_newest,
                       ArchiveTally& tally) {
    ++tally.generations;
    auto manifest = archive::read_manifest(store, generation);
    if (!manifest) {
        note_problem(tally, generation, std::move(manifest.error()));
        return;
    }
    tally.bytes += manifest->size_bytes();
    if (!is_newest) {
        for (const archive::ArchivedFile& file : manifest->files) {
            if (Status read = archive::read_back(store, *manifest, file, [](std::string_view) { return Status(); }); !read) {
                note_problem(tally, generation, std::move(read.error()));
            }
        }
        return;
    }
    const auto scratch = take_from_archive(ScratchFolder::make(std::filesystem::temp_directory_path() / "moisson-archive-"));
    const std::filesystem::path folder = scratch.path() / generation.month;
    constexpr unsigned own_mode = 0600;
    if (Status fetched = archive::fetch_month(store, *manifest, folder, own_mode); !fetched) {
        note_problem(tally, generation, std::move(fetched.error()));
        return;
    }
    auto report = pipeline::verify_month(folder, context.stop);
    if (!report) {
        note_problem(tally, generation, std::move(report.error()));
        return;
    }
    for (const std::string& problem : report->problems) {
        tally.problems.push_back(fmt::format("{} generation {}: {}", generation.month, generation.number, problem));
    }
}

std::string archive_verify_json(const std::string& name, const ArchiveTally& tally, ExitCode exit_code) {
    JsonWriter writer;
    writer.begin_answer();
    writer.key("archive").text(name);
    writer.key("verdict").text(verdict_of(exit_code));
    writer.key("exit_code").number(static_cast<int>(exit_code));
    writer.key("generations").count(tally.generations);
    writer.key("bytes").count(tally.bytes);
    writer.key("problems").begin_array();
    for (const std::string& problem : tally.problems) {
        writer.text(problem);
    }
    writer.end_array();
    writer.end_object();
    return writer.finish();
}

std::string archive_verify_text(const std::string& name, const ArchiveTally& tally) {
    std::string text;
    for (const std::string& problem : tally.problems) {
        text += fmt::format("problem: {}\n", sanitise(problem, 1000));
    }
    return text + fmt::format("{}: {}; {}, {}\n", sanitise(name), tally.problems.empty() ? "OK" : plural(tally.problems.size(), "problem"),
                              plural(tally.generations, "generation"), format_bytes(tally.bytes));
}

ExitCode run_archive_verify(CommandContext& context, const ArchiveVerifyOptions& options) {
    if (options.period) {
        check_month_name(*options.period);
    }
    const OpenArchive opened = open_archive(context, options.settings);
    const auto generations = take_from_archive(archive::list_generations(*opened.store, options.period.value_or("")));
    if (generations.empty()) {
        throw FatalError(ExitCode::usage, ErrorCode::not_found, "the archive has nothing to verify", opened.store->name(),
                         "moisson archive list shows what it has");
    }
    ArchiveTally tally;
    for (std::size_t at = 0; at < generations.size(); ++at) {
        const bool is_newest = at + 1 == generations.size() || generations[at + 1].month != generations[at].month;
        verify_generation(context, *opened.store, generations[at], is_newest, tally);
    }
    const ExitCode exit_code = tally.problems.empty() ? ExitCode::complete : ExitCode::inconsistent;
    context.out.write(context.talk.json ? archive_verify_json(opened.store->name(), tally, exit_code)
                                        : archive_verify_text(opened.store->name(), tally));
    return exit_code;
}

}  // namespace

Command archive_verify_command() {
    return with_options({.name = "archive verify",
                         .help = "read everything in the archive back and re-check it",
                         .examples = "  moisson archive verify --job jobs/monthly.toml\n"
                                     "  moisson archive verify 2026-10 --job jobs/monthly.toml\n",
                         .exit_codes = codes_of_archive()},
                        declare_archive_verify, run_archive_verify);
}

}  // namespace moisson::cli
