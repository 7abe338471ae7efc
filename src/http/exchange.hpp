#pragma once
/// One request and its whole answer on one connection. No redirects, no second tries: those are the session's.

#include <chrono>
#include <vector>

#include "http/connection.hpp"

namespace moisson::http {

class Exchange {
public:
    /// All arguments outlive the exchange.
    Exchange(Connection& connection, const Request& request, const Limits& limits, Watch& watch)
        : connection_(connection), request_(request), limits_(limits), watch_(watch) {}

    /// Sends `wire_request`, reads the answer. Body of a 2xx to `sink`, of others to `Response::error_body`.
    [[nodiscard]] Result<Response> run(std::string_view wire_request, BodySink& sink);

    /// At least one byte of an answer came.
    [[nodiscard]] bool answer_began() const noexcept { return answer_began_; }
    /// The answer was whole, nothing is left over and neither side asked to close.
    [[nodiscard]] bool connection_is_clean() const noexcept { return clean_; }
    [[nodiscard]] std::chrono::seconds keep_alive() const noexcept { return keep_alive_; }

private:
    [[nodiscard]] Result<Head> read_head();
    [[nodiscard]] Result<Head> read_final_head();
    [[nodiscard]] Status check_success(const Response& response, const BodyPlan& plan) const;
    [[nodiscard]] Status read_body(const BodyPlan& plan, BodySink& sink, std::uint64_t size_max_bytes, Response& response);
    [[nodiscard]] Status read_length(std::uint64_t length_bytes, BodySink& sink, Response& response);
    [[nodiscard]] Status read_chunks(BodySink& sink, std::uint64_t size_max_bytes, Response& response);
    [[nodiscard]] Status read_until_close(BodySink& sink, std::uint64_t size_max_bytes, Response& response);
    /// Fills the buffer as far as `wanted` bytes (or its end); false when the other side closed before.
    [[nodiscard]] Result<bool> fill(std::size_t wanted_bytes);
    [[nodiscard]] tl::unexpected<Error> cut(std::uint64_t got_bytes, const Message& missing) const;

    Connection& connection_;
    const Request& request_;
    const Limits& limits_;
    Watch& watch_;
    bool answer_began_ = false;
    bool clean_ = false;
    Connection::More last_ = Connection::More::bytes;
    std::chrono::seconds keep_alive_{0};
};

}  // namespace moisson::http
