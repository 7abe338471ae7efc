#include "domain/retention.hpp"

#include <algorithm>

namespace moisson {

namespace {

using std::chrono::month_day;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr int last_year = 9999;

/// That day of the year; of February's end the last one that there is.
year_month_day day_in(month_day day, int which) {
    if (which > last_year) {
        return year(last_year) / std::chrono::December / 31;
    }
    if (day.month() == std::chrono::February && day.day() >= std::chrono::day(28)) {
        return year_month_day(year(which) / std::chrono::February / std::chrono::last);
    }
    return year_month_day(year(which), day.month(), day.day());
}

}  // namespace

Retention retention_of(const RetentionTerms& terms, year_month_day last_day) {
    Retention found;
    const int first = static_cast<int>(last_day.year());
    found.fiscal_year_end = day_in(terms.fiscal_year_end, first);
    if (found.fiscal_year_end < last_day) {
        found.fiscal_year_end = day_in(terms.fiscal_year_end, first + 1);
    }
    found.years = terms.years;
    found.at_least = terms.at_least;
    found.until = day_in(terms.fiscal_year_end, static_cast<int>(found.fiscal_year_end.year()) + terms.years);
    found.until = std::max(found.until, terms.at_least.value_or(found.until));
    return found;
}

}  // namespace moisson
