#pragma once
/// Whom a time stamp or a signature must lead to.

#include <filesystem>
#include <memory>

#include "base/result.hpp"

namespace moisson::evidence {

struct TrustState;  // libcrypto's certificates and lists; only this room sees into it

/// The authorities of one PEM file, and the revocation lists that stand in it. Immutable; any thread. Cheap to copy.
class Trust {
public:
    /// Nobody is named: what is signed must hold in itself, by a certificate that is meant for it, and whose it is stays unproved.
    Trust() = default;
    /// Reads "BEGIN CERTIFICATE" and "BEGIN X509 CRL" blocks, in any order and number. Each certificate is believed, whatever signed it.
    /// `bad_input`: unreadable, no certificate in it, a list that no certificate of the file signed.
    [[nodiscard]] static Result<Trust> read(const std::filesystem::path& file);
    [[nodiscard]] bool names_authorities() const noexcept { return state_ != nullptr; }
    [[nodiscard]] const TrustState* state() const noexcept { return state_.get(); }

private:
    std::shared_ptr<const TrustState> state_;
};

}  // namespace moisson::evidence
