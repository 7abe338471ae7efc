#pragma once
/// SIGINT and SIGTERM as a stop request: the first lets the run end cleanly, the second ends the program at once.

#include <csignal>

#include <atomic>
#include <chrono>
#include <stop_token>
#include <thread>

#include "base/exit_code.hpp"
#include "base/reporter.hpp"

namespace moisson::cli {

/// While it lives, a write to a closed pipe, or past `ulimit -f`, fails with its reason instead of ending the process.
class FailingWrites {
public:
    FailingWrites() noexcept;
    FailingWrites(const FailingWrites&) = delete;
    FailingWrites& operator=(const FailingWrites&) = delete;
    ~FailingWrites();

private:
    struct sigaction old_pipe_ {};
    struct sigaction old_file_size_ {};
};

/// Make it before any other thread: they inherit the blocked signals, so that only the watcher sees them. One per process at a time.
/// Destruction gives the signals back as they were.
class SignalWatch {
public:
    SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;
    ~SignalWatch();

    [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }
    /// 0: none came.
    [[nodiscard]] int signal() const noexcept { return signal_.load(); }
    /// Who is told that the stop was understood; must live until set back to null. Any thread.
    void tell(Reporter* reporter) noexcept { reporter_.store(reporter); }
    /// 130 or 143 by the signal that came; 130 when none did.
    [[nodiscard]] ExitCode exit_code() const noexcept;

private:
    void watch();
    void take(int number);

    FailingWrites failing_writes_;
    sigset_t old_mask_{};
    int signals_ = -1;  ///< signalfd
    int wake_ = -1;     ///< eventfd: the watcher's end
    std::stop_source stop_;
    std::atomic<int> signal_{0};
    std::atomic<Reporter*> reporter_{nullptr};
    std::jthread watcher_;
};

/// Returns when a stop was asked for or the time is over (0: no limit).
void wait_for_stop(const std::stop_token& stop, std::chrono::seconds time_max);

}  // namespace moisson::cli
