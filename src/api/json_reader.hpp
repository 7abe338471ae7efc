#pragma once
/// Walks a JSON text token by token. The JSON library stays behind json_reader.cpp; only this folder includes this header.
///
/// Numbers arrive as their source text (no double on money's way), strings are unescaped inside the given buffer, so that a large answer
/// is never held twice.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace moisson::api {

/// Deepest nesting that is read. The service's own answers nest three deep (api/README.md §4); 64 leaves room and keeps hostile ones cheap.
inline constexpr int json_depth_max = 64;

enum class ValueKind : unsigned char { null, boolean, number, string, composite };

/// Receives the tokens in source order. Every call answers whether to go on; `refuse` sets the reason for stopping.
/// Views are valid during the call only.
class JsonVisitor {
public:
    JsonVisitor() = default;
    JsonVisitor(const JsonVisitor&) = delete;
    JsonVisitor& operator=(const JsonVisitor&) = delete;
    virtual ~JsonVisitor() = default;
    [[nodiscard]] virtual bool on_key(std::string_view name) = 0;
    /// A null, boolean ("true", "false"), number (source text) or string (unescaped).
    [[nodiscard]] virtual bool on_scalar(ValueKind kind, std::string_view text) = 0;
    [[nodiscard]] virtual bool on_open(bool is_array) = 0;
    [[nodiscard]] virtual bool on_close(bool is_array) = 0;
    /// The name or string that comes next held something that is no text, and was repaired (json_mend.hpp).
    virtual void on_repair() {}
    [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }

protected:
    [[nodiscard]] bool refuse(std::string reason) {
        refusal_ = std::move(reason);
        return false;
    }

private:
    std::string refusal_;
};

/// Reads one whole JSON text (RFC 8259); white space around it and a UTF-8 byte order mark in front are accepted. Numbers of any size are
/// handed on as they stand, and strings that are no text are repaired (json_mend.hpp). `body` is used as working space and holds nothing
/// useful afterwards. Errors, all `bad_answer` with the byte position in the message and `where` as given: empty, an HTML page, not JSON,
/// text after the end, deeper than `json_depth_max`, or the visitor's refusal.
[[nodiscard]] Status read_json(std::string& body, JsonVisitor& visitor, std::string_view where);

/// The scalar members of one JSON object, text by name; nested values are passed over; a name given twice with different values has none.
struct FlatObject {
    std::map<std::string, std::pair<ValueKind, std::string>, std::less<>> members;
    /// Text of a string or number; empty when absent, null or of another kind.
    [[nodiscard]] std::string_view text(std::string_view name) const;
};
[[nodiscard]] Result<FlatObject> read_flat_object(std::string body, std::string_view where);

/// "42" or 42 as a number 0..999999; 0 when the text is anything else.
[[nodiscard]] int parse_gateway_code(std::string_view text) noexcept;

}  // namespace moisson::api
