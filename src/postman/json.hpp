#pragma once
/// JSON as a small tree whose every value knows where it stands, for files that people made. The JSON library stays behind
/// postman_json.cpp.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace moisson::postman {

struct JsonMember;

/// One value of a JSON text.
struct JsonNode {
    enum class Kind { null, boolean, number, text, list, object };
    Kind kind = Kind::null;
    std::string text;                 ///< of a text unescaped; of a number or boolean as it stands
    std::size_t offset = 0;           ///< of its first byte
    std::vector<JsonNode> items;      ///< of a list
    std::vector<JsonMember> members;  ///< of an object, in the file's order

    /// The last member of that name; null when there is none.
    [[nodiscard]] const JsonNode* find(std::string_view name) const noexcept;
    /// "a text", "a list", …
    [[nodiscard]] std::string_view kind_text() const noexcept;
};

struct JsonMember {
    std::string name;
    JsonNode value;
};

/// Reads a whole text (without byte order mark), at most 32 levels deep. FatalError(usage) "it is not JSON: …" at line and column.
[[nodiscard]] JsonNode parse_json(std::string_view text, const std::string& path);

/// "env.json:3:14": the line and the column (in characters) of a byte, both from 1.
[[nodiscard]] std::string place_of(std::string_view text, std::size_t offset, const std::string& path);

}  // namespace moisson::postman
