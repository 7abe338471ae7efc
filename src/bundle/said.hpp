#pragma once
/// Whether what a page or a sheet says is what the summary says in English. Only the bundle room includes this header.

#include <string>
#include <string_view>

#include "bundle/vocabulary.hpp"

namespace moisson::bundle {

/// English: the same text, but for control characters and blanks (a page made by an earlier version leaves some out). Another language: its
/// prose cannot be made from the English sentence, so its values are compared: the same numbers, amounts, days, months and ids with digits,
/// no more and no fewer, every currency, and every text between quotes. A sentence that stayed English is compared as such.
[[nodiscard]] bool says(const Vocabulary& words, std::string_view shown, std::string_view english);

/// Every value of an English sentence stands there, among others.
[[nodiscard]] bool holds_values(std::string_view shown, std::string_view english);

/// Without blanks and control characters.
[[nodiscard]] std::string bare(std::string_view text);

}  // namespace moisson::bundle
