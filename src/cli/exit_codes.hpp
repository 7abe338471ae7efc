#pragma once
/// What each exit code means, in the words that help texts print. Source: README.md, "Exit codes".

#include <string>
#include <string_view>
#include <vector>

#include "base/exit_code.hpp"

namespace moisson::cli {

/// One line's worth of meaning, as in the README.
[[nodiscard]] std::string_view meaning_of(ExitCode code) noexcept;

/// "3"; "130 / 143" of the two signals.
[[nodiscard]] std::string exit_code_numbers(ExitCode code);

/// Of a run that publishes a part of a month: beside the meaning of 0 and 3.
inline constexpr std::string_view partial_view_meaning = "a part of a month, by filters or --no-files; 3: some of it is missing";
/// Whether a command that may end with these codes publishes months.
[[nodiscard]] bool publishes(const std::vector<ExitCode>& codes) noexcept;

/// What a run that publishes may end with: each code that there is.
[[nodiscard]] std::vector<ExitCode> codes_of_run();
/// … a command that asks the service.
[[nodiscard]] std::vector<ExitCode> codes_of_question();
/// … a command that writes to the service.
[[nodiscard]] std::vector<ExitCode> codes_of_write();

/// "  0  complete      everything listed …" for each code, the two signals on one line; of commands that publish also "partial-view".
[[nodiscard]] std::string exit_code_lines(const std::vector<ExitCode>& codes);

}  // namespace moisson::cli
