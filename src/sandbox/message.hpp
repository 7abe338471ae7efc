#pragma once
/// Requests and answers as the sandbox's logic sees them: no sockets, no HTTP library.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moisson::sandbox {

/// One request. Header values are absent where the client sent no such header.
struct Request {
    std::string method;
    std::string path;   ///< as sent, percent-encoded, without the query
    std::string query;  ///< as sent, without `?`
    std::optional<std::string> authorization;
    std::optional<std::string> api_key;
    std::optional<std::string> contract_id;
    std::optional<std::string> accept;
    std::optional<std::string> content_type;
    std::optional<std::string> range;
    std::optional<std::string> if_range;
    std::string host;
    std::string body;
    bool tls = false;
};

/// How an answer leaves the socket; all but `whole` are faults.
enum class Delivery {
    whole,
    cut_length,     ///< announces the length, closes before it
    cut_chunk,      ///< closes inside a chunk
    no_last_chunk,  ///< all chunks but the last, then closes
    reset,          ///< RST in the middle
    stall,          ///< half, then silence
    trickle,        ///< a few bytes at a time
    wrong_length,   ///< announces fewer bytes than it sends
    dropped,        ///< closes without a byte
};

struct Answer {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::shared_ptr<const std::string> large_body;  ///< instead of `body`: shared with others, never copied
    bool chunked = false;
    Delivery delivery = Delivery::whole;
    std::uint64_t cut_key = 0;  ///< says where a cut falls
    int gateway_code = 0;       ///< for the access log; 0: none
    std::string fault;          ///< names of the faults that struck, for the access log

    [[nodiscard]] std::string_view bytes() const noexcept { return large_body ? std::string_view(*large_body) : std::string_view(body); }
    /// Replaces whatever body there was.
    void set_body(std::string text) {
        body = std::move(text);
        large_body.reset();
    }
};

/// An error of the gateway: {"code","message","description"} (api/README.md §2).
[[nodiscard]] Answer gateway_error(int status, int code, std::string_view description = {});

/// An error of the token endpoint: {"error","error_description"} (api/README.md §1).
[[nodiscard]] Answer oauth_error(int status, std::string_view error, std::string_view description);

[[nodiscard]] std::string_view reason_of(int status) noexcept;

/// `%41` to `A`; empty when an escape is broken.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank);

/// name=value pairs, decoded, in order; broken escapes stay as they are.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

}  // namespace moisson::sandbox
