#pragma once
/// Whether what a job asks for exists: a slip in a filter must not look like an empty month.

#include <vector>

#include "api/wire.hpp"
#include "config/job.hpp"
#include "pipeline/harvest.hpp"
#include "pipeline/perimeters.hpp"
#include "state/state_store.hpp"

namespace moisson::pipeline {

/// FatalError(usage) naming each pattern, of the export and of each perimeter, that fits neither a contract that is listed (to that login)
/// nor one that the state knows from earlier runs, with the nearest names. Says nothing where the service lists no contract: then it is not
/// the pattern that is wrong.
void check_contract_patterns(const config::Job& job, const ListedPerimeters& listed, state::StateStore& state);

/// FatalError(usage) naming a type that is none of the service's known ones and that no document of the perimeter has, with the nearest.
/// Says nothing where a list is not whole.
void check_types(const config::Job& job, const Harvest& harvest);

}  // namespace moisson::pipeline
