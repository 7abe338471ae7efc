#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/utf8.hpp"
#include "domain/page_messages.hpp"

namespace moisson::report {

namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";
constexpr std::string_view narrow_blank = "\xE2\x80\xAF";

}  // namespace

std::string repair_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = utf8_sequence_length(text);
        out += length == 0 ? replacement_character : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string group_thousands(std::string_view decimal, Language language) {
    const bool negative = !decimal.empty() && decimal.front() == '-';
    const std::string_view digits = decimal.substr(negative ? 1 : 0);
    const std::size_t whole = std::min(digits.find('.'), digits.size());
    std::string out = negative ? "\xE2\x88\x92" : "";
    for (std::size_t at = 0; at < whole; ++at) {
        if (at != 0 && (whole - at) % 3 == 0) {
            out += narrow_blank;
        }
        out += digits[at];
    }
    if (whole < digits.size()) {
        out += language == Language::french ? ',' : '.';
        out += digits.substr(whole + 1);
    }
    return out;
}

std::string group_thousands(std::uint64_t count) { return group_thousands(fmt::format("{}", count)); }

std::string amount_for_people(const Money& money, Language language) {
    return group_thousands(to_decimal(money), language) + "\xC2\xA0" + std::string(money.currency.code());
}

std::string title_of(const RunSummary& summary, Language language) {
    if (!summary.period.first && !summary.period.last) {
        return std::string(translate(language, "All months"));
    }
    std::string title = months_for_people(language, summary.period);
    if (title.front() >= 'a' && title.front() <= 'z') {  // French months have a small letter, but not at the head of a page
        title.front() = static_cast<char>(title.front() - 'a' + 'A');
    }
    return title;
}

Word verdict_sentence(const RunSummary& summary) {
    switch (summary.exit_code) {
        case ExitCode::complete:
            return summary.view.is_whole() ? Word("Everything that the service lists was downloaded, reconciled and published.")
                                           : Word("Everything that was asked for was downloaded, reconciled and published.");
        case ExitCode::incomplete: return "Published, but not complete:";
        case ExitCode::nothing_new: return "Nothing changed since the last run.";
        case ExitCode::refused: return "Credentials or rights were refused.";
        case ExitCode::unavailable: return "The service did not answer well within the retry budget.";
        case ExitCode::inconsistent: return "Reconciliation or verification failed; nothing was published.";
        case ExitCode::interrupted:
        case ExitCode::terminated: return "The run was stopped; the next one goes on where it stopped.";
        case ExitCode::internal:
        case ExitCode::usage:
        case ExitCode::local:
        case ExitCode::locked: break;
    }
    return "The run failed.";
}

std::string size_for_people(std::uint64_t bytes, Language language) {
    static constexpr std::array<Word, 7> units{"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
    std::uint64_t divisor = 1;
    std::size_t unit = 0;
    while (unit + 1 < units.size() && bytes / divisor >= 1000) {
        divisor *= 1000;
        ++unit;
    }
    if (unit == 0) {
        return fmt::format("{}\u00A0{}", bytes, translate(language, bytes == 1 ? Word("byte") : Word("bytes")));
    }
    return fmt::format("{}{}{}\u00A0{}", bytes / divisor, language == Language::french ? ',' : '.', bytes % divisor / (divisor / 10),
                       translate(language, units.at(unit)));
}

void Sum::add(const Money& amount, std::uint64_t count) {
    documents += count;
    if (money.currency == Currency{}) {
        money.currency = amount.currency;
    }
    const Result<Money> next = moisson::add(money, amount);
    if (fits && next) {
        money = *next;
    } else {
        fits = false;
    }
}

std::vector<MonthSum> sums_by_month(const RunSummary& summary) {
    std::map<std::pair<std::string_view, Month>, Sum> sums;
    for (const MonthTotal& total : summary.month_totals) {
        sums[{total.total.currency.code(), total.month}].add(total.total, total.documents);
    }
    std::vector<MonthSum> out;
    out.reserve(sums.size());
    for (const auto& [key, sum] : sums) {
        out.push_back({key.second, sum});
    }
    return out;
}

std::vector<ContractSum> sums_by_contract(const RunSummary& summary) {
    std::map<std::pair<std::string_view, std::string_view>, ContractSum> sums;
    for (const MonthTotal& total : summary.month_totals) {
        ContractSum& entry = sums[{total.contract->id, total.total.currency.code()}];
        entry.contract = total.contract;
        entry.sum.add(total.total, total.documents);
    }
    std::vector<ContractSum> out;
    out.reserve(sums.size());
    for (const auto& [key, entry] : sums) {
        out.push_back(entry);
    }
    return out;
}

namespace {

std::uint64_t documents_of(const InboxSummary& inbox, InboxClass where) {
    return static_cast<std::uint64_t>(
        std::count_if(inbox.documents.begin(), inbox.documents.end(), [&](const InboxDocument& one) { return one.where == where; }));
}

}  // namespace

Message inbox_pairs_of(const InboxSummary& inbox) {
    return messages::inbox_pairs(inbox.matched, documents_of(inbox, InboxClass::differs), documents_of(inbox, InboxClass::only_service),
                                 documents_of(inbox, InboxClass::only_inbox));
}

Message inbox_rest_of(const InboxSummary& inbox) {
    return messages::inbox_rest(inbox.counted, documents_of(inbox, InboxClass::doubled),
                                documents_of(inbox, InboxClass::ambiguous) + documents_of(inbox, InboxClass::unreadable),
                                inbox.other_suppliers);
}

std::vector<const SumChange*> by_weight(const std::vector<SumChange>& sums) {
    std::vector<const SumChange*> sorted;
    std::transform(sums.begin(), sums.end(), std::back_inserter(sorted), [](const SumChange& one) { return &one; });
    const auto weight = [](const SumChange* one) {
        const auto difference = difference_of(*one);
        const std::int64_t minor = difference ? difference->amount_minor : std::numeric_limits<std::int64_t>::min();
        return minor < 0 ? minor : -minor;
    };
    std::stable_sort(sorted.begin(), sorted.end(), [&](const auto* one, const auto* other) { return weight(one) < weight(other); });
    return sorted;
}

}  // namespace moisson::report
