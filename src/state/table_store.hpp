#pragma once
/// The state store on tables (schema.hpp) that an engine holds. Only the state room includes this.

#include <memory>

#include "state/engine.hpp"
#include "state/state_store.hpp"

namespace moisson::state {

/// Throws FatalError where a table is missing.
[[nodiscard]] std::unique_ptr<StateStore> make_table_store(std::unique_ptr<Engine> engine);

}  // namespace moisson::state
