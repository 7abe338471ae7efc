#pragma once
/// An invoice as XML of the other syntax of EN 16931: UBL 2.1, Invoice and CreditNote (ISO/IEC 19845). Pure; any thread.

#include <string>
#include <string_view>

#include "sandbox/invoice_values.hpp"

namespace moisson::sandbox {

/// UTF-8, with declaration; everything that EN 16931 has a place for. `guideline` is BT-24.
[[nodiscard]] std::string make_ubl(const InvoiceValues& values, std::string_view guideline);

}  // namespace moisson::sandbox
