#pragma once
/// Opens the state store and the object store of a job, and guards that one state serves one source only.

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/reporter.hpp"
#include "config/job.hpp"
#include "state/state_store.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

/// Opens a state, by `open`. While another run holds it, asks again until `job.export_.lock_wait` is over, and says so once.
/// FatalError(locked) then, FatalError(interrupted) when stopped, and what `open` throws besides.
[[nodiscard]] std::unique_ptr<state::StateStore> when_free(const config::Job& job, Reporter& reporter, const std::stop_token& stop,
                                                           const std::function<std::unique_ptr<state::StateStore>()>& open);
/// Takes the run lock. FatalError(locked | local | usage).
[[nodiscard]] std::unique_ptr<state::StateStore> open_state(const config::Job& job, const std::string& run_id);
/// For a plan: the same store when it is there, else one that keeps nothing; nothing is made.
[[nodiscard]] std::unique_ptr<state::StateStore> open_state_for_reading(const config::Job& job);
/// Whether a state was ever made. FatalError(usage) for an address of no store.
[[nodiscard]] bool has_state(const config::Job& job);
/// The folder of all that belongs to the state: that of its file, "<out>/.moisson" for a state that is no file.
[[nodiscard]] std::filesystem::path state_folder(const config::Job& job);
/// In the state's folder. FatalError(local).
[[nodiscard]] std::unique_ptr<transfer::ObjectStore> open_object_store(const config::Job& job);
/// Logs that others could use what an earlier version kept (opening `state` and `store`, which may be null, has ended that), and warns of
/// folders in which every user may replace everything.
void tell_of_rights(const config::Job& job, const state::StateStore& state, const transfer::ObjectStore* store, Reporter& reporter);
/// The state's journal, beside it: "<state file>.fetched".
[[nodiscard]] std::filesystem::path journal_path(const config::Job& job);
/// Where fetched files came from (provenance.hpp), beside the state too: "<state file>.provenance".
[[nodiscard]] std::filesystem::path provenance_path(const config::Job& job);
/// Binds a new state to `source`; FatalError(usage) when it belongs to another one: two services' documents must not mix in one ledger.
/// A service is its host and port; all of this machine's own (loopback) are one, because a sandbox takes another port at each start. Where
/// logins of several services are read, joined by ", ", the state belongs to all of them; services may come and go with a job's perimeters,
/// but not all at once.
void claim_state(state::StateStore& state, const std::string& source, bool may_write);
/// FatalError(usage) when the embedded sandbox would publish into a folder that holds a real service's months.
void keep_sandbox_apart(const config::Job& job);

}  // namespace moisson::pipeline
