#include "cli/process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <ctime>

namespace moisson::cli {

namespace {

std::chrono::seconds local_offset() {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    ::tzset();
    return std::chrono::seconds(::localtime_r(&now, &local) == nullptr ? 0 : local.tm_gmtoff);
}

}  // namespace

std::chrono::seconds prepare_process() {
    const std::chrono::seconds offset = local_offset();
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
        if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) {
            // Those below exist, so the lowest free number is this one.
            static_cast<void>(::open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY));
        }
    }
    const rlimit none{0, 0};
    static_cast<void>(::setrlimit(RLIMIT_CORE, &none));
    static_cast<void>(::prctl(PR_SET_DUMPABLE, 0));
    return offset;
}

}  // namespace moisson::cli
