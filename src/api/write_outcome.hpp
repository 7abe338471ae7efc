#pragma once
/// What became of a write: done, refused, never sent, or unclear; and what each refusal means for the person who asked. Pure.

#include "base/exit_code.hpp"
#include "base/result.hpp"
#include "http/http.hpp"

namespace moisson::api {

enum class WriteVerb { add_user, create_contract };

enum class WriteFate {
    refused,   ///< the service answered that it did not do it
    not_sent,  ///< it cannot have been carried out: nothing left, or the call was turned away at the door
    unclear,   ///< it may have been carried out: no answer, one that is not whole or not readable, 5xx, 408, a redirect
};

/// Of an attempt that ended with `error`, the last one: what went before was turned away (throttled, expired token).
[[nodiscard]] WriteFate fate_of(const Error& error, http::Delivery delivery);

/// The error again, with a message and a hint that fit the verb: one sentence for each code of api/README.md §2. `cause`, codes and request
/// id stay.
[[nodiscard]] Error explain_write(Error error, WriteFate fate, WriteVerb verb);

/// The exit code when this is all that happened: rights → refused (a contract outside the perimeter too, as `contracts show` has it); a
/// refusal of what was asked → incomplete; unclear, throttled and unreachable → unavailable; stopped before anything was sent →
/// interrupted.
[[nodiscard]] ExitCode write_exit_code(const Error& error, WriteFate fate, WriteVerb verb) noexcept;

}  // namespace moisson::api
