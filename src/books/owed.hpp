#pragma once
/// Open months that an export is not about, and what they owe: months whose published ledger is no longer what is known, and months with
/// documents that were never published. Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/big_decimal.hpp"
#include "domain/closing.hpp"
#include "domain/finding.hpp"
#include "domain/ledger_entry.hpp"

namespace moisson::books {

/// What a published ledger and what is known now have apart, in one month. Of a month that was never published: all that it has.
struct OwedMonth {
    Month period = *Month::make(1980, 1);
    bool published = false;
    std::uint64_t documents = 0;            ///< that came, changed, moved or went; of an unpublished month all
    std::vector<std::string> named;         ///< the first of them as "contract/document", sorted; `named_max` at most
    std::vector<ClosedTotal> differences;   ///< by currency code: the counted sum now less the one published; zero ones left out
};

/// Add each contract once; then ask. One thread.
class OwedMonths {
public:
    static constexpr std::size_t named_max = 5;

    /// `published`: months that were published and are open; others that have rows were never published. Months after `last` (the last
    /// closed calendar month) are not looked at.
    OwedMonths(std::vector<Month> published, std::vector<Month> closed, Month last);

    /// `known`: all rows of one contract, every month, after counting; `rows`: those of the same contract in published ledgers. Of a
    /// document and month the highest version is compared: by version, by what it counts, and whether it is there.
    void add(const std::string& contract_id, std::span<const LedgerEntry> known, std::span<const ClosedRow> rows);

    /// By month.
    [[nodiscard]] std::vector<OwedMonth> owed() const;

private:
    struct Row {
        std::uint32_t version = 0;
        std::optional<Money> counted;
    };
    struct Sum {
        std::uint64_t documents = 0;
        std::vector<std::string> named;
        std::map<Currency, std::pair<Int128, std::uint64_t>> differences;
    };
    void note(Month period, const std::string& contract_id, const std::string& document_id, const std::optional<Money>& before,
              const std::optional<Money>& now);
    [[nodiscard]] bool is_looked_at(Month period) const;

    std::vector<Month> published_;
    std::vector<Month> closed_;
    Month last_;
    std::map<Month, Sum> months_;
};

/// The findings of a run about other months: `month-outdated` for each published one, `month-unpublished` for each that should have been
/// between or after published ones, and one `history-unpublished` for all before `first_published`: the first month that any run
/// published, this one included; empty: none.
[[nodiscard]] std::vector<Finding> findings_of(const std::vector<OwedMonth>& owed, std::optional<Month> first_published);

}  // namespace moisson::books
