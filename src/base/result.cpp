#include "base/result.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "base/gate.hpp"
#include "base/utf8.hpp"

namespace moisson {

std::string_view verdict_of(ExitCode code) noexcept {
    switch (code) {
        case ExitCode::complete: return "complete";
        case ExitCode::internal: return "internal";
        case ExitCode::usage: return "usage";
        case ExitCode::incomplete: return "incomplete";
        case ExitCode::refused: return "refused";
        case ExitCode::unavailable: return "unavailable";
        case ExitCode::inconsistent: return "inconsistent";
        case ExitCode::local: return "local";
        case ExitCode::locked: return "locked";
        case ExitCode::nothing_new: return "nothing-new";
        case ExitCode::interrupted:
        case ExitCode::terminated: return "interrupted";
    }
    return "internal";
}

std::string_view to_text(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::bad_input: return "bad-input";
        case ErrorCode::dns: return "dns";
        case ErrorCode::connect: return "connect";
        case ErrorCode::proxy: return "proxy";
        case ErrorCode::tls: return "tls";
        case ErrorCode::certificate: return "certificate";
        case ErrorCode::timeout: return "timeout";
        case ErrorCode::too_slow: return "too-slow";
        case ErrorCode::reset: return "reset";
        case ErrorCode::truncated: return "truncated";
        case ErrorCode::protocol: return "protocol";
        case ErrorCode::too_large: return "too-large";
        case ErrorCode::redirect: return "redirect";
        case ErrorCode::wrong_type: return "wrong-type";
        case ErrorCode::not_ready: return "not-ready";
        case ErrorCode::not_found: return "not-found";
        case ErrorCode::forbidden: return "forbidden";
        case ErrorCode::credentials: return "credentials";
        case ErrorCode::token_expired: return "token-expired";
        case ErrorCode::throttled: return "throttled";
        case ErrorCode::quota_spent: return "quota-spent";
        case ErrorCode::over_capacity: return "over-capacity";
        case ErrorCode::server_error: return "server-error";
        case ErrorCode::client_error: return "client-error";
        case ErrorCode::bad_answer: return "bad-answer";
        case ErrorCode::cancelled: return "cancelled";
        case ErrorCode::disk: return "disk";
        case ErrorCode::state: return "state";
        case ErrorCode::locked: return "locked";
        case ErrorCode::verification: return "verification";
        case ErrorCode::internal: return "internal";
    }
    return "internal";
}

std::string Error::to_line() const {
    std::string line = message.english();
    if (!where.empty()) {
        line += fmt::format(" ({})", where);
    }
    if (!cause.empty()) {
        line += ": " + cause;
    }
    if (!hint.empty()) {
        line += (line.ends_with('.') ? " " : ". ") + hint;
    }
    return line;
}

tl::unexpected<Error> fail(ErrorCode code, Message message, std::string where, std::string hint) {
    Error error;
    error.code = code;
    error.message = std::move(message);
    error.where = std::move(where);
    error.hint = std::move(hint);
    return tl::unexpected<Error>(std::move(error));
}

FatalError::FatalError(ExitCode exit_code, Error error)
    : std::runtime_error(error.to_line()), exit_code_(exit_code), error_(std::move(error)) {}

FatalError::FatalError(ExitCode exit_code, ErrorCode code, Message message, std::string where, std::string hint)
    : FatalError(exit_code, fail(code, std::move(message), std::move(where), std::move(hint)).value()) {}

std::string sanitise(std::string_view text, std::size_t length_max) {
    std::string clean;
    clean.reserve(text.size() < length_max ? text.size() : length_max);
    for (std::size_t at = 0; at < text.size();) {
        if (clean.size() >= length_max) {
            clean += "…";
            break;
        }
        const std::size_t length = utf8_sequence_length(text.substr(at));
        if (length != 0 && !is_treacherous(text.substr(at, length))) {
            clean += text.substr(at, length);
            at += length;
            continue;
        }
        for (const std::size_t end = at + (length == 0 ? 1 : length); at < end; ++at) {
            clean += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
        }
    }
    return clean;
}

void invariant_failed(const char* condition, const char* message, const char* file, int line) noexcept {
    std::fprintf(stderr, "moisson: internal error: %s (%s) at %s:%d\n", message, condition, file, line);
    std::abort();
}

}  // namespace moisson
