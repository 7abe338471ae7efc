// Month arithmetic on top of std::chrono's calendar.
#include "sandbox/calendar.hpp"

#include <chrono>

#include <fmt/format.h>

namespace moisson::sandbox {

namespace {

std::chrono::year_month to_chrono(Month month) {
    return std::chrono::year(month.year()) / std::chrono::month(static_cast<unsigned>(month.month()));
}

}  // namespace

int Month::last_day() const noexcept { return static_cast<int>(static_cast<unsigned>((to_chrono(*this) / std::chrono::last).day())); }

Timestamp Month::begin() const noexcept { return std::chrono::sys_days(to_chrono(*this) / 1); }

std::string Month::dashed() const { return fmt::format("{:04}-{:02}", year(), month()); }

std::string Month::compact() const { return fmt::format("{:04}{:02}", year(), month()); }

std::optional<Month> parse_month(std::string_view text) {
    if (text.size() != 7 || text[4] != '-') {
        return std::nullopt;
    }
    int values[2] = {0, 0};
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (at == 4) {
            continue;
        }
        if (text[at] < '0' || text[at] > '9') {
            return std::nullopt;
        }
        int& value = values[at < 4 ? 0 : 1];
        value = value * 10 + (text[at] - '0');
    }
    if (values[0] < 1970 || values[1] < 1 || values[1] > 12) {
        return std::nullopt;
    }
    return Month{values[0] * 12 + values[1] - 1};
}

Month last_closed_month(Timestamp now) {
    const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
    return Month{static_cast<int>(today.year()) * 12 + static_cast<int>(static_cast<unsigned>(today.month())) - 2};
}

}  // namespace moisson::sandbox
