/// Latest versions and month spans.
#include "books/grouping.hpp"

#include <algorithm>
#include <functional>
#include <unordered_map>

namespace moisson::books {

std::size_t HashOfDocument::operator()(const DocumentKey& key) const noexcept {
    const std::size_t contract = std::hash<std::string_view>{}(key.contract_id);
    return (contract * 31 + std::hash<std::string_view>{}(key.document_id)) * 31 + key.running;
}

DocumentKey document_key(const LedgerEntry& entry) {
    return {entry.contract->id, entry.document_id, entry.document_id.empty() ? entry.version : 0};
}

std::vector<bool> find_latest(std::span<const LedgerEntry> entries) {
    std::unordered_map<DocumentKey, std::size_t, HashOfDocument> latest;
    latest.reserve(entries.size());
    std::vector<bool> is_latest(entries.size(), false);
    for (std::size_t at = 0; at < entries.size(); ++at) {
        const LedgerEntry& entry = entries[at];
        if (entry.document_id.empty()) {
            is_latest[at] = !entry.findings.contains("superseded");
            continue;
        }
        const auto [found, is_new] = latest.try_emplace(document_key(entry), at);
        if (!is_new && entry.version > entries[found->second].version) {
            found->second = at;
        }
    }
    for (const auto& [key, at] : latest) {
        is_latest[at] = !entries[at].findings.contains("superseded");
    }
    return is_latest;
}

bool is_disputed(const LedgerEntry& entry) noexcept { return entry.findings.contains("document-of-another-contract"); }

std::int64_t month_index(std::chrono::year_month_day day) noexcept {
    return std::int64_t{static_cast<int>(day.year())} * 12 + static_cast<unsigned>(day.month()) - 1;
}

void MonthSet::add(const Period& period) { spans_.emplace_back(month_index(period.first), month_index(period.last)); }

void MonthSet::seal() {
    std::sort(spans_.begin(), spans_.end());
    std::vector<std::pair<std::int64_t, std::int64_t>> merged;
    for (const auto& span : spans_) {
        if (!merged.empty() && span.first <= merged.back().second + 1) {
            merged.back().second = std::max(merged.back().second, span.second);
        } else {
            merged.push_back(span);
        }
    }
    spans_ = std::move(merged);
}

bool MonthSet::touches(const Period& period) const {
    const auto after = std::upper_bound(spans_.begin(), spans_.end(), month_index(period.last),
                                        [](std::int64_t month, const auto& span) { return month < span.first; });
    return after != spans_.begin() && std::prev(after)->second >= month_index(period.first);
}

bool MonthSet::covers(const Period& period) const {
    const auto after = std::upper_bound(spans_.begin(), spans_.end(), month_index(period.first),
                                        [](std::int64_t month, const auto& span) { return month < span.first; });
    return after != spans_.begin() && std::prev(after)->second >= month_index(period.last);
}

}  // namespace moisson::books
