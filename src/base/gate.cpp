#include "base/gate.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include "base/escapes.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace moisson {

namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

bool is_letter_of_name(char letter) {
    return is_letter_or_digit(letter) || letter == '_' || letter == '-' || letter == '.';
}

/// `##[` and `##name[` of any name.
bool begins_bracket_command(std::string_view text) {
    if (!text.starts_with("##")) {
        return false;
    }
    const auto end = std::find_if_not(text.begin() + 2, text.end(), is_letter_of_name);
    return end != text.end() && *end == '[';
}

/// The length of a mark that opens or closes a section, with its colon; 0: the text begins with none.
std::size_t section_mark(std::string_view text) {
    static constexpr std::array<std::string_view, 4> marks{"section_start:", "section_end:", "travis_fold:", "travis_time:"};
    const auto* const found = std::find_if(marks.begin(), marks.end(), [&](std::string_view mark) { return text.starts_with(mark); });
    return found == marks.end() ? 0 : found->size();
}

bool begins_line_command(std::string_view text) {
    if (text.starts_with("::")) {
        return true;
    }
    constexpr std::size_t group_length = 3;
    static constexpr std::array<std::string_view, 4> groups{"---", "+++", "~~~", "^^^"};
    const char next = text.size() > group_length ? text[group_length] : '\n';
    return (next == ' ' || next == '\t' || next == '\r' || next == '\n') &&
           std::find(groups.begin(), groups.end(), text.substr(0, group_length)) != groups.end();
}

/// Letters that stand for themselves in every format here, whatever stands beside them: nearly all of any text. Section marks begin with
/// `s` or `t`.
constexpr auto plain_letters = [] {
    std::array<bool, 256> plain{};
    for (std::size_t letter = 0x20; letter < 0x7f; ++letter) {
        plain[letter] = std::string_view("#st&<>\"'").find(static_cast<char>(letter)) == std::string_view::npos;
    }
    return plain;
}();

std::size_t plain_length(std::string_view text) {
    const auto is_plain = [](char letter) { return plain_letters[static_cast<unsigned char>(letter)]; };
    const auto end = std::find_if_not(text.begin(), text.end(), is_plain);
    return static_cast<std::size_t>(end - text.begin());
}

void show_bytes(std::string& out, std::string_view bytes) {
    for (const char byte : bytes) {
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
}

std::uint32_t code_of(std::string_view sequence) {
    const auto lead = static_cast<unsigned char>(sequence.front());
    std::uint32_t code = sequence.size() == 1   ? lead
                         : sequence.size() == 2 ? lead & 0x1FU
                         : sequence.size() == 3 ? lead & 0x0FU
                                                : lead & 0x07U;
    for (const char letter : sequence.substr(1)) {
        code = code << 6U | (static_cast<unsigned char>(letter) & 0x3FU);
    }
    return code;
}

/// RFC 8259 §7: code points beyond U+FFFF as a pair of surrogates.
void put_json_code(std::string& out, std::uint32_t code) {
    if (code < 0x10000) {
        out += fmt::format("\\u{:04x}", code);
    } else {
        out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + ((code - 0x10000) >> 10U), 0xDC00 + ((code - 0x10000) & 0x3FFU));
    }
}

/// How many bytes of the string's content stand before the quote that ends it.
std::size_t length_of_string(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && text[at] != '"') {
        at += text[at] == '\\' ? 2U : 1U;
    }
    return std::min(at, text.size());
}

/// The content of a JSON string, its escapes kept.
void put_json_content(std::string& out, std::string_view content) {
    for (std::size_t at = 0; at < content.size();) {
        const std::string_view rest = content.substr(at);
        if (const std::size_t plain = plain_length(rest); plain > 0) {
            out += rest.substr(0, plain);
            at += plain;
            continue;
        }
        const std::size_t length = utf8_sequence_length(rest);
        if (const std::size_t mark = section_mark(rest); mark != 0) {
            out.append(rest.substr(0, mark - 1)).append("\\u003a");
            at += mark;
        } else if (rest.starts_with("##")) {
            out += "\\u0023";
            ++at;
        } else if (length == 0) {
            out += replacement_character;
            ++at;
        } else if (is_treacherous(rest.substr(0, length))) {
            put_json_code(out, code_of(rest.substr(0, length)));
            at += length;
        } else {
            out += rest.substr(0, length);
            at += length;
        }
    }
}

std::string escaped_for_json(std::string_view text) {
    std::string content;
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') {
            content += '\\';
        }
        content += letter;
    }
    return content;
}

/// What the content stands for. Half of a pair of surrogates becomes U+FFFD.
std::string unescaped_from_json(std::string_view content) {
    constexpr std::size_t code_length = 6;
    std::string text;
    for (std::size_t at = 0; at < content.size();) {
        const auto letter = content[at] == '\\' ? read_backslash(content.substr(at)) : std::nullopt;
        if (letter) {
            text += letter->text();
            at += letter->length;
        } else if (content.substr(at).starts_with("\\u")) {
            text += replacement_character;
            at += code_length;
        } else {
            text += content[at++];
        }
    }
    return text;
}

void put_reference(std::string& out, std::string_view sequence) {
    switch (sequence.front()) {
        case '&': out += "&amp;"; return;
        case '<': out += "&lt;"; return;
        case '>': out += "&gt;"; return;
        case '"': out += "&quot;"; return;
        case '\'': out += "&#39;"; return;
        default: break;
    }
    if (is_treacherous(sequence)) {
        show_bytes(out, sequence);
    } else if (sequence != "\xEF\xBF\xBE" && sequence != "\xEF\xBF\xBF") {
        out += sequence;
    }
}

}  // namespace

bool is_treacherous(std::string_view sequence) noexcept {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(sequence[at]); };
    if (sequence.size() == 1) {
        return byte(0) < 0x20 || byte(0) == 0x7f;
    }
    if (sequence.size() == 2) {
        return (byte(0) == 0xc2 && byte(1) < 0xa0) || sequence == "\xd8\x9c";
    }
    if (sequence.size() == 3 && byte(0) == 0xe2) {
        const bool is_separator_or_bidi = byte(1) == 0x80 && ((byte(2) >= 0x8b && byte(2) <= 0x8f) || (byte(2) >= 0xa8 && byte(2) <= 0xae));
        return is_separator_or_bidi || (byte(1) == 0x81 && byte(2) >= 0xa0 && byte(2) <= 0xaf);
    }
    if (sequence.size() == 3 && byte(0) == 0xef) {
        return sequence == "\xef\xbb\xbf" || (byte(1) == 0xbf && byte(2) >= 0xb9 && byte(2) <= 0xbb);
    }
    return sequence.size() == 4 && byte(0) == 0xf3 && byte(1) == 0xa0 && byte(2) <= 0x81;
}

std::string gated_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    bool is_blank_so_far = true;  // nothing in the line yet that no runner would take for white space
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view rest = text.substr(at);
        const std::size_t length = utf8_sequence_length(rest);
        const std::string_view sequence = rest.substr(0, length == 0 ? 1 : length);
        const bool is_layout = sequence == "\n" || sequence == "\t";
        const std::size_t mark = section_mark(rest);
        if (mark != 0) {
            out += rest.substr(0, mark - 1);
            show_bytes(out, ":");
            at += mark;
            is_blank_so_far = false;
            continue;
        }
        if (begins_bracket_command(rest)) {
            out += '#';
            show_bytes(out, "#");
            at += 2;
            is_blank_so_far = false;
            continue;
        }
        const bool is_shown = length == 0 || (is_treacherous(sequence) && !is_layout) || (is_blank_so_far && begins_line_command(rest));
        if (is_shown) {
            show_bytes(out, sequence);
        } else {
            out += sequence;
        }
        const bool is_visible = is_shown || (sequence.size() == 1 && sequence != " " && !is_layout);
        is_blank_so_far = sequence == "\n" || (is_blank_so_far && !is_visible);
        at += sequence.size();
    }
    return out;
}

std::string gated_json(std::string_view json, const Redactor* secrets) {
    std::string out;
    out.reserve(json.size());
    while (!json.empty()) {
        const std::size_t open = std::min(json.find('"'), json.size());
        out += json.substr(0, open);
        json.remove_prefix(open);
        if (json.empty()) {
            break;
        }
        const std::size_t length = length_of_string(json.substr(1));
        const std::string_view content = json.substr(1, length);
        out += '"';
        const bool is_escaped = content.find('\\') != std::string_view::npos;
        if (secrets != nullptr && secrets->finds(is_escaped ? unescaped_from_json(content) : content)) {
            put_json_content(out, escaped_for_json(secrets->clean(unescaped_from_json(content))));
        } else {
            put_json_content(out, content);
        }
        json.remove_prefix(1 + length);
        if (!json.empty()) {
            out += '"';
            json.remove_prefix(1);
        }
    }
    return out;
}

std::string gated_markup(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view rest = text.substr(at);
        if (const std::size_t plain = plain_length(rest); plain > 0) {
            out += rest.substr(0, plain);
            at += plain;
            continue;
        }
        const std::size_t length = utf8_sequence_length(rest);
        if (const std::size_t mark = section_mark(rest); mark != 0) {
            out.append(rest.substr(0, mark - 1)).append("&#58;");
            at += mark;
        } else if (rest.starts_with("##")) {
            out += "&#35;";
            ++at;
        } else {
            put_reference(out, length == 0 ? replacement_character : rest.substr(0, length));
            at += length == 0 ? 1 : length;
        }
    }
    return out;
}

}  // namespace moisson
