#include "base/digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/result.hpp"

namespace moisson {

struct Digest::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    const EVP_MD* kind = nullptr;
    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { EVP_MD_CTX_free(context); }
    void start() { MOISSON_INVARIANT(EVP_DigestInit_ex(context, kind, nullptr) == 1, "digest init"); }
};

Digest::Digest(DigestKind kind) : state_(std::make_unique<State>()) {
    state_->kind = kind == DigestKind::sha256 ? EVP_sha256() : EVP_sha512();
    state_->start();
}

Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(const void* data, std::size_t size) {
    MOISSON_INVARIANT(EVP_DigestUpdate(state_->context, data, size) == 1, "digest update");
}

std::string Digest::finish_hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned length = 0;
    MOISSON_INVARIANT(EVP_DigestFinal_ex(state_->context, bytes.data(), &length) == 1, "digest final");
    state_->start();
    static constexpr std::string_view hex = "0123456789abcdef";
    std::string text;
    text.reserve(std::size_t{length} * 2);
    for (unsigned at = 0; at < length; ++at) {
        text += hex[bytes.at(at) >> 4U];
        text += hex[bytes.at(at) & 15U];
    }
    return text;
}

std::string Digest::hex_so_far() const {
    Digest copy;
    copy.state_->kind = state_->kind;
    MOISSON_INVARIANT(EVP_MD_CTX_copy_ex(copy.state_->context, state_->context) == 1, "digest copy");
    return copy.finish_hex();
}

std::string sha256_hex(std::string_view bytes) {
    Digest digest;
    digest.update(bytes);
    return digest.finish_hex();
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned size = 0;
    const void* made = ::HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
                              text.size(), mac.data(), &size);
    MOISSON_INVARIANT(made != nullptr, "HMAC-SHA-256 can be had of every OpenSSL");
    return {reinterpret_cast<const char*>(mac.data()), size};
}

}  // namespace moisson
