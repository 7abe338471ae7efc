#pragma once
/// Calendar months as the sandbox counts them.

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace moisson::sandbox {

/// One calendar month. Immutable value; ordered by time.
struct Month {
    int number = 0;  ///< year * 12 + (month - 1)

    [[nodiscard]] int year() const noexcept { return number / 12; }
    [[nodiscard]] int month() const noexcept { return number % 12 + 1; }
    [[nodiscard]] Month plus(int months) const noexcept { return Month{number + months}; }
    [[nodiscard]] int last_day() const noexcept;
    /// Midnight UTC at the beginning of its first day.
    [[nodiscard]] Timestamp begin() const noexcept;
    /// "2026-10"
    [[nodiscard]] std::string dashed() const;
    /// "202610", the form that `period` begins with (GET /documents)
    [[nodiscard]] std::string compact() const;
    friend auto operator<=>(const Month&, const Month&) = default;
};

/// Reads "YYYY-MM"; empty when it is anything else.
[[nodiscard]] std::optional<Month> parse_month(std::string_view text);
/// The newest month that has ended at `now`.
[[nodiscard]] Month last_closed_month(Timestamp now);

}  // namespace moisson::sandbox
