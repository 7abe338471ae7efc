#pragma once
/// What was published before this run and its state does not know: what stands in OUT (rebuild.hpp), what the archive of the job holds, and
/// the bundle that --previous names. One history: the longest holds all others, or nothing is published.

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "archive/archive.hpp"
#include "base/clock.hpp"
#include "base/reporter.hpp"
#include "config/job.hpp"
#include "domain/finding.hpp"
#include "pipeline/rebuild.hpp"
#include "state/state_store.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

/// One run's look. The archive is asked once, by the first call. One thread; job, clock and reporter outlive it.
///
/// An archive that does not answer ends the run where neither a state nor a month is here, by its own exit code: a new history beside an
/// archived one would book everything again. Else the run goes on with what is here, and `not_read` says so.
class CatchUp {
public:
    CatchUp(const config::Job& job, const Clock& clock, Reporter& reporter, std::stop_token stop);

    /// What makes the state know all of it; empty: it does. Months of OUT that the archive has later publications of take their place
    /// first, and the month that was archived last comes to OUT. Nothing is written where two histories meet: FatalError(inconsistent),
    /// both told. FatalError(usage): --previous names no bundle with books; FatalError(refused | unavailable | local | interrupted).
    [[nodiscard]] std::optional<Rebuild> plan(state::StateStore& state);
    /// Does it, and closes and opens months as the archive's records say. `rebuild`: of `plan` with this state.
    void apply(const std::optional<Rebuild>& rebuild, state::StateStore& state, transfer::ObjectStore& store);
    /// For what only reads: FatalError(inconsistent) where `plan` or `apply` would do something.
    void must_know_all(state::StateStore& state);
    /// The folder of this name, gone from OUT and archived, comes back byte for byte, with its documents' files. A closed month only where
    /// the state has not kept all of its files.
    void bring_back(const std::string& name, state::StateStore& state, transfer::ObjectStore& store);

    /// `folder-behind` for folders of OUT, others than `exported`, that are older copies and have no newer one in the archive.
    [[nodiscard]] std::vector<Finding> older_folders(const std::string& exported, state::StateStore& state) const;

    /// Before the month shows: FatalError(locked) where another machine archived a month since this run looked. An archive that does not
    /// answer is no reason: `archive_published` tells of it.
    void must_be_alone(state::StateStore& state);
    /// After the month shows, when it is archived: FatalError(inconsistent) where another machine archived one in its place, both told.
    void must_have_been_alone(state::StateStore& state);

    /// `archive-not-read`, where it was not.
    [[nodiscard]] std::optional<Finding> not_read() const;

private:
    void look(state::StateStore& state);
    [[nodiscard]] Status read_all(const std::string& seen);
    [[nodiscard]] Status read_store(const std::string& seen);
    [[nodiscard]] Status read_manifests();
    void need_manifests();
    [[nodiscard]] Status read_news();
    [[nodiscard]] Status must_be_own_source();
    [[nodiscard]] const archive::Manifest* head() const;
    [[nodiscard]] const archive::Manifest* find(const ChainLink& link) const;
    [[nodiscard]] std::optional<Rebuild> read_previous(state::StateStore& state, std::string& run_id);
    void bring_head(state::StateStore& state);
    void bring_newer(const std::vector<ChainLink>& chain, state::StateStore* state);
    /// `state`: gets the run that published it; null: it is made again of the folder.
    void bring(const archive::Manifest& manifest, state::StateStore* state);
    [[nodiscard]] std::optional<Rebuild> read_folder(state::StateStore& state, const std::optional<Rebuild>& previous,
                                                     const std::string& previous_run);
    void apply_closings(state::StateStore& state, transfer::ObjectStore& store);
    [[nodiscard]] std::vector<archive::ClosingRecord> later_closings(const std::vector<ClosingEvent>& history);
    void bring_closed(const archive::ClosingRecord& record, state::StateStore& state);
    [[nodiscard]] std::optional<ChainLink> in_its_place(state::StateStore& state) const;

    const config::Job& job_;
    const Clock& clock_;
    Reporter& reporter_;
    std::stop_token stop_;
    std::unique_ptr<archive::Store> store_;  ///< null: no archive, or it did not answer
    bool has_looked_ = false;
    std::vector<archive::Generation> listed_;
    std::vector<archive::Manifest> manifests_;  ///< of all that are listed, or none where the state knows them all
    std::vector<archive::ClosingKey> closings_;
    std::optional<Error> problem_;
    std::optional<Rebuild> previous_;  ///< what --previous says, once it was read
    std::vector<std::string> recognised_;  ///< folders whose runs the state is to know again
};

/// What closing does first: the state is brought up to date, and closed again. Takes the run lock only where that is needed.
void bring_up_to_date(const config::Job& job, const Clock& clock, Reporter& reporter, const std::stop_token& stop);

}  // namespace moisson::pipeline
