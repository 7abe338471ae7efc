#pragma once
/// Exit codes and verdicts, as published in the README. The numbers never change meaning.

#include <string_view>

namespace moisson {

enum class ExitCode : int {
    complete = 0,       ///< everything listed, downloaded, reconciled, published
    internal = 1,       ///< a bug
    usage = 2,          ///< command line or job file wrong; nothing was called
    incomplete = 3,     ///< published, but named contracts or documents are missing or failed
    refused = 4,        ///< credentials or rights refused
    unavailable = 5,    ///< the service did not answer well within the retry budget
    inconsistent = 6,   ///< reconciliation or verification failed; nothing was published
    local = 7,          ///< disk, file or state store failed
    locked = 8,         ///< another run holds the state
    nothing_new = 9,    ///< only with --exit-nothing-new
    interrupted = 130,  ///< SIGINT; the next run goes on where this one stopped
    terminated = 143,   ///< SIGTERM; likewise
};

/// The verdict word of `summary.json` ("complete", "incomplete", …). 130 and 143 are both "interrupted".
[[nodiscard]] std::string_view verdict_of(ExitCode code) noexcept;

}  // namespace moisson
