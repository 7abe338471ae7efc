#pragma once
/// Bytes over one connected socket, plain or TLS, one system call at a time. Waiting and time limits are the caller's (`Connection`).
///
/// OpenSSL is used directly on the socket that Poco connected: Poco 1.11's secure sockets double the receive timeout, take a handshake that
/// timed out for success and keep the reason of a refused certificate to themselves (measured, 2026). Its Context still holds the settings.

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include <Poco/Net/StreamSocket.h>
#include <openssl/ssl.h>

#include "base/result.hpp"
#include "http/http.hpp"
#include "http/watch.hpp"

namespace moisson::http {

/// What one call came to.
struct IoStep {
    enum class Kind {
        moved,   ///< `size_bytes` > 0 were read or written
        again,   ///< the socket's time slice passed; nothing is lost
        ended,   ///< the other side closed in an orderly way (FIN; on TLS close_notify)
        cut,     ///< TLS only: FIN without close_notify
        failed,  ///< reset or TLS failure: see `number`, `cause`
    };
    Kind kind = Kind::again;
    std::size_t size_bytes = 0;
    int number = 0;     ///< errno, when the socket failed
    std::string cause;  ///< TLS library's text, when TLS failed
};

/// Whether errno says that nothing failed. Linux has one number for EAGAIN and EWOULDBLOCK.
constexpr bool only_waits(int number) noexcept { return number == EAGAIN || number == EINTR; }

class Stream {
public:
    virtual ~Stream() = default;
    [[nodiscard]] virtual IoStep read(char* to, std::size_t size) = 0;
    [[nodiscard]] virtual IoStep write(const char* from, std::size_t size) = 0;
    /// True while the other side has neither closed nor sent anything that nobody asked for. Does not wait.
    [[nodiscard]] virtual bool is_quiet() = 0;
    /// Tells the other side that the connection ends here (TLS). Only for a healthy stream.
    virtual void say_goodbye() {}
    /// Null without TLS.
    [[nodiscard]] virtual std::shared_ptr<const PeerCertificate> peer() const { return nullptr; }
};

/// The stream keeps the socket open while it lives.
[[nodiscard]] std::unique_ptr<Stream> make_plain_stream(Poco::Net::StreamSocket socket);

/// TLS handshake within `timeout`: server name sent (SNI), certificate chain and host name or IP address verified by OpenSSL itself before
/// a byte of ours is sent. `certificate` (says which and why), `tls`, `timeout`, `reset`, `cancelled`. `settings` outlives the stream.
[[nodiscard]] Result<std::unique_ptr<Stream>> make_tls_stream(Poco::Net::StreamSocket socket, SSL_CTX* settings, const std::string& host,
                                                              std::chrono::milliseconds timeout, Watch& watch);

}  // namespace moisson::http
