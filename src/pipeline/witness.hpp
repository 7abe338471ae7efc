#pragma once
/// The state is not the only witness of the books: what stands in the folder tells whether this state made it. An older backup of the
/// state, another one, or none at all would write over closed months and hand out keys twice.
///
/// Witnesses are the run ids in the published folders' summaries, and OUT/.moisson-folder: the last run that published here, the months
/// closed now, and how often the folder was taken over. The state always knows as much as the folder, or more: it saves a run before its
/// folder shows, and a closing before the folder tells of it. So moved or deleted months, copies, and other folders of one state are
/// well; what the folder knows and the state does not is refused.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "config/job.hpp"
#include "domain/closing.hpp"
#include "domain/finding.hpp"
#include "state/state_store.hpp"
#include "transfer/object_store.hpp"

namespace moisson::pipeline {

/// What a folder holds that a state never made.
struct FolderDoubts {
    std::vector<std::string> sentences;  ///< all of it in words; empty: folder and state belong together
    std::vector<std::string> folders;    ///< published by runs that the state does not know: names
    /// No doubt: the state does not know their runs (it was made again, or a kill came before one was saved), its chain knows them.
    std::vector<std::string> recognised;
    std::vector<ClosedMonth> closings;   ///< that the state does not know; without totals and files
    std::string run_id;                  ///< the last that published here, when the state does not know it
    std::uint32_t adoptions = 0;         ///< how often the folder was taken over before
    bool has_witness = false;            ///< `.moisson-folder` is there: its closings are those of now
};

/// Each scenario of the embedded sandbox has a state of its own in one folder, and takes the place of another scenario's months.
[[nodiscard]] FolderDoubts compare_folder(const config::Job& job, state::StateStore& state);

/// Folders of OUT whose names are of whole months or ranges of them, sorted; other scenarios' of the embedded sandbox left out.
[[nodiscard]] std::vector<std::string> published_names(const config::Job& job);
/// The months closed now, by `.moisson-folder`; empty: it is not there, or cannot be read.
[[nodiscard]] std::optional<std::vector<ClosedMonth>> witnessed_closings(const config::Job& job);
/// What `.moisson-folder` of a folder says, whosever it is.
struct FolderWitness {
    bool is_sound = false;            ///< it could be read
    std::string run_id;               ///< the last run that published here
    std::vector<ClosedMonth> closed;  ///< now; without totals and files
};
/// Empty: there is none.
[[nodiscard]] std::optional<FolderWitness> folder_witness(const std::filesystem::path& out);
/// The last run that published here counts as known, where only `.moisson-folder` names it.
void adopt_last_run(const config::Job& job, state::StateStore& state);

/// FatalError(inconsistent): what differs, and what to do.
void must_belong_together(const config::Job& job, state::StateStore& state);

/// Takes over what `compare_folder` finds: runs, closings with their rows and files, addenda, and what their ERP files booked. Nothing to
/// do where it finds nothing. FatalError(inconsistent) where a closed month's folder is not the one that was closed: nothing is taken over.
void adopt_folder(const config::Job& job, state::StateStore& state, transfer::ObjectStore& store, const Clock& clock,
                  const std::stop_token& stop = {});

/// Writes `.moisson-folder`. `run_id`: the run that publishes now, known to the state; empty: as it stands there. FatalError(local).
void write_witness(const config::Job& job, state::StateStore& state, const std::string& run_id);

/// One run finding for each time that a folder was taken over.
[[nodiscard]] std::vector<Finding> adoption_findings(state::StateStore& state);

}  // namespace moisson::pipeline
