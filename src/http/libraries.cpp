#include "http/libraries.hpp"

#include <openssl/crypto.h>

#include <fmt/format.h>

namespace moisson::http {

std::vector<std::pair<std::string_view, std::string>> library_versions() {
    return {{"OpenSSL", fmt::format("{}.{}.{}", ::OPENSSL_version_major(), ::OPENSSL_version_minor(), ::OPENSSL_version_patch())}};
}

}  // namespace moisson::http
