#pragma once
/// What the XML of a workbook may cost. Only the usage room includes this header.

#include "base/xml.hpp"
#include "usage/limits.hpp"

namespace moisson::usage {

/// Names without prefix: a workbook has one namespace for all that is read.
[[nodiscard]] XmlTerms xml_terms(const Limits& limits);

}  // namespace moisson::usage
