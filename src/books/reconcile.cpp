/// Cross-checks before publishing. Written apart from totals.cpp and counting.cpp on purpose: sums are made here in another way (digit by
/// digit over the decimal text), so that one mistake cannot hide in both.
#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "books/books.hpp"
#include "books/grouping.hpp"

namespace moisson::books {

namespace {

/// Sentences up to a limit, then their number: a broken run must not write a report as long as its ledger.
class Problems {
public:
    void add(std::string sentence) {
        constexpr std::size_t kept_max = 50;
        if (sentences_.size() < kept_max) {
            sentences_.push_back(std::move(sentence));
        } else {
            ++dropped_;
        }
    }
    std::vector<std::string> take() {
        if (dropped_ > 0) {
            sentences_.push_back(fmt::format("and {} more", dropped_));
        }
        return std::move(sentences_);
    }

private:
    std::vector<std::string> sentences_;
    std::size_t dropped_ = 0;
};

std::string name_of(const LedgerEntry& entry) {
    return fmt::format("{} {} version {}", sanitise(entry.contract->id, 60), sanitise(entry.document_id, 80), entry.version);
}

/// A column sum over decimal texts: one counter for each power of ten, positive and negative digits apart until the end.
class ColumnSum {
public:
    void add(const Money& money) {
        const std::string text = to_decimal(money);
        const bool is_credit = text.front() == '-';
        std::size_t column = 0;
        for (auto at = text.rbegin(); at != text.rend(); ++at) {
            if (*at >= '0' && *at <= '9') {
                columns_[column++] += is_credit ? -(*at - '0') : *at - '0';
            }
        }
        ++documents;
    }
    /// True when the columns add up to `money`.
    [[nodiscard]] bool equals(const Money& money) const {
        ColumnSum rest = *this;
        rest.add(Money{money.amount_minor, money.currency}, -1);
        std::int64_t carry = 0;
        for (const std::int64_t column : rest.columns_) {
            const std::int64_t value = column + carry;
            if (value % 10 != 0) {
                return false;
            }
            carry = value / 10;
        }
        return carry == 0;
    }
    std::uint64_t documents = 0;

private:
    void add(const Money& money, int times) {
        ColumnSum one;
        one.add(money);
        for (std::size_t at = 0; at < columns_.size(); ++at) {
            columns_[at] += times * one.columns_[at];
        }
    }
    std::array<std::int64_t, 20> columns_{};  // 19 digits of an amount, and one to carry into
};

/// Without an order, which only those need that have something to tell.
bool is_unique(std::span<const LedgerEntry> entries) {
    std::unordered_set<DocumentKey, HashOfDocument> versions;
    std::unordered_set<std::string_view> paths;
    versions.reserve(entries.size());
    return std::all_of(entries.begin(), entries.end(), [&](const LedgerEntry& entry) {
        return versions.insert({entry.contract->id, entry.document_id, entry.version}).second &&
               (entry.path.empty() || paths.insert(entry.path).second);
    });
}

void check_unique(std::span<const LedgerEntry> entries, Problems& problems) {
    if (is_unique(entries)) {
        return;
    }
    std::vector<std::size_t> order(entries.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto key = [&](std::size_t at) {
        return std::tuple(std::string_view(entries[at].contract->id), std::string_view(entries[at].document_id), entries[at].version);
    };
    std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) { return key(left) < key(right); });
    for (std::size_t at = 1; at < order.size(); ++at) {
        if (key(order[at - 1]) == key(order[at])) {
            problems.add(fmt::format("{} stands in the ledger twice", name_of(entries[order[at]])));
        }
    }
    std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) { return entries[left].path < entries[right].path; });
    for (std::size_t at = 1; at < order.size(); ++at) {
        const LedgerEntry& entry = entries[order[at]];
        if (!entry.path.empty() && entry.path == entries[order[at - 1]].path) {
            problems.add(fmt::format("{} and {} share the path {}", name_of(entries[order[at - 1]]), name_of(entry), sanitise(entry.path)));
        }
    }
}

void check_counted(std::span<const LedgerEntry> entries, Problems& problems) {
    const std::vector<bool> is_latest = find_latest(entries);
    std::map<std::pair<std::string_view, Month>, std::string_view> types;
    for (std::size_t at = 0; at < entries.size(); ++at) {
        const LedgerEntry& entry = entries[at];
        if (entry.amount && entry.currency != entry.amount->currency) {
            problems.add(fmt::format("{} has an amount in another currency than its own", name_of(entry)));
        }
        if (!entry.counted) {
            continue;
        }
        if (!entry.amount || !entry.period) {
            problems.add(fmt::format("{} counts without {}", name_of(entry), entry.amount ? "a period" : "an amount"));
            continue;
        }
        if (entry.standing != Standing::final_) {
            problems.add(fmt::format("{} counts although its standing is {}", name_of(entry), to_text(entry.standing)));
        }
        if (!is_latest[at]) {
            problems.add(fmt::format("{} counts although a later version exists", name_of(entry)));
        }
        if (entry.findings.contains("document-type-decided") || entry.channel == Channel::inbox) {
            continue;  // counts together with the type that the job file names; beside whatever type the service's documents are of
        }
        const auto [found, is_new] = types.try_emplace({entry.contract->id, entry.period->month()}, entry.document_type);
        if (!is_new && found->second != entry.document_type) {
            problems.add(fmt::format("{} and {} both count for {} in {}", sanitise(found->second), sanitise(entry.document_type),
                                     sanitise(entry.contract->id), entry.period->month().to_text()));
        }
    }
}

__extension__ using Wide = __int128;

/// A converted amount may differ from amount x rate by half a minor unit at most: said as an inequality, without any division.
bool is_converted(const Money& amount, const Reporting& reporting) {
    const auto power = [](int exponent) {
        Wide value = 1;
        for (; exponent > 0; --exponent) {
            value *= 10;
        }
        return value;
    };
    constexpr int exponent_max = 18;  // 19 digits of an amount and so many of a power stay within 128 bits
    const int exponent = reporting.rate_decimals + amount.currency.minor_digits() - reporting.currency.minor_digits();
    if (exponent < 0 || exponent > exponent_max) {
        return true;
    }
    const Wide difference =
        static_cast<Wide>(reporting.amount_minor) * power(exponent) - static_cast<Wide>(amount.amount_minor) * reporting.rate_digits;
    return (difference < 0 ? -difference : difference) * 2 <= power(exponent);
}

void check_converted(std::span<const LedgerEntry> entries, Problems& problems) {
    for (const LedgerEntry& entry : entries) {
        if (!entry.reporting) {
            continue;
        }
        if (!entry.amount) {
            problems.add(fmt::format("{} is converted without an amount", name_of(entry)));
        } else if (!is_converted(*entry.amount, *entry.reporting)) {
            problems.add(fmt::format("{}: {} {} at {} is not {} {}", name_of(entry), to_decimal(*entry.amount),
                                     entry.amount->currency.code(), entry.reporting->rate().to_text(),
                                     to_decimal(entry.reporting->amount()), entry.reporting->currency.code()));
        }
    }
}

bool is_sha256(std::string_view text) { return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

void check_files(std::span<const LedgerEntry> entries, Problems& problems) {
    for (const LedgerEntry& entry : entries) {
        if (entry.status == DocumentStatus::ok) {
            if (!is_sha256(entry.sha256) || !entry.size_bytes || entry.media_type.empty() || entry.path.empty()) {
                problems.add(fmt::format("{} is ok without digest, size, media type or path", name_of(entry)));
            }
            continue;
        }
        if (!entry.path.empty()) {
            problems.add(fmt::format("{} has a path but its status is {}", name_of(entry), to_text(entry.status)));
        }
        if (entry.status == DocumentStatus::skipped) {
            continue;
        }
        constexpr std::array<FindingCode, 4> reasons{"document-failed", "document-id-missing", "document-missing",
                                                     "document-not-ready"};
        if (std::none_of(reasons.begin(), reasons.end(), [&](FindingCode code) { return entry.findings.contains(code); })) {
            problems.add(fmt::format("{} has no file and no finding that says why", name_of(entry)));
        }
    }
}

void check_totals(std::span<const LedgerEntry> entries, std::span<const CurrencyTotal> totals, std::span<const MonthTotal> months,
                  Problems& problems) {
    std::map<Currency, ColumnSum> of_rows;
    std::map<Currency, ColumnSum> of_months;
    std::map<Currency, std::uint64_t> month_documents;
    for (const LedgerEntry& entry : entries) {
        if (entry.counted && entry.amount) {
            of_rows[entry.amount->currency].add(*entry.amount);
        }
    }
    for (const MonthTotal& month : months) {
        of_months[month.total.currency].add(month.total);
        month_documents[month.total.currency] += month.documents;
    }
    for (const CurrencyTotal& total : totals) {
        const Currency currency = total.total.currency;
        const auto rows = of_rows.find(currency);
        if (rows == of_rows.end() || !rows->second.equals(total.total)) {
            problems.add(fmt::format("the counted rows in {} do not add up to the total {}", currency.code(), to_decimal(total.total)));
        } else if (rows->second.documents != total.documents) {
            problems.add(fmt::format("the total in {} speaks of {} documents, but {} count", currency.code(), total.documents,
                                     rows->second.documents));
        }
        const auto by_month = of_months.find(currency);
        if (by_month == of_months.end() || !by_month->second.equals(total.total) || month_documents[currency] != total.documents) {
            problems.add(fmt::format("the monthly totals in {} do not add up to the total {}", currency.code(), to_decimal(total.total)));
        }
    }
    if (of_rows.size() != totals.size() || of_months.size() != totals.size()) {
        problems.add(
            fmt::format("{} currencies count, but {} have a total and {} monthly totals", of_rows.size(), totals.size(), of_months.size()));
    }
}

}  // namespace

std::vector<std::string> reconcile(std::span<const LedgerEntry> entries, std::span<const CurrencyTotal> totals,
                                   std::span<const MonthTotal> months) {
    Problems problems;
    check_unique(entries, problems);
    check_counted(entries, problems);
    check_files(entries, problems);
    check_converted(entries, problems);
    check_totals(entries, totals, months, problems);
    return problems.take();
}

}  // namespace moisson::books
