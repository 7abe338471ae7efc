#pragma once
/// JSON text by appending: answers are built as strings, without a tree.

#include <string>
#include <string_view>

namespace moisson::sandbox {

/// Appends `text` in quotes. UTF-8 passes as it is; quotes, backslashes and control characters (NUL too) are escaped.
void append_json_string(std::string& json, std::string_view text);

/// Appends `"name":` with a comma before it where the object has members already.
void append_json_name(std::string& json, std::string_view name);

/// Appends `"name":"text"`.
void append_json_member(std::string& json, std::string_view name, std::string_view text);

}  // namespace moisson::sandbox
