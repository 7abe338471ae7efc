#pragma once
/// What the session's tests share: an authority, a client that trusts it, one call per request.

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>

#include "http/http.hpp"
#include "http/server_double.hpp"

namespace moisson::test {

inline const Authority& authority() {
    static const Authority made;
    return made;
}

inline TlsSettings loopback_settings() {
    return server_settings(authority().sign({.common_name = "loopback", .alternative_names = "IP:127.0.0.1"}));
}

inline http::ClientOptions client_options() {
    http::ClientOptions options;
    options.ca_file = authority().ca_file;
    options.connect_timeout = std::chrono::milliseconds(3000);
    options.read_timeout = std::chrono::milliseconds(3000);
    return options;
}

inline std::shared_ptr<const http::Transport> make_transport(const http::ClientOptions& options) {
    auto transport = http::Transport::make(options);
    REQUIRE(transport.has_value());
    return *transport;
}

inline http::Request get(const std::string& url) {
    http::Request request;
    request.url = *http::Url::parse(url);
    return request;
}

/// The body, or the status and its text, or the error's code as text.
inline std::string fetch(http::Session& session, const http::Request& request, const http::Limits& limits = {},
                         const std::stop_token& stop = {}) {
    http::StringSink sink;
    const auto response = session.exchange(request, sink, limits, stop);
    if (!response) {
        return "error " + std::string(to_text(response.error().code));
    }
    if (!response->ok()) {
        return "status " + std::to_string(response->status) + " " + response->error_body;
    }
    CHECK(response->body_size_bytes == sink.bytes.size());
    return sink.bytes;
}

inline Error error_of(http::Session& session, const http::Request& request, const http::Limits& limits = {}) {
    http::StringSink sink;
    auto response = session.exchange(request, sink, limits, {});
    REQUIRE_FALSE(response.has_value());
    return response.error();
}

}  // namespace moisson::test
