/// How far addresses reach, and that a redirect cannot lead nearer than the service is.

#include "http/reach.hpp"

#include <unistd.h>

#include <array>
#include <string>

#include "http/connection.hpp"
#include "http/tcp.hpp"
#include "http/test_client.hpp"
#include "http/transport.hpp"

using namespace moisson;
using namespace moisson::http;
using namespace moisson::test;

namespace {

std::string reach_text(const std::optional<Reach>& reach) {
    static constexpr std::array<const char*, 4> names = {"machine", "link", "private", "internet"};
    return reach ? names.at(static_cast<std::size_t>(*reach)) : "a name";
}

/// A name that resolves to an address of this house and does not say so itself, as a rebinding name does; empty where the machine has none.
std::string name_of_this_house() {
    std::array<char, 256> own{};
    ::gethostname(own.data(), own.size() - 1);
    for (const std::string& name : {std::string("ip6-localhost"), std::string(own.data()), std::string("localhost.localdomain")}) {
        const auto addresses = reach_of_host(name) ? fail(ErrorCode::dns, "") : find_addresses(name, 443);
        if (addresses && reach_of(addresses->front().host()) != Reach::internet) {
            return name;
        }
    }
    return {};
}

}  // namespace

TEST_CASE("an address of this machine in another form would be taken for one of the internet") {
    for (const auto& [host, reach] : {std::pair{"127.0.0.1", "machine"},
                                      {"127.255.255.254", "machine"},
                                      {"127.1", "machine"},
                                      {"2130706433", "machine"},
                                      {"0x7f.0.0.1", "machine"},
                                      {"0177.0.0.1", "machine"},
                                      {"0.0.0.0", "machine"},
                                      {"0", "machine"},
                                      {"::1", "machine"},
                                      {"::", "machine"},
                                      {"::ffff:127.0.0.1", "machine"},
                                      {"::ffff:7f00:1", "machine"},
                                      {"::127.0.0.1", "machine"},
                                      {"64:ff9b::127.0.0.1", "machine"},
                                      {"2002:7f00:1::", "machine"},
                                      {"224.0.0.1", "machine"},
                                      {"255.255.255.255", "machine"},
                                      {"ff02::1", "machine"},
                                      {"localhost", "machine"},
                                      {"localhost.", "machine"},
                                      {"a.localhost", "machine"},
                                      {"169.254.169.254", "link"},
                                      {"::ffff:169.254.169.254", "link"},
                                      {"fe80::1", "link"},
                                      {"febf::1", "link"},
                                      {"10.0.0.1", "private"},
                                      {"172.16.0.1", "private"},
                                      {"172.31.255.255", "private"},
                                      {"192.168.1.1", "private"},
                                      {"100.64.0.1", "private"},
                                      {"fd00:ec2::254", "private"},
                                      {"64:ff9b::10.0.0.1", "private"},
                                      {"172.32.0.1", "internet"},
                                      {"126.0.0.1", "internet"},
                                      {"128.0.0.1", "internet"},
                                      {"169.253.0.1", "internet"},
                                      {"8.8.8.8", "internet"},
                                      {"2a01:c910::1", "internet"},
                                      {"::ffff:8.8.8.8", "internet"},
                                      {"127.example.com", "a name"},
                                      {"localhost.example.com", "a name"},
                                      {"notlocalhost", "a name"},
                                      {"", "a name"}}) {
        const std::string asked = host;
        CAPTURE(asked);
        CHECK(reach_text(reach_of_host(asked)) == reach);
    }
}

TEST_CASE("a name that resolves to an address nearby would be a way around the rule for addresses") {
    const std::string name = name_of_this_house();
    if (name.empty()) {
        MESSAGE("this machine has no name for itself: not tried");
        return;
    }
    CAPTURE(name);
    const auto transport = std::dynamic_pointer_cast<const SharedTransport>(make_transport(client_options()));
    const Limits limits;
    Watch watch(system_clock(), limits, {});
    const auto opened = Connection::open(*transport, *Url::parse("https://" + name + ":1/"), watch, Reach::internet);
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().code == ErrorCode::redirect);
    CHECK(opened.error().retry == Retry::never);
    const auto asked = Connection::open(*transport, *Url::parse("https://" + name + ":1/"), watch);
    REQUIRE_FALSE(asked.has_value());
    CHECK(asked.error().code == ErrorCode::connect);  // what the user names himself is asked
}

TEST_CASE("a request to this machine would go to the proxy, in clear and with its credentials") {
    ClientOptions options = client_options();
    options.http_proxy = options.https_proxy = Url::parse("http://proxy.test:3128").value();
    const auto transport = std::dynamic_pointer_cast<const SharedTransport>(make_transport(options));
    for (const char* host : {"127.0.0.1", "127.3.2.1", "[::1]", "localhost", "api.localhost", "[::ffff:127.0.0.1]", "127.1"}) {
        CAPTURE(host);
        for (const char* scheme : {"http", "https"}) {
            CHECK(transport->proxy_for(*Url::parse(std::string(scheme) + "://" + host + ":8080/")) == nullptr);
        }
    }
    for (const char* host : {"service.test", "10.0.0.1", "8.8.8.8"}) {
        CAPTURE(host);
        CHECK(transport->proxy_for(*Url::parse(std::string("https://") + host + "/")) != nullptr);
    }
}

TEST_CASE("a service on this machine could not redirect to another port of it") {
    // The sandbox does, and so do rehearsals; a list of hosts bounds it like any other service.
    const ServerDouble other({{ok_reply("elsewhere"), End::keep}});
    const std::string to = "http://localhost:" + std::to_string(other.port()) + "/x";
    const std::string redirect = "HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n";
    const ServerDouble server({{redirect, End::keep}, {redirect, End::keep}, {redirect, End::keep}});
    ClientOptions options = client_options();
    Session free(make_transport(options), system_clock());
    CHECK(fetch(free, get(server.url())) == "elsewhere");
    options.redirect_hosts = {"*.orange.com"};
    Session bound(make_transport(options), system_clock());
    const Error refused = error_of(bound, get(server.url()));
    CHECK(refused.code == ErrorCode::redirect);
    CHECK(refused.message.english().find("localhost, which redirect_hosts does not name") != std::string::npos);
    CHECK(other.requests().size() == 1);
}
