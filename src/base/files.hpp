#pragma once
/// Files and folders with checked writes: whatever instant the process dies at, a reader finds the old file or the new one.
///
/// All failures are `ErrorCode::disk` with the path in `where`; nothing is left behind but a `.part` file after a crash.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace moisson {

/// Writes a file under a temporary name beside its target and renames it there on `commit`.
/// One thread at a time. Without `commit` the destructor removes the temporary file.
class AtomicFile {
public:
    /// Creates missing parent folders, then `<target>.<pid>.<n>.part` (mode 0644).
    [[nodiscard]] static Result<AtomicFile> create(const std::filesystem::path& target);
    AtomicFile(AtomicFile&&) noexcept;
    AtomicFile& operator=(AtomicFile&&) noexcept;
    ~AtomicFile();

    /// Buffered (256 KiB). A failed write stays failed: every later call returns the same error.
    [[nodiscard]] Status write(std::string_view bytes);
    /// Flush, fsync the file, close, rename to the target, fsync the folder.
    [[nodiscard]] Status commit();
    [[nodiscard]] const std::filesystem::path& temporary_path() const noexcept { return temporary_; }
    [[nodiscard]] std::uint64_t size_bytes() const noexcept { return size_bytes_; }

private:
    AtomicFile() = default;
    [[nodiscard]] Status flush();
    void discard() noexcept;

    std::filesystem::path target_;
    std::filesystem::path temporary_;
    std::string buffer_;
    std::uint64_t size_bytes_ = 0;
    int descriptor_ = -1;
    bool failed_ = false;
};

/// The whole file; `too_large` when it is longer than `size_max_bytes`.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t size_max_bytes = 256ULL << 20U);
/// Atomic; see AtomicFile.
[[nodiscard]] Status write_file(const std::filesystem::path& path, std::string_view bytes);
[[nodiscard]] Status make_folders(const std::filesystem::path& path);
[[nodiscard]] Status sync_folder(const std::filesystem::path& path);
/// rename(2) and fsync of the target's folder.
[[nodiscard]] Status rename_path(const std::filesystem::path& from, const std::filesystem::path& to);
/// Exchanges two existing paths in one step (renameat2 RENAME_EXCHANGE); `disk` where the file system cannot.
[[nodiscard]] Status exchange_paths(const std::filesystem::path& one, const std::filesystem::path& other);
/// Removes a file or a folder with all in it; a path that is not there is no error.
[[nodiscard]] Status remove_path(const std::filesystem::path& path);
/// SHA-256 of the file, read in 256 KiB pieces.
[[nodiscard]] Result<std::string> sha256_of_file(const std::filesystem::path& path);
/// Free bytes for this user on the file system that holds `path` (or its nearest existing parent).
[[nodiscard]] Result<std::uint64_t> free_bytes(const std::filesystem::path& path);

}  // namespace moisson
