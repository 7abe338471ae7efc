#pragma once
/// What a run tells, and what earlier runs could not tell.
///
/// A notice is kept in the state before its month shows, and leaves it when it is delivered: a run that dies between the two has told
/// nothing and lost nothing, since the next one tells it under the same id. Nothing of it costs a month: what cannot be delivered is a
/// warning.

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/reporter.hpp"
#include "base/result.hpp"
#include "config/job.hpp"
#include "domain/finding.hpp"
#include "domain/run_summary.hpp"
#include "notify/outbox.hpp"
#include "state/state_store.hpp"

namespace moisson::pipeline {

/// One run's notices. One thread; throws what the state store throws.
class Notices {
public:
    /// All are kept, and outlive this.
    Notices(const config::Job& job, state::StateStore& state, const Clock& clock, Reporter& reporter, std::stop_token stop);

    /// Delivers what earlier runs left: what they published, and nothing else. `notice-not-delivered` for each way on which something still
    /// waits: this run's published summary tells of it.
    [[nodiscard]] std::vector<Finding> catch_up();

    /// Right before the month shows.
    void keep(const RunSummary& summary);

    /// The month stands. What came to light since (`archive-behind`) is told, too. A notice that cannot be delivered becomes
    /// `notice-not-delivered` in `summary.findings` alone: the published files are sealed, and the exit code is the month's.
    /// FatalError(interrupted) when stopped.
    void tell(RunSummary& summary);

    /// The run ends with this. Not of a run that was stopped, or that another one kept out.
    void tell_failure(const FatalError& problem, const RunSummary& summary);

private:
    [[nodiscard]] bool is_due(const std::string& folder, const std::string& digest, bool is_trouble) const;
    void put(notify::WaitingNotice notice);
    void take_back(const std::string& run_id);
    void settle();
    void mark_told(const notify::WaitingNotice& notice);
    [[nodiscard]] std::vector<std::pair<notify::Way, Error>> deliver();
    [[nodiscard]] Finding not_delivered(notify::Way way, const Error& why) const;
    void save();

    const config::Job& job_;
    state::StateStore& state_;
    const Clock& clock_;
    Reporter& reporter_;
    std::stop_token stop_;
    const std::vector<notify::Way> ways_;
    notify::Outbox outbox_;
};

}  // namespace moisson::pipeline
