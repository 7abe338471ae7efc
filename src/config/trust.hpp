#pragma once
/// A job file is code: it runs commands, reads files and says where secrets go. Whose secrets it may send, and what `doctor` tells of it.

#include <string>
#include <vector>

#include "config/job.hpp"
#include "config/job_file.hpp"

namespace moisson::config {

/// A secret of a layer goes only to addresses of the same or a higher layer, or the built-in ones; whom to believe (ca_file, ca_folder)
/// counts as an address. So a job file that sets one is refused where the environment gives the secret, unless `trust_job`: whoever wrote
/// the file would get it. No secret is read. FatalError(usage) with key and line. `job`: its addresses are set, with their origins.
void refuse_foreign_addresses(const Job& job, const JobFile& file, const Environment& environment, bool trust_job);

/// The same for the keys of [archive]: they sign what goes to its url, endpoint and ca_file, and the months go along.
void refuse_foreign_archive(const Job& job, const JobFile& file, const Environment& environment, bool trust_job);

/// The same for the secrets of [notify]: the password goes to its server, the address of the webhook opens what it leads to, and its secret
/// signs what is posted there. `job`: what is no secret of it is set, with its origins.
void refuse_foreign_notices(const Job& job, const JobFile& file, const Environment& environment, bool trust_job);

/// `Job::powers`.
[[nodiscard]] std::vector<std::string> powers_of(const Job& job, const JobFile& file);

}  // namespace moisson::config
