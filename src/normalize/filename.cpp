/// Judging file names and texts that a spreadsheet would run.
#include "normalize/filename.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "normalize/messages.hpp"
#include "normalize/text.hpp"

namespace moisson::normalize {

namespace {

/// Names that Windows keeps for devices, whatever extension follows (Microsoft, "Naming Files, Paths, and Namespaces").
bool is_device_name(std::string_view filename) {
    std::string stem = fold(filename.substr(0, filename.find('.')));
    constexpr std::array<std::string_view, 6> names{"con", "prn", "aux", "nul", "conin$", "conout$"};
    if (std::find(names.begin(), names.end(), stem) != names.end()) {
        return true;
    }
    if (!stem.starts_with("com") && !stem.starts_with("lpt")) {
        return false;
    }
    const std::string_view port = std::string_view(stem).substr(3);
    // The superscript digits ¹ ² ³ count as digits there.
    return (port.size() == 1 && port[0] >= '0' && port[0] <= '9') || port == "\xc2\xb9" || port == "\xc2\xb2" || port == "\xc2\xb3";
}

Message why_characters_unsafe(std::string_view filename) {
    for (std::size_t at = 0, length = 0; at < filename.size(); at += length) {
        const char32_t code = first_code_point(filename.substr(at), length);
        if (code == U'/' || code == U'\\') {
            return messages::holds_path_separator;
        }
        if (code == 0) {
            return messages::holds_nul;
        }
        if (is_invisible(code)) {
            return messages::holds_invisible_character_u(fmt::format("{:04X}", static_cast<std::uint32_t>(code)));
        }
        if (code < 0x80 && std::string_view("<>:\"|?*").find(static_cast<char>(code)) != std::string_view::npos) {
            return messages::holds_character(std::string(1, static_cast<char>(code)));
        }
    }
    return {};
}

}  // namespace

Message why_unsafe(std::string_view filename) {
    constexpr std::size_t length_max_bytes = 255;
    if (filename.size() > length_max_bytes) {
        return messages::bytes_long_past(filename.size(), length_max_bytes);
    }
    if (!is_utf8(filename)) {
        return messages::not_utf_8;
    }
    if (Message characters = why_characters_unsafe(filename); !characters.empty()) {
        return characters;
    }
    if (filename == "." || filename == "..") {
        return messages::names_folder;
    }
    if (trim(filename).size() != filename.size()) {
        return messages::begins_ends_blank;
    }
    if (filename.ends_with('.')) {
        return messages::ends_dot;
    }
    return is_device_name(filename) ? Message(messages::device_name_windows) : Message();
}

}  // namespace moisson::normalize
