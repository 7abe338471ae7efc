#pragma once
/// Writes XML element by element, indented. One thread at a time.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moisson::sandbox {

using XmlAttribute = std::pair<std::string_view, std::string_view>;

class XmlText {
public:
    XmlText() : text_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}
    /// An element that others stand in, until `close`. Names are literals: they must outlive the writer.
    void open(std::string_view name, std::initializer_list<XmlAttribute> attributes = {});
    void close();
    /// An element of text.
    void leaf(std::string_view name, std::string_view text, std::initializer_list<XmlAttribute> attributes = {});
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    void begin(std::string_view name, std::initializer_list<XmlAttribute> attributes);

    std::string text_;
    std::vector<std::string_view> open_;
};

}  // namespace moisson::sandbox
