/// Folding of text from outside.
#include "normalize/text.hpp"

#include "base/text.hpp"

namespace moisson::normalize {

namespace {

// The base letters of U+00C0..U+017F; '?' keeps the character (ligatures, thorn, the signs of multiplication and division).
constexpr std::string_view latin_base =
    "aaaaaa?ceeeeiiii"   // C0..CF
    "dnooooo?ouuuuy??"   // D0..DF
    "aaaaaa?ceeeeiiii"   // E0..EF
    "dnooooo?ouuuuy?y"   // F0..FF
    "aaaaaaccccccccdd"   // 100..10F
    "ddeeeeeeeeeegggg"   // 110..11F
    "gggghhhhiiiiiiii"   // 120..12F
    "ii??jjkkklllllll"   // 130..13F
    "lllnnnnnnnnnoooo"   // 140..14F
    "oo??rrrrrrssssss"   // 150..15F
    "ssttttttuuuuuuuu"   // 160..16F
    "uuuuwwyyyzzzzzzs";  // 170..17F
static_assert(latin_base.size() == 0x180 - 0xc0);

bool is_dash(char32_t code) { return (code >= 0x2010 && code <= 0x2015) || code == 0x2212 || code == 0xfe63 || code == 0xff0d; }

bool is_combining(char32_t code) { return code >= 0x0300 && code <= 0x036f; }

bool is_apostrophe(char32_t code) { return code == 0x2018 || code == 0x2019 || code == 0x02bc; }

/// The ASCII character that stands for `code` in folded text; '\0' when it has none.
char ascii_of(char32_t code) {
    if (code < 0x80) {
        return lower(static_cast<char>(code));
    }
    if (code >= 0xc0 && code < 0x180 && latin_base[code - 0xc0] != '?') {
        return latin_base[code - 0xc0];
    }
    if (is_dash(code)) {
        return '-';
    }
    return is_apostrophe(code) ? '\'' : '\0';
}

}  // namespace

bool is_invisible(char32_t code) noexcept {
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0xad || code == 0x061c || code == 0x180e ||
           (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
}

std::string_view trim(std::string_view text) noexcept {
    std::size_t length = 0;
    while (!text.empty() && is_blank(first_code_point(text, length))) {
        text.remove_prefix(length);
    }
    while (!text.empty()) {
        // Back to where the last character begins; bytes that are no character end the search, as any other character does.
        std::size_t begin = text.size() - 1;
        while (begin > 0 && text.size() - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xc0U) == 0x80) {
            --begin;
        }
        if (!is_blank(first_code_point(text.substr(begin), length)) || begin + length != text.size()) {
            break;
        }
        text.remove_suffix(length);
    }
    return text;
}

std::string fold(std::string_view text) {
    std::string folded;
    folded.reserve(text.size());
    const std::string_view inner = trim(text);
    bool after_blank = false;
    for (std::size_t at = 0, length = 0; at < inner.size(); at += length) {
        const char32_t code = first_code_point(inner.substr(at), length);
        if (is_blank(code)) {
            after_blank = true;
            continue;
        }
        if (is_combining(code)) {
            continue;
        }
        if (after_blank) {
            folded += ' ';
            after_blank = false;
        }
        const char ascii = ascii_of(code);
        if (code != 0 && ascii != '\0') {
            folded += ascii;
        } else if (code == 0xfffd) {
            folded += "\xef\xbf\xbd";
        } else {
            folded += inner.substr(at, length);
        }
    }
    return folded;
}

}  // namespace moisson::normalize
