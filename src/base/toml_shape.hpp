#pragma once
/// The shape of a TOML text, looked at before a parser sees it. The parser makes one table inside the other of every part of a key, and
/// takes them apart by calling itself: a key of 60,000 parts ends the process. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace moisson {

struct TomlExcess {
    unsigned line = 1;    ///< from 1
    unsigned column = 1;  ///< in bytes, from 1
    std::string what;     ///< "a key of more than 32 parts"
};

/// The first place where the text goes beyond what any file for people needs: a key of more than 32 parts, lists and inline tables more
/// than 32 deep, more than 500,000 keys and values. Empty when there is none. Text that is no TOML is judged up to where it is none. One
/// pass, no recursion.
[[nodiscard]] std::optional<TomlExcess> find_toml_excess(std::string_view text);

}  // namespace moisson
