#pragma once
/// The values of structured data, CII or UBL. Only the invoice room includes this header.

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/invoice_values.hpp"
#include "invoice/invoice.hpp"
#include "invoice/time_left.hpp"

namespace moisson::invoice {

struct XmlReading {
    bool is_invoice = false;  ///< its root is one of those that are known (terms.hpp); if not, nothing was read
    InvoiceValues values;
    std::vector<Observation> observations;
};

/// `bad_input`: it is no XML, or has a document type, or goes too deep; `too_large`: over budget.
[[nodiscard]] Result<XmlReading> read_xml(std::string_view bytes, const TimeLeft& time);

}  // namespace moisson::invoice
