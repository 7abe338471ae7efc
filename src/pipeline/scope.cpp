#include "pipeline/scope.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace moisson::pipeline {

namespace {

bool is_wanted_type(const config::Job& job, const LedgerEntry& entry) noexcept {
    return job.types.empty() || std::find(job.types.begin(), job.types.end(), entry.document_type) != job.types.end();
}

}  // namespace

View view_of(const config::Job& job) { return {job.contracts, job.types, job.files}; }

bool in_counting_scope(const config::Job& job, const LedgerEntry& entry) noexcept {
    if (!entry.period) {
        return true;
    }
    const bool begins_after = job.period.last && *job.period.last < Month::of(entry.period->first);
    const bool ends_before = job.period.first && entry.period->month() < *job.period.first;
    return !begins_after && !ends_before;
}

bool in_ledger(const config::Job& job, const LedgerEntry& entry) noexcept {
    return is_wanted_type(job, entry) && (!entry.period || job.period.contains(entry.period->month()));
}

void keep_ledger_rows(const config::Job& job, std::vector<LedgerEntry>& entries, std::vector<Finding>& findings) {
    std::set<std::pair<std::string_view, std::string_view>> gone;
    std::set<std::pair<std::string_view, std::string_view>> kept;
    for (const LedgerEntry& entry : entries) {
        (in_ledger(job, entry) ? kept : gone).emplace(entry.contract->id, entry.document_id);
    }
    if (gone.empty()) {
        return;
    }
    std::erase_if(findings, [&](const Finding& finding) {
        const std::pair<std::string_view, std::string_view> document(finding.contract_id, finding.document_id);
        return !finding.document_id.empty() && gone.contains(document) && !kept.contains(document);
    });
    std::erase_if(entries, [&](const LedgerEntry& entry) { return !in_ledger(job, entry); });
}

}  // namespace moisson::pipeline
