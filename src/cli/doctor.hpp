#pragma once
/// The pieces of `doctor` that can be tested without a network.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/exit_code.hpp"
#include "base/result.hpp"

namespace moisson::cli {

enum class CheckStatus {
    ok,
    warn,  ///< works, but look at it
    fail,  ///< an export would fail here
    skip,  ///< cannot be told, because an earlier check failed or it does not apply
};

struct Check {
    std::string name;    ///< "job", "credentials", … stable
    CheckStatus status = CheckStatus::ok;
    std::string text;    ///< what was found
    std::string remedy;  ///< what to do; empty when nothing
    ExitCode exit_code = ExitCode::complete;  ///< of a failure
};

[[nodiscard]] std::string_view to_text(CheckStatus status) noexcept;

/// One line a check ("ok    token        …"), the remedy below it.
[[nodiscard]] std::string checks_text(const std::vector<Check>& checks);
/// The exit code of the first failed check; 0 when none failed.
[[nodiscard]] ExitCode exit_code_of(const std::vector<Check>& checks) noexcept;

/// A failed call as the check that it belongs to: name resolution, connection, proxy, TLS, or `otherwise`.
[[nodiscard]] Check check_of_error(const Error& error, std::string_view otherwise);

/// What is odd about an API key as it was given (it is cleaned before use); empty when nothing.
[[nodiscard]] std::string oddity_of_api_key(std::string_view api_key);
/// The same for the portal's Basic value: it must be base64 of "id:secret".
[[nodiscard]] std::string oddity_of_basic(std::string_view basic);

/// A URL without the user and password that may stand in it.
[[nodiscard]] std::string without_user(std::string_view url);

}  // namespace moisson::cli
