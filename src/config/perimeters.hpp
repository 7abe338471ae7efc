#pragma once
/// [[perimeter]]: the logins of a job that has several. Only the config room includes this.

#include <stop_token>

#include "base/clock.hpp"
#include "config/job.hpp"
#include "config/job_file.hpp"

namespace moisson::config {

/// Fills `Job::perimeters` with those that `command_line` asks for, and `ExportSettings::perimeters`. `job`: all of [api] but its
/// credentials is set. `with_secrets` false: no credential is read.
///
/// FatalError(usage): a name that is missing, cannot be one, or is taken; an address or a pattern that cannot be used; one API key in two
/// perimeters; a key in [api] beside perimeters; a name on the command line that no perimeter has; a secret of the environment that would
/// go to an address of the job file (as trust.hpp says); and what read_credentials() throws.
void read_perimeters(Job& job, const JobFile& file, const Environment& environment, const CommandLine& command_line, bool with_secrets,
                     const Clock& clock, const std::stop_token& stop);

}  // namespace moisson::config
