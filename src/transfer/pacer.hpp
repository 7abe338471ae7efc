#pragma once
/// Keeps all calls of a run at a set rate and slows down when the service says so. Control loop's thread only.

#include <chrono>

#include "base/clock.hpp"

namespace moisson::transfer {

struct PacerOptions {
    double rate_per_second = 20.0;  ///< 0: no limit. The gateway's spike arrest is 25/s (api/README.md §2)
    double rate_floor_per_second = 0.5;
};

class Pacer {
public:
    using Instant = std::chrono::steady_clock::time_point;
    explicit Pacer(PacerOptions options);
    /// When the next call may start; not before `now`.
    [[nodiscard]] Instant next_slot(Instant now) const;
    /// Takes the slot; call right before the request starts.
    void take(Instant now);
    /// The service throttled: hold all calls for `wait` (when zero: 1 s, doubled for each strike in a row, at most 30 s) and halve the
    /// rate. While calls are held, further ones that were under way count as the same strike.
    void slow_down(Instant now, std::chrono::milliseconds wait);
    /// A call went through: the rate finds its way back up.
    void went_well(Instant now);
    /// The rate in force; 0: no limit.
    [[nodiscard]] double rate_per_second() const noexcept;
    /// Calls are held back until then by the service's wish (an instant in the past: they are not).
    [[nodiscard]] Instant hold_until() const noexcept { return hold_until_; }

private:
    PacerOptions options_;
    double rate_per_second_;
    Instant next_{};
    Instant hold_until_{};
    int strikes_ = 0;  ///< in a row, without a call that went well after the hold
};

}  // namespace moisson::transfer
