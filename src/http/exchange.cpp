#include "http/exchange.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "http/messages.hpp"
#include "http/text.hpp"

namespace moisson::http {

namespace {

constexpr int interim_answers_max = 16;  ///< 1xx before the real answer; more is a server gone wrong

/// Keeps the beginning of an error's body and refuses the rest.
class ErrorBodySink final : public BodySink {
public:
    Status begin() override { return {}; }
    Status write(std::string_view piece) override {
        bytes.append(piece);
        return {};
    }
    std::string bytes;
};

tl::unexpected<Error> body_too_large(std::uint64_t size_max_bytes) {
    return fail_with(ErrorCode::too_large, Retry::never, messages::body_longer_bytes(size_max_bytes),
                     "If that size is right, raise body_max_bytes");
}

/// "timeout=15, max=100": how long the server keeps an idle connection.
std::chrono::seconds keep_alive_of(const Headers& headers) {
    const auto value = headers.find("Keep-Alive");
    const std::size_t at = value ? value->find("timeout=") : std::string_view::npos;
    int seconds = 0;
    if (at != std::string_view::npos) {
        const std::string_view digits = value->substr(at + 8);
        std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    }
    return std::chrono::seconds(std::clamp(seconds, 0, 3600));
}

bool asks_to_close(const Head& head) {
    bool keep = head.minor_version >= 1;
    for (const auto& [name, value] : head.headers.all()) {
        if (equal_ignoring_case(name, "Connection") || equal_ignoring_case(name, "Proxy-Connection")) {
            if (list_has(value, "close")) {
                return true;
            }
            keep = keep || list_has(value, "keep-alive");
        }
    }
    return !keep;
}

/// True when each coding of a Content-Encoding leaves the bytes as they are: what servers write there that are no codings at all
/// (a charset, a media type, the chunks that a store took off itself), besides those that say that nothing was done.
bool changes_nothing(std::string_view codings) {
    static constexpr std::array<std::string_view, 13> names{"",     "identity", "none",  "null",  "binary",      "7bit",   "8bit",
                                                            "raw",  "plain",    "ascii", "ansi",  "aws-chunked", "chunked"};
    static constexpr std::array<std::string_view, 7> charsets{"utf-", "utf8", "utf16", "us-ascii", "iso-", "windows-", "latin"};
    while (true) {
        const std::size_t comma = codings.find(',');
        const std::string coding = lower(trim(codings.substr(0, comma)));
        const bool known = std::find(names.begin(), names.end(), coding) != names.end() || coding.find('/') != std::string::npos ||
                           std::any_of(charsets.begin(), charsets.end(), [&](std::string_view start) { return coding.starts_with(start); });
        if (!known) {
            return false;
        }
        if (comma == std::string_view::npos) {
            return true;
        }
        codings.remove_prefix(comma + 1);
    }
}

Framing framing_of(BodyPlan::Kind kind) {
    switch (kind) {
        case BodyPlan::Kind::chunked: return Framing::chunked;
        case BodyPlan::Kind::until_close: return Framing::until_close;
        case BodyPlan::Kind::none:
        case BodyPlan::Kind::length: break;
    }
    return Framing::length;
}

}  // namespace

Result<Response> Exchange::run(std::string_view wire_request, BodySink& sink) {
    Response response;
    response.peer = connection_.peer();
    response.sent_at = watch_.clock().now();
    if (auto sent = connection_.send(wire_request, watch_); !sent) {
        return fail(std::move(sent.error()));
    }
    auto head = read_final_head();
    if (!head) {
        return fail(std::move(head.error()));
    }
    response.head_at = watch_.clock().now();
    const auto plan = plan_body(*head, request_.method);
    if (!plan) {
        return fail(plan.error());
    }
    response.status = head->status;
    response.framing = framing_of(plan->kind);
    const bool keep = !asks_to_close(*head) && plan->kind != BodyPlan::Kind::until_close;
    keep_alive_ = keep_alive_of(head->headers);
    response.headers = std::move(head->headers);
    if (response.ok()) {
        if (auto fit = check_success(response, *plan); !fit) {
            return fail(std::move(fit.error()));
        }
        if (auto begun = sink.begin_answer(response); !begun) {
            return fail(std::move(begun.error()));
        }
        if (auto read = read_body(*plan, sink, limits_.body_max_bytes, response); !read) {
            return fail(std::move(read.error()));
        }
    } else {
        // A refusal whose text is cut or endless is still that refusal, where no code in it decides; but the connection goes.
        ErrorBodySink error_sink;
        const auto read = read_body(*plan, error_sink, limits_.error_body_max_bytes, response);
        response.error_body = std::move(error_sink.bytes);
        if (!read) {
            if (read.error().code == ErrorCode::cancelled) {
                return fail(read.error());
            }
            response.error_body_cut = true;
            return response;
        }
    }
    watch_.answer_ended();
    if (!connection_.buffered().empty()) {
        return fail_with(ErrorCode::protocol, Retry::later, "the answer breaks HTTP's framing rules: bytes follow the end of the body");
    }
    clean_ = keep;
    return response;
}

Result<Head> Exchange::read_final_head() {
    for (int interim = 0; interim <= interim_answers_max; ++interim) {
        auto head = read_head();
        if (!head || head->status >= 200) {
            return head;
        }
        if (head->status == 101) {
            break;
        }
    }
    return fail_with(ErrorCode::protocol, Retry::later,
                     "the answer breaks HTTP's framing rules: interim answers only, or an upgrade nobody asked for");
}

Result<Head> Exchange::read_head() {
    std::size_t seen = 0;
    for (;;) {
        const std::string_view bytes = connection_.buffered();
        if (!can_be_http(bytes)) {
            return fail_with(ErrorCode::protocol, Retry::later, messages::answer_not_http, "Check scheme and port of the URL");
        }
        const std::size_t length = head_length(bytes, seen);
        if (length > 0 && length <= limits_.header_max_bytes) {
            auto head = parse_head(bytes.substr(0, length));
            connection_.take(length);
            return head;
        }
        if (length > 0 || bytes.size() >= limits_.header_max_bytes) {
            return fail_with(ErrorCode::too_large, Retry::never,
                             fmt::format("the header section is longer than {} bytes", limits_.header_max_bytes),
                             "No service sends that much: check the URL, and what stands between (proxy, gateway)");
        }
        seen = bytes.size();
        if (connection_.room() == 0) {
            connection_.reserve(static_cast<std::size_t>(limits_.header_max_bytes) + Connection::body_piece_bytes);
        }
        auto more = connection_.receive(watch_);
        if (!more) {
            return fail(std::move(more.error()));
        }
        if (*more != Connection::More::bytes) {
            if (!answer_began_) {
                return fail_with(ErrorCode::reset, Retry::later, messages::server_closed_connection_without);
            }
            return fail_with(ErrorCode::truncated, Retry::later, messages::answer_ended_within_header_section);
        }
        answer_began_ = true;
    }
}

Status Exchange::check_success(const Response& response, const BodyPlan& plan) const {
    if (plan.kind == BodyPlan::Kind::length && plan.length_bytes > limits_.body_max_bytes) {
        return body_too_large(limits_.body_max_bytes);
    }
    if (plan.kind == BodyPlan::Kind::until_close && !limits_.accept_until_close) {
        return fail_with(ErrorCode::truncated, Retry::later,
                         "the answer says neither how long its body is nor sends it in chunks: whether it is whole cannot be known");
    }
    // A part of the body is refused; a part of a list (`documents 0-29/60`) is a whole body, and the caller's matter.
    const auto range = response.headers.find("Content-Range");
    const bool is_of_items = range && !equal_ignoring_case(range->substr(0, 5), "bytes");
    if (response.status == 206 && !request_.headers.find("Range") && !is_of_items) {
        return fail_with(ErrorCode::protocol, Retry::later, "the server sent a part (206) though the whole was asked for");
    }
    for (const auto& [name, value] : response.headers.all()) {
        if (equal_ignoring_case(name, "Content-Encoding") && !changes_nothing(value)) {
            return fail_with(ErrorCode::wrong_type, Retry::later,
                             fmt::format("the server compressed the body ({}) though it was asked not to", sanitise(value, 40)));
        }
    }
    return {};
}

Status Exchange::read_body(const BodyPlan& plan, BodySink& sink, std::uint64_t size_max_bytes, Response& response) {
    switch (plan.kind) {
        case BodyPlan::Kind::none: return {};
        case BodyPlan::Kind::length:
            if (auto read = read_length(std::min(plan.length_bytes, size_max_bytes), sink, response); !read) {
                return read;
            }
            return plan.length_bytes <= size_max_bytes ? Status{} : body_too_large(size_max_bytes);
        case BodyPlan::Kind::chunked: return read_chunks(sink, size_max_bytes, response);
        case BodyPlan::Kind::until_close: return read_until_close(sink, size_max_bytes, response);
    }
    return {};
}

tl::unexpected<Error> Exchange::cut(std::uint64_t got_bytes, const Message& missing) const {
    return fail_with(ErrorCode::truncated, Retry::later, messages::body_ended_after_bytes(got_bytes, missing));
}

Result<bool> Exchange::fill(std::size_t wanted_bytes) {
    while (connection_.buffered().size() < wanted_bytes && connection_.room() > 0) {
        auto more = connection_.receive(watch_);
        if (!more) {
            return fail(std::move(more.error()));
        }
        if (*more != Connection::More::bytes) {
            last_ = *more;
            return false;
        }
    }
    return true;
}

Status Exchange::read_length(std::uint64_t length_bytes, BodySink& sink, Response& response) {
    while (response.body_size_bytes < length_bytes) {
        const std::uint64_t left = length_bytes - response.body_size_bytes;
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, Connection::body_piece_bytes));
        const auto filled = fill(wanted);
        const std::string_view piece = connection_.buffered().substr(0, wanted);
        // What came before a failure is handed on too: a cut transfer may go on from there.
        if (!piece.empty()) {
            if (auto written = sink.write(piece); !written) {
                return written;
            }
            connection_.take(piece.size());
            response.body_size_bytes += piece.size();
        }
        if (!filled) {
            return fail(filled.error());
        }
        if (!*filled && response.body_size_bytes < length_bytes) {
            return cut(response.body_size_bytes, messages::were_announced(length_bytes));
        }
    }
    return {};
}

Status Exchange::read_chunks(BodySink& sink, std::uint64_t size_max_bytes, Response& response) {
    ChunkDecoder decoder;
    std::string piece;
    piece.reserve(Connection::body_piece_bytes);
    const auto hand_on = [&]() -> Status {
        response.body_size_bytes += piece.size();
        auto written = sink.write(piece);
        piece.clear();
        return written;
    };
    while (!decoder.done()) {
        if (connection_.buffered().empty()) {
            const auto filled = fill(1);
            if (!filled) {
                return fail(filled.error());
            }
            if (!*filled) {
                return cut(response.body_size_bytes + piece.size(), messages::before_last_chunk);
            }
        }
        // Small chunks are gathered: the sink gets pieces of 64 KiB, as with a plain body.
        const std::size_t left = Connection::body_piece_bytes - piece.size();
        auto step = decoder.feed(connection_.buffered().substr(0, left));
        if (!step) {
            return fail(std::move(step.error()));
        }
        piece.append(step->data);
        connection_.take(step->consumed);
        if (response.body_size_bytes + piece.size() > size_max_bytes) {
            return body_too_large(size_max_bytes);
        }
        if (piece.size() == Connection::body_piece_bytes) {
            if (auto handed = hand_on(); !handed) {
                return handed;
            }
        }
    }
    return piece.empty() ? Status{} : hand_on();
}

Status Exchange::read_until_close(BodySink& sink, std::uint64_t size_max_bytes, Response& response) {
    for (bool more = true; more;) {
        const auto filled = fill(Connection::body_piece_bytes);
        if (!filled) {
            return fail(filled.error());
        }
        more = *filled;
        const std::string_view piece = connection_.buffered();
        if (response.body_size_bytes + piece.size() > size_max_bytes) {
            return body_too_large(size_max_bytes);
        }
        if (!piece.empty()) {
            if (auto written = sink.write(piece); !written) {
                return written;
            }
            response.body_size_bytes += piece.size();
            connection_.take(piece.size());
        }
    }
    if (last_ == Connection::More::cut) {
        return cut(response.body_size_bytes, messages::tls_not_closed);
    }
    return {};
}

}  // namespace moisson::http
