#pragma once
/// [erp] and [erp.NAME] of a job file, and what a perimeter says instead, as they stand.

#include "config/job_file.hpp"
#include "domain/erp_job.hpp"

namespace moisson::config {

[[nodiscard]] ErpJob read_erp(const JobFile& file);

/// The same of [perimeter.erp] and [perimeter.erp.NAME]. FatalError(usage): a key that is the job's alone.
[[nodiscard]] ErpJob read_erp(const JobFile& file, const Record& perimeter);

}  // namespace moisson::config
