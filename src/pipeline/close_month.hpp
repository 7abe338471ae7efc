#pragma once
/// Closing a month, and opening it again. Offline: the published folder and the state are all that it needs.

#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/reporter.hpp"
#include "config/job.hpp"
#include "domain/closing.hpp"

namespace moisson::pipeline {

struct CloseRequest {
    Month period = *Month::make(1980, 1);
    std::string accept_incomplete;  ///< reason; empty: an incomplete month is refused
    std::string by;                 ///< who closes
    std::stop_token stop = {};      ///< ends the re-check of the folder: FatalError(interrupted), nothing is closed
};

struct CloseResult {
    ClosedMonth month;
    bool was_closed = false;  ///< it was closed before, as it is; nothing changed
};

/// Seals OUT/PERIOD as it is published. FatalError(usage): not published, not over, published with filters or without files;
/// FatalError(inconsistent): its bytes are not what was published, it is incomplete, or it is closed and another one;
/// FatalError(local | locked): disk, state.
/// With an [archive], the month and the closing go there, and what it knows of other machines' months comes first (catch_up.hpp).
[[nodiscard]] CloseResult close_month(const config::Job& job, const CloseRequest& request, const Clock& clock, Reporter& reporter);

/// FatalError(usage): the month is not closed, or `reason` is empty.
[[nodiscard]] ClosingEvent reopen_month(const config::Job& job, Month period, const std::string& reason, const std::string& by,
                                        const Clock& clock, Reporter& reporter);

struct ClosingList {
    std::vector<ClosedMonth> months;    ///< closed now
    std::vector<ClosingEvent> history;  ///< all that ever happened, oldest first
    std::vector<Addendum> addenda;
};
[[nodiscard]] ClosingList list_closings(const config::Job& job);

}  // namespace moisson::pipeline
