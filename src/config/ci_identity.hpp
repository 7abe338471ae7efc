#pragma once
/// Which CI system started the program and which of its jobs that is, from the variables that the system sets.

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/environment.hpp"

namespace moisson::config {

struct CiIdentity {
    std::string system;  ///< "GitHub Actions"; empty: none that is known
    /// Name and value of those that are set, in the table's order; cut and sanitised.
    std::vector<std::pair<std::string, std::string>> variables;
};

/// What tells a system, and which of its variables say who asked for what, where. None of them holds a secret by its system's
/// documentation: addresses with credentials (CI_REPOSITORY_URL) and tokens are not among them.
struct CiSystem {
    std::string_view name;
    std::string_view sign;   ///< the variable that the system always sets …
    std::string_view value;  ///< … to this; empty: to anything
    std::span<const std::string_view> variables;
};
[[nodiscard]] std::span<const CiSystem> known_ci_systems() noexcept;

/// The first known system whose sign is set.
[[nodiscard]] CiIdentity ci_identity_of(const Environment& environment);

}  // namespace moisson::config
