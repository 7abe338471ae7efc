#pragma once
/// Who sells and who buys in the sandbox's invoices. Everybody is made up; the numbers have right check digits, so that readers take them.

#include <string_view>

#include "sandbox/invoice_values.hpp"

namespace moisson::sandbox {

/// The example of the IBAN registry for France (ISO 13616).
inline constexpr std::string_view supplier_iban = "FR1420041010050500013M02606";

[[nodiscard]] const Party& supplier();
/// The contract's customer. One of the customers is in Switzerland, and has no SIREN.
[[nodiscard]] const Party& buyer_of(const Contract& contract);
/// Nobody's customer: for invoices that were sent to the wrong company.
[[nodiscard]] const Party& another_buyer();

}  // namespace moisson::sandbox
