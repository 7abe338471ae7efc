#pragma once
/// Tags as reports write them, as a JSON object (FOCUS 1.2, "Key-Value Format"). Only this room includes this header.

#include <string>
#include <string_view>

namespace moisson::focus {

/// Appends the text as a JSON string, with its quotes. UTF-8 stays as it is.
void append_json(std::string& out, std::string_view text);

/// "env=prod,team=3", "env:prod; team:3" → {"env":"prod","team":"3"}. Pairs are parted by semicolons where there is one outside of quotes,
/// else by bars, else by commas; a key ends at its first '=', or ':' where there is no '='. A key without a value is `true`, of a key that
/// stands twice the first value is kept; quotes around a key or a value are no part of it, a doubled one inside is one. An object of JSON
/// is written so too where its values are texts, numbers, true, false or null; one that is deeper is one key. Empty: no tags.
[[nodiscard]] std::string tags_as_json(std::string_view text);

}  // namespace moisson::focus
