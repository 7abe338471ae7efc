#pragma once
/// What a failure of the service, the disk or the state means for the one who started the program.

#include "base/exit_code.hpp"
#include "base/result.hpp"

namespace moisson::pipeline {

/// The exit code that a failed call means for a command of its own: credentials, forbidden, the gateway's own 404 → refused; disk → local;
/// cancelled → interrupted; bad_input → usage; all else → unavailable.
[[nodiscard]] ExitCode exit_code_of(const Error& error) noexcept;

}  // namespace moisson::pipeline
