#pragma once
/// What a child takes from itself before its first byte from outside. Only the cage room includes this header.

#include "cage/cage.hpp"

namespace moisson::cage {

/// Confines the calling process, which has one thread yet (a sanitizer's own aside). What the kernel does not give is left out and stands
/// in the result.
[[nodiscard]] Confinement confine(const Limits& limits);

/// Closes every descriptor from `first` on.
void close_from(int first) noexcept;

}  // namespace moisson::cage
