#pragma once
/// Days of the calendar: proleptic Gregorian, of UTC. Pure.

#include <chrono>
#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace moisson {

/// The day that holds the instant.
[[nodiscard]] inline std::chrono::year_month_day day_of(Timestamp instant) noexcept {
    return std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(instant)};
}

/// Reads exactly "YYYY-MM-DD"; empty for any other text, and for a day that there is not.
[[nodiscard]] std::optional<std::chrono::year_month_day> parse_day(std::string_view text);

}  // namespace moisson
