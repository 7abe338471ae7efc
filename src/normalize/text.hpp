#pragma once
/// Text from outside made comparable: what the parsers of currency, amount and period share. Private to this room. Pure.

#include <string>
#include <string_view>

#include "base/code_points.hpp"

namespace moisson::normalize {

/// Controls (C0, DEL, C1), the marks that turn or hide text (bidi, zero width) and the line separators: what no file name should hold.
[[nodiscard]] bool is_invisible(char32_t code) noexcept;

/// Without blanks of any Unicode kind at both ends.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

/// For comparing words: trimmed, ASCII lower case, Latin letters without their accents (composed or combining), blanks of any kind as one
/// ' ' each run, dashes of any kind as '-', curly apostrophes as '\''. Other characters stay as they are; bytes that are not UTF-8
/// become U+FFFD.
[[nodiscard]] std::string fold(std::string_view text);

}  // namespace moisson::normalize
