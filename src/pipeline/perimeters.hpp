#pragma once
/// What several logins of a job see of the same contracts, made one. Pure.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/listing.hpp"
#include "api/perimeter.hpp"
#include "api/wire.hpp"
#include "base/result.hpp"
#include "config/job.hpp"

namespace moisson::pipeline {

/// What each login listed, by lane; an error: it could not.
using ListedPerimeters = std::vector<Result<api::PerimeterResult>>;

/// A contract that at least one login lists.
struct SeenContract {
    const wire::Contract* item = nullptr;  ///< as the first of `lanes` lists it
    std::vector<std::size_t> lanes;  ///< the logins that see it: the one that lists most contracts first, of equals in the job's order
};

/// By contract id; contracts without one are left out, and those that no pattern of the login's own names. `listed` outlives it.
[[nodiscard]] std::map<std::string, SeenContract> join_perimeters(const std::vector<config::PerimeterSettings>& logins,
                                                                  const ListedPerimeters& listed);

/// One login's list of a contract's documents.
struct LoginList {
    std::size_t lane = 0;
    api::ListingResult result;
};

/// A document as some logins are shown it, otherwise than the one whose row it is.
struct OtherContent {
    wire::Document document;
    std::vector<std::size_t> lanes;  ///< those that are shown it so, in the order of the lists
};

/// The lists of all logins that see a contract.
struct JoinedList {
    std::size_t lane = 0;                          ///< the login that sees most, for which the contract stands
    api::ListingResult result;                     ///< its list, and behind it what only others list
    std::map<std::string, std::size_t> elsewhere;  ///< documents that its list lacks: by id, the first lane that has it
    std::map<std::string, std::vector<std::size_t>> further;  ///< by id, the lanes that have the very same, in the order of the lists
    std::map<std::string, std::vector<OtherContent>> otherwise;  ///< by id, each other content that it has
    std::optional<std::size_t> doubtful;           ///< the login whose list is not whole although `lane`'s is: the verdict is its own
};

/// A whole list goes before one that is not, then the longer one, then that of `former` (the one for which the contract stood until now: a
/// contract that another login sees too does not change its books), then the earlier one of `lists`, which holds at least one.
///
/// What a login would have shown whose list broke off is not known, so then the joined list is not whole either. One that may not see the
/// documents (forbidden) shows nothing, and casts no doubt, unless it is `former`.
[[nodiscard]] JoinedList join_lists(std::vector<LoginList> lists, std::optional<std::size_t> former = std::nullopt);

}  // namespace moisson::pipeline
