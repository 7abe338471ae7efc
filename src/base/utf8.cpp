#include "base/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace moisson {

namespace {

bool is_continuation(unsigned char byte, unsigned char low = 0x80, unsigned char high = 0xbf) {
    return byte >= low && byte <= high;
}

}  // namespace

std::size_t utf8_sequence_length(std::string_view text) noexcept {
    if (text.empty()) {
        return 0;
    }
    const auto at = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const unsigned char lead = at(0);
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
        return text.size() >= 2 && is_continuation(at(1)) ? 2 : 0;
    }
    if (lead >= 0xe0 && lead <= 0xef) {
        // E0 may not be overlong; ED may not encode a surrogate.
        const unsigned char low = lead == 0xe0 ? 0xa0 : 0x80;
        const unsigned char high = lead == 0xed ? 0x9f : 0xbf;
        return text.size() >= 3 && is_continuation(at(1), low, high) && is_continuation(at(2)) ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        const unsigned char low = lead == 0xf0 ? 0x90 : 0x80;
        const unsigned char high = lead == 0xf4 ? 0x8f : 0xbf;
        return text.size() >= 4 && is_continuation(at(1), low, high) && is_continuation(at(2)) && is_continuation(at(3)) ? 4 : 0;
    }
    return 0;
}

bool is_utf8(std::string_view text) noexcept {
    constexpr std::uint64_t high_bits = 0x8080808080808080U;
    const auto word_at = [&](std::size_t at) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, sizeof word);
        return word;
    };
    while (!text.empty()) {
        // Most text is ASCII and nothing else.
        while (text.size() >= 32 && ((word_at(0) | word_at(8) | word_at(16) | word_at(24)) & high_bits) == 0) {
            text.remove_prefix(32);
        }
        while (text.size() >= 8 && (word_at(0) & high_bits) == 0) {
            text.remove_prefix(8);
        }
        while (!text.empty() && static_cast<unsigned char>(text.front()) < 0x80) {
            text.remove_prefix(1);
        }
        while (!text.empty() && static_cast<unsigned char>(text.front()) >= 0x80) {
            const std::size_t length = utf8_sequence_length(text);
            if (length == 0) {
                return false;
            }
            text.remove_prefix(length);
        }
    }
    return true;
}

}  // namespace moisson
