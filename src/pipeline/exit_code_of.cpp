#include "pipeline/exit_code_of.hpp"

namespace moisson::pipeline {

ExitCode exit_code_of(const Error& error) noexcept {
    switch (error.code) {
        case ErrorCode::credentials:
        case ErrorCode::token_expired:
        case ErrorCode::forbidden: return ExitCode::refused;
        // The gateway itself knows no such thing for this login: a matter of rights. Any other 404 is a wrong address.
        case ErrorCode::not_found: return error.gateway_code != 0 ? ExitCode::refused : ExitCode::unavailable;
        case ErrorCode::disk:
        case ErrorCode::state: return ExitCode::local;
        case ErrorCode::locked: return ExitCode::locked;
        case ErrorCode::cancelled: return ExitCode::interrupted;
        case ErrorCode::bad_input: return ExitCode::usage;
        case ErrorCode::verification: return ExitCode::inconsistent;
        case ErrorCode::internal: return ExitCode::internal;
        default: return ExitCode::unavailable;
    }
}

}  // namespace moisson::pipeline
