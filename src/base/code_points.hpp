#pragma once
/// Text from outside as code points: which are blanks, and which texts a spreadsheet runs. Pure.

#include <cstddef>
#include <string_view>

namespace moisson {

/// Unicode White_Space, and the blanks that look like it without the property: U+180E, U+200B, U+2060, U+FEFF.
[[nodiscard]] bool is_blank(char32_t code) noexcept;

/// The code point that `text` begins with, and its bytes in `length`. A byte that is not UTF-8 gives U+FFFD and length 1; empty text length
/// 0.
[[nodiscard]] char32_t first_code_point(std::string_view text, std::size_t& length) noexcept;

/// A spreadsheet that opens it in a CSV would take it for a formula: begins with = + - @, TAB or CR
/// (OWASP, "CSV Injection"), also in their full-width forms and after blanks. A sign alone, which stands for "none", is no formula.
[[nodiscard]] bool is_formula_like(std::string_view text) noexcept;

}  // namespace moisson
