#pragma once
/// JSON of a summary as verification reads it. Only the bundle room includes this header.
///
/// No step of it recurses on what was read: a text that is nested deeper than any summary is refused before it is parsed, and so is one
/// whose tree would take more memory than it may (limits.hpp).

#include <rapidjson/document.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace moisson::bundle {

/// A text and its tree, which points into it. Movable.
class Json {
public:
    /// Numbers become texts, spelt as they stand; `\u0000` in a text becomes U+2400, as the ledger shows it. `verification` with a sentence
    /// when the text is no JSON object, is nested too deep, or would take more than `memory_max` bytes.
    [[nodiscard]] static Result<Json> parse(std::string text, std::uint64_t memory_max);
    [[nodiscard]] const rapidjson::Value& root() const noexcept { return *tree_; }

private:
    Json() = default;
    std::unique_ptr<std::string> text_;
    std::unique_ptr<rapidjson::Document> tree_;
};

/// What a summary may take in memory beside a bundle or a text of this length.
[[nodiscard]] std::uint64_t json_memory_max(std::uint64_t length) noexcept;

/// Null when `object` is no object or has no such member.
[[nodiscard]] const rapidjson::Value* find_member(const rapidjson::Value& object, std::string_view name);
/// A text or number; empty when it is missing or something else. The view is into the tree.
[[nodiscard]] std::string_view view_member(const rapidjson::Value& object, std::string_view name);
[[nodiscard]] std::string text_member(const rapidjson::Value& object, std::string_view name);
/// A whole number without sign; 0 when it is missing or something else.
[[nodiscard]] std::uint64_t count_member(const rapidjson::Value& object, std::string_view name);
[[nodiscard]] bool flag_member(const rapidjson::Value& object, std::string_view name);
/// An array; an empty one when it is missing or something else.
[[nodiscard]] const rapidjson::Value& items_member(const rapidjson::Value& object, std::string_view name);
/// An object; an empty one when it is missing or something else.
[[nodiscard]] const rapidjson::Value& object_member(const rapidjson::Value& object, std::string_view name);
[[nodiscard]] std::string_view view_of(const rapidjson::Value& value);
[[nodiscard]] std::string text_of(const rapidjson::Value& value);
/// A text of the ledger as a summary has it: bytes that are not UTF-8 are repaired there.
[[nodiscard]] std::string as_stated(std::string_view text);

}  // namespace moisson::bundle
