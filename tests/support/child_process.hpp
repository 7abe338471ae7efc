#pragma once
/// A child process of a test: to be killed, to run into limits, to live under another user.

#include <sys/types.h>

#include <csignal>
#include <functional>
#include <string>

namespace moisson::test {

/// Killed and waited for when the test ends, if it still lives.
class ChildProcess {
public:
    /// Forks; the child ends with what `work` returns, and runs nothing of this process's end. `work` that is to die in the middle calls
    /// _exit.
    explicit ChildProcess(const std::function<int()>& work);
    /// The hidden test case `test_case` of this program in a fresh process: `argument()` gives it the text. It ends with 0 when it passed.
    ChildProcess(const std::string& test_case, const std::string& argument);
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess();

    /// Waits until the child told of `count` more steps; false when it ended before, or after a minute.
    [[nodiscard]] bool wait_for(std::size_t count) const;
    void send(int signal) const;
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    /// Its exit code, or minus the signal that ended it.
    [[nodiscard]] int wait();

    // In the child.

    /// One step is done. False when the parent is gone.
    static bool tell_parent();
    [[nodiscard]] static std::string argument();

private:
    void start(const std::function<int()>& work);
    pid_t pid_ = -1;
    int read_end_ = -1;
};

}  // namespace moisson::test
