#pragma once
/// UTF-8 well-formedness (Unicode 15, table 3-7). Pure.

#include <cstddef>
#include <string_view>

namespace moisson {

/// What some programs write in front of a text.
inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Bytes of the well-formed sequence that `text` begins with (1..4); 0 when it begins with none (or is empty).
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text) noexcept;

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace moisson
