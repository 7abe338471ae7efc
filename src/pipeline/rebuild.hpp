#pragma once
/// The state is an index, the archive the record: a state that is lost, behind (an older copy, a dropped cache) or another machine's is
/// made again of the published folders. The bundle that was published last holds the books until then (samples/bundle.md, "books/");
/// what was closed or opened again since stands in OUT/.moisson-folder (witness.hpp).

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/job.hpp"
#include "domain/finding.hpp"
#include "pipeline/witness.hpp"
#include "state/state_store.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

/// What makes a state what the archive says; nothing of it was done yet.
struct Rebuild {
    state::Books books;
    std::vector<state::RunRecord> runs;  ///< that published the folders which stand
    std::string source;                  ///< the service, as the newest folder names it
    std::string bundle_sha256;           ///< of the bundle that the books are from
    std::string head;                    ///< the folder or bundle that was published last
    std::vector<std::string> folders;    ///< names of those of OUT that the books know, the files of which are kept
};

/// What the published folders of OUT say, whatever the state knows. Empty: no bundle carries books. FatalError as below.
[[nodiscard]] std::optional<Rebuild> read_archive(const config::Job& job, const std::stop_token& stop);

/// What the folder knows and the state does not, where the folder's bundles can tell it. Empty: they belong together, or no bundle carries
/// books, as those of earlier versions; then `must_belong_together` says what is wrong. FatalError(inconsistent): two histories, both told,
/// or a folder that is not what was published; FatalError(interrupted).
[[nodiscard]] std::optional<Rebuild> plan_rebuild(const config::Job& job, state::StateStore& state, const std::stop_token& stop);

/// FatalError(inconsistent), both told: what the state knows is not the beginning of what the books say.
void must_not_contradict(state::StateStore& state, const state::Books& books, const std::string& head);

/// The same from one bundle; folders of OUT that are not of its chain stay unknown. FatalError(inconsistent | usage | local).
[[nodiscard]] Rebuild rebuild_from(const config::Job& job, const std::filesystem::path& bundle, const std::stop_token& stop);

/// Does it, brings files that stand in the folders' bundles into the store, and closes what OUT/.moisson-folder closed since.
/// FatalError(inconsistent | local | interrupted).
void apply_rebuild(const config::Job& job, const Rebuild& rebuild, state::StateStore& state, transfer::ObjectStore& store,
                          const Clock& clock, const std::stop_token& stop);

/// The same where it is needed, for what only reads afterwards: opens the state, and closes it again. Takes the run lock only then.
void bring_up_to_date(const config::Job& job, const Clock& clock, const std::stop_token& stop);

/// `state-rebuilt`, until a publication told of it; `forget_rebuild` after that.
[[nodiscard]] std::optional<Finding> rebuild_finding(state::StateStore& state);
void forget_rebuild(state::StateStore& state);

}  // namespace moisson::pipeline
