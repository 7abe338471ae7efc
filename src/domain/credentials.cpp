#include "domain/credentials.hpp"

#include <fmt/format.h>

#include "base/result.hpp"
#include "domain/messages.hpp"
#include "domain/period.hpp"

namespace moisson {

namespace {

constexpr std::chrono::years api_key_life{2};

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

Message api_key_sentence(const CredentialHorizon& horizon) {
    if (!horizon.api_key_since || !horizon.api_key_ends) {
        return {};
    }
    const place::Day end = *horizon.api_key_ends;
    const place::Day since = *horizon.api_key_since;
    switch (horizon.api_key_date) {
        case KeyDate::issued: return messages::api_key_ends_issued_keys_live_two(end, since);
        case KeyDate::first_seen:
            return messages::api_key_ends_latest_use_keys_live(end, since);
        case KeyDate::file_date:
            return messages::api_key_ends_latest_file_written(end, since);
        case KeyDate::unknown: break;
    }
    return {};
}

Message api_key_left_words(const CredentialHorizon& horizon) {
    if (!horizon.api_key_days_left) {
        return {};
    }
    const std::int64_t days = *horizon.api_key_days_left;
    if (days == 0) {
        return messages::ends_today;
    }
    return days > 0 ? messages::days_left(days) : messages::days_ago(-days);
}

Message clock_sentence(const CredentialHorizon& horizon) {
    if (!horizon.clock_offset || (*horizon.clock_offset <= clock_offset_max && *horizon.clock_offset >= -clock_offset_max)) {
        return {};
    }
    const bool ahead = *horizon.clock_offset > std::chrono::seconds(0);
    const std::int64_t seconds = ahead ? horizon.clock_offset->count() : -horizon.clock_offset->count();
    const std::int64_t days = seconds / 86'400;
    const Message rounded = days > 0 ? messages::about(messages::days(days)) : Message();
    return ahead ? messages::clock_ahead(seconds, rounded) : messages::clock_behind(seconds, rounded);
}

}  // namespace moisson
