#pragma once
/// The monthly run: discover, list, normalise, plan, transfer, reconcile, publish, report. Control flow lives here and nowhere below.

#include <stop_token>

#include "base/clock.hpp"
#include "base/reporter.hpp"
#include "config/job.hpp"
#include "pipeline/replay_service.hpp"
#include "pipeline/run_result.hpp"

namespace moisson::pipeline {

enum class Mode {
    export_,  ///< everything
    plan,     ///< up to, not including, the downloads; writes nothing
};

/// Throws FatalError for what ends the run. A stop request ends it with `interrupted` and keeps what was fetched.
[[nodiscard]] RunResult run(const config::Job& job, Mode mode, const Clock& clock, Reporter& reporter, std::stop_token stop);

/// One month out of its parts, as `run` would have exported it had it been given the answers that they hold. What `run` throws, and what
/// MonthParts does.
[[nodiscard]] RunResult merge(const config::Job& job, MonthParts& parts, const Clock& clock, Reporter& reporter, std::stop_token stop = {});

}  // namespace moisson::pipeline
