#pragma once
/// Base64 (RFC 4648), both ways as far as the sandbox needs them.

#include <optional>
#include <string>
#include <string_view>

namespace moisson::sandbox {

/// URL alphabet, without padding: the parts of a signed token.
[[nodiscard]] std::string base64_url(std::string_view bytes);

/// Standard alphabet with its padding; empty for anything else (blanks and line ends too).
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace moisson::sandbox
