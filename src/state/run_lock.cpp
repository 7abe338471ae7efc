#include "state/run_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/user.hpp"

namespace moisson::state {

namespace {

tl::unexpected<Error> lock_error(std::string message, const std::filesystem::path& path, int number, std::string hint) {
    auto failure = fail(ErrorCode::state, std::move(message), path.string(), std::move(hint));
    failure.value().cause = std::generic_category().message(number);
    return failure;
}

tl::unexpected<Error> no_locks(const std::filesystem::path& path, int number) {
    return lock_error("the file system of the state store cannot lock files, so two runs could not be kept apart", path, number,
                      "Keep the state on a local disk (MOISSON_STATE)");
}

/// What the holder wrote about itself; it may be just writing, so anything goes.
std::string read_holder(int descriptor) {
    std::array<char, 512> text{};
    const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
    std::string_view holder(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    holder = holder.substr(0, holder.find('\n'));
    return holder.empty() ? std::string("another process") : sanitise(holder, 300);
}

tl::unexpected<Error> taken(int descriptor, const std::filesystem::path& path) {
    return fail(ErrorCode::locked, fmt::format("another run holds the state: {}", read_holder(descriptor)), path.string(),
                "Wait until it has ended; the lock falls with its process, the file need not be removed");
}

int try_flock(int descriptor, int operation) {
    int result = -1;
    do {
        result = ::flock(descriptor, operation | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    return result;
}

/// The lock is worth nothing when someone removed or replaced the file between opening and locking it.
bool is_still_there(int descriptor, const std::filesystem::path& path) {
    struct stat ours {};
    struct stat theirs {};
    return ::fstat(descriptor, &ours) == 0 && ::stat(path.c_str(), &theirs) == 0 && ours.st_ino == theirs.st_ino &&
           ours.st_dev == theirs.st_dev;
}

}  // namespace

Result<RunLock> RunLock::take(const std::filesystem::path& path, const std::string& holder) {
    constexpr int attempts_max = 10;
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
        const auto opened = open_kept_file(path, O_RDWR, Access::own);
        if (!opened) {
            Error error = opened.error();
            error.code = ErrorCode::state;
            error.message = "cannot make the lock file of the state store";
            error.hint = "Give this user the right to write in the folder, or choose another place (MOISSON_STATE)";
            return fail(std::move(error));
        }
        const int descriptor = *opened;
        RunLock lock(descriptor);
        if (try_flock(descriptor, LOCK_EX) != 0) {
            const int number = errno;
            lock.descriptor_ = -1;  // not ours: its text must stay
            auto failure = number == EWOULDBLOCK ? taken(descriptor, path) : no_locks(path, number);
            ::close(descriptor);
            return failure;
        }
        if (!is_still_there(descriptor, path)) {
            continue;
        }
        const std::string text = fmt::format("pid {} on {} since {}: {}\n", ::getpid(), host_name(),
                                             format_timestamp_seconds(system_clock().now()), sanitise(holder, 200));
        // Only a courtesy to the one who finds the lock taken; the lock itself stands without it.
        if (::ftruncate(descriptor, 0) == 0) {
            (void)!::pwrite(descriptor, text.data(), text.size(), 0);
        }
        return lock;
    }
    return fail(ErrorCode::state, "the lock file of the state store keeps vanishing", path.string(), "Find out which program removes it");
}

Status RunLock::probe(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return errno == ENOENT ? Status{}
                               : Status(lock_error("cannot read the lock file of the state store", path, errno, "Check its rights"));
    }
    Status status;
    if (try_flock(descriptor, LOCK_SH) != 0) {
        status = errno == EWOULDBLOCK ? Status(taken(descriptor, path)) : Status(no_locks(path, errno));
    }
    ::close(descriptor);
    return status;
}

RunLock::RunLock(RunLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

RunLock& RunLock::operator=(RunLock&& other) noexcept {
    if (this != &other) {
        release();
        descriptor_ = std::exchange(other.descriptor_, -1);
    }
    return *this;
}

RunLock::~RunLock() { release(); }

void RunLock::release() noexcept {
    if (descriptor_ >= 0) {
        (void)!::ftruncate(descriptor_, 0);
        ::close(descriptor_);
        descriptor_ = -1;
    }
}

}  // namespace moisson::state
