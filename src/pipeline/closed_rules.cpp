/// See closed_rules.hpp.

#include "pipeline/closed_rules.hpp"
#include "pipeline/messages.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace moisson::pipeline {

namespace {

__extension__ using Wide = __int128;
using Sums = std::map<Currency, Wide>;

bool share_a_month(const Period& left, const Period& right) {
    return !(right.month() < Month::of(left.first)) && !(left.month() < Month::of(right.first));
}

Message in_words(const Sums& sums) {
    std::optional<place::Said> text;
    for (const auto& [currency, sum] : sums) {
        const bool fits = sum <= std::numeric_limits<std::int64_t>::max() && sum >= std::numeric_limits<std::int64_t>::min();
        const place::Said amount = fits ? place::Said(place::Amount(Money{static_cast<std::int64_t>(sum), currency}))
                                        : place::Said(messages::beyond_all_bounds(currency.code()));
        text = text ? place::Said(messages::and_also(*text, amount)) : amount;
    }
    return text ? text->said : messages::nothing;
}

void add(Sums& sums, const LedgerEntry& entry) {
    if (entry.counted && entry.amount) {
        sums[entry.amount->currency] += entry.amount->amount_minor;
    }
}

/// A type that the closed ledger has, unexplained, stays so; one that comes later is what the job file says of it today.
void complete(ClosedContract& kept, std::span<const ClosedRow> rows, std::span<const TypeDecision> today) {
    for (const TypeDecision& one : today) {
        const bool is_kept =
            std::any_of(kept.decided.begin(), kept.decided.end(), [&](const TypeDecision& other) { return other.type == one.type; });
        const bool was_there = std::any_of(rows.begin(), rows.end(), [&](const ClosedRow& row) {
            return row.period == kept.period && row.document_type == one.type;
        });
        if (!is_kept && !was_there) {
            kept.decided.push_back(one);
        }
    }
}

}  // namespace

ClosedRules::ClosedRules(state::StateStore& state, books::CountingRule& rule, std::span<const ClosedMonth> months,
                         std::span<const Addendum> addenda)
    : state_(state), rule_(rule), months_(months), addenda_(addenda) {
    if (months.empty()) {
        return;
    }
    const std::vector<state::RunRecord> runs = state.load_runs();
    for (std::size_t at = 0; at < runs.size(); ++at) {
        runs_.emplace(runs[at].run_id, static_cast<std::int64_t>(at));
    }
    std::vector<const ClosedMonth*> by_closing;
    for (const ClosedMonth& month : months) {
        by_closing.push_back(&month);
        for (std::size_t at = 0; at < runs.size(); ++at) {
            if (runs[at].period == month.period.to_text() && runs[at].ledger_sha256 == month.ledger_sha256 &&
                runs[at].finished_at <= month.closed_at) {
                judged_[month.period] = static_cast<std::int64_t>(at);
            }
        }
    }
    std::sort(by_closing.begin(), by_closing.end(), [](const ClosedMonth* left, const ClosedMonth* right) {
        return std::tie(left->closed_at, left->period) < std::tie(right->closed_at, right->period);
    });
    for (std::size_t at = 0; at < by_closing.size(); ++at) {
        order_[by_closing[at]->period] = static_cast<std::uint32_t>(at);
    }
}

const ClosedMonth* ClosedRules::closed(const LedgerEntry& entry) const {
    if (!entry.period) {
        return nullptr;
    }
    const auto found = std::lower_bound(months_.begin(), months_.end(), entry.period->month(),
                                        [](const ClosedMonth& one, Month wanted) { return one.period < wanted; });
    return found != months_.end() && found->period == entry.period->month() ? &*found : nullptr;
}

void ClosedRules::judge(const Contract& now, std::vector<LedgerEntry>& entries, std::span<const std::string* const> first_seen) {
    if (std::any_of(entries.begin(), entries.end(), [&](const LedgerEntry& entry) { return closed(entry) != nullptr; })) {
        const std::set<Month> kept = name(now, entries);
        pin(now, kept, entries, first_seen);
    }
}

const Contract* ClosedRules::known_as(Contract named) {
    if (contracts_.empty() || *contracts_.back() != named) {
        contracts_.push_back(std::make_unique<const Contract>(std::move(named)));
    }
    return contracts_.back().get();
}

/// The names and the rule that the closings kept; the months that kept them.
std::set<Month> ClosedRules::name(const Contract& now, std::vector<LedgerEntry>& entries) {
    std::vector<ClosedContract> kept = state_.load_closed_contracts(now.id);
    const std::vector<ClosedRow> rows = state_.load_closed_rows(now.id);
    bool differs = false;
    for (ClosedContract& one : kept) {
        complete(one, rows, rule_.decided());
        // Its rows have the old name, which today's rules may mean, too.
        differs = differs || one.types != rule_.choice_for(now).types || one.types != rule_.choice_for(one.contract).types ||
                  one.decided.size() != rule_.decided().size() ||
                  !std::is_permutation(one.decided.begin(), one.decided.end(), rule_.decided().begin(),
                                       [](const TypeDecision& left, const TypeDecision& right) {
                                           return left.type == right.type && left.counts_as == right.counts_as;
                                       });
    }
    std::map<Month, const Contract*> names;
    std::set<Month> months;
    for (const ClosedContract& one : kept) {
        months.insert(one.period);
        if (differs && order_.contains(one.period)) {
            rule_.keep(one, order_.at(one.period));
        }
        Contract named = one.contract;
        named.platform_id = now.platform_id;
        if (named.offer_id.empty() && named.offer_name.empty() && named.customer_id.empty() && named.customer_name.empty()) {
            // Taken over with a folder that told no more of it than its name.
            named.offer_id = now.offer_id;
            named.offer_name = now.offer_name;
            named.customer_id = now.customer_id;
            named.customer_name = now.customer_name;
        }
        if (named == now) {
            continue;
        }
        names.emplace(one.period, known_as(std::move(named)));
    }
    std::set<Month> stood;
    std::transform(rows.begin(), rows.end(), std::inserter(stood, stood.end()), [](const ClosedRow& row) { return row.period; });
    for (LedgerEntry& entry : entries) {
        const ClosedMonth* const month = closed(entry);
        if (month == nullptr) {
            continue;
        }
        if (const auto found = names.find(month->period); found != names.end()) {
            entry.contract = found->second;
        } else if (!months.contains(month->period) && !now.perimeter.empty() && stood.contains(month->period)) {
            Contract named = now;  // a month that kept nothing of rows that it has was closed before there were perimeters
            named.perimeter.clear();
            entry.contract = known_as(std::move(named));
        }
    }
    return months;
}

/// What a closed month counts that kept nothing stands where the service changed nothing since that touches its months.
void ClosedRules::pin(const Contract& now, const std::set<Month>& kept, std::vector<LedgerEntry>& entries,
                      std::span<const std::string* const> first_seen) const {
    if (std::none_of(entries.begin(), entries.end(), [&](const LedgerEntry& entry) {
            return closed(entry) != nullptr && !kept.contains(entry.period->month());
        })) {
        return;
    }
    const auto documents = books::closed_documents(state_.load_closed_rows(now.id), addenda_, months_, now.id);
    std::map<std::tuple<Month, std::string_view, std::uint32_t>, const books::ClosedDocument*> places;
    for (const books::ClosedDocument& document : documents) {
        places.emplace(std::tuple(document.period, std::string_view(document.document_id), document.version), &document);
    }
    struct Seen {
        const LedgerEntry* entry = nullptr;
        std::int64_t newest = std::numeric_limits<std::int64_t>::max();  ///< the run that first saw the newest version of its document
    };
    std::map<std::string_view, std::int64_t> newest;
    for (std::size_t at = 0; at < first_seen.size(); ++at) {
        const auto run = runs_.find(*first_seen[at]);
        std::int64_t& number = newest.try_emplace(entries[at].document_id, std::numeric_limits<std::int64_t>::min()).first->second;
        number = std::max(number, run == runs_.end() ? std::numeric_limits<std::int64_t>::max() : run->second);
    }
    std::vector<Seen> changes;
    for (std::size_t at = 0; at < entries.size(); ++at) {
        const WithdrawnDecision* const decision = entries[at].withdrawn ? rule_.decision_on_withdrawn(entries[at]) : nullptr;
        const bool is_known = at < first_seen.size() && (decision == nullptr || decision->counts);
        changes.push_back({&entries[at], is_known ? newest.at(entries[at].document_id) : std::numeric_limits<std::int64_t>::max()});
    }
    std::sort(changes.begin(), changes.end(), [](const Seen& left, const Seen& right) { return left.newest > right.newest; });
    for (LedgerEntry& entry : entries) {
        const ClosedMonth* const month = closed(entry);
        const auto judged = month == nullptr ? judged_.end() : judged_.find(month->period);
        if (judged == judged_.end() || kept.contains(month->period)) {
            continue;
        }
        const auto document = places.find(std::tuple(month->period, std::string_view(entry.document_id), entry.version));
        if (document == places.end() || document->second->amount != entry.amount) {
            continue;
        }
        bool is_touched = false;
        for (auto one = changes.begin(); one != changes.end() && one->newest > judged->second && !is_touched; ++one) {
            is_touched = one->entry->period && share_a_month(*one->entry->period, *entry.period);
        }
        if (!is_touched) {
            entry.counted_when_closed = document->second->counted;
        }
    }
}

void ClosedRules::tell_differences(const Contract& now, std::span<const LedgerEntry> counted, Month booking,
                                   std::vector<Finding>& findings) const {
    const auto is_before = [&](const LedgerEntry& entry) { return closed(entry) != nullptr && entry.period->month() < booking; };
    if (std::none_of(counted.begin(), counted.end(), is_before)) {
        return;
    }
    std::vector<LedgerEntry> entries(counted.begin(), counted.end());
    for (LedgerEntry& entry : entries) {
        entry.contract = &now;
        entry.counted_when_closed.reset();
    }
    std::vector<Finding> unused;
    books::apply_counting_rule(entries, rule_.today(), unused);
    std::set<Month> months;
    std::map<Month, std::pair<Sums, Sums>> sums;
    for (std::size_t at = 0; at < entries.size(); ++at) {
        if (!is_before(entries[at])) {
            continue;
        }
        const Month month = entries[at].period->month();
        if (entries[at].counted != counted[at].counted) {
            months.insert(month);
        }
        add(sums[month].first, counted[at]);
        add(sums[month].second, entries[at]);
    }
    for (const Month month : months) {
        const Message message = messages::closed_counts_contract_rule(month, in_words(sums[month].first), in_words(sums[month].second));
        findings.push_back(make_finding("closed-rule-differs", message, now.id));
    }
}

}  // namespace moisson::pipeline
