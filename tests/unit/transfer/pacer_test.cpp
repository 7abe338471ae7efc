/// The pacer under a clock that the test moves.

#include <doctest/doctest.h>

#include <chrono>

#include "transfer/pacer.hpp"

using namespace moisson::transfer;
using namespace std::chrono_literals;

namespace {

using Instant = Pacer::Instant;

/// Calls that start within `span`, each as soon as its slot allows plus `lateness`.
int calls_within(Pacer& pacer, Instant from, std::chrono::nanoseconds span, std::chrono::nanoseconds lateness = 0ns) {
    int calls = 0;
    for (Instant now = from;; ++calls) {
        now = pacer.next_slot(now) + lateness;
        if (now >= from + span) {
            return calls;
        }
        pacer.take(now);
        pacer.went_well(now);
    }
}

}  // namespace

TEST_CASE("calls keep the set rate, also when each starts a little late") {
    // If this failed, the gateway would turn calls away, or a run would take longer than it must.
    const Instant start = Instant{} + 100s;
    Pacer exact({.rate_per_second = 20.0});
    CHECK(calls_within(exact, start, 10s) >= 200);
    CHECK(calls_within(exact, start + 100s, 10s) <= 201);
    Pacer late({.rate_per_second = 20.0});
    CHECK(calls_within(late, start, 10s, 5ms) >= 194);
    // A long pause is no credit for a burst: two calls stay at least 40 ms apart (spike arrest, 25 a second).
    Pacer paused({.rate_per_second = 20.0});
    paused.take(start);
    const Instant later = start + 60s;
    CHECK(paused.next_slot(later) == later);
    paused.take(later);
    CHECK(paused.next_slot(later) >= later + 40ms);
    Pacer unlimited({.rate_per_second = 0.0});
    unlimited.take(start);
    CHECK(unlimited.next_slot(start) == start);
}

TEST_CASE("throttling holds all calls, halves the rate once per burst, and the rate comes back") {
    // If this failed, a throttled run would go on at full speed, or crawl for ever.
    const Instant start = Instant{} + 100s;
    Pacer pacer({.rate_per_second = 20.0});
    pacer.slow_down(start, 0ms);
    pacer.slow_down(start + 1ms, 0ms);
    pacer.slow_down(start + 2ms, 0ms);
    CHECK(pacer.rate_per_second() == doctest::Approx(10.0));
    CHECK(pacer.next_slot(start + 3ms) >= start + 1s);
    // The server's own wish is honoured, also when it comes with a later answer of the burst.
    pacer.slow_down(start + 4ms, 5000ms);
    CHECK(pacer.next_slot(start + 5ms) == start + 4ms + 5s);
    // A new strike after the hold doubles the own wait.
    pacer.slow_down(start + 6s, 0ms);
    CHECK(pacer.rate_per_second() == doctest::Approx(5.0));
    CHECK(pacer.next_slot(start + 6s) == start + 8s);
    // Answers of calls from before the hold do not count as recovery.
    pacer.went_well(start + 7s);
    CHECK(pacer.rate_per_second() == doctest::Approx(5.0));
    CHECK(calls_within(pacer, start + 8s, 20s) > 350);
    // What is behind us is behind us: a single strike later waits a second again.
    pacer.slow_down(start + 40s, 0ms);
    CHECK(pacer.next_slot(start + 40s) == start + 41s);
    CHECK(calls_within(pacer, start + 41s, 10s) > 150);
    CHECK(pacer.rate_per_second() == doctest::Approx(20.0));
}

TEST_CASE("the rate never falls under its floor, and waits never pass half a minute") {
    // If this failed, a run would seem to hang.
    Instant now = Instant{} + 100s;
    Pacer pacer({.rate_per_second = 20.0, .rate_floor_per_second = 0.5});
    for (int strike = 0; strike < 20; ++strike) {
        pacer.slow_down(now, 0ms);
        const Instant next = pacer.next_slot(now);
        CHECK(next - now <= 30s);
        now = next;
    }
    CHECK(pacer.rate_per_second() == doctest::Approx(0.5));
}

TEST_CASE("a service that turns away one call in ten, whatever the rate, is still used at a good rate") {
    // If this failed, a flaky gateway would turn an hour into a day.
    Pacer pacer({.rate_per_second = 20.0});
    Instant now = Instant{} + 100s;
    const Instant start = now;
    for (int call = 0; call < 1000; ++call) {
        now = pacer.next_slot(now);
        pacer.take(now);
        if (call % 10 == 9) {
            pacer.slow_down(now, 0ms);
        } else {
            pacer.went_well(now);
        }
    }
    CHECK(now - start < 250s);
}

TEST_CASE("a run without a limit gets one when the service throttles, and loses it again") {
    // If this failed, --rate 0 would hammer a service that says no.
    const Instant start = Instant{} + 100s;
    Pacer pacer({.rate_per_second = 0.0});
    pacer.slow_down(start, 0ms);
    CHECK(pacer.rate_per_second() == doctest::Approx(20.0));
    for (int call = 0; call < 200; ++call) {
        pacer.went_well(start + 2s);
    }
    CHECK(pacer.rate_per_second() == doctest::Approx(0.0));
}
