#pragma once
/// How long each stage of a run took, told to those who ask for more (`-v`): where a slow run's time goes. Where a stage ends, a stop that
/// was asked for ends the run.

#include <chrono>
#include <stop_token>
#include <string_view>

#include "base/clock.hpp"
#include "base/reporter.hpp"

namespace moisson::pipeline {

/// FatalError(interrupted) on a stop.
void stop_if_asked(const std::stop_token& stop);

/// Control loop's thread only.
class Stages {
public:
    /// The first stage begins here. Both outlive it.
    Stages(Reporter& reporter, const Clock& clock, std::stop_token stop)
        : reporter_(reporter), clock_(clock), stop_(std::move(stop)), began_(clock.steady_now()) {}
    /// Logs `stage-done` with the seconds since the stage before ended; the next one begins. FatalError(interrupted) on a stop.
    void done(std::string_view stage);
    /// The same after the month shows: what is left is short, and must be done.
    void last_done(std::string_view stage);

private:
    Reporter& reporter_;
    const Clock& clock_;
    std::stop_token stop_;
    std::chrono::steady_clock::time_point began_;
};

}  // namespace moisson::pipeline
