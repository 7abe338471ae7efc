#pragma once
/// HTTP/1.1 answers taken apart (RFC 9112), stricter than the standard where a body's end is at stake. Pure: bytes in, facts out.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/http.hpp"

namespace moisson::http {

/// Status line and header section.
struct Head {
    int status = 0;
    int minor_version = 1;  ///< HTTP/1.<this>
    Headers headers;
};

/// Bytes of the header section at the front of `bytes`, its empty line included; 0 while that has not come. `scan_from` saves looking
/// twice.
[[nodiscard]] std::size_t head_length(std::string_view bytes, std::size_t scan_from) noexcept;

/// True while `bytes` can still become an HTTP/1.x answer: other protocols are told apart by their first bytes.
[[nodiscard]] bool can_be_http(std::string_view bytes) noexcept;

/// `text` is a whole header section. Folded lines are unfolded, with one blank for each fold (RFC 9112 §5.2). `protocol` for anything that
/// two readers could read differently: a folded line right behind the status line, blanks before a colon, control characters, names that
/// are no tokens, a status line that is not one.
[[nodiscard]] Result<Head> parse_head(std::string_view text);

/// How the body's end will be known.
struct BodyPlan {
    enum class Kind { none, length, chunked, until_close } kind = Kind::none;
    std::uint64_t length_bytes = 0;
};

/// RFC 9112 §6.3. `protocol` for Content-Length beside Transfer-Encoding, lengths that differ or are no plain digits, codings other than
/// chunked.
[[nodiscard]] Result<BodyPlan> plan_body(const Head& head, std::string_view request_method);

/// Takes chunked coding off a stream, piece by piece; one body, then thrown away. Extensions and trailers are read and dropped.
class ChunkDecoder {
public:
    struct Step {
        std::size_t consumed = 0;  ///< of what was given
        std::string_view data;     ///< part of what was given; may be empty
    };
    /// Decodes until the next piece of data, the body's end, or the end of `bytes`. Call again while something is consumed and not `done`.
    /// `protocol`: a size that is no 1 to 8 hexadecimal digits, a chunk without its line end, trailers that are no fields, too long lines.
    [[nodiscard]] Result<Step> feed(std::string_view bytes);
    [[nodiscard]] bool done() const noexcept { return state_ == State::done; }

private:
    enum class State { size, size_end, extension, size_line_feed, data, data_return, data_line_feed, trailer, trailer_line_feed, done };
    [[nodiscard]] Status take(char c);
    [[nodiscard]] Status take_size(char c);
    [[nodiscard]] Status end_of_size_line();
    [[nodiscard]] Status end_of_trailer_line();

    State state_ = State::size;
    std::uint64_t left_bytes_ = 0;
    int digits_ = 0;
    std::size_t line_bytes_ = 0;
    std::size_t trailer_bytes_ = 0;
    std::string trailer_line_;
    bool trailer_seen_ = false;
};

}  // namespace moisson::http
