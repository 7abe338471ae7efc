#include "transfer/pacer.hpp"

#include <algorithm>

namespace moisson::transfer {

namespace {

using Seconds = std::chrono::duration<double>;

/// A run without a limit that gets throttled goes on from the documented limit's safe side (20/s) and may climb until it is as good as
/// free.
constexpr double rate_after_first_throttle = 20.0;
constexpr double rate_as_good_as_free = 1000.0;
/// Per call that went well, by a tenth and a little more: from the floor to 20/s in about 20 calls, and a service that turns away one call
/// in ten whatever the rate does not push it down to the floor.
constexpr double climb_factor = 1.1;
constexpr double climb_per_second = 0.2;
constexpr std::chrono::milliseconds first_hold{1000};  ///< the service asks for seconds, 1 s at least (api/README.md §2)
constexpr std::chrono::milliseconds longest_hold{30000};
/// A call that starts a little late does not delay the next one, up to this part of an interval: the set rate is reached, and two calls at
/// 20/s are still 40 ms apart, which is what a spike arrest of 25/s wants.
constexpr double late_start_forgiven = 0.15;

Pacer::Instant::duration interval_of(double rate_per_second) {
    return std::chrono::duration_cast<Pacer::Instant::duration>(Seconds(1.0 / rate_per_second));
}

}  // namespace

Pacer::Pacer(PacerOptions options) : options_(options), rate_per_second_(options.rate_per_second) {}

Pacer::Instant Pacer::next_slot(Instant now) const { return std::max({now, next_, hold_until_}); }

void Pacer::take(Instant now) {
    if (rate_per_second_ <= 0) {
        return;
    }
    const auto interval = interval_of(rate_per_second_);
    const auto forgiven = std::chrono::duration_cast<Instant::duration>(interval * late_start_forgiven);
    next_ = std::max(next_, now - forgiven) + interval;
}

void Pacer::slow_down(Instant now, std::chrono::milliseconds wait) {
    if (now < hold_until_) {
        // Calls that were under way when the first of them was throttled: one strike for all.
        hold_until_ = std::max(hold_until_, now + wait);
        return;
    }
    ++strikes_;
    const auto own = std::min(first_hold * (1 << std::min(strikes_ - 1, 10)), longest_hold);
    hold_until_ = now + (wait.count() > 0 ? wait : own);
    const double base = rate_per_second_ > 0 ? rate_per_second_ / 2 : rate_after_first_throttle;
    rate_per_second_ = std::max(base, options_.rate_floor_per_second);
}

void Pacer::went_well(Instant now) {
    if (now < hold_until_) {
        return;
    }
    strikes_ = 0;
    if (rate_per_second_ <= 0) {
        return;
    }
    const double ceiling = options_.rate_per_second > 0 ? options_.rate_per_second : rate_as_good_as_free;
    rate_per_second_ = std::min(rate_per_second_ * climb_factor + climb_per_second, ceiling);
    if (options_.rate_per_second <= 0 && rate_per_second_ >= ceiling) {
        rate_per_second_ = 0;
    }
}

double Pacer::rate_per_second() const noexcept { return rate_per_second_; }

}  // namespace moisson::transfer
