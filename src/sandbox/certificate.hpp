#pragma once
/// The sandbox's own certificate authority and server certificate, made new at each start. Keys never leave memory.

#include <memory>
#include <string>

#include "base/result.hpp"

struct ssl_ctx_st;

namespace moisson::sandbox {

/// A CA with one server certificate for localhost, 127.0.0.1 and ::1 (P-256, valid from yesterday for ten years).
class Certificates {
public:
    [[nodiscard]] static Result<Certificates> make();
    Certificates(Certificates&&) noexcept;
    Certificates& operator=(Certificates&&) noexcept;
    ~Certificates();

    [[nodiscard]] const std::string& ca_pem() const noexcept { return ca_pem_; }
    /// Gives certificate and key to an OpenSSL context, TLS 1.2 at least, curves X25519 and P-256.
    [[nodiscard]] Status install(ssl_ctx_st* context) const;

private:
    struct State;
    Certificates();
    std::unique_ptr<State> state_;
    std::string ca_pem_;
};

}  // namespace moisson::sandbox
