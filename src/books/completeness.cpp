/// What became of each contract's documents, type by type; and which findings end a run as incomplete.
#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "books/books.hpp"
#include "books/grouping.hpp"

namespace moisson::books {

void fill_completeness(std::vector<ContractCompleteness>& completeness, std::span<const LedgerEntry> entries) {
    std::map<std::string_view, ContractCompleteness*> by_contract;
    for (ContractCompleteness& one : completeness) {
        by_contract[one.contract->id] = &one;
        one.in_period = one.files_ok = one.files_missing = 0;
        one.by_type.clear();
        for (const auto& [type, listed] : one.listed_by_type) {
            one.by_type[type].listed = listed;
        }
    }
    const std::vector<bool> is_latest = find_latest(entries);
    for (std::size_t at = 0; at < entries.size(); ++at) {
        const LedgerEntry& entry = entries[at];
        const auto found = by_contract.find(entry.contract->id);
        if (found == by_contract.end() || !is_latest[at]) {
            continue;
        }
        ContractCompleteness& contract = *found->second;
        TypeCompleteness& type = contract.by_type[entry.document_type];
        const bool is_ok = entry.status == DocumentStatus::ok;
        const bool is_missing = entry.status == DocumentStatus::failed || entry.status == DocumentStatus::not_ready;
        ++contract.in_period;
        ++type.in_period;
        contract.files_ok += is_ok ? 1U : 0U;
        type.files_ok += is_ok ? 1U : 0U;
        contract.files_missing += is_missing ? 1U : 0U;
        type.files_missing += is_missing ? 1U : 0U;
        type.final_ += entry.standing == Standing::final_ ? 1U : 0U;
        type.counted += entry.counted ? 1U : 0U;
    }
}

void raise_findings(std::vector<Finding>& findings, std::span<const std::string> codes, std::span<const LedgerEntry> entries) {
    constexpr std::string_view always = "file-damaged";  // nobody can do without the paper behind an amount
    std::set<std::pair<std::string_view, std::string_view>> counted;
    for (const LedgerEntry& entry : entries) {
        if (entry.counted) {
            counted.emplace(entry.contract->id, entry.document_id);
        }
    }
    for (Finding& finding : findings) {
        const bool is_named = finding.code == always || std::find(codes.begin(), codes.end(), finding.code.text()) != codes.end();
        if (is_named && (finding.document_id.empty() || counted.contains({finding.contract_id, finding.document_id}))) {
            finding.raised = true;
        }
    }
}

}  // namespace moisson::books
