#pragma once
/// Property of periods: whatever text is accepted names real days in order, and its year stands in the text.
/// Run by libFuzzer (period_text.cpp) and by a seeded loop in tests/unit/normalize/fuzz_test.cpp.

#include <chrono>
#include <string>
#include <string_view>

#include "normalize/normalize.hpp"

namespace moisson::fuzz {

/// Empty when the property holds; else what is wrong.
inline std::string period_text_problem(std::string_view text) {
    const Result<normalize::ParsedPeriod> parsed = normalize::parse_period_text(text);
    if (!parsed) {
        return parsed.error().code == ErrorCode::bad_input && !parsed.error().message.empty() ? "" : "a refusal without a reason";
    }
    const Period& period = parsed->period;
    const std::string days = to_text(period.first) + "/" + to_text(period.last);
    if (!period.first.ok() || !period.last.ok() || std::chrono::sys_days{period.last} < std::chrono::sys_days{period.first}) {
        return "no period: " + days;
    }
    const int last_year = static_cast<int>(period.last.year());
    if (static_cast<int>(period.first.year()) < 1990 || last_year > 2099) {
        return "a year that no bill names: " + days;
    }
    if (text.find(std::to_string(last_year)) == std::string_view::npos) {
        return "a year that is not in the text: " + days;
    }
    // What was understood, written the ISO way, is understood in the same way again.
    if (const auto last_day_is_first = period.last.day() == std::chrono::day{1}; !last_day_is_first || period.first == period.last) {
        const Result<normalize::ParsedPeriod> again = normalize::parse_period_text(days);
        if (!again || again->period != period) {
            return "the period does not come back from " + days;
        }
    }
    return {};
}

}  // namespace moisson::fuzz
