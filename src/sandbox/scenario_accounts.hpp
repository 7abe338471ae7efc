#pragma once
/// The part of a scenario that says who may see and do what. Only for scenario.cpp: it shows toml++.

#include "sandbox/scenario.hpp"
#include "sandbox/toml_reader.hpp"

namespace moisson::sandbox {

/// Reads [[account]] and [[application]] of the top table, and fills in the default ones where there are none. `beaten`: the command line
/// gave another number of contracts, so that rules may name contracts that are not there.
void read_accounts(TomlReader& top, Scenario& scenario, bool beaten, Problems& problems);

}  // namespace moisson::sandbox
