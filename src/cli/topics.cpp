#include "cli/topics.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/result.hpp"
#include "cli/exit_codes.hpp"
#include "cli/markdown.hpp"
#include "cli/table.hpp"

namespace moisson::cli {

namespace {

#include "reference.inc"

constexpr auto all_topics = std::to_array<Topic>({
    {"job", "the job file, options, closing, the books, the database, doctor, metrics, writes", "jobs/README.md", "moisson-job.5"},
    {"findings", "every finding: what it means, and what to do", "jobs/findings.md", "moisson-findings.7"},
    {"ledger", "ledger.csv and ledger.xlsx: their columns, and what counts", "samples/ledger.md", "moisson-ledger.5"},
    {"usage", "usage.csv: the lines inside reports and workbooks", "samples/usage.md", "moisson-usage.5"},
    {"summary", "summary.json, the run for machines", "samples/summary.md", "moisson-summary.5"},
    {"bundle", "bundle.zip, the archive, and how it is checked", "samples/bundle.md", "moisson-bundle.5"},
    {"provenance", "evidence.json: who asked whom, when and how", "samples/evidence.md", "moisson-evidence.5"},
    {"stamps", "time stamps and signatures of a month, and how they are checked", "samples/stamps.md", "moisson-stamps.5"},
    {"templates", "files for ERP systems: settings, mapping, the template language", "templates/README.md", "moisson-template.5"},
    {"sandbox", "the stand-in of the API: scenarios, accounts, faults, Postman", "samples/README.md", "moisson-sandbox.7"},
    {"exit-codes", "what a run may end with", "", ""},
});

}  // namespace

std::span<const Topic> topics() noexcept { return all_topics; }

const Topic* find_topic(std::string_view name) noexcept {
    const auto* found = std::find_if(all_topics.begin(), all_topics.end(), [&](const Topic& one) { return one.name == name; });
    return found == all_topics.end() ? nullptr : found;
}

std::string_view topic_markdown(const Topic& topic) {
    const auto* file =
        std::find_if(reference::built_in_files.begin(), reference::built_in_files.end(),
                     [&](const reference::BuiltInFile& one) { return one.path == topic.document; });
    MOISSON_INVARIANT(file != reference::built_in_files.end(), "a topic whose document is not part of the program");
    return file->bytes;
}

std::vector<Topic> linked_topics(const Topic& topic) {
    std::set<std::string> targets;
    const std::string_view text = topic_markdown(topic);
    const std::filesystem::path folder = std::filesystem::path(topic.document).parent_path();
    for (std::size_t at = text.find("]("); at != std::string_view::npos; at = text.find("](", at + 2)) {
        const std::string_view target = text.substr(at + 2, text.find_first_of("#)", at + 2) - at - 2);
        targets.insert((folder / target).lexically_normal().generic_string());
    }
    std::vector<Topic> found;
    std::copy_if(all_topics.begin(), all_topics.end(), std::back_inserter(found), [&](const Topic& other) {
        return !other.document.empty() && other.name != topic.name && targets.contains(std::string(other.document));
    });
    return found;
}

std::string topic_text(const Topic& topic, std::size_t width) {
    if (topic.document.empty()) {
        return plain_markdown("# Exit codes", width) + "\n" + exit_code_lines(codes_of_run()) +
               "\nThe help of each command names those that it may end with.\n";
    }
    std::string text = plain_markdown(topic_markdown(topic), width);
    std::vector<std::string_view> links;
    for (const Topic& other : linked_topics(topic)) {
        links.push_back(other.name);
    }
    if (!links.empty()) {
        text += "\n" + wrap_words(fmt::format("See also: moisson help {}", fmt::join(links, ", ")), 0, width) + "\n";
    }
    return text;
}

std::string topics_text(std::size_t width) {
    std::string text = "Topics of moisson help:\n";
    for (const Topic& topic : all_topics) {
        constexpr std::size_t column = 14;
        text += fmt::format("  {:<10}  {}\n", topic.name, wrap_words(topic.about, column, width));
    }
    return text;
}

}  // namespace moisson::cli
