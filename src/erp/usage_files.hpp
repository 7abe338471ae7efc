#pragma once
/// What a template of usage lines may say. Only the ERP room includes this header.

#include <array>
#include <string_view>

namespace moisson::erp {

/// `[usage] layout`: the FOCUS room's data set.
inline constexpr std::string_view usage_layout = "focus-1.2";
/// The settings that the layout writes: who sells, who made the service, who sends the invoice.
inline constexpr std::array<std::string_view, 3> usage_settings{"provider", "publisher", "invoice_issuer"};

}  // namespace moisson::erp
