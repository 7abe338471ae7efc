#include "pipeline/scope.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace moisson::pipeline {

namespace {

bool is_wanted_type(const config::Job& job, const LedgerEntry& entry) noexcept {
    return job.export_.types.empty() ||
           std::find(job.export_.types.begin(), job.export_.types.end(), entry.document_type) != job.export_.types.end();
}

}  // namespace

View view_of(const config::Job& job) {
    const auto sorted = [](std::vector<std::string> words) {
        std::sort(words.begin(), words.end());
        words.erase(std::unique(words.begin(), words.end()), words.end());
        return words;
    };
    return {sorted(job.export_.contracts), sorted(job.export_.types), job.export_.files, sorted(job.export_.perimeters)};
}

std::vector<bool> find_deciding(const config::Job& job, std::span<const LedgerEntry> entries) {
    std::vector<bool> decides(entries.size(), false);
    std::vector<std::size_t> by_begin;
    for (std::size_t at = 0; at < entries.size(); ++at) {
        decides[at] = !entries[at].period;
        if (entries[at].period) {
            by_begin.push_back(at);
        }
    }
    const auto begin_of = [&](std::size_t at) { return Month::of(entries[at].period->first); };
    std::sort(by_begin.begin(), by_begin.end(), [&](std::size_t left, std::size_t right) { return begin_of(left) < begin_of(right); });
    // Rows that hang together are neighbours here: a group ends where the next row begins after all of its months.
    for (std::size_t begin = 0, end = 0; begin < by_begin.size(); begin = end) {
        const Month first = begin_of(by_begin[begin]);
        Month last = first;
        while (end < by_begin.size() && !(last < begin_of(by_begin[end]))) {
            last = std::max(last, entries[by_begin[end]].period->month());
            ++end;
        }
        const bool is_asked_for = (!job.export_.period.first || !(last < *job.export_.period.first)) &&
                                  (!job.export_.period.last || !(*job.export_.period.last < first));
        for (std::size_t at = begin; at < end; ++at) {
            decides[by_begin[at]] = is_asked_for;
        }
    }
    return decides;
}

bool in_ledger(const config::Job& job, const LedgerEntry& entry) noexcept {
    return is_wanted_type(job, entry) && (!entry.period || job.export_.period.contains(entry.period->month()));
}

void keep_ledger_rows(const config::Job& job, std::vector<LedgerEntry>& entries, std::vector<Finding>& findings) {
    using Document = std::pair<std::string_view, std::string_view>;
    std::map<Document, std::vector<const LedgerEntry*>> gone;
    std::map<Document, std::vector<const LedgerEntry*>> kept;
    for (const LedgerEntry& entry : entries) {
        (in_ledger(job, entry) ? kept : gone)[{entry.contract->id, entry.document_id}].push_back(&entry);
    }
    if (gone.empty()) {
        return;
    }
    std::erase_if(findings, [&](const Finding& finding) {
        const Document document(finding.contract_id, finding.document_id);
        const auto elsewhere = gone.find(document);
        if (finding.document_id.empty() || elsewhere == gone.end()) {
            return false;
        }
        // Of a document that moved to another month, one version stays: what is said of the other one belongs there.
        const auto here = kept.find(document);
        const auto says_it = [&](const LedgerEntry* entry) { return entry->findings.contains(finding.code); };
        return here == kept.end() || (std::any_of(elsewhere->second.begin(), elsewhere->second.end(), says_it) &&
                                      std::none_of(here->second.begin(), here->second.end(), says_it));
    });
    std::erase_if(entries, [&](const LedgerEntry& entry) { return !in_ledger(job, entry); });
}

}  // namespace moisson::pipeline
