#include "pipeline/active_step.hpp"

#include <atomic>
#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/threads.hpp"
#include "pipeline/publish_folder.hpp"
#include "pipeline/stages.hpp"
#include "transfer/active_content.hpp"

namespace moisson::pipeline {

namespace {

constexpr unsigned readers_max = 4;

struct ReadFile {
    const LedgerEntry* first = nullptr;  ///< row that has it
    Result<std::vector<transfer::Active>> active;
};

/// Reads each file once, as many at a time as there are cores.
void read_files(std::vector<ReadFile>& files, const transfer::ObjectStore& store, const std::stop_token& stop) {
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t at = next++; at < files.size() && !stop.stop_requested(); at = next++) {
            const LedgerEntry& row = *files[at].first;
            files[at].active = transfer::find_active_content(store.path_of(row.sha256), row.media_type);
        }
    };
    run_on_threads(cores_up_to(readers_max), work);
    stop_if_asked(stop);
}

}  // namespace

void mark_active_documents(std::vector<LedgerEntry>& entries, const transfer::ObjectStore& store, RunSummary& summary,
                           const std::stop_token& stop) {
    constexpr FindingCode code = "document-active";
    std::unordered_map<std::string_view, std::size_t> places;  // by digest
    std::vector<ReadFile> files;
    for (const LedgerEntry& entry : entries) {
        if (!entry.sha256.empty() && places.emplace(entry.sha256, files.size()).second) {
            files.push_back({&entry, {}});
        }
    }
    read_files(files, store, stop);
    for (LedgerEntry& entry : entries) {
        const auto place = places.find(entry.sha256);
        if (place == places.end()) {
            continue;
        }
        Result<std::vector<transfer::Active>>& found = files[place->second].active;
        for (const transfer::Active active : found ? *found : must_be_done(std::move(found))) {
            entry.findings.insert(code);
            if (!entry.findings.contains("superseded")) {
                summary.findings.push_back(make_finding(code, to_sentence(active), entry.contract->id, entry.document_id));
            }
        }
    }
}

}  // namespace moisson::pipeline
