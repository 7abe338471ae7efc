/// Calendar arithmetic of months and the texts of months, days and ranges.
#include "domain/period.hpp"

#include <fmt/format.h>

#include "base/result.hpp"
#include "language/places.hpp"

namespace moisson {

namespace {

constexpr int year_min = 1000;
constexpr int year_max = 9999;

}  // namespace

std::optional<Month> Month::make(int year, unsigned month) noexcept {
    if (year < year_min || year > year_max || month < 1 || month > 12) {
        return std::nullopt;
    }
    return Month(static_cast<unsigned>(year) * 12U + (month - 1U));
}

std::optional<Month> Month::parse(std::string_view text) noexcept {
    if (text.size() != 7 || text[4] != '-') {
        return std::nullopt;
    }
    unsigned digits[6] = {};
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (at == 4) {
            continue;
        }
        if (text[at] < '0' || text[at] > '9') {
            return std::nullopt;
        }
        digits[count++] = static_cast<unsigned>(text[at] - '0');
    }
    const unsigned year = digits[0] * 1000U + digits[1] * 100U + digits[2] * 10U + digits[3];
    return make(static_cast<int>(year), digits[4] * 10U + digits[5]);
}

Month Month::of(std::chrono::year_month_day day) noexcept {
    const std::optional<Month> month = make(static_cast<int>(day.year()), static_cast<unsigned>(day.month()));
    MOISSON_INVARIANT(month.has_value(), "a day outside the years 1000 to 9999 has no Month");
    return *month;
}

std::chrono::year_month_day Month::first_day() const noexcept {
    return std::chrono::year{year()} / std::chrono::month{month()} / std::chrono::day{1};
}

std::chrono::year_month_day Month::last_day() const noexcept {
    return std::chrono::year_month_day{std::chrono::year{year()} / std::chrono::month{month()} / std::chrono::last};
}

Month Month::plus(int count) const noexcept {
    const std::int64_t months = static_cast<std::int64_t>(months_) + count;
    MOISSON_INVARIANT(months >= year_min * 12 && months < (year_max + 1) * 12, "a month outside the years 1000 to 9999");
    return Month(static_cast<unsigned>(months));
}

std::string Month::to_text() const { return fmt::format("{:04}-{:02}", year(), month()); }

std::string to_text(std::chrono::year_month_day day) {
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                       static_cast<unsigned>(day.day()));
}

std::string MonthRange::to_text() const {
    if (!first && !last) {
        return "all";
    }
    if (first && last && *first == *last) {
        return first->to_text();
    }
    return fmt::format("{}..{}", first ? first->to_text() : "", last ? last->to_text() : "");
}

place::Months span_of(Month first, Month last) {
    return first == last ? place::Months(first) : place::Months(fmt::format("{} to {}", first.to_text(), last.to_text()));
}

Month::operator place::Months() const { return place::Months(to_text()); }

MonthRange::operator place::Months() const { return place::Months(to_text()); }

}  // namespace moisson
