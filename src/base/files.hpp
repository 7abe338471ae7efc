#pragma once
/// Files and folders with checked writes: whatever instant the process dies at, a reader finds the old file or the new one.
///
/// All failures are `ErrorCode::disk` with the path in `where`; nothing is left behind but a `.part` file after a crash.
///
/// A neighbour who may write in the folder can plant files and links there. So whatever is opened for writing is opened here: temporary
/// files have names that nobody can foresee and must not be there yet (O_EXCL), links are never followed, every user of the machine may
/// never write. A target that is a link is itself replaced; what it points to stays as it is.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace moisson {

/// `what` could not be done to `path`; `number` is errno.
[[nodiscard]] tl::unexpected<Error> disk_error(std::string what, const std::filesystem::path& path, int number);

/// Who may read what is made.
enum class Access {
    usual,  ///< what the umask leaves of 0644, of 0775 for folders
    own,    ///< this user alone: 0600, 0700 for folders, whatever the umask
};

/// Writes a file under a temporary name beside its target and renames it there on `commit`.
/// One thread at a time. Without `commit` the destructor removes the temporary file.
class AtomicFile {
public:
    /// Creates missing parent folders (`usual`), then `<target>.<16 random digits>.part`.
    [[nodiscard]] static Result<AtomicFile> create(const std::filesystem::path& target, Access access = Access::usual);
    AtomicFile(AtomicFile&&) noexcept;
    AtomicFile& operator=(AtomicFile&&) noexcept;
    ~AtomicFile();

    /// Buffered (256 KiB). A failed write stays failed: every later call returns the same error.
    [[nodiscard]] Status write(std::string_view bytes);
    /// Flush, fsync the file, close, rename to the target, fsync the folder.
    [[nodiscard]] Status commit();
    [[nodiscard]] const std::filesystem::path& temporary_path() const noexcept { return temporary_; }
    /// For reading and writing at places of the caller's choice, until `commit`.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
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
[[nodiscard]] Status write_file(const std::filesystem::path& path, std::string_view bytes, Access access = Access::usual);
/// Makes a file that must not be there yet and opens it for reading and writing; the caller closes the descriptor.
[[nodiscard]] Result<int> open_new_file(const std::filesystem::path& path, Access access);
/// Opens a file that lives on (a lock, a journal, a log), made where it is not there; `flags` beside O_CREAT. The last part of `path` must
/// not be a link. `own` takes from a file that was there what others may do with it. The caller closes the descriptor.
[[nodiscard]] Result<int> open_kept_file(const std::filesystem::path& path, int flags, Access access);
/// Missing parents are made `usual`. A folder that is there stays as it is.
[[nodiscard]] Status make_folders(const std::filesystem::path& path, Access access = Access::usual);
/// Makes `folder` for this user alone. One that was there stays as it is, but from a folder called `private_name` on, all on the way down
/// to `folder` are taken from others. True when something was taken.
[[nodiscard]] Result<bool> make_own_folders(const std::filesystem::path& folder, std::string_view private_name);
/// Makes a folder that must not be there yet (0700), under a missing parent too.
[[nodiscard]] Status make_new_folder(const std::filesystem::path& path);
/// Makes a folder `<beginning><6 random letters>` (0700) and returns its path.
[[nodiscard]] Result<std::filesystem::path> make_temporary_folder(const std::filesystem::path& beginning);
/// Takes from a file or folder of this user what others may do with it; a link is not followed. True when something was taken.
[[nodiscard]] bool keep_to_owner(const std::filesystem::path& path) noexcept;
/// Gives every file below `path` (or the file that it is) this mode, and every folder, itself too, the same with x where it has r. Links
/// stay as they are.
[[nodiscard]] Status set_modes(const std::filesystem::path& path, unsigned file_mode);
/// Whether users other than the owner may replace what is in it: anyone may write, and there is no sticky bit.
[[nodiscard]] bool is_open_to_all(const std::filesystem::path& folder) noexcept;
[[nodiscard]] Status sync_folder(const std::filesystem::path& path);
/// rename(2) and fsync of the target's folder.
[[nodiscard]] Status rename_path(const std::filesystem::path& from, const std::filesystem::path& to);
/// Exchanges two existing paths in one step (renameat2 RENAME_EXCHANGE); `disk` where the file system cannot.
[[nodiscard]] Status exchange_paths(const std::filesystem::path& one, const std::filesystem::path& other);
/// Removes a file or a folder with all in it; a path that is not there is no error.
[[nodiscard]] Status remove_path(const std::filesystem::path& path);
/// SHA-256 of the file, read in 256 KiB pieces.
[[nodiscard]] Result<std::string> sha256_of_file(const std::filesystem::path& path);
/// `path` itself, or the nearest one above it that is there.
[[nodiscard]] std::filesystem::path nearest_existing(const std::filesystem::path& path);
/// Whether this user may make files in `folder`, which need not be there yet. Makes nothing.
[[nodiscard]] Status check_writable_folder(const std::filesystem::path& folder);
/// Free bytes for this user on the file system that holds `path` (or its nearest existing parent).
[[nodiscard]] Result<std::uint64_t> free_bytes(const std::filesystem::path& path);

}  // namespace moisson
