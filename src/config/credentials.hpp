#pragma once
/// The credentials of a login: the application's, as client id and secret or as the finished Basic value, and the login's own API key.

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.hpp"
#include "config/job.hpp"
#include "config/job_file.hpp"
#include "config/secret.hpp"

namespace moisson::config {

/// Where the credentials of a login stand.
struct LoginPlace {
    SecretTable table;    ///< "api", or a record of "perimeter"
    std::string origins;  ///< their beginning in `Job::origins`: "api", "perimeter.north"
};

/// Into `api`, which is the job's or one of its perimeters'. A perimeter that names no client of its own goes by that of [api].
/// FatalError(usage): something is missing (with each way to give it), or both forms of the client are given in one layer; and what
/// find_secret() throws. Adds to `job` the origins, and what should be told of files that others can read.
void read_credentials(Job& job, ApiSettings& api, const LoginPlace& place, const JobFile& file, const Environment& environment,
                      const std::stop_token& stop);

/// Notes in `Job::open_secrets` where the file that held it can be read or changed by others.
void note_openness(Job& job, const FoundSecret& found);

/// The day on which support issued the login's key; empty where `setting` is null. FatalError(usage) for one that has not come: it is a
/// slip that would hide the key's end.
[[nodiscard]] std::optional<std::chrono::year_month_day> read_issue_day(Job& job, const std::string& origins, const Setting* setting,
                                                                        const JobFile& file, const Clock& clock);

}  // namespace moisson::config
