#include "base/files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <system_error>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/wipe.hpp"

namespace moisson {

namespace {

constexpr std::size_t buffer_bytes = 256U << 10U;
/// So much at once is written from where it stands.
constexpr std::size_t unbuffered_bytes = 64U << 10U;
/// How long a named pipe that serves as a file may be silent: a shell's `<(…)` begins at once.
constexpr std::chrono::seconds pipe_wait{5};

/// Closes on every way out; closing errors of written files are checked by AtomicFile itself.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    [[nodiscard]] int get() const { return number_; }

private:
    int number_;
};

/// 0, or the number of the error.
int write_all(int descriptor, std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return written == 0 ? EIO : errno;
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

int open_retrying(const char* path, int flags, mode_t mode = 0) {
    int number = -1;
    do {
        number = ::open(path, flags, mode);
    } while (number < 0 && errno == EINTR);
    return number;
}

constexpr mode_t own_file_mode = 0600;
constexpr mode_t own_folder_mode = 0700;
constexpr mode_t usual_file_mode = 0644;
constexpr mode_t usual_folder_mode = 0775;  // never for all: with a umask of 0 as well
constexpr mode_t all_rights = 07777;
constexpr mode_t rights_of_others = 0077;

std::uint64_t random_number() {
    std::uint64_t number = 0;
    while (::getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number)) {
        MOISSON_INVARIANT(errno == EINTR, "the kernel gives random numbers");
    }
    return number;
}

/// Sets the mode where it is another.
Status set_mode(int descriptor, mode_t mode, const std::filesystem::path& path) {
    struct stat status {};
    const bool fits = ::fstat(descriptor, &status) == 0 && (status.st_mode & all_rights) == mode;
    return fits || ::fchmod(descriptor, mode) == 0 ? Status{} : disk_error("cannot set the mode", path, errno);
}

/// Opens a file or folder to look at it and to change its mode; never a link, never waiting for a pipe's other end.
int open_to_change(const std::filesystem::path& path) {
    return open_retrying(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/// mkdir(2); `is_new` tells whether it was made by this call.
Status make_folder(const std::filesystem::path& path, Access access, bool& is_new) {
    is_new = ::mkdir(path.c_str(), access == Access::own ? own_folder_mode : usual_folder_mode) == 0;
    const int number = errno;
    struct stat status {};
    const bool there = ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    if (!there) {
        return disk_error("cannot create the folder", path, number);
    }
    // A umask may take the owner's rights; a folder that hands its group on (setgid) keeps that.
    const bool fits = !is_new || access == Access::usual || (status.st_mode & 0777) == own_folder_mode;
    return fits || ::chmod(path.c_str(), own_folder_mode) == 0 ? Status{} : disk_error("cannot set the mode", path, errno);
}

/// Waits until there is something to read, or the end; false when neither came in time.
bool has_something(int descriptor) {
    pollfd waiting{descriptor, POLLIN, 0};
    const auto end = std::chrono::steady_clock::now() + pipe_wait;
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        const int ready = ::poll(&waiting, 1, static_cast<int>(std::max(left, std::chrono::milliseconds(0)).count()));
        if (ready >= 0 || errno != EINTR) {
            return ready > 0;
        }
    }
}

/// Hands the file's bytes to `take` in pieces of at most 256 KiB; ends with its first failure or `take`'s. They pass through `piece`.
template <class Take>
Status read_pieces(const std::filesystem::path& path, std::string& piece, Take take) {
    // Without O_NONBLOCK a pipe that nobody writes to would hold the program in `open`, deaf to every signal.
    const Descriptor file(open_retrying(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) {
        return disk_error("cannot open the file", path, errno);
    }
    struct stat status {};
    const bool can_wait = ::fstat(file.get(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
    piece.resize(buffer_bytes);
    for (;;) {
        if (can_wait && !has_something(file.get())) {
            return fail(ErrorCode::disk, fmt::format("nothing came from this pipe or device for {} s", pipe_wait.count()), path.string());
        }
        const ssize_t got = ::read(file.get(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return disk_error("cannot read the file", path, errno);
        }
        if (got == 0) {
            return {};
        }
        if (auto taken = take(std::string_view(piece).substr(0, static_cast<std::size_t>(got))); !taken) {
            return taken;
        }
    }
}

}  // namespace

tl::unexpected<Error> disk_error(std::string what, const std::filesystem::path& path, int number) {
    auto error = fail(ErrorCode::disk, std::move(what), path.string()).value();
    error.cause = std::generic_category().message(number);
    if (number == ENOSPC || number == EDQUOT) {
        error.hint = "Free space or choose another folder, then run again";
    } else if (number == EFBIG) {
        error.hint = "Raise the limit on a file's size (ulimit -f), or use a file system that holds larger files, then run again";
    } else if (number == EACCES || number == EROFS || number == EPERM) {
        error.hint = "Give this user the right to write there or choose another folder";
    } else if (number == ENOTDIR || number == EEXIST || number == EISDIR) {
        error.hint = "Look what stands there, and take it away or choose another folder";
    } else if (number == EMFILE || number == ENFILE) {
        error.hint = "Raise the limit of open files (ulimit -n), then run again";
    }
    return fail(std::move(error));
}

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& target, Access access) {
    if (auto made = make_folders(target.parent_path()); !made) {
        return fail(std::move(made.error()));
    }
    AtomicFile file;
    file.target_ = target;
    file.temporary_ = target;
    file.temporary_ += fmt::format(".{:016x}.part", random_number());
    const auto descriptor = open_new_file(file.temporary_, access);
    if (!descriptor) {
        Error error = descriptor.error();
        error.where = target.string();
        return fail(std::move(error));
    }
    file.descriptor_ = *descriptor;
    file.buffer_.reserve(buffer_bytes);
    return file;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept { *this = std::move(other); }

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
    if (this != &other) {
        discard();
        target_ = std::move(other.target_);
        temporary_ = std::move(other.temporary_);
        buffer_ = std::move(other.buffer_);
        size_bytes_ = other.size_bytes_;
        descriptor_ = std::exchange(other.descriptor_, -1);
        failed_ = other.failed_;
    }
    return *this;
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() noexcept {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
        ::unlink(temporary_.c_str());
        descriptor_ = -1;
    }
}

Status AtomicFile::write(std::string_view bytes) {
    MOISSON_INVARIANT(descriptor_ >= 0, "write after commit");
    if (failed_) {
        return flush();
    }
    size_bytes_ += bytes.size();
    if (buffer_.size() + bytes.size() > buffer_bytes) {
        if (auto flushed = flush(); !flushed) {
            return flushed;
        }
    }
    if (buffer_.empty() && bytes.size() >= unbuffered_bytes) {
        const int number = write_all(descriptor_, bytes);
        failed_ = number != 0;
        return failed_ ? Status(disk_error("cannot write the file", target_, number)) : Status();
    }
    buffer_.append(bytes);
    return {};
}

Status AtomicFile::flush() {
    if (failed_) {
        return fail(ErrorCode::disk, "an earlier write to this file failed", target_.string());
    }
    if (const int number = write_all(descriptor_, buffer_); number != 0) {
        failed_ = true;
        return disk_error("cannot write the file", target_, number);
    }
    buffer_.clear();
    return {};
}

Status AtomicFile::commit() {
    if (auto flushed = flush(); !flushed) {
        return flushed;
    }
    if (::fsync(descriptor_) != 0) {
        failed_ = true;
        return disk_error("cannot flush the file to disk", target_, errno);
    }
    const int descriptor = std::exchange(descriptor_, -1);
    if (::close(descriptor) != 0) {
        const int number = errno;
        ::unlink(temporary_.c_str());
        return disk_error("cannot close the file", target_, number);
    }
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
        const int number = errno;
        ::unlink(temporary_.c_str());
        return disk_error("cannot rename the file to its place", target_, number);
    }
    return sync_folder(target_.parent_path());
}

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t size_max_bytes) {
    std::string bytes;
    std::string passage;
    const auto read = read_pieces(path, passage, [&](std::string_view piece) -> Status {
        bytes.append(piece);
        if (bytes.size() > size_max_bytes) {
            return fail(ErrorCode::too_large, fmt::format("the file is longer than {} bytes", size_max_bytes), path.string());
        }
        return {};
    });
    wipe(passage.data(), std::min(passage.size(), bytes.size()));  // the file may be a secret
    if (!read) {
        return fail(read.error());
    }
    return bytes;
}

Status write_file(const std::filesystem::path& path, std::string_view bytes, Access access) {
    auto file = AtomicFile::create(path, access);
    if (!file) {
        return fail(std::move(file.error()));
    }
    if (auto written = file->write(bytes); !written) {
        return written;
    }
    return file->commit();
}

Result<int> open_new_file(const std::filesystem::path& path, Access access) {
    const mode_t mode = access == Access::own ? own_file_mode : usual_file_mode;
    const int descriptor = open_retrying(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (descriptor < 0) {
        return disk_error("cannot create the file", path, errno);
    }
    if (access == Access::own) {
        if (auto set = set_mode(descriptor, own_file_mode, path); !set) {
            ::close(descriptor);
            return fail(std::move(set.error()));
        }
    }
    return descriptor;
}

Result<int> open_kept_file(const std::filesystem::path& path, int flags, Access access) {
    const mode_t mode = access == Access::own ? own_file_mode : usual_file_mode;
    const int descriptor = open_retrying(path.c_str(), flags | O_CREAT | O_NOFOLLOW | O_CLOEXEC, mode);
    if (descriptor < 0) {
        return disk_error(errno == ELOOP ? "the file is a link, which is not followed" : "cannot open the file", path, errno);
    }
    struct stat status {};
    // Another's file is used as it stands: only its owner can change its mode.
    if (access == Access::own && ::fstat(descriptor, &status) == 0 && status.st_uid == ::geteuid()) {
        if (auto set = set_mode(descriptor, own_file_mode, path); !set) {
            ::close(descriptor);
            return fail(std::move(set.error()));
        }
    }
    return descriptor;
}

Status make_folders(const std::filesystem::path& path, Access access) {
    struct stat status {};
    if (path.empty() || (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode))) {
        return {};
    }
    const std::filesystem::path parent = path.parent_path();
    if (path.filename().empty()) {
        return make_folders(parent, access);  // "out/"
    }
    if (auto made = make_folders(parent == path ? std::filesystem::path() : parent); !made) {
        return made;
    }
    bool is_new = false;
    return make_folder(path, access, is_new);
}

Result<bool> make_own_folders(const std::filesystem::path& folder, std::string_view private_name) {
    std::filesystem::path at;
    bool is_private = false;
    bool taken = false;
    for (const std::filesystem::path& part : folder) {
        at /= part;
        is_private = is_private || part == private_name;
        if (!is_private || part.empty()) {
            continue;
        }
        if (auto made = make_folders(at, Access::own); !made) {
            return fail(std::move(made.error()));
        }
        taken = keep_to_owner(at) || taken;
    }
    auto made = make_folders(folder, Access::own);
    return made ? Result<bool>(taken) : fail(std::move(made.error()));
}

Status make_new_folder(const std::filesystem::path& path) {
    if (auto made = make_folders(path.parent_path()); !made) {
        return made;
    }
    bool is_new = false;
    auto made = make_folder(path, Access::own, is_new);
    return !made || is_new ? made : disk_error("cannot create the folder", path, EEXIST);
}

Result<std::filesystem::path> make_temporary_folder(const std::filesystem::path& beginning) {
    std::string name = beginning.string() + "XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
        return disk_error("cannot create a temporary folder", beginning.parent_path(), errno);
    }
    return std::filesystem::path(name);
}

bool keep_to_owner(const std::filesystem::path& path) noexcept {
    const Descriptor descriptor(open_to_change(path));
    struct stat status {};
    if (descriptor.get() < 0 || ::fstat(descriptor.get(), &status) != 0 || status.st_uid != ::geteuid() ||
        (status.st_mode & rights_of_others) == 0 || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))) {
        return false;
    }
    return ::fchmod(descriptor.get(), status.st_mode & all_rights & ~rights_of_others) == 0;
}

Status set_modes(const std::filesystem::path& path, unsigned file_mode) {
    const auto mode = static_cast<mode_t>(file_mode);
    const mode_t folder_mode = mode | (mode & 0444) >> 2U;
    const auto change = [&](const std::filesystem::path& one) -> Status {
        const Descriptor descriptor(open_to_change(one));
        if (descriptor.get() < 0) {
            return errno == ELOOP ? Status{} : disk_error("cannot set the mode", one, errno);
        }
        struct stat status {};
        const bool is_folder = ::fstat(descriptor.get(), &status) == 0 && S_ISDIR(status.st_mode);
        return set_mode(descriptor.get(), is_folder ? folder_mode | (status.st_mode & S_ISGID) : mode, one);
    };
    std::error_code problem;
    if (!std::filesystem::is_directory(std::filesystem::symlink_status(path, problem))) {
        return change(path);
    }
    for (auto at = std::filesystem::recursive_directory_iterator(path, problem);
         !problem && at != std::filesystem::recursive_directory_iterator(); at.increment(problem)) {
        if (auto changed = change(at->path()); !changed) {
            return changed;
        }
    }
    return problem ? disk_error("cannot list the folder", path, problem.value()) : change(path);
}

bool is_open_to_all(const std::filesystem::path& folder) noexcept {
    struct stat status {};
    return ::stat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && (status.st_mode & (S_IWOTH | S_ISVTX)) == S_IWOTH;
}

Status sync_folder(const std::filesystem::path& path) {
    const std::filesystem::path folder = path.empty() ? std::filesystem::path(".") : path;
    const Descriptor descriptor(open_retrying(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.get() < 0) {
        return disk_error("cannot open the folder", folder, errno);
    }
    // Some network file systems cannot fsync a folder (EINVAL); the rename stands all the same.
    if (::fsync(descriptor.get()) != 0 && errno != EINVAL && errno != ENOTSUP) {
        return disk_error("cannot flush the folder to disk", folder, errno);
    }
    return {};
}

Status rename_path(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) {
        return disk_error(fmt::format("cannot rename to {}", to.string()), from, errno);
    }
    return sync_folder(to.parent_path());
}

Status exchange_paths(const std::filesystem::path& one, const std::filesystem::path& other) {
    if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) != 0) {
        return disk_error(fmt::format("cannot exchange with {}", other.string()), one, errno);
    }
    return {};
}

Status remove_path(const std::filesystem::path& path) {
    std::error_code problem;
    std::filesystem::remove_all(path, problem);
    if (problem) {
        return disk_error("cannot remove", path, problem.value());
    }
    return {};
}

Result<std::string> sha256_of_file(const std::filesystem::path& path) {
    Digest digest;
    std::string passage;
    const auto read = read_pieces(path, passage, [&](std::string_view piece) -> Status {
        digest.update(piece);
        return {};
    });
    if (!read) {
        return fail(read.error());
    }
    return digest.finish_hex();
}

std::filesystem::path nearest_existing(const std::filesystem::path& path) {
    std::error_code problem;
    std::filesystem::path probe = std::filesystem::absolute(path, problem).lexically_normal();
    while (!std::filesystem::exists(probe, problem) && probe.has_parent_path() && probe != probe.parent_path()) {
        probe = probe.parent_path();
    }
    return probe;
}

Status check_writable_folder(const std::filesystem::path& folder) {
    const std::filesystem::path nearest = nearest_existing(folder);
    std::error_code problem;
    const auto refuse = [&](int number) {
        return disk_error(fmt::format("the folder {} cannot be written to", sanitise(folder.string())), nearest, number);
    };
    if (!std::filesystem::is_directory(nearest, problem)) {
        return refuse(ENOTDIR);
    }
    return ::faccessat(AT_FDCWD, nearest.c_str(), W_OK | X_OK, AT_EACCESS) == 0 ? Status() : Status(refuse(errno));
}

Result<std::uint64_t> free_bytes(const std::filesystem::path& path) {
    const std::filesystem::path probe = nearest_existing(path);
    struct statvfs information {};
    if (::statvfs(probe.c_str(), &information) != 0) {
        return disk_error("cannot ask for free space", probe, errno);
    }
    return static_cast<std::uint64_t>(information.f_bavail) * information.f_frsize;
}

}  // namespace moisson
