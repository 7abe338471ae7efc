#pragma once
/// [archive] of a job file, and its environment variables, as checked settings.

#include <stop_token>
#include <string_view>

#include "config/job.hpp"
#include "config/job_file.hpp"

namespace moisson::config {

/// Fills `job.archive`, and notes origins, warnings and open secrets. Secrets are read where `secrets` says so.
/// FatalError(usage) with file and line: an address that is none, keys without a bucket or a bucket without keys, a value of another kind.
void read_archive(Job& job, const JobFile& file, const Environment& environment, bool secrets, const std::stop_token& stop);

/// Splits "file:///mnt/archive" and "s3://bucket/prefix" into the settings. `bad_input` for anything else.
[[nodiscard]] Status split_archive_url(ArchiveSettings& settings, std::string_view url);

}  // namespace moisson::config
