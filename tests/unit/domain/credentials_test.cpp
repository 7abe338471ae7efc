/// How long an API key lives, in days and words.

#include "domain/credentials.hpp"

#include <doctest/doctest.h>

using namespace moisson;
using namespace std::chrono_literals;

namespace {

std::chrono::sys_days day(int year, unsigned month, unsigned number) {
    return std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{number};
}

CredentialHorizon known(KeyDate date, std::chrono::sys_days since, std::chrono::sys_days today) {
    CredentialHorizon horizon;
    set_api_key_date(horizon, date, since, today);
    return horizon;
}

}  // namespace

TEST_CASE("a person would be warned on the wrong day, or a leap year would break the sum") {
    CHECK(api_key_end(day(2025, 3, 1)) == day(2027, 3, 1));
    CHECK(api_key_end(day(2024, 2, 29)) == day(2026, 2, 28));
    CHECK(api_key_end(day(2026, 2, 28)) == day(2028, 2, 28));
    CHECK(known(KeyDate::issued, day(2025, 3, 1), day(2027, 1, 15)).api_key_days_left == 45);
    CHECK(known(KeyDate::issued, day(2025, 3, 1), day(2027, 3, 1)).api_key_days_left == 0);
    CHECK(known(KeyDate::issued, day(2025, 3, 1), day(2027, 3, 4)).api_key_days_left == -3);
}

TEST_CASE("a guess would be told as a fact, or the words would change from day to day") {
    const auto first = known(KeyDate::first_seen, day(2025, 3, 1), day(2027, 1, 15));
    CHECK(api_key_sentence(first) == "the API key ends on 2027-03-01 at the latest (it was in use on 2025-03-01; keys live two years)");
    CHECK(api_key_sentence(known(KeyDate::first_seen, day(2025, 3, 1), day(2027, 2, 1))) == api_key_sentence(first));
    CHECK(api_key_sentence(known(KeyDate::issued, day(2025, 3, 1), day(2027, 2, 1))) ==
          "the API key ends on 2027-03-01 (issued on 2025-03-01; keys live two years)");
    CHECK(api_key_sentence(known(KeyDate::file_date, day(2025, 3, 1), day(2027, 2, 1))) ==
          "the API key ends on 2027-03-01 at the latest (its file was written on 2025-03-01; keys live two years)");
    CHECK(api_key_sentence({}).empty());
    CHECK(api_key_left_words({}).empty());
    CHECK(api_key_left_words(first) == "45 days are left");
    CHECK(api_key_left_words(known(KeyDate::issued, day(2025, 3, 1), day(2027, 2, 28))) == "1 day is left");
    CHECK(api_key_left_words(known(KeyDate::issued, day(2025, 3, 1), day(2027, 3, 1))) == "it ends today");
    CHECK(api_key_left_words(known(KeyDate::issued, day(2025, 3, 1), day(2027, 3, 2))) == "that was 1 day ago");
}

TEST_CASE("a clock that is right would be blamed, or one that is a day off would not") {
    CredentialHorizon horizon;
    CHECK(clock_sentence(horizon).empty());
    for (const auto offset : {0s, 60s, -60s}) {
        horizon.clock_offset = offset;
        CHECK(clock_sentence(horizon).empty());
    }
    horizon.clock_offset = 61s;
    CHECK(clock_sentence(horizon) == "this machine's clock is 61 s ahead of the service's");
    horizon.clock_offset = -86'400s;
    CHECK(clock_sentence(horizon) == "this machine's clock is 86400 s (about 1 day) behind the service's");
}
