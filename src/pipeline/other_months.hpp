#pragma once
/// Months that this export is not about: what earlier runs published of them, held against what is known now. An open month whose published
/// ledger is no longer true, and a month that nobody published, is said by every export until somebody exports it.

#include <optional>
#include <string>
#include <vector>

#include "books/books.hpp"
#include "books/owed.hpp"
#include "config/job.hpp"
#include "domain/run_summary.hpp"
#include "state/state_store.hpp"

namespace moisson::pipeline {

/// Loop's thread only. `job`, `state` and `rule` outlive it.
class OtherMonths {
public:
    /// `today`: the run's date; the month before it is the last that can be owed.
    OtherMonths(const config::Job& job, state::StateStore& state, const books::CountingRule& rule, std::chrono::year_month_day today);

    /// Once for each contract. `entries`: all its rows, every month, before counting.
    void look(const Contract& contract, const std::vector<LedgerEntry>& entries);

    /// All months that are owed, the exported ones included, by month. Empty for an export with filters, which sees too little to tell.
    [[nodiscard]] std::vector<Month> owed() const;
    /// What the run's summary says of the months that it does not export.
    [[nodiscard]] std::vector<Finding> findings() const;

    /// What the state keeps of a publication: the open months that the folder holds whole, and their rows. Nothing of a view, or where
    /// the same ledger stands there already.
    void describe(const std::vector<LedgerEntry>& entries, const std::string& ledger_sha256, Publication& publication) const;

private:
    [[nodiscard]] bool is_whole() const;

    const config::Job& job_;
    state::StateStore& state_;
    const books::CountingRule& rule_;
    Month last_;
    std::vector<PublishedMonth> published_;
    std::vector<Month> closed_;
    std::optional<Month> first_published_;
    books::OwedMonths months_;
};

}  // namespace moisson::pipeline
