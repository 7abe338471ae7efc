#pragma once
/// Time stamps by RFC 3161: the request, the check of the answer, the check of a kept token. No network, no clock.
///
/// A token is kept as the authority's whole answer (TimeStampResp, DER; `.tsr`), as `openssl ts -verify -in` reads it. All functions are
/// pure and of any thread. `verification` is the code of everything that is wrong with a token.

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "evidence/trust.hpp"

namespace moisson::evidence {

/// An answer is about 2 to 6 KB; what is longer is something else.
inline constexpr std::size_t token_bytes_max = 1U << 20U;

/// What a token says, once it holds.
struct TokenFacts {
    Timestamp time;             ///< genTime, to the second
    std::string policy;         ///< the object identifier, dotted
    std::string serial;         ///< hexadecimal, of the token
    std::string authority;      ///< subject of the certificate that signed, RFC 4514
    Timestamp certificate_end;  ///< notAfter of that certificate. The token is worth something after it, when it was renewed before
    bool trusted = false;       ///< it leads to an authority of the Trust; false: none was named
};

/// TimeStampReq (RFC 3161 §2.4.1), DER: version 1, the SHA-256 digest (64 hexadecimal digits, else `bad_input`), a nonce of 64 random bits,
/// certReq: the answer has to bring the certificates that its check needs later.
[[nodiscard]] Result<std::string> make_timestamp_request(std::string_view sha256);

/// The same checks as `verify_timestamp`, and that the answer is to this request: its digest, its nonce (§2.4.2). A refusal
/// (PKIStatus other than granted) is told with the authority's words. `verification`.
[[nodiscard]] Result<TokenFacts> check_timestamp_answer(std::string_view request, std::string_view answer, const Trust& trust);

/// A kept answer against a digest: its status, its imprint, its signature, that the certificate is for time stamps alone (§2.3), is the
/// one that the token names (RFC 5035), was valid *when it stamped*, and leads to an authority of `trust` as of then. A certificate that
/// ended since is no failure: `TokenFacts::certificate_end` tells it. A certificate that a list of `trust` revokes is refused where it was
/// revoked before the stamp, or for a reason that makes earlier stamps worthless (RFC 3161 §4, 1: any but the four that it names).
[[nodiscard]] Result<TokenFacts> verify_timestamp(std::string_view answer, std::string_view sha256, const Trust& trust);

}  // namespace moisson::evidence
