#pragma once
/// Result and error types of the whole program.
///
/// Two channels: an expected failure (one request, one document, one row) is a value, `Result<T>`;
/// what ends the run is `FatalError`, thrown from any room and caught once, in `cli`.
/// A broken invariant (a bug, never input) ends the process: `MOISSON_INVARIANT`.

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

#include "base/exit_code.hpp"
#include "language/message.hpp"

namespace moisson {

/// What went wrong, as one word that scripts and tests can rely on; `to_text` gives its kebab-case form.
enum class ErrorCode {
    bad_input,       ///< a value that a person or a file gave cannot be used
    dns,             ///< the host name did not resolve
    connect,         ///< no connection to host or proxy
    proxy,           ///< the proxy refused or answered nonsense
    tls,             ///< the TLS handshake failed for another reason than the certificate
    certificate,     ///< the server's certificate was not accepted
    timeout,         ///< connect, handshake or a single read took too long
    too_slow,        ///< bytes came, but the deadline of the whole attempt passed
    reset,           ///< the connection broke before or while the answer came
    truncated,       ///< the body ended before its announced end
    protocol,        ///< the answer broke HTTP's framing rules
    too_large,       ///< the answer passed the size limit
    redirect,        ///< a redirect that is not followed
    wrong_type,      ///< a whole body, but not of the kind that was asked for
    not_ready,       ///< the service says (or shows) that the document does not exist yet
    not_found,       ///< 404/60
    forbidden,       ///< 403/50..52: rights, subscription
    credentials,     ///< 401/40, 401/41, or the token endpoint refused the client
    token_expired,   ///< 401/42: cured by one new token
    throttled,       ///< 403/53 or 429: slow down and repeat
    quota_spent,     ///< a quota over a long window is used up; waiting minutes does not help
    over_capacity,   ///< 503/5, 503/6
    server_error,    ///< other 5xx, 408
    client_error,    ///< other 4xx
    bad_answer,      ///< whole and successful, but not readable as what the endpoint returns
    cancelled,       ///< the run was told to stop
    disk,            ///< a file or folder could not be read or written
    state,           ///< the state store is damaged, newer than the program, or failed
    locked,          ///< another run holds the state
    verification,    ///< bytes differ from what a manifest or the state says
    internal,        ///< a bug
};

[[nodiscard]] std::string_view to_text(ErrorCode code) noexcept;

/// Whether repeating the same attempt can help. Decided where the failure is understood, acted on by the transfer loop only.
enum class Retry {
    never,
    later,  ///< after the loop's own backoff, or after `Error::retry_after` when that is set
};

/// One failure as a plain value. Holds no secret, ever: `message`, `where` and `cause` go to logs and to `summary.json`.
struct Error {
    ErrorCode code = ErrorCode::internal;
    Message message;      ///< a sentence for a person: what failed and why
    std::string where;    ///< contract, document, endpoint, or file:line; may be empty
    std::string hint;     ///< what to do next; may be empty
    std::string cause;    ///< the library's or server's own text, sanitised; may be empty
    Retry retry = Retry::never;
    std::optional<std::chrono::milliseconds> retry_after;  ///< the server's wish, where it gave one
    int http_status = 0;     ///< 0 when no answer came
    int gateway_code = 0;    ///< Orange gateway `code`; 0 when none
    std::string request_id;  ///< X-OAPI-Request-Id, for support; may be empty

    /// "message (where): cause. hint", leaving out what is empty.
    [[nodiscard]] std::string to_line() const;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// Shorthand for returning a failure.
[[nodiscard]] tl::unexpected<Error> fail(ErrorCode code, Message message, std::string where = {}, std::string hint = {});
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

/// Ends the run with `exit_code`. Thrown by any room, caught once in `cli::run`.
class FatalError : public std::runtime_error {
public:
    FatalError(ExitCode exit_code, Error error);
    FatalError(ExitCode exit_code, ErrorCode code, Message message, std::string where = {}, std::string hint = {});
    [[nodiscard]] ExitCode exit_code() const noexcept { return exit_code_; }
    [[nodiscard]] const Error& error() const noexcept { return error_; }

private:
    ExitCode exit_code_;
    Error error_;
};

/// Makes text from outside fit for a log line or terminal: control characters (C1 too: terminals obey them), marks that turn or hide text
/// (bidi, zero width) and bytes that are not UTF-8 become `\xNN`, and what passes `length_max` bytes is cut with "…".
[[nodiscard]] std::string sanitise(std::string_view text, std::size_t length_max = 200);

[[noreturn]] void invariant_failed(const char* condition, const char* message, const char* file, int line) noexcept;

}  // namespace moisson

/// Stays on in release builds. Only for what cannot be unless the program is wrong; never for input.
#define MOISSON_INVARIANT(condition, message)                                          \
    do {                                                                               \
        if (!(condition)) {                                                            \
            ::moisson::invariant_failed(#condition, message, __FILE__, __LINE__);      \
        }                                                                              \
    } while (false)
