/// See toml_shape.hpp.

#include "base/toml_shape.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace moisson {

namespace {

/// The deepest key of our files has 4 parts, the deepest value 5 levels.
constexpr unsigned key_parts_max = 32;
constexpr unsigned depth_max = 32;
/// A mapping of 50,000 rows has fewer; the parser takes about 300 bytes for each.
constexpr unsigned items_max = 500'000;

/// Where the text that begins at `at` with a quote ends: behind its last quote, or at the end of all.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
    const char quote = text[at];
    const std::string mark(3, quote);
    const bool is_long = text.substr(at, 3) == mark;
    for (std::size_t next = at + (is_long ? 3 : 1); next < text.size(); ++next) {
        if (text[next] == '\\' && quote == '"') {
            ++next;
        } else if (text[next] == '\n' && !is_long) {
            return next;  // no TOML from here on
        } else if (is_long && text.substr(next, 3) == mark) {
            next += 3;
            while (next < text.size() && text[next] == quote) {  // a long text may end with quotes of its own
                ++next;
            }
            return next;
        } else if (text[next] == quote && !is_long) {
            return next + 1;
        }
    }
    return text.size();
}

TomlExcess excess_at(std::string_view text, std::size_t at, std::string what) {
    TomlExcess excess;
    const std::string_view before = text.substr(0, at);
    excess.line += static_cast<unsigned>(std::count(before.begin(), before.end(), '\n'));
    excess.column = static_cast<unsigned>(at - (before.rfind('\n') + 1)) + 1;
    excess.what = std::move(what);
    return excess;
}

}  // namespace

std::optional<TomlExcess> find_toml_excess(std::string_view text) {
    unsigned parts = 1;
    unsigned depth = 0;
    unsigned items = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        switch (text[at]) {
            case '"':
            case '\'': at = end_of_quoted(text, at) - 1; break;
            case '#': at = std::min(text.find('\n', at), text.size()) - 1; break;
            case '.':
                if (++parts > key_parts_max) {
                    return excess_at(text, at, fmt::format("a key of more than {} parts", key_parts_max));
                }
                break;
            case '[':
            case '{':
                if (++depth > depth_max) {
                    return excess_at(text, at, fmt::format("lists and tables more than {} deep", depth_max));
                }
                parts = 1;
                break;
            case ']':
            case '}':
                depth -= depth > 0 ? 1U : 0U;
                parts = 1;
                break;
            case '=':
            case ',':
                parts = 1;
                if (++items > items_max) {
                    return excess_at(text, at, fmt::format("more than {} keys and values", items_max));
                }
                break;
            case '\n': parts = 1; break;
            default: break;
        }
    }
    return std::nullopt;
}

}  // namespace moisson
