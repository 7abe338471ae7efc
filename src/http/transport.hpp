#pragma once
/// What all sessions share: settings and TLS context. The door shows only `Transport`.

#include <Poco/Net/Context.h>

#include "http/http.hpp"

namespace moisson::http {

/// Immutable after `make`; any thread.
class SharedTransport final : public Transport {
public:
    SharedTransport(ClientOptions options, Poco::Net::Context::Ptr context) : options_(std::move(options)), context_(std::move(context)) {}

    [[nodiscard]] const ClientOptions& options() const noexcept { return options_; }
    [[nodiscard]] SSL_CTX* tls_settings() const { return context_->sslContext(); }
    /// The proxy for this URL, or null.
    [[nodiscard]] const Url* proxy_for(const Url& url) const;
    /// How long a blocked read or write waits before time limits and stop requests are looked at.
    [[nodiscard]] std::chrono::milliseconds slice() const;

private:
    ClientOptions options_;
    Poco::Net::Context::Ptr context_;
};

}  // namespace moisson::http
