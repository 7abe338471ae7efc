/// The counting rule: which rows enter the totals.
#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "books/books.hpp"
#include "books/grouping.hpp"
#include "books/messages.hpp"

namespace moisson::books {

namespace {

constexpr std::size_t rows_named_max = 3;  // documents named in one sentence; more are counted

/// What the documents of one type of one contract say about its months.
struct TypeMonths {
    MonthSet present;   ///< there is one
    MonthSet readable;  ///< there is one with an amount
    MonthSet charged;   ///< there is one with an amount above zero

    void add(const LedgerEntry& entry) {
        present.add(*entry.period);
        if (entry.amount) {
            readable.add(*entry.period);
            if (entry.amount->amount_minor > 0) {
                charged.add(*entry.period);
            }
        }
    }
    void seal() {
        present.seal();
        readable.seal();
        charged.seal();
    }
};

/// The documents of one contract that one rule judges, by rank of type.
struct RuleMonths {
    Judge judge;
    std::vector<TypeMonths> by_rank;

    /// The rank of the preferred type that has a document in one of the period's months; `rank` when none has.
    [[nodiscard]] std::size_t preferred_to(std::size_t rank, const Period& period) const {
        std::size_t better = 0;
        while (better < rank && !by_rank[better].present.touches(period)) {
            ++better;
        }
        return better;
    }
};

/// One contract: as a rule one rule. Several where closed months are judged by another one than the open months.
struct ContractMonths {
    std::vector<RuleMonths> rules;
    std::vector<std::size_t> counted;  ///< rows that count, only where there are several rules
};

/// What is known of a row before it is counted.
struct RowFacts {
    bool is_latest = false;
    bool is_out = false;  ///< withdrawn, and decided not to count: as if it were not there
    ContractMonths* months = nullptr;
    std::size_t rule = 0;  ///< in months->rules
    std::uint32_t order = Judge::open;
    [[nodiscard]] const RuleMonths& judged_by() const { return months->rules[rule]; }
};

place::Months months_of(const Period& period) {
    return span_of(Month::of(period.first), period.month());
}

/// Why a document that one of a preferred type keeps out is not plainly replaced by it; empty when it is.
Message doubt_about(const LedgerEntry& entry, const TypeMonths& preferred, std::string_view type) {
    const place::Months months = months_of(*entry.period);
    if (!preferred.present.covers(*entry.period)) {
        return messages::cover_a_part(words_of_type(type), months);
    }
    if (!preferred.readable.covers(*entry.period)) {
        return messages::without_readable_amount(words_of_type(type), months);
    }
    if (!preferred.charged.covers(*entry.period) && entry.amount && entry.amount->amount_minor > 0) {
        return messages::only_credits(words_of_type(type), months);
    }
    return {};
}

void note(LedgerEntry& entry, FindingCode code, Message message, std::vector<Finding>& findings) {
    entry.findings.insert(code);
    findings.push_back(make_finding(code, std::move(message), entry.contract->id, entry.document_id));
}

void supersede(LedgerEntry& entry, std::vector<Finding>& findings) {
    if (!entry.findings.contains("superseded")) {
        note(entry, "superseded", messages::version_replaced(entry.version), findings);
    }
}

Message amount_words(const LedgerEntry& entry) {
    return entry.amount ? messages::of_amount(*entry.amount) : Message();
}

void set_aside(LedgerEntry& entry, const Message& doubt, std::vector<Finding>& findings) {
    note(entry, "bill-set-aside",
         messages::not_plainly_replaced(words_of_type(entry.document_type), amount_words(entry),
                     doubt),
         findings);
}

void set_aside(LedgerEntry& entry, const TypeMonths& preferred, std::string_view type, std::vector<Finding>& findings) {
    const Message doubt = doubt_about(entry, preferred, type);
    if (doubt.empty()) {
        note(entry, "invoice-and-bill",
             messages::others_count(words_of_type(type), months_of(*entry.period), words_of_type(entry.document_type),
                         amount_words(entry)),
             findings);
        return;
    }
    set_aside(entry, doubt, findings);
}

/// Counts rows that were read, and says why the others do not count.
class Counter {
public:
    Counter(std::vector<LedgerEntry>& entries, const CountingRule& rule, std::vector<Finding>& findings)
        : entries_(entries), rule_(rule), findings_(findings), is_latest_(find_latest(entries)), places_(entries.size()) {
        collect();
    }

    void count() {
        std::vector<std::size_t> order(entries_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        if (std::any_of(by_contract_.begin(), by_contract_.end(), [](const auto& one) { return one.second.rules.size() > 1; })) {
            std::stable_sort(order.begin(), order.end(),
                             [&](std::size_t left, std::size_t right) { return places_[left].order < places_[right].order; });
        }
        for (const std::size_t at : order) {
            entries_[at].counted = false;
            if (!is_latest_[at]) {
                supersede(entries_[at], findings_);
                continue;
            }
            count_row(at);
            say_decisions(entries_[at], places_[at]);
        }
    }
    [[nodiscard]] const std::vector<bool>& is_latest() const noexcept { return is_latest_; }

private:
    void collect() {
        for (std::size_t at = 0; at < entries_.size(); ++at) {
            LedgerEntry& entry = entries_[at];
            rule_.set_standing(entry);
            RowFacts& place = places_[at];
            place.is_latest = is_latest_[at];
            place.months = &by_contract_[entry.contract->id];
            auto& rules = place.months->rules;
            if (rules.empty() || rule_.keeps(entry.contract->id)) {
                const Judge judge = rule_.judge_of(entry);
                place.order = judge.order;
                const auto same = std::find_if(rules.begin(), rules.end(), [&](const RuleMonths& one) { return one.judge.is_same(judge); });
                place.rule = static_cast<std::size_t>(same - rules.begin());
                if (same == rules.end()) {
                    rules.push_back({judge, std::vector<TypeMonths>(judge.choice->types.size())});
                }
            }
            const WithdrawnDecision* const decision = entry.withdrawn ? rule_.decision_on_withdrawn(entry) : nullptr;
            place.is_out = (decision != nullptr && !decision->counts) || is_disputed(entry);
            RuleMonths& months = rules[place.rule];
            const auto rank = months.judge.rank_of(entry);
            const bool is_of_service = entry.channel == Channel::service;
            if (place.is_latest && !place.is_out && is_of_service && rank && entry.period) {
                months.by_rank[*rank].add(entry);
            }
        }
        for (auto& [contract, months] : by_contract_) {
            for (RuleMonths& rule : months.rules) {
                std::for_each(rule.by_rank.begin(), rule.by_rank.end(), [](TypeMonths& type) { type.seal(); });
            }
        }
    }

    /// What a closed month counts of a document stands until the service changes something that touches it.
    void count_row(std::size_t at) {
        LedgerEntry& entry = entries_[at];
        const FindingCodes codes = entry.findings;
        const std::size_t said = findings_.size();
        judge_row(at);
        if (entry.channel == Channel::inbox) {
            return;
        }
        if (entry.counted_when_closed && *entry.counted_when_closed != entry.counted && entry.amount && entry.period &&
            entry.standing == Standing::final_) {
            entry.counted = *entry.counted_when_closed;
            entry.findings = codes;
            findings_.erase(findings_.begin() + static_cast<std::ptrdiff_t>(said), findings_.end());
        }
        if (entry.counted && places_[at].months->rules.size() > 1) {
            places_[at].months->counted.push_back(at);
        }
    }

    void judge_row(std::size_t at) {
        LedgerEntry& entry = entries_[at];
        if (entry.standing != Standing::final_ || places_[at].is_out) {
            return;
        }
        if (entry.channel == Channel::inbox) {  // keeps no document of the service from counting, and none keeps it
            entry.counted = entry.amount && entry.period && !entry.findings.contains("inbox-delivered");
            return;
        }
        const RuleMonths& months = places_[at].judged_by();
        const auto rank = months.judge.rank_of(entry);
        if (!rank) {
            note(entry, "type-not-counted",
                 messages::not_counted(words_of_type(entry.document_type), amount_words(entry),
                             CountingRule::in_words(*months.judge.choice)),
                 findings_);
            return;
        }
        if (!entry.period) {
            return;
        }
        const std::size_t preferred = months.preferred_to(*rank, *entry.period);
        if (preferred < *rank) {
            set_aside(entry, months.by_rank[preferred], months.judge.choice->types[preferred], findings_);
        } else if (const LedgerEntry* const other = counted_before(at)) {
            set_aside(entry,
                      messages::closed_counts(sanitise(other->document_id, 60),
                                  sanitise(other->document_type, 60), other->period->month()),
                      findings_);
        } else {
            entry.counted = entry.amount.has_value();
        }
    }

    /// A document of another type that a month closed earlier counts by another rule, in one of this row's months: both would charge the
    /// same use, and what is closed stands.
    [[nodiscard]] const LedgerEntry* counted_before(std::size_t at) const {
        const RowFacts& place = places_[at];
        const LedgerEntry& entry = entries_[at];
        const auto found = std::find_if(place.months->counted.begin(), place.months->counted.end(), [&](std::size_t other_at) {
            const LedgerEntry& other = entries_[other_at];
            return places_[other_at].rule != place.rule && places_[other_at].order < place.order &&
                   places_[other_at].judged_by().judge.type_of(other) != place.judged_by().judge.type_of(entry) &&
                   month_index(other.period->first) <= month_index(entry.period->last) &&
                   month_index(entry.period->first) <= month_index(other.period->last);
        });
        return found == place.months->counted.end() ? nullptr : &entries_[*found];
    }

    /// Where only the user can tell whether a document counts: what the job file says, or that it says nothing.
    void say_decisions(LedgerEntry& entry, const RowFacts& place) {
        const Judge& judge = place.judged_by().judge;
        const bool is_zero = entry.amount && entry.amount->amount_minor == 0;
        if (entry.findings.contains("document-type-unknown")) {
            if (const TypeDecision* const decision = judge.decision_on(entry)) {
                note(entry, "document-type-decided",
                     decision->counts_as.empty()
                         ? messages::type_does_not_count(sanitise(entry.document_type, 60),
                                       sanitise(decision->reason, 200))
                         : messages::type_counts_as(sanitise(entry.document_type, 60),
                                       words_of_type(decision->counts_as), sanitise(decision->reason, 200)),
                     findings_);
            } else if (!entry.raw_amount.empty() && !is_zero) {
                note(entry, "document-type-undecided",
                     messages::type_undecided(sanitise(entry.document_type, 60), sanitise(entry.raw_amount, 40)),
                     findings_);
            }
        }
        if (!entry.withdrawn || entry.standing != Standing::final_) {
            return;
        }
        if (const WithdrawnDecision* const decision = rule_.decision_on_withdrawn(entry)) {
            note(entry, "withdrawn-decided",
                 messages::withdrawn_decided(amount_words(entry),
                             decision->counts ? messages::still_counts : messages::no_longer_counts, sanitise(decision->reason, 200)),
                 findings_);
        } else if (entry.counted && !is_zero) {
            note(entry, "withdrawn-undecided",
                 messages::withdrawn_undecided(amount_words(entry)),
                 findings_);
        }
    }

    std::vector<LedgerEntry>& entries_;
    const CountingRule& rule_;
    std::vector<Finding>& findings_;
    std::vector<bool> is_latest_;
    std::vector<RowFacts> places_;
    std::unordered_map<std::string_view, ContractMonths> by_contract_;
};

/// The type whose documents take the place of a provisional one; empty: any final type.
std::optional<std::string_view> successor_of(std::string_view type) {
    const DocumentType* const known = find_document_type(type);
    return known != nullptr && known->standing == Standing::provisional ? std::optional(known->successor) : std::nullopt;
}

/// The documents that stand in the place of provisional ones of a contract and month.
class Successors {
public:
    Successors(const std::vector<LedgerEntry>& entries, const std::vector<bool>& is_latest) {
        for (std::size_t at = 0; at < entries.size(); ++at) {
            const LedgerEntry& entry = entries[at];
            if (!is_latest[at] || !entry.period || entry.standing == Standing::provisional || entry.channel == Channel::inbox) {
                continue;
            }
            const bool is_report = is_final_usage_report(entry.document_type);
            if (is_report || entry.standing == Standing::final_) {
                by_month_[{entry.contract->id, entry.period->month(), is_report}].push_back(&entry);
            }
        }
    }
    /// "INV-1 (invoices), INV-2 (invoices) and 4 more"; empty when there is none. What counts stands first.
    [[nodiscard]] Message name(const LedgerEntry& provisional, std::string_view type) const {
        const auto found = by_month_.find({provisional.contract->id, provisional.period->month(), !type.empty()});
        if (found == by_month_.end()) {
            return {};
        }
        std::vector<const LedgerEntry*> rows = found->second;
        std::sort(rows.begin(), rows.end(), [](const LedgerEntry* left, const LedgerEntry* right) {
            return std::tuple(!left->counted, std::string_view(left->document_id), left->version) <
                   std::tuple(!right->counted, std::string_view(right->document_id), right->version);
        });
        std::string names;
        for (std::size_t at = 0; at < std::min(rows.size(), rows_named_max); ++at) {
            names += fmt::format("{}{} ({})", at == 0 ? "" : ", ", sanitise(rows[at]->document_id, 60), rows[at]->document_type);
        }
        return rows.size() > rows_named_max ? messages::and_more(names, rows.size() - rows_named_max) : Message(names);
    }

private:
    std::map<std::tuple<std::string_view, Month, bool>, std::vector<const LedgerEntry*>> by_month_;
};

void replace_provisional(std::vector<LedgerEntry>& entries, const std::vector<bool>& is_latest, std::vector<Finding>& findings) {
    const auto is_provisional = [&](std::size_t at) {
        return is_latest[at] && entries[at].standing == Standing::provisional && entries[at].period.has_value();
    };
    std::vector<std::size_t> provisional;
    for (std::size_t at = 0; at < entries.size(); ++at) {
        if (is_provisional(at)) {
            provisional.push_back(at);
        }
    }
    if (provisional.empty()) {
        return;
    }
    const Successors successors(entries, is_latest);
    for (const std::size_t at : provisional) {
        LedgerEntry& entry = entries[at];
        const auto type = successor_of(entry.document_type);
        const Message names = type ? successors.name(entry, *type) : Message();
        if (!names.empty()) {
            note(entry, "provisional-replaced",
                 messages::final_document_came(entry.period->month(), names), findings);
        }
    }
}

}  // namespace

void apply_counting_rule(std::vector<LedgerEntry>& entries, const CountingRule& rule, std::vector<Finding>& findings) {
    Counter counter(entries, rule, findings);
    counter.count();
    replace_provisional(entries, counter.is_latest(), findings);
}

}  // namespace moisson::books
