#include "base/windows_1252.hpp"

#include <array>

namespace moisson {

namespace {

/// U+ of the bytes 80..9F of Windows-1252; 0: unassigned.
constexpr std::array<char16_t, 32> windows_1252{0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
                                                0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
                                                0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

}  // namespace

std::string from_windows_1252(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size() + bytes.size() / 4);
    for (const char letter : bytes) {
        const auto byte = static_cast<unsigned char>(letter);
        char16_t code = byte;
        if (byte >= 0x80 && byte < 0xA0) {
            code = windows_1252.at(byte - 0x80U);
            code = code == 0 ? char16_t{0xFFFD} : code;
        }
        if (code < 0x80) {
            text += letter;
        } else if (code < 0x800) {
            text += static_cast<char>(0xC0U | (code >> 6U));
            text += static_cast<char>(0x80U | (code & 0x3FU));
        } else {
            text += static_cast<char>(0xE0U | (code >> 12U));
            text += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
            text += static_cast<char>(0x80U | (code & 0x3FU));
        }
    }
    return text;
}

}  // namespace moisson
