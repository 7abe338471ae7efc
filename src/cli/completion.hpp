#pragma once
/// What a shell asks to complete a command line: scripts made from the tables that --help prints. They never start the program.

#include <optional>
#include <string>
#include <string_view>

namespace moisson::cli {

enum class Shell { bash, zsh, fish };

/// Nothing: there is none of that name.
[[nodiscard]] std::optional<Shell> shell_of(std::string_view name) noexcept;
/// Pure.
[[nodiscard]] std::string completion_script(Shell shell);

}  // namespace moisson::cli
