#pragma once
/// How far the way to a URL's host is open: name, connection, proxy, TLS. Sends no request, so that `doctor` can name the step that fails.

#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/http.hpp"

namespace moisson::http {

struct ProbeStep {
    enum class Kind {
        name,        ///< of the host, or of the proxy where one is used
        connection,  ///< TCP to it
        proxy,       ///< the proxy opens a tunnel (https only)
        tls,         ///< handshake, certificate chain, host name, dates
    };
    Kind kind = Kind::name;
    Status outcome;
    std::string detail;  ///< of a success, for people: "127.0.0.1", "127.0.0.1:443 answered in 3 ms"
};

/// The steps in their order, up to and including the first that failed. Over plain http there is no `proxy` and no `tls`. Two connections
/// at most, each closed at once. Blocks as long as the transport's time limits allow.
[[nodiscard]] std::vector<ProbeStep> probe(const Transport& transport, const Url& url, const Clock& clock, std::stop_token stop);

/// "proxy.example.com:3128" where a proxy is used for this URL, without user and password; empty where none is.
[[nodiscard]] std::string proxy_of(const Transport& transport, const Url& url);

}  // namespace moisson::http
