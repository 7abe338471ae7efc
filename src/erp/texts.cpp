/// Text functions of templates.
#include "erp/texts.hpp"

#include <algorithm>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "erp/encoding.hpp"

namespace moisson::erp {

std::size_t count_letters(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U; }));
}

std::string_view cut_text(std::string_view text, std::size_t letters) noexcept {
    if (text.size() <= letters) {
        return text;
    }
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        const bool begins = (static_cast<unsigned char>(text[at]) & 0xc0U) != 0x80U;
        if (begins && letters-- == 0) {
            break;
        }
    }
    return text.substr(0, at);
}

std::string change_case(std::string_view text, bool upper) {
    std::string changed;
    changed.reserve(text.size());
    while (!text.empty()) {
        std::size_t length = 0;
        char32_t letter = decode_letter(text, length);
        if (letter < 0x80) {
            const char32_t first = upper ? U'a' : U'A';
            letter = letter >= first && letter <= first + 25 ? (upper ? letter - 32 : letter + 32) : letter;
        } else if (upper ? (letter >= 0xe0 && letter <= 0xfe && letter != 0xf7) : (letter >= 0xc0 && letter <= 0xde && letter != 0xd7)) {
            letter = upper ? letter - 32 : letter + 32;
        } else if (letter == 0xff || letter == 0x178) {
            letter = upper ? 0x178 : 0xff;
        } else if ((letter >= 0x100 && letter <= 0x137 && letter != 0x130 && letter != 0x131) || (letter >= 0x14a && letter <= 0x177)) {
            letter = upper ? letter & ~char32_t{1} : letter | 1U;  // pairs, the capital first
        } else if ((letter >= 0x139 && letter <= 0x148) || (letter >= 0x179 && letter <= 0x17e)) {
            const bool is_upper = letter % 2 == 1;
            letter = upper && !is_upper ? letter - 1 : !upper && is_upper ? letter + 1 : letter;
        }
        if (letter == 0xfffd) {
            changed += text.substr(0, length);
        } else {
            append_letter(changed, letter);
        }
        text.remove_prefix(length);
    }
    return changed;
}

std::string slug_of(std::string_view text, std::string_view separator) {
    std::string slug;
    bool gap = false;
    for (const char letter : transliterate_text(text)) {
        if (!is_letter_or_digit(letter)) {
            gap = true;
            continue;
        }
        if (gap && !slug.empty()) {
            slug += separator;
        }
        gap = false;
        slug += letter;
    }
    return slug;
}

std::string shorten_text(std::string_view text, std::size_t letters) {
    constexpr std::size_t digest_letters = 6;
    if (count_letters(text) <= letters) {
        return std::string(text);
    }
    const std::string digest = sha256_hex(text).substr(0, digest_letters);
    if (letters <= digest_letters + 1) {
        return digest.substr(0, letters);
    }
    return std::string(cut_text(text, letters - digest_letters - 1)) + "-" + digest;
}

bool clean_text(std::string_view text, const bool (&is_foreign)[256], std::string& into) {
    bool dirty = false;
    for (const char byte : text) {
        const auto letter = static_cast<unsigned char>(byte);
        dirty = dirty || letter < 0x20 || letter == 0x7f || letter == 0xc2 || letter == 0xe2 || is_foreign[letter];
    }
    if (!dirty) {
        return false;
    }
    into.clear();
    bool blank = false;
    while (!text.empty()) {
        const auto letter = static_cast<unsigned char>(text.front());
        const std::size_t valid = utf8_sequence_length(text);
        const std::size_t length = valid == 0 ? 1 : valid;
        const bool c1 = length == 2 && letter == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;
        const bool separator = length == 3 && (text.starts_with("\xe2\x80\xa8") || text.starts_with("\xe2\x80\xa9"));
        if (letter < 0x20 || letter == 0x7f || c1 || separator || (length == 1 && is_foreign[letter])) {
            blank = true;
        } else {
            if (blank && !into.empty() && into.back() != ' ' && letter != ' ') {
                into += ' ';
            }
            blank = false;
            into += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace moisson::erp
