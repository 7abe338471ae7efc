#pragma once
/// What is to be done about a month, in order. Pure.

#include <span>
#include <vector>

#include "domain/ledger_entry.hpp"
#include "domain/run_summary.hpp"
#include "domain/to_do.hpp"

namespace moisson::books {

/// Errors and warnings of the summary whose kind says what to do, each once. Errors first; in each of both the documents with an amount
/// by its size (in units of its own currency), then what hides an unknown one: contracts, then documents without; then the run's. The
/// same findings give the same order.
[[nodiscard]] std::vector<ToDo> make_to_do(const RunSummary& summary, std::span<const LedgerEntry> entries);

}  // namespace moisson::books
