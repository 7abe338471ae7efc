#pragma once
/// The little of HTML and XML that published pages are read back with. Only the bundle room includes this header.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace moisson::bundle {

/// What stands between two marks, from `at` on; `at` moves behind the second. Empty view with null data: there is none.
[[nodiscard]] std::string_view next_between(std::string_view text, std::string_view before, std::string_view after, std::size_t& at);
/// The first such; empty when there is none.
[[nodiscard]] std::string_view first_between(std::string_view text, std::string_view before, std::string_view after);

/// `part` stands in `text`. In time that grows with their lengths alone: both can be a stranger's.
[[nodiscard]] bool has_text(std::string_view text, std::string_view part) noexcept;

/// The text of a piece of markup: tags left out, `<small` and `<br` as line ends, entities as letters.
[[nodiscard]] std::string text_of_markup(std::string_view markup);
[[nodiscard]] std::string unescape_markup(std::string_view text);

/// "1 234,50 EUR" as "1234.50EUR": without blanks of any kind, with a dot and an ASCII minus.
[[nodiscard]] std::string plain_number(std::string_view text);
/// The whole numbers in a sentence, in order; grouping blanks belong to their number.
[[nodiscard]] std::vector<std::uint64_t> numbers_in(std::string_view text);

/// Characters that the gate (base/gate.hpp) shows by others, or what stands in the place of text that could not be read: pages show these
/// in a way of their own.
[[nodiscard]] bool is_odd_text(std::string_view text) noexcept;

/// The attribute's value in a start tag, unescaped; empty when it has none.
[[nodiscard]] std::string attribute_of(std::string_view tag, std::string_view name);

}  // namespace moisson::bundle
