/// `archive list`: the months that the archive has.

#include <map>

#include <fmt/format.h>

#include "base/counts.hpp"
#include "cli/archive_options.hpp"
#include "cli/json_text.hpp"
#include "cli/table.hpp"

namespace moisson::cli {

namespace {

struct ArchiveListOptions {
    config::CommandLine settings;
};

void declare_archive_list(Arguments& arguments, ArchiveListOptions& options) { declare_archive(arguments, options.settings); }

std::string archive_list_json(const std::string& name, const archive::Protection& protection, const std::vector<archive::Manifest>& months,
                              const std::map<std::string, std::uint64_t>& generations) {
    JsonWriter writer;
    writer.begin_answer();
    writer.key("archive").text(name);
    writer.key("versions").boolean(protection.versions);
    writer.key("locks").boolean(protection.locks);
    writer.key("months").begin_array();
    for (const archive::Manifest& month : months) {
        writer.begin_object();
        writer.key("period").text(month.generation.month);
        writer.key("generation").count(month.generation.number);
        writer.key("generations").count(generations.at(month.generation.month));
        writer.key("archived_at").text(month.archived_at);
        writer.key("retain_until").text(month.retain_until);
        writer.key("source").text(month.source);
        writer.key("manifest_sha256").text(month.generation.manifest_sha256);
        writer.key("files").count(month.files.size());
        writer.key("bytes").count(month.size_bytes());
        writer.end_object();
    }
    writer.end_array();
    writer.end_object();
    return writer.finish();
}

std::string archive_list_text(const std::vector<archive::Manifest>& months, const std::map<std::string, std::uint64_t>& generations) {
    if (months.empty()) {
        return "the archive has no month\n";
    }
    std::vector<std::vector<std::string>> rows;
    for (const archive::Manifest& month : months) {
        rows.push_back({month.generation.month, fmt::format("{} of {}", month.generation.number, generations.at(month.generation.month)),
                        month.archived_at, month.retain_until, format_count(month.files.size()), format_bytes(month.size_bytes())});
    }
    return format_table(
        {{"month"}, {"generation", Align::right}, {"archived at"}, {"kept until"}, {"files", Align::right}, {"size", Align::right}}, rows);
}

ExitCode run_archive_list(CommandContext& context, const ArchiveListOptions& options) {
    const OpenArchive opened = open_archive(context, options.settings);
    std::map<std::string, std::uint64_t> generations;
    for (const archive::Generation& one : take_from_archive(archive::list_generations(*opened.store))) {
        ++generations[one.month];
    }
    const auto months = take_from_archive(archive::newest_months(*opened.store));
    for (const archive::Manifest& month : months) {
        generations.try_emplace(month.generation.month, 1);  // came between the two questions
    }
    const archive::Protection protection = take_from_archive(opened.store->protection());
    context.out.write(context.talk.json ? archive_list_json(opened.store->name(), protection, months, generations)
                                        : archive_list_text(months, generations));
    return ExitCode::complete;
}

}  // namespace

Command archive_list_command() {
    return with_options({.name = "archive list",
                         .help = "the months that the archive has",
                         .examples = "  moisson archive list --job jobs/monthly.toml\n",
                         .exit_codes = codes_of_archive()},
                        declare_archive_list, run_archive_list);
}

}  // namespace moisson::cli
