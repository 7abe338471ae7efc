#pragma once
/// Time as the program sees it. Nothing else reads the system clock, so that tests can set it.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace moisson {

/// An instant in UTC, to the millisecond (the API's own grain).
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// Any thread may call a clock.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Timestamp now() const = 0;
    /// Only ever moves forward; for deadlines and durations.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point steady_now() const = 0;
};

/// The machine's clock; one immutable object for the whole process.
[[nodiscard]] const Clock& system_clock();

/// "2021-08-18T09:07:47.372Z". Always UTC, always milliseconds: the form that the API prints.
[[nodiscard]] std::string format_timestamp(Timestamp instant);
/// "2021-08-18T09:07:47Z"
[[nodiscard]] std::string format_timestamp_seconds(Timestamp instant);

/// Reads ISO 8601 instants: date, `T` or blank, hh:mm[:ss[.fraction]], `Z` or ±hh[:mm]. Empty when the text is anything else
/// (also without zone: an instant is not guessed) or names an impossible date. Fractions past milliseconds are cut.
[[nodiscard]] std::optional<Timestamp> parse_timestamp(std::string_view text);

/// "Sun, 06 Nov 1994 08:49:37 GMT": an HTTP date in the form that servers must send (RFC 9110 §5.6.7); empty for any other text.
[[nodiscard]] std::optional<Timestamp> parse_http_date(std::string_view text);

/// SOURCE_DATE_EPOCH (seconds since 1970, https://reproducible-builds.org/specs/source-date-epoch/); empty when unset or unreadable.
[[nodiscard]] std::optional<Timestamp> source_date_epoch();

}  // namespace moisson
