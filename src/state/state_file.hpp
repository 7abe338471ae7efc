#pragma once
/// The state file before it is trusted: where it is, whether it is one of ours. Only the state room includes this.

#include <filesystem>

#include <sqlite3.h>

#include "base/result.hpp"
#include "state/store_kind.hpp"

namespace moisson::state {

/// The absolute path of the file, never a name that SQLite reads as something else; `bad_input` where the address names a host or no file.
[[nodiscard]] Result<std::filesystem::path> sqlite_path(const StateUrl& url);

[[nodiscard]] std::filesystem::path with_suffix(const std::filesystem::path& path, const char* suffix);

/// Looks at the first bytes of an existing file without SQLite, so that a file of another program or a newer version is not even opened:
/// `state` for empty, too short, no SQLite database, not Moisson's, newer.
[[nodiscard]] Status check_header(const std::filesystem::path& path);
/// Ok when `path` is there; `state` when it is not, but its write-ahead log is (SQLite would mix the log into a new file).
[[nodiscard]] Status check_no_stray_log(const std::filesystem::path& path);
/// Version, integrity by SQLite itself (it reads the whole file), and the checksums of the rows that hold money or closings.
[[nodiscard]] Status check_database(sqlite3* handle, const std::filesystem::path& path);

}  // namespace moisson::state
