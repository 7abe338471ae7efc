#pragma once
/// The state file before it is trusted: where it is, whether it is one of ours. Only the state room includes this.

#include <filesystem>
#include <string>

#include <sqlite3.h>

#include "base/result.hpp"

namespace moisson::state {

/// "sqlite:PATH" or a plain path; `bad_input` for another scheme or none at all. Never a name that SQLite reads as something else than a
/// file.
[[nodiscard]] Result<std::filesystem::path> parse_state_url(const std::string& url);

[[nodiscard]] std::filesystem::path with_suffix(const std::filesystem::path& path, const char* suffix);

/// Looks at the first bytes of an existing file without SQLite, so that a file of another program or a newer version is not even opened:
/// `state` for empty, too short, no SQLite database, not Moisson's, newer.
[[nodiscard]] Status check_header(const std::filesystem::path& path);
/// Ok when `path` is there; `state` when it is not, but its write-ahead log is (SQLite would mix the log into a new file).
[[nodiscard]] Status check_no_stray_log(const std::filesystem::path& path);
/// Version, integrity by SQLite itself (it reads the whole file), and the checksums of the rows that hold money or closings.
[[nodiscard]] Status check_database(sqlite3* handle, const std::filesystem::path& path);

}  // namespace moisson::state
