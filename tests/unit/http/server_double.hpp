#pragma once
/// A server that does on a socket exactly what a test says, plain or TLS: cut bodies, resets, silence, stray bytes. Loopback only.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <poll.h>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <openssl/ssl.h>

#include "http/certificates.hpp"

namespace moisson::test {

/// How a scripted reply ends the connection, if it does.
enum class End {
    keep,    ///< stays open for the next request
    fin,     ///< closed by TCP alone; on TLS without close_notify
    notify,  ///< TLS close_notify, then FIN; on plain as `fin`
    rst,     ///< reset
    stall,   ///< stays open and silent until the client goes
};

/// One accepted connection, on its own thread.
class Peer {
public:
    /// `close` is called once with the descriptor when the connection is over.
    Peer(int descriptor, SSL_CTX* tls, std::function<void(int)> close)
        : descriptor_(descriptor), tls_settings_(tls), close_(std::move(close)) {
        // Bounds every test: a server's read never waits longer than this.
        const timeval limit{10, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        const int at_once = 1;
        ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    ~Peer() {
        SSL_free(ssl_);
        if (descriptor_ >= 0) {
            close_(descriptor_);
        }
    }

    bool shake_hands() {
        if (tls_settings_ == nullptr) {
            return true;
        }
        ssl_ = SSL_new(tls_settings_);
        SSL_set_fd(ssl_, descriptor_);
        return SSL_accept(ssl_) == 1;
    }
    /// Turns TLS on in mid-connection (a proxy's tunnel end).
    bool start_tls(SSL_CTX* settings) {
        tls_settings_ = settings;
        return shake_hands();
    }

    /// Head and, by its Content-Length, body. Empty when the client closed.
    std::string read_request() {
        for (;;) {
            const std::size_t head_end = pending_.find("\r\n\r\n");
            if (head_end != std::string::npos) {
                std::size_t length = 0;
                const std::size_t field = pending_.find("Content-Length: ");
                if (field != std::string::npos && field < head_end) {
                    length = std::strtoul(pending_.c_str() + field + 16, nullptr, 10);
                }
                if (pending_.size() >= head_end + 4 + length) {
                    std::string request = pending_.substr(0, head_end + 4 + length);
                    pending_.erase(0, request.size());
                    return request;
                }
            }
            char bytes[16384];
            const long got = receive(bytes, sizeof bytes);
            if (got <= 0) {
                return {};
            }
            pending_.append(bytes, static_cast<std::size_t>(got));
        }
    }

    long receive(char* to, std::size_t size) {
        if (ssl_ != nullptr) {
            return SSL_read(ssl_, to, static_cast<int>(size));
        }
        return ::recv(descriptor_, to, size, 0);
    }

    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const long sent = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                              : ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return false;
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    void end(End how) {
        switch (how) {
            case End::keep: return;
            case End::stall: wait_for_close(); break;
            case End::notify:
                if (ssl_ != nullptr) {
                    SSL_shutdown(ssl_);
                }
                break;
            case End::rst: {
                const linger now{1, 0};
                ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
                close_(std::exchange(descriptor_, -1));
                return;
            }
            case End::fin: break;
        }
        if (how != End::stall) {
            // FIN now, but unread bytes of the client must not turn it into a reset.
            ::shutdown(descriptor_, SHUT_WR);
            wait_for_close();
        }
    }

    void wait_for_close() {
        char bytes[4096];
        while (::recv(descriptor_, bytes, sizeof bytes, 0) > 0) {
        }
    }

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] SSL* ssl() const { return ssl_; }

private:
    int descriptor_;
    SSL_CTX* tls_settings_;
    std::function<void(int)> close_;
    SSL* ssl_ = nullptr;
    std::string pending_;
};

struct Reply {
    std::string bytes;
    End end = End::keep;
};

inline std::string ok_reply(std::string_view body, std::string_view more_headers = {}) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(more_headers) + "\r\n" +
           std::string(body);
}

using TlsSettings = std::unique_ptr<SSL_CTX, Release<SSL_CTX, SSL_CTX_free>>;

inline TlsSettings server_settings(const Identity& identity) {
    TlsSettings settings(SSL_CTX_new(TLS_server_method()));
    must(SSL_CTX_use_certificate(settings.get(), identity.certificate.get()) == 1, "certificate");
    must(SSL_CTX_use_PrivateKey(settings.get(), identity.key.get()) == 1, "key");
    return settings;
}

/// Listens on a free port of 127.0.0.1 until destroyed; each connection runs `serve` on a thread of its own.
class ServerDouble {
public:
    using Serve = std::function<void(Peer&, int connection)>;

    ServerDouble(Serve serve, SSL_CTX* tls = nullptr) : serve_(std::move(serve)), tls_(tls) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        must(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && ::listen(listener_, 128) == 0,
             "listen");
        socklen_t size = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        acceptor_ = std::jthread([this](const std::stop_token& stop) { accept_all(stop); });
    }
    /// Answers request after request, over all connections, with the next reply of the script; then closes.
    ServerDouble(std::vector<Reply> script, SSL_CTX* tls = nullptr) : ServerDouble(Serve(), tls) { script_ = std::move(script); }
    ServerDouble(const ServerDouble&) = delete;
    ServerDouble& operator=(const ServerDouble&) = delete;
    ~ServerDouble() {
        acceptor_.request_stop();
        ::shutdown(listener_, SHUT_RDWR);  // wakes the acceptor
        acceptor_.join();
        {
            const std::lock_guard lock(mutex_);
            for (const int descriptor : open_) {
                ::shutdown(descriptor, SHUT_RDWR);
            }
        }
        servers_.clear();
        ::close(listener_);
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url(std::string_view path = "/") const {
        return (tls_ != nullptr ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_) + std::string(path);
    }
    [[nodiscard]] int connections() const { return connections_; }
    [[nodiscard]] std::vector<std::string> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    void note(std::string request) {
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
    }

private:
    void accept_all(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            pollfd watched{listener_, POLLIN, 0};
            if (::poll(&watched, 1, 20) <= 0) {
                continue;
            }
            const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (descriptor < 0) {
                continue;
            }
            const int number = connections_++;
            const std::lock_guard lock(mutex_);
            open_.push_back(descriptor);
            servers_.emplace_back([this, descriptor, number] { serve_one(descriptor, number); });
        }
    }

    void serve_one(int descriptor, int number) {
        // Closing and forgetting is one step, so that the destructor never shuts down a number that somebody else got meanwhile.
        Peer peer(descriptor, tls_, [this](int number_to_close) {
            const std::lock_guard lock(mutex_);
            std::erase(open_, number_to_close);
            ::close(number_to_close);
        });
        if (serve_) {
            serve_(peer, number);
        } else if (peer.shake_hands()) {
            play_script(peer);
        }
    }

    void play_script(Peer& peer) {
        for (;;) {
            std::string request = peer.read_request();
            if (request.empty()) {
                return;
            }
            Reply reply;
            {
                const std::lock_guard lock(mutex_);
                requests_.push_back(std::move(request));
                if (next_ >= script_.size()) {
                    return;
                }
                reply = script_[next_++];
            }
            if (!peer.send(reply.bytes)) {
                return;
            }
            peer.end(reply.end);
            if (reply.end != End::keep) {
                return;
            }
        }
    }

    Serve serve_;
    SSL_CTX* tls_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    mutable std::mutex mutex_;
    std::vector<int> open_;
    std::vector<std::string> requests_;
    std::vector<Reply> script_;
    std::size_t next_ = 0;
    std::vector<std::jthread> servers_;
    std::jthread acceptor_;
};

}  // namespace moisson::test
