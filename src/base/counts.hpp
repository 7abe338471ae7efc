#pragma once
/// Counts as people read them, in English. Pure.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace moisson {

/// "999 B", "1.2 MB": powers of 1000, one decimal.
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);
/// "12 345": groups of three digits parted by a blank.
[[nodiscard]] std::string format_count(std::uint64_t count);
/// "4 s"; below a second "0.5 s".
[[nodiscard]] std::string format_wait(std::chrono::milliseconds wait);
/// "1 contract", "2 contracts".
[[nodiscard]] std::string plural(std::uint64_t count, std::string_view singular);

}  // namespace moisson
