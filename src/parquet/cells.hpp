#pragma once
/// From a cell's text to a value's bytes, as Parquet's plain encoding has them. Only the parquet room includes this header.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "parquet/parquet.hpp"

namespace moisson::parquet {

inline constexpr std::size_t decimal_bytes = 16;
inline constexpr int decimal_digits_max = 38;

/// Appends the value's bytes: little-endian numbers, a decimal as a big-endian two's complement, a truth as one byte, a text as it is (its
/// length stands before it in a page). False, and nothing appended: the text is not of that kind, or does not fit.
[[nodiscard]] bool append_value(std::string& out, const Column& column, std::string_view text);

/// Whether one value's bytes come before another's in the order that the format gives their kind.
[[nodiscard]] bool comes_before(Kind kind, std::string_view left, std::string_view right) noexcept;

void append_u32(std::string& out, std::uint32_t value);

/// Numbers below 2^bits in runs: of one that repeats, or of eight and eight packed together ("RLE / bit-packing hybrid").
void append_runs(std::string& out, std::span<const std::uint32_t> numbers, unsigned bits);

}  // namespace moisson::parquet
