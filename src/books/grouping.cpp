/// Latest versions and month spans.
#include "books/grouping.hpp"

#include <algorithm>
#include <numeric>

namespace moisson::books {

std::vector<bool> find_latest(std::span<const LedgerEntry> entries) {
    std::vector<std::size_t> order(entries.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto same_document = [&](std::size_t left, std::size_t right) {
        return entries[left].contract->id == entries[right].contract->id && entries[left].document_id == entries[right].document_id;
    };
    std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
        const LedgerEntry& one = entries[left];
        const LedgerEntry& other = entries[right];
        if (const int by_contract = one.contract->id.compare(other.contract->id); by_contract != 0) {
            return by_contract < 0;
        }
        if (const int by_document = one.document_id.compare(other.document_id); by_document != 0) {
            return by_document < 0;
        }
        return one.version != other.version ? one.version > other.version : left < right;
    });
    std::vector<bool> is_latest(entries.size(), false);
    for (std::size_t at = 0; at < order.size(); ++at) {
        const bool is_first = entries[order[at]].document_id.empty() || at == 0 || !same_document(order[at - 1], order[at]);
        is_latest[order[at]] = is_first && !entries[order[at]].findings.contains("superseded");
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
