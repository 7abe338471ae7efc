#pragma once
/// `state rebuild` and `state diff`: the state held against the archive (rebuild.hpp).

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "config/job.hpp"

namespace moisson::pipeline {

struct StateRebuilt {
    std::string head;                      ///< what was published last: a folder's name, or a bundle's
    std::size_t publications = 0;          ///< that the archive knows
    std::size_t unknown = 0;               ///< of these, the state did not know
    bool was_behind = false;               ///< else nothing was done
    std::vector<std::string> not_proved;   ///< sentences: what the archive cannot show
};

/// Makes the state of the job what the published folders of OUT say, or, with `bundles`, what the one among them that was published last
/// says; they may be given in any order, and each must belong to one history. FatalError(usage): nothing there carries books;
/// FatalError(inconsistent): two histories, or something that is not what was published; FatalError(local | locked | interrupted).
[[nodiscard]] StateRebuilt rebuild_state(const config::Job& job, const std::vector<std::filesystem::path>& bundles, const Clock& clock,
                                         const std::stop_token& stop);

/// Rows of one table of the books (samples/bundle.md, "books/") that only one of the two has, as lines of its CSV.
struct StateDifference {
    std::string table;
    std::vector<std::string> only_in_state;
    std::vector<std::string> only_in_archive;
};

/// By table; empty: the state's books and the archive's are the same. Changes nothing. Errors as above.
[[nodiscard]] std::vector<StateDifference> diff_state(const config::Job& job, const std::stop_token& stop);

}  // namespace moisson::pipeline
