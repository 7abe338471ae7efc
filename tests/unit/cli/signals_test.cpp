/// Ctrl-C and a CI system's time limit: the first ends cleanly, the second at once.

#include "cli/signals.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>

#include <doctest/doctest.h>

#include "cli/process.hpp"
#include "support/child_process.hpp"

using namespace moisson;
using namespace moisson::cli;
using moisson::test::ChildProcess;

namespace {

class Listener final : public Reporter {
public:
    void log(LogLevel, std::string_view event, std::string_view, const LogFields& fields) override {
        heard = std::string(event) + " " + fields.at(0).second.text();
    }
    void progress(const Progress&) override {}
    std::string heard;
};

}  // namespace

TEST_CASE("a stopped run would die in the middle, or go on as if nothing had been said") {
    for (const auto& [number, name, code] :
         {std::tuple{SIGINT, "SIGINT", ExitCode::interrupted}, std::tuple{SIGTERM, "SIGTERM", ExitCode::terminated}}) {
        CAPTURE(name);
        Listener listener;
        {
            SignalWatch watch;
            watch.tell(&listener);
            CHECK(watch.signal() == 0);
            CHECK_FALSE(watch.token().stop_requested());
            REQUIRE(::kill(::getpid(), number) == 0);
            wait_for_stop(watch.token(), std::chrono::seconds(20));
            CHECK(watch.token().stop_requested());
            CHECK(watch.signal() == number);
            CHECK(watch.exit_code() == code);
        }
        CHECK(listener.heard == std::string("stopping ") + name);
    }
    sigset_t mask;
    REQUIRE(::pthread_sigmask(SIG_SETMASK, nullptr, &mask) == 0);
    CHECK(::sigismember(&mask, SIGINT) == 0);
}

TEST_CASE("a person whose run does not end would have to look for its process id") {
    ChildProcess child([] {
        SignalWatch watch;
        ChildProcess::tell_parent();
        wait_for_stop(watch.token(), std::chrono::seconds(20));
        ChildProcess::tell_parent();
        // The second signal must end this wait.
        ::poll(nullptr, 0, 20'000);
        return 1;
    });
    CHECK(child.wait_for(1));
    child.send(SIGINT);
    CHECK(child.wait_for(1));
    child.send(SIGINT);
    CHECK(child.wait() == -SIGINT);
}

TEST_CASE("a crash would write the secrets to disk, or a closed standard output would let talk run into the state store") {
    ChildProcess child([] {
        ::close(STDIN_FILENO);
        ::close(STDOUT_FILENO);
        prepare_process();
        rlimit limit{1, 1};
        const int first_free = ::open("/dev/null", O_RDONLY);
        const bool good = ::getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0 &&
                          first_free > STDERR_FILENO && ::write(STDOUT_FILENO, "x", 1) == 1 && std::string(::getenv("TZ")) == "UTC";
        return good ? 42 : 1;
    });
    CHECK(child.wait() == 42);
}

TEST_CASE("a sandbox that is to serve for a time would serve for ever") {
    const std::stop_source never;
    const auto before = std::chrono::steady_clock::now();
    wait_for_stop(never.get_token(), std::chrono::seconds(1));
    CHECK(std::chrono::steady_clock::now() - before >= std::chrono::seconds(1));
}
