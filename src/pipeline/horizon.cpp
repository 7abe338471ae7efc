#include "pipeline/horizon.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <random>

#include <fmt/format.h>

#include "api/token_keeper.hpp"
#include "base/days.hpp"
#include "base/digest.hpp"
#include "pipeline/messages.hpp"

namespace moisson::pipeline {

namespace {

constexpr std::string_view salt_setting = "api-key-salt";

std::chrono::sys_days today(const Clock& clock) { return day_of(clock.now()); }

std::string make_salt() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

std::string first_seen_setting(std::string_view salt, const config::Job& job) {
    return fmt::format("api-key-first-seen.{}", key_fingerprint(salt, api::clean_api_key(job.api.api_key.reveal())));
}

/// The day on which the key's file was written, where it can be one of a key in use: images and archives give files a date of 1970 or 1980,
/// and no key lives longer than two years.
std::optional<std::chrono::sys_days> file_day(const config::Job& job, std::chrono::sys_days today) {
    std::error_code problem;
    if (job.api.api_key_file.empty()) {
        return std::nullopt;
    }
    const auto written = std::filesystem::last_write_time(job.api.api_key_file, problem);
    if (problem) {
        return std::nullopt;
    }
    const auto day = std::chrono::floor<std::chrono::days>(std::chrono::file_clock::to_sys(written));
    constexpr std::chrono::days doubtful{3 * 365};
    return day > today || today - day > doubtful ? std::nullopt : std::optional<std::chrono::sys_days>(day);
}

struct FirstDay {
    KeyDate date = KeyDate::unknown;
    std::optional<std::chrono::sys_days> day;
};

/// Either day says that the key is at least that old: the earlier one says more.
FirstDay first_day(const config::Job& job, const ReadSetting& read, std::chrono::sys_days today) {
    FirstDay first;
    if (const std::string salt = read(std::string(salt_setting)); !salt.empty()) {
        if (const auto seen = parse_day(read(first_seen_setting(salt, job)))) {
            first = {KeyDate::first_seen, seen};
        }
    }
    if (const auto written = file_day(job, today); written && (!first.day || *written < *first.day)) {
        first = {KeyDate::file_date, written};
    }
    return first;
}

/// The service took the key today: its first day, unless an earlier one is known.
void remember_first_day(const config::Job& job, state::StateStore& state, std::chrono::sys_days today) {
    std::string salt = state.setting(std::string(salt_setting));
    if (salt.empty()) {
        salt = make_salt();
        state.set_setting(std::string(salt_setting), salt);
    }
    const std::string name = first_seen_setting(salt, job);
    if (!parse_day(state.setting(name))) {
        state.set_setting(name, to_text(std::chrono::year_month_day{file_day(job, today).value_or(today)}));
    }
}

std::optional<std::chrono::seconds> offset_of(const std::optional<std::string>& date_header, const Clock& clock) {
    const auto date = date_header ? parse_http_date(*date_header) : std::nullopt;
    return date ? std::optional(std::chrono::duration_cast<std::chrono::seconds>(clock.now() - *date)) : std::nullopt;
}

Finding warn(FindingCode code, const Message& sentence, const Message& left) {
    Finding finding = make_finding(code, sentence);
    if (!left.empty()) {
        finding.detail = messages::and_left(sentence, left);
    }
    return finding;
}

}  // namespace

std::string key_fingerprint(std::string_view salt, std::string_view api_key) {
    return sha256_hex(fmt::format("{}:{}", salt, api_key)).substr(0, fingerprint_digits);
}

CredentialHorizon key_horizon(const config::Job& job, const ReadSetting& read, const Clock& clock) {
    CredentialHorizon horizon;
    if (job.sandbox.enabled || job.api.api_key.empty()) {
        return horizon;
    }
    if (job.api.api_key_issued) {
        set_api_key_date(horizon, KeyDate::issued, std::chrono::sys_days{*job.api.api_key_issued}, today(clock));
    } else if (const FirstDay first = first_day(job, read, today(clock)); first.day) {
        set_api_key_date(horizon, first.date, *first.day, today(clock));
    }
    return horizon;
}

CredentialHorizon credential_horizon(const config::Job& job, state::StateStore& state, Service& service, const Clock& clock, bool remember,
                                     std::size_t lane) {
    const auto offset = offset_of(service.last_date_header(), clock);
    if (remember && !job.sandbox.enabled && !job.api.api_key.empty()) {
        remember_first_day(job, state, today(clock));
    }
    CredentialHorizon horizon = key_horizon(
        job, [&](const std::string& name) { return state.setting(name); }, clock);
    horizon.clock_offset = offset;
    if (const auto token = service.fetch_token(lane)) {  // the one in use: no call
        horizon.token_life = token->lifetime;
    }
    return horizon;
}

std::vector<Finding> findings_of(const CredentialHorizon& horizon) {
    std::vector<Finding> findings;
    if (horizon.api_key_days_left && *horizon.api_key_days_left <= api_key_warning_days) {
        findings.push_back(warn(*horizon.api_key_days_left < 0 ? FindingCode("api-key-expired") : FindingCode("api-key-expires-soon"),
                                api_key_sentence(horizon), api_key_left_words(horizon)));
    }
    if (const Message sentence = clock_sentence(horizon); !sentence.empty()) {
        findings.push_back(warn("clock-offset", sentence, ""));
    }
    return findings;
}

Horizons credential_horizons(const config::Job& job, state::StateStore& state, Service& service, const ListedPerimeters& listed,
                             const Clock& clock, bool remember) {
    Horizons horizons;
    const std::vector<config::PerimeterSettings> logins = config::logins_of(job);
    bool is_first = true;
    for (std::size_t lane = 0; lane < logins.size(); ++lane) {
        if (!listed[lane]) {
            continue;
        }
        CredentialHorizon horizon = credential_horizon(config::job_of_login(job, logins[lane]), state, service, clock, remember, lane);
        horizon.perimeter = logins[lane].name;
        for (Finding& finding : findings_of(horizon)) {
            const bool is_of_key = finding.code != FindingCode("clock-offset");
            if (is_of_key && !horizon.perimeter.empty()) {
                finding.message = messages::of_perimeter(horizon.perimeter, finding.message);
                finding.detail =
                    finding.detail.empty() ? finding.detail : Message(messages::of_perimeter(horizon.perimeter, finding.detail));
            }
            if (is_of_key || is_first) {  // the clock is one
                horizons.findings.push_back(std::move(finding));
            }
        }
        const bool ends_sooner =
            horizon.api_key_ends && (!horizons.first.api_key_ends || *horizon.api_key_ends < *horizons.first.api_key_ends);
        if (is_first || ends_sooner) {
            horizons.first = std::move(horizon);
        }
        is_first = false;
    }
    return horizons;
}

void explain_refusal(const CredentialHorizon& horizon, Error& error) {
    const bool refused = error.code == ErrorCode::credentials || error.code == ErrorCode::forbidden ||
                         (error.code == ErrorCode::not_found && error.gateway_code != 0);
    if (!refused || !horizon.api_key_days_left || *horizon.api_key_days_left >= 0) {
        return;
    }
    const std::string sentence =
        fmt::format("Most likely the API key's two years are over: {}, {}", api_key_sentence(horizon), api_key_left_words(horizon));
    error.hint = error.hint.empty() ? sentence : fmt::format("{}. {}", sentence, error.hint);
}

}  // namespace moisson::pipeline
