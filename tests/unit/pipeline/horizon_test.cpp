/// The credential horizon: whose day is believed, what the state remembers, what is said.

#include "pipeline/horizon.hpp"

#include <filesystem>

#include <doctest/doctest.h>

#include "service_double.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_store.hpp"
#include "support/scratch_folder.hpp"

using namespace moisson;
using namespace moisson::pipeline;
using namespace moisson::test;
using namespace std::chrono_literals;

namespace {

config::Job job_with(std::string key) {
    config::Job job;
    job.api.api_key = config::Secret(std::move(key));
    return job;
}

std::chrono::sys_days day(const char* text) {
    return std::chrono::floor<std::chrono::days>(*parse_timestamp(std::string(text) + "T00:00:00Z"));
}

}  // namespace

TEST_CASE("a user's key would be in the state, or recognisable by it") {
    MemoryStore state;
    ServiceDouble service;
    const ManualClock clock("2026-11-22T10:00:00Z");
    const std::string key(1200, 'K');
    static_cast<void>(credential_horizon(job_with(key), state, service, clock, true));
    REQUIRE(state.content().settings.size() >= 2);
    const std::string salt = state.setting("api-key-salt");
    CHECK(salt.size() == 32);
    CHECK(key_fingerprint(salt, key).size() == fingerprint_digits);
    CHECK(state.setting("api-key-first-seen." + key_fingerprint(salt, key)) == "2026-11-22");
    MemoryStore other;
    static_cast<void>(credential_horizon(job_with(key), other, service, clock, true));
    CHECK(other.setting("api-key-salt") != salt);
    for (const auto& [name, value] : state.content().settings) {
        CHECK(name.find("KKKK") == std::string::npos);
        CHECK(value.find("KKKK") == std::string::npos);
    }
}

TEST_CASE("a user's key would grow younger with every run, or a new key inherit the old one's age") {
    MemoryStore state;
    ServiceDouble service;
    const config::Job job = job_with("an-api-key-of-some-length");
    const auto first = credential_horizon(job, state, service, ManualClock("2026-11-22T10:00:00Z"), true);
    CHECK(first.api_key_date == KeyDate::first_seen);
    CHECK(first.api_key_days_left == 731);
    const auto later = credential_horizon(job, state, service, ManualClock("2028-09-01T10:00:00Z"), true);
    CHECK(later.api_key_since == day("2026-11-22"));
    CHECK(later.api_key_days_left == 82);
    // Blanks from a document do not make another key; another key does.
    CHECK(credential_horizon(job_with("an-api-key-of- some-length\n"), state, service, ManualClock("2028-09-01T10:00:00Z"), true)
              .api_key_since == day("2026-11-22"));
    CHECK(credential_horizon(job_with("the-next-key-of-some-length"), state, service, ManualClock("2028-09-01T10:00:00Z"), true)
              .api_key_since == day("2028-09-01"));
}

TEST_CASE("a plan would write into the state, or a sandbox's key of the day be counted") {
    MemoryStore state;
    ServiceDouble service;
    CHECK(credential_horizon(job_with("some-key"), state, service, ManualClock("2026-11-22T10:00:00Z"), false).api_key_date ==
          KeyDate::unknown);
    config::Job sandbox = job_with("some-key");
    sandbox.sandbox.enabled = true;
    sandbox.api.api_key_issued = std::chrono::year{2020} / 1 / 1;
    CHECK(credential_horizon(sandbox, state, service, ManualClock("2026-11-22T10:00:00Z"), true).api_key_date == KeyDate::unknown);
    CHECK(state.content().settings.empty());
}

TEST_CASE("the day in the job file would lose against a guess, or an image's date of 1970 make every key old") {
    MemoryStore state;
    ServiceDouble service;
    const ScratchFolder folder;
    const std::filesystem::path file = folder.write("key", "a-key");
    const ManualClock clock("2026-11-22T10:00:00Z");
    const auto at = [&](const char* written) {
        std::filesystem::last_write_time(file, std::chrono::file_clock::from_sys(*parse_timestamp(written)));
        config::Job job = job_with("a-key");
        job.api.api_key_file = file.string();
        return job;
    };
    const auto none = [](const std::string&) { return std::string(); };
    const auto dated = key_horizon(at("2025-01-10T08:00:00Z"), none, clock);
    CHECK(dated.api_key_date == KeyDate::file_date);
    CHECK(dated.api_key_ends == day("2027-01-10"));
    CHECK(key_horizon(at("1970-01-01T00:00:00Z"), none, clock).api_key_date == KeyDate::unknown);
    CHECK(key_horizon(at("2027-01-01T00:00:00Z"), none, clock).api_key_date == KeyDate::unknown);
    // The first run remembers the file's day, so that copying the file later does not make the key young.
    CHECK(credential_horizon(at("2025-01-10T08:00:00Z"), state, service, clock, true).api_key_since == day("2025-01-10"));
    const auto copied = credential_horizon(at("2026-11-20T08:00:00Z"), state, service, clock, true);
    CHECK(copied.api_key_since == day("2025-01-10"));
    CHECK(copied.api_key_date == KeyDate::first_seen);
    config::Job issued = at("2025-01-10T08:00:00Z");
    issued.api.api_key_issued = std::chrono::year{2026} / 6 / 1;
    CHECK(key_horizon(issued, none, clock).api_key_date == KeyDate::issued);
    CHECK(key_horizon(issued, none, clock).api_key_since == day("2026-06-01"));
}

TEST_CASE("nobody would hear of a key's end in time, or hear of it for two years") {
    const auto codes = [](std::int64_t left) {
        CredentialHorizon horizon;
        set_api_key_date(horizon, KeyDate::issued, day("2025-03-01"), day("2027-03-01") - std::chrono::days(left));
        std::string text;
        for (const Finding& finding : findings_of(horizon)) {
            CHECK(finding.severity() == Severity::warning);
            text += finding.code;
        }
        return text;
    };
    CHECK(codes(91).empty());
    CHECK(codes(90) == "api-key-expires-soon");
    CHECK(codes(0) == "api-key-expires-soon");
    CHECK(codes(-1) == "api-key-expired");
    CHECK(findings_of({}).empty());
}

TEST_CASE("a machine a day off would believe itself") {
    MemoryStore state;
    ServiceDouble service;
    service.date = "Sun, 22 Nov 2026 10:00:00 GMT";
    const config::Job job = job_with("a-key");
    CHECK(credential_horizon(job, state, service, ManualClock("2026-11-22T10:00:05Z"), false).clock_offset == 5s);
    const auto off = credential_horizon(job, state, service, ManualClock("2026-11-23T10:00:00Z"), false);
    CHECK(off.clock_offset == 86'400s);
    CHECK(off.token_life == 3600s);
    REQUIRE(findings_of(off).size() == 1);
    CHECK(findings_of(off).front().code.text() == "clock-offset");
    service.date = "yesterday";
    CHECK_FALSE(credential_horizon(job, state, service, ManualClock("2026-11-22T10:00:05Z"), false).clock_offset.has_value());
}

TEST_CASE("a refusal at the end of the key's two years would send people to look elsewhere") {
    CredentialHorizon horizon;
    set_api_key_date(horizon, KeyDate::issued, day("2024-03-01"), day("2026-03-05"));
    Error error = fail(ErrorCode::credentials, "refused", "", "Look").value();
    explain_refusal(horizon, error);
    CHECK(error.hint ==
          "Most likely the API key's two years are over: the API key ends on 2026-03-01 (issued on 2024-03-01; keys live two "
          "years), that was 4 days ago. Look");
    Error unrelated = fail(ErrorCode::timeout, "slow", "", "Wait").value();
    explain_refusal(horizon, unrelated);
    CHECK(unrelated.hint == "Wait");
    CredentialHorizon young;
    set_api_key_date(young, KeyDate::issued, day("2026-03-01"), day("2026-03-05"));
    Error other = fail(ErrorCode::credentials, "refused", "", "Look").value();
    explain_refusal(young, other);
    CHECK(other.hint == "Look");
}
