#pragma once
/// [evidence] of a job file as checked settings.

#include <stop_token>

#include "config/job.hpp"
#include "config/job_file.hpp"

namespace moisson::config {

/// Fills `job.evidence` from the table, `job.origins` with where each value came from, and the job's warnings and open secrets.
/// FatalError(usage) with file and line: an address that cannot be called, a certificate without its key, two ways to sign, a command with
/// an operator of the shell. The passphrase is read only `with_passphrase`. Files are opened by who uses them. FatalError(interrupted) when
/// stopped while the passphrase's command runs.
void read_evidence(Job& job, const JobFile& file, const Environment& environment, bool with_passphrase, const std::stop_token& stop);

}  // namespace moisson::config
