#pragma once
/// Step of the run: listed rows become a ledger.

#include <optional>

#include "base/clock.hpp"
#include "books/books.hpp"
#include "books/fx.hpp"
#include "config/job.hpp"
#include "pipeline/harvest.hpp"
#include "pipeline/run_result.hpp"
#include "pipeline/service.hpp"

namespace moisson::pipeline {

/// What the step works with; all outlive it.
struct BookContext {
    const config::Job& job;
    const books::CountingRule& rule;
    const std::optional<books::RateTable>& rates;
    const ClosedMonth* closed;  ///< the month that is exported, when it is closed; null: it is open
    const RunService& service;
    const Clock& clock;
};

/// Counts `result.entries`, leaves those that stand in the ledger in its order and with their paths, compares them with what earlier months
/// and the job expect, converts them, adds them up and cross-checks all of it; fills `result.summary` but for its verdict. Takes what it
/// needs out of `harvest`. FatalError(inconsistent) when the ledger does not hold together.
void keep_books(const BookContext& context, Harvest& harvest, RunResult& result);

}  // namespace moisson::pipeline
