#pragma once
/// A queue between threads whose bound is a promise: whoever pushes has made sure that there is room. No deadlock by full queues can exist.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "base/result.hpp"

namespace moisson::transfer {

/// Any thread. A plain condition variable, woken by `close` and `nudge`: waits with a stop token cost several locks each, which is a tenth
/// of the processor time of a fast transfer (measured).
template <class T>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

    /// Never blocks; a full queue is a bug of the control loop and ends the process.
    void push(T item) {
        bool enough = false;
        {
            const std::lock_guard lock(mutex_);
            MOISSON_INVARIANT(items_.size() < capacity_, "a bounded queue is full");
            items_.push_back(std::move(item));
            enough = items_.size() >= wake_at_;
        }
        if (enough) {
            arrived_.notify_one();
        }
    }

    /// Waits for an item; empty once the queue is closed.
    [[nodiscard]] std::optional<T> pop() {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [this] { return closed_ || !items_.empty(); });
        return closed_ ? std::nullopt : take_first();
    }

    /// Waits until `count` items are there, at most `longest`, or until nudged; empty when none is. For the one thread that takes.
    [[nodiscard]] std::optional<T> pop_within(std::chrono::nanoseconds longest, std::size_t count = 1) {
        std::unique_lock lock(mutex_);
        if (items_.empty()) {
            wake_at_ = count;
            arrived_.wait_for(lock, longest, [this, count] { return nudged_ || items_.size() >= count; });
            wake_at_ = 1;
        }
        nudged_ = false;
        return take_first();
    }

    /// Does not wait.
    [[nodiscard]] std::optional<T> try_pop() {
        const std::lock_guard lock(mutex_);
        return take_first();
    }

    /// Ends the current or next `pop_within` early.
    void nudge() {
        {
            const std::lock_guard lock(mutex_);
            nudged_ = true;
        }
        arrived_.notify_all();
    }

    /// Ends every `pop`, now and later.
    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        arrived_.notify_all();
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
    std::condition_variable arrived_;
    std::deque<T> items_;
    std::size_t wake_at_ = 1;
    bool closed_ = false;
    bool nudged_ = false;
};

}  // namespace moisson::transfer
