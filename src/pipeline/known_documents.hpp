#pragma once
/// What the documents that earlier runs knew of a contract say of it. Pure.

#include <vector>

#include "api/wire.hpp"
#include "domain/period.hpp"
#include "state/state_store.hpp"

namespace moisson::pipeline {

/// True when a document is of the month before the period: a contract that ends then and there is missed in the period itself.
[[nodiscard]] bool bills_till(const std::vector<state::DocumentRecord>& known, const MonthRange& period);

/// A final document of one of the period's months is known: its bill came before the contract went.
[[nodiscard]] bool is_billed_in(const std::vector<state::DocumentRecord>& known, const MonthRange& period);

/// Provisional documents go when the final one comes: that one is gone means nothing.
[[nodiscard]] bool is_lasting(const state::DocumentRecord& record);

/// Lasting documents that earlier runs listed and this list lacks, all of them older than everything that it holds.
[[nodiscard]] bool lost_oldest(const std::vector<state::DocumentRecord>& known, const std::vector<wire::Document>& listed);

}  // namespace moisson::pipeline
