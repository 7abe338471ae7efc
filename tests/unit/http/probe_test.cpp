/// The way to a host, step by step, as `doctor` shows it.

#include "http/probe.hpp"

#include <doctest/doctest.h>

#include <string>

#include "http/server_double.hpp"
#include "http/test_client.hpp"

using namespace moisson;
using namespace moisson::http;
using namespace moisson::test;

namespace {

/// "name connection tls!tls": kinds in order, the failed one with its error.
std::string way(const ClientOptions& options, const std::string& url) {
    std::string text;
    for (const ProbeStep& step : probe(*make_transport(options), *Url::parse(url), system_clock(), {})) {
        constexpr const char* names[] = {"name", "connection", "proxy", "tls"};
        text += (text.empty() ? "" : " ") + std::string(names[static_cast<std::size_t>(step.kind)]);
        if (step.outcome) {
            CHECK_FALSE(step.detail.empty());
        } else {
            text += "!" + std::string(to_text(step.outcome.error().code));
        }
    }
    return text;
}

/// Answers CONNECT with `answer`, then speaks TLS where that is 200.
ServerDouble::Serve proxy_that(std::string answer, SSL_CTX* tls) {
    return [answer = std::move(answer), tls](Peer& peer, int) {
        if (peer.read_request().empty() || !peer.send(answer) || !answer.starts_with("HTTP/1.1 200") || !peer.start_tls(tls)) {
            peer.end(End::fin);
            return;
        }
        static_cast<void>(peer.read_request());
    };
}

}  // namespace

TEST_CASE("a step that fails would be told as another") {
    const TlsSettings good = loopback_settings();
    const ServerDouble plain(std::vector<Reply>{});
    const ServerDouble secure(std::vector<Reply>{}, good.get());
    CHECK(way(client_options(), plain.url()) == "name connection");
    CHECK(way(client_options(), secure.url()) == "name connection tls");
    CHECK(way(client_options(), "https://no-such-host.invalid/") == "name!dns");
    CHECK(way(client_options(), "https://127.0.0.1:" + std::to_string(plain.port())).starts_with("name connection tls!"));
    ClientOptions stranger = client_options();
    const Authority other;
    stranger.ca_file = other.ca_file;
    CHECK(way(stranger, secure.url()) == "name connection tls!certificate");
    std::uint16_t closed = 0;
    {
        const ServerDouble gone(std::vector<Reply>{});
        closed = gone.port();
    }
    CHECK(way(client_options(), "https://127.0.0.1:" + std::to_string(closed)) == "name connection!connect");
    for (const std::string& request : plain.requests()) {
        CHECK_MESSAGE(request.find("HTTP") == std::string::npos, "a probe sends no request");
    }
}

TEST_CASE("what a proxy refuses would be blamed on the service, or the service's certificate on the proxy") {
    const TlsSettings good = server_settings(authority().sign({.common_name = "api", .alternative_names = "DNS:api.test"}));
    const TlsSettings wrong = server_settings(authority().sign({.common_name = "other", .alternative_names = "DNS:other.test"}));
    const auto through = [](const ServerDouble& proxy) {
        ClientOptions options = client_options();
        options.https_proxy = *Url::parse("http://127.0.0.1:" + std::to_string(proxy.port()));
        return options;
    };
    const std::string url = "https://api.test:44444/";
    const ServerDouble open(proxy_that("HTTP/1.1 200 Connection established\r\n\r\n", good.get()));
    CHECK(way(through(open), url) == "name connection proxy tls");
    CHECK(proxy_of(*make_transport(through(open)), *Url::parse(url)) == "127.0.0.1:" + std::to_string(open.port()));
    CHECK(proxy_of(*make_transport(client_options()), *Url::parse(url)).empty());
    const ServerDouble asking(proxy_that("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", nullptr));
    CHECK(way(through(asking), url) == "name connection proxy!proxy");
    const ServerDouble refusing(proxy_that("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", nullptr));
    CHECK(way(through(refusing), url) == "name connection proxy!proxy");
    const ServerDouble behind(proxy_that("HTTP/1.1 200 Connection established\r\n\r\n", wrong.get()));
    CHECK(way(through(behind), url) == "name connection proxy tls!certificate");
}
