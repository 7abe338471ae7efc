// Poco's HTTP server around the service: one thread per connection.
#include "sandbox/server.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerConnection.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/ThreadPool.h>
#include <fmt/format.h>

#include "sandbox/random.hpp"
#include "sandbox/wire.hpp"

namespace moisson::sandbox {

namespace {

constexpr std::size_t body_max_bytes = 1U << 20U;
constexpr std::size_t linger_bytes_max = 64U << 20U;
constexpr auto linger_time_max = std::chrono::seconds(2);

std::optional<std::string> header(const Poco::Net::HTTPServerRequest& request, const std::string& name) {
    const auto found = request.find(name);
    return found == request.end() ? std::nullopt : std::optional(found->second);
}

/// The request as the service sees it; the body is read whole, up to its limit.
Request read_request(Poco::Net::HTTPServerRequest& from, bool& body_too_large) {
    Request request;
    request.method = from.getMethod();
    const std::string& target = from.getURI();
    const std::size_t mark = target.find('?');
    request.path = target.substr(0, mark);
    request.query = mark == std::string::npos ? "" : target.substr(mark + 1);
    request.authorization = header(from, "Authorization");
    request.api_key = header(from, "X-API-Key");
    request.contract_id = header(from, "X-ECCS-Contract-Id");
    request.accept = header(from, "Accept");
    request.content_type = header(from, "Content-Type");
    request.range = header(from, "Range");
    request.if_range = header(from, "If-Range");
    request.tls = from.secure();
    body_too_large = from.hasContentLength() && from.getContentLength64() > static_cast<std::int64_t>(body_max_bytes);
    if (body_too_large) {
        return request;
    }
    if (!from.hasContentLength() && !from.getChunkedTransferEncoding()) {
        return request;
    }
    std::string piece(4096, '\0');
    while (from.stream().read(piece.data(), static_cast<std::streamsize>(piece.size())) || from.stream().gcount() > 0) {
        request.body.append(piece, 0, static_cast<std::size_t>(from.stream().gcount()));
        if (request.body.size() > body_max_bytes) {
            body_too_large = true;
            break;
        }
    }
    return request;
}

/// One RFC 1123 date per second is formatted, not one per answer.
const std::string& date_now(const Clock& clock) {
    thread_local std::int64_t second = -1;
    thread_local std::string text;
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock.now().time_since_epoch()).count();
    if (now != second) {
        second = now;
        text = Poco::DateTimeFormatter::format(Poco::Timestamp::fromEpochTime(now), Poco::DateTimeFormat::HTTP_FORMAT);
    }
    return text;
}

class Handler : public Poco::Net::HTTPRequestHandler {
public:
    Handler(Shared& shared, bool elsewhere) : shared_(shared), elsewhere_(elsewhere) {}

    void handleRequest(Poco::Net::HTTPServerRequest& from, Poco::Net::HTTPServerResponse& response) override {
        const auto begun = std::chrono::steady_clock::now();
        bool too_large = false;
        const Request request = read_request(from, too_large);
        Answer answer =
            too_large ? gateway_error(413, 66) : (elsewhere_ ? shared_.service.answer_elsewhere(request) : shared_.service.answer(request));
        const std::uint32_t latency_ms = shared_.scenario.server.latency_ms;
        if (latency_ms > 0) {
            shared_.stop.wait_for(std::chrono::milliseconds(latency_ms));
        }
        const std::uint64_t number = ++shared_.requests;
        const std::string request_id = fmt::format("{:016x}{:016x}", mix_key({shared_.scenario.seed, number}), number);
        if (shared_.log.is_open()) {
            log(request, answer, request_id, header(from, "User-Agent").value_or(""), begun);
        }
        SendOptions options;
        options.request_id = request_id;
        options.date = date_now(shared_.clock);
        options.tls = request.tls;
        options.keep_alive = response.getKeepAlive() && !too_large;
        options.head_only = request.method == "HEAD";
        Poco::Net::StreamSocket socket = static_cast<Poco::Net::HTTPServerRequestImpl&>(from).socket();
        bool alive = false;
        try {
            alive = send_answer(socket, answer, options, shared_.scenario.fault_rules, shared_.stop);
        } catch (const Poco::Exception&) {
            alive = false;  // the client went away: that is its business
        }
        response.setKeepAlive(alive);
        if (too_large) {
            linger(socket);
        }
    }

private:
    /// Reads on for a while without keeping anything: closing on unread bytes would reset the connection, and a client that still sends
    /// would lose the answer.
    void linger(Poco::Net::StreamSocket& socket) const {
        const auto end = std::chrono::steady_clock::now() + linger_time_max;
        std::string rest(65536, '\0');
        try {
            socket.setReceiveTimeout(Poco::Timespan(0, 100'000));
            for (std::size_t read = 0; read < linger_bytes_max && std::chrono::steady_clock::now() < end && !shared_.stop.is_raised();) {
                try {
                    const int count = socket.receiveBytes(rest.data(), static_cast<int>(rest.size()));
                    if (count <= 0) {
                        return;
                    }
                    read += static_cast<std::size_t>(count);
                } catch (const Poco::TimeoutException&) {
                    continue;  // the client may be thinking
                }
            }
        } catch (const Poco::Exception&) {
            return;  // the client went away
        }
    }

    void log(const Request& request, const Answer& answer, std::string_view request_id, const std::string& user_agent,
             std::chrono::steady_clock::time_point begun) const {
        const std::string contract = request.contract_id.value_or("");
        AccessLine line;
        line.host = elsewhere_ ? "elsewhere" : "api";
        line.method = request.method;
        line.path = request.path;
        line.query = request.query;
        line.contract = contract;
        line.user_agent = user_agent;
        line.fault = answer.fault;
        line.request_id = request_id;
        line.status = answer.status;
        line.code = answer.gateway_code;
        line.bytes = answer.bytes().size();
        line.us = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun).count();
        line.credentials = request.authorization || request.api_key;
        shared_.log.write(line);
    }

    Shared& shared_;
    bool elsewhere_;
};

class HandlerFactory : public Poco::Net::HTTPRequestHandlerFactory {
public:
    HandlerFactory(Shared& shared, bool elsewhere) : shared_(shared), elsewhere_(elsewhere) {}
    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest& request) override {
        // Poco answers an expectation by itself unless the answer's status is set: nobody is asked to send what will be refused.
        if (request.getExpectContinue() && request.hasContentLength() &&
            request.getContentLength64() > static_cast<std::int64_t>(body_max_bytes)) {
            request.response().setStatus(Poco::Net::HTTPResponse::HTTP_REQUEST_ENTITY_TOO_LARGE);
        }
        return new Handler(shared_, elsewhere_);
    }

private:
    Shared& shared_;
    bool elsewhere_;
};

/// The sockets of the live connections, so that stopping can end them. They are duplicates: shutting one down ends the connection, whoever
/// holds it, and its number cannot have passed to another socket meanwhile.
class LiveSockets {
public:
    [[nodiscard]] int add(int socket) {
        const int duplicate = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
        const std::scoped_lock lock(mutex_);
        if (duplicate >= 0) {
            sockets_.insert(duplicate);
            if (closed_) {
                ::shutdown(duplicate, SHUT_RDWR);
            }
        }
        return duplicate;
    }
    void remove(int duplicate) {
        const std::scoped_lock lock(mutex_);
        if (sockets_.erase(duplicate) > 0) {
            ::close(duplicate);
        }
    }
    void shut_down() {
        const std::scoped_lock lock(mutex_);
        closed_ = true;
        for (const int socket : sockets_) {
            ::shutdown(socket, SHUT_RDWR);
        }
    }

private:
    std::mutex mutex_;
    std::set<int> sockets_;
    bool closed_ = false;
};

class Connection : public Poco::Net::TCPServerConnection {
public:
    Connection(const Poco::Net::StreamSocket& socket, Poco::Net::HTTPServerParams::Ptr params,
               Poco::Net::HTTPRequestHandlerFactory::Ptr factory, Shared& shared, LiveSockets& live)
        : TCPServerConnection(socket), params_(std::move(params)), factory_(std::move(factory)), shared_(shared), live_(live) {}

    void run() override {
        const int duplicate = live_.add(socket().impl()->sockfd());
        try {
            FaultPlan& faults = shared_.service.faults();
            if (socket().secure() && faults.strikes_now(FaultKind::slow_tls, 0)) {
                shared_.stop.wait_for(std::chrono::milliseconds(shared_.scenario.fault_rules.slow_tls_ms));
            }
            // Its own object, so that Poco's session closes the socket before the duplicate goes.
            Poco::Net::HTTPServerConnection connection(socket(), params_, factory_);
            connection.run();
        } catch (const Poco::Exception&) {
            // A client that broke the connection or its TLS: nothing to tell.
        }
        live_.remove(duplicate);
    }

private:
    Poco::Net::HTTPServerParams::Ptr params_;
    Poco::Net::HTTPRequestHandlerFactory::Ptr factory_;
    Shared& shared_;
    LiveSockets& live_;
};

class ConnectionFactory : public Poco::Net::TCPServerConnectionFactory {
public:
    ConnectionFactory(Poco::Net::HTTPServerParams::Ptr params, Shared& shared, LiveSockets& live, bool elsewhere)
        : params_(std::move(params)), factory_(new HandlerFactory(shared, elsewhere)), shared_(shared), live_(live) {}
    Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override {
        return new Connection(socket, params_, factory_, shared_, live_);
    }

private:
    Poco::Net::HTTPServerParams::Ptr params_;
    Poco::Net::HTTPRequestHandlerFactory::Ptr factory_;
    Shared& shared_;
    LiveSockets& live_;
};

class PocoServer : public Server {
public:
    PocoServer(const Listen& listen, const Poco::Net::ServerSocket& socket, Shared& shared)
        : threads_("sandbox", 2, std::max(4, listen.threads_max)), socket_(socket) {
        Poco::Net::HTTPServerParams::Ptr params = new Poco::Net::HTTPServerParams;
        params->setMaxThreads(std::max(4, listen.threads_max));
        params->setMaxQueued(std::max(64, listen.threads_max));
        params->setKeepAlive(true);
        params->setMaxKeepAliveRequests(0);
        params->setKeepAliveTimeout(Poco::Timespan(75, 0));
        params->setTimeout(Poco::Timespan(60, 0));
        server_ = std::make_unique<Poco::Net::TCPServer>(new ConnectionFactory(params, shared, live_, listen.elsewhere), threads_, socket_,
                                                         params);
        server_->start();
    }
    ~PocoServer() override {
        // Poco's accept loop looks at its stop flag every 250 ms only; a listening socket that is shut down wakes it at once.
        ::shutdown(socket_.impl()->sockfd(), SHUT_RDWR);
        server_->stop();
        live_.shut_down();
        threads_.joinAll();
        server_.reset();
    }
    PocoServer(const PocoServer&) = delete;
    PocoServer& operator=(const PocoServer&) = delete;
    [[nodiscard]] std::uint16_t port() const override { return socket_.address().port(); }

private:
    LiveSockets live_;
    Poco::ThreadPool threads_;
    Poco::Net::ServerSocket socket_;
    std::unique_ptr<Poco::Net::TCPServer> server_;
};

Poco::Net::Context::Ptr make_context() {
    Poco::Net::Context::Params params;
    params.verificationMode = Poco::Net::Context::VERIFY_NONE;
    params.ecdhCurve = "X25519:P-256";
    return new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params);
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const Listen& listen, Shared& shared) {
    try {
        Poco::Net::ServerSocket socket;
        if (listen.certificates != nullptr) {
            const Poco::Net::Context::Ptr context = make_context();
            if (Status installed = listen.certificates->install(context->sslContext()); !installed) {
                return fail(installed.error());
            }
            socket = Poco::Net::SecureServerSocket(context);
        }
        socket.bind(Poco::Net::SocketAddress(listen.address, listen.port), true, false);
        socket.listen(512);
        return std::make_unique<PocoServer>(listen, socket, shared);
    } catch (const Poco::Exception& error) {
        Error failure = fail(ErrorCode::connect, fmt::format("the sandbox cannot listen on port {}", listen.port), listen.address,
                             "Take another port, or 0 for a free one")
                            .value();
        failure.cause = sanitise(error.displayText());
        return fail(std::move(failure));
    }
}

}  // namespace moisson::sandbox
