/// Amounts that are odd against the months before. All in integers: no rounding decides what is told.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "books/grouping.hpp"
#include "books/history.hpp"
#include "books/history_content.hpp"
#include "books/messages.hpp"

namespace moisson::books {

namespace {

__extension__ using Wide = __int128;
using Documents = std::span<const HistoryDocument>;

constexpr int months_looked_at = 24;
constexpr std::size_t months_needed = 8;  // with fewer, a wild contract looks steady too often
constexpr std::size_t months_needed_zero = 3;
constexpr std::int64_t units_min = 10;  // of the currency: smaller distances are told of by nobody
// A median absolute deviation times this is the standard deviation of a normal distribution.
constexpr std::int64_t robust_factor = 14'826;
constexpr std::int64_t robust_divisor = 10'000;
// Medians of an even number of values halve, and so do the medians of distances to them: four times all values keeps them whole.
constexpr Wide scale = 4;

struct MonthSum {
    Wide amount_minor = 0;
    std::size_t documents = 0;
};

/// Counted sums of a contract by currency and month.
using Sums = std::map<Currency, std::map<Month, MonthSum>>;

Sums add_up(Documents documents) {
    Sums sums;
    for (const HistoryDocument& document : documents) {
        if (document.counted) {
            MonthSum& sum = sums[document.currency][document.month()];
            sum.amount_minor += document.amount_minor;
            ++sum.documents;
        }
    }
    return sums;
}

Wide median(std::vector<Wide> values) {
    const std::size_t middle = values.size() / 2;
    std::sort(values.begin(), values.end());
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Wide magnitude(Wide value) { return value < 0 ? -value : value; }

/// In minor units, for a sentence; half units of a median are cut.
place::Said words(Wide scaled, Currency currency) {
    const Wide minor = scaled / scale;
    const Wide limit = std::numeric_limits<std::int64_t>::max();
    return magnitude(minor) > limit ? place::Said(messages::more_than_64_bits(currency.code()))
                                    : place::Said(place::Amount(Money{static_cast<std::int64_t>(minor), currency}));
}

struct Judgement {
    bool unusual = false;
    Wide median = 0;     ///< scaled
    Wide deviation = 0;  ///< median absolute deviation, scaled
    std::size_t months = 0;
};

Judgement judge(const std::map<Month, MonthSum>& months, Month month, Currency currency, const BooksSettings& settings) {
    Judgement judgement;
    std::vector<Wide> values;
    for (auto at = months.lower_bound(month.plus(-months_looked_at)); at != months.end() && at->first < month; ++at) {
        values.push_back(at->second.amount_minor * scale);
    }
    judgement.months = values.size();
    if (values.size() < months_needed) {
        return judgement;
    }
    judgement.median = median(values);
    std::transform(values.begin(), values.end(), values.begin(), [&](Wide value) { return magnitude(value - judgement.median); });
    judgement.deviation = median(values);
    Wide floor = scale * units_min;
    for (int digit = 0; digit < currency.minor_digits(); ++digit) {
        floor *= 10;
    }
    const Wide distance = magnitude(months.at(month).amount_minor * scale - judgement.median);
    judgement.unusual = distance > floor && distance * 100 > magnitude(judgement.median) * settings.outlier_change_percent &&
                        distance * robust_divisor > judgement.deviation * robust_factor * settings.outlier_deviations;
    return judgement;
}

using Key = std::tuple<std::string_view, Month, Currency>;

/// The ledger's counted rows by contract, month and currency; null where there are several.
std::map<Key, LedgerEntry*> only_rows(std::vector<LedgerEntry>& entries) {
    std::map<Key, LedgerEntry*> rows;
    for (LedgerEntry& entry : entries) {
        if (entry.counted && entry.amount && entry.period) {
            const auto [found, is_new] = rows.try_emplace({entry.contract->id, entry.period->month(), entry.amount->currency}, &entry);
            found->second = is_new ? &entry : nullptr;
        }
    }
    return rows;
}

void check_sums(const Contract& contract, const Sums& sums, const BooksSettings& settings, const ExportScope& scope,
                const std::map<Key, LedgerEntry*>& rows, std::vector<Finding>& findings) {
    for (const auto& [currency, months] : sums) {
        for (const auto& [month, sum] : months) {
            if (!scope.period.contains(month)) {
                continue;
            }
            const Judgement judgement = judge(months, month, currency, settings);
            if (!judgement.unusual) {
                continue;
            }
            const auto row = rows.find({contract.id, month, currency});
            LedgerEntry* entry = row == rows.end() ? nullptr : row->second;
            if (entry != nullptr) {
                entry->findings.insert("amount-unusual");
            }
            findings.push_back(
                make_finding("amount-unusual",
                             messages::amount_unusual(month, words(sum.amount_minor * scale, currency), judgement.months,
                                                      words(judgement.median, currency), words(judgement.deviation, currency)),
                             contract.id, entry == nullptr ? std::string() : entry->document_id));
        }
    }
}

std::string codes_of(const std::set<Currency>& currencies) {
    std::string text;
    for (const Currency currency : currencies) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", currency.code());
    }
    return text;
}

void check_currencies(const Contract& contract, Documents documents, const ExportScope& scope, std::vector<Finding>& findings) {
    std::map<Month, std::set<Currency>> months;
    for (const HistoryDocument& document : documents) {
        if (document.counted) {
            months[document.month()].insert(document.currency);
        }
    }
    for (auto at = months.begin(); at != months.end(); ++at) {
        if (at == months.begin() || !scope.period.contains(at->first)) {
            continue;
        }
        const auto& [earlier, known] = *std::prev(at);
        if (!std::includes(known.begin(), known.end(), at->second.begin(), at->second.end())) {
            findings.push_back(make_finding(
                "currency-changed", messages::currency_changed(at->first, codes_of(at->second), earlier, codes_of(known)), contract.id));
        }
    }
}

}  // namespace

void check_amounts(const History& history, const BooksSettings& settings, const ExportScope& scope, std::vector<LedgerEntry>& entries,
                   std::vector<Finding>& findings) {
    if (!has_final_types(scope)) {
        return;
    }
    const auto rows = only_rows(entries);
    for (const History::Content::Group& group : history.content().groups) {
        const Documents documents = history.content().documents_of(group);
        if (settings.outliers) {
            check_sums(*group.contract, add_up(documents), settings, scope, rows, findings);
        }
        check_currencies(*group.contract, documents, scope, findings);
    }
}

void check_zero_amounts(const History& history, std::vector<LedgerEntry>& entries, std::vector<Finding>& findings) {
    for (LedgerEntry& entry : entries) {
        if (!entry.counted || !entry.amount || entry.amount->amount_minor != 0 || !entry.period) {
            continue;
        }
        std::set<Month> months;
        bool had_zero = false;
        for (const HistoryDocument& document : history.content().documents_of(entry.contract->id)) {
            if (document.counted && document.month() < entry.period->month()) {
                months.insert(document.month());
                had_zero = had_zero || document.amount_minor == 0;
            }
        }
        if (!had_zero && months.size() >= months_needed_zero) {
            entry.findings.insert("amount-zero-unusual");
            findings.push_back(
                make_finding("amount-zero-unusual", messages::zero_unusual(months.size()), entry.contract->id, entry.document_id));
        }
    }
}

}  // namespace moisson::books
