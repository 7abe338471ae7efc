#pragma once
/// What a JSON text needs before the JSON library reads it: one bad value must cost one value, and the library would refuse the whole.

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace moisson::api {

/// What `mend_json` changed. Positions count from the front of the mended text, ascending.
struct Mending {
    std::vector<std::size_t> strings;            ///< where strings begin, behind their quote, in which something was replaced
    std::map<std::size_t, std::string> numbers;  ///< source text of numbers beyond any double; a 0 stands in their place
};

/// Bytes of a string that are not UTF-8 are read as Windows-1252, as the usage lines are. What means no character becomes U+FFFD: half a
/// surrogate pair (`\ud83d`, a pair the wrong way round), a NUL or another control character as it is, an escape that JSON does not
/// know, a byte that Windows-1252 leaves open. Outside of strings a NUL becomes a blank. Everything else stands, also what is no JSON: that
/// is the library's to say. A text without such things is left untouched and costs one pass (near memory speed).
[[nodiscard]] Mending mend_json(std::string& body);

}  // namespace moisson::api
