#pragma once
/// Bytes looked at sixteen or sixty-four at a time (SSE2, part of every x86-64), and the same one by one elsewhere.
/// Only the usage room includes this header.

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace moisson::usage {

/// Writes the positions of `;`, `"` and LF in `data` to `to` (room for `size` + 64) and returns how many. Reads up to 63 bytes behind the
/// end.
inline std::size_t index_separators(const char* data, std::size_t size, std::uint32_t* to) noexcept {
    std::uint32_t* const first = to;
#if defined(__SSE2__)
    const __m128i separator = _mm_set1_epi8(';');
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i line_end = _mm_set1_epi8('\n');
    const auto mask_at = [&](std::size_t at) {
        __m128i piece;
        std::memcpy(&piece, data + at, sizeof piece);
        const __m128i found =
            _mm_or_si128(_mm_cmpeq_epi8(piece, separator), _mm_or_si128(_mm_cmpeq_epi8(piece, quote), _mm_cmpeq_epi8(piece, line_end)));
        return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(found)));
    };
    for (std::size_t at = 0; at < size; at += 64) {
        std::uint64_t mask = mask_at(at) | mask_at(at + 16) << 16U | mask_at(at + 32) << 32U | mask_at(at + 48) << 48U;
        if (size - at < 64) {
            mask &= (std::uint64_t{1} << (size - at)) - 1;
        }
        while (mask != 0) {
            *to++ = static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(__builtin_ctzll(mask));
            mask &= mask - 1;
        }
    }
#else
    for (std::size_t at = 0; at < size; ++at) {
        if (data[at] == ';' || data[at] == '"' || data[at] == '\n') {
            *to++ = static_cast<std::uint32_t>(at);
        }
    }
#endif
    return static_cast<std::size_t>(to - first);
}

/// Copies `size` bytes; up to 15 more are read and written. False when one of them is a comma, quote, CR or LF.
inline bool copy_unquoted(char* to, const char* from, std::size_t size) noexcept {
#if defined(__SSE2__)
    const __m128i comma = _mm_set1_epi8(',');
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i line_end = _mm_set1_epi8('\n');
    const __m128i carriage_return = _mm_set1_epi8('\r');
    unsigned found = 0;
    std::size_t at = 0;
    for (;;) {
        __m128i piece;
        std::memcpy(&piece, from + at, sizeof piece);
        std::memcpy(to + at, &piece, sizeof piece);
        const __m128i any = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(piece, comma), _mm_cmpeq_epi8(piece, quote)),
                                         _mm_or_si128(_mm_cmpeq_epi8(piece, line_end), _mm_cmpeq_epi8(piece, carriage_return)));
        const auto mask = static_cast<unsigned>(_mm_movemask_epi8(any));
        if (size - at <= 16) {
            return (found | (mask & ((1U << (size - at)) - 1U))) == 0;
        }
        found |= mask;
        at += 16;
    }
#else
    bool found = false;
    for (std::size_t at = 0; at < size; ++at) {
        const char letter = from[at];
        found |= letter == ',' || letter == '"' || letter == '\n' || letter == '\r';
        to[at] = letter;
    }
    return !found;
#endif
}

}  // namespace moisson::usage
