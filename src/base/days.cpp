#include "base/days.hpp"

#include <string>

namespace moisson {

std::optional<std::chrono::year_month_day> parse_day(std::string_view text) {
    const auto midnight = text.size() == 10 ? parse_timestamp(std::string(text) + "T00:00:00Z") : std::nullopt;
    return midnight ? std::optional(day_of(*midnight)) : std::nullopt;
}

}  // namespace moisson
