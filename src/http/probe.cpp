#include "http/probe.hpp"

#include <fmt/format.h>

#include "http/connection.hpp"
#include "http/tcp.hpp"
#include "http/transport.hpp"
#include "http/watch.hpp"

namespace moisson::http {

namespace {

using Kind = ProbeStep::Kind;

std::int64_t since(Watch::Instant start, const Watch& watch) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(watch.now() - start).count();
}

/// Name and connection were good a moment ago, so that a failure is the tunnel's or TLS's.
bool is_of_tls(const Error& error) {
    return error.code == ErrorCode::tls || error.code == ErrorCode::certificate ||
           error.message.english().find("TLS handshake") != std::string::npos;
}

void probe_secured(const SharedTransport& transport, const Url& url, bool through_proxy, Watch& watch, std::vector<ProbeStep>& steps) {
    const Watch::Instant start = watch.now();
    auto connection = Connection::open(transport, url, watch);
    if (through_proxy) {
        const bool open = connection || is_of_tls(connection.error());
        steps.push_back(
            {Kind::proxy, open ? Status{} : Status(fail(connection.error())), open ? "opens a tunnel to " + host_and_port(url) : ""});
        if (!open) {
            return;
        }
    }
    if (!connection) {
        steps.push_back({Kind::tls, fail(std::move(connection.error())), {}});
        return;
    }
    steps.push_back(
        {Kind::tls, {}, fmt::format("{}: certificate accepted (authority, host name, dates) in {} ms", url.host, since(start, watch))});
}

}  // namespace

std::vector<ProbeStep> probe(const Transport& transport, const Url& url, const Clock& clock, std::stop_token stop) {
    const auto& shared = dynamic_cast<const SharedTransport&>(transport);
    const Limits limits;
    Watch watch(clock, limits, std::move(stop));
    const Url* proxy = shared.proxy_for(url);
    const Url& peer = proxy != nullptr ? *proxy : url;
    std::vector<ProbeStep> steps;

    auto addresses = find_addresses(peer.host, peer.port);
    if (!addresses) {
        steps.push_back({Kind::name, fail(std::move(addresses.error())), {}});
        return steps;
    }
    std::vector<std::string> texts;
    for (const Poco::Net::SocketAddress& address : *addresses) {
        texts.push_back(address.host().toString());
    }
    const bool is_address = texts.size() == 1 && texts.front() == peer.host;
    steps.push_back(
        {Kind::name,
         {},
         is_address ? peer.host + ", an address: no name to look up" : fmt::format("{} is {}", peer.host, fmt::join(texts, ", "))});

    const std::string whom = (proxy != nullptr ? "the proxy " : "") + host_and_port(peer);
    const Watch::Instant start = watch.now();
    auto socket = connect_any(*addresses, whom, shared.options().connect_timeout, shared.slice(), watch);
    if (!socket) {
        steps.push_back({Kind::connection, fail(std::move(socket.error())), {}});
        return steps;
    }
    steps.push_back({Kind::connection, {}, fmt::format("{} answered in {} ms", whom, since(start, watch))});
    socket->close();
    if (url.scheme == "https") {
        probe_secured(shared, url, proxy != nullptr, watch, steps);
    }
    return steps;
}

std::string proxy_of(const Transport& transport, const Url& url) {
    const Url* proxy = dynamic_cast<const SharedTransport&>(transport).proxy_for(url);
    return proxy == nullptr ? std::string() : host_and_port(*proxy);
}

}  // namespace moisson::http
