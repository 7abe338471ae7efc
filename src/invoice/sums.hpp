#pragma once
/// Whether an invoice's amounts make each other. Pure. Only the invoice room includes this header.

#include <optional>
#include <vector>

#include "domain/invoice_values.hpp"
#include "invoice/invoice.hpp"

namespace moisson::invoice {

/// Amounts that are only needed to check the others.
struct SumTerms {
    std::optional<Money> lines_total;  ///< (BT-106)
    std::optional<Money> allowances;   ///< (BT-107)
    std::optional<Money> charges;      ///< (BT-108)
    std::optional<Money> prepaid;      ///< (BT-113)
    std::optional<Money> rounding;     ///< (BT-114)
    bool is_whole = true;              ///< false: one of these is there and could not be read
    bool tells_prepaid = true;         ///< false: the profile has no place for what was paid before
    bool tells_no_vat = false;         ///< no VAT total in any currency: net and gross are the same then
};

/// Adds `vat-sum-wrong` for each rule of EN 16931 that does not hold, where its values are there: BR-CO-13 to 16 to the minor unit;
/// BR-CO-17, and with it BR-S-09 and its sisters, to less than one whole unit of the currency, as the standard's own validation artefacts
/// judge it (taxes may have been rounded by line), and exactly where the rate is zero.
void check_sums(const InvoiceValues& values, const SumTerms& terms, std::vector<Observation>& observations);

}  // namespace moisson::invoice
