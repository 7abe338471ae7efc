#pragma once
/// Names in a posting's terms (posting.hpp) that more than one room knows.

#include <algorithm>
#include <string_view>

namespace moisson {

/// Lines of what an invoice said of itself when it was booked begin with this, and stand before all others: "document.vat".
inline constexpr std::string_view document_terms = "document.";
/// Stands between a mapping column's line and the VAT rate that its value was for: "map.vat_account@5.5".
inline constexpr char rate_mark = '@';

/// The lines behind those of what the invoice said.
[[nodiscard]] inline std::string_view without_document(std::string_view terms) noexcept {
    while (terms.starts_with(document_terms)) {
        terms.remove_prefix(std::min(terms.find('\n'), terms.size() - 1) + 1);
    }
    return terms;
}

}  // namespace moisson
