#pragma once
/// An inbox that is a prefix of the job's [archive]: what lies there is brought to this disk, and is an inbox like any other from there on.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/scratch_folder.hpp"
#include "config/job.hpp"
#include "invoice/inbox.hpp"

namespace moisson::pipeline {

struct FetchedInbox {
    ScratchFolder folder;                          ///< the objects by their keys behind the prefix
    std::vector<invoice::InboxProblem> problems;   ///< objects that were not brought
    std::uint64_t others = 0;                      ///< objects that are no e-invoice by their names: left where they are
};

/// A run that was killed leaves its folder, with invoices in it. Before any is fetched; who holds the state is alone there.
void remove_inboxes_of_killed_runs(const config::Job& job);

/// Brings what has a name that an inbox reads, in the order of the keys, up to invoice/limits.hpp's number of names. An object of more than
/// archive::object_max_bytes, one whose key is no file's name, and one that cannot be had is a problem. Fails when the store cannot be
/// asked at all (archive::Store's errors), `cancelled` when stopped, `disk`.
[[nodiscard]] Result<FetchedInbox> fetch_inbox(const config::Job& job, const std::string& prefix, const Clock& clock,
                                               const std::stop_token& stop);

}  // namespace moisson::pipeline
