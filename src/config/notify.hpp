#pragma once
/// [notify], [notify.mail] and [notify.webhook] of a job file, and their environment variables, as checked settings.

#include <stop_token>

#include "config/job.hpp"
#include "config/job_file.hpp"

namespace moisson::config {

/// Fills `job.notify`, and notes origins, warnings and open secrets. Secrets are read where `secrets` says so, and not before it is known
/// that none of the environment goes where the job file alone says, unless `trust_job` (trust.hpp).
/// FatalError(usage) with file and line: an address that is none, a user without a password, keys of a way that has no address.
/// FatalError(interrupted) when stopped while a secret's command runs.
void read_notify(Job& job, const JobFile& file, const Environment& environment, bool secrets, bool trust_job, const std::stop_token& stop);

}  // namespace moisson::config
