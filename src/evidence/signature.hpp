#pragma once
/// Detached CMS signatures (RFC 5652, DER; `.p7s`), as `openssl cms -verify -binary -inform DER -content FILE` checks them. No clock.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "evidence/trust.hpp"

namespace moisson::evidence {

/// A signature with its certificates is 1 to 10 KB; what is longer is something else.
inline constexpr std::size_t signature_bytes_max = 1U << 20U;

/// A private key with its certificate, ready to sign. Immutable; one thread at a time. The key's bytes are overwritten when it goes.
class Signer {
public:
    /// PEM files. `certificate`: the signer's first, then those between it and its authority, which go into each signature. `passphrase`:
    /// of an encrypted key; never asked for at a terminal. `bad_input`, with the file in `where` and a hint: unreadable, no certificate,
    /// no key, a wrong or missing passphrase, a key that is not the certificate's, one that cannot sign.
    [[nodiscard]] static Result<Signer> from_pem(const std::filesystem::path& certificate, const std::filesystem::path& key,
                                                 const std::string& passphrase);
    /// A PKCS#12 container (RFC 7292) with both. The same errors.
    [[nodiscard]] static Result<Signer> from_pkcs12(const std::filesystem::path& file, const std::string& passphrase);
    Signer(Signer&&) noexcept;
    Signer& operator=(Signer&&) noexcept;
    ~Signer();

    /// SHA-256, binary, with `now` as the signing time and the certificate's own digest as RFC 5035 has it. `internal` when libcrypto
    /// fails.
    [[nodiscard]] Result<std::string> sign(std::string_view content, Timestamp now) const;
    [[nodiscard]] const std::string& subject() const noexcept;    ///< RFC 4514
    [[nodiscard]] Timestamp certificate_begin() const noexcept;  ///< notBefore
    [[nodiscard]] Timestamp certificate_end() const noexcept;    ///< notAfter

private:
    struct State;
    explicit Signer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// What a signature says, once it holds.
struct SignatureFacts {
    std::string signer;                ///< subject of its certificate, RFC 4514
    std::optional<Timestamp> time;     ///< signing time, as the signer claims it
    Timestamp certificate_end;         ///< notAfter
    bool trusted = false;              ///< it leads to an authority of the Trust; false: none was named
};

/// The signature over these bytes. The signer's certificate must be valid as of the time that the signature claims; where it claims none,
/// as of `now`. With authorities in `trust` it must also lead to one of them and not be revoked, as of then. What the certificate is meant
/// for is not looked at (`-purpose any`): seals and personal certificates differ in it. `verification` for all that is wrong with it.
[[nodiscard]] Result<SignatureFacts> verify_signature(std::string_view signature, std::string_view content, const Trust& trust,
                                                      Timestamp now);

}  // namespace moisson::evidence
