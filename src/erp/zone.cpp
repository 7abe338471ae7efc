#include "erp/zone.hpp"

#include <date/tz.h>

#include <fmt/format.h>

namespace moisson::erp {

Result<Zone> Zone::find(std::string_view name) {
    const auto unknown = [&](std::string cause) {
        Error error = fail(ErrorCode::bad_input, fmt::format("there is no time zone \"{}\"", sanitise(name, 60)), {},
                           "Names are those of the IANA database, such as Europe/Paris or UTC")
                          .value();
        error.cause = std::move(cause);
        return fail(std::move(error));
    };
    // The database is files below one folder: nothing else may be named.
    if (name.empty() || name.size() > 60 || name.find("..") != std::string_view::npos || name.front() == '/') {
        return unknown({});
    }
    try {
        Zone zone;
        zone.zone_ = date::locate_zone(std::string(name));
        return zone;
    } catch (const std::exception& problem) {
        return unknown(sanitise(problem.what()));
    }
}

std::int64_t Zone::to_local(std::int64_t milliseconds) const {
    const std::int64_t seconds = milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000;
    if (seconds < begin_ || seconds >= end_) {
        const auto* zone = static_cast<const date::time_zone*>(zone_);
        const date::sys_info info = zone->get_info(date::sys_seconds{std::chrono::seconds{seconds}});
        begin_ = info.begin.time_since_epoch().count();
        end_ = info.end.time_since_epoch().count();
        offset_ = info.offset.count();
    }
    return milliseconds + offset_ * 1000;
}

}  // namespace moisson::erp
