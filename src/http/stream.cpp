#include "http/stream.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace moisson::http {

namespace {

class PlainStream final : public Stream {
public:
    explicit PlainStream(Poco::Net::StreamSocket socket) : socket_(std::move(socket)), descriptor_(socket_.impl()->sockfd()) {}

    IoStep read(char* to, std::size_t size) override { return step(::recv(descriptor_, to, size, 0)); }
    IoStep write(const char* from, std::size_t size) override { return step(::send(descriptor_, from, size, MSG_NOSIGNAL)); }
    bool is_quiet() override {
        char byte = 0;
        const ssize_t got = ::recv(descriptor_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return got < 0 && only_waits(errno);
    }

private:
    static IoStep step(ssize_t moved) {
        IoStep result;
        if (moved > 0) {
            result.kind = IoStep::Kind::moved;
            result.size_bytes = static_cast<std::size_t>(moved);
        } else if (moved == 0) {
            result.kind = IoStep::Kind::ended;
        } else if (!only_waits(errno)) {
            result.kind = IoStep::Kind::failed;
            result.number = errno;
        }
        return result;
    }

    Poco::Net::StreamSocket socket_;
    int descriptor_;
};

}  // namespace

std::unique_ptr<Stream> make_plain_stream(Poco::Net::StreamSocket socket) { return std::make_unique<PlainStream>(std::move(socket)); }

}  // namespace moisson::http
