#pragma once
/// Files embedded in a PDF. Only the invoice room includes this header. What libqpdf throws passes through.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "invoice/invoice.hpp"
#include "invoice/time_left.hpp"

class QPDF;

namespace moisson::invoice {

struct EmbeddedFile {
    std::string name;    ///< UTF-8, as the PDF has it
    bool is_known = false;  ///< one of the names that the standards give an invoice's data
    std::string bytes;
};

/// XML files, those with a known name first, otherwise in the PDF's order: from its tree of names (ISO 32000-1, 7.11.4) and from the list
/// of associated files of its catalog (ISO 32000-2, 14.13). Known: factur-x.xml (Factur-X), ZUGFeRD-invoice.xml (ZUGFeRD 1.0),
/// zugferd-invoice.xml (ZUGFeRD 2.0) and xrechnung.xml, in any case of letters. Of a file that cannot be unpacked, or a list that refers
/// to itself, an observation tells. `too_large`: over budget; `file_bytes`: of the PDF.
[[nodiscard]] Result<std::vector<EmbeddedFile>> embedded_xml(QPDF& pdf, std::uint64_t file_bytes, const TimeLeft& time,
                                                             std::vector<Observation>& observations);

/// Whether the page tree is one: `bad_input` where it refers to itself, `too_large` where it is over budget.
[[nodiscard]] Status check_pages(QPDF& pdf);

}  // namespace moisson::invoice
