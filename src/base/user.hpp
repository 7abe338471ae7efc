#pragma once
/// Who runs the program.

#include <string>

namespace moisson {

/// The name that the user database has for the effective user; "uid1000" where it has none. Any thread.
[[nodiscard]] std::string user_name();

}  // namespace moisson
