#pragma once
/// A notice posted to an address, signed in the way of Standard Webhooks (github.com/standard-webhooks/standard-webhooks, "Signature
/// scheme"): receivers check it with a library that exists for their language.

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/http.hpp"

namespace moisson::notify {

/// What the header `webhook-signature` says: "v1," and base64 of HMAC-SHA-256 over "ID.TIMESTAMP.BODY". `secret`: "whsec_" and base64, else
/// its own bytes. Pure.
[[nodiscard]] std::string webhook_signature(std::string_view secret, std::string_view id, std::string_view timestamp,
                                            std::string_view body);

struct Post {
    http::Url url;
    std::string id;      ///< of the notice: `webhook-id` and `idempotency-key`
    std::string body;    ///< JSON
    std::string secret;  ///< empty: not signed
};

/// Once. Any answer of 2xx takes it, whatever its body says. No redirect is followed. An error names scheme and host of the address, which
/// may be a secret beyond them; `retry` and `retry_after` say whether another try can help. `time_max`: for all of it.
[[nodiscard]] Status send_post(const Post& post, std::shared_ptr<const http::Transport> transport, std::chrono::milliseconds time_max,
                               const Clock& clock, const std::stop_token& stop);

}  // namespace moisson::notify
