/// Counting, and the processor time of the thread at hand.
#include "usage/budget.hpp"
#include "usage/messages.hpp"

#include <time.h>

#include <utility>

#include <fmt/format.h>

namespace moisson::usage {

namespace {

/// By the processor, not by the clock: a document is not to blame for a slow disk or a busy machine.
std::uint64_t thread_milliseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1000 + static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

}  // namespace

Budget::Budget(const Limits& limits, std::uint64_t stored_bytes, const FreeCosts& free, std::stop_token stop)
    : limits_(limits), stored_bytes_(stored_bytes), free_(free), stop_(std::move(stop)), began_ms_(thread_milliseconds()) {}

std::uint64_t Budget::milliseconds() const noexcept { return thread_milliseconds() - began_ms_; }

tl::unexpected<Error> Budget::exceed(Message message) {
    if (!failure_) {
        failure_ = fail(ErrorCode::too_large, std::move(message)).value();
    }
    return fail(*failure_);
}

Status Budget::check() {
    if (failure_) {
        return fail(*failure_);
    }
    if (stop_.stop_requested()) {
        failure_ = fail(ErrorCode::cancelled, "the run was told to stop").value();
        return fail(*failure_);
    }
    const auto time_max = limits_.time_for(stored_bytes_ + unpacked_bytes_, free_.milliseconds).count();
    if (milliseconds() > static_cast<std::uint64_t>(time_max)) {
        return exceed(messages::takes_longer_read_size_explains);
    }
    return {};
}

Status Budget::unpacked(std::uint64_t bytes) {
    unpacked_bytes_ += bytes;
    if (!failure_ && unpacked_bytes_ > limits_.unpacked.explained(stored_bytes_) + free_.unpacked) {
        return exceed(messages::unpacks_more_times_size(limits_.unpacked.ratio));
    }
    return check();
}

}  // namespace moisson::usage
