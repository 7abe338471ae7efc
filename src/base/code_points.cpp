#include "base/code_points.hpp"

#include "base/utf8.hpp"

namespace moisson {

bool is_blank(char32_t code) noexcept {
    return (code >= 0x09 && code <= 0x0d) || code == 0x20 || code == 0x85 || code == 0xa0 || code == 0x1680 || code == 0x180e ||
           (code >= 0x2000 && code <= 0x200b) || code == 0x2028 || code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x2060 ||
           code == 0x3000 || code == 0xfeff;
}

char32_t first_code_point(std::string_view text, std::size_t& length) noexcept {
    if (!text.empty() && static_cast<unsigned char>(text.front()) < 0x80) {  // nearly always
        length = 1;
        return static_cast<unsigned char>(text.front());
    }
    length = utf8_sequence_length(text);
    const auto byte = [&](std::size_t at) { return static_cast<char32_t>(static_cast<unsigned char>(text[at])); };
    switch (length) {
        case 1: return byte(0);
        case 2: return (byte(0) & 0x1fU) << 6U | (byte(1) & 0x3fU);
        case 3: return (byte(0) & 0x0fU) << 12U | (byte(1) & 0x3fU) << 6U | (byte(2) & 0x3fU);
        case 4: return (byte(0) & 0x07U) << 18U | (byte(1) & 0x3fU) << 12U | (byte(2) & 0x3fU) << 6U | (byte(3) & 0x3fU);
        default: break;
    }
    length = text.empty() ? 0 : 1;
    return 0xfffd;
}

bool is_formula_like(std::string_view text) noexcept {
    if (text.empty()) {
        return false;
    }
    if (text.front() == '\t' || text.front() == '\r') {
        return true;
    }
    std::size_t length = 0;
    char32_t code = first_code_point(text, length);
    while (is_blank(code) && length > 0) {
        text.remove_prefix(length);
        code = first_code_point(text, length);
    }
    const bool is_sign = code == U'+' || code == U'-' || code == 0xff0b || code == 0xff0d;
    const bool is_operator = code == U'=' || code == U'@' || code == 0xff1d || code == 0xff20;
    return length > 0 && (is_operator || (is_sign && text.size() > length));
}

}  // namespace moisson
