#include "state/state_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "state/checksum.hpp"
#include "state/schema.hpp"
#include "state/sqlite_statement.hpp"

namespace moisson::state {

namespace {

constexpr std::size_t header_bytes = 100;  // sqlite.org/fileformat2.html §1.3

/// For what is found before anything was written.
Error untouched(Error error) {
    error.hint += ". The file was not changed";
    return error;
}

Error not_ours(const std::filesystem::path& path, std::string cause) {
    Error error = fail(ErrorCode::state, "the file is not a Moisson state file", path.string(),
                       "Choose another place for the state (MOISSON_STATE), or move this file away. The file was not changed")
                      .value();
    error.cause = std::move(cause);
    return error;
}

Error newer(const std::filesystem::path& path, std::uint32_t version) {
    return fail(ErrorCode::state,
                fmt::format("the state file was written by a newer Moisson (its version is {}, this program knows {})", version,
                            schema_version),
                path.string(), "Use that newer Moisson, or choose another state file (MOISSON_STATE). The file was not changed")
        .value();
}

std::uint32_t big_endian(const std::array<char, header_bytes>& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t index = at; index < at + 4; ++index) {
        value = value << 8U | static_cast<unsigned char>(bytes.at(index));
    }
    return value;
}

Status judge_header(const std::array<char, header_bytes>& bytes, std::size_t size, const std::filesystem::path& path) {
    constexpr std::string_view magic("SQLite format 3\0", 16);
    if (size == 0) {
        return fail(untouched(damaged_error(path, "it is empty")));
    }
    if (std::string_view(bytes.data(), std::min(size, magic.size())) != magic.substr(0, size)) {
        return fail(not_ours(path, "it does not begin as a SQLite database"));
    }
    if (size < header_bytes) {
        return fail(untouched(damaged_error(path, fmt::format("it ends after {} bytes", size))));
    }
    constexpr std::size_t user_version_at = 60;
    constexpr std::size_t application_id_at = 68;
    if (const std::uint32_t id = big_endian(bytes, application_id_at); id != application_id) {
        return fail(not_ours(path, fmt::format("it is another program's SQLite database (application id {:#010x})", id)));
    }
    if (const std::uint32_t version = big_endian(bytes, user_version_at); version > schema_version) {
        return fail(newer(path, version));
    }
    return {};
}

}  // namespace

Result<std::filesystem::path> sqlite_path(const StateUrl& url) {
    const std::string& place = url.place;
    if (place != url.text && place.starts_with("//") && !place.starts_with("///")) {
        return fail(ErrorCode::bad_input, fmt::format("the state store's address \"{}\" names a host", sanitise(url.text)), {},
                    "Write sqlite:PATH, without slashes after the colon");
    }
    if (place.empty() || place.ends_with('/') || place.find('\0') != std::string::npos) {
        return fail(ErrorCode::bad_input, fmt::format("the state store's address \"{}\" names no file", sanitise(url.text)), {},
                    "Write sqlite:PATH or the path of a file");
    }
    // SQLite gives names such as ":memory:" and "file:…" a meaning of their own; an absolute path has none.
    std::error_code problem;
    auto absolute = std::filesystem::absolute(std::filesystem::path(place), problem);
    if (problem) {
        return fail(ErrorCode::state, "the current folder cannot be found: " + problem.message(), place, "Write an absolute path");
    }
    return absolute;
}

std::filesystem::path with_suffix(const std::filesystem::path& path, const char* suffix) {
    std::filesystem::path result = path;
    result += suffix;
    return result;
}

Status check_header(const std::filesystem::path& path) {
    // O_NONBLOCK: a named pipe must not hold the program.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        Error error = fail(ErrorCode::state, "cannot open the state file", path.string(),
                           "Give this user the right to read and write it, or choose another place (MOISSON_STATE)")
                          .value();
        error.cause = std::generic_category().message(errno);
        return fail(std::move(error));
    }
    struct stat information {};
    if (::fstat(descriptor, &information) != 0 || !S_ISREG(information.st_mode)) {
        ::close(descriptor);
        return fail(not_ours(path, "it is no regular file"));
    }
    std::array<char, header_bytes> bytes{};
    const ssize_t size = ::pread(descriptor, bytes.data(), bytes.size(), 0);
    const int number = errno;
    ::close(descriptor);
    if (size < 0) {
        return fail(untouched(damaged_error(path, std::generic_category().message(number))));
    }
    return judge_header(bytes, static_cast<std::size_t>(size), path);
}

Status check_no_stray_log(const std::filesystem::path& path) {
    const auto log = with_suffix(path, "-wal");
    struct stat information {};
    if (::stat(path.c_str(), &information) != 0 && errno == ENOENT && ::stat(log.c_str(), &information) == 0 && information.st_size > 0) {
        return fail(ErrorCode::state, "the state file is gone, but its write-ahead log is still there", log.string(),
                    "Put the state file back beside it, or move the log away too");
    }
    return {};
}

Status check_database(sqlite3* handle, const std::filesystem::path& path) {
    try {
        SqliteStatement version_of(handle, "PRAGMA user_version", path);
        if (!version_of.step()) {
            return fail(untouched(damaged_error(path, "it has no version")));
        }
        const std::int64_t version = version_of.number();
        version_of.reset();
        if (version > schema_version) {
            return fail(newer(path, static_cast<std::uint32_t>(version)));
        }
        if (version < 1) {
            return fail(untouched(damaged_error(path, fmt::format("its version is {}, which no Moisson wrote", version))));
        }
        SqliteStatement check(handle, "PRAGMA quick_check(1)", path);
        const std::string verdict = check.step() ? check.text() : std::string("no answer");
        check.reset();
        if (verdict != "ok") {
            return fail(untouched(damaged_error(path, sanitise(verdict))));
        }
        check_checksums(handle, path, version);
    } catch (const FatalError& failure) {
        return fail(untouched(failure.error()));
    }
    return {};
}

}  // namespace moisson::state
