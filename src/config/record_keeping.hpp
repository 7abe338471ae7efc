#pragma once
/// Whose books a job publishes, and until when they are to be kept: part of [evidence].

#include "config/job.hpp"
#include "config/job_file.hpp"

namespace moisson::config {

/// Fills `organization` and `retention` of `job.evidence`, and `job.origins`. FatalError(usage) with file and line: an empty or endless
/// name, one with line ends, a SIREN with a mistyped digit, a day that no year has.
void read_record_keeping(Job& job, const JobFile& file);

/// `name`, `siren`: null where they are not said. FatalError(usage) as above.
[[nodiscard]] Organization read_organization(const JobFile& file, const Setting* name, const Setting* siren);

}  // namespace moisson::config
