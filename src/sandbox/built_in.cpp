// The scenarios of samples/, inside the program.
#include <array>

#include "sandbox/sandbox.hpp"

namespace moisson::sandbox {

namespace {

#include "scenarios.inc"

}  // namespace

std::vector<BuiltInScenario> built_in_scenarios() {
    std::vector<BuiltInScenario> scenarios;
    for (const scenarios::BuiltInFile& file : scenarios::built_in_files) {
        const std::size_t folder = file.path.rfind('/') + 1;
        scenarios.push_back({file.path.substr(folder, file.path.rfind('.') - folder), file.bytes});
    }
    return scenarios;
}

}  // namespace moisson::sandbox
