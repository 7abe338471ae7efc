#include "pipeline/active_step.hpp"

#include <map>
#include <string_view>
#include <utility>

#include "pipeline/publish_folder.hpp"
#include "pipeline/stages.hpp"
#include "transfer/active_content.hpp"

namespace moisson::pipeline {

void mark_active_documents(std::vector<LedgerEntry>& entries, const transfer::ObjectStore& store, RunSummary& summary,
                           const std::stop_token& stop) {
    constexpr FindingCode code = "document-active";
    std::map<std::string_view, std::vector<transfer::Active>> known;  // by digest
    for (LedgerEntry& entry : entries) {
        if (entry.sha256.empty()) {
            continue;
        }
        stop_if_asked(stop);
        auto found = known.find(entry.sha256);
        if (found == known.end()) {
            auto active = must_be_done(transfer::find_active_content(store.path_of(entry.sha256), entry.media_type));
            found = known.emplace(entry.sha256, std::move(active)).first;
        }
        for (const transfer::Active active : found->second) {
            entry.findings.insert(code);
            if (!entry.findings.contains("superseded")) {
                summary.findings.push_back(make_finding(code, to_sentence(active), entry.contract->id, entry.document_id));
            }
        }
    }
}

}  // namespace moisson::pipeline
