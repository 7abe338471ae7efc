#pragma once
/// How an amount is split into net and VAT and converted: a rule that is written into a posting's terms and read from them again. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "domain/posting.hpp"
#include "domain/rate.hpp"
#include "erp/invoice_split.hpp"
#include "erp/settings.hpp"
#include "erp/value.hpp"

namespace moisson::erp {

struct SplitRule {
    AmountIs amount_is = AmountIs::untaxed;
    Rounding rounding = Rounding::half_up;
    Value vat_rate = Value::of_number(0);
    std::optional<Currency> local;  ///< what it is converted into; empty: nothing is converted
    std::optional<Rate> rate;       ///< empty: not converted, or there was no rate
    std::optional<InvoiceSplit> invoice;  ///< of `AmountIs::document`, and of no other
};

/// A whole amount by the rule; without a rate the local parts are those of its own currency. `bad_input` when something does not fit in 64
/// bits of minor units, and for another amount than the invoice's, which its values do not split: its withdrawal has the other sign.
[[nodiscard]] Result<PostingParts> split(const Money& amount, const SplitRule& rule);

/// Adds the rule's lines to both texts. The VAT rate is not among them, it stands there as the mapping's column; nor is what the invoice
/// says.
void append_rule(PostingTerms& terms, const SplitRule& rule);
/// What `append_rule` wrote, the VAT rate, and what the invoice said.
[[nodiscard]] SplitRule read_rule(const PostingTerms& terms);

/// Puts what the invoice says before the other lines: its split, where the rule has one, and the piece that is not the document's id. They
/// are each document's own, and the rest is what documents share (`without_document`).
void prepend_invoice(PostingTerms& terms, const SplitRule& rule, std::string_view piece);
/// The invoice's split that the terms hold; empty when they hold none.
[[nodiscard]] std::optional<InvoiceSplit> find_invoice(const PostingTerms& terms);
/// The piece that the terms hold; empty: the document's id.
[[nodiscard]] std::optional<std::string> find_piece(const PostingTerms& terms);

/// The name of a mapping column's line in the terms: "map.account".
[[nodiscard]] std::string term_of_column(std::string_view column);
/// The same of the value for one VAT rate: "map.account@5.5".
[[nodiscard]] std::string term_of_column(std::string_view column, const Value& rate);

}  // namespace moisson::erp
