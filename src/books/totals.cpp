/// Sums and counts of rows. Sums are gathered in 128 bits, so that neither the order of the rows nor a passing excess decides.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <string_view>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "books/books.hpp"

namespace moisson::books {

namespace {

__extension__ using Wide = __int128;

struct DocumentSum {
    Wide amount_minor = 0;
    std::uint64_t documents = 0;
    std::uint64_t credits = 0;

    void add(const Money& money) {
        amount_minor += money.amount_minor;
        ++documents;
        credits += money.amount_minor < 0 ? 1U : 0U;
    }
};

Result<Money> to_money(const DocumentSum& sum, Currency currency, const std::string& of) {
    if (sum.amount_minor > std::numeric_limits<std::int64_t>::max() || sum.amount_minor < std::numeric_limits<std::int64_t>::min()) {
        return fail(ErrorCode::bad_input, fmt::format("the sum of {} counted documents in {}{} does not fit in 64 bits of minor units",
                                                      sum.documents, currency.code(), of));
    }
    return Money{static_cast<std::int64_t>(sum.amount_minor), currency};
}

Result<std::vector<CurrencyTotal>> to_totals(const std::map<Currency, DocumentSum>& sums, const std::string& of) {
    std::vector<CurrencyTotal> totals;
    for (const auto& [currency, sum] : sums) {
        Result<Money> total = to_money(sum, currency, of);
        if (!total) {
            return fail(std::move(total.error()));
        }
        totals.push_back({*total, sum.documents, sum.credits});
    }
    return totals;
}

}  // namespace

Result<std::vector<CurrencyTotal>> currency_totals(std::span<const LedgerEntry> entries) {
    std::map<Currency, DocumentSum> sums;
    for (const LedgerEntry& entry : entries) {
        if (entry.counted && entry.amount) {
            sums[entry.amount->currency].add(*entry.amount);
        }
    }
    return to_totals(sums, "");
}

Result<std::vector<PerimeterSummary>> perimeter_totals(std::span<const LedgerEntry> entries) {
    struct Group {
        std::uint64_t rows = 0;
        std::map<Currency, DocumentSum> sums;
    };
    std::map<std::string_view, Group> groups;
    for (const LedgerEntry& entry : entries) {
        Group& group = groups[entry.contract->perimeter];
        ++group.rows;
        if (entry.counted && entry.amount) {
            group.sums[entry.amount->currency].add(*entry.amount);
        }
    }
    std::vector<PerimeterSummary> perimeters;
    if (groups.size() == 1 && groups.begin()->first.empty()) {
        return perimeters;
    }
    for (const auto& [name, group] : groups) {
        auto totals = to_totals(group.sums, fmt::format(" of the perimeter {}", sanitise(name, 60)));
        if (!totals) {
            return fail(std::move(totals.error()));
        }
        perimeters.push_back({std::string(name), true, 0, group.rows, std::move(*totals)});
    }
    return perimeters;
}

Result<std::vector<MonthTotal>> month_totals(std::span<const LedgerEntry> entries) {
    struct Group {
        const Contract* contract;
        DocumentSum sum;
    };
    std::map<std::tuple<std::string_view, Month, Currency>, Group> groups;
    for (const LedgerEntry& entry : entries) {
        if (entry.counted && entry.amount && entry.period) {
            const std::tuple key{std::string_view(entry.contract->id), entry.period->month(), entry.amount->currency};
            groups.try_emplace(key, Group{entry.contract, {}}).first->second.sum.add(*entry.amount);
        }
    }
    std::vector<MonthTotal> totals;
    totals.reserve(groups.size());
    for (const auto& [key, group] : groups) {
        const auto& [contract, month, currency] = key;
        Result<Money> total = to_money(group.sum, currency, fmt::format(" of {} in {}", sanitise(contract, 60), month.to_text()));
        if (!total) {
            return fail(std::move(total.error()));
        }
        totals.push_back({group.contract, month, *total, group.sum.documents});
    }
    return totals;
}

DocumentCounts count_documents(std::span<const LedgerEntry> entries) {
    DocumentCounts counts;
    counts.rows = entries.size();
    for (const LedgerEntry& entry : entries) {
        counts.counted += entry.counted ? 1U : 0U;
        switch (entry.status) {
            case DocumentStatus::ok: ++counts.ok; break;
            case DocumentStatus::not_ready: ++counts.not_ready; break;
            case DocumentStatus::failed: ++counts.failed; break;
            case DocumentStatus::skipped: ++counts.skipped; break;
        }
    }
    return counts;
}

}  // namespace moisson::books
