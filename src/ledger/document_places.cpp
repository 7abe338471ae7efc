/// See document_places.hpp.

#include "ledger/document_places.hpp"

namespace moisson::ledger {

DocumentPlaces::DocumentPlaces(std::span<const LedgerEntry> entries, const RunSummary& summary) : summary_(summary) {
    for (const ContractCompleteness& line : summary.completeness) {
        contracts_.emplace(line.contract->id, contracts_.size());
    }
    for (const Finding& finding : summary.findings) {
        if (!finding.document_id.empty()) {
            places_.try_emplace({finding.contract_id, finding.document_id});
        }
    }
    if (places_.empty()) {
        return;
    }
    std::uint64_t counted = 0;
    for (std::size_t at = 0; at < entries.size(); ++at) {
        const LedgerEntry& entry = entries[at];
        const auto found = places_.find({entry.contract->id, entry.document_id});
        if (found != places_.end() && (found->second.entry == nullptr || found->second.entry->version < entry.version)) {
            found->second = {&entry, at, counted};
        }
        counted += entry.counted ? 1U : 0U;
    }
}

const DocumentPlaces::Place* DocumentPlaces::find(std::string_view contract_id, std::string_view document_id) const {
    const auto found = places_.find({contract_id, document_id});
    return found == places_.end() || found->second.entry == nullptr ? nullptr : &found->second;
}

const std::uint64_t* DocumentPlaces::find_contract(std::string_view contract_id) const {
    const auto found = contracts_.find(contract_id);
    return found == contracts_.end() ? nullptr : &found->second;
}

std::string_view DocumentPlaces::name_of(std::string_view contract_id) const {
    const std::uint64_t* const index = find_contract(contract_id);
    return index == nullptr ? std::string_view() : std::string_view(summary_.completeness[*index].contract->name);
}

}  // namespace moisson::ledger
