#pragma once
/// Work for several cores.

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace moisson {

/// The cores that this process may use: at least 1, at most `most`.
[[nodiscard]] unsigned cores_up_to(unsigned most) noexcept;

/// Calls `work` on `threads` threads at once, the caller's among them, and returns when all have ended. What one of them throws is thrown
/// then; of several, what came first. `work` must end by itself once another call has thrown: it takes what is to be done from a counter.
void run_on_threads(std::size_t threads, const std::function<void()>& work);

/// What jobs need that need nothing.
struct NoTools {};

/// A fixed number of threads, each with Tools of its own, which it makes. Jobs start in the order given; jobs that have not started when
/// this is destroyed never run. Jobs must not outlive what they point to: declare the workers after it. What a job throws, its future
/// throws.
template <class Tools = NoTools>
class Workers {
public:
    /// `arguments`: of the tools.
    template <class... Arguments>
    explicit Workers(unsigned threads, const Arguments&... arguments) {
        for (unsigned at = 0; at < threads; ++at) {
            threads_.emplace_back([this, arguments...](const std::stop_token& stop) {
                Tools tools{arguments...};
                work(stop, tools);
            });
        }
    }
    ~Workers() {
        for (std::jthread& thread : threads_) {
            thread.request_stop();
        }
    }
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    /// `job(tools)`; its future has what it returns.
    template <class Job>
    [[nodiscard]] auto submit(Job job) {
        using Value = std::invoke_result_t<Job&, Tools&>;
        auto task = std::make_shared<std::packaged_task<Value(Tools&)>>(std::move(job));
        auto future = task->get_future();
        {
            const std::lock_guard lock(mutex_);
            jobs_.push_back([task = std::move(task)](Tools& tools) { (*task)(tools); });
        }
        wake_.notify_one();
        return future;
    }
    [[nodiscard]] std::size_t count() const noexcept { return threads_.size(); }

private:
    void work(const std::stop_token& stop, Tools& tools) {
        for (;;) {
            std::function<void(Tools&)> job;
            {
                std::unique_lock lock(mutex_);
                if (!wake_.wait(lock, stop, [this] { return !jobs_.empty(); }) || stop.stop_requested()) {
                    return;
                }
                job = std::move(jobs_.front());
                jobs_.pop_front();
            }
            job(tools);
        }
    }

    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<std::function<void(Tools&)>> jobs_;  // under mutex_
    std::vector<std::jthread> threads_;             // last: joined before the members above go
};

}  // namespace moisson
