#pragma once
/// How long the credentials of a run still last, and whether this machine's clock can be trusted to say so. Pure values.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "language/message.hpp"

namespace moisson {

/// How the API key's day is known.
enum class KeyDate {
    unknown,     ///< it is not
    issued,      ///< `api_key_issued` of the job file: the day on which it was issued
    first_seen,  ///< the state: the first day on which the service took it. It may be older
    file_date,   ///< the key's file was written on that day. It may be older
};
[[nodiscard]] std::string_view to_text(KeyDate date) noexcept;  ///< "unknown", "issued", "first-seen", "file-date"

/// What a run knows of its credentials. Depends on the wall clock: never archived.
struct CredentialHorizon {
    std::string perimeter = {};          ///< whose key it is; empty where the job has no [[perimeter]]
    KeyDate api_key_date = KeyDate::unknown;
    std::optional<std::chrono::sys_days> api_key_since;  ///< that day (UTC)
    std::optional<std::chrono::sys_days> api_key_ends;   ///< two years later; the latest possible day unless `issued`
    std::optional<std::int64_t> api_key_days_left;       ///< negative: that day is past
    std::optional<std::chrono::seconds> token_life;      ///< as the service names it
    std::optional<std::chrono::seconds> clock_offset;    ///< this machine's clock less the service's `Date`; positive: ahead
    friend bool operator==(const CredentialHorizon&, const CredentialHorizon&) = default;
};

/// Days before a key's end from which it is warned of: the next one is asked for by a ticket and comes by mail.
inline constexpr std::int64_t api_key_warning_days = 90;
/// A clock that is further off is told of. Certificates and the key's age hang on it; `Date` itself is cut to the second.
inline constexpr std::chrono::seconds clock_offset_max{60};

/// The day two years on (api/README.md §0: an API key is valid for two years); 29 February ends on 28 February.
[[nodiscard]] std::chrono::sys_days api_key_end(std::chrono::sys_days since) noexcept;
/// Fills the four members of the key's age. `today` in UTC.
void set_api_key_date(CredentialHorizon& horizon, KeyDate date, std::chrono::sys_days since, std::chrono::sys_days today);

/// "the API key ends on 2027-03-01 (issued on 2025-03-01; keys live two years)"; the same words on every day. Empty when the age is not
/// known.
[[nodiscard]] Message api_key_sentence(const CredentialHorizon& horizon);
/// "45 days are left", "it ends today", "that was 3 days ago"; empty when the age is not known.
[[nodiscard]] Message api_key_left_words(const CredentialHorizon& horizon);
/// "this machine's clock is 86400 s (1 day) ahead of the service's"; empty when it is not known or within `clock_offset_max`.
[[nodiscard]] Message clock_sentence(const CredentialHorizon& horizon);

}  // namespace moisson
