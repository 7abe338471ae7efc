#pragma once
/// Days as values of expressions count them: from 1970-01-01, as instants are counted in milliseconds.

#include <chrono>
#include <cstdint>

namespace moisson::erp {

inline constexpr std::int64_t day_milliseconds = 86'400'000;

/// The day that an instant lies in.
[[nodiscard]] constexpr std::int64_t floor_days(std::int64_t milliseconds) noexcept {
    return milliseconds >= 0 ? milliseconds / day_milliseconds : -((-milliseconds + day_milliseconds - 1) / day_milliseconds);
}

[[nodiscard]] constexpr std::chrono::year_month_day day_of(std::int64_t days) noexcept {
    return std::chrono::year_month_day{std::chrono::sys_days{std::chrono::days{days}}};
}

[[nodiscard]] constexpr std::int64_t days_of(std::chrono::year_month_day day) noexcept {
    return std::chrono::sys_days{day}.time_since_epoch().count();
}

}  // namespace moisson::erp
