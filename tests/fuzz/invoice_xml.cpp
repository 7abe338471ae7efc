/// Structured data of invoices, CII and UBL. Input: the document.
#include "invoice_reader.hpp"

void moisson::fuzz::run(std::string_view input) { read_invoice(input); }
