#pragma once
/// Which libraries this room reads with, as they are loaded now (not as they were when the program was built).

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moisson::invoice {

/// Name and version of qpdf: "11.3.0". XML is read with the expat of the room `usage`.
[[nodiscard]] std::vector<std::pair<std::string_view, std::string>> library_versions();

}  // namespace moisson::invoice
