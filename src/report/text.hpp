#pragma once
/// Text from outside made fit for JSON, XML and HTML; numbers and amounts made fit for people. Pure. Only for this room.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/language.hpp"
#include "domain/run_summary.hpp"

namespace moisson::report {

/// The same text, each byte that is not part of well-formed UTF-8 replaced by U+FFFD.
[[nodiscard]] std::string repair_utf8(std::string_view text);

/// "1 234 567": thousands apart by a narrow no-break space (U+202F). In French a comma before decimals.
[[nodiscard]] std::string group_thousands(std::string_view decimal, Language language = Language::english);
[[nodiscard]] std::string group_thousands(std::uint64_t count);
/// "-1 234.56 EUR"
[[nodiscard]] std::string amount_for_people(const Money& money, Language language = Language::english);
/// "0 bytes", "999 bytes", "1.5 kB", "31.0 MB": powers of 1000, one decimal, rounded down.
[[nodiscard]] std::string size_for_people(std::uint64_t bytes, Language language = Language::english);

/// "2026-10", "Octobre 2026", "All months": the head of a page.
[[nodiscard]] std::string title_of(const RunSummary& summary, Language language);
/// What the verdict means, in one sentence; that of an incomplete month ends with a colon, behind which the causes stand.
[[nodiscard]] Word verdict_sentence(const RunSummary& summary);

/// How many invoices of the inbox and of the service stand in each class, in two sentences.
[[nodiscard]] Message inbox_pairs_of(const InboxSummary& inbox);
[[nodiscard]] Message inbox_rest_of(const InboxSummary& inbox);

/// A sum that says when it does not fit instead of being wrong.
struct Sum {
    Money money;
    std::uint64_t documents = 0;
    bool fits = true;
    void add(const Money& amount, std::uint64_t count);
};

/// The counted amounts of one month over all contracts; sorted by currency code, then month.
struct MonthSum {
    Month month;
    Sum sum;
};
[[nodiscard]] std::vector<MonthSum> sums_by_month(const RunSummary& summary);

/// The counted amounts of one contract over all months; in contract id order, then currency code.
struct ContractSum {
    const Contract* contract = nullptr;
    Sum sum;
};
[[nodiscard]] std::vector<ContractSum> sums_by_contract(const RunSummary& summary);

/// Those that differ most first.
[[nodiscard]] std::vector<const SumChange*> by_weight(const std::vector<SumChange>& sums);

}  // namespace moisson::report
