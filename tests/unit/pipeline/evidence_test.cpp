// What evidence knows of the clocks.
#include "pipeline/evidence.hpp"

#include <doctest/doctest.h>

using namespace moisson;
using moisson::pipeline::ClockOffset;

namespace {

http::Headers dated(const char* date) {
    http::Headers headers;
    headers.set("Date", date);
    return headers;
}

}  // namespace

TEST_CASE("each dated answer narrows how far the service's clock is ahead") {
    // If this failed, an auditor would take a wrong clock for a right one.
    const Timestamp sent = *parse_timestamp("2026-11-02T08:00:00.900Z");
    const Timestamp head = *parse_timestamp("2026-11-02T08:00:01.200Z");
    ClockOffset offset;
    offset.note(dated("yesterday"), sent, head);
    offset.note({}, sent, head);
    http::Headers cached = dated("Mon, 02 Nov 2026 07:00:00 GMT");
    cached.set("Age", "3600");
    offset.note(cached, sent, head);
    CHECK(offset.answers() == 0);
    offset.note(dated("Mon, 02 Nov 2026 08:00:01 GMT"), sent, head);
    CHECK(offset.answers() == 1);
    CHECK(offset.least_ms() == -200);
    CHECK(offset.most_ms() == 1100);
    offset.note(dated("Mon, 02 Nov 2026 08:00:00 GMT"), sent, head);
    CHECK(offset.least_ms() == -200);
    CHECK(offset.most_ms() == 100);
    offset.note(dated("Mon, 02 Nov 2026 09:00:00 GMT"), sent, head);
    CHECK(offset.least_ms() > offset.most_ms());  // they contradict each other
}
