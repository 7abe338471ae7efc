#pragma once
/// What the text on a PDF's pages says, for a PDF without structured data. Only the invoice room includes this header.
///
/// Called in the reader's process, on bytes that may lie: forms, operators, inflated bytes and time are bounded here (limits.hpp). What
/// libqpdf throws may pass through; it is caught by who opened the PDF.

#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "domain/invoice_values.hpp"
#include "invoice/invoice.hpp"
#include "invoice/profile.hpp"

class QPDF;

namespace moisson::invoice {

struct PageReading {
    InvoiceValues values;  ///< `from` is `none` where the pages prove nothing, and `text` otherwise
    AmountIs amount_is = AmountIs::unknown;
    std::vector<Observation> observations;
};

/// `pdf` is open, and its page tree known to be finite. `expected`: the list's amount, which the pages are asked for. `too_large`: over
/// budget.
[[nodiscard]] Result<PageReading> read_pages(QPDF& pdf, const std::optional<Money>& expected, std::span<const Profile> profiles);

}  // namespace moisson::invoice
