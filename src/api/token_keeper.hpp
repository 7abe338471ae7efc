#pragma once
/// The one token of an application: fetched once, renewed at 80 % of its life and once per rejection (401/42). Control loop's thread only.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/endpoints.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace moisson::api {

/// Secrets of one login, already cleaned: the application's, and its own key.
struct Credentials {
    std::string basic;    ///< base64(client id ":" client secret), without "Basic "
    std::string api_key;  ///< without blanks and line ends
};

/// Base64 of id:secret, one line, no trailing newline.
[[nodiscard]] std::string make_basic(std::string_view client_id, std::string_view client_secret);
/// Drops "Authorization:" and "Basic" in front, and every blank and line end (line-wrapped Base64).
[[nodiscard]] std::string clean_basic(std::string_view text);
/// What is wrong with a cleaned Basic value, as a clause ("it is not base64"); empty when it is base64 of "id:secret".
[[nodiscard]] std::string oddity_of_basic(std::string_view basic);
/// Drops every blank, tab and line end, no-break and zero-width ones too (a key pasted from a document carries them, api/README.md §0).
[[nodiscard]] std::string clean_api_key(std::string_view text);

/// Life of a token whose answer names none: what the service documents today (api/README.md §1); a shorter true life is met by 401/42.
inline constexpr std::chrono::seconds token_lifetime_default{3600};

/// `clock` must outlive it.
class TokenKeeper {
public:
    /// Exchanges the token request, paced and retried like any other; returns the body of a 200, or the error.
    using Exchange = std::function<Result<std::string>(const http::Request&)>;
    /// `basic`: `Credentials::basic`.
    TokenKeeper(ServiceUrls urls, std::string basic, const Clock& clock, Exchange exchange);
    ~TokenKeeper();  ///< overwrites credentials and token
    TokenKeeper(const TokenKeeper&) = delete;
    TokenKeeper& operator=(const TokenKeeper&) = delete;

    /// Adds Authorization and, where there is one, `api_key` as X-API-Key (both origin-bound, as X-ECCS-Contract-Id) and returns the
    /// token's generation; fetches or renews first where due. `credentials` (client refused): the message names which of the two kinds it
    /// was and where to renew it. A renewal that fails for another reason while the old token still lives is put off. Where the service
    /// calls every fresh token expired, it ends with `credentials` instead of asking for tokens for ever (the limit is 50 a minute,
    /// api/README.md §1).
    [[nodiscard]] Result<std::uint64_t> authorize(http::Request& request, const std::string& api_key);
    /// A call with this generation got 401/42: the next `authorize` fetches a new token unless that happened already.
    void expired(std::uint64_t generation);
    /// The token in use, as the server sent it; `value` empty before the first `authorize`.
    [[nodiscard]] const Token& current() const noexcept { return token_; }
    [[nodiscard]] std::uint64_t fetched() const noexcept { return generation_; }

private:
    [[nodiscard]] Status fetch();
    ServiceUrls urls_;
    std::string basic_;
    const Clock& clock_;
    Exchange exchange_;
    Token token_;
    std::uint64_t generation_ = 0;
    bool valid_ = false;
    std::chrono::steady_clock::time_point renew_at_{};
    std::chrono::steady_clock::time_point expires_at_{};
    std::vector<std::chrono::steady_clock::time_point> rejections_;  // of the last minute
};

}  // namespace moisson::api
