/// Sixty-four bytes at a time: which of them are quotes, commas and line ends, and which of these lie inside quotes.
#include "usage/row_check.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/utf8.hpp"
#include "usage/scan.hpp"
#include "usage/usage.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace moisson::usage {

namespace {

struct Block {
    std::uint64_t quotes = 0;
    std::uint64_t commas = 0;
    std::uint64_t line_ends = 0;
    bool is_ascii = true;
};

Block look_at(const char* data) noexcept {
    Block block;
#if defined(__SSE2__)
    const auto bits_of = [](__m128i found) { return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(found))); };
    __m128i any = _mm_setzero_si128();
    for (unsigned part = 0; part < 64; part += 16) {
        __m128i piece;
        std::memcpy(&piece, data + part, sizeof piece);
        block.quotes |= bits_of(_mm_cmpeq_epi8(piece, _mm_set1_epi8('"'))) << part;
        block.commas |= bits_of(_mm_cmpeq_epi8(piece, _mm_set1_epi8(','))) << part;
        block.line_ends |= bits_of(_mm_cmpeq_epi8(piece, _mm_set1_epi8('\n'))) << part;
        any = _mm_or_si128(any, piece);
    }
    block.is_ascii = bits_of(any) == 0;
#else
    for (unsigned at = 0; at < 64; ++at) {
        const std::uint64_t bit = std::uint64_t{1} << at;
        block.quotes |= data[at] == '"' ? bit : 0;
        block.commas |= data[at] == ',' ? bit : 0;
        block.line_ends |= data[at] == '\n' ? bit : 0;
        block.is_ascii = block.is_ascii && static_cast<unsigned char>(data[at]) < 0x80;
    }
#endif
    return block;
}

/// Each bit: whether an odd number of bits stand at or below it.
std::uint64_t parity_up_to(std::uint64_t bits) noexcept {
    for (unsigned shift = 1; shift < 64; shift *= 2) {
        bits ^= bits << shift;
    }
    return bits;
}

}  // namespace

RowCheck::RowCheck(std::string prefix, bool counted) : prefix_(std::move(prefix)), counted_(counted ? ",yes," : ",no,") {}

bool RowCheck::begins_well(std::string_view row) {
    if (!row.starts_with(prefix_)) {
        return false;
    }
    row.remove_prefix(prefix_.size());
    std::uint64_t line = 0;
    const auto read = std::from_chars(row.data(), row.data() + row.size(), line);
    if (read.ec != std::errc() || line <= last_line_) {
        return false;
    }
    last_line_ = line;
    return row.substr(static_cast<std::size_t>(read.ptr - row.data())).starts_with(counted_);
}

std::optional<std::uint64_t> RowCheck::check(std::string_view rows) {
    constexpr std::uint64_t commas_wanted = csv_columns.size() - 1;
    std::uint64_t count = 0;
    std::uint64_t commas_so_far = 0;  // of the row at hand, before the block
    std::size_t row_begin = 0;
    std::uint64_t inside = 0;      // all bits, when the block begins inside quotes
    std::uint64_t may_open = 1;    // lowest bit: a quote at the block's first byte may open a field
    std::uint64_t has_closed = 0;  // lowest bit: the byte before the block closed a field
    std::size_t letters_begin = rows.size();  // of the blocks at hand that are not all ASCII
    for (std::size_t at = 0; at < rows.size(); at += 64) {
        char padded[64];
        const char* data = rows.data() + at;
        if (rows.size() - at < sizeof padded) {
            std::memset(padded, 'x', sizeof padded);
            std::memcpy(padded, data, rows.size() - at);
            data = padded;
        }
        const Block block = look_at(data);
        // A letter's bytes stand in blocks side by side, none of which is ASCII: these together are UTF-8 or not.
        if (!block.is_ascii) {
            letters_begin = std::min(letters_begin, at);
        } else if (letters_begin < at) {
            if (!is_utf8(rows.substr(letters_begin, at - letters_begin))) {
                return std::nullopt;
            }
            letters_begin = rows.size();
        }
        const std::uint64_t within = parity_up_to(block.quotes) ^ inside;
        const std::uint64_t separators = (block.commas | block.line_ends) & ~within;
        const std::uint64_t opening = block.quotes & within;
        const std::uint64_t closing = block.quotes & ~within;
        // A quote opens behind a separator, or goes on behind one that closed (a doubled quote); behind one that closed nothing else
        // stands.
        const std::uint64_t before = ((separators | closing) << 1U) | may_open;
        const std::uint64_t behind = (closing << 1U) | has_closed;
        const std::size_t left = rows.size() - at;
        const std::uint64_t real = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
        if ((opening & ~before) != 0 || (behind & ~(separators | block.quotes) & real) != 0) {
            return std::nullopt;
        }
        std::uint64_t commas = block.commas & ~within;
        for (std::uint64_t ends = block.line_ends & ~within; ends != 0; ends &= ends - 1) {
            const std::uint64_t below = (ends & (~ends + 1)) - 1;
            commas_so_far += bit_count(commas & below);
            commas &= ~below;
            const std::size_t end = at + static_cast<std::size_t>(__builtin_ctzll(ends)) + 1;
            if (commas_so_far != commas_wanted || !begins_well(rows.substr(row_begin, end - row_begin))) {
                return std::nullopt;
            }
            ++count;
            commas_so_far = 0;
            row_begin = end;
        }
        commas_so_far += bit_count(commas);
        inside = (within >> 63U) != 0 ? ~std::uint64_t{0} : 0;
        may_open = (separators | closing) >> 63U;
        has_closed = closing >> 63U;
    }
    if (row_begin != rows.size() || !is_utf8(rows.substr(letters_begin))) {
        return std::nullopt;
    }
    return count;
}

}  // namespace moisson::usage
