/// See state_tools.hpp.

#include "pipeline/state_tools.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "base/days.hpp"
#include "base/files.hpp"
#include "pipeline/books_record.hpp"
#include "pipeline/books_tables.hpp"
#include "pipeline/publish_folder.hpp"
#include "pipeline/rebuild.hpp"
#include "pipeline/settle.hpp"
#include "pipeline/state_access.hpp"
#include "pipeline/witness.hpp"

namespace moisson::pipeline {

namespace {

[[noreturn]] void refuse_without_books(const config::Job& job) {
    throw FatalError(ExitCode::usage, ErrorCode::bad_input,
                     fmt::format("no month published in {} carries books: a version before they were kept made them, or there are none",
                                 sanitise(job.export_.out)),
                     job.export_.out,
                     "Take such a folder over: moisson export --adopt-folder \"reason\". Or name the bundle that was published last");
}

/// The one whose chain holds all others.
Rebuild newest_of(const config::Job& job, const std::vector<std::filesystem::path>& bundles, const std::stop_token& stop) {
    std::optional<Rebuild> newest;
    std::map<std::string, std::string> digests;  // of the bundles' bytes, to their paths
    for (const std::filesystem::path& path : bundles) {
        Rebuild one = rebuild_from(job, path, stop);
        digests[must_be_done(sha256_of_file(path))] = path.string();
        if (!newest || newest->books.chain.size() < one.books.chain.size()) {
            newest = std::move(one);
        }
    }
    for (const auto& [sha256, path] : digests) {
        const bool is_head = newest->bundle_sha256 == sha256;
        const bool is_known =
            std::any_of(newest->books.chain.begin(), newest->books.chain.end(),
                        [&, wanted = std::string_view(sha256)](const ChainLink& link) { return link.bundle_sha256 == wanted; });
        if (!is_head && !is_known) {
            throw FatalError(
                ExitCode::inconsistent, ErrorCode::verification,
                fmt::format("two histories: {} was published last, and knows nothing of this bundle", sanitise(newest->head, 60)), path,
                "Name bundles of one history");
        }
    }
    return std::move(*newest);
}

std::vector<std::string> what_is_not_proved(const config::Job& job, const Rebuild& rebuild) {
    std::vector<std::string> sentences;
    if (!witnessed_closings(job)) {
        sentences.push_back(fmt::format("whether a month was closed or opened again after {} was published: .moisson-folder is not there",
                                        sanitise(rebuild.head, 60)));
    }
    for (const ClosedMonth& month : rebuild.books.months) {
        std::error_code problem;
        if (!std::filesystem::exists(std::filesystem::path(job.export_.out) / month.period.to_text(), problem)) {
            sentences.push_back(fmt::format("the files of {}, which is closed: its folder is not here", month.period.to_text()));
        }
    }
    return sentences;
}

/// Lines of each table without its header.
std::map<std::string, std::vector<std::string>> lines_of(const state::Books& books) {
    std::map<std::string, std::vector<std::string>> tables;
    for (const auto& [path, bytes] : books_files(books)) {
        std::vector<std::string>& lines = tables[path];
        std::string line;
        std::size_t quotes = 0;
        for (const char letter : bytes) {
            quotes += letter == '"' ? 1U : 0U;
            if (letter == '\n' && quotes % 2 == 0) {
                lines.push_back(std::move(line));
                line.clear();
            } else {
                line += letter;
            }
        }
        lines.erase(lines.begin());
        std::sort(lines.begin(), lines.end());
    }
    return tables;
}

}  // namespace

StateRebuilt rebuild_state(const config::Job& job, const std::vector<std::filesystem::path>& bundles, const Clock& clock,
                           const std::stop_token& stop) {
    std::optional<Rebuild> rebuild = bundles.empty() ? read_archive(job, stop) : newest_of(job, bundles, stop);
    if (!rebuild) {
        refuse_without_books(job);
    }
    const auto state = open_state(job, "state rebuild");
    settle_publications(*state, job.export_.out);
    StateRebuilt result;
    result.head = rebuild->head;
    result.publications = rebuild->books.chain.size();
    result.not_proved = what_is_not_proved(job, *rebuild);
    must_not_contradict(*state, rebuild->books, rebuild->head);
    if (state->load_chain().size() < rebuild->books.chain.size() || !compare_folder(job, *state).sentences.empty()) {
        result.unknown = result.publications - std::min(result.publications, state->load_chain().size());
        result.was_behind = true;
        apply_rebuild(job, *rebuild, *state, *open_object_store(job), clock, stop);
    }
    return result;
}

std::vector<StateDifference> diff_state(const config::Job& job, const std::stop_token& stop) {
    auto rebuild = read_archive(job, stop);
    if (!rebuild) {
        refuse_without_books(job);
    }
    const auto state = open_state_for_reading(job);
    const Month last = *Month::make(9999, 12);  // the state's months as they stand
    const auto ours = lines_of(books_with(*state, Publication{}, last));
    const auto theirs = lines_of(rebuild->books);
    std::vector<StateDifference> differences;
    std::map<std::string, int> tables;
    for (const auto& one : ours) {
        tables.emplace(one.first, 0);
    }
    for (const auto& one : theirs) {
        tables.emplace(one.first, 0);
    }
    tables.erase(fmt::format("{}tables.csv", books_folder));
    const std::vector<std::string> none;
    for (const auto& table : tables) {
        const auto left = ours.find(table.first);
        const auto right = theirs.find(table.first);
        const std::vector<std::string>& own = left == ours.end() ? none : left->second;
        const std::vector<std::string>& other = right == theirs.end() ? none : right->second;
        StateDifference difference;
        std::set_difference(own.begin(), own.end(), other.begin(), other.end(), std::back_inserter(difference.only_in_state));
        std::set_difference(other.begin(), other.end(), own.begin(), own.end(), std::back_inserter(difference.only_in_archive));
        if (!difference.only_in_state.empty() || !difference.only_in_archive.empty()) {
            const std::string_view name = std::string_view(table.first).substr(books_folder.size());
            difference.table = std::string(name.substr(0, name.rfind(".csv")));
            differences.push_back(std::move(difference));
        }
    }
    return differences;
}

}  // namespace moisson::pipeline
