#include "http/watch.hpp"
#include "http/messages.hpp"

#include <fmt/format.h>

namespace moisson::http {

tl::unexpected<Error> fail_with(ErrorCode code, Retry retry, Message message, std::string hint, std::string cause) {
    Error error;
    error.code = code;
    error.retry = retry;
    error.message = std::move(message);
    error.hint = std::move(hint);
    error.cause = std::move(cause);
    return fail(std::move(error));
}

Watch::Watch(const Clock& clock, const Limits& limits, std::stop_token stop)
    : clock_(&clock), limits_(&limits), stop_(std::move(stop)), deadline_(clock.steady_now() + limits.attempt) {}

Status Watch::check() {
    if (stop_.stop_requested()) {
        return fail_with(ErrorCode::cancelled, Retry::never, "the run was told to stop");
    }
    const Instant instant = now();
    if (instant >= deadline_) {
        return fail_with(
            ErrorCode::too_slow, Retry::later,
            messages::answer_not_whole_after_s_time(std::chrono::duration_cast<std::chrono::seconds>(limits_->attempt).count()));
    }
    if (!window_open_ || limits_->min_rate_bytes_per_second == 0 || instant - window_start_ < limits_->min_rate_window) {
        return {};
    }
    const double seconds = std::chrono::duration<double>(instant - window_start_).count();
    const auto wanted = static_cast<double>(limits_->min_rate_bytes_per_second) * seconds;
    if (static_cast<double>(window_bytes_) < wanted) {
        return fail_with(
            ErrorCode::too_slow, Retry::later,
            messages::only_bytes_came_s_least_bytes(window_bytes_, fmt::format("{:.0f}", seconds), limits_->min_rate_bytes_per_second));
    }
    window_start_ = instant;
    window_bytes_ = 0;
    return {};
}

void Watch::received(std::size_t size_bytes) {
    if (!window_open_) {
        window_open_ = true;
        window_start_ = now();
        window_bytes_ = 0;
    }
    window_bytes_ += size_bytes;
}

}  // namespace moisson::http
