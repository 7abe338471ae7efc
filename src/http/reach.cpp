#include "http/reach.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include <Poco/Net/SocketAddress.h>

namespace moisson::http {

namespace {

struct Network {
    std::uint32_t address;  ///< of IPv4, or the first four bytes of IPv6
    int prefix_bits;
    Reach reach;
};

constexpr std::uint32_t of_bytes(std::uint32_t a, std::uint32_t b, std::uint32_t c = 0, std::uint32_t d = 0) {
    return a << 24U | b << 16U | c << 8U | d;
}

/// RFC 6890 and its registry.
constexpr std::array<Network, 13> networks4 = {{
    {of_bytes(0, 0), 8, Reach::machine},
    {of_bytes(127, 0), 8, Reach::machine},
    {of_bytes(224, 0), 3, Reach::machine},
    {of_bytes(169, 254), 16, Reach::link},
    {of_bytes(10, 0), 8, Reach::private_},
    {of_bytes(100, 64), 10, Reach::private_},
    {of_bytes(172, 16), 12, Reach::private_},
    {of_bytes(192, 168), 16, Reach::private_},
    {of_bytes(192, 0, 0), 24, Reach::private_},
    {of_bytes(192, 0, 2), 24, Reach::private_},
    {of_bytes(198, 18), 15, Reach::private_},
    {of_bytes(198, 51, 100), 24, Reach::private_},
    {of_bytes(203, 0, 113), 24, Reach::private_},
}};
constexpr std::array<Network, 4> networks6 = {{
    {0xff000000, 8, Reach::machine},
    {0xfe800000, 10, Reach::link},
    {0xfec00000, 10, Reach::private_},
    {0xfc000000, 7, Reach::private_},
}};

template <std::size_t Count>
Reach look_up(const std::array<Network, Count>& networks, std::uint32_t address) {
    for (const Network& network : networks) {
        const std::uint32_t mask = ~std::uint32_t{0} << static_cast<unsigned>(32 - network.prefix_bits);
        if ((address & mask) == network.address) {
            return network.reach;
        }
    }
    return Reach::internet;
}

std::uint32_t big_endian(const unsigned char* bytes) { return of_bytes(bytes[0], bytes[1], bytes[2], bytes[3]); }

Reach reach_of_ipv6(const std::array<unsigned char, 16>& bytes) {
    const auto zeros = [&](std::size_t count) {
        return std::all_of(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count), [](unsigned char byte) { return byte == 0; });
    };
    const bool mapped = zeros(10) && bytes[10] == 0xff && bytes[11] == 0xff;
    const bool translated = big_endian(bytes.data()) == 0x0064ff9b && (big_endian(bytes.data() + 4) | big_endian(bytes.data() + 8)) == 0;
    if (mapped || translated) {
        return look_up(networks4, big_endian(bytes.data() + 12));
    }
    if (zeros(12)) {  // "::", "::1" and the old form of an IPv4 address
        const std::uint32_t inner = big_endian(bytes.data() + 12);
        return inner <= 1 ? Reach::machine : look_up(networks4, inner);
    }
    if (bytes[0] == 0x20 && bytes[1] == 0x02) {  // 6to4
        return look_up(networks4, big_endian(bytes.data() + 2));
    }
    return look_up(networks6, big_endian(bytes.data()));
}

}  // namespace

Reach reach_of(const Poco::Net::IPAddress& address) {
    std::array<unsigned char, 16> bytes{};
    const auto size = static_cast<std::size_t>(address.length());
    std::memcpy(bytes.data(), address.addr(), std::min(size, bytes.size()));
    return size == 4 ? look_up(networks4, big_endian(bytes.data())) : reach_of_ipv6(bytes);
}

std::optional<Reach> reach_of_host(const std::string& host) {
    std::string_view name = host;
    while (name.ends_with('.')) {
        name.remove_suffix(1);
    }
    if (name == "localhost" || name.ends_with(".localhost")) {
        return Reach::machine;
    }
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_NUMERICHOST;
    addrinfo* first = nullptr;
    const bool is_address = ::getaddrinfo(std::string(name).c_str(), nullptr, &wanted, &first) == 0 && first != nullptr;
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(first, &::freeaddrinfo);
    if (!is_address) {
        return std::nullopt;
    }
    return reach_of(Poco::Net::SocketAddress(first->ai_addr, first->ai_addrlen).host());
}

const char* in_words(Reach reach) noexcept {
    switch (reach) {
        case Reach::machine: return "an address of this machine";
        case Reach::link: return "an address of the local link";
        case Reach::private_: return "an address of a private network";
        case Reach::internet: return "an address of the internet";
    }
    return "an address";
}

}  // namespace moisson::http
