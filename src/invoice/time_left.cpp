#include "invoice/time_left.hpp"

#include <ctime>

namespace moisson::invoice {

namespace {

std::chrono::nanoseconds used() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

TimeLeft::TimeLeft(std::chrono::milliseconds time) : end_(used() + time) {}

bool TimeLeft::is_over() const { return used() >= end_; }

}  // namespace moisson::invoice
