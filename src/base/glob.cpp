/// Patterns by the C library's fnmatch.
#include "base/glob.hpp"

#include <fnmatch.h>

#include <algorithm>

namespace moisson {

bool glob_matches(std::string_view pattern, std::string_view text) noexcept {
    return ::fnmatch(std::string(pattern).c_str(), std::string(text).c_str(), FNM_CASEFOLD | FNM_NOESCAPE) == 0;
}

bool any_glob_matches(std::span<const std::string> patterns, std::string_view text, std::string_view other_text) noexcept {
    return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
               return glob_matches(pattern, text) || glob_matches(pattern, other_text);
           });
}

}  // namespace moisson
