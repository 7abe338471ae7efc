/// See invoice_findings.hpp.

#include "pipeline/invoice_findings.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "pipeline/messages.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::size_t named_letters_max = 80;

/// An invoice is issued some time before its months (subscriptions) or after them (usage); further off it is not theirs.
constexpr std::chrono::days issued_before_max{92};
constexpr std::chrono::days issued_after_max{184};

std::string name_of_party(const InvoiceParty& party) {
    return sanitise(!party.name.empty() ? party.name : !party.siren.empty() ? party.siren : party.vat_id, named_letters_max);
}

/// What the document says, for a sentence.
Message amounts_of(const InvoiceValues& values) {
    if (values.net && values.gross) {
        return messages::told_net_and_gross(*values.net, *values.gross);
    }
    return values.gross ? messages::told_gross(*values.gross) : values.net ? messages::told_net(*values.net) : messages::other_amounts();
}

class InvoiceJudge {
public:
    explicit InvoiceJudge(std::vector<Finding>& findings) : findings_(findings) {}

    void note(const ReadRow& row, FindingCode code, Message message, bool raised = false) {
        row.entry->findings.insert(code);
        findings_.push_back(make_finding(code, std::move(message), row.entry->contract->id, row.entry->document_id));
        findings_.back().raised = raised;
    }

    /// One document against its row.
    void compare(const ReadRow& row) {
        const LedgerEntry& entry = *row.entry;
        const InvoiceValues& values = *row.values;
        if (values.currency && entry.currency && *values.currency != *entry.currency) {
            note(row, "inside-differs", messages::other_currency(entry.currency->code(), values.currency->code()), entry.counted);
        } else if (entry.amount) {
            compare_amount(row, *entry.amount);
        }
        if (values.issue_date && entry.period) {
            const std::chrono::sys_days issued{*values.issue_date};
            if (issued + issued_before_max < std::chrono::sys_days{entry.period->first} ||
                issued > std::chrono::sys_days{entry.period->last} + issued_after_max) {
                note(row, "inside-differs", messages::other_period(*values.issue_date, entry.period->month()));
            }
        }
    }

private:
    void compare_amount(const ReadRow& row, const Money& amount) {
        const InvoiceValues& values = *row.values;
        const auto told = values.gross ? values.gross : values.net;
        const bool is_negative = told && told->amount_minor < 0;
        if (values.kind == InvoiceKind::credit_note && is_negative && amount.amount_minor > 0) {
            note(row, "inside-differs", messages::credit_in_document_alone(amount), row.entry->counted);
        } else if (values.kind == InvoiceKind::invoice && told && !is_negative && amount.amount_minor < 0) {
            note(row, "inside-differs", messages::credit_in_list_alone(amount), row.entry->counted);
        } else if (row.amount_is == AmountIs::neither && values.amount_due != amount) {
            Message says = messages::list_is_neither(amount, amounts_of(values));
            if (values.from == ValuesFrom::text) {
                note(row, "amount-is-neither", std::move(says));
            } else {
                note(row, "inside-differs", std::move(says), row.entry->counted);
            }
        }
    }

    std::vector<Finding>& findings_;
};

/// What the list's amounts are, contract by contract.
void learn(std::span<const ReadRow> rows, std::vector<Finding>& findings) {
    std::map<std::string_view, std::pair<std::int64_t, std::int64_t>> told;  // gross, net
    for (const ReadRow& row : rows) {
        if (row.values != nullptr && row.entry->channel == Channel::service) {
            told[row.entry->contract->id].first += row.amount_is == AmountIs::gross ? 1 : 0;
            told[row.entry->contract->id].second += row.amount_is == AmountIs::net ? 1 : 0;
        }
    }
    for (const auto& [contract, times] : told) {
        if (times.first > 0) {
            findings.push_back(make_finding("amount-is-gross", messages::list_is_gross(times.first), std::string(contract)));
        }
        if (times.second > 0) {
            findings.push_back(make_finding("amount-is-net", messages::list_is_net(times.second), std::string(contract)));
        }
    }
}

/// One invoice that several documents say they are.
void tell_same(std::span<const ReadRow* const> same, InvoiceJudge& judge) {
    const auto counted = std::count_if(same.begin(), same.end(), [](const ReadRow* row) { return row->entry->counted; });
    for (const ReadRow* row : same) {
        const auto is_twin = [&](const ReadRow* other) {
            const bool is_other = other != row && std::tie(other->entry->contract->id, other->entry->document_id) !=
                                                      std::tie(row->entry->contract->id, row->entry->document_id);
            return is_other && (counted > 1 ? other->entry->counted : other->entry->document_type == row->entry->document_type);
        };
        const auto twin = counted > 1 && !row->entry->counted ? same.end() : std::find_if(same.begin(), same.end(), is_twin);
        if (twin == same.end()) {
            continue;
        }
        const LedgerEntry& other = *(*twin)->entry;
        const std::string number = sanitise(row->values->number, named_letters_max);
        const std::string id = sanitise(other.document_id, named_letters_max);
        const bool is_elsewhere = other.contract->id != row->entry->contract->id;
        judge.note(*row, "invoice-number-duplicate",
                   is_elsewhere ? messages::number_twice_elsewhere(number, name_of_party(row->values->seller), id,
                                                                   sanitise(other.contract->id, named_letters_max))
                                : messages::number_twice(number, name_of_party(row->values->seller), id),
                   counted > 1);
    }
}

void find_same(std::span<const ReadRow> rows, InvoiceJudge& judge) {
    std::map<std::tuple<std::string, std::string, int>, std::vector<const ReadRow*>> by_number;
    for (const ReadRow& row : rows) {
        if (row.values == nullptr || row.values->number.empty() || !row.values->issue_date) {
            continue;
        }
        const InvoiceParty& seller = row.values->seller;
        const std::string& who = !seller.siren.empty() ? seller.siren : !seller.vat_id.empty() ? seller.vat_id : seller.name;
        // Who does not say whose number it is may share it with anybody: such documents are compared within their contract alone.
        by_number[{who.empty() ? '\n' + row.entry->contract->id : who, row.values->number,
                   static_cast<int>(row.values->issue_date->year())}]
            .push_back(&row);
    }
    for (const auto& [key, same] : by_number) {
        if (same.size() > 1) {
            tell_same(same, judge);
        }
    }
}

std::string_view siren_of(const InvoiceParty& party) {
    constexpr std::size_t siren_digits = 9;
    return !party.siren.empty() ? std::string_view(party.siren) : std::string_view(party.siret).substr(0, siren_digits);
}

}  // namespace

std::vector<Finding> judge_invoices(std::span<const ReadRow> rows) {
    std::vector<Finding> findings;
    InvoiceJudge judge(findings);
    for (const ReadRow& row : rows) {
        for (const invoice::Observation& one : row.observations) {
            judge.note(row, one.code, one.message);
        }
        if (row.values == nullptr) {
            continue;
        }
        judge.compare(row);
        const std::string_view buyer = siren_of(row.values->buyer);
        const std::string_view expected = row.whose == nullptr ? std::string_view() : row.whose->siren;
        if (!expected.empty() && !buyer.empty() && buyer != expected) {
            judge.note(row, "buyer-unexpected", messages::other_buyer(name_of_party(row.values->buyer), buyer, expected));
        }
    }
    learn(rows, findings);
    find_same(rows, judge);
    return findings;
}

std::optional<Finding> due_by_now(std::span<const ReadRow> rows, std::chrono::sys_days today) {
    std::int64_t count = 0;
    std::optional<std::chrono::year_month_day> first;
    for (const ReadRow& row : rows) {
        const bool is_owed = row.values != nullptr && row.entry->counted && row.values->kind != InvoiceKind::credit_note;
        if (is_owed && row.values->due_date && std::chrono::sys_days{*row.values->due_date} < today) {
            ++count;
            first = first ? std::min(*first, *row.values->due_date) : *row.values->due_date;
        }
    }
    return first ? std::optional(make_finding("due-date-passed", messages::due_dates_passed(count, *first))) : std::nullopt;
}

}  // namespace moisson::pipeline
