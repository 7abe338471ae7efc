#pragma once
/// The words by which headings and total rows are known: what a heading says of the columns that hold money, and what adds up other lines.
/// The texts of the real ones were never published (api/README.md §6): these are the words that bills use in English and French. Only the
/// usage room includes this header.

#include <string>
#include <string_view>

namespace moisson::usage {

/// A heading's text in lower case and without what writers put between its words: "Discounted Amount", "discounted_amount" and
/// "DiscountedAmount" become the same.
[[nodiscard]] std::string fold_heading(std::string_view text);

[[nodiscard]] bool names_quantity(std::string_view heading);
/// An amount before the discount: "Amount", "Montant HT".
[[nodiscard]] bool names_amount(std::string_view heading);
/// What is left after the discount: "DiscountedAmount", "Montant remisé", "Net amount".
[[nodiscard]] bool names_discounted(std::string_view heading);

/// "Total", "TOTAL HT", "Sous-total :", "Grand total", "Montant total" …; not "Totaliser".
[[nodiscard]] bool begins_with_total(std::string_view text);

}  // namespace moisson::usage
