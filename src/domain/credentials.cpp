#include "domain/credentials.hpp"

#include <fmt/format.h>

#include "base/result.hpp"
#include "domain/period.hpp"

namespace moisson {

namespace {

constexpr std::chrono::years api_key_life{2};

std::string day_text(std::chrono::sys_days day) { return to_text(std::chrono::year_month_day{day}); }

std::string days_text(std::int64_t count) { return count == 1 ? "1 day" : fmt::format("{} days", count); }

}  // namespace

std::string_view to_text(KeyDate date) noexcept {
    switch (date) {
        case KeyDate::unknown: return "unknown";
        case KeyDate::issued: return "issued";
        case KeyDate::first_seen: return "first-seen";
        case KeyDate::file_date: return "file-date";
    }
    return "unknown";
}

std::chrono::sys_days api_key_end(std::chrono::sys_days since) noexcept {
    const std::chrono::year_month_day end = std::chrono::year_month_day{since} + api_key_life;
    return end.ok() ? std::chrono::sys_days{end} : std::chrono::sys_days{end.year() / end.month() / std::chrono::last};
}

void set_api_key_date(CredentialHorizon& horizon, KeyDate date, std::chrono::sys_days since, std::chrono::sys_days today) {
    MOISSON_INVARIANT(date != KeyDate::unknown, "a day is known by something");
    horizon.api_key_date = date;
    horizon.api_key_since = since;
    horizon.api_key_ends = api_key_end(since);
    horizon.api_key_days_left = (*horizon.api_key_ends - today).count();
}

std::string api_key_sentence(const CredentialHorizon& horizon) {
    if (!horizon.api_key_since || !horizon.api_key_ends) {
        return {};
    }
    const std::string end = day_text(*horizon.api_key_ends);
    const std::string since = day_text(*horizon.api_key_since);
    switch (horizon.api_key_date) {
        case KeyDate::issued: return fmt::format("the API key ends on {} (issued on {}; keys live two years)", end, since);
        case KeyDate::first_seen:
            return fmt::format("the API key ends on {} at the latest (it was in use on {}; keys live two years)", end, since);
        case KeyDate::file_date:
            return fmt::format("the API key ends on {} at the latest (its file was written on {}; keys live two years)", end, since);
        case KeyDate::unknown: break;
    }
    return {};
}

std::string api_key_left_words(const CredentialHorizon& horizon) {
    if (!horizon.api_key_days_left) {
        return {};
    }
    const std::int64_t days = *horizon.api_key_days_left;
    if (days == 0) {
        return "it ends today";
    }
    return days > 0 ? fmt::format("{} {} left", days_text(days), days == 1 ? "is" : "are")
                    : fmt::format("that was {} ago", days_text(-days));
}

std::string clock_sentence(const CredentialHorizon& horizon) {
    if (!horizon.clock_offset || (*horizon.clock_offset <= clock_offset_max && *horizon.clock_offset >= -clock_offset_max)) {
        return {};
    }
    const bool ahead = *horizon.clock_offset > std::chrono::seconds(0);
    const std::int64_t seconds = ahead ? horizon.clock_offset->count() : -horizon.clock_offset->count();
    const std::int64_t days = seconds / 86'400;
    const std::string rounded = days > 0 ? fmt::format(" (about {})", days_text(days)) : std::string();
    return fmt::format("this machine's clock is {} s{} {} the service's", seconds, rounded, ahead ? "ahead of" : "behind");
}

}  // namespace moisson
