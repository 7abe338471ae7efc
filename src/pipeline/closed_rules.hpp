#pragma once
/// What judges the rows of closed months: what their closing kept, and what they counted then.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "books/books.hpp"
#include "books/closing.hpp"
#include "domain/closing.hpp"
#include "domain/finding.hpp"
#include "domain/ledger_entry.hpp"
#include "state/state_store.hpp"

namespace moisson::pipeline {

/// One run's view. Control loop's thread.
///
/// A closed month is judged by the rule that its closing kept, for the contract as it was named then. Of a month that an earlier version of
/// the program closed nothing is kept but its rows: what they counted stands until the service changes something that touches their months,
/// and what comes late is judged as in an open month.
class ClosedRules {
public:
    /// `rule` gets what is kept; all outlive it. `months`: closed now, sorted.
    ClosedRules(state::StateStore& state, books::CountingRule& rule, std::span<const ClosedMonth> months,
                std::span<const Addendum> addenda);

    /// Before counting. `entries`: all rows of one contract, of which those of documents with an id come first; `first_seen`: the runs that
    /// first saw these. Rows of closed months get their contract as it was named then, or `counted_when_closed`.
    void judge(const Contract& now, std::vector<LedgerEntry>& entries, std::span<const std::string* const> first_seen);

    /// `closed-rule-differs`: what today's rules, and today's names, would count otherwise in months closed before `booking`, one each.
    /// `counted`: all rows of the contract, counted.
    void tell_differences(const Contract& now, std::span<const LedgerEntry> counted, Month booking, std::vector<Finding>& findings) const;

    /// The contracts as they were named, which rows point to. Once, at the end.
    [[nodiscard]] std::vector<std::unique_ptr<const Contract>> take_contracts() { return std::move(contracts_); }

private:
    [[nodiscard]] const Contract* known_as(Contract named);
    [[nodiscard]] std::set<Month> name(const Contract& now, std::vector<LedgerEntry>& entries);
    void pin(const Contract& now, const std::set<Month>& kept, std::vector<LedgerEntry>& entries,
             std::span<const std::string* const> first_seen) const;
    [[nodiscard]] const ClosedMonth* closed(const LedgerEntry& entry) const;

    state::StateStore& state_;
    books::CountingRule& rule_;
    std::span<const ClosedMonth> months_;
    std::span<const Addendum> addenda_;
    std::map<std::string, std::int64_t, std::less<>> runs_;  ///< their order
    std::map<Month, std::int64_t> judged_;                   ///< the run whose ledger was closed
    std::map<Month, std::uint32_t> order_;                   ///< of closing
    std::vector<std::unique_ptr<const Contract>> contracts_;
};

}  // namespace moisson::pipeline
