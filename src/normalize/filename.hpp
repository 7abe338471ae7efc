#pragma once
/// What makes a text from outside dangerous as a file name. Private to this room. Pure.

#include <string_view>

#include "language/message.hpp"

namespace moisson::normalize {

/// Why the text cannot be used as one part of a path on Linux, macOS and Windows alike, as a clause ("holds a path separator");
/// empty when it can. Length is counted in bytes; 255 is the limit of all common file systems.
[[nodiscard]] Message why_unsafe(std::string_view filename);

}  // namespace moisson::normalize
