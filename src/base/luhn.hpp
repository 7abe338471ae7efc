#pragma once
/// The check digit of Luhn (ISO/IEC 7812-1), as French SIREN numbers have it.

#include <string_view>

namespace moisson {

/// From the right, every second digit is doubled, and counts as the sum of its digits; all of them add up to a multiple of ten. False for
/// what is no row of digits, and for zeros alone.
[[nodiscard]] bool has_luhn_digit(std::string_view digits) noexcept;

}  // namespace moisson
