/// HTTP dates: what a server calls now.

#include <doctest/doctest.h>

#include "base/clock.hpp"

using namespace moisson;

TEST_CASE("a machine with a wrong clock would be called right, or an odd date header would crash the check") {
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == parse_timestamp("1994-11-06T08:49:37Z"));
    CHECK(parse_http_date("Sat, 29 Feb 2028 23:59:60 GMT") == parse_timestamp("2028-03-01T00:00:00Z"));
    for (const char* bad : {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sunday, 06-Nov-94 08:49:37 GMT",
                            "Sun Nov  6 08:49:37 1994", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
                            "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, x6 Nov 1994 08:49:37 GMT",
                            "Sun, 06 ovD 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49+01 GMT"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_http_date(bad).has_value());
    }
}
