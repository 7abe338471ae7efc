#pragma once
/// Base64 (RFC 4648 §4): the alphabet with `+` and `/`, padded with `=`. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace moisson {

/// One line, without a line end.
[[nodiscard]] std::string encode_base64(std::string_view bytes);
/// Empty when a letter is none of the alphabet. Padding may be missing, and what the last bits hold beyond whole bytes is dropped.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace moisson
