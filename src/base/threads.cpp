#include "base/threads.hpp"

#include <algorithm>

namespace moisson {

unsigned cores_up_to(unsigned most) noexcept { return std::clamp(std::thread::hardware_concurrency(), 1U, std::max(most, 1U)); }

void run_on_threads(std::size_t threads, const std::function<void()>& work) {
    std::mutex mutex;
    std::exception_ptr first;
    const auto guarded = [&] {
        try {
            work();
        } catch (...) {  // a thread has nobody above it
            const std::scoped_lock lock(mutex);
            first = first ? first : std::current_exception();
        }
    };
    {
        std::vector<std::jthread> others;
        for (std::size_t count = threads; count > 1; --count) {
            others.emplace_back(guarded);
        }
        guarded();
    }
    if (first) {
        std::rethrow_exception(first);
    }
}

}  // namespace moisson
