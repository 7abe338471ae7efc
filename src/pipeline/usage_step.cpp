#include "pipeline/usage_step.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "pipeline/publish_folder.hpp"
#include "usage/usage.hpp"

namespace moisson::pipeline {

namespace {

/// What was found about a document stands in its row, too.
void mark_rows(std::vector<LedgerEntry>& entries, const std::vector<Finding>& findings) {
    std::multimap<std::pair<std::string_view, std::string_view>, FindingCode> codes;
    for (const Finding& finding : findings) {
        if (!finding.document_id.empty()) {
            codes.emplace(std::pair<std::string_view, std::string_view>(finding.contract_id, finding.document_id), finding.code);
        }
    }
    if (codes.empty()) {
        return;
    }
    for (LedgerEntry& entry : entries) {
        if (!usage::is_source(entry)) {
            continue;
        }
        const auto [begin, end] = codes.equal_range({entry.contract->id, entry.document_id});
        for (auto at = begin; at != end; ++at) {
            entry.findings.insert(at->second);
        }
    }
}

usage::Options options_of(const std::stop_token& stop) {
    usage::Options options;
    options.stop = stop;
    options.confined = true;
    return options;
}

}  // namespace

std::unique_ptr<cage::Cage> start_usage_reader(const config::Job& job, const std::vector<LedgerEntry>& entries,
                                               const std::stop_token& stop) {
    const bool is_wanted = job.books.usage && std::any_of(entries.begin(), entries.end(), usage::is_source);
    return is_wanted ? usage::start_reader(options_of(stop)) : nullptr;
}

void read_usage(const UsageContext& context, std::vector<LedgerEntry>& entries, RunSummary& summary, std::unique_ptr<cage::Cage> reader) {
    const BooksSettings& books = context.job.books;
    if (!books.usage) {
        return;
    }
    std::vector<usage::Source> sources;
    for (const LedgerEntry& entry : entries) {
        if (usage::is_source(entry)) {
            sources.push_back({&entry, context.store.path_of(entry.sha256)});
        }
    }
    if (sources.empty()) {
        return;
    }
    auto read = usage::extract(sources, context.folder / "usage.csv", options_of(context.stop), std::move(reader));
    if (!read && read.error().code == ErrorCode::cancelled) {
        throw FatalError(ExitCode::interrupted, std::move(read.error()));
    }
    usage::Extract extract = must_be_done(std::move(read));
    if (extract.reader && !extract.reader->seccomp) {
        context.reporter.log(LogLevel::warning, "reader-unconfined",
                             "this kernel has no seccomp: what reads documents is held back by limits of memory, time and files alone");
    }
    usage::compare(entries, books.usage_tolerance, extract);
    mark_rows(entries, extract.findings);
    summary.findings.insert(summary.findings.end(), std::make_move_iterator(extract.findings.begin()),
                            std::make_move_iterator(extract.findings.end()));
    summary.usage = std::move(extract.summary);
    if (!extract.sha256.empty()) {
        summary.files.push_back(PublishedFile{"usage.csv", extract.size_bytes, extract.sha256});
    }
}

}  // namespace moisson::pipeline
