/// A bundle's bytes as they come, with a seal that holds: what the seal would refuse at once is no use here.

#include "base/digest.hpp"
#include "bundle/bundle.hpp"
#include "fuzz.hpp"

void moisson::fuzz::run(std::string_view input) {
    constexpr std::size_t digest_digits = 64;
    std::string bytes(input);
    if (bytes.size() > digest_digits) {
        const std::string_view sealed = std::string_view(bytes).substr(0, bytes.size() - digest_digits);
        bytes.replace(sealed.size(), digest_digits, sha256_hex(sealed));
    }
    const std::filesystem::path path = scratch() / "bundle.zip";
    put(path, bytes);
    const auto report = bundle::verify(path);
    require(report || !report.error().message.empty(), "a refusal has a reason");
}
