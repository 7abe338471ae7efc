// Elements, attributes and escapes.
#include "sandbox/xml_text.hpp"

namespace moisson::sandbox {

namespace {

void append_escaped(std::string& to, std::string_view text) {
    for (const char letter : text) {
        switch (letter) {
            case '&': to += "&amp;"; break;
            case '<': to += "&lt;"; break;
            case '>': to += "&gt;"; break;
            case '"': to += "&quot;"; break;
            default:
                // XML 1.0 has no other control characters.
                to += static_cast<unsigned char>(letter) < 0x20 && letter != '\t' && letter != '\n' ? ' ' : letter;
        }
    }
}

}  // namespace

void XmlText::begin(std::string_view name, std::initializer_list<XmlAttribute> attributes) {
    text_.append(open_.size(), ' ');
    text_ += '<';
    text_ += name;
    for (const auto& [key, value] : attributes) {
        text_ += ' ';
        text_ += key;
        text_ += "=\"";
        append_escaped(text_, value);
        text_ += '"';
    }
    text_ += '>';
}

void XmlText::open(std::string_view name, std::initializer_list<XmlAttribute> attributes) {
    begin(name, attributes);
    text_ += '\n';
    open_.push_back(name);
}

void XmlText::close() {
    const std::string_view name = open_.back();
    open_.pop_back();
    text_.append(open_.size(), ' ');
    text_ += "</";
    text_ += name;
    text_ += ">\n";
}

void XmlText::leaf(std::string_view name, std::string_view text, std::initializer_list<XmlAttribute> attributes) {
    begin(name, attributes);
    append_escaped(text_, text);
    text_ += "</";
    text_ += name;
    text_ += ">\n";
}

}  // namespace moisson::sandbox
