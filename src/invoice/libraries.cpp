#include "invoice/libraries.hpp"

#include <qpdf/QPDF.hh>

namespace moisson::invoice {

std::vector<std::pair<std::string_view, std::string>> library_versions() { return {{"qpdf", QPDF::QPDFVersion()}}; }

}  // namespace moisson::invoice
