/// Requests that must not be carried out twice: what the session says of how far they got.

#include <thread>

#include "http/test_client.hpp"

using namespace moisson;
using namespace moisson::http;
using namespace moisson::test;

namespace {

Request watched_post(const std::string& url) {
    Request post = get(url);
    post.method = "POST";
    post.body = "{}";
    post.delivery = std::make_shared<std::atomic<Delivery>>(Delivery::answered);
    return post;
}

}  // namespace

TEST_CASE("a paid order would be sent twice, or not again although it never left") {
    const TlsSettings tls = loopback_settings();
    struct Row {
        const char* name;
        Reply reply;
        Delivery reached;
    };
    const Row rows[] = {
        {"whole", {ok_reply("{}"), End::keep}, Delivery::answered},
        {"refused", {"HTTP/1.1 403 -\r\nContent-Length: 0\r\n\r\n", End::keep}, Delivery::answered},
        {"redirected", {"HTTP/1.1 307 -\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", End::keep}, Delivery::answered},
        {"closed without an answer", {"", End::fin}, Delivery::sent},
        {"reset without an answer", {"", End::rst}, Delivery::sent},
        {"cut within the head", {"HTTP/1.1 201 Cre", End::fin}, Delivery::sent},
        {"cut within the body", {"HTTP/1.1 201 -\r\nContent-Length: 20\r\n\r\n{\"id\"", End::fin}, Delivery::sent},
        {"no HTTP", {"hello\r\n\r\n", End::fin}, Delivery::sent},
        {"body of unknown length", {"HTTP/1.1 201 -\r\n\r\n{}", End::fin}, Delivery::sent},
    };
    const auto transport = make_transport(client_options());
    for (const Row& row : rows) {
        for (const bool secured : {false, true}) {
            CAPTURE(row.name);
            CAPTURE(secured);
            const ServerDouble server({row.reply}, secured ? tls.get() : nullptr);
            Session session(transport, system_clock());
            const Request post = watched_post(server.url());
            StringSink sink;
            static_cast<void>(session.exchange(post, sink, {}, {}));
            CHECK(post.delivery->load() == row.reached);
            CHECK(server.requests().size() == 1);
        }
    }
}

TEST_CASE("a server that takes no connection would count as one that may have taken the order") {
    std::uint16_t closed_port = 0;
    {
        const ServerDouble gone(std::vector<Reply>{});
        closed_port = gone.port();
    }
    Session session(make_transport(client_options()), system_clock());
    const Request refused = watched_post("http://127.0.0.1:" + std::to_string(closed_port) + "/");
    static_cast<void>(error_of(session, refused));
    CHECK(refused.delivery->load() == Delivery::not_sent);

    // A certificate of nobody we trust: the handshake ends it.
    const Authority stranger;
    const TlsSettings strange = server_settings(stranger.sign({.common_name = "loopback", .alternative_names = "IP:127.0.0.1"}));
    const ServerDouble untrusted({{ok_reply("x"), End::keep}}, strange.get());
    const Request unsafe = watched_post(untrusted.url());
    CHECK(error_of(session, unsafe).code == ErrorCode::certificate);
    CHECK(unsafe.delivery->load() == Delivery::not_sent);

    std::stop_source stop;
    stop.request_stop();
    const Request stopped = watched_post("http://127.0.0.1:" + std::to_string(closed_port) + "/");
    StringSink sink;
    CHECK_FALSE(session.exchange(stopped, sink, {}, stop.get_token()).has_value());
    CHECK(stopped.delivery->load() == Delivery::not_sent);
}

TEST_CASE("an order would travel over a kept connection that the server is about to close") {
    const ServerDouble server({{ok_reply("one"), End::keep}, {ok_reply("two"), End::keep}, {ok_reply("three"), End::keep}});
    Session session(make_transport(client_options()), system_clock());
    CHECK(fetch(session, get(server.url())) == "one");
    CHECK(fetch(session, watched_post(server.url())) == "two");
    CHECK(server.connections() == 2);
}
