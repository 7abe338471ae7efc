#pragma once
/// How an amount is split into net and VAT and converted: a rule that is written into a posting's terms and read from them again. Pure.

#include <optional>

#include "base/result.hpp"
#include "domain/posting.hpp"
#include "domain/rate.hpp"
#include "erp/settings.hpp"
#include "erp/value.hpp"

namespace moisson::erp {

struct SplitRule {
    AmountIs amount_is = AmountIs::untaxed;
    Rounding rounding = Rounding::half_up;
    Value vat_rate = Value::of_number(0);
    std::optional<Currency> local;  ///< what it is converted into; empty: nothing is converted
    std::optional<Rate> rate;       ///< empty: not converted, or there was no rate
};

/// A whole amount by the rule; without a rate the local parts are those of its own currency. `bad_input` when something does not fit in 64
/// bits of minor units.
[[nodiscard]] Result<PostingParts> split(const Money& amount, const SplitRule& rule);

/// Adds the rule's lines to both texts. The VAT rate is not among them: it stands there as the mapping's column.
void append_rule(PostingTerms& terms, const SplitRule& rule);
/// What `append_rule` wrote, and the VAT rate.
[[nodiscard]] SplitRule read_rule(const PostingTerms& terms);

/// The name of a mapping column's line in the terms: "map.account".
[[nodiscard]] std::string term_of_column(std::string_view column);

}  // namespace moisson::erp
