#pragma once
/// Bytes looked at sixteen or sixty-four at a time (SSE2, part of every x86-64), and the same one by one elsewhere.
/// Only the usage room includes this header.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace moisson::usage {

/// How many bits are set. Not every x86-64 has an instruction for it, and the compiler's own function without it is a call.
[[nodiscard]] constexpr std::uint64_t bit_count(std::uint64_t bits) noexcept {
    bits -= (bits >> 1U) & 0x5555555555555555U;
    bits = (bits & 0x3333333333333333U) + ((bits >> 2U) & 0x3333333333333333U);
    return (((bits + (bits >> 4U)) & 0x0F0F0F0F0F0F0F0FU) * 0x0101010101010101U) >> 56U;
}

/// How often `wanted` stands in `bytes`.
[[nodiscard]] inline std::uint64_t count_of(std::string_view bytes, char wanted) noexcept {
    std::uint64_t count = 0;
#if defined(__SSE2__)
    const __m128i letter = _mm_set1_epi8(wanted);
    constexpr std::size_t lane_max = 255;  // what a byte of `found` can hold
    while (bytes.size() >= sizeof letter) {
        __m128i found = _mm_setzero_si128();
        const std::size_t blocks = std::min(bytes.size() / sizeof letter, lane_max);
        for (std::size_t at = 0; at < blocks; ++at) {
            __m128i piece;
            std::memcpy(&piece, bytes.data() + at * sizeof piece, sizeof piece);
            found = _mm_sub_epi8(found, _mm_cmpeq_epi8(piece, letter));
        }
        const __m128i sums = _mm_sad_epu8(found, _mm_setzero_si128());
        count += static_cast<std::uint64_t>(_mm_cvtsi128_si32(sums)) + static_cast<std::uint64_t>(_mm_extract_epi16(sums, 4));
        bytes.remove_prefix(blocks * sizeof letter);
    }
#endif
    return count + static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), wanted));
}

/// Where the separators of some lines are.
struct Index {
    std::uint32_t* positions = nullptr;  ///< of `;`, LF and `"`, in order
    std::uint32_t* line_ends = nullptr;  ///< for each LF, which of `positions` it is
    std::size_t position_count = 0;
    std::size_t line_end_count = 0;
    bool has_quotes = false;
};

/// Fills `index`, whose arrays have room for `size` + 64 numbers each. Reads up to 63 bytes behind the end.
inline void find_separators(const char* data, std::size_t size, Index& index) noexcept {
    std::uint32_t* to = index.positions;
    std::uint32_t* line_end_to = index.line_ends;
    bool has_quotes = false;
#if defined(__SSE2__)
    const __m128i separator = _mm_set1_epi8(';');
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i line_end = _mm_set1_epi8('\n');
    const auto bits_of = [](__m128i found) { return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(found))); };
    for (std::size_t at = 0; at < size; at += 64) {
        std::uint64_t mask = 0;
        std::uint64_t ends = 0;
        std::uint64_t quotes = 0;
        for (unsigned part = 0; part < 64; part += 16) {
            __m128i piece;
            std::memcpy(&piece, data + at + part, sizeof piece);
            const __m128i end = _mm_cmpeq_epi8(piece, line_end);
            const __m128i quoted = _mm_cmpeq_epi8(piece, quote);
            mask |= bits_of(_mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(piece, separator), end), quoted)) << part;
            ends |= bits_of(end) << part;
            quotes |= bits_of(quoted) << part;
        }
        if (size - at < 64) {
            const std::uint64_t within = (std::uint64_t{1} << (size - at)) - 1;
            mask &= within;
            ends &= within;
            quotes &= within;
        }
        has_quotes |= quotes != 0;
        for (; ends != 0; ends &= ends - 1) {
            const std::uint64_t before = mask & ((ends & (~ends + 1)) - 1);
            *line_end_to++ = static_cast<std::uint32_t>(to - index.positions) + static_cast<std::uint32_t>(bit_count(before));
        }
        for (; mask != 0; mask &= mask - 1) {
            *to++ = static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(__builtin_ctzll(mask));
        }
    }
#else
    for (std::size_t at = 0; at < size; ++at) {
        if (data[at] == '\n') {
            *line_end_to++ = static_cast<std::uint32_t>(to - index.positions);
        }
        if (data[at] == ';' || data[at] == '"' || data[at] == '\n') {
            has_quotes |= data[at] == '"';
            *to++ = static_cast<std::uint32_t>(at);
        }
    }
#endif
    index.position_count = static_cast<std::size_t>(to - index.positions);
    index.line_end_count = static_cast<std::size_t>(line_end_to - index.line_ends);
    index.has_quotes = has_quotes;
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

/// The value of up to eight ASCII digits; eight bytes are read.
inline std::uint64_t value_of_digits(const char* digits, std::size_t count) noexcept {
    if (count == 0) {
        return 0;
    }
    std::uint64_t word = 0;
    std::memcpy(&word, digits, sizeof word);
    // The first digit stands in the lowest byte; shifting them up leaves zeros where the digits in front would be.
    word = (word << (64 - 8 * count)) & 0x0F0F0F0F0F0F0F0FU;
    word = (word * 10 + (word >> 8U)) & 0x00FF00FF00FF00FFU;
    word = (word * 100 + (word >> 16U)) & 0x0000FFFF0000FFFFU;
    return (word * 10000 + (word >> 32U)) & 0xFFFFFFFFU;
}

}  // namespace moisson::usage
