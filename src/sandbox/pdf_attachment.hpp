#pragma once
/// An XML file inside a PDF, where readers of Factur-X look for it. The only place that knows libqpdf.

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace moisson::sandbox {

struct AttachedXml {
    std::string_view bytes;
    std::string_view relationship;  ///< AFRelationship: "Data" or "Alternative" (ISO 32000-2, 14.13)
    std::string_view level;         ///< fx:ConformanceLevel of the metadata, as Factur-X 1.0, 6.2.2 spells it
    std::string pdf_date;           ///< "D:20261104090000Z"
};

/// `pdf` with the file factur-x.xml: in the name tree EmbeddedFiles and in the catalog's AF, and with the XMP metadata that announce it.
/// Same input, same bytes. It is not the PDF/A-3 that Factur-X asks for: the standard fonts are not embedded, and so it does not say that
/// it is. `internal` when the PDF cannot be read or written.
[[nodiscard]] Result<std::string> attach_xml(std::string_view pdf, const AttachedXml& xml);

}  // namespace moisson::sandbox
