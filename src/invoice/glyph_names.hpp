#pragma once
/// Which letters the codes and glyph names of a PDF's simple fonts stand for. Only the invoice room includes this header. Pure.
///
/// Source: ISO 32000-1, annex D (the standard encodings and their names); Adobe Glyph List For New Fonts, its Latin part.

#include <array>
#include <string_view>

namespace moisson::invoice {

/// No letter that is known.
inline constexpr char32_t no_letter = 0xfffd;

/// What each of 256 codes stands for.
using LetterTable = std::array<char32_t, 256>;

[[nodiscard]] const LetterTable& standard_encoding() noexcept;
[[nodiscard]] const LetterTable& win_ansi_encoding() noexcept;
[[nodiscard]] const LetterTable& mac_roman_encoding() noexcept;

/// "eacute", "one.tnum", "uni20AC", "u1F600"; `no_letter` where the name is none of those.
[[nodiscard]] char32_t letter_of_glyph(std::string_view name) noexcept;

}  // namespace moisson::invoice
