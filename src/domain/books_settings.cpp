/// Words of the books' settings.
#include "domain/books_settings.hpp"

namespace moisson {

std::string_view to_text(RateRule rule) noexcept {
    switch (rule) {
        case RateRule::month_end: return "month-end";
        case RateRule::month_average: return "month-average";
        case RateRule::issue_day: return "issue-day";
    }
    return "month-end";
}

std::optional<RateRule> parse_rate_rule(std::string_view text) noexcept {
    for (const RateRule rule : {RateRule::month_end, RateRule::month_average, RateRule::issue_day}) {
        if (to_text(rule) == text) {
            return rule;
        }
    }
    return std::nullopt;
}

}  // namespace moisson
