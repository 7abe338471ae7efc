// Answers as bytes: head and body in one buffer, so that a small answer is one system call.
#include "sandbox/wire.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include <fmt/format.h>

namespace moisson::sandbox {

namespace {

constexpr std::size_t chunk_bytes = 16384;
constexpr std::size_t one_buffer_bytes = 65536;  // up to here head and body are copied together
constexpr auto trickle_pause = std::chrono::milliseconds(50);
constexpr std::size_t trickle_bytes = 16;

void send_all(Poco::Net::StreamSocket& socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto size = static_cast<int>(std::min<std::size_t>(bytes.size(), std::numeric_limits<int>::max() / 2));
        const int sent = socket.sendBytes(bytes.data(), size);
        bytes.remove_prefix(static_cast<std::size_t>(std::max(sent, 0)));
    }
}

std::string make_head(const Answer& answer, const SendOptions& options, std::size_t announced, bool chunked) {
    std::string head =
        fmt::format("HTTP/1.1 {} {}\r\nServer: nginx\r\nDate: {}\r\n", answer.status, reason_of(answer.status), options.date);
    if (options.tls) {
        head += "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";
    }
    head += fmt::format("X-OAPI-Request-Id: {}\r\n", options.request_id);
    for (const auto& [name, value] : answer.headers) {
        head += fmt::format("{}: {}\r\n", name, value);
    }
    head += chunked ? "Transfer-Encoding: chunked\r\n" : fmt::format("Content-Length: {}\r\n", announced);
    head += options.keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    return head;
}

/// The body in chunks, without the last one.
std::string in_chunks(std::string_view body) {
    std::string framed;
    framed.reserve(body.size() + body.size() / chunk_bytes * 8 + 32);
    while (!body.empty()) {
        const std::string_view chunk = body.substr(0, chunk_bytes);
        framed += fmt::format("{:x}\r\n", chunk.size());
        framed += chunk;
        framed += "\r\n";
        body.remove_prefix(chunk.size());
    }
    return framed;
}

void send_slowly(Poco::Net::StreamSocket& socket, std::string_view bytes, std::chrono::seconds time_max, const StopSignal& stop) {
    const auto end = std::chrono::steady_clock::now() + time_max;
    while (!bytes.empty() && std::chrono::steady_clock::now() < end && stop.wait_for(trickle_pause)) {
        send_all(socket, bytes.substr(0, trickle_bytes));
        bytes.remove_prefix(std::min(trickle_bytes, bytes.size()));
    }
}

void reset_connection(Poco::Net::StreamSocket& socket) {
    // Closing with a linger time of zero makes the kernel send RST instead of FIN.
    socket.setLinger(true, 0);
}

}  // namespace

bool send_answer(Poco::Net::StreamSocket& socket, const Answer& answer, const SendOptions& options, const FaultRules& rules,
                 const StopSignal& stop) {
    if (answer.delivery == Delivery::dropped) {
        return false;
    }
    const bool chunk_fault = answer.delivery == Delivery::cut_chunk || answer.delivery == Delivery::no_last_chunk;
    const bool length_fault = answer.delivery == Delivery::cut_length || answer.delivery == Delivery::wrong_length;
    const bool chunked = chunk_fault || (answer.chunked && !length_fault);
    const std::size_t size = answer.bytes().size();
    const std::size_t cut = size == 0 ? 0 : answer.cut_key % size;  // always short of the whole
    std::size_t announced = size;
    if (answer.delivery == Delivery::wrong_length) {
        announced = std::max<std::size_t>(cut, 1);
    }
    std::string bytes = make_head(answer, options, announced, chunked);
    if (options.head_only) {
        send_all(socket, bytes);
        return options.keep_alive;
    }
    if (answer.delivery == Delivery::whole && !chunked && size > one_buffer_bytes) {
        send_all(socket, bytes);
        send_all(socket, answer.bytes());
        return options.keep_alive;
    }
    const std::size_t head_size = bytes.size();
    if (chunked) {
        bytes += in_chunks(answer.bytes());
    } else {
        bytes += answer.bytes();
    }
    const std::string_view all = bytes;
    const std::string_view half = all.substr(0, head_size + cut);
    switch (answer.delivery) {
        case Delivery::whole:
            bytes += chunked ? "0\r\n\r\n" : "";
            send_all(socket, bytes);
            return options.keep_alive;
        case Delivery::dropped: return false;
        case Delivery::cut_length: send_all(socket, half); return false;
        case Delivery::cut_chunk: send_all(socket, all.substr(0, std::max(head_size + 4, half.size()))); return false;
        case Delivery::no_last_chunk:
        case Delivery::wrong_length: send_all(socket, all); return false;
        case Delivery::reset:
            send_all(socket, half);
            reset_connection(socket);
            return false;
        case Delivery::stall:
            send_all(socket, half);
            stop.wait_for(std::chrono::seconds(rules.stall_s));
            return false;
        case Delivery::trickle:
            send_all(socket, all.substr(0, head_size));
            send_slowly(socket, all.substr(head_size), std::chrono::seconds(rules.trickle_s), stop);
            return false;
    }
    return false;
}

}  // namespace moisson::sandbox
