#pragma once
/// Who runs the program, and where.

#include <string>

namespace moisson {

/// The name that the user database has for the effective user; "uid1000" where it has none. Any thread.
[[nodiscard]] std::string user_name();
/// This machine's own name, sanitised; "unknown" where it has none. Any thread.
[[nodiscard]] std::string host_name();

}  // namespace moisson
