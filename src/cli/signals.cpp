#include "cli/signals.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <system_error>

#include <fmt/format.h>

#include "base/result.hpp"

namespace moisson::cli {

namespace {

sigset_t stop_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGINT);
    ::sigaddset(&set, SIGTERM);
    return set;
}

/// Dies by the signal itself, so that a shell sees what really happened.
void die_by(int number) {
    struct sigaction fresh {};
    fresh.sa_handler = SIG_DFL;
    ::sigaction(number, &fresh, nullptr);
    sigset_t only;
    ::sigemptyset(&only);
    ::sigaddset(&only, number);
    ::kill(::getpid(), number);
    ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
}

}  // namespace

FailingWrites::FailingWrites() noexcept {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, &old_pipe_);
    ::sigaction(SIGXFSZ, &ignore, &old_file_size_);
}

FailingWrites::~FailingWrites() {
    ::sigaction(SIGPIPE, &old_pipe_, nullptr);
    ::sigaction(SIGXFSZ, &old_file_size_, nullptr);
}

SignalWatch::SignalWatch() {
    const sigset_t set = stop_signals();
    ::pthread_sigmask(SIG_BLOCK, &set, &old_mask_);
    signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    wake_ = ::eventfd(0, EFD_CLOEXEC);
    if (signals_ < 0 || wake_ < 0) {
        throw FatalError(ExitCode::local, ErrorCode::internal, "the system gives no descriptor for signals", "",
                         "Raise the limit of open files (ulimit -n)");
    }
    watcher_ = std::jthread([this] { watch(); });
}

SignalWatch::~SignalWatch() {
    const std::uint64_t one = 1;
    // An eventfd takes eight bytes or the process has no descriptors at all; the join below would show it.
    static_cast<void>(::write(wake_, &one, sizeof one) == sizeof one);
    watcher_.join();
    ::close(signals_);
    ::close(wake_);
    ::pthread_sigmask(SIG_SETMASK, &old_mask_, nullptr);
}

void SignalWatch::watch() {
    for (;;) {
        std::array<pollfd, 2> wanted{{{signals_, POLLIN, 0}, {wake_, POLLIN, 0}}};
        if (::poll(wanted.data(), wanted.size(), -1) < 0 && errno != EINTR) {
            return;
        }
        if ((wanted[1].revents & POLLIN) != 0) {
            return;
        }
        signalfd_siginfo information{};
        if (::read(signals_, &information, sizeof information) == static_cast<ssize_t>(sizeof information)) {
            take(static_cast<int>(information.ssi_signo));
        }
    }
}

void SignalWatch::take(int number) {
    int none = 0;
    if (!signal_.compare_exchange_strong(none, number)) {
        die_by(number);
        return;
    }
    if (Reporter* reporter = reporter_.load()) {
        reporter->log(LogLevel::info, "stopping", "stopping cleanly; once more ends at once",
                      {{"signal", number == SIGTERM ? "SIGTERM" : "SIGINT"}});
    }
    stop_.request_stop();
}

ExitCode SignalWatch::exit_code() const noexcept {
    return signal() == SIGTERM ? ExitCode::terminated : ExitCode::interrupted;
}

void wait_for_stop(const std::stop_token& stop, std::chrono::seconds time_max) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    const auto never = [] { return false; };
    if (time_max.count() > 0) {
        changed.wait_for(lock, stop, time_max, never);
    } else {
        changed.wait(lock, stop, never);
    }
}

}  // namespace moisson::cli
