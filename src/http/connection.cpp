#include "http/connection.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <fmt/format.h>

#include "http/messages.hpp"
#include "http/proxy.hpp"
#include "http/tcp.hpp"

namespace moisson::http {

namespace {

/// Besides a piece of body, the usual header section fits: a small file arrives and is handed on in one piece.
constexpr std::size_t buffer_bytes = Connection::body_piece_bytes + (16U << 10U);
constexpr std::size_t tunnel_answer_max_bytes = 32U << 10U;
/// Idle longer than this, a connection is not trusted any more: firewalls forget silently, often after a minute or more.
constexpr std::chrono::seconds idle_max{55};

}  // namespace

std::string host_and_port(const Url& url) {
    return url.host.find(':') == std::string::npos ? fmt::format("{}:{}", url.host, url.port) : fmt::format("[{}]:{}", url.host, url.port);
}

std::string origin_of(const Url& url) { return url.scheme + "://" + host_and_port(url); }

Status check_reach(const Url& url, Reach reach, Reach reach_min) {
    if (reach >= reach_min) {
        return {};
    }
    return fail_with(ErrorCode::redirect, Retry::never,
                     fmt::format("a redirect that is not followed: it leads to {}, {}", sanitise(url.host), in_words(reach)));
}

Connection::Connection(const SharedTransport& transport, const Url& url)
    : options_(&transport.options()), origin_(origin_of(url)), whom_(host_and_port(url)), buffer_(buffer_bytes) {}

Connection::~Connection() {
    if (stream_ && trusted_) {
        stream_->say_goodbye();
    }
}

Result<std::unique_ptr<Connection>> Connection::open(const SharedTransport& transport, const Url& url, Watch& watch, Reach reach_min) {
    const ClientOptions& options = transport.options();
    const Url* proxy = transport.proxy_for(url);
    const Reach reach_of_name = reach_of_host(url.host).value_or(Reach::internet);
    if (auto fine = check_reach(url, reach_of_name, reach_min); !fine) {
        return fail(std::move(fine.error()));
    }
    const Url& peer = proxy != nullptr ? *proxy : url;
    auto addresses = find_addresses(peer.host, peer.port);
    if (!addresses) {
        return fail(std::move(addresses.error()));
    }
    // The addresses themselves, and not the name: it may resolve to others a moment later.
    for (const Poco::Net::SocketAddress& address : *addresses) {
        const Reach reach = proxy != nullptr ? Reach::internet : reach_of(address.host());
        if (auto fine = check_reach(url, reach, reach_min); !fine) {
            return fail(std::move(fine.error()));
        }
    }
    const std::string whom = (proxy != nullptr ? "the proxy " : "") + host_and_port(peer);
    auto socket = connect_any(*addresses, whom, options.connect_timeout, transport.slice(), watch);
    if (!socket) {
        return fail(std::move(socket.error()));
    }
    std::unique_ptr<Connection> connection(new Connection(transport, url));
    connection->reach_ = proxy != nullptr ? reach_of_name : reach_of(socket->peerAddress().host());
    connection->stream_ = make_plain_stream(*socket);
    if (url.scheme != "https") {
        connection->speaks_to_proxy_ = proxy != nullptr;
        return connection;
    }
    if (proxy != nullptr) {
        if (auto tunnel = connection->ask_for_tunnel(url, *proxy, watch); !tunnel) {
            connection->distrust();
            return fail(std::move(tunnel.error()));
        }
    }
    auto secured = make_tls_stream(std::move(*socket), transport.tls_settings(), url.host, options.connect_timeout, watch);
    if (!secured) {
        connection->distrust();
        return fail(std::move(secured.error()));
    }
    connection->stream_ = std::move(*secured);
    return connection;
}

Status Connection::ask_for_tunnel(const Url& target, const Url& proxy, Watch& watch) {
    const std::string name = host_and_port(proxy);
    whom_ = "the proxy " + name;  // whoever is silent until the tunnel is there
    const std::string credentials = basic_credentials(options_->proxy_user, options_->proxy_password);
    std::string request =
        fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\nUser-Agent: {1}\r\n", host_and_port(target), options_->user_agent);
    if (!credentials.empty()) {
        request += "Proxy-Authorization: " + credentials + "\r\n";
    }
    request += "\r\n";
    if (auto sent = send(request, watch); !sent) {
        return sent;
    }
    const auto nonsense = [&name](std::string_view what) {
        return fail_with(ErrorCode::proxy, Retry::never, fmt::format("the proxy {} {}", name, what),
                         "Check that HTTPS_PROXY names a proxy for https");
    };
    std::size_t length = 0;
    while (length == 0) {
        const std::size_t seen = buffered().size();
        if (!can_be_http(buffered()) || seen > tunnel_answer_max_bytes) {
            return nonsense("does not answer as a proxy does");
        }
        auto more = receive(watch);
        if (!more) {
            return fail(std::move(more.error()));
        }
        if (*more != More::bytes) {
            return fail_with(ErrorCode::proxy, Retry::later,
                             fmt::format("the proxy {} closed the connection instead of opening a tunnel", name));
        }
        length = head_length(buffered(), seen);
    }
    const auto head = parse_head(buffered().substr(0, length));
    if (!head) {
        return nonsense("gives an answer that cannot be read");
    }
    if (head->status == 407) {
        return fail_with(ErrorCode::proxy, Retry::never,
                         credentials.empty() ? fmt::format("the proxy {} asks for a user and password", name)
                                             : fmt::format("the proxy {} refuses the user and password", name),
                         "Give them in HTTPS_PROXY: http://user:password@host:port (Basic authentication)");
    }
    if (head->status < 200 || head->status > 299) {
        return fail_with(ErrorCode::proxy, head->status >= 500 ? Retry::later : Retry::never,
                         fmt::format("the proxy {} refuses the tunnel to {} with status {}", name, host_and_port(target), head->status),
                         "The proxy's rules must allow this host and port");
    }
    take(length);
    whom_ = host_and_port(target);
    return buffered().empty() ? Status{} : nonsense("sends something else before the tunnel begins");
}

Status Connection::wait_more(Watch& watch, Watch::Instant since, const Message& doing) const {
    if (auto checked = watch.check(); !checked) {
        return checked;
    }
    if (watch.now() - since >= options_->read_timeout) {
        return fail_with(ErrorCode::timeout, Retry::later, messages::for_ms(whom_, doing, options_->read_timeout.count()),
                         "Look at the network between here and there: firewall, VPN, HTTPS_PROXY; read_timeout_seconds waits longer");
    }
    return {};
}

Error Connection::io_error(const IoStep& step, const Message& doing) const {
    if (!step.cause.empty()) {
        return fail_with(ErrorCode::tls, Retry::later, messages::tls_failed_while(whom_, doing), {}, step.cause).value();
    }
    const std::string cause = step.number != 0 ? std::generic_category().message(step.number) : std::string();
    return fail_with(ErrorCode::reset, Retry::later, messages::broke_connection_while(whom_, doing), {}, cause).value();
}

Status Connection::send(std::string_view bytes, Watch& watch) {
    Watch::Instant since = watch.now();
    while (!bytes.empty()) {
        const IoStep step = stream_->write(bytes.data(), bytes.size());
        if (step.kind == IoStep::Kind::moved) {
            bytes.remove_prefix(step.size_bytes);
            since = watch.now();
            continue;
        }
        if (step.kind != IoStep::Kind::again) {
            return fail(io_error(step, messages::request_sent));
        }
        if (auto fine = wait_more(watch, since, messages::took_nothing); !fine) {
            return fine;
        }
    }
    return {};
}

void Connection::reserve(std::size_t size_bytes) {
    if (buffer_.size() < size_bytes) {
        buffer_.resize(size_bytes);
    }
}

Result<Connection::More> Connection::receive(Watch& watch) {
    if (auto checked = watch.check(); !checked) {
        return fail(std::move(checked.error()));
    }
    if (begin_ == end_) {
        begin_ = 0;
        end_ = 0;
    } else if (begin_ > 0 && end_ == buffer_.size()) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    MOISSON_INVARIANT(end_ < buffer_.size(), "receive without room");
    const Watch::Instant since = watch.now();
    for (;;) {
        const IoStep step = stream_->read(buffer_.data() + end_, buffer_.size() - end_);
        switch (step.kind) {
            case IoStep::Kind::moved:
                end_ += step.size_bytes;
                watch.received(step.size_bytes);
                return More::bytes;
            case IoStep::Kind::ended: return More::ended;
            case IoStep::Kind::cut: return More::cut;
            case IoStep::Kind::failed: return fail(io_error(step, messages::answer_read));
            case IoStep::Kind::again: break;
        }
        if (auto fine = wait_more(watch, since, messages::sent_nothing); !fine) {
            return fail(std::move(fine.error()));
        }
    }
}

bool Connection::can_be_reused(Watch::Instant now) {
    const auto idle = now - rested_since_;
    if (begin_ != end_ || idle >= idle_max || (keep_alive_.count() > 0 && idle + std::chrono::seconds(1) >= keep_alive_)) {
        return false;
    }
    return stream_->is_quiet();
}

void Connection::rest(Watch::Instant now, std::chrono::seconds keep_alive) noexcept {
    rested_since_ = now;
    keep_alive_ = keep_alive;
}

}  // namespace moisson::http
