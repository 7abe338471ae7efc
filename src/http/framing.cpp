#include "http/framing.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "http/text.hpp"

namespace moisson::http {

namespace {

constexpr std::size_t chunk_line_max_bytes = 4096;  ///< size and extensions of one chunk; real servers send a few bytes
constexpr std::size_t trailers_max_bytes = 16384;
constexpr int chunk_size_digits_max = 8;  ///< 4 GiB; more is a server gone wrong or an overflow tried on purpose

tl::unexpected<Error> broken(std::string what) {
    Error error;
    error.code = ErrorCode::protocol;
    error.message = "the answer breaks HTTP's framing rules: " + std::move(what);
    error.retry = Retry::later;
    return fail(std::move(error));
}

bool fits_value(std::string_view value) {
    return std::all_of(value.begin(), value.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    });
}

/// "HTTP/1.1 200 OK"; the reason may be missing with or without its blank.
bool read_status_line(std::string_view line, Head& head) {
    if (line.size() < 12 || !line.starts_with("HTTP/1.") || (line[7] != '0' && line[7] != '1') || line[8] != ' ') {
        return false;
    }
    if (!is_digit(line[9]) || !is_digit(line[10]) || !is_digit(line[11]) || (line.size() > 12 && line[12] != ' ')) {
        return false;
    }
    head.minor_version = line[7] - '0';
    head.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
    return head.status >= 100 && fits_value(line);
}

Status read_field(std::string_view line, Headers& headers) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
        return broken("a header line has no valid name");
    }
    const std::string_view value = trim(line.substr(colon + 1));
    if (!fits_value(value)) {
        return broken("a header value contains control characters");
    }
    headers.add(std::string(line.substr(0, colon)), std::string(value));
    return {};
}

/// A line that goes on with the field before it (RFC 9112 §5.2).
bool is_folded(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

/// All values of Content-Length as one number; several are fine while they are equal (RFC 9112 §6.3, 5).
Result<std::uint64_t> read_content_length(const Headers& headers) {
    std::optional<std::uint64_t> length;
    for (const auto& [name, value] : headers.all()) {
        if (!equal_ignoring_case(name, "Content-Length")) {
            continue;
        }
        std::string_view rest = value;
        for (bool more = true; more;) {
            const std::size_t comma = rest.find(',');
            const std::string_view digits = trim(rest.substr(0, comma));
            std::uint64_t number = 0;
            const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
            if (digits.empty() || problem != std::errc() || end != digits.data() + digits.size()) {
                return broken("Content-Length is not a number");
            }
            if (length && *length != number) {
                return broken("two different Content-Length");
            }
            length = number;
            more = comma != std::string_view::npos;
            rest = more ? rest.substr(comma + 1) : rest;
        }
    }
    return *length;
}

}  // namespace

std::size_t head_length(std::string_view bytes, std::size_t scan_from) noexcept {
    // The mark may begin up to three bytes before what is new.
    std::size_t at = scan_from > 3 ? scan_from - 3 : 0;
    while ((at = bytes.find('\n', at)) != std::string_view::npos) {
        const std::string_view rest = bytes.substr(at + 1);
        if (rest.starts_with('\n')) {
            return at + 2;
        }
        if (rest.starts_with("\r\n")) {
            return at + 3;
        }
        ++at;
    }
    return 0;
}

bool can_be_http(std::string_view bytes) noexcept {
    constexpr std::string_view start = "HTTP/1.";
    return bytes.substr(0, start.size()) == start.substr(0, bytes.size());
}

Result<Head> parse_head(std::string_view text) {
    Head head;
    bool first = true;
    std::string field;  // the one that further lines may go on with
    const auto end_field = [&]() -> Status {
        const std::string line = std::exchange(field, {});
        return line.empty() ? Status{} : read_field(line, head.headers);
    };
    while (!text.empty()) {
        const std::size_t line_feed = text.find('\n');
        if (line_feed == std::string_view::npos) {
            return broken("a header line does not end");
        }
        std::string_view line = text.substr(0, line_feed);
        text.remove_prefix(line_feed + 1);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (first) {
            first = false;
            if (!read_status_line(line, head)) {
                return broken("the answer does not begin with an HTTP/1.x status line");
            }
            continue;
        }
        if (is_folded(line)) {
            if (field.empty()) {
                return broken("a header line is folded, and there is none before it");
            }
            // One blank for the fold: "Content-Length: 1" folded before "0" becomes no number, not 10.
            field += ' ';
            field += trim(line);
            continue;
        }
        if (auto ended = end_field(); !ended) {
            return fail(std::move(ended.error()));
        }
        if (line.empty()) {
            return head;
        }
        field = line;
    }
    return broken("the header section has no end");
}

Result<BodyPlan> plan_body(const Head& head, std::string_view request_method) {
    BodyPlan plan;
    int codings = 0;
    bool chunked = false;
    for (const auto& [name, value] : head.headers.all()) {
        if (equal_ignoring_case(name, "Transfer-Encoding")) {
            ++codings;
            chunked = equal_ignoring_case(value, "chunked");
        }
    }
    const bool has_length = head.headers.find("Content-Length").has_value();
    if (has_length) {
        auto length = read_content_length(head.headers);
        if (!length) {
            return fail(std::move(length.error()));
        }
        plan.kind = BodyPlan::Kind::length;
        plan.length_bytes = *length;
    }
    if (codings > 0) {
        if (has_length) {
            return broken("Content-Length and Transfer-Encoding at once");
        }
        if (codings > 1 || !chunked) {
            return broken("a Transfer-Encoding other than chunked");
        }
        if (head.minor_version == 0) {
            return broken("Transfer-Encoding in an HTTP/1.0 answer");
        }
        plan.kind = BodyPlan::Kind::chunked;
    } else if (!has_length) {
        plan.kind = BodyPlan::Kind::until_close;
    }
    // These have no body, whatever their fields announce (RFC 9112 §6.3, 1).
    if (request_method == "HEAD" || head.status < 200 || head.status == 204 || head.status == 304) {
        plan = BodyPlan{};
    }
    return plan;
}

Result<ChunkDecoder::Step> ChunkDecoder::feed(std::string_view bytes) {
    Step step;
    while (step.consumed < bytes.size() && state_ != State::done) {
        if (state_ == State::data) {
            const std::size_t rest = bytes.size() - step.consumed;
            const std::size_t size = left_bytes_ < rest ? static_cast<std::size_t>(left_bytes_) : rest;
            step.data = bytes.substr(step.consumed, size);
            step.consumed += size;
            left_bytes_ -= size;
            if (left_bytes_ == 0) {
                state_ = State::data_return;
            }
            return step;
        }
        if (auto taken = take(bytes[step.consumed]); !taken) {
            return fail(std::move(taken.error()));
        }
        ++step.consumed;
    }
    return step;
}

Status ChunkDecoder::take(char c) {
    switch (state_) {
        case State::size:
        case State::size_end:
        case State::extension: return take_size(c);
        case State::size_line_feed: return c == '\n' ? end_of_size_line() : broken("a chunk's size line does not end in CR LF");
        case State::data_return: state_ = State::data_line_feed; return c == '\r' ? Status{} : broken("a chunk is longer than its size");
        case State::data_line_feed:
            state_ = State::size;
            digits_ = 0;
            line_bytes_ = 0;
            left_bytes_ = 0;
            return c == '\n' ? Status{} : broken("a chunk does not end in CR LF");
        case State::trailer:
            if (++trailer_bytes_ > trailers_max_bytes) {
                return broken("trailers without end");
            }
            if (c == '\r') {
                state_ = State::trailer_line_feed;
            } else {
                trailer_line_ += c;
            }
            return {};
        case State::trailer_line_feed: return c == '\n' ? end_of_trailer_line() : broken("a trailer line does not end in CR LF");
        case State::data:
        case State::done: break;
    }
    return broken("bytes after the last chunk");
}

Status ChunkDecoder::take_size(char c) {
    if (++line_bytes_ > chunk_line_max_bytes) {
        return broken("a chunk's size line without end");
    }
    if (c == '\r') {
        state_ = State::size_line_feed;
        return digits_ > 0 ? Status{} : broken("a chunk without a size");
    }
    if (state_ == State::size && is_hexadecimal(c)) {
        if (++digits_ > chunk_size_digits_max) {
            return broken("a chunk size of more than 8 digits");
        }
        const char small = lower(c);
        left_bytes_ = left_bytes_ * 16 + static_cast<std::uint64_t>(is_digit(small) ? small - '0' : small - 'a' + 10);
        return {};
    }
    if (digits_ == 0) {
        return broken("a chunk size that is no hexadecimal number");
    }
    if (c == ';' && state_ != State::extension) {
        state_ = State::extension;
        return {};
    }
    const auto byte = static_cast<unsigned char>(c);
    if (state_ == State::extension && (c == '\t' || (byte >= 0x20 && byte != 0x7f))) {
        return {};
    }
    if (c == ' ' || c == '\t') {
        state_ = State::size_end;  // some servers pad the size with blanks
        return {};
    }
    return broken("a chunk size that is no hexadecimal number");
}

Status ChunkDecoder::end_of_size_line() {
    state_ = left_bytes_ == 0 ? State::trailer : State::data;
    return {};
}

Status ChunkDecoder::end_of_trailer_line() {
    if (trailer_line_.empty()) {
        state_ = State::done;
        return {};
    }
    Headers dropped;
    if (is_folded(trailer_line_) && trailer_seen_) {
        trailer_line_.clear();
        state_ = State::trailer;
        return {};
    }
    trailer_seen_ = true;
    if (auto read = read_field(trailer_line_, dropped); !read) {
        return read;
    }
    trailer_line_.clear();
    state_ = State::trailer;
    return {};
}

}  // namespace moisson::http
