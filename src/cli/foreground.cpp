#include "cli/foreground.hpp"

#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <system_error>

#include <fmt/format.h>

#include "base/pointers.hpp"
#include "base/result.hpp"

namespace moisson::cli {

namespace {

/// As a new program expects it: no signal is blocked or ignored. 0, or the number of the error.
int spawn(std::vector<std::string> words, std::vector<std::string> variables, pid_t& pid) {
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const std::vector<char*> arguments = pointers_to(words);
    const int number = ::posix_spawnp(&pid, arguments.front(), nullptr, &attributes, arguments.data(), pointers_to(variables).data());
    ::posix_spawnattr_destroy(&attributes);
    return number;
}

}  // namespace

int run_in_foreground(const std::vector<std::string>& words, const config::Environment& environment, const std::stop_token& stop) {
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment) {
        variables.push_back(name + "=" + value);
    }
    pid_t pid = 0;
    if (const int number = spawn(words, std::move(variables), pid); number != 0) {
        throw FatalError(ExitCode::usage, ErrorCode::bad_input,
                         fmt::format("cannot start the command \"{}\"", sanitise(words.front(), 200)), "command line",
                         std::generic_category().message(number));
    }
    siginfo_t end{};
    {
        const std::stop_callback pass_on(stop, [pid] { ::kill(pid, SIGTERM); });
        // Not reaped while a stop may still name it.
        while (::waitid(P_PID, static_cast<id_t>(pid), &end, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
        }
    }
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    constexpr int signal_base = 128;
    return WIFSIGNALED(status) ? signal_base + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace moisson::cli
