#pragma once
/// One connection to one origin, through a proxy where one is set, with its input buffer and its time limits. One thread.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/framing.hpp"
#include "http/reach.hpp"
#include "http/stream.hpp"
#include "http/transport.hpp"
#include "http/watch.hpp"

namespace moisson::http {

class Connection {
public:
    /// Bytes that one read can bring and one write to a sink can carry.
    static constexpr std::size_t body_piece_bytes = 64U << 10U;

    /// Resolves, connects, asks the proxy for a tunnel (https), shakes hands. Errors as in `connect_any` and `make_tls_stream`, and
    /// `proxy`.
    /// `redirect` when the name has an address that reaches less far than `reach_min`; none is connected to then.
    [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const SharedTransport& transport, const Url& url, Watch& watch,
                                                                  Reach reach_min = Reach::machine);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] const std::string& origin() const noexcept { return origin_; }
    /// Of the address that it leads to; behind a proxy that of the host where it is an address, else `internet`.
    [[nodiscard]] Reach reach() const noexcept { return reach_; }
    /// Set where requests go to a proxy in the clear: they name the whole URL and carry the proxy's credentials.
    [[nodiscard]] bool speaks_to_proxy() const noexcept { return speaks_to_proxy_; }
    /// Null without TLS.
    [[nodiscard]] std::shared_ptr<const PeerCertificate> peer() const { return stream_->peer(); }

    /// `reset`, `timeout`, `too_slow`, `cancelled`, `tls`.
    [[nodiscard]] Status send(std::string_view bytes, Watch& watch);

    /// What came and was not taken yet.
    [[nodiscard]] std::string_view buffered() const noexcept { return {buffer_.data() + begin_, end_ - begin_}; }
    void take(std::size_t size_bytes) noexcept { begin_ += size_bytes; }
    /// Room for more behind what is buffered; 0 means that something must be taken first.
    [[nodiscard]] std::size_t room() const noexcept { return buffer_.size() - (end_ - begin_); }
    /// Makes room for `size_bytes` in one piece.
    void reserve(std::size_t size_bytes);

    enum class More { bytes, ended, cut };
    /// Waits for more bytes and buffers them. `ended` and `cut` (TLS without close_notify) when there will be none.
    [[nodiscard]] Result<More> receive(Watch& watch);

    /// For use after a pause: true when nothing is buffered and the other side neither closed nor spoke unasked.
    [[nodiscard]] bool can_be_reused(Watch::Instant now);
    /// A whole answer came; the server asked to close idle connections after `keep_alive` (zero: it said nothing).
    void rest(Watch::Instant now, std::chrono::seconds keep_alive) noexcept;
    /// The state is unknown: close without a word.
    void distrust() noexcept { trusted_ = false; }

private:
    Connection(const SharedTransport& transport, const Url& url);
    [[nodiscard]] Status ask_for_tunnel(const Url& target, const Url& proxy, Watch& watch);
    [[nodiscard]] Error io_error(const IoStep& step, const Message& doing) const;
    [[nodiscard]] Status wait_more(Watch& watch, Watch::Instant since, const Message& doing) const;

    const ClientOptions* options_;
    std::string origin_;
    std::string whom_;
    std::unique_ptr<Stream> stream_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool speaks_to_proxy_ = false;
    bool trusted_ = true;
    Reach reach_ = Reach::internet;
    Watch::Instant rested_since_{};
    std::chrono::seconds keep_alive_{0};
};

/// `redirect` when `reach` is less than `reach_min`.
[[nodiscard]] Status check_reach(const Url& url, Reach reach, Reach reach_min);

/// "host:443", "[::1]:443"
[[nodiscard]] std::string host_and_port(const Url& url);

/// The key under which connections are kept: scheme, host and port.
[[nodiscard]] std::string origin_of(const Url& url);

}  // namespace moisson::http
