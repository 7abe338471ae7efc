#pragma once
/// A clock that stands still until the test moves it.

#include <string>

#include "base/clock.hpp"

namespace moisson::test {

class ManualClock final : public Clock {
public:
    explicit ManualClock(const std::string& now = "2026-11-22T10:00:00Z") : now_(parse_timestamp(now).value()) {}
    [[nodiscard]] Timestamp now() const override { return now_; }
    [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override { return steady_; }
    /// Both times: what the calendar shows and what durations are measured by.
    void advance(std::chrono::milliseconds by) {
        now_ += by;
        steady_ += by;
    }

private:
    Timestamp now_;
    std::chrono::steady_clock::time_point steady_{std::chrono::hours(1)};
};

}  // namespace moisson::test
