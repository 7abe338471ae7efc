#pragma once
/// Another program in this one's place, as `env` and `nice` run one.

#include <stop_token>
#include <string>
#include <vector>

#include "config/job.hpp"

namespace moisson::cli {

/// Runs `words` (a program, looked for in PATH, and its arguments; at least one) with this process's standard streams and `environment`
/// alone, and waits for its end. A stop is passed on as SIGTERM, and the end still waited for: a terminal's Ctrl-C reaches the program by
/// itself. Returns its exit code as a shell has it: 128 and the signal's number where a signal ended it. FatalError(usage) when it cannot
/// be started. One thread.
[[nodiscard]] int run_in_foreground(const std::vector<std::string>& words, const config::Environment& environment,
                                    const std::stop_token& stop);

}  // namespace moisson::cli
