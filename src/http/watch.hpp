#pragma once
/// The time limits of one attempt, looked at between reads. One thread.

#include <chrono>
#include <cstdint>
#include <stop_token>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/http.hpp"

namespace moisson::http {

/// An error with its retry class set in one go.
[[nodiscard]] tl::unexpected<Error> fail_with(ErrorCode code, Retry retry, Message message, std::string hint = {},
                                              std::string cause = {});

class Watch {
public:
    using Instant = std::chrono::steady_clock::time_point;

    /// `clock` and `limits` outlive the watch. The attempt's deadline runs from here.
    Watch(const Clock& clock, const Limits& limits, std::stop_token stop);

    [[nodiscard]] Instant now() const { return clock_->steady_now(); }
    [[nodiscard]] const Clock& clock() const { return *clock_; }

    /// `cancelled` after a stop was requested, `too_slow` after the attempt's deadline or under the minimum rate.
    [[nodiscard]] Status check();
    /// Bytes of the answer came: the minimum rate counts from the first one, window by window.
    void received(std::size_t size_bytes);
    /// The answer is whole: until the next one (a redirect's) no rate is asked for.
    void answer_ended() noexcept { window_open_ = false; }

private:
    const Clock* clock_;
    const Limits* limits_;
    std::stop_token stop_;
    Instant deadline_;
    Instant window_start_{};
    std::uint64_t window_bytes_ = 0;
    bool window_open_ = false;
};

}  // namespace moisson::http
