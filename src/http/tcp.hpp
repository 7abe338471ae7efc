#pragma once
/// From a host name to a connected socket: every address of the name is tried, IPv6 first, none of them for long.

#include <chrono>
#include <string>
#include <vector>

#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include "base/result.hpp"
#include "http/watch.hpp"

namespace moisson::http {

/// Addresses of `host` (a name or an IP literal) with `port`: IPv6 first, then IPv4, each kind in the resolver's order (RFC 6724).
/// `dns`; `later` when the resolver says that it may know later. Blocks as long as the system's resolver does.
[[nodiscard]] Result<std::vector<Poco::Net::SocketAddress>> find_addresses(const std::string& host, std::uint16_t port);

/// Connects to the first address that answers; the next one starts when one fails or after 250 ms (RFC 8305, §5), so that a dead IPv6 route
/// costs a moment and not the whole timeout. The socket blocks, in slices: a read or write gives up (EAGAIN) after `slice`.
/// `connect`, `timeout`, `cancelled`. `addresses` is not empty; `whom` names the other side in messages.
[[nodiscard]] Result<Poco::Net::StreamSocket> connect_any(const std::vector<Poco::Net::SocketAddress>& addresses, const std::string& whom,
                                                          std::chrono::milliseconds timeout, std::chrono::milliseconds slice, Watch& watch);

}  // namespace moisson::http
