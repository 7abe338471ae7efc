#pragma once
/// [erp] and [erp.NAME] of a job file, as they stand.

#include "config/job_file.hpp"
#include "domain/erp_job.hpp"

namespace moisson::config {

[[nodiscard]] ErpJob read_erp(const JobFile& file);

}  // namespace moisson::config
