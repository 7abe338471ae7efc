#pragma once
/// How often a random or exhaustive test goes round. Sanitizers look at memory and threads, which every eighth round touches as all of them
/// do, and slow each round down ten to fifty times; what is counted and compared is so by the plain build, all of it.

#include <algorithm>

#include "base/sanitized.hpp"

namespace moisson::test {

inline constexpr int sanitized_share = 8;

/// `all`, or a part of them.
template <class Number>
[[nodiscard]] constexpr Number rounds(Number all) {
    return is_sanitized ? std::max(static_cast<Number>(all / sanitized_share), Number{1}) : all;
}

/// From one of many places to the next: `step`, or more. Odd, so that no alignment hides behind it.
template <class Number>
[[nodiscard]] constexpr Number stride(Number step) {
    return is_sanitized ? static_cast<Number>(step * sanitized_share - 1) : step;
}

}  // namespace moisson::test
