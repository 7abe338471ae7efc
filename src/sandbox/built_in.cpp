// The scenarios of samples/, inside the program.
#include "sandbox/sandbox.hpp"

namespace moisson::sandbox {

std::vector<BuiltInScenario> built_in_scenarios() {
    return {
#include "scenarios.inc"
    };
}

}  // namespace moisson::sandbox
