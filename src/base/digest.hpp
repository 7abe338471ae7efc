#pragma once
/// SHA-256 and SHA-512 over a stream of bytes (OpenSSL EVP underneath, not shown here).

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace moisson {

enum class DigestKind { sha256, sha512 };

/// Takes bytes in any pieces; one thread at a time. Movable, not copyable.
class Digest {
public:
    explicit Digest(DigestKind kind = DigestKind::sha256);
    ~Digest();
    Digest(Digest&&) noexcept;
    Digest& operator=(Digest&&) noexcept;

    void update(const void* data, std::size_t size);
    void update(std::string_view bytes) { update(bytes.data(), bytes.size()); }
    /// Lower-case hexadecimal; the object is back at its start afterwards.
    [[nodiscard]] std::string finish_hex();
    /// What `finish_hex` would return at this point; the object goes on.
    [[nodiscard]] std::string hex_so_far() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// HMAC-SHA-256 (RFC 2104): 32 bytes as they are, not hexadecimal.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view text);

}  // namespace moisson
