/// See owed.hpp.
#include "books/owed.hpp"
#include "books/messages.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace moisson::books {

namespace {

/// "120.00 EUR, -3.00 USD"
Message in_words(const std::vector<ClosedTotal>& sums) {
    std::optional<place::Said> words;
    for (const ClosedTotal& one : sums) {
        const place::Said sum{place::Amount(one.total)};
        words = words ? place::Said(messages::and_also(*words, sum)) : sum;
    }
    return words ? words->said : messages::nothing;
}

Message names_of(const OwedMonth& month) {
    const std::string names = fmt::format("{}", fmt::join(month.named, ", "));
    return month.documents > month.named.size() ? messages::and_more(names, month.documents - month.named.size()) : Message(names);
}

}  // namespace

OwedMonths::OwedMonths(std::vector<Month> published, std::vector<Month> closed, Month last)
    : published_(std::move(published)), closed_(std::move(closed)), last_(last) {
    std::sort(published_.begin(), published_.end());
    std::sort(closed_.begin(), closed_.end());
}

bool OwedMonths::is_looked_at(Month period) const {
    return !(last_ < period) && !std::binary_search(closed_.begin(), closed_.end(), period);
}

void OwedMonths::add(const std::string& contract_id, std::span<const LedgerEntry> known, std::span<const ClosedRow> rows) {
    using Place = std::pair<Month, std::string>;
    std::map<Place, std::pair<std::optional<Row>, std::optional<Row>>> places;  // as published, as known
    const auto keep = [](std::optional<Row>& row, std::uint32_t version, std::optional<Money> counted) {
        if (!row || row->version < version) {
            row = Row{version, std::move(counted)};
        }
    };
    for (const LedgerEntry& entry : known) {
        if (entry.period && !entry.document_id.empty() && is_looked_at(entry.period->month())) {
            keep(places[{entry.period->month(), entry.document_id}].second, entry.version, counted_amount(entry.counted, entry.amount));
        }
    }
    for (const ClosedRow& row : rows) {
        if (!row.document_id.empty() && is_looked_at(row.period)) {
            keep(places[{row.period, row.document_id}].first, row.version, counted_amount(row.counted, row.amount));
        }
    }
    for (const auto& [place, pair] : places) {
        const auto& [before, now] = pair;
        const bool is_same = before && now && before->version == now->version && before->counted == now->counted;
        if (!is_same) {
            note(place.first, contract_id, place.second, before ? before->counted : std::nullopt, now ? now->counted : std::nullopt);
        }
    }
}

void OwedMonths::note(Month period, const std::string& contract_id, const std::string& document_id, const std::optional<Money>& before,
                      const std::optional<Money>& now) {
    Sum& sum = months_[period];
    ++sum.documents;
    std::string name = fmt::format("{}/{}", sanitise(contract_id), sanitise(document_id));
    if (sum.named.size() < named_max || name < sum.named.back()) {
        sum.named.insert(std::upper_bound(sum.named.begin(), sum.named.end(), name), std::move(name));
        sum.named.resize(std::min(sum.named.size(), named_max));
    }
    if (now) {
        auto& [difference, documents] = sum.differences[now->currency];
        difference += now->amount_minor;
        ++documents;
    }
    if (before) {
        auto& [difference, documents] = sum.differences[before->currency];
        difference -= before->amount_minor;
        documents += now && now->currency == before->currency ? 0U : 1U;
    }
}

std::vector<OwedMonth> OwedMonths::owed() const {
    std::vector<OwedMonth> owed;
    for (const auto& [period, sum] : months_) {
        OwedMonth month;
        month.period = period;
        month.published = std::binary_search(published_.begin(), published_.end(), period);
        month.documents = sum.documents;
        month.named = sum.named;
        for (const auto& [currency, difference] : sum.differences) {
            const auto& [amount, documents] = difference;
            if (amount != 0 && amount <= std::numeric_limits<std::int64_t>::max() && amount >= -std::numeric_limits<std::int64_t>::max()) {
                month.differences.push_back({Money{static_cast<std::int64_t>(amount), currency}, documents});
            }
        }
        owed.push_back(std::move(month));
    }
    return owed;
}

std::vector<Finding> findings_of(const std::vector<OwedMonth>& owed, std::optional<Month> first_published) {
    std::vector<Finding> findings;
    std::vector<const OwedMonth*> history;
    for (const OwedMonth& month : owed) {
        if (month.published) {
            findings.push_back(make_finding(
                "month-outdated",
                messages::month_outdated(month.period,
                            month.documents, names_of(month), in_words(month.differences))));
        } else if (first_published && *first_published < month.period) {
            findings.push_back(make_finding(
                "month-unpublished", messages::month_unpublished(month.period, month.documents,
                                                 in_words(month.differences))));
        } else {
            history.push_back(&month);
        }
    }
    if (!history.empty()) {
        std::uint64_t documents = 0;
        for (const OwedMonth* month : history) {
            documents += month->documents;
        }
        findings.push_back(make_finding("history-unpublished",
                                        messages::history_unpublished(history.size(),
                                                    history.front()->period, history.back()->period, documents)));
    }
    return findings;
}

}  // namespace moisson::books
