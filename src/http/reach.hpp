#pragma once
/// How far an address reaches: what a redirect may lead to hangs on it.

#include <optional>
#include <string>

#include <Poco/Net/IPAddress.h>

namespace moisson::http {

/// In order: each is farther than those before it.
enum class Reach {
    machine,   ///< this machine (loopback, "0.0.0.0"), and what no server has: multicast, broadcast, reserved
    link,      ///< the next cable or the cloud's metadata service: 169.254.0.0/16, fe80::/10
    private_,  ///< networks of a house: RFC 1918, 100.64.0.0/10, fc00::/7
    internet,
};

/// Of an IPv4 address inside an IPv6 one (mapped, NAT64, 6to4) that of the inner one. Pure.
[[nodiscard]] Reach reach_of(const Poco::Net::IPAddress& address);

/// Of an address literal, in every form that the resolver takes ("127.1", "0x7f000001"), or of a name that stands for this machine by rule
/// ("localhost" and below, RFC 6761). Empty for any other name. Asks nobody.
[[nodiscard]] std::optional<Reach> reach_of_host(const std::string& host);

/// "an address of this machine", for messages.
[[nodiscard]] const char* in_words(Reach reach) noexcept;

}  // namespace moisson::http
