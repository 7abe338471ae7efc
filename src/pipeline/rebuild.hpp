#pragma once
/// The state is an index, the archive the record: a state that is lost, behind (an older copy, a dropped cache) or another machine's is
/// made again of the published folders. The bundle that was published last holds the books until then (samples/bundle.md, "books/");
/// what was closed or opened again since stands in OUT/.moisson-folder (witness.hpp).

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "bundle/stated_summary.hpp"
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

/// A published folder that says its place in the chain.
struct PublishedFolder {
    std::string name;
    std::filesystem::path folder;
    bundle::StatedSummary summary;
    [[nodiscard]] ChainLink link() const;  ///< as its summary states it
};

/// Those of OUT, by their place.
[[nodiscard]] std::vector<PublishedFolder> published_folders(const config::Job& job);

/// The run that published it, as its summary states it.
[[nodiscard]] state::RunRecord run_of(const PublishedFolder& folder);
/// Brings the documents' files of a folder's bundle that the store lacks. FatalError(local).
void keep_documents(const std::filesystem::path& folder, transfer::ObjectStore& store);

/// "2026-10 as number 3 (bundle.zip 0123456789ab…)"
[[nodiscard]] std::string in_words(const ChainLink& link);
/// FatalError(inconsistent): what contradicts, and what to do. Nothing was changed.
[[noreturn]] void refuse_history(std::string message, std::string hint);
/// The folder or bundle is what was published. FatalError(inconsistent | usage | local | interrupted).
void must_be_sound(const std::filesystem::path& path, const std::stop_token& stop);
/// The books that a bundle carries. FatalError(usage): none, or of a newer version; FatalError(inconsistent | interrupted).
[[nodiscard]] state::Books books_in(const std::filesystem::path& bundle, const std::stop_token& stop);
/// What was published last here may have been moved away: the books of an older folder would hand out its postings again. A view's folder
/// is looked at, too; it books nothing. `known`: one more run whose folder is at hand. FatalError(inconsistent).
void must_hold_last_run(const config::Job& job, state::StateStore& state, const std::string& known = {});

/// What the published folders of OUT say, whatever the state knows. Empty: no bundle carries books. FatalError as below.
[[nodiscard]] std::optional<Rebuild> read_archive(const config::Job& job, const std::stop_token& stop);

/// FatalError(inconsistent), both told: what the state knows is not the beginning of what the books say.
void must_not_contradict(state::StateStore& state, const state::Books& books, const std::string& head);

/// The same from one bundle; folders of OUT that are not of its chain stay unknown. FatalError(inconsistent | usage | local).
[[nodiscard]] Rebuild rebuild_from(const config::Job& job, const std::filesystem::path& bundle, const std::stop_token& stop);

/// Does it, brings files that stand in the folders' bundles into the store, and closes what was closed since: what `archived_closings`
/// applies, then what OUT/.moisson-folder says. FatalError(inconsistent | local | interrupted).
void apply_rebuild(const config::Job& job, const Rebuild& rebuild, state::StateStore& state, transfer::ObjectStore& store,
                   const Clock& clock, const std::stop_token& stop, const std::function<void()>& archived_closings = {});

/// `state-rebuilt`, until a publication told of it; `forget_rebuild` after that.
[[nodiscard]] std::optional<Finding> rebuild_finding(state::StateStore& state);
void forget_rebuild(state::StateStore& state);

}  // namespace moisson::pipeline
