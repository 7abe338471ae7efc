#pragma once
/// Which commands there are.

#include <string_view>
#include <vector>

#include "cli/command.hpp"

namespace moisson::cli {

/// A word that several commands begin with.
struct Group {
    std::string_view name;
    std::string_view help;
};

/// In the order of the help.
[[nodiscard]] std::vector<Command> commands();
[[nodiscard]] const std::vector<Group>& groups();

}  // namespace moisson::cli
