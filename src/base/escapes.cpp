#include "base/escapes.hpp"

#include <charconv>
#include <cstdint>
#include <utility>

namespace moisson {

namespace {

Letter one_byte(char byte, std::size_t length) { return {{byte}, 1, length}; }

std::optional<std::uint32_t> number(std::string_view digits, int base) {
    std::uint32_t value = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    return problem == std::errc{} && end == digits.data() + digits.size() && !digits.empty() ? std::optional(value) : std::nullopt;
}

/// The code point as UTF-8; half of a surrogate pair stands for nothing.
std::optional<Letter> of_code(std::uint32_t code, std::size_t length) {
    Letter letter;
    letter.length = length;
    const auto put = [&](std::uint32_t byte) { letter.bytes[letter.count++] = static_cast<char>(byte); };
    const auto rest = [&](unsigned shift) { put(0x80U | (code >> shift & 0x3FU)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0U | code >> 6U);
        rest(0);
    } else if (code < 0x10000 && (code < 0xD800 || code > 0xDFFF)) {
        put(0xE0U | code >> 12U);
        rest(6);
        rest(0);
    } else if (code >= 0x10000 && code < 0x110000) {
        put(0xF0U | code >> 18U);
        rest(12);
        rest(6);
        rest(0);
    } else {
        return std::nullopt;
    }
    return letter;
}

/// `\uNNNN`, also as a pair of surrogates.
std::optional<Letter> read_json_code(std::string_view text) {
    const auto code = text.size() < 6 ? std::nullopt : number(text.substr(2, 4), 16);
    if (!code || *code < 0xD800 || *code > 0xDBFF || text.size() < 12 || text.substr(6, 2) != "\\u") {
        return code ? of_code(*code, 6) : std::nullopt;
    }
    const auto low = number(text.substr(8, 4), 16);
    return low && *low >= 0xDC00 && *low <= 0xDFFF ? of_code(0x10000 + ((*code - 0xD800) << 10U) + (*low - 0xDC00), 12) : std::nullopt;
}

/// The entities of XML 1.0 §4.6 and character references.
std::optional<Letter> read_entity(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, char>, 5> entities{
        {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
    for (const auto& [name, letter] : entities) {
        if (text.starts_with(name)) {
            return one_byte(letter, name.size());
        }
    }
    constexpr std::size_t reference_bytes_max = 10;  // &#x10FFFF;
    const std::size_t end = text.substr(0, reference_bytes_max).find(';');
    if (!text.starts_with("&#") || end == std::string_view::npos) {
        return std::nullopt;
    }
    const bool is_hex = text[2] == 'x' || text[2] == 'X';
    const std::size_t begin = is_hex ? 3 : 2;
    const auto code = end > begin ? number(text.substr(begin, end - begin), is_hex ? 16 : 10) : std::nullopt;
    return code ? of_code(*code, end + 1) : std::nullopt;
}

}  // namespace

std::optional<Letter> read_backslash(std::string_view text) {
    constexpr std::string_view names = "bfnrt";
    constexpr std::string_view values = "\b\f\n\r\t";
    const char next = text.size() < 2 ? '\0' : text[1];
    if (next == 'u') {
        return read_json_code(text);
    }
    if (next == 'x') {
        const auto byte = text.size() < 4 ? std::nullopt : number(text.substr(2, 2), 16);
        return byte ? std::optional(one_byte(static_cast<char>(*byte), 4)) : std::nullopt;
    }
    if (const std::size_t at = names.find(next); at != std::string_view::npos) {
        return one_byte(values[at], 2);
    }
    return next == '"' || next == '\\' || next == '/' || next == '\'' ? std::optional(one_byte(next, 2)) : std::nullopt;
}

std::optional<Letter> read_escape(std::string_view text) {
    switch (text.front()) {
        case '+': return one_byte(' ', 1);
        case '\\': return read_backslash(text);
        case '&': return read_entity(text);
        case '%': {
            const auto byte = text.size() < 3 ? std::nullopt : number(text.substr(1, 2), 16);
            return byte ? std::optional(one_byte(static_cast<char>(*byte), 3)) : std::nullopt;
        }
        default: return std::nullopt;
    }
}

}  // namespace moisson
