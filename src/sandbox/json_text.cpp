// JSON string escaping (RFC 8259, section 7).
#include "sandbox/json_text.hpp"

#include <fmt/format.h>

namespace moisson::sandbox {

void append_json_string(std::string& json, std::string_view text) {
    json += '"';
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            json += '\\';
            json += letter;
        } else if (byte < 0x20) {
            json += fmt::format("\\u{:04x}", byte);
        } else {
            json += letter;
        }
    }
    json += '"';
}

void append_json_name(std::string& json, std::string_view name) {
    if (!json.empty() && json.back() != '{') {
        json += ',';
    }
    json += '"';
    json += name;
    json += "\":";
}

void append_json_member(std::string& json, std::string_view name, std::string_view text) {
    append_json_name(json, name);
    append_json_string(json, text);
}

}  // namespace moisson::sandbox
