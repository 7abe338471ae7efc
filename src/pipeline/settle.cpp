#include "pipeline/settle.hpp"

#include <string>

#include "bundle/stated_summary.hpp"

namespace moisson::pipeline {

void settle_publications(state::StateStore& state, const std::filesystem::path& out) {
    const auto shows = [](const std::filesystem::path& folder, const std::string& run_id) {
        const auto published = bundle::stated_summary(folder);
        return published && published->run_id == run_id;
    };
    for (const Publication& pending : state.pending_publications()) {
        // Where the dead run published, and where that folder may have moved to together with its state.
        const std::filesystem::path folder = pending.folder;
        state.end_publication(pending.run_id, shows(folder, pending.run_id) || shows(out / folder.filename(), pending.run_id));
    }
}

}  // namespace moisson::pipeline
