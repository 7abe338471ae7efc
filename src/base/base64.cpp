#include "base/base64.hpp"

#include <cstdint>

namespace moisson {

namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string encode_base64(std::string_view bytes) {
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto byte = [&](std::size_t index) {
            return index < bytes.size() ? std::uint32_t{static_cast<unsigned char>(bytes[index])} : 0U;
        };
        const std::uint32_t group = byte(at) << 16U | byte(at + 1) << 8U | byte(at + 2);
        text += letters[group >> 18U & 63U];
        text += letters[group >> 12U & 63U];
        text += at + 1 < bytes.size() ? letters[group >> 6U & 63U] : '=';
        text += at + 2 < bytes.size() ? letters[group & 63U] : '=';
    }
    return text;
}

std::optional<std::string> decode_base64(std::string_view text) {
    while (!text.empty() && text.back() == '=') {
        text.remove_suffix(1);
    }
    std::string bytes;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char letter : text) {
        const std::size_t value = letters.find(letter);
        if (value == std::string_view::npos) {
            return std::nullopt;
        }
        bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0xFFFFFFU;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes += static_cast<char>(bits >> held & 0xFFU);
        }
    }
    return bytes;
}

}  // namespace moisson
