/// See closing.hpp.

#include "books/closing.hpp"
#include "books/messages.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include <fmt/format.h>

namespace moisson::books {

namespace {

__extension__ using Wide = __int128;

using MonthOfDocument = std::tuple<Month, std::string, std::uint32_t>;  ///< month, document id, running number

std::uint32_t running_of(const std::string& document_id, std::uint32_t version) { return document_id.empty() ? version : 0; }

const ClosedMonth* find_closed(std::span<const ClosedMonth> months, Month month) {
    const auto found =
        std::lower_bound(months.begin(), months.end(), month, [](const ClosedMonth& one, Month wanted) { return one.period < wanted; });
    return found != months.end() && found->period == month ? &*found : nullptr;
}

place::Said in_words(const std::optional<Money>& counted) {
    return counted ? place::Said(place::Amount(*counted)) : place::Said(messages::nothing);
}

/// How the row stands against what is closed; empty: just the same.
std::optional<Change> change_of(const LedgerEntry& row, const ClosedDocument* closed) {
    if (closed == nullptr) {
        return Change::late;
    }
    if (row.version > closed->version) {
        return Change::version;
    }
    if (counted_amount(row.counted, row.amount) != counted_amount(closed->counted, closed->amount)) {
        return Change::counting;
    }
    if (row.version < closed->version) {
        return std::nullopt;  // a state that was lost numbers versions anew: the books are right all the same
    }
    return !row.sha256.empty() && row.sha256 != closed->sha256 ? std::optional(Change::file) : std::nullopt;
}

std::string name_of(const ClosedRow& row) { return fmt::format("{} {}", sanitise(row.contract_id, 60), sanitise(row.document_id, 80)); }

std::string value_of(const ClosedRow& row) {
    const std::string amount = row.amount ? fmt::format("{} {}", to_decimal(*row.amount), row.amount->currency.code()) : "no amount";
    return row.counted ? amount : fmt::format("{}, not counted", amount);
}

std::string difference_of(const ClosedRow& closed, const ClosedRow& now) {
    if (closed.amount != now.amount || closed.counted != now.counted) {
        return fmt::format("{} version {} changed from {} to {}", name_of(now), now.version, value_of(closed), value_of(now));
    }
    if (closed.sha256 != now.sha256) {
        return fmt::format("{} version {} has another file", name_of(now), now.version);
    }
    return fmt::format("{} version {} changed in columns other than amount and file", name_of(now), now.version);
}

}  // namespace

bool is_current(const Addendum& addendum, std::span<const ClosedMonth> months) {
    const ClosedMonth* const month = find_closed(months, addendum.period);
    return month != nullptr && addendum.number > month->addenda_before;
}

std::vector<ClosedDocument> closed_documents(std::span<const ClosedRow> rows, std::span<const Addendum> addenda,
                                             std::span<const ClosedMonth> months, const std::string& contract_id) {
    std::map<MonthOfDocument, ClosedDocument> documents;
    const auto put = [&](ClosedDocument document) {
        MonthOfDocument place(document.period, document.document_id, document.running);
        const auto [found, is_new] = documents.try_emplace(std::move(place), document);
        if (!is_new && (found->second.version <= document.version || document.held_in != document.period)) {
            found->second = std::move(document);
        }
    };
    for (const ClosedRow& row : rows) {
        if (row.contract_id == contract_id && find_closed(months, row.period) != nullptr) {
            put({row.period, row.document_id, running_of(row.document_id, row.version), row.version, row.counted, row.amount, row.sha256,
                 row.period});
        }
    }
    for (const Addendum& addendum : addenda) {
        if (!is_current(addendum, months)) {
            continue;
        }
        for (const AddendumRow& row : addendum.rows) {
            if (row.contract_id == contract_id) {
                put({addendum.period, row.document_id, running_of(row.document_id, row.version), row.version, row.counted, row.amount,
                     row.sha256, addendum.booking_period});
            }
        }
    }
    std::vector<ClosedDocument> result;
    result.reserve(documents.size());
    for (auto& [place, document] : documents) {
        result.push_back(std::move(document));
    }
    return result;
}

std::vector<LateRow> find_late(std::span<const LedgerEntry> entries, std::span<const ClosedDocument> documents,
                               std::span<const ClosedMonth> months, Month booking) {
    std::map<MonthOfDocument, std::size_t> latest;
    for (std::size_t at = 0; at < entries.size(); ++at) {
        const LedgerEntry& entry = entries[at];
        if (!entry.period || !(entry.period->month() < booking) || find_closed(months, entry.period->month()) == nullptr) {
            continue;
        }
        const MonthOfDocument place(entry.period->month(), entry.document_id, running_of(entry.document_id, entry.version));
        const auto [found, is_new] = latest.try_emplace(place, at);
        if (!is_new && entries[found->second].version < entry.version) {
            found->second = at;
        }
    }
    std::vector<LateRow> late;
    for (const auto& [place, at] : latest) {
        const auto closed =
            std::lower_bound(documents.begin(), documents.end(), place, [](const ClosedDocument& one, const MonthOfDocument& wanted) {
                return std::tie(one.period, one.document_id, one.running) < wanted;
            });
        const bool is_known = closed != documents.end() && std::tie(closed->period, closed->document_id, closed->running) == place;
        if (const auto change = change_of(entries[at], is_known ? &*closed : nullptr)) {
            late.push_back({at, *change, is_known ? counted_amount(closed->counted, closed->amount) : std::nullopt});
        }
    }
    std::sort(late.begin(), late.end(), [](const LateRow& left, const LateRow& right) { return left.entry < right.entry; });
    return late;
}

std::vector<std::string> name_differences(std::span<const ClosedRow> closed, std::span<const ClosedRow> now) {
    using Key = std::tuple<std::string_view, std::string_view, std::uint32_t>;
    std::map<Key, std::pair<const ClosedRow*, const ClosedRow*>> rows;
    for (const ClosedRow& row : closed) {
        rows[{row.contract_id, row.document_id, row.version}].first = &row;
    }
    for (const ClosedRow& row : now) {
        rows[{row.contract_id, row.document_id, row.version}].second = &row;
    }
    std::vector<std::string> sentences;
    for (const auto& [key, pair] : rows) {
        const auto& [before, after] = pair;
        if (before == nullptr) {
            sentences.push_back(fmt::format("{} version {} is new: {}", name_of(*after), after->version, value_of(*after)));
        } else if (after == nullptr) {
            sentences.push_back(fmt::format("{} version {} is gone: it was {}", name_of(*before), before->version, value_of(*before)));
        } else if (before->row_sha256 != after->row_sha256) {
            sentences.push_back(difference_of(*before, *after));
        }
    }
    return sentences;
}

bool changes_books(std::span<const ClosedRow> closed, std::span<const ClosedRow> now) {
    using Row = std::tuple<std::string, std::string, std::uint32_t, bool, std::int64_t, std::string, std::string>;
    const auto sorted = [](std::span<const ClosedRow> rows) {
        std::vector<Row> all;
        all.reserve(rows.size());
        for (const ClosedRow& one : rows) {
            all.emplace_back(one.contract_id, one.document_id, one.version, one.counted, one.amount ? one.amount->amount_minor : 0,
                             one.amount ? one.amount->currency.code() : std::string_view(), one.sha256);
        }
        std::sort(all.begin(), all.end());
        return all;
    };
    return sorted(closed) != sorted(now);
}

std::vector<ClosedTotal> differences_of(const Addendum& addendum) {
    struct Sum {
        Wide amount_minor = 0;
        std::uint64_t documents = 0;
    };
    std::map<Currency, Sum> sums;
    for (const AddendumRow& row : addendum.rows) {
        const auto now = counted_amount(row.counted, row.amount);
        if (now) {
            sums[now->currency].amount_minor += now->amount_minor;
            ++sums[now->currency].documents;
        }
        if (row.counted_before) {
            sums[row.counted_before->currency].amount_minor -= row.counted_before->amount_minor;
            sums[row.counted_before->currency].documents += !now || now->currency != row.counted_before->currency ? 1U : 0U;
        }
    }
    std::vector<ClosedTotal> totals;
    for (const auto& [currency, sum] : sums) {
        if (sum.amount_minor <= std::numeric_limits<std::int64_t>::max() && sum.amount_minor >= std::numeric_limits<std::int64_t>::min()) {
            totals.push_back({Money{static_cast<std::int64_t>(sum.amount_minor), currency}, sum.documents});
        }
    }
    return totals;
}

Message describe(const AddendumRow& row, const Addendum& addendum) {
    const auto now = counted_amount(row.counted, row.amount);
    const Month month = addendum.period;
    const Message where = messages::addendum_booked_in(addendum.file_name(), addendum.booking_period);
    if (row.change == Change::late) {
        return messages::late_adds(month, in_words(now), where);
    }
    if (row.change == Change::file || now == row.counted_before) {
        return messages::changed_counts_as_before(month, row.version, in_words(now), where);
    }
    Message difference;
    if (now && row.counted_before && now->currency == row.counted_before->currency) {
        const Wide delta = Wide{now->amount_minor} - row.counted_before->amount_minor;
        if (delta <= std::numeric_limits<std::int64_t>::max() && delta >= std::numeric_limits<std::int64_t>::min()) {
            const Money money{static_cast<std::int64_t>(delta), now->currency};
            difference = messages::by_difference(money);
        }
    }
    return messages::changed_counts_otherwise(month, in_words(row.counted_before),
                       row.version, in_words(now), difference, where);
}

}  // namespace moisson::books
