#pragma once
/// The name of one run.

#include <string>

#include "base/clock.hpp"

namespace moisson::pipeline {

/// "20261102T031500Z-3f9a1c2b": when it began, and a random number, so that two machines never have the same.
[[nodiscard]] std::string make_run_id(const Clock& clock);

}  // namespace moisson::pipeline
