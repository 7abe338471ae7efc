/// The comparison of consumption with what is billed: by contract, month and currency, exact.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "usage/usage.hpp"
#include "usage/messages.hpp"

namespace moisson::usage {

namespace {

/// Both sides in one currency.
struct Sides {
    BigDecimal usage;
    BigDecimal billed;   ///< counted rows
    BigDecimal charged;  ///< of these, without credit notes
    bool fits = true;
    void add_usage(const BigDecimal& amount) { fits = add_to(usage, amount) && fits; }
    void add_bill(const Money& amount) {
        fits = add_to(billed, to_exact(amount)) && fits;
        if (amount.amount_minor > 0) {
            fits = add_to(charged, to_exact(amount)) && fits;
        }
    }
};

/// Months that are compared together, and what they hold.
struct Span {
    Month first = *Month::make(1980, 1);
    Month last = *Month::make(1980, 1);
    std::vector<const UsageDocument*> documents;  ///< counted ones
    std::size_t bills = 0;
    bool broken = false;  ///< some document's lines could not be read to the end
    std::map<Currency, Sides> sides;
};

struct ByContract {
    const Contract* contract = nullptr;
    std::vector<Span> spans;  ///< before `merge` one for each document
};

Span span_of(const Period& period) {
    Span span;
    span.first = Month::of(period.first);
    span.last = period.month();
    return span;
}

void merge_into(Span& span, Span&& other) {
    span.last = std::max(span.last, other.last);
    span.documents.insert(span.documents.end(), other.documents.begin(), other.documents.end());
    span.bills += other.bills;
    span.broken = span.broken || other.broken;
    for (const auto& [currency, sides] : other.sides) {
        Sides& sum = span.sides[currency];
        sum.fits = sum.fits && sides.fits && add_to(sum.usage, sides.usage) && add_to(sum.billed, sides.billed) &&
                   add_to(sum.charged, sides.charged);
    }
}

/// Spans with a month in common become one.
void merge(std::vector<Span>& spans) {
    std::stable_sort(spans.begin(), spans.end(), [](const Span& left, const Span& right) { return left.first < right.first; });
    std::vector<Span> merged;
    for (Span& span : spans) {
        if (!merged.empty() && span.first <= merged.back().last) {
            merge_into(merged.back(), std::move(span));
        } else {
            merged.push_back(std::move(span));
        }
    }
    spans = std::move(merged);
}

using Contracts = std::map<std::string_view, ByContract>;

void add_documents(const std::vector<UsageDocument>& documents, Contracts& contracts) {
    for (const UsageDocument& document : documents) {
        // Of those that do not count only a report matters, that was to count and could not be read.
        const bool is_broken_report = !document.whole && is_final_usage_report(document.document_type);
        if (!document.period || (!document.counted && !is_broken_report)) {
            continue;
        }
        Span span = span_of(*document.period);
        span.broken = is_broken_report;
        if (document.counted) {
            span.documents.push_back(&document);
            for (const UsageSum& sum : document.sums) {
                span.sides[sum.currency].add_usage(sum.discounted);
            }
        }
        ByContract& contract = contracts[document.contract->id];
        contract.contract = document.contract;
        contract.spans.push_back(std::move(span));
    }
}

/// Only contracts that have lines.
void add_bills(std::span<const LedgerEntry> entries, Contracts& contracts) {
    for (const LedgerEntry& entry : entries) {
        const auto contract = contracts.find(entry.contract->id);
        if (!entry.counted || !entry.amount || !entry.period || contract == contracts.end()) {
            continue;
        }
        Span span = span_of(*entry.period);
        span.bills = 1;
        span.sides[entry.amount->currency].add_bill(*entry.amount);
        contract->second.spans.push_back(std::move(span));
    }
}

BigDecimal distance(const BigDecimal& left, const BigDecimal& right) {
    BigDecimal difference = left;
    if (!add_to(difference, negated(right))) {
        // One of them is beyond all money: so is what lies between them.
        return *parse_big_decimal("999999999999999999999999999999999999");
    }
    return difference.value < 0 ? negated(difference) : difference;
}

Message names_of(const std::vector<const UsageDocument*>& documents) {
    constexpr std::size_t named_max = 3;
    std::string names;
    for (std::size_t at = 0; at < std::min(named_max, documents.size()); ++at) {
        names += (at == 0 ? "" : ", ") + sanitise(documents[at]->document_id, 80);
    }
    return documents.size() > named_max ? messages::and_more(names, documents.size() - named_max) : Message(names);
}

Finding describe(const UsageDifference& difference, const Span& span, bool fits) {
    const place::Months months = span_of(difference.first_month, difference.last_month);
    const int digits = std::max(0, difference.currency.minor_digits());
    const std::string_view code = difference.currency.code();
    const auto amount = [&](const BigDecimal& sum) { return place::Amount(to_short_decimal(sum, digits), code); };
    const std::string document = span.documents.size() == 1 ? span.documents.front()->document_id : std::string();
    if (!fits) {
        return make_finding(
            "usage-differs",
            messages::lines_add_up_more_can_held(names_of(span.documents), months, code),
            difference.contract->id, document);
    }
    return make_finding(
        "usage-differs",
        messages::lines_add_up_counted_documents(names_of(span.documents),
                    months, amount(difference.usage), amount(difference.billed), amount(distance(difference.usage, difference.billed))),
        difference.contract->id, document);
}

/// Whether each month of a span has lines: of a bill over several months an export may hold only some.
bool covers_all_months(const Span& span) {
    for (Month month = span.first; month <= span.last; month = month.plus(1)) {
        const bool is_there = std::any_of(span.documents.begin(), span.documents.end(), [&](const UsageDocument* document) {
            return Month::of(document->period->first) <= month && month <= document->period->month();
        });
        if (!is_there) {
            return false;
        }
    }
    return true;
}

void compare_span(const Contract& contract, const Span& span, const BigDecimal& tolerance, Extract& extract) {
    if (span.broken || span.bills == 0 || !covers_all_months(span)) {
        return;
    }
    for (const auto& [currency, sides] : span.sides) {
        ++extract.summary.compared;
        if (sides.fits && (distance(sides.usage, sides.billed) <= tolerance || distance(sides.usage, sides.charged) <= tolerance)) {
            continue;
        }
        UsageDifference difference{&contract, span.first, span.last, currency, sides.usage, sides.billed};
        extract.findings.push_back(describe(difference, span, sides.fits));
        extract.summary.differences.push_back(std::move(difference));
    }
}

}  // namespace

void compare(std::span<const LedgerEntry> entries, const BigDecimal& tolerance, Extract& extract) {
    Contracts contracts;
    add_documents(extract.summary.documents, contracts);
    add_bills(entries, contracts);
    for (auto& [id, contract] : contracts) {
        merge(contract.spans);
        for (const Span& span : contract.spans) {
            compare_span(*contract.contract, span, tolerance, extract);
        }
    }
    std::stable_sort(extract.findings.begin(), extract.findings.end(), [](const Finding& left, const Finding& right) {
        return std::tie(left.contract_id, left.document_id, left.code, left.message) <
               std::tie(right.contract_id, right.document_id, right.code, right.message);
    });
}

}  // namespace moisson::usage
