#include "cli/export_options.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "cli/annotations.hpp"
#include "cli/job_options.hpp"
#include "domain/document_type.hpp"
#include "erp/built_in.hpp"

namespace moisson::cli {

namespace {

void declare_period(Arguments& arguments, config::CommandLine& settings) {
    arguments.text("--period", "YYYY-MM", settings.period, "one month (default: the last closed month; of the sandbox its newest)");
    arguments.text("--from", "YYYY-MM", settings.from, "first month of several; with --to");
    arguments.text("--to", "YYYY-MM", settings.to, "last month of several, included; with --from");
    arguments.flag("--all", settings.all, "everything that the service lists");
    arguments.flag("--due", settings.due, "every month that is owed: never published, or no longer what was published");
}

/// "2/3".
std::optional<config::PartNumber> parse_part(std::string_view written) {
    const auto number_of = [](std::string_view text) -> std::uint32_t {
        std::uint32_t number = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
        return problem == std::errc() && end == text.data() + text.size() && !text.starts_with('0') ? number : 0;
    };
    const std::size_t slash = std::min(written.find('/'), written.size());
    const config::PartNumber part{number_of(written.substr(0, slash)), number_of(written.substr(std::min(slash + 1, written.size())))};
    const bool is_one = part.number >= 1 && part.number <= part.of && part.of <= config::parts_max;
    return is_one ? std::optional(part) : std::nullopt;
}

void declare_part(Arguments& arguments, config::CommandLine& settings) {
    arguments.parsed(
        "--part", "K/N",
        [&settings](const std::string& written) {
            settings.part = parse_part(written);
            return settings.part ? std::string()
                                 : must_be(fmt::format("a part of how many, such as 1/3, of {} at most", config::parts_max), written);
        },
        "only the K-th of N parts of the month, which `moisson merge` puts together; nothing is published");
}

void declare_pace(Arguments& arguments, config::CommandLine& settings) {
    arguments.whole("--transfers", 1, 64, settings.transfers, "parallel downloads, 1 to 64 (default: 8)");
    arguments.parsed(
        "--rate", "N",
        [&settings](const std::string& written) {
            settings.rate = parse_number(written);
            return settings.rate ? std::string() : must_be("a number, 0 or more", written);
        },
        "requests a second, 0 for no limit (default: 20)");
    arguments.parsed(
        "--max-duration", "TIME",
        [&settings](const std::string& written) {
            const auto duration = parse_duration(written);
            if (!duration) {
                return must_be("a duration such as 90s, 30m or 2h, at most 31 days", written);
            }
            settings.max_duration_seconds = duration->count();
            return std::string();
        },
        "stop asking after this time (90s, 30m, 2h) and publish what came (default: no limit)");
}

}  // namespace

void declare_export(Arguments& arguments, config::CommandLine& settings) {
    declare_job(arguments, settings);
    declare_period(arguments, settings);
    arguments.texts("--contract", "GLOB", settings.contracts, "only contracts whose id or name fits (* ? [ab]); repeatable");
    arguments.texts("--perimeter", "NAME", settings.perimeters, "only these of the job's perimeters (logins); repeatable");
    declare_part(arguments, settings);
    arguments.texts("--type", "TYPE", settings.types, "only documents of this type; repeatable", Parted::by_commas)
        .among({document_type_names.begin(), document_type_names.end()});
    arguments.text("--out", "DIR", settings.out, "folder to publish to (default: out)");
    arguments.texts("--template", "NAME", settings.templates, "also write this ERP template's file (a name or path); repeatable")
        .among(erp::built_in_templates());
    declare_pace(arguments, settings);
    arguments.flag("--refetch", settings.refetch, "ask for files that are here once more; other bytes are a document's next version");
    arguments.text("--adopt-folder", "REASON", settings.adopt_folder,
                   "take over months in OUT that another state made, or a lost one; the reason is kept and told from then on");
    arguments.flag("--since-last", settings.since_last, "ERP files hold only what no earlier file of their template held");
    arguments.flag("--no-files", settings.no_files, "the ledger from metadata alone: fetch no file, every row is `skipped`");
    declare_publishing(arguments, settings);
}

void declare_publishing(Arguments& arguments, config::CommandLine& settings) {
    arguments.text("--language", "en|fr", settings.language, "language of workbook, report and JUnit (default: en)").among({"en", "fr"});
    arguments.parsed(
        "--lock-wait", "TIME",
        [&settings](const std::string& written) {
            const auto duration = parse_duration(written);
            settings.lock_wait = duration.value_or(std::chrono::seconds{0});
            return duration ? std::string() : must_be("a duration such as 90s, 30m or 2h, at most 31 days", written);
        },
        "wait so long for the end of another run that holds the state (default: not at all)");
    arguments.parsed(
        "--annotations", "never|github|gitlab",
        [&settings](const std::string& written) {
            settings.annotations = written;
            return find_annotation_form(written) ? std::string() : must_be("never, github or gitlab", written);
        },
        "tell the findings to this CI system (default: the one that the run is in, if any)");
    arguments.flag("--exit-nothing-new", settings.exit_nothing_new, "end with 9 when nothing new was found");
}

}  // namespace moisson::cli
