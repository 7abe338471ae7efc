#pragma once
/// How long each stage of a run took, told to those who ask for more (`-v`): where a slow run's time goes.

#include <chrono>
#include <string_view>

#include "base/clock.hpp"
#include "base/reporter.hpp"

namespace moisson::pipeline {

/// Control loop's thread only.
class Stages {
public:
    /// The first stage begins here. Both outlive it.
    Stages(Reporter& reporter, const Clock& clock) : reporter_(reporter), clock_(clock), began_(clock.steady_now()) {}
    /// Logs `stage-done` with the seconds since the stage before ended; the next one begins.
    void done(std::string_view stage);

private:
    Reporter& reporter_;
    const Clock& clock_;
    std::chrono::steady_clock::time_point began_;
};

}  // namespace moisson::pipeline
