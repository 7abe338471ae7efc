/// Heads and bodies of HTTP answers: two ways of cutting the same bytes give the same answer, and nothing of a head can end a line.
/// The first byte says how the bytes are cut, and its lowest bit whether it is the answer to HEAD.

#include <optional>

#include "fuzz.hpp"
#include "http/framing.hpp"
#include "http/text.hpp"

namespace moisson::fuzz {

namespace {

struct Decoded {
    bool refused = false;
    bool done = false;
    std::string data;
    std::size_t consumed = 0;
    friend bool operator==(const Decoded&, const Decoded&) = default;
};

Decoded decode(std::string_view bytes, std::size_t piece_bytes) {
    http::ChunkDecoder decoder;
    Decoded result;
    while (!decoder.done() && result.consumed < bytes.size()) {
        const std::string_view piece = bytes.substr(result.consumed, piece_bytes);
        const auto step = decoder.feed(piece);
        if (!step) {
            require(step.error().code == ErrorCode::protocol && !step.error().message.empty(), "a refused body has a reason");
            return {true, false, {}, 0};
        }
        require(step->consumed <= piece.size() && step->data.size() <= step->consumed, "no more is taken than is there");
        require(step->consumed > 0 || decoder.done(), "a decoder goes on");
        result.data += step->data;
        result.consumed += step->consumed;
    }
    result.done = decoder.done();
    return result;
}

void check_head(const http::Head& head) {
    require(head.status >= 100 && head.status <= 999, "a status has three digits");
    for (const auto& [name, value] : head.headers.all()) {
        require(http::is_token(name), "a field's name is a token");
        require(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos, "a field's value cannot end its line");
    }
}

}  // namespace

void run(std::string_view input) {
    const std::uint8_t how = take_byte(input);
    const std::size_t piece_bytes = 1 + how / 8;
    static_cast<void>(http::can_be_http(input));
    const std::size_t length = http::head_length(input, 0);
    require(length <= input.size(), "a head is not longer than what came");
    if (length == 0) {
        // No head: the same bytes as a body.
        require(decode(input, input.size() + 1) == decode(input, piece_bytes), "a body does not depend on how it comes");
        return;
    }
    for (const std::size_t cut : {length / 2, length - 1}) {
        require(http::head_length(input.substr(0, cut), 0) == 0, "a head ends where it ends");
        require(http::head_length(input, cut) == length, "a head that comes in two parts ends at the same place");
    }
    const auto head = http::parse_head(input.substr(0, length));
    if (!head) {
        require(head.error().code == ErrorCode::protocol && !head.error().message.empty(), "a refused head has a reason");
        return;
    }
    check_head(*head);
    const auto plan = http::plan_body(*head, how % 2 == 0 ? "GET" : "HEAD");
    if (plan && plan->kind == http::BodyPlan::Kind::chunked) {
        const std::string_view body = input.substr(length);
        require(decode(body, body.size() + 1) == decode(body, piece_bytes), "a body does not depend on how it comes");
    }
}

}  // namespace moisson::fuzz
