#include "base/wipe.hpp"

#include <openssl/crypto.h>

namespace moisson {

void wipe(std::string& text) noexcept {
    OPENSSL_cleanse(text.data(), text.size());
    // What a longer text left behind its present end.
    text.resize(text.capacity());
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

void wipe(char* bytes, std::size_t size) noexcept { OPENSSL_cleanse(bytes, size); }

}  // namespace moisson
