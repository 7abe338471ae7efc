#pragma once
/// The pieces of `doctor` that can be tested without a network.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/exit_code.hpp"
#include "base/result.hpp"
#include "http/probe.hpp"

namespace moisson::doctor {

enum class CheckStatus {
    ok,
    warning,  ///< works, but look at it
    failed,   ///< an export would fail here, or could not be whole
    skipped,  ///< cannot be told, because an earlier step failed or it does not apply
};

struct Check {
    std::string name;  ///< one of `doctor_steps`
    CheckStatus status = CheckStatus::ok;
    std::string text;                         ///< what was found
    std::string remedy;                       ///< what to do; empty when nothing
    ExitCode exit_code = ExitCode::complete;  ///< of a failure
};

/// Every step, in the order of the way from the job file to a file of the service, then what is local.
[[nodiscard]] std::span<const std::string_view> doctor_steps() noexcept;

[[nodiscard]] std::string_view to_text(CheckStatus status) noexcept;  ///< "ok", "warning", "failed", "skipped"

/// In the order of the steps, as found within a step; a step that nobody came to stands as skipped.
[[nodiscard]] std::vector<Check> in_order(std::vector<Check> checks);

/// One line a check ("ok    token        …"), the remedy below it.
[[nodiscard]] std::string checks_text(const std::vector<Check>& checks);
/// The exit code of the first failed check; 0 when none failed.
[[nodiscard]] ExitCode exit_code_of(const std::vector<Check>& checks) noexcept;

/// A failure as a check of `name`: what, where and why in one sentence, the hint as remedy, the exit code that the error means.
[[nodiscard]] Check check_of_error(const Error& error, std::string_view name);
/// "dns", "connection", "proxy", "tls". With a proxy, a connection that fails is the proxy's.
[[nodiscard]] std::string_view step_of(http::ProbeStep::Kind kind, bool through_proxy) noexcept;

/// A refused GET /contracts as a check of the step that it belongs to: "subscription", "api-key", or "contracts" for all that is no
/// refusal. `without_key` is the same call's error when the API key was left out: the same refusal says that the key made no difference, so
/// that the application is to blame; another one, or none, that the key is. Null: not tried.
[[nodiscard]] Check check_of_refusal(const Error& error, const Error* without_key);

/// What is odd about an API key as it was given (it is cleaned before use); empty when nothing.
[[nodiscard]] std::string oddity_of_api_key(std::string_view api_key);

/// A URL without the user and password that may stand in it.
[[nodiscard]] std::string without_user(std::string_view url);

}  // namespace moisson::doctor
