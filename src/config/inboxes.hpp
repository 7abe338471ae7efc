#pragma once
/// [[invoices.inbox]] of the job file.

#include <vector>

#include "config/job.hpp"
#include "config/job_file.hpp"

namespace moisson::config {

/// In the file's order. FatalError(usage) where a value cannot be.
[[nodiscard]] std::vector<InboxSettings> read_inboxes(const JobFile& file);

}  // namespace moisson::config
