/// Trust: which servers are accepted, what an administrator reads when one is not, and that time limits hold during handshakes.
/// Host names that do not exist are reached through a proxy double, which connects them to a TLS server double.

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "http/http.hpp"
#include "http/server_double.hpp"
#include "http/tcp.hpp"
#include "http/test_client.hpp"

using namespace moisson;
using namespace moisson::http;
using namespace moisson::test;
using namespace std::chrono_literals;

namespace {

/// A proxy that is also the server behind it: answers CONNECT, then speaks TLS with the settings in force.
class TunnelDouble {
public:
    explicit TunnelDouble(std::string connect_answer = "HTTP/1.1 200 Connection established\r\n\r\n")
        : answer_(std::move(connect_answer)), server_([this](Peer& peer, int) { serve(peer); }) {}

    [[nodiscard]] ClientOptions options() const {
        ClientOptions options = client_options();
        options.https_proxy = Url::parse(server_.url()).value();
        options.http_proxy = options.https_proxy;
        return options;
    }
    void use(const Identity& identity) { settings_ = server_settings(identity); }
    [[nodiscard]] SSL_CTX* settings() const { return settings_.get(); }
    [[nodiscard]] const ServerDouble& server() const { return server_; }
    [[nodiscard]] std::string server_name() const {
        const std::lock_guard lock(mutex_);
        return server_name_;
    }
    std::chrono::milliseconds handshake_delay{0};

private:
    void serve(Peer& peer) {
        const std::string request = peer.read_request();
        server_.note(request);
        if (!peer.send(answer_) || !answer_.starts_with("HTTP/1.1 200")) {
            peer.end(End::fin);
            return;
        }
        if (settings_ == nullptr) {
            peer.end(End::fin);
            return;
        }
        if (handshake_delay > 0ms) {
            // A slow server: waits, but not longer than the client.
            pollfd gone{peer.descriptor(), POLLRDHUP, 0};
            ::poll(&gone, 1, static_cast<int>(handshake_delay.count()));
        }
        if (!peer.start_tls(settings_.get())) {
            return;
        }
        if (const char* name = SSL_get_servername(peer.ssl(), TLSEXT_NAMETYPE_host_name)) {
            const std::lock_guard lock(mutex_);
            server_name_ = name;
        }
        for (std::string inner = peer.read_request(); !inner.empty(); inner = peer.read_request()) {
            server_.note(inner);
            if (!peer.send(ok_reply("inside"))) {
                return;
            }
        }
    }

    std::string answer_;
    TlsSettings settings_;
    mutable std::mutex mutex_;
    std::string server_name_;
    ServerDouble server_;
};

long spent_ms(std::chrono::steady_clock::time_point since) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - since).count();
}

}  // namespace

TEST_CASE("a server is believed only when its certificate is for the host that was asked") {
    // If this failed, an API key would go to whoever answers in the service's place.
    struct Row {
        std::string_view host;
        std::string_view names;
        bool accepted;
        std::string_view common_name = "irrelevant";
    };
    const Row rows[] = {
        {"api.orange.test", "DNS:api.orange.test", true},
        {"API.Orange.Test", "DNS:api.orange.test", true},
        {"api.orange.test.", "DNS:api.orange.test", true},
        {"api.orange.test", "DNS:other.test,DNS:api.orange.test", true},
        {"api.orange.test", "DNS:*.orange.test", true},
        {"deep.api.orange.test", "DNS:*.orange.test", false},
        {"orange.test", "DNS:*.orange.test", false},
        {"api.orange.test", "DNS:ap*.orange.test", false},
        {"api.orange.test", "DNS:*.test", false},
        {"api.orange.test", "DNS:other.test", false},
        {"api.orange.test", "DNS:other.test", false, "api.orange.test"},
        {"api.orange.test", "", false, "api.orange.test"},
        {"api.orange.test", "DNS:api.orange.test.evil", false},
        {"host", "DNS:host", true},
        {"host", "DNS:other.test", false},
        {"192.0.2.1", "IP:192.0.2.1", true},
        {"192.0.2.1", "IP:192.0.2.2", false},
        {"192.0.2.1", "DNS:192.0.2.1", false},
        {"[2001:db8::1]", "IP:2001:db8::1", true},
        {"[2001:db8::1]", "IP:192.0.2.1", false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.host);
        CAPTURE(row.names);
        TunnelDouble tunnel;
        tunnel.use(authority().sign({.common_name = std::string(row.common_name), .alternative_names = std::string(row.names)}));
        Session session(make_transport(tunnel.options()), system_clock());
        const Request request = get("https://" + std::string(row.host) + "/secret");
        if (row.accepted) {
            CHECK(fetch(session, request) == "inside");
            continue;
        }
        const Error error = error_of(session, request);
        CHECK(error.code == ErrorCode::certificate);
        CHECK(error.retry == Retry::never);
        CHECK(tunnel.server().requests().size() == 1);  // the CONNECT alone
    }
}

TEST_CASE("a slow handshake does not switch the host check off") {
    // If this failed, an attacker had only to be slow: Poco 1.11 sends the request to the wrong host then.
    TunnelDouble tunnel;
    tunnel.use(authority().sign({.alternative_names = "DNS:other.test"}));
    tunnel.handshake_delay = 800ms;
    ClientOptions options = tunnel.options();
    Session patient(make_transport(options), system_clock());
    CHECK(error_of(patient, get("https://api.orange.test/")).code == ErrorCode::certificate);
    options.connect_timeout = 300ms;
    Session impatient(make_transport(options), system_clock());
    const auto start = std::chrono::steady_clock::now();
    CHECK(error_of(impatient, get("https://api.orange.test/")).code == ErrorCode::timeout);
    CHECK(spent_ms(start) < 750);
    CHECK(tunnel.server().requests().size() == 2);
}

TEST_CASE("the server hears the name that was asked, also on the next connection") {
    // If this failed, a server of many names would show the wrong certificate.
    TunnelDouble tunnel;
    tunnel.use(authority().sign({.alternative_names = "DNS:api.orange.test,IP:127.0.0.1"}));
    Session session(make_transport(tunnel.options()), system_clock());
    CHECK(fetch(session, get("https://api.orange.test/")) == "inside");
    CHECK(tunnel.server_name() == "api.orange.test");
}

TEST_CASE("a refused certificate is explained: which, why, since when, what to do") {
    // If this failed, an administrator would read "certificate verify failed" and nothing else.
    struct Row {
        CertificateWishes wishes;
        bool own_authority;
        std::vector<std::string> said;
    };
    const std::string today = format_timestamp(system_clock().now()).substr(0, 4);
    const std::vector<Row> rows = {
        {{.common_name = "old",
          .alternative_names = "DNS:api.orange.test",
          .valid_from_seconds = -20 * 86400,
          .valid_to_seconds = -10 * 86400},
         false,
         {"the certificate of api.orange.test (old) expired on 2", "T", "Z", "clock says " + today}},
        {{.common_name = "early",
          .alternative_names = "DNS:api.orange.test",
          .valid_from_seconds = 10 * 86400,
          .valid_to_seconds = 20 * 86400},
         false,
         {"(early) is valid only from 2", "clock says " + today}},
        {{.common_name = "foreign", .alternative_names = "DNS:one.test,DNS:two.test,IP:10.0.0.1"},
         false,
         {"is for another host: one.test, two.test, 10.0.0.1"}},
        {{.common_name = "selfmade", .alternative_names = "DNS:api.orange.test"},
         true,
         {"does not trust: \"selfmade\"", "MOISSON_CA_FILE"}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.wishes.common_name);
        TunnelDouble tunnel;
        tunnel.use(row.own_authority ? make_identity(row.wishes) : authority().sign(row.wishes));
        Session session(make_transport(tunnel.options()), system_clock());
        const Error error = error_of(session, get("https://api.orange.test/x"));
        CHECK(error.code == ErrorCode::certificate);
        for (const std::string& part : row.said) {
            CAPTURE(error.to_line());
            CAPTURE(part);
            CHECK(error.to_line().find(part) != std::string::npos);
        }
    }
}

TEST_CASE("TLS 1.2 and 1.3 are spoken with one hello, older versions are not") {
    // If this failed, an outdated server would be trusted, or every connection would cost a round trip more.
    for (const int version : {TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        TunnelDouble tunnel;
        tunnel.use(authority().sign({.alternative_names = "DNS:api.orange.test"}));
        SSL_CTX_set_security_level(tunnel.settings(), 0);
        SSL_CTX_set_min_proto_version(tunnel.settings(), 0);
        SSL_CTX_set_max_proto_version(tunnel.settings(), version);
        must(SSL_CTX_set1_groups_list(tunnel.settings(), "X25519:P-256") == 1, "groups");
        std::atomic<int> hellos{0};
        SSL_CTX_set_client_hello_cb(
            tunnel.settings(),
            [](SSL*, int*, void* count) {
                ++*static_cast<std::atomic<int>*>(count);
                return SSL_CLIENT_HELLO_SUCCESS;
            },
            &hellos);
        Session session(make_transport(tunnel.options()), system_clock());
        if (version == TLS1_1_VERSION) {
            const Error error = error_of(session, get("https://api.orange.test/"));
            CHECK(error.code == ErrorCode::tls);
            CHECK(error.retry == Retry::never);
            CHECK(error.message.english().find("TLS 1.2") != std::string::npos);
        } else {
            CHECK(fetch(session, get("https://api.orange.test/")) == "inside");
        }
        CHECK(hellos == 1);
    }
}

TEST_CASE("a port that does not speak TLS is named as such, and silence ends at the connect timeout") {
    // If this failed, a wrong port in the URL would look like a network problem.
    ClientOptions options = client_options();
    options.connect_timeout = 500ms;
    Session session(make_transport(options), system_clock());
    const ServerDouble plain([](Peer& peer, int connection) {
        if (connection == 0) {
            peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        }
        if (connection < 2) {
            peer.wait_for_close();
        }
    });
    const std::string url = "https://127.0.0.1:" + std::to_string(plain.port()) + "/";
    const Error spoken = error_of(session, get(url));
    CHECK(spoken.code == ErrorCode::tls);
    CHECK(spoken.message.english().find("does not speak TLS") != std::string::npos);
    const auto start = std::chrono::steady_clock::now();
    const Error silent = error_of(session, get(url));
    CHECK(silent.code == ErrorCode::timeout);
    CHECK(spent_ms(start) < 950);
    const Error closed = error_of(session, get(url));
    CHECK(closed.code == ErrorCode::reset);
    CHECK(closed.message.english().find("handshake") != std::string::npos);
}

TEST_CASE("a client certificate is shown where one is asked for") {
    // If this failed, a gateway with mutual TLS could not be used.
    const Identity client = authority().sign({.common_name = "client"});
    const std::string certificate_file = authority().write("client.pem", client.certificate_pem());
    const std::string key_file = authority().write("client.key", client.key_pem());
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        TunnelDouble tunnel;
        tunnel.use(authority().sign({.alternative_names = "DNS:api.orange.test"}));
        SSL_CTX_set_max_proto_version(tunnel.settings(), version);
        SSL_CTX_set_verify(tunnel.settings(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
        must(SSL_CTX_load_verify_file(tunnel.settings(), authority().ca_file.c_str()) == 1, "CA");
        ClientOptions options = tunnel.options();
        Session without(make_transport(options), system_clock());
        const std::string refused = fetch(without, get("https://api.orange.test/"));
        CHECK((refused == "error tls" || refused == "error reset"));
        options.client_certificate_file = certificate_file;
        options.client_key_file = key_file;
        Session with(make_transport(options), system_clock());
        CHECK(fetch(with, get("https://api.orange.test/")) == "inside");
    }
}

TEST_CASE("unusable trust files are refused at the start, by name") {
    // If this failed, the run would begin and fail at its first call.
    const auto refused = [](std::string ca_file, std::string ca_folder, std::string certificate_file, std::string key_file,
                            const std::string& path) {
        ClientOptions options;
        options.ca_file = std::move(ca_file);
        options.ca_folder = std::move(ca_folder);
        options.client_certificate_file = std::move(certificate_file);
        options.client_key_file = std::move(key_file);
        const auto transport = Transport::make(options);
        REQUIRE_FALSE(transport.has_value());
        CHECK(transport.error().code == ErrorCode::bad_input);
        CHECK(transport.error().where == path);
    };
    const Identity one = authority().sign({});
    const Identity other = authority().sign({});
    const std::string certificate = authority().write("one.pem", one.certificate_pem());
    const std::string key = authority().write("one.key", one.key_pem());
    const std::string wrong_key = authority().write("other.key", other.key_pem());
    const std::string nonsense = authority().write("nonsense.pem", "hello");
    refused("/nonexistent/ca.pem", "", "", "", "/nonexistent/ca.pem");
    refused(nonsense, "", "", "", nonsense);
    refused("", "/nonexistent", "", "", "/nonexistent");
    refused("", nonsense, "", "", nonsense);
    refused("", "", nonsense, key, nonsense);
    refused("", "", certificate, "/nonexistent", "/nonexistent");
    refused("", "", certificate, wrong_key, wrong_key);
    refused("", "", certificate, "", certificate);
}

TEST_CASE("a folder of authorities works as a file does") {
    // If this failed, companies that deploy their CA as a folder could not use it.
    const unsigned long hash = X509_NAME_hash_ex(X509_get_subject_name(authority().identity.certificate.get()), nullptr, nullptr, nullptr);
    char name[16];
    static_cast<void>(std::snprintf(name, sizeof name, "%08lx.0", hash));
    static_cast<void>(authority().write(name, authority().identity.certificate_pem()));
    TunnelDouble tunnel;
    tunnel.use(authority().sign({.alternative_names = "DNS:api.orange.test"}));
    ClientOptions options = tunnel.options();
    options.ca_folder = authority().folder.path().string();
    options.ca_file.clear();
    Session session(make_transport(options), system_clock());
    CHECK(fetch(session, get("https://api.orange.test/")) == "inside");
    options.ca_folder.clear();
    Session system_store(make_transport(options), system_clock());
    CHECK(fetch(system_store, get("https://api.orange.test/")) == "error certificate");
}

TEST_CASE("a tunnel is asked for once, with user and password, and neither goes through it") {
    // If this failed, companies' proxies would refuse us, or the service would learn the proxy's password.
    TunnelDouble tunnel;
    tunnel.use(authority().sign({.alternative_names = "DNS:api.orange.test"}));
    ClientOptions options = tunnel.options();
    options.proxy_user = "us:er";
    options.proxy_password = "p\xC3\xA4ss";
    Session session(make_transport(options), system_clock());
    CHECK(fetch(session, get("https://api.orange.test/a")) == "inside");
    CHECK(fetch(session, get("https://api.orange.test/b")) == "inside");
    const auto requests = tunnel.server().requests();
    REQUIRE(requests.size() == 3);
    CHECK(requests[0].starts_with("CONNECT api.orange.test:443 HTTP/1.1\r\nHost: api.orange.test:443\r\n"));
    CHECK(requests[0].find("Proxy-Authorization: Basic dXM6ZXI6cMOkc3M=\r\n") != std::string::npos);
    CHECK(requests[1].starts_with("GET /a HTTP/1.1\r\nHost: api.orange.test\r\n"));
    CHECK(requests[1].find("Proxy-Authorization") == std::string::npos);
    options.proxy_user.clear();
    options.proxy_password.clear();
    Session anonymous(make_transport(options), system_clock());
    CHECK(fetch(anonymous, get("https://api.orange.test/a")) == "inside");
    CHECK(tunnel.server().requests().at(3).find("Proxy-Authorization") == std::string::npos);
    // If this machine's own addresses went there, a Basic value for a service on it would pass the proxy in clear.
    const TlsSettings direct = loopback_settings();
    const ServerDouble server({{ok_reply("direct"), End::keep}}, direct.get());
    Session bypassing(make_transport(options), system_clock());
    CHECK(fetch(bypassing, get(server.url())) == "direct");
}

TEST_CASE("a proxy that refuses is told apart from the service, with what to do") {
    // If this failed, an administrator would look for the fault at Orange.
    struct Row {
        std::string answer;
        ErrorCode code;
        Retry retry;
        std::string said;
        bool with_password = false;
    };
    const std::vector<Row> rows = {
        {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", ErrorCode::proxy, Retry::never,
         "asks for a user and password"},
        {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", ErrorCode::proxy, Retry::never,
         "refuses the user and password", true},
        {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", ErrorCode::proxy, Retry::never,
         "refuses the tunnel to api.orange.test:443 with status 403"},
        {"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", ErrorCode::proxy, Retry::later, "502"},
        {"<html>no proxy here</html>", ErrorCode::proxy, Retry::never, "does not answer as a proxy does"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n<html>no proxy here</html>", ErrorCode::proxy, Retry::never, "sends something else"},
        {"HTTP/1.1 200 OK\r\n\r\n", ErrorCode::reset, Retry::later, "handshake"},
        {"HTTP/1.1 2", ErrorCode::proxy, Retry::later, "closed the connection"},
        {"", ErrorCode::proxy, Retry::later, "closed the connection"},
        {"HTTP/1.1 200 OK\r\nbroken\r\n\r\n", ErrorCode::proxy, Retry::never, "cannot be read"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.answer);
        const TunnelDouble tunnel(row.answer);
        ClientOptions options = tunnel.options();
        if (row.with_password) {
            options.proxy_user = "user";
            options.proxy_password = "pr0xysecret";
        }
        Session session(make_transport(options), system_clock());
        const Error error = error_of(session, get("https://api.orange.test/"));
        CHECK(to_text(error.code) == to_text(row.code));
        CHECK(error.retry == row.retry);
        CAPTURE(error.to_line());
        CHECK(error.to_line().find(row.said) != std::string::npos);
        CHECK(error.to_line().find("pr0xysecret") == std::string::npos);
    }
}

TEST_CASE("plain http goes to its proxy with the whole URL") {
    // If this failed, an http test service behind a proxy could not be reached.
    const ServerDouble proxy({{ok_reply("by proxy"), End::keep}, {"HTTP/1.1 407 x\r\nContent-Length: 0\r\n\r\n", End::keep}});
    ClientOptions options = client_options();
    options.http_proxy = Url::parse(proxy.url()).value();
    options.proxy_user = "user";
    options.proxy_password = "word";
    Session session(make_transport(options), system_clock());
    CHECK(fetch(session, get("http://service.test:8080/a?b")) == "by proxy");
    const std::string sent = proxy.requests().at(0);
    CHECK(sent.starts_with("GET http://service.test:8080/a?b HTTP/1.1\r\nHost: service.test:8080\r\n"));
    CHECK(sent.find("Proxy-Authorization: Basic dXNlcjp3b3Jk\r\n") != std::string::npos);
    CHECK(error_of(session, get("http://service.test:8080/a?b")).code == ErrorCode::proxy);
}

TEST_CASE("every address of a name is tried, and one that does not answer costs a moment only") {
    // If this failed, a dead IPv6 route would make the service unreachable.
    const ServerDouble server({{ok_reply("x"), End::keep}});
    std::uint16_t closed_port = 0;
    {
        const ServerDouble gone(std::vector<Reply>{});
        closed_port = gone.port();
    }
    using Poco::Net::SocketAddress;
    const SocketAddress good("127.0.0.1", server.port());
    const SocketAddress refused("127.0.0.1", closed_port);
    const SocketAddress refused_too("::1", closed_port);
    const Limits limits;
    Watch watch(system_clock(), limits, {});
    CHECK(connect_any({refused_too, refused, good}, "test", 3s, 50ms, watch).has_value());
    const auto none = connect_any({refused_too, refused}, "the service", 3s, 50ms, watch);
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error().code == ErrorCode::connect);
    CHECK(none.error().to_line().find("the service") != std::string::npos);
    CHECK(none.error().cause.find("[::1]:") != std::string::npos);
    CHECK(none.error().cause.find("127.0.0.1:") != std::string::npos);
}

TEST_CASE("an answer tells whom the connection led to, as openssl shows it, and how often it was asked for") {
    // If this failed, evidence of where a bill came from would name another server than the one that sent it.
    TunnelDouble tunnel;
    const Identity identity =
        authority().sign({.common_name = "Orange, \"é\"\x1b[1m\n+x", .alternative_names = "DNS:api.orange.test"});
    tunnel.use(identity);
    Session session(make_transport(tunnel.options()), system_clock());
    StringSink sink;
    const Timestamp before = system_clock().now();
    const auto first = session.exchange(get("https://api.orange.test/file?sig=1"), sink, {}, {});
    const auto second = session.exchange(get("https://api.orange.test/other"), sink, {}, {});
    REQUIRE(first);
    REQUIRE(second);
    REQUIRE(first->peer != nullptr);
    CHECK(first->peer->subject == R"(CN=Orange\, \"\C3\A9\"\1B[1m\0A\+x)");
    CHECK(first->peer->issuer == "CN=Moisson test authority");
    unsigned char* der = nullptr;
    const int size = i2d_X509(identity.certificate.get(), &der);
    REQUIRE(size > 0);
    CHECK(first->peer->sha256 == sha256_hex(std::string_view(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size))));
    OPENSSL_free(der);
    CHECK(second->peer == first->peer);  // the same connection
    CHECK(first->attempts == 1);
    CHECK(before <= first->sent_at);
    CHECK(first->sent_at <= first->head_at);
    CHECK(first->head_at <= second->sent_at);
}
