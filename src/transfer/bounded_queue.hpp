#pragma once
/// A queue between threads whose bound is a promise: whoever pushes has made sure that there is room. No deadlock by full queues can exist.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "base/result.hpp"

namespace moisson::transfer {

/// Any thread.
template <class T>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

    /// Never blocks; a full queue is a bug of the control loop and ends the process.
    void push(T item) {
        {
            const std::lock_guard lock(mutex_);
            MOISSON_INVARIANT(items_.size() < capacity_, "a bounded queue is full");
            items_.push_back(std::move(item));
        }
        arrived_.notify_one();
    }

    /// Waits for an item; empty after a stop request.
    [[nodiscard]] std::optional<T> pop(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, stop, [this] { return !items_.empty(); });
        return take_first();
    }

    /// Waits at most `longest`; empty when nothing came. A stop request ends the wait early.
    [[nodiscard]] std::optional<T> pop_within(const std::stop_token& stop, std::chrono::nanoseconds longest) {
        std::unique_lock lock(mutex_);
        arrived_.wait_for(lock, stop, longest, [this] { return !items_.empty(); });
        return take_first();
    }

private:
    [[nodiscard]] std::optional<T> take_first() {
        if (items_.empty()) {
            return std::nullopt;
        }
        std::optional<T> item(std::move(items_.front()));
        items_.pop_front();
        return item;
    }

    std::size_t capacity_;
    std::mutex mutex_;
    std::condition_variable_any arrived_;
    std::deque<T> items_;
};

}  // namespace moisson::transfer
