/// See file_source.hpp.

#include "bundle/file_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace moisson::bundle {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t digest_piece_bytes = 256U << 10U;

tl::unexpected<Error> source_error(std::string message, std::string where, std::string cause) {
    Error error;
    error.code = ErrorCode::disk;
    error.message = std::move(message);
    error.where = std::move(where);
    error.cause = std::move(cause);
    return fail(std::move(error));
}

/// One part of a path below an open folder; never a link, never a wait for the other end of a pipe.
int open_part(int folder, const std::string& part, int more) {
    return ::openat(folder, part.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | more);
}

}  // namespace

OpenFile::~OpenFile() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Result<OpenFile> OpenFile::at(const fs::path& path) {
    OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK), path.string());
    struct stat information {};
    if (file.descriptor_ < 0 || ::fstat(file.descriptor_, &information) != 0) {
        return source_error("cannot open the file", path.string(), std::strerror(errno));
    }
    if (!S_ISREG(information.st_mode)) {
        return source_error("it is not a plain file", path.string(), {});
    }
    return file;
}

Result<std::uint64_t> OpenFile::size_bytes() const {
    const off_t end = ::lseek(descriptor_, 0, SEEK_END);  // where verification runs, fstat may not be at hand
    if (end < 0) {
        return source_error("cannot read the file", name_, std::strerror(errno));
    }
    return static_cast<std::uint64_t>(end);
}

Result<std::string> OpenFile::read_at(std::uint64_t offset, std::uint64_t size) const {
    std::string bytes(static_cast<std::size_t>(size), '\0');
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t got = ::pread(descriptor_, bytes.data() + filled, bytes.size() - filled, static_cast<off_t>(offset + filled));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return source_error("cannot read the file", name_, got == 0 ? "the file became shorter" : std::strerror(errno));
        }
        filled += static_cast<std::size_t>(got);
    }
    return bytes;
}

Status OpenFile::read(const std::function<void(std::string_view)>& sink) const {
    const auto size = size_bytes();
    for (std::uint64_t offset = 0; size && offset < *size; offset += digest_piece_bytes) {
        const auto piece = read_at(offset, std::min(digest_piece_bytes, *size - offset));
        if (!piece) {
            return fail(piece.error());
        }
        sink(*piece);
    }
    return size ? Status{} : fail(size.error());
}

Result<std::string> OpenFile::read_all(std::uint64_t size_max_bytes) const {
    const auto size = size_bytes();
    if (!size || *size > size_max_bytes) {
        return size ? fail(ErrorCode::too_large, "the file is too long", name_) : fail(size.error());
    }
    return read_at(0, *size);
}

Result<std::vector<FileSource::Entry>> Folder::list(std::size_t entries_max) {
    std::vector<Entry> entries;
    std::error_code problem;
    fs::recursive_directory_iterator next(folder_, problem);
    for (; !problem && next != fs::recursive_directory_iterator() && entries.size() <= entries_max; next.increment(problem)) {
        const auto kind = next->symlink_status(problem).type();
        if (!problem && kind != fs::file_type::directory) {
            const fs::path below = fs::path(next->path()).lexically_relative(folder_);
            entries.push_back({below.generic_string(), kind == fs::file_type::regular});
        }
    }
    if (problem) {
        return fail(ErrorCode::disk, "cannot read the folder: " + problem.message(), folder_.string());
    }
    return entries;
}

Result<OpenFile> Folder::open(const std::string& path) {
    OpenFile folder(::open(folder_.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY), folder_.string());
    const std::string full = (folder_ / path).string();
    std::string_view rest = path;
    while (folder.descriptor() >= 0) {
        const std::size_t slash = rest.find('/');
        const std::string part(rest.substr(0, slash));
        if (part.empty() || part == "." || part == "..") {
            return source_error("it is no file below the folder", full, {});
        }
        const bool is_last = slash == std::string_view::npos;
        OpenFile next(open_part(folder.descriptor(), part, is_last ? 0 : O_DIRECTORY), full);
        struct stat information {};
        if (is_last && next.descriptor() >= 0 && ::fstat(next.descriptor(), &information) == 0 && S_ISREG(information.st_mode)) {
            return next;
        }
        if (is_last || next.descriptor() < 0) {
            break;
        }
        folder = std::move(next);
        rest.remove_prefix(slash + 1);
    }
    return source_error("cannot open the file", full, std::strerror(errno));
}

}  // namespace moisson::bundle
