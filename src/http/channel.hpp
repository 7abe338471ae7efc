#pragma once
/// A connection for a protocol other than HTTP (mail): the same names, addresses, verified TLS, time limits and stop requests. Never
/// through a proxy. One thread at a time.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/http.hpp"

namespace moisson::http {

struct ChannelLimits {
    std::chrono::milliseconds whole{std::chrono::minutes(1)};  ///< from `open` on, whatever the other side does: `too_slow`
    std::uint64_t received_max_bytes = 64U << 10U;             ///< of all that it says: `too_large`
};

class Channel {
public:
    /// Resolves and connects; in the clear until `secure`. `transport`'s options give authorities and the time that a connection may take,
    /// and should not offer HTTP. `dns`, `connect`, `timeout`, `cancelled`.
    [[nodiscard]] static Result<std::unique_ptr<Channel>> open(std::shared_ptr<const Transport> transport, const std::string& host,
                                                               std::uint16_t port, const ChannelLimits& limits, const Clock& clock,
                                                               std::stop_token stop);
    virtual ~Channel() = default;

    /// All further bytes go over TLS, with the host's name or address verified before the first of them. Bytes of the clear that were
    /// received must have been asked for. Errors as of `make_tls_stream`.
    [[nodiscard]] virtual Status secure() = 0;
    /// All of it. `reset`, `too_slow`, `tls`, `cancelled`.
    [[nodiscard]] virtual Status send(std::string_view bytes) = 0;
    /// What comes next, at least one byte; 0 when there will be none. `reset`, `too_slow`, `too_large`, `tls`, `cancelled`.
    [[nodiscard]] virtual Result<std::size_t> receive(char* to, std::size_t size) = 0;
};

}  // namespace moisson::http
