#pragma once
/// Which share of a job's questions one of several machines asks. Pure.
///
/// The service counts calls by application, so machines gain time by asking for different ones. Up to as many parts as there are
/// applications, each part has applications of its own; beyond that, the parts of one application share its contracts, by a digest of their
/// ids, and its rate.

#include <string>
#include <string_view>
#include <vector>

#include "config/job.hpp"

namespace moisson::parts {

struct Share {
    std::vector<std::string> perimeters;  ///< names of the logins that are asked, in the job's order; one empty name without [[perimeter]]
    config::ContractShare contracts;      ///< … for which of their contracts
};

/// Together the shares of all parts have every contract of every login once. Each has at least one login.
[[nodiscard]] Share share_of(const config::Job& job, config::PartNumber part);

/// The job that asks for this share alone.
[[nodiscard]] config::Job job_of_share(const config::Job& job, const Share& share);

/// By the SHA-256 of the id: every machine and version says the same.
[[nodiscard]] bool is_in_share(const config::ContractShare& share, std::string_view contract_id);

}  // namespace moisson::parts
