#include "base/counts.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace moisson {

std::string format_bytes(std::uint64_t bytes) {
    constexpr std::array<std::string_view, 6> units = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000) {
        return fmt::format("{} B", bytes);
    }
    std::uint64_t whole = bytes;
    std::uint64_t tenths = 0;
    std::size_t unit = 0;
    for (std::uint64_t size = 1000;; size *= 1000, ++unit) {
        whole = bytes / size;
        tenths = bytes % size * 10 / size;
        if (whole < 1000 || unit + 1 == units.size()) {
            return fmt::format("{}.{} {}", whole, tenths, units[unit]);
        }
    }
}

std::string format_count(std::uint64_t count) {
    std::string digits = fmt::format("{}", count);
    for (std::size_t at = digits.size(); at > 3;) {
        at -= 3;
        digits.insert(at, 1, ' ');
    }
    return digits;
}

std::string format_wait(std::chrono::milliseconds wait) {
    constexpr std::chrono::milliseconds second{1000};
    return wait >= second ? fmt::format("{} s", std::chrono::round<std::chrono::seconds>(wait).count())
                          : fmt::format("0.{} s", std::clamp<std::int64_t>(wait.count() / 100, 0, 9));
}

std::string plural(std::uint64_t count, std::string_view singular) {
    return fmt::format("{} {}{}", format_count(count), singular, count == 1 ? "" : "s");
}

}  // namespace moisson
