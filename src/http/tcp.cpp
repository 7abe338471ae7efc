#include "http/tcp.hpp"
#include "http/messages.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

#include <Poco/Exception.h>
#include <Poco/Timespan.h>
#include <fmt/format.h>

namespace moisson::http {

namespace {

constexpr std::chrono::milliseconds next_address_after{250};
constexpr std::chrono::milliseconds poll_slice{100};

std::string network_hint() { return "Check the network, the VPN (the service can be unreachable from behind one) and HTTPS_PROXY"; }

/// Connection attempts under way, in the order they began.
class Race {
public:
    explicit Race(const std::string& whom) : whom_(&whom) {}

    void start(const Poco::Net::SocketAddress& address) {
        try {
            Poco::Net::StreamSocket socket;
            socket.connectNB(address);
            ::fcntl(socket.impl()->sockfd(), F_SETFD, FD_CLOEXEC);
            runners_.push_back({socket, address.toString()});
        } catch (const Poco::Exception& problem) {
            note(address.toString(), problem.displayText());
        }
    }

    [[nodiscard]] bool empty() const { return runners_.empty(); }

    /// Waits for the first one that is connected; drops those that failed.
    std::optional<Poco::Net::StreamSocket> wait(std::chrono::milliseconds longest) {
        std::vector<pollfd> watched;
        for (const Runner& runner : runners_) {
            watched.push_back({runner.socket.impl()->sockfd(), POLLOUT, 0});
        }
        if (::poll(watched.data(), watched.size(), static_cast<int>(longest.count())) <= 0) {
            return std::nullopt;
        }
        for (std::size_t at = watched.size(); at-- > 0;) {
            if (watched[at].revents == 0) {
                continue;
            }
            const int number = runners_[at].socket.impl()->socketError();
            if (number != 0) {
                note(runners_[at].address, std::generic_category().message(number));
                runners_.erase(runners_.begin() + static_cast<std::ptrdiff_t>(at));
                continue;
            }
            return runners_[at].socket;
        }
        return std::nullopt;
    }

    [[nodiscard]] tl::unexpected<Error> all_failed() const {
        return fail_with(ErrorCode::connect, Retry::later, messages::no_connection(*whom_), network_hint(), problems_);
    }

private:
    struct Runner {
        Poco::Net::StreamSocket socket;
        std::string address;
    };
    void note(const std::string& address, const std::string& problem) {
        problems_ += fmt::format("{}{}: {}", problems_.empty() ? "" : "; ", address, sanitise(problem));
    }

    const std::string* whom_;
    std::vector<Runner> runners_;
    std::string problems_;
};

void make_ready(Poco::Net::StreamSocket& socket, std::chrono::milliseconds slice) {
    const Poco::Timespan span(static_cast<Poco::Timespan::TimeDiff>(slice.count()) * 1000);
    socket.setBlocking(true);
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    socket.setReceiveTimeout(span);
    socket.setSendTimeout(span);
}

}  // namespace

Result<std::vector<Poco::Net::SocketAddress>> find_addresses(const std::string& host, std::uint16_t port) {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    // No AI_ADDRCONFIG: it would hide ::1 on machines without other IPv6 addresses, and a missing route fails at once anyway.
    wanted.ai_flags = AI_NUMERICSERV;
    addrinfo* first = nullptr;
    const int problem = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &first);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(first, &::freeaddrinfo);
    if (problem != 0) {
        const int number = errno;
        const std::string cause = problem == EAI_SYSTEM ? std::generic_category().message(number) : std::string(::gai_strerror(problem));
        const bool passing = problem == EAI_AGAIN || problem == EAI_SYSTEM || problem == EAI_MEMORY;
        return fail_with(ErrorCode::dns, passing ? Retry::later : Retry::never,
                         messages::name_cannot_resolved(sanitise(host)),
                         "Check the spelling, the DNS settings and the VPN; behind a proxy set HTTPS_PROXY", cause);
    }
    std::vector<Poco::Net::SocketAddress> addresses;
    for (const addrinfo* at = first; at != nullptr; at = at->ai_next) {
        if (at->ai_family == AF_INET || at->ai_family == AF_INET6) {
            addresses.emplace_back(at->ai_addr, at->ai_addrlen);
        }
    }
    std::stable_partition(addresses.begin(), addresses.end(),
                          [](const Poco::Net::SocketAddress& address) { return address.af() == AF_INET6; });
    if (addresses.empty()) {
        return fail_with(ErrorCode::dns, Retry::never, messages::name_no_address(sanitise(host)));
    }
    return addresses;
}

Result<Poco::Net::StreamSocket> connect_any(const std::vector<Poco::Net::SocketAddress>& addresses, const std::string& whom,
                                            std::chrono::milliseconds timeout, std::chrono::milliseconds slice, Watch& watch) {
    Race race(whom);
    std::size_t next = 0;
    Watch::Instant next_start = watch.now();
    Watch::Instant deadline = watch.now() + timeout;
    try {
        for (;;) {
            if (auto checked = watch.check(); !checked) {
                return fail(std::move(checked.error()));
            }
            const Watch::Instant instant = watch.now();
            if (next < addresses.size() && (race.empty() || instant >= next_start)) {
                race.start(addresses[next++]);
                next_start = instant + next_address_after;
                deadline = instant + timeout;  // each address has the whole timeout
                continue;
            }
            if (race.empty()) {
                return race.all_failed();
            }
            if (instant >= deadline) {
                return fail_with(ErrorCode::timeout, Retry::later, messages::no_connection_within_ms(whom, timeout.count()),
                                 network_hint());
            }
            const auto until = next < addresses.size() ? std::min(next_start, deadline) : deadline;
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - instant);
            if (auto socket = race.wait(std::clamp(left, std::chrono::milliseconds(1), poll_slice))) {
                make_ready(*socket, slice);
                return std::move(*socket);
            }
        }
    } catch (const Poco::Exception& problem) {
        return fail_with(ErrorCode::connect, Retry::later, messages::no_connection(whom), network_hint(),
                         sanitise(problem.displayText()));
    }
}

Result<std::vector<std::string>> resolve(const std::string& host) {
    auto addresses = find_addresses(host, 443);
    if (!addresses) {
        return fail(std::move(addresses.error()));
    }
    std::vector<std::string> texts;
    for (const Poco::Net::SocketAddress& address : *addresses) {
        texts.push_back(address.host().toString());
    }
    return texts;
}

}  // namespace moisson::http
