#include "cli/json_text.hpp"

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace moisson::cli {

std::string json_quote(std::string_view text) {
    std::string quoted = "\"";
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const std::size_t length = utf8_sequence_length(text.substr(at));
        if (byte == '"' || byte == '\\') {
            quoted += '\\';
            quoted += text[at];
        } else if (byte == '\n') {
            quoted += "\\n";
        } else if (byte == '\r') {
            quoted += "\\r";
        } else if (byte == '\t') {
            quoted += "\\t";
        } else if (byte < 0x20 || byte == 0x7f) {
            quoted += fmt::format("\\u{:04x}", byte);
        } else if (length == 0) {
            quoted += "\xef\xbf\xbd";
        } else {
            quoted += text.substr(at, length);
        }
        at += length == 0 ? 1 : length;
    }
    quoted += '"';
    return quoted;
}

void JsonWriter::line_break() {
    if (layout_ == Layout::indented) {
        text_ += '\n';
        text_.append(has_items_.size() * 2, ' ');
    }
}

void JsonWriter::before_value() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (!has_items_.empty()) {
        if (has_items_.back()) {
            text_ += layout_ == Layout::one_line ? ", " : ",";
        }
        has_items_.back() = true;
        line_break();
    }
}

JsonWriter& JsonWriter::raw(std::string_view value) {
    before_value();
    text_ += value;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    const bool had_items = has_items_.back();
    has_items_.pop_back();
    if (had_items) {
        line_break();
    }
    text_ += bracket;
    return *this;
}

JsonWriter& JsonWriter::begin_answer() {
    constexpr std::int64_t schema_version = 1;
    return begin_object().key("schema").number(schema_version);
}

JsonWriter& JsonWriter::begin_object() {
    raw("{");
    has_items_.push_back(false);
    return *this;
}

JsonWriter& JsonWriter::end_object() {
    return close('}');
}

JsonWriter& JsonWriter::begin_array() {
    raw("[");
    has_items_.push_back(false);
    return *this;
}

JsonWriter& JsonWriter::end_array() {
    return close(']');
}

JsonWriter& JsonWriter::key(std::string_view name) {
    raw(json_quote(name));
    text_ += ": ";
    after_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
    return raw(json_quote(value));
}

JsonWriter& JsonWriter::number(std::int64_t value) {
    return raw(fmt::format("{}", value));
}

JsonWriter& JsonWriter::count(std::uint64_t value) {
    return raw(fmt::format("{}", value));
}

JsonWriter& JsonWriter::decimal(std::string_view value) {
    return raw(value);
}

JsonWriter& JsonWriter::boolean(bool value) {
    return raw(value ? "true" : "false");
}

JsonWriter& JsonWriter::null() {
    return raw("null");
}

JsonWriter& JsonWriter::texts(std::string_view name, const std::vector<std::string>& values) {
    key(name).begin_array();
    for (const std::string& value : values) {
        text(value);
    }
    return end_array();
}

std::string JsonWriter::finish() const {
    return text_ + "\n";
}

}  // namespace moisson::cli
