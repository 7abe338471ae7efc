#pragma once
/// An ERP file against the ledger, as far as its text lets documents be found in it. Only the bundle room includes this header.

#include <map>
#include <string>
#include <string_view>

#include "bundle/ledger_check.hpp"

namespace moisson::bundle {

/// `booked`: counted documents by id, with their amounts (`LedgerFacts::booked`). Says so where the file shows the amounts of a currency's
/// documents, in one number or as net and tax, but that of one document not. Converted and corrected amounts, numbers without their decimal
/// mark, and ids that the format cuts show nothing: then nothing is said.
void check_erp_text(std::string_view name, std::string_view text, const std::map<std::string, Money, std::less<>>& booked,
                    Problems& problems);

}  // namespace moisson::bundle
