#pragma once
/// Where the values of an invoice stand in its structured data: one table a syntax, one row a value. Only the invoice room includes this
/// header.
///
/// Sources: EN 16931-3-2 (UBL 2.1) and 16931-3-3 (UN/CEFACT CII D16B) as the validation artefacts of ConnectingEurope/eInvoicing-EN16931
/// state them; Factur-X 1.0.07 for the profiles below and above EN 16931; ZUGFeRD 1.0 for `CrossIndustryDocument`.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/invoice_values.hpp"

namespace moisson::invoice {

/// What an element is. The first ones are values, of which texts are kept; the last ones are only begun and ended.
enum class Term : std::uint8_t {
    none,
    profile,
    number,
    type,
    issue_date,
    due_date,
    billed_from,
    billed_until,
    discount_date,     ///< the date of terms that give a discount
    currency,
    seller_name,
    seller_id,         ///< with its scheme
    seller_tax_id,     ///< CII: with "VA" or "FC" as its scheme
    buyer_name,
    buyer_id,
    buyer_tax_id,
    order,
    contract,
    credited_invoice,
    payment_means,
    iban,
    lines_total,
    allowances,
    charges,
    net,
    vat,
    gross,
    prepaid,
    rounding,
    amount_due,
    vat_category,      ///< from here on of one row of the breakdown
    vat_rate,
    vat_base,
    vat_amount,
    vat_reason,
    vat_reason_code,
    tax_id,            ///< UBL: from here on of one tax registration
    tax_scheme,
    seller_registration,
    buyer_registration,
    payment_terms,
    discount,
    vat_line,
    line,
};
inline constexpr std::size_t term_count = static_cast<std::size_t>(Term::line) + 1;

/// An element on the way to a value.
struct PathNode {
    std::string name;             ///< as a reader with namespaces tells it (base/xml.hpp)
    Term term = Term::none;
    std::string_view attribute;   ///< that is kept with the text; empty: none
    std::vector<PathNode> children;
    [[nodiscard]] const PathNode* find(std::string_view child) const noexcept;
};

/// One syntax: what its root says of the document, and the elements below.
struct Syntax {
    InvoiceKind kind = InvoiceKind::unknown;  ///< unknown: the type alone says it
    PathNode root;
};

/// By the root element's name; null: the document is none that is known.
[[nodiscard]] const Syntax* find_syntax(std::string_view root);

}  // namespace moisson::invoice
