#pragma once
/// What the amounts on a page are, proved or not at all. Only the invoice room includes this header. Pure.
///
/// Confirming beats extracting: the list's amount is known, so the page is asked whether it stands there as gross or as net. Totals
/// taken by their labels alone are wrong in a third to a half of public invoices (README.md beside this file has the figures).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/big_decimal.hpp"
#include "domain/invoice_values.hpp"
#include "invoice/page_lines.hpp"
#include "invoice/profile.hpp"

namespace moisson::invoice {

/// Net, tax and gross that prove each other, in minor units and the document's own sign.
struct ProvedSum {
    std::int64_t net = 0;
    std::int64_t vat = 0;
    std::int64_t gross = 0;
    friend bool operator==(const ProvedSum&, const ProvedSum&) = default;
};

struct Confirmation {
    AmountIs amount_is = AmountIs::unknown;
    std::optional<ProvedSum> sum;       ///< the expected amount is its net or gross
    std::vector<InvoiceVat> vat_lines;  ///< where they add up to the sum; else empty
    bool is_ambiguous = false;          ///< several sums prove themselves with the expected amount
};

/// `is_credit_note`: the document calls itself one, so its amounts may stand there without a minus.
///
/// A sum is proved when each amount has its own label of the profile, net + tax = gross to the minor unit, the tax has the net's sign and
/// is at most 30 % of it, and the expected amount is the net or the gross of it. `neither`: the largest net and gross that have labels
/// prove each other so, and the expected amount stands nowhere in the document.
[[nodiscard]] Confirmation confirm(const std::vector<PageLine>& lines, const Profile& profile, const Money& expected, bool is_credit_note);

}  // namespace moisson::invoice
