#pragma once
/// Waiting that ends early when the sandbox stops.

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace moisson::sandbox {

/// Any thread.
class StopSignal {
public:
    void raise() {
        {
            const std::scoped_lock lock(mutex_);
            raised_ = true;
        }
        changed_.notify_all();
    }
    [[nodiscard]] bool is_raised() const {
        const std::scoped_lock lock(mutex_);
        return raised_;
    }
    /// True when the whole time passed, false when the signal was raised before.
    bool wait_for(std::chrono::milliseconds time) const {
        std::unique_lock lock(mutex_);
        return !changed_.wait_for(lock, time, [this] { return raised_; });
    }

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    bool raised_ = false;
};

}  // namespace moisson::sandbox
