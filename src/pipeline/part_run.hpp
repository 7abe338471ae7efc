#pragma once
/// One machine's part of a month (parts/part.hpp): it asks for its share and keeps what was answered. Nothing is counted, published or
/// booked; that is the merge's, which goes through the same answers as one run would have.

#include <filesystem>
#include <stop_token>

#include "base/clock.hpp"
#include "base/reporter.hpp"
#include "config/job.hpp"
#include "parts/part.hpp"

namespace moisson::pipeline {

struct PartResult {
    parts::PartHeader header;
    std::filesystem::path folder;  ///< OUT/parts/PERIOD/1-of-3
};

/// Makes `job.export_.part`, and takes the place of the one that was made before. The state is copied as it is at the beginning, and nobody
/// is kept from it after that; a part that was killed goes on with the files that it had fetched. FatalError as `run` throws them
/// (export.hpp); `locked`: another process makes the same part. A login that cannot list its contracts is part of the answer, unless the
/// part asks all of the job's.
[[nodiscard]] PartResult make_part(const config::Job& job, const Clock& clock, Reporter& reporter, std::stop_token stop);

}  // namespace moisson::pipeline
