#pragma once
/// Calendar months and billing periods. Pure values, proleptic Gregorian, no time zone.

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace moisson {

namespace place {
struct Months;
}

/// One calendar month; years 1000..9999.
class Month {
public:
    /// Empty unless 1000 <= year <= 9999 and 1 <= month <= 12.
    [[nodiscard]] static std::optional<Month> make(int year, unsigned month) noexcept;
    /// Reads exactly "YYYY-MM".
    [[nodiscard]] static std::optional<Month> parse(std::string_view text) noexcept;
    /// The month that holds the day.
    [[nodiscard]] static Month of(std::chrono::year_month_day day) noexcept;

    [[nodiscard]] int year() const noexcept { return static_cast<int>(months_ / 12U); }
    [[nodiscard]] unsigned month() const noexcept { return months_ % 12U + 1U; }
    [[nodiscard]] std::chrono::year_month_day first_day() const noexcept;
    [[nodiscard]] std::chrono::year_month_day last_day() const noexcept;
    /// `count` months later (earlier when negative).
    [[nodiscard]] Month plus(int count) const noexcept;
    /// "YYYY-MM"
    [[nodiscard]] std::string to_text() const;
    operator place::Months() const;  // NOLINT(google-explicit-constructor): a value of a message
    friend auto operator<=>(const Month&, const Month&) noexcept = default;

private:
    explicit constexpr Month(unsigned months) noexcept : months_(months) {}
    unsigned months_;  // year * 12 + (month - 1)
};

/// "2026-10" or "2026-08 to 2026-10", for a message; `first` is not after `last`.
[[nodiscard]] place::Months span_of(Month first, Month last);

/// "YYYY-MM-DD"
[[nodiscard]] std::string to_text(std::chrono::year_month_day day);

/// What a document covers. `month` is where the ledger files it: the month of the last day.
struct Period {
    std::chrono::year_month_day first;  ///< included
    std::chrono::year_month_day last;   ///< included; not before `first`
    [[nodiscard]] Month month() const noexcept { return Month::of(last); }
    friend bool operator==(const Period&, const Period&) = default;
};

/// Months from `first` to `last`, both included; `first` is not after `last`. An absent bound is open (`--all`).
struct MonthRange {
    std::optional<Month> first;
    std::optional<Month> last;
    [[nodiscard]] bool contains(Month month) const noexcept {
        return (!first || *first <= month) && (!last || month <= *last);
    }
    /// The published folder's name: "2026-10", "2026-01..2026-03" or "all".
    [[nodiscard]] std::string to_text() const;
    operator place::Months() const;  // NOLINT(google-explicit-constructor): a value of a message
    friend bool operator==(const MonthRange&, const MonthRange&) = default;
};

}  // namespace moisson
