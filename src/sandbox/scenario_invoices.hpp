#pragma once
/// The part of a scenario that says what invoices hold. Only for scenario.cpp: it shows toml++.

#include "sandbox/scenario.hpp"
#include "sandbox/toml_reader.hpp"

namespace moisson::sandbox {

/// The keys `invoices`, `vat` and `amount_is`, of the scenario or of a contract, which has the scenario's where it says nothing.
void read_invoice_rules(TomlReader& reader, InvoiceRules& rules);

/// The key `invoice` of a document: what its invoice says besides, or wrongly.
void read_invoice_form(TomlReader& reader, DocumentRule& rule);

}  // namespace moisson::sandbox
