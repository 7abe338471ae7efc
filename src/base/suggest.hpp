#pragma once
/// The nearest known word to a mistyped one: for job file keys, options, document types, environment variables. Pure.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace moisson {

/// Edits (insert, delete, replace, swap of neighbours) between two words, without regard to ASCII case.
[[nodiscard]] std::size_t edit_distance(std::string_view left, std::string_view right);

/// The known word with the fewest edits, when they are few enough to be a slip (a third of the word), or the one that the word begins or
/// that begins it ("rate" for "rate_per_second"). The first of equals. Empty when nothing is near.
[[nodiscard]] std::optional<std::string> nearest_word(std::string_view word, std::span<const std::string_view> known);

/// Up to `count_max` known words, each once, those with the fewest edits first, however many they are: for names that nobody knows by
/// heart.
[[nodiscard]] std::vector<std::string> nearest_names(std::string_view word, std::span<const std::string_view> known, std::size_t count_max);

}  // namespace moisson
