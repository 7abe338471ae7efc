// Days: what is read as one, and which day an instant belongs to.
#include "base/days.hpp"

#include <doctest/doctest.h>

using namespace moisson;
using namespace std::chrono_literals;

TEST_CASE("a day is read where it is written whole and there is one: a slip in a job file or a rate must not become another day") {
    CHECK(parse_day("2028-02-29") == 2028y / 2 / 29d);
    for (const char* text :
         {"", "2027-02-29", "2026-13-01", "2026-1-02", "2026-01-02 ", "2026-01-02T00:00:00Z", "02/01/2026", "2026-01-0x"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_day(text).has_value());
    }
}

TEST_CASE("an instant belongs to its day in UTC, before 1970 too") {
    CHECK(day_of(*parse_timestamp("2026-10-31T23:59:59.999Z")) == 2026y / 10 / 31d);
    CHECK(day_of(*parse_timestamp("2026-10-31T23:30:00-01:00")) == 2026y / 11 / 1d);
    CHECK(day_of(*parse_timestamp("1969-12-31T12:00:00Z")) == 1969y / 12 / 31d);
}
