#pragma once
/// The credential horizon of a run: how long the API key still lives, how long a token does, how far this machine's clock is off.
///
/// The state remembers since when a key is in use, never the key: under a short fingerprint, `fingerprint_digits` hexadecimal digits of
/// SHA-256 over a random salt of this state and the key. Salted, so that two states never show that they use the same key and no table made
/// beforehand helps; short, so that it confirms no guess: of all keys that somebody may try, one in 4 thousand million fits by chance. That
/// is enough to tell the handful of keys of one account apart, and all that a collision would cost is a warning that comes too early.

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "config/job.hpp"
#include "domain/credentials.hpp"
#include "domain/finding.hpp"
#include "pipeline/perimeters.hpp"
#include "pipeline/service.hpp"
#include "state/state_store.hpp"

namespace moisson::pipeline {

inline constexpr std::size_t fingerprint_digits = 8;

/// Reads one setting of the state: `StateStore::setting`, or `state::peek_setting` where nothing may be opened for writing.
using ReadSetting = std::function<std::string(const std::string&)>;

/// Lower-case hexadecimal. Pure.
[[nodiscard]] std::string key_fingerprint(std::string_view salt, std::string_view api_key);

/// What is known of the key's age without a call: the job file's `api_key_issued`; else the earlier of the first day in the state and the
/// date of the key's file; else nothing. Nothing either for the embedded sandbox, whose key is made at each start. Writes nothing.
[[nodiscard]] CredentialHorizon key_horizon(const config::Job& job, const ReadSetting& read, const Clock& clock);

/// Call right after the first answer of the API to that login, once; `job` is the login's alone (config::job_of_login). The service took
/// the key, so today is remembered as its first day (the date of its file, where that is earlier) unless the state knows it already; then
/// token life and clock offset are added. `remember` false (a plan): the state is only read.
[[nodiscard]] CredentialHorizon credential_horizon(const config::Job& job, state::StateStore& state, Service& service, const Clock& clock,
                                                   bool remember, std::size_t lane = 0);

/// The same of each login whose contracts were listed; the findings of all, and the horizon of the key that ends first.
struct Horizons {
    CredentialHorizon first;
    std::vector<Finding> findings;
};
[[nodiscard]] Horizons credential_horizons(const config::Job& job, state::StateStore& state, Service& service,
                                           const ListedPerimeters& listed, const Clock& clock, bool remember);

/// api-key-expires-soon, api-key-expired, clock-offset: warnings of this run (`RunSummary::run_findings`), not of its data.
[[nodiscard]] std::vector<Finding> findings_of(const CredentialHorizon& horizon);

/// A refusal by the API, when the key's two years are over by what is known of its age: says so in `hint`. Leaves other errors alone.
void explain_refusal(const CredentialHorizon& horizon, Error& error);

}  // namespace moisson::pipeline
