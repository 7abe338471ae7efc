#pragma once
/// JSON for `--json` and `--log-format json`: written as it comes, always valid UTF-8. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace moisson::cli {

/// "text" with quotes and escapes; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string json_quote(std::string_view text);

/// Builds one JSON value. The caller keeps begin and end in pairs.
class JsonWriter {
public:
    enum class Layout {
        indented,  ///< two blanks a level
        one_line,
    };
    explicit JsonWriter(Layout layout = Layout::indented) : layout_(layout) {}

    /// The object that a command prints with --json: it begins with the number of its schema (samples/schema/).
    JsonWriter& begin_answer();
    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();
    /// Of the next member of the object.
    JsonWriter& key(std::string_view name);
    JsonWriter& text(std::string_view value);
    JsonWriter& number(std::int64_t value);
    JsonWriter& count(std::uint64_t value);
    /// A number that is written already ("1.250").
    JsonWriter& decimal(std::string_view value);
    JsonWriter& boolean(bool value);
    JsonWriter& null();
    /// The next member, an array of texts.
    JsonWriter& texts(std::string_view name, const std::vector<std::string>& values);

    /// The whole text and a line end.
    [[nodiscard]] std::string finish() const;

private:
    void before_value();
    void line_break();
    JsonWriter& raw(std::string_view value);
    JsonWriter& close(char bracket);

    Layout layout_;
    std::string text_;
    std::vector<bool> has_items_;  ///< one per open object or array
    bool after_key_ = false;
};

}  // namespace moisson::cli
