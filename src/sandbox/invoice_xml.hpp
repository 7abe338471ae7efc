#pragma once
/// An invoice as XML: Cross Industry Invoice (UN/CEFACT D16B and later) in the profiles of Factur-X 1.0. Pure; any thread.

#include <string>
#include <string_view>

#include "sandbox/invoice_values.hpp"

namespace moisson::sandbox {

/// What a profile calls itself, and how its file is attached to a PDF.
struct ProfileNames {
    std::string_view guideline;     ///< BT-24
    std::string_view level;         ///< ConformanceLevel of the XMP metadata
    std::string_view relationship;  ///< "Data" where the XML is not the whole invoice
};

/// `profile` is not `plain`.
[[nodiscard]] ProfileNames names_of(InvoiceProfile profile) noexcept;

/// UTF-8, with declaration. Holds what the profile has room for, and no more.
[[nodiscard]] std::string make_cii(const InvoiceValues& values, InvoiceProfile profile);

}  // namespace moisson::sandbox
