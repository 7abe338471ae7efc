/// Whole exchanges against a server that does on its socket what each test says, plain and TLS.

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "http/http.hpp"
#include "http/server_double.hpp"
#include "http/test_client.hpp"

using namespace moisson;
using namespace moisson::http;
using namespace moisson::test;

namespace {

struct HostileRow {
    std::string_view name;
    std::string bytes;
    End end;
    std::string expected;      ///< body or "error …"
    std::string expected_tls;  ///< when it differs
};

std::vector<HostileRow> hostile_rows() {
    const std::string big(200000, 'b');
    return {
        {"whole, by length", ok_reply("first"), End::keep, "first", ""},
        {"whole, big", ok_reply(big), End::keep, big, ""},
        {"whole, empty", ok_reply(""), End::keep, "", ""},
        {"whole, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n", End::keep, "first", ""},
        {"whole, then closed", ok_reply("first", "Connection: close\r\n"), End::notify, "first", ""},
        {"whole, HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nfirst", End::notify, "first", ""},
        {"length short, FIN", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst", End::fin, "error truncated", ""},
        {"length short, close_notify", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst", End::notify, "error truncated", ""},
        {"length short, RST", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst", End::rst, "error reset", ""},
        {"zero bytes of the body, FIN", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", End::fin, "error truncated", ""},
        {"zero bytes of the body, close_notify", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", End::notify, "error truncated", ""},
        {"chunked, no last chunk, FIN", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", End::fin, "error truncated",
         ""},
        {"chunked, no last chunk, close_notify", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", End::notify,
         "error truncated", ""},
        {"chunked, cut in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfir", End::notify, "error truncated", ""},
        {"chunked, cut in the end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n", End::notify,
         "error truncated", ""},
        {"chunked, RST", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", End::rst, "error reset", ""},
        {"bad chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\nzz\r\nmore\r\n0\r\n\r\n", End::keep,
         "error protocol", ""},
        {"chunk size of 9 digits", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100000005\r\nfirst\r\n0\r\n\r\n", End::keep,
         "error protocol", ""},
        {"header cut after a line, FIN", "HTTP/1.1 200 OK\r\nContent-Type: x\r\n", End::fin, "error truncated", ""},
        {"header cut after a line, close_notify", "HTTP/1.1 200 OK\r\nContent-Type: x\r\n", End::notify, "error truncated", ""},
        {"header cut after the status line", "HTTP/1.1 200 OK\r\n", End::notify, "error truncated", ""},
        {"header cut within a line", "HTTP/1.1 200 O", End::notify, "error truncated", ""},
        {"no length at all", "HTTP/1.1 200 OK\r\n\r\nfirst", End::notify, "error truncated", ""},
        {"two different lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 3\r\n\r\nfirst", End::keep, "error protocol",
         ""},
        {"negative length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nfirst", End::keep, "error protocol", ""},
        {"gzip, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n", End::keep, "error protocol",
         ""},
        {"length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n",
         End::keep, "error protocol", ""},
        {"103 before 200", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok_reply("first"), End::keep, "first", ""},
        {"100 and 102 before 200", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + ok_reply("first"), End::keep, "first",
         ""},
        {"101 unasked", "HTTP/1.1 101 Switching Protocols\r\n\r\n", End::keep, "error protocol", ""},
        {"trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\nDigest: x\r\nMore: y\r\n\r\n", End::keep,
         "first", ""},
        {"bytes after the body", ok_reply("first") + "stray", End::keep, "error protocol", ""},
        {"a second answer at once", ok_reply("first") + ok_reply("wrong"), End::keep, "error protocol", ""},
        {"bytes after the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\nstray", End::keep,
         "error protocol", ""},
        {"header value of 20,000 bytes", ok_reply("first", "Long: " + std::string(20000, 'x') + "\r\n"), End::keep, "first", ""},
        {"headers beyond the limit", "HTTP/1.1 200 OK\r\nLong: " + std::string(70000, 'x') + "\r\n\r\n", End::keep, "error too-large", ""},
        {"folded header", ok_reply("first", "A: b\r\n c\r\n"), End::keep, "first", ""},
        {"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", End::keep, "error protocol", ""},
        {"part unasked", "HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\nContent-Range: bytes 0-4/10\r\n\r\nfirst", End::keep,
         "error protocol", ""},
        {"compressed unasked", ok_reply("first", "Content-Encoding: gzip\r\n"), End::keep, "error wrong-type", ""},
        {"coding identity", ok_reply("first", "Content-Encoding: identity\r\n"), End::keep, "first", ""},
        {"coding none", ok_reply("first", "Content-Encoding: none\r\n"), End::keep, "first", ""},
        {"coding binary", ok_reply("first", "Content-Encoding: binary\r\n"), End::keep, "first", ""},
        {"coding aws-chunked", ok_reply("first", "Content-Encoding: aws-chunked\r\n"), End::keep, "first", ""},
        {"coding UTF-8", ok_reply("first", "Content-Encoding: UTF-8\r\n"), End::keep, "first", ""},
        {"coding ISO-8859-1", ok_reply("first", "Content-Encoding: ISO-8859-1\r\n"), End::keep, "first", ""},
        {"coding application/pdf", ok_reply("first", "Content-Encoding: application/pdf\r\n"), End::keep, "first", ""},
        {"coding aws-chunked, identity", ok_reply("first", "Content-Encoding: aws-chunked, identity\r\n"), End::keep, "first", ""},
        {"compressed in a second field", ok_reply("first", "Content-Encoding: identity\r\nContent-Encoding: br\r\n"), End::keep, "error wrong-type", ""},
        {"compressed and chunked away", ok_reply("first", "Content-Encoding: gzip, aws-chunked\r\n"), End::keep, "error wrong-type", ""},
        {"404 with body", "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone", End::keep, "status 404 gone", ""},
        {"404, body cut", "HTTP/1.1 404 Not Found\r\nContent-Length: 40\r\n\r\ngone", End::notify, "status 404 gone", ""},
        {"500, no length", "HTTP/1.1 500 Oops\r\n\r\nbroken", End::notify, "status 500 broken", ""},
        {"204", "HTTP/1.1 204 No Content\r\n\r\n", End::keep, "", ""},
        {"closed without a word", "", End::notify, "error reset", ""},
        {"RST without a word", "", End::rst, "error reset", ""},
    };
}

}  // namespace

TEST_CASE("every hostile answer ends as the whole body or an error, and the next two answers are the right ones") {
    // If this failed, a cut invoice would be archived as whole, or one invoice under another's name.
    const TlsSettings tls = loopback_settings();
    const auto transport = make_transport(client_options());
    for (const bool secured : {false, true}) {
        for (const HostileRow& row : hostile_rows()) {
            CAPTURE(secured);
            CAPTURE(row.name);
            // The stale-connection rule would hide an answerless close behind a second try only on a used connection; this one is fresh.
            const ServerDouble server({{row.bytes, row.end}, {ok_reply("second"), End::keep}, {ok_reply("third"), End::keep}},
                                      secured ? tls.get() : nullptr);
            Session session(transport, system_clock());
            CHECK(fetch(session, get(server.url("/1"))) == row.expected);
            CHECK(fetch(session, get(server.url("/2"))) == "second");
            CHECK(fetch(session, get(server.url("/3"))) == "third");
            const auto requests = server.requests();
            REQUIRE(requests.size() == 3);
            CHECK(requests[2].starts_with("GET /3 HTTP/1.1\r\n"));
        }
    }
}

TEST_CASE("the same hostile answers after a good one on the kept connection") {
    // If this failed, only a session's first answer would be safe.
    const TlsSettings tls = loopback_settings();
    const auto transport = make_transport(client_options());
    for (const bool secured : {false, true}) {
        for (const HostileRow& row : hostile_rows()) {
            if (row.bytes.empty()) {
                continue;  // that is the stale connection, tested on its own
            }
            CAPTURE(secured);
            CAPTURE(row.name);
            const ServerDouble server({{ok_reply("zero"), End::keep}, {row.bytes, row.end}, {ok_reply("second"), End::keep}},
                                      secured ? tls.get() : nullptr);
            Session session(transport, system_clock());
            CHECK(fetch(session, get(server.url("/0"))) == "zero");
            CHECK(fetch(session, get(server.url("/1"))) == row.expected);
            CHECK(fetch(session, get(server.url("/2"))) == "second");
        }
    }
}

TEST_CASE("an answer cut at every byte is never whole") {
    // If this failed, some cut would pass for an end.
    const auto transport = make_transport(client_options());
    for (const std::string& whole :
         {ok_reply("first"), std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\nA: b\r\n\r\n")}) {
        std::vector<Reply> script;
        for (std::size_t size = 0; size < whole.size(); ++size) {
            script.push_back({whole.substr(0, size), End::fin});
        }
        script.push_back({whole, End::fin});
        const ServerDouble server(script);
        for (std::size_t size = 0; size <= whole.size(); ++size) {
            CAPTURE(size);
            Session session(transport, system_clock());
            const std::string got = fetch(session, get(server.url()));
            CHECK((size == whole.size() ? got == "first" : got.starts_with("error ")));
        }
    }
}

TEST_CASE("a body without length is accepted only on request, and on TLS only after an orderly end") {
    // If this failed, a cut answer without length would count as whole.
    const TlsSettings tls = loopback_settings();
    const auto transport = make_transport(client_options());
    Limits limits;
    limits.accept_until_close = true;
    const ServerDouble plain({{"HTTP/1.1 200 OK\r\n\r\nfirst", End::fin}});
    Session session(transport, system_clock());
    StringSink sink;
    const auto response = session.exchange(get(plain.url()), sink, limits, {});
    REQUIRE(response.has_value());
    CHECK(sink.bytes == "first");
    CHECK(response->framing == Framing::until_close);
    const ServerDouble secured({{"HTTP/1.1 200 OK\r\n\r\nfirst", End::notify}, {"HTTP/1.1 200 OK\r\n\r\nfirst", End::fin}}, tls.get());
    CHECK(fetch(session, get(secured.url()), limits) == "first");
    CHECK(fetch(session, get(secured.url()), limits) == "error truncated");
}

TEST_CASE("one connection serves many requests, over TLS too") {
    // If this failed, every document would cost a handshake.
    const TlsSettings tls = loopback_settings();
    const auto transport = make_transport(client_options());
    std::vector<Reply> script;
    for (int at = 0; at < 20; ++at) {
        script.push_back({at % 2 == 0 ? ok_reply("x") : "HTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\ny", End::keep});
    }
    const ServerDouble server(script, tls.get());
    Session session(transport, system_clock());
    for (int at = 0; at < 20; ++at) {
        CHECK(fetch(session, get(server.url())) == (at % 2 == 0 ? "x" : "status 404 y"));
    }
    CHECK(server.connections() == 1);
}

TEST_CASE("a kept connection that the server closed is replaced without an error") {
    // If this failed, every pause longer than the server's patience would cost a failed download.
    const TlsSettings tls = loopback_settings();
    const auto transport = make_transport(client_options());
    for (const bool secured : {false, true}) {
        CAPTURE(secured);
        // The first connection answers once; then reads the second request and closes: the close crosses the request on the wire.
        const ServerDouble server(
            [](Peer& peer, int connection) {
                if (!peer.shake_hands()) {
                    return;
                }
                static_cast<void>(peer.read_request());
                peer.send(ok_reply(connection == 0 ? "old" : "new"));
                if (!peer.read_request().empty()) {
                    peer.end(End::fin);
                }
            },
            secured ? tls.get() : nullptr);
        Session session(transport, system_clock());
        CHECK(fetch(session, get(server.url())) == "old");
        CHECK(fetch(session, get(server.url())) == "new");
        Request post = get(server.url());
        post.method = "POST";
        post.body = "x";
        // A POST may have been carried out: it is not sent again.
        CHECK(fetch(session, post) == "error reset");
        CHECK(server.connections() == 2);
    }
}

TEST_CASE("a connection on which the server spoke or closed during a pause is not used again") {
    // If this failed, a late "408 Request Timeout" would be taken for the next document's answer.
    const TlsSettings tls = loopback_settings();
    const auto transport = make_transport(client_options());
    for (const bool secured : {false, true}) {
        CAPTURE(secured);
        std::atomic<bool> spoken{false};
        const ServerDouble server(
            [&spoken](Peer& peer, int connection) {
                if (!peer.shake_hands()) {
                    return;
                }
                static_cast<void>(peer.read_request());
                peer.send(ok_reply(connection == 0 ? "old" : "new"));
                if (connection == 0) {
                    // Only after the client has taken the whole answer; it says so by opening the flag's other half below.
                    while (!spoken) {
                        std::this_thread::yield();
                    }
                    peer.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
                    spoken = false;
                }
                peer.wait_for_close();
            },
            secured ? tls.get() : nullptr);
        Session session(transport, system_clock());
        CHECK(fetch(session, get(server.url())) == "old");
        spoken = true;
        while (spoken) {
            std::this_thread::yield();
        }
        CHECK(fetch(session, get(server.url())) == "new");
        CHECK(server.connections() == 2);
    }
}

TEST_CASE("the request goes out as it is meant, and nothing can be smuggled into it") {
    // If this failed, the gateway would refuse the call, or a pasted key with a line end would forge a header.
    const auto transport = make_transport(client_options());
    const ServerDouble server({{ok_reply("x"), End::keep}, {ok_reply("x"), End::keep}});
    Session session(transport, system_clock());
    Request request = get(server.url("/a?b=c"));
    request.method = "POST";
    request.headers.set("X-API-Key", "key");
    request.headers.set("Accept", "application/json");
    request.headers.set("connection", "close");
    request.body = "grant_type=client_credentials";
    CHECK(fetch(session, request) == "x");
    const std::string sent = server.requests().at(0);
    CHECK(sent.starts_with("POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) + "\r\n"));
    CHECK(sent.find("X-API-Key: key\r\n") != std::string::npos);
    CHECK(sent.find("Accept-Encoding: identity\r\n") != std::string::npos);
    CHECK(sent.find("Connection: keep-alive\r\n") != std::string::npos);
    CHECK(sent.find("close") == std::string::npos);
    CHECK(sent.find("User-Agent: moisson/") != std::string::npos);
    CHECK(sent.find("Content-Length: 29\r\n\r\ngrant_type=client_credentials") != std::string::npos);
    request.headers.set("X-API-Key", "hidden\r\nEvil: yes");
    const Error error = error_of(session, request);
    CHECK(error.code == ErrorCode::bad_input);
    CHECK(error.to_line().find("X-API-Key") != std::string::npos);
    CHECK(error.to_line().find("hidden") == std::string::npos);
    CHECK(server.requests().size() == 1);
}

TEST_CASE("sizes are limited, and the message names the limit") {
    // If this failed, an endless answer would fill the disk.
    const auto transport = make_transport(client_options());
    const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
    const ServerDouble server([&chunk](Peer& peer, int connection) {
        static_cast<void>(peer.read_request());
        switch (connection) {
            case 0: peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000001\r\n\r\n"); break;
            case 1: peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"); break;
            case 2: peer.send("HTTP/1.1 200 OK\r\n\r\n"); break;
            default: peer.send("HTTP/1.1 200 OK\r\n"); break;
        }
        while (peer.send(connection < 3 ? chunk : "A: " + chunk.substr(8, 1000) + "\r\n")) {
        }
    });
    Limits limits;
    limits.body_max_bytes = 1000000;
    limits.accept_until_close = true;
    Session session(transport, system_clock());
    for (int at = 0; at < 3; ++at) {
        const Error error = error_of(session, get(server.url()), limits);
        CHECK(error.code == ErrorCode::too_large);
        CHECK(error.retry == Retry::never);
        CHECK(error.to_line().find("1000000") != std::string::npos);
    }
    CHECK(error_of(session, get(server.url()), limits).code == ErrorCode::too_large);
}

TEST_CASE("silence, trickles and stop requests end an exchange in time") {
    // If this failed, one stuck server would hold the monthly run for ever.
    ClientOptions options = client_options();
    options.read_timeout = std::chrono::milliseconds(500);
    const auto transport = make_transport(options);
    const TlsSettings tls = loopback_settings();
    for (const bool secured : {false, true}) {
        CAPTURE(secured);
        const ServerDouble server(
            [](Peer& peer, int connection) {
                if (!peer.shake_hands()) {
                    return;
                }
                static_cast<void>(peer.read_request());
                if (connection == 0) {
                    peer.wait_for_close();  // silent
                }
                if (connection == 1) {
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc");
                    peer.wait_for_close();
                }
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
                while (peer.send("x")) {
                    pollfd gone{peer.descriptor(), POLLRDHUP, 0};
                    ::poll(&gone, 1, 20);
                }
            },
            secured ? tls.get() : nullptr);
        Session session(transport, system_clock());
        auto took = [start = std::chrono::steady_clock::now()]() mutable {
            const auto now = std::chrono::steady_clock::now();
            const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(now - std::exchange(start, now)).count();
            return spent;
        };
        CHECK(fetch(session, get(server.url())) == "error timeout");
        // One read's timeout, not twice that: Poco's TLS doubles it.
        CHECK(took() < 950);
        CHECK(fetch(session, get(server.url())) == "error timeout");
        CHECK(took() < 950);
        Limits slow;
        slow.min_rate_bytes_per_second = 5000;
        slow.min_rate_window = std::chrono::milliseconds(300);
        CHECK(fetch(session, get(server.url()), slow) == "error too-slow");
        Limits deadline;
        deadline.attempt = std::chrono::milliseconds(300);
        deadline.min_rate_bytes_per_second = 0;
        CHECK(fetch(session, get(server.url()), deadline) == "error too-slow");
        std::stop_source stop;
        std::jthread stopper([&stop, &server, before = server.connections()] {
            while (server.connections() == before) {
                std::this_thread::yield();
            }
            stop.request_stop();
        });
        CHECK(fetch(session, get(server.url()), {}, stop.get_token()) == "error cancelled");
    }
}

TEST_CASE("redirects are followed within bounds, and credentials stay with their origin") {
    // If this failed, a redirect could carry the API key to somebody else's host.
    const TlsSettings tls = loopback_settings();
    const auto transport = make_transport(client_options());
    const auto redirect = [](const std::string& to, int status = 302) {
        return "HTTP/1.1 " + std::to_string(status) + " Found\r\nLocation: " + to + "\r\nContent-Length: 3\r\n\r\nsee";
    };
    const ServerDouble other({{ok_reply("elsewhere"), End::keep}}, tls.get());
    const ServerDouble plain({{ok_reply("plain"), End::keep}});
    const ServerDouble server({{redirect("/b"), End::keep},
                               {redirect("c?d", 307), End::keep},
                               {ok_reply("here"), End::keep},
                               {redirect(other.url("/x?signature=s3cr3t")), End::keep},
                               {redirect(plain.url()), End::keep}},
                              tls.get());
    Session session(transport, system_clock());
    Request request = get(server.url("/a"));
    request.headers.set("Authorization", "Bearer token");
    request.headers.set("X-API-Key", "key");
    request.headers.set("Accept", "*/*");
    request.origin_bound_headers = {"authorization", "X-API-Key", "X-ECCS-Contract-Id"};
    CHECK(fetch(session, request) == "here");
    auto seen = server.requests();
    REQUIRE(seen.size() == 3);
    CHECK(seen[2].starts_with("GET /c?d "));
    CHECK(seen[2].find("Bearer token") != std::string::npos);
    CHECK(server.connections() == 1);
    StringSink sink;
    const auto moved = session.exchange(request, sink, {}, {});
    REQUIRE(moved);
    CHECK(sink.bytes == "elsewhere");
    CHECK(moved->url.for_people() == other.url("/x"));
    CHECK(moved->attempts == 2);
    REQUIRE(moved->peer != nullptr);
    const std::string elsewhere = other.requests().at(0);
    CHECK(elsewhere.find("token") == std::string::npos);
    CHECK(elsewhere.find("key") == std::string::npos);
    CHECK(elsewhere.find("Accept: */*") != std::string::npos);
    const Error down = error_of(session, request);
    CHECK(down.code == ErrorCode::redirect);
    CHECK(plain.requests().empty());

    std::vector<Reply> loop(10, Reply{redirect("/again?signature=s3cr3t"), End::keep});
    const ServerDouble endless(loop, tls.get());
    const Error looped = error_of(session, get(endless.url("/a")));
    CHECK(looped.code == ErrorCode::redirect);
    CHECK(looped.to_line().find("s3cr3t") == std::string::npos);
    CHECK(endless.requests().size() == 6);

    const ServerDouble odd({{redirect("ftp://host/"), End::keep},
                            {"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", End::keep},
                            {redirect("/x"), End::keep}});
    CHECK(error_of(session, get(odd.url())).code == ErrorCode::redirect);
    CHECK(error_of(session, get(odd.url())).code == ErrorCode::redirect);
    Request post = get(odd.url());
    post.method = "POST";
    CHECK(error_of(session, post).code == ErrorCode::redirect);
}

TEST_CASE("no answer at an address is an error that names the address and what to check") {
    // If this failed, an administrator would not know where to look.
    std::uint16_t closed_port = 0;
    {
        const ServerDouble gone(std::vector<Reply>{});
        closed_port = gone.port();
    }
    Session session(make_transport(client_options()), system_clock());
    const Error refused = error_of(session, get("https://127.0.0.1:" + std::to_string(closed_port) + "/x?secret=1"));
    CHECK(refused.code == ErrorCode::connect);
    CHECK(refused.retry == Retry::later);
    CHECK(refused.to_line().find("127.0.0.1") != std::string::npos);
    CHECK(refused.to_line().find("secret") == std::string::npos);
    CHECK(refused.hint.find("VPN") != std::string::npos);
    const Error unknown = error_of(session, get("https://no-such-host.invalid/"));
    CHECK(unknown.code == ErrorCode::dns);
    CHECK(unknown.to_line().find("no-such-host.invalid") != std::string::npos);
    CHECK(resolve("127.0.0.1") == std::vector<std::string>{"127.0.0.1"});
}
