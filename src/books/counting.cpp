/// The counting rule: which rows enter the totals.
#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "books/books.hpp"
#include "books/grouping.hpp"

namespace moisson::books {

namespace {

/// What the first-choice documents of one contract say about its months.
struct FirstChoice {
    MonthSet present;   ///< there is one
    MonthSet readable;  ///< there is one with an amount
    MonthSet charged;   ///< there is one with an amount above zero
};

bool is_of_type(const LedgerEntry& entry, std::string_view type) {
    return !type.empty() && entry.standing == Standing::final_ && entry.document_type == type;
}

std::string months_of(const Period& period) {
    const Month first = Month::of(period.first);
    return first == period.month() ? first.to_text() : fmt::format("{} to {}", first.to_text(), period.month().to_text());
}

/// Why a bill that an invoice keeps out is not plainly replaced by it; empty when it is.
std::string doubt_about(const LedgerEntry& bill, const FirstChoice& invoices, const CountingRule& rule) {
    const std::string months = months_of(*bill.period);
    if (!invoices.present.covers(*bill.period)) {
        return fmt::format("the {} of this contract cover only a part of {}", rule.first_choice, months);
    }
    if (!invoices.readable.covers(*bill.period)) {
        return fmt::format("the {} of {} have no readable amount, so neither they nor this document count", rule.first_choice, months);
    }
    if (!invoices.charged.covers(*bill.period) && bill.amount && bill.amount->amount_minor > 0) {
        return fmt::format("the {} of {} are only credits or zero, while this document charges", rule.first_choice, months);
    }
    return {};
}

void supersede(LedgerEntry& entry, std::vector<Finding>& findings) {
    if (entry.findings.contains("superseded")) {
        return;
    }
    entry.findings.insert("superseded");
    findings.push_back(make_finding("superseded", fmt::format("Version {} was replaced by a later one and is not counted.", entry.version),
                                    entry.contract->id, entry.document_id));
}

void set_aside(LedgerEntry& bill, const FirstChoice& invoices, const CountingRule& rule, std::vector<Finding>& findings) {
    const std::string doubt = doubt_about(bill, invoices, rule);
    const std::string_view code = doubt.empty() ? "invoice-and-bill" : "bill-set-aside";
    const std::string amount = bill.amount ? fmt::format(" of {} {}", to_decimal(*bill.amount), bill.amount->currency.code()) : "";
    const std::string message = doubt.empty() ? fmt::format("The {} of {} count, so this {} document{} does not.", rule.first_choice,
                                                            months_of(*bill.period), rule.second_choice, amount)
                                              : fmt::format("This {} document{} is not counted, and nothing plainly replaces it: {}.",
                                                            rule.second_choice, amount, doubt);
    bill.findings.insert(code);
    findings.push_back(make_finding(code, message, bill.contract->id, bill.document_id));
}

using ByContract = std::unordered_map<std::string_view, FirstChoice>;

ByContract collect_first_choice(const std::vector<LedgerEntry>& entries, const std::vector<bool>& is_latest, const CountingRule& rule) {
    ByContract by_contract;
    for (std::size_t at = 0; at < entries.size(); ++at) {
        const LedgerEntry& entry = entries[at];
        if (!is_latest[at] || !is_of_type(entry, rule.first_choice) || !entry.period) {
            continue;
        }
        FirstChoice& choice = by_contract[entry.contract->id];
        choice.present.add(*entry.period);
        if (entry.amount) {
            choice.readable.add(*entry.period);
            if (entry.amount->amount_minor > 0) {
                choice.charged.add(*entry.period);
            }
        }
    }
    for (auto& [contract, choice] : by_contract) {
        choice.present.seal();
        choice.readable.seal();
        choice.charged.seal();
    }
    return by_contract;
}

}  // namespace

std::string CountingRule::in_words() const {
    if (second_choice.empty() || second_choice == first_choice) {
        return fmt::format("Of each document's latest version, {} count; nothing else does.", first_choice);
    }
    return fmt::format(
        "Of a contract and month, the latest versions of {0} count when there are any, else those of {1}; never both. "
        "Documents without a readable amount and period, and all other types, never count.",
        first_choice, second_choice);
}

void apply_counting_rule(std::vector<LedgerEntry>& entries, const CountingRule& rule, std::vector<Finding>& findings) {
    const std::vector<bool> is_latest = find_latest(entries);
    const ByContract by_contract = collect_first_choice(entries, is_latest, rule);
    for (std::size_t at = 0; at < entries.size(); ++at) {
        LedgerEntry& entry = entries[at];
        entry.counted = false;
        if (!is_latest[at]) {
            supersede(entry, findings);
            continue;
        }
        if (!entry.period) {
            continue;
        }
        if (is_of_type(entry, rule.first_choice)) {
            entry.counted = entry.amount.has_value();
        } else if (is_of_type(entry, rule.second_choice)) {
            const auto found = by_contract.find(entry.contract->id);
            if (found != by_contract.end() && found->second.present.touches(*entry.period)) {
                set_aside(entry, found->second, rule, findings);
            } else {
                entry.counted = entry.amount.has_value();
            }
        }
    }
}

}  // namespace moisson::books
