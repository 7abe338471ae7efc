#include "http/channel.hpp"

#include <system_error>
#include <utility>

#include "http/connection.hpp"
#include "http/messages.hpp"
#include "http/stream.hpp"
#include "http/tcp.hpp"
#include "http/transport.hpp"
#include "http/watch.hpp"

namespace moisson::http {

namespace {

Limits limits_of_channel(const ChannelLimits& limits) {
    Limits of_watch;
    of_watch.attempt = limits.whole;
    of_watch.min_rate_bytes_per_second = 0;  // a dialogue: most of its time is waiting
    return of_watch;
}

class SocketChannel final : public Channel {
public:
    SocketChannel(std::shared_ptr<const SharedTransport> transport, std::string host, std::uint16_t port, const ChannelLimits& limits,
                  const Clock& clock, std::stop_token stop)
        : transport_(std::move(transport)),
          host_(std::move(host)),
          port_(port),
          whom_(host_and_port(Url{"", host_, port, ""})),
          left_bytes_(limits.received_max_bytes),
          limits_(limits_of_channel(limits)),
          watch_(clock, limits_, std::move(stop)) {}
    ~SocketChannel() override {
        if (stream_ && healthy_) {
            stream_->say_goodbye();
        }
    }
    SocketChannel(const SocketChannel&) = delete;
    SocketChannel& operator=(const SocketChannel&) = delete;

    Status connect() {
        auto addresses = find_addresses(host_, port_);
        if (!addresses) {
            return fail(std::move(addresses.error()));
        }
        auto socket = connect_any(*addresses, whom_, transport_->options().connect_timeout, transport_->slice(), watch_);
        if (!socket) {
            return fail(std::move(socket.error()));
        }
        socket_ = std::move(*socket);
        stream_ = make_plain_stream(socket_);
        return {};
    }

    Status secure() override {
        auto secured = make_tls_stream(socket_, transport_->tls_settings(), host_, transport_->options().connect_timeout, watch_);
        if (!secured) {
            healthy_ = false;
            return fail(std::move(secured.error()));
        }
        stream_ = std::move(*secured);
        return {};
    }

    Status send(std::string_view bytes) override {
        while (!bytes.empty()) {
            const IoStep step = stream_->write(bytes.data(), bytes.size());
            if (step.kind == IoStep::Kind::moved) {
                bytes.remove_prefix(step.size_bytes);
            } else if (step.kind != IoStep::Kind::again) {
                return fail(broken(step, messages::request_sent));
            }
            if (Status fine = watch_.check(); !fine) {
                healthy_ = false;
                return fine;
            }
        }
        return {};
    }

    Result<std::size_t> receive(char* to, std::size_t size) override {
        for (;;) {
            if (Status fine = watch_.check(); !fine) {
                healthy_ = false;
                return fail(std::move(fine.error()));
            }
            const IoStep step = stream_->read(to, size);
            switch (step.kind) {
                case IoStep::Kind::moved: return counted(step.size_bytes);
                case IoStep::Kind::ended:
                case IoStep::Kind::cut: healthy_ = false; return std::size_t{0};
                case IoStep::Kind::failed: return fail(broken(step, messages::answer_read));
                case IoStep::Kind::again: break;
            }
        }
    }

private:
    Result<std::size_t> counted(std::size_t size) {
        if (size > left_bytes_) {
            healthy_ = false;
            return fail_with(ErrorCode::too_large, Retry::never, messages::says_more_than_answer(whom_));
        }
        left_bytes_ -= size;
        return size;
    }

    Error broken(const IoStep& step, const Message& doing) {
        healthy_ = false;
        if (!step.cause.empty()) {
            return fail_with(ErrorCode::tls, Retry::later, messages::tls_failed_while(whom_, doing), {}, step.cause).value();
        }
        const std::string cause = step.number != 0 ? std::generic_category().message(step.number) : std::string();
        return fail_with(ErrorCode::reset, Retry::later, messages::broke_connection_while(whom_, doing), {}, cause).value();
    }

    std::shared_ptr<const SharedTransport> transport_;
    const std::string host_;
    const std::uint16_t port_;
    const std::string whom_;
    std::uint64_t left_bytes_;
    const Limits limits_;
    Watch watch_;
    Poco::Net::StreamSocket socket_;
    std::unique_ptr<Stream> stream_;
    bool healthy_ = true;
};

}  // namespace

Result<std::unique_ptr<Channel>> Channel::open(std::shared_ptr<const Transport> transport, const std::string& host, std::uint16_t port,
                                               const ChannelLimits& limits, const Clock& clock, std::stop_token stop) {
    auto shared = std::dynamic_pointer_cast<const SharedTransport>(std::move(transport));
    MOISSON_INVARIANT(shared != nullptr, "a channel needs a transport made by Transport::make");
    auto channel = std::make_unique<SocketChannel>(std::move(shared), host, port, limits, clock, std::move(stop));
    if (Status connected = channel->connect(); !connected) {
        return fail(std::move(connected.error()));
    }
    return std::unique_ptr<Channel>(std::move(channel));
}

}  // namespace moisson::http
