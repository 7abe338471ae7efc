#pragma once
/// Which document types count, contract by contract and month by month: today's rules, and those that closed months keep.

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/books_settings.hpp"
#include "domain/closing.hpp"
#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"

namespace moisson::books {

/// What judges one row; valid as long as the rule is and nothing more is kept in it.
struct Judge {
    static constexpr std::uint32_t open = std::numeric_limits<std::uint32_t>::max();

    const CountingChoice* choice = nullptr;
    const std::vector<TypeDecision>* decided = nullptr;
    std::uint32_t order = open;  ///< of closing: what a month closed earlier counts stands before the others; `open` when it is open

    /// Whether both count by the same rule.
    [[nodiscard]] bool is_same(const Judge& other) const;
    /// The job's word on a type that is not known; null: there is none.
    [[nodiscard]] const TypeDecision* decision_on(const LedgerEntry& entry) const;
    /// The type as which the row counts: its own, or the one that a decision names (empty: none).
    [[nodiscard]] std::string_view type_of(const LedgerEntry& entry) const;
    /// The place of that type in the choice; empty when the choice does not name it, or the row's standing is not final.
    [[nodiscard]] std::optional<std::size_t> rank_of(const LedgerEntry& entry) const;
};

/// The default: of a contract and month, `invoices` count when there are any, else `bills`; never both; partial and report types never.
class CountingRule {
public:
    CountingRule() = default;
    /// `choices` as in the job file: the first whose patterns match a contract decides; the default where none does.
    explicit CountingRule(std::vector<CountingChoice> choices) : choices_(std::move(choices)) {}
    explicit CountingRule(const BooksSettings& books);

    /// Today's choice for a contract; valid as long as the rule.
    [[nodiscard]] const CountingChoice& choice_for(const Contract& contract) const;
    /// What judges the row: what its month's closing kept of its contract, else today's rules.
    [[nodiscard]] Judge judge_of(const LedgerEntry& entry) const;
    /// The first `[[books.withdrawn]]` that names the row's document; null: none does.
    [[nodiscard]] const WithdrawnDecision* decision_on_withdrawn(const LedgerEntry& entry) const;
    /// Sets the standing of a row whose type is not known by the word that judges it.
    void set_standing(LedgerEntry& entry) const;

    /// Rows of this contract and month are judged by what their closing kept. `order`: as in Judge.
    void keep(const ClosedContract& kept, std::uint32_t order);
    /// The job's decisions on unknown types.
    [[nodiscard]] const std::vector<TypeDecision>& decided() const noexcept { return decided_; }
    /// Something is kept of this contract.
    [[nodiscard]] bool keeps(std::string_view contract_id) const;
    /// The type as which documents of an unknown type count today; the same text where the job file says nothing of it.
    [[nodiscard]] std::string_view type_today(std::string_view type) const;
    /// The same without what is kept: today's rules alone.
    [[nodiscard]] CountingRule today() const;

    /// The default choice in words.
    [[nodiscard]] Message in_words() const;
    [[nodiscard]] static Message in_words(const CountingChoice& choice);
    /// Where another choice than the default was used: one entry per list of types, contract ids sorted. `closed`: the month that is
    /// exported, when it is closed: what its closing kept was used.
    [[nodiscard]] std::vector<CountingUse> uses(std::span<const Contract* const> contracts, std::optional<Month> closed = {}) const;

private:
    struct Kept {
        std::uint32_t order = 0;
        CountingChoice choice;
        std::vector<TypeDecision> decided;
    };
    std::vector<CountingChoice> choices_;
    CountingChoice default_choice_;
    std::vector<TypeDecision> decided_;
    std::vector<WithdrawnDecision> withdrawn_;
    std::map<std::pair<std::string, Month>, Kept, std::less<>> kept_;
};

}  // namespace moisson::books
