#pragma once
/// Until when a month is to be kept, and who keeps it. Pure.

#include <chrono>
#include <optional>
#include <string>

namespace moisson {

/// What the job file says of it.
struct RetentionTerms {
    static constexpr int years_min = 10;  ///< Code de commerce, L123-22; nothing shorter is written or verified
    static constexpr int years_max = 100;
    std::chrono::month_day fiscal_year_end = std::chrono::December / 31;  ///< the end of February is that of each year
    int years = years_min;                                                ///< after the end of the fiscal year
    std::optional<std::chrono::year_month_day> at_least;                  ///< not before this day, whatever the years give
    friend bool operator==(const RetentionTerms&, const RetentionTerms&) = default;
};

/// Of one publication.
struct Retention {
    std::chrono::year_month_day fiscal_year_end{};  ///< of the year that holds the last day
    int years = RetentionTerms::years_min;
    std::optional<std::chrono::year_month_day> at_least;
    std::chrono::year_month_day until{};  ///< the last day: `years` after the end of the fiscal year, or `at_least`, where that is later
    friend bool operator==(const Retention&, const Retention&) = default;
};

/// `last_day`: of the published months. Days after the year 9999 become its end.
[[nodiscard]] Retention retention_of(const RetentionTerms& terms, std::chrono::year_month_day last_day);

/// Whose books these are; empty texts: the job file does not say.
struct Organization {
    std::string name;
    std::string siren;  ///< nine digits, the last one a check digit
    friend bool operator==(const Organization&, const Organization&) = default;
};

}  // namespace moisson
