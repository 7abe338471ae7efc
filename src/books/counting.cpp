/// The counting rule: which rows enter the totals.
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "base/glob.hpp"
#include "books/books.hpp"
#include "books/grouping.hpp"

namespace moisson::books {

namespace {

constexpr std::size_t named_max = 3;  // documents named in one sentence; more are counted

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

/// One contract: its choice, and its months by rank of type.
struct ContractMonths {
    const CountingChoice* choice = nullptr;
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

std::string months_of(const Period& period) {
    const Month first = Month::of(period.first);
    return first == period.month() ? first.to_text() : fmt::format("{} to {}", first.to_text(), period.month().to_text());
}

/// Why a document that one of a preferred type keeps out is not plainly replaced by it; empty when it is.
std::string doubt_about(const LedgerEntry& entry, const TypeMonths& preferred, std::string_view type) {
    const std::string months = months_of(*entry.period);
    if (!preferred.present.covers(*entry.period)) {
        return fmt::format("the {} of this contract cover only a part of {}", type, months);
    }
    if (!preferred.readable.covers(*entry.period)) {
        return fmt::format("the {} of {} have no readable amount, so neither they nor this document count", type, months);
    }
    if (!preferred.charged.covers(*entry.period) && entry.amount && entry.amount->amount_minor > 0) {
        return fmt::format("the {} of {} are only credits or zero, while this document charges", type, months);
    }
    return {};
}

void note(LedgerEntry& entry, std::string_view code, std::string message, std::vector<Finding>& findings) {
    entry.findings.insert(code);
    findings.push_back(make_finding(code, std::move(message), entry.contract->id, entry.document_id));
}

void supersede(LedgerEntry& entry, std::vector<Finding>& findings) {
    if (!entry.findings.contains("superseded")) {
        note(entry, "superseded", fmt::format("Version {} was replaced by a later one and is not counted.", entry.version), findings);
    }
}

std::string amount_words(const LedgerEntry& entry) {
    return entry.amount ? fmt::format(" of {} {}", to_decimal(*entry.amount), entry.amount->currency.code()) : "";
}

void set_aside(LedgerEntry& entry, const TypeMonths& preferred, std::string_view type, std::vector<Finding>& findings) {
    const std::string doubt = doubt_about(entry, preferred, type);
    if (doubt.empty()) {
        note(entry, "invoice-and-bill",
             fmt::format("The {} of {} count, so this {} document{} does not.", type, months_of(*entry.period), entry.document_type,
                         amount_words(entry)),
             findings);
        return;
    }
    note(entry, "bill-set-aside",
         fmt::format("This {} document{} is not counted, and nothing plainly replaces it: {}.", entry.document_type, amount_words(entry),
                     doubt),
         findings);
}

using ByContract = std::unordered_map<std::string_view, ContractMonths>;

ByContract collect_months(const std::vector<LedgerEntry>& entries, const std::vector<bool>& is_latest, const CountingRule& rule) {
    ByContract by_contract;
    for (std::size_t at = 0; at < entries.size(); ++at) {
        const LedgerEntry& entry = entries[at];
        ContractMonths& months = by_contract[entry.contract->id];
        if (months.choice == nullptr) {
            months.choice = &rule.choice_for(*entry.contract);
            months.by_rank.resize(months.choice->types.size());
        }
        const auto rank = rank_of(*months.choice, entry);
        if (is_latest[at] && rank && entry.period) {
            months.by_rank[*rank].add(entry);
        }
    }
    for (auto& [contract, months] : by_contract) {
        std::for_each(months.by_rank.begin(), months.by_rank.end(), [](TypeMonths& type) { type.seal(); });
    }
    return by_contract;
}

void count_row(LedgerEntry& entry, const ContractMonths& months, std::vector<Finding>& findings) {
    if (entry.standing != Standing::final_) {
        return;
    }
    const auto rank = rank_of(*months.choice, entry);
    if (!rank) {
        note(entry, "type-not-counted",
             fmt::format("This {} document{} is not counted: {}", entry.document_type, amount_words(entry),
                         CountingRule::in_words(*months.choice)),
             findings);
        return;
    }
    if (!entry.period) {
        return;
    }
    const std::size_t preferred = months.preferred_to(*rank, *entry.period);
    if (preferred < *rank) {
        set_aside(entry, months.by_rank[preferred], months.choice->types[preferred], findings);
    } else {
        entry.counted = entry.amount.has_value();
    }
}

/// The type whose documents take the place of a provisional one; empty: any final type (api-facts.md §5).
std::optional<std::string_view> successor_of(std::string_view type) {
    if (type == "partialBills") {
        return "";
    }
    if (type == "partialConsumptionRatedReports") {
        return "comsumptionRatedReports";
    }
    return std::nullopt;
}

/// The documents that stand in the place of provisional ones of a contract and month.
class Successors {
public:
    Successors(const std::vector<LedgerEntry>& entries, const std::vector<bool>& is_latest) {
        for (std::size_t at = 0; at < entries.size(); ++at) {
            const LedgerEntry& entry = entries[at];
            if (!is_latest[at] || !entry.period || entry.standing == Standing::provisional) {
                continue;
            }
            const bool is_report = entry.document_type == "comsumptionRatedReports";
            if (is_report || entry.standing == Standing::final_) {
                by_month_[{entry.contract->id, entry.period->month(), is_report}].push_back(&entry);
            }
        }
    }
    /// "INV-1 (invoices), INV-2 (invoices) and 4 more"; empty when there is none. What counts stands first.
    [[nodiscard]] std::string name(const LedgerEntry& provisional, std::string_view type) const {
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
        for (std::size_t at = 0; at < std::min(rows.size(), named_max); ++at) {
            names += fmt::format("{}{} ({})", at == 0 ? "" : ", ", sanitise(rows[at]->document_id, 60), rows[at]->document_type);
        }
        return rows.size() > named_max ? fmt::format("{} and {} more", names, rows.size() - named_max) : names;
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
        const std::string names = type ? successors.name(entry, *type) : std::string();
        if (!names.empty()) {
            note(entry, "provisional-replaced",
                 fmt::format("The final document of {} has come: {}.", entry.period->month().to_text(), names), findings);
        }
    }
}

}  // namespace

std::optional<std::size_t> rank_of(const CountingChoice& choice, const LedgerEntry& entry) {
    if (entry.standing != Standing::final_) {
        return std::nullopt;
    }
    const auto found = std::find(choice.types.begin(), choice.types.end(), entry.document_type);
    return found == choice.types.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - choice.types.begin()));
}

const CountingChoice& CountingRule::choice_for(const Contract& contract) const {
    const auto found = std::find_if(choices_.begin(), choices_.end(), [&](const CountingChoice& choice) {
        return any_glob_matches(choice.contracts, contract.id, contract.name) &&
               any_glob_matches(choice.offers, contract.offer_id, contract.offer_name);
    });
    return found == choices_.end() ? default_choice_ : *found;
}

std::string CountingRule::in_words(const CountingChoice& choice) {
    if (choice.types.size() == 1) {
        return fmt::format("Of each document's latest version, {} count; nothing else does.", choice.types.front());
    }
    std::string others;
    for (std::size_t at = 1; at < choice.types.size(); ++at) {
        others += fmt::format("{} those of {}", at == 1 ? "else" : ", else", choice.types[at]);
    }
    return fmt::format(
        "Of a contract and month, the latest versions of {} count when there are any, {}; never both. "
        "Documents without a readable amount and period, and all other types, never count.",
        choice.types.front(), others);
}

std::string CountingRule::in_words() const { return in_words(default_choice_); }

std::vector<CountingUse> CountingRule::uses(std::span<const ContractCompleteness> contracts) const {
    std::map<std::vector<std::string>, CountingUse> by_types;
    for (const ContractCompleteness& one : contracts) {
        const CountingChoice& choice = choice_for(*one.contract);
        if (choice.types == default_choice_.types) {
            continue;
        }
        CountingUse& use = by_types[choice.types];
        use.rule = in_words(choice);
        use.types = choice.types;
        use.contracts.push_back(one.contract->id);
    }
    std::vector<CountingUse> uses;
    for (auto& [types, use] : by_types) {
        std::sort(use.contracts.begin(), use.contracts.end());
        uses.push_back(std::move(use));
    }
    return uses;
}

void apply_counting_rule(std::vector<LedgerEntry>& entries, const CountingRule& rule, std::vector<Finding>& findings) {
    const std::vector<bool> is_latest = find_latest(entries);
    const ByContract by_contract = collect_months(entries, is_latest, rule);
    for (std::size_t at = 0; at < entries.size(); ++at) {
        LedgerEntry& entry = entries[at];
        entry.counted = false;
        if (is_latest[at]) {
            count_row(entry, by_contract.find(entry.contract->id)->second, findings);
        } else {
            supersede(entry, findings);
        }
    }
    replace_provisional(entries, is_latest, findings);
}

}  // namespace moisson::books
