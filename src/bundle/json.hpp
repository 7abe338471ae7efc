#pragma once
/// JSON of a summary as verification reads it. Only the bundle room includes this header.
///
/// No step of it recurses on what was read: a text that is nested deeper than any summary is refused before it is parsed.

#include <rapidjson/document.h>

#include <optional>
#include <string>
#include <string_view>

namespace moisson::bundle {

/// Numbers become texts, spelt as they stand. Empty when the text is no JSON object, or is nested too deep.
[[nodiscard]] std::optional<rapidjson::Document> parse_json(std::string_view text);

/// Null when `object` is no object or has no such member.
[[nodiscard]] const rapidjson::Value* find_member(const rapidjson::Value& object, std::string_view name);
/// A text or number; empty when it is missing or something else.
[[nodiscard]] std::string text_member(const rapidjson::Value& object, std::string_view name);
/// A whole number without sign; 0 when it is missing or something else.
[[nodiscard]] std::uint64_t count_member(const rapidjson::Value& object, std::string_view name);
[[nodiscard]] bool flag_member(const rapidjson::Value& object, std::string_view name);
/// An array; an empty one when it is missing or something else.
[[nodiscard]] const rapidjson::Value& items_member(const rapidjson::Value& object, std::string_view name);
/// NUL is shown as U+2400, as the ledger shows it.
[[nodiscard]] std::string text_of(const rapidjson::Value& value);
/// A text of the ledger as a summary has it: bytes that are not UTF-8 are repaired there.
[[nodiscard]] std::string as_stated(std::string_view text);

}  // namespace moisson::bundle
