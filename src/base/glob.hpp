#pragma once
/// Shell-style patterns, as contracts and offers are named in job files. Pure.

#include <span>
#include <string>
#include <string_view>

namespace moisson {

/// `*`, `?`, `[a-z]` over bytes; matches the whole text, without regard to ASCII case.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text) noexcept;

/// True when one of the patterns matches one of the texts, or when there is no pattern.
[[nodiscard]] bool any_glob_matches(std::span<const std::string> patterns, std::string_view text, std::string_view other_text) noexcept;

}  // namespace moisson
