#pragma once
/// What the sandbox's tests share: a service without sockets, and an HTTP client of a few lines that keeps every byte and hides no broken
/// framing.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "base/clock.hpp"
#include "sandbox/faults.hpp"
#include "sandbox/registry.hpp"
#include "sandbox/sandbox.hpp"
#include "sandbox/scenario.hpp"
#include "sandbox/service.hpp"
#include "sandbox/world.hpp"
#include "support/manual_clock.hpp"

namespace moisson::sandbox::test {

inline Scenario scenario_from(std::string_view toml, const Options& options = {}) {
    Result<Scenario> scenario = parse_scenario(toml, "test.toml", options, *parse_timestamp("2026-11-22T10:00:00Z"));
    REQUIRE_MESSAGE(scenario.has_value(), (scenario ? std::string() : scenario.error().to_line()));
    return std::move(*scenario);
}

inline Scenario built_in(std::string_view name, const Options& options = {}) {
    for (const BuiltInScenario& scenario : built_in_scenarios()) {
        if (scenario.name == name) {
            return scenario_from(scenario.toml, options);
        }
    }
    FAIL("no such built-in scenario");
    return {};
}

/// A world and its service.
class Bench {
public:
    explicit Bench(Scenario scenario, const std::vector<Fault>& faults = {})
        : world(std::move(scenario)), registry(world, clock), service(world, registry, FaultPlan::check(faults).value(), clock) {}

    [[nodiscard]] Request token_request() const {
        Request request;
        request.method = "POST";
        request.path = "/oauth/v3/token";
        request.accept = "application/json";
        request.content_type = "application/x-www-form-urlencoded";
        request.authorization =
            "Basic " + base64(world.applications().front().client_id + ":" + world.applications().front().client_secret);
        request.body = "grant_type=client_credentials";
        return request;
    }
    [[nodiscard]] std::string token() { return token_in(service.answer(token_request()).body); }

    /// A good request; `url` is path and query behind the API's base.
    [[nodiscard]] Request request(const std::string& url, const std::string& contract = "OCB0001001") {
        if (token_.empty()) {
            token_ = token();
        }
        Request request;
        request.method = "GET";
        const std::size_t mark = url.find('?');
        request.path = "/cloud/b2b/v1" + url.substr(0, mark);
        request.query = mark == std::string::npos ? "" : url.substr(mark + 1);
        request.authorization = "Bearer " + token_;
        request.api_key = key_of_account(world.accounts().front().rule.name);
        request.accept = "application/json";
        request.contract_id = contract;
        return request;
    }
    [[nodiscard]] Answer get(const std::string& url, const std::string& contract = "OCB0001001") {
        return service.answer(request(url, contract));
    }

    [[nodiscard]] std::string key_of_account(const std::string& name) const { return registry.newest_key(name); }

    [[nodiscard]] static std::string token_in(std::string_view body) {
        constexpr std::string_view name = "\"access_token\":\"";
        const std::size_t begin = body.find(name);
        REQUIRE(begin != std::string_view::npos);
        const std::size_t end = body.find('"', begin + name.size());
        return std::string(body.substr(begin + name.size(), end - begin - name.size()));
    }
    [[nodiscard]] static std::string base64(std::string_view bytes) {
        static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        std::string text;
        for (std::size_t at = 0; at < bytes.size(); at += 3) {
            std::uint32_t bits = 0;
            for (std::size_t k = 0; k < 3; ++k) {
                bits = bits * 256 + (at + k < bytes.size() ? static_cast<unsigned char>(bytes[at + k]) : 0U);
            }
            for (std::size_t k = 0; k < 4; ++k) {
                text += at + k > bytes.size() ? '=' : alphabet[(bits >> (18 - 6 * k)) & 63U];
            }
        }
        return text;
    }

    moisson::test::ManualClock clock;
    World world;
    Registry registry;
    Service service;

private:
    std::string token_;
};

[[nodiscard]] inline std::size_t count_of(std::string_view text, std::string_view what) {
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) {
        ++count;
    }
    return count;
}

/// One answer as it came: `complete` says whether its own framing was kept to the end.
struct Reply {
    int status = 0;
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;                            ///< without chunk framing
    bool complete = false;
    bool reset = false;  ///< ended by RST
};

/// One connection to 127.0.0.1. Reads give up after five seconds.
class RawConnection {
public:
    explicit RawConnection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const timeval patience{5, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;
    ~RawConnection() { ::close(socket_); }

    void send(std::string_view text) const {
        REQUIRE(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
    }

    /// Like `send`, for what the other side may refuse to read to its end; then says that nothing more comes, and waits for the close.
    void send_some(std::string_view text) {
        static_cast<void>(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL));
        ::shutdown(socket_, SHUT_WR);
        while (!is_closed()) {
        }
    }

    [[nodiscard]] Reply receive() {
        Reply reply;
        while (held_.find("\r\n\r\n") == std::string::npos) {
            if (!more(reply)) {
                return reply;
            }
        }
        const std::size_t end = held_.find("\r\n\r\n");
        parse_head(held_.substr(0, end + 2), reply);
        held_.erase(0, end + 4);
        if (reply.status == 100) {
            reply.complete = true;
            return reply;
        }
        if (reply.headers.count("transfer-encoding") > 0) {
            read_chunks(reply);
        } else {
            const std::size_t length = std::stoul(reply.headers.at("content-length"));
            while (held_.size() < length && more(reply)) {
            }
            reply.complete = held_.size() >= length;
            reply.body = held_.substr(0, length);
            held_.erase(0, length);
        }
        return reply;
    }
    /// Bytes that came after the last answer.
    [[nodiscard]] const std::string& rest() const { return held_; }
    /// True when the other side has closed.
    [[nodiscard]] bool is_closed() {
        Reply ignored;
        return !more(ignored);
    }

private:
    bool more(Reply& reply) {
        std::string piece(65536, '\0');
        const ssize_t count = ::recv(socket_, piece.data(), piece.size(), 0);
        reply.reset = count < 0 && errno == ECONNRESET;
        if (count <= 0) {
            return false;
        }
        held_.append(piece, 0, static_cast<std::size_t>(count));
        return true;
    }
    void parse_head(const std::string& head, Reply& reply) const {
        reply.status = std::stoi(head.substr(9, 3));
        std::size_t at = head.find("\r\n") + 2;
        while (at < head.size()) {
            const std::size_t end = head.find("\r\n", at);
            const std::size_t colon = head.find(": ", at);
            std::string name = head.substr(at, colon - at);
            std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            reply.headers[name] = head.substr(colon + 2, end - colon - 2);
            at = end + 2;
        }
    }
    void read_chunks(Reply& reply) {
        for (;;) {
            while (held_.find("\r\n") == std::string::npos) {
                if (!more(reply)) {
                    return;
                }
            }
            const std::size_t line = held_.find("\r\n");
            const std::size_t size = std::stoul(held_.substr(0, line), nullptr, 16);
            while (held_.size() < line + 2 + size + 2) {
                if (!more(reply)) {
                    reply.body += held_.substr(std::min(held_.size(), line + 2));
                    return;
                }
            }
            reply.body += held_.substr(line + 2, size);
            held_.erase(0, line + 2 + size + 2);
            if (size == 0) {
                reply.complete = true;
                return;
            }
        }
    }

    int socket_;
    std::string held_;
};

/// A running sandbox with its credentials at hand.
class Running {
public:
    explicit Running(const Options& options) {
        Result<std::unique_ptr<Sandbox>> started = Sandbox::start(options);
        REQUIRE_MESSAGE(started.has_value(), (started ? std::string() : started.error().to_line()));
        sandbox = std::move(*started);
        const std::string& url = sandbox->endpoint().api_url;
        const std::size_t colon = url.rfind(':');
        port = static_cast<std::uint16_t>(std::stoul(url.substr(colon + 1)));
    }
    [[nodiscard]] std::string token_text() const {
        const std::string body = "grant_type=client_credentials";
        return "POST /oauth/v3/token HTTP/1.1\r\nHost: x\r\nAccept: */*\r\nContent-Type: "
               "application/x-www-form-urlencoded\r\nAuthorization: Basic " +
               Bench::base64(sandbox->endpoint().client_id + ":" + sandbox->endpoint().client_secret) +
               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    [[nodiscard]] std::string token() const {
        RawConnection connection(port);
        connection.send(token_text());
        return Bench::token_in(connection.receive().body);
    }
    [[nodiscard]] std::string get_text(const std::string& url, const std::string& token, const std::string& contract = "OCB0001001") const {
        return "GET /cloud/b2b/v1" + url + " HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nX-API-Key: " + sandbox->endpoint().api_key +
               "\r\nX-ECCS-Contract-Id: " + contract + "\r\nAuthorization: Bearer " + token + "\r\nUser-Agent: test\r\n\r\n";
    }
    std::unique_ptr<Sandbox> sandbox;
    std::uint16_t port = 0;
};

}  // namespace moisson::sandbox::test
