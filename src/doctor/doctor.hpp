#pragma once
/// `doctor`: every condition of an export, looked at in the order in which an export meets them. Changes nothing.

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/redactor.hpp"
#include "base/reporter.hpp"
#include "config/job.hpp"
#include "doctor/check.hpp"

namespace moisson::doctor {

/// What an export would be started with. All outlive the examination.
struct Conditions {
    const config::CommandLine& settings;
    config::Environment& environment;  ///< loses its secrets when they have been read
    const Clock& clock;
    Reporter& reporter;
    std::shared_ptr<Redactor> redactor;  ///< learns the job's secrets
    std::stop_token stop;
};

struct Diagnosis {
    std::vector<Check> checks;                   ///< in order
    std::map<std::string, std::string> origins;  ///< where each setting comes from, as far as the job could be read
};

/// Asks the service at most a minute; a handful of contracts at most. FatalError(interrupted) on a stop.
[[nodiscard]] Diagnosis examine(const Conditions& conditions);

}  // namespace moisson::doctor
