#pragma once
/// What bytes that are not UTF-8 are taken for: Latin-1 as Windows writes it. Pure.

#include <string>
#include <string_view>

namespace moisson {

/// Windows-1252 as UTF-8. Unassigned bytes become U+FFFD.
[[nodiscard]] std::string from_windows_1252(std::string_view bytes);

}  // namespace moisson
