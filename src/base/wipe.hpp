#pragma once
/// Takes secrets out of memory when nobody needs them any more.

#include <cstddef>
#include <string>

namespace moisson {

/// Overwrites the text's bytes, those that it has room for too, in a way that no compiler leaves out, and empties it.
void wipe(std::string& text) noexcept;
/// Overwrites bytes that stay where they are.
void wipe(char* bytes, std::size_t size) noexcept;

}  // namespace moisson
