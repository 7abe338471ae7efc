#pragma once
/// The books that a bundle carries on: everything that later months depend on, as it is once this publication shows.

#include <cstdint>
#include <optional>
#include <string>

#include "domain/closing.hpp"
#include "domain/run_summary.hpp"
#include "state/state_store.hpp"

namespace moisson::pipeline {

/// What the state knows, with what `publication` adds. Runs and instants of runs are not in it: the same books give the same bytes.
/// `last_month`: of the publication. A contract that was first seen later, by a clock that went on, was first seen then.
[[nodiscard]] state::Books books_with(state::StateStore& state, const Publication& publication, Month last_month);

/// Where a bundle with these books stands in the chain.
[[nodiscard]] ChainPlace place_of(const state::Books& books);

/// The last link of a folder's name; null when it was never published since links are kept.
[[nodiscard]] const ChainLink* last_link_of(const std::vector<ChainLink>& chain, const std::string& folder);

}  // namespace moisson::pipeline
