#include "bundle/bag_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "base/version.hpp"

namespace moisson::bundle {

namespace {

std::string one_line(std::string_view text) {
    std::string line(text);
    std::replace_if(line.begin(), line.end(), [](char letter) { return letter == '\r' || letter == '\n'; }, ' ');
    return line;
}

bool is_portable_part(std::string_view part) noexcept {
    if (part.empty() || part.size() > 255 || part.front() == ' ' || part.back() == ' ' || part.back() == '.') {
        return false;
    }
    return std::all_of(part.begin(), part.end(), [](char letter) {
        return letter >= 0x20 && letter <= 0x7e && std::string_view("\\:*?\"<>|/").find(letter) == std::string_view::npos;
    });
}

}  // namespace

void append_manifest_line(std::string& out, std::string_view digest, std::string_view path) {
    out.append(digest).append("  ");
    for (const char letter : path) {
        switch (letter) {
            case '%': out += "%25"; break;
            case '\r': out += "%0D"; break;
            case '\n': out += "%0A"; break;
            default: out += letter;
        }
    }
    out += '\n';
}

std::string bag_info_text(const BagInfo& info, std::uint64_t octets, std::uint64_t streams) {
    std::string text;
    const auto has = [&](std::string_view wanted) {
        return std::any_of(info.fields.begin(), info.fields.end(),
                           [&](const auto& field) { return equal_ignoring_case(field.first, wanted); });
    };
    for (const auto& [name, value] : info.fields) {
        if (!equal_ignoring_case(name, "payload-oxum")) {
            text += one_line(name) + ": " + one_line(value) + "\n";
        }
    }
    if (!has("Bag-Software-Agent")) {
        text += fmt::format("Bag-Software-Agent: {} {}\n", program_name, moisson::version());
    }
    return text + fmt::format("Payload-Oxum: {}.{}\n", octets, streams);
}

bool is_portable_path(std::string_view path) noexcept {
    for (;;) {
        const std::size_t slash = path.find('/');
        if (!is_portable_part(path.substr(0, slash))) {
            return false;
        }
        if (slash == std::string_view::npos) {
            return true;
        }
        path.remove_prefix(slash + 1);
    }
}

bool is_packed_kind(std::string_view path) {
    static constexpr std::array<std::string_view, 8> endings{".pdf", ".zip", ".xlsx", ".gz", ".png", ".jpg", ".jpeg", ".docx"};
    const std::string name = lower(path);
    return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return name.ends_with(ending); });
}

}  // namespace moisson::bundle
