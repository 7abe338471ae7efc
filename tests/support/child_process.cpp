#include "support/child_process.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

namespace moisson::test {

namespace {

constexpr const char* argument_variable = "MOISSON_TEST_ARGUMENT";
constexpr const char* pipe_variable = "MOISSON_TEST_PIPE";

}  // namespace

ChildProcess::ChildProcess(const std::function<int()>& work) { start(work); }

ChildProcess::ChildProcess(const std::string& test_case, const std::string& argument) {
    const std::string filter = "--test-case=" + test_case;
    start([&] {
        ::setenv(argument_variable, argument.c_str(), 1);
        ::execl("/proc/self/exe", "test", filter.c_str(), "--no-skip", "--minimal", static_cast<char*>(nullptr));
        return 99;
    });
}

void ChildProcess::start(const std::function<int()>& work) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) {
        throw std::runtime_error("pipe");
    }
    pid_ = ::fork();
    if (pid_ == 0) {
        ::close(ends[0]);
        ::setenv(pipe_variable, std::to_string(ends[1]).c_str(), 1);
        ::_exit(work());
    }
    ::close(ends[1]);
    read_end_ = ends[0];
    if (pid_ < 0) {
        ::close(read_end_);
        throw std::runtime_error("fork");
    }
}

ChildProcess::~ChildProcess() {
    if (pid_ > 0) {
        send(SIGKILL);
        static_cast<void>(wait());
    }
    ::close(read_end_);
}

bool ChildProcess::wait_for(std::size_t count) const {
    constexpr int patience_ms = 60'000;
    for (std::size_t got = 0; got < count; ++got) {
        char letter = 0;
        pollfd wanted{read_end_, POLLIN, 0};
        if (::poll(&wanted, 1, patience_ms) != 1 || ::read(read_end_, &letter, 1) != 1) {
            return false;
        }
    }
    return true;
}

void ChildProcess::send(int signal) const { ::kill(pid_, signal); }

int ChildProcess::wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool ChildProcess::tell_parent() {
    const char* descriptor = std::getenv(pipe_variable);
    return descriptor != nullptr && ::write(std::atoi(descriptor), "x", 1) == 1;
}

std::string ChildProcess::argument() {
    const char* text = std::getenv(argument_variable);
    return text == nullptr ? std::string() : std::string(text);
}

}  // namespace moisson::test
