#pragma once
/// Which instants and months a document of this service can carry. The one place for these bounds. Pure.
///
/// What lies outside says "not set" (year 1 of Go and .NET, 1900, 1970, 9999) or is a slip: it is reported and left empty, never booked.

#include <algorithm>
#include <chrono>

#include "base/clock.hpp"
#include "domain/period.hpp"

namespace moisson {

/// Before any bill of a cloud service.
inline constexpr std::chrono::year plausible_first_year{2005};
/// After the run. Generous: the machine's clock may be behind.
inline constexpr std::chrono::years plausible_years_ahead{5};

/// The bounds of one run.
class PlausibleTimes {
public:
    /// Without a run: to the end of 2099.
    PlausibleTimes() noexcept : last_(std::chrono::sys_days{std::chrono::year{2099} / 12 / 31}) {}
    /// SOURCE_DATE_EPOCH may lie before or after the clock: neither narrows the other.
    explicit PlausibleTimes(Timestamp now) noexcept {
        const auto latest = std::max(now, source_date_epoch().value_or(now));
        const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(latest)};
        last_ = std::chrono::sys_days{(day.year() + plausible_years_ahead) / 12 / 31};
    }
    [[nodiscard]] bool holds(Timestamp instant) const noexcept {
        const auto day = std::chrono::floor<std::chrono::days>(instant);
        return day >= std::chrono::sys_days{plausible_first_year / 1 / 1} && day <= last_;
    }
    [[nodiscard]] bool holds(const Period& period) const noexcept {
        return period.first.year() >= plausible_first_year && std::chrono::sys_days{period.last} <= last_;
    }
    /// The last year that is plausible.
    [[nodiscard]] int last_year() const noexcept { return static_cast<int>(std::chrono::year_month_day{last_}.year()); }

private:
    std::chrono::sys_days last_;
};

}  // namespace moisson
