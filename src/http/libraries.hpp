#pragma once
/// Which libraries this room reads and writes with, as they are loaded now (not as they were when the program was built).

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moisson::http {

/// Name and version of OpenSSL: "3.6.2".
[[nodiscard]] std::vector<std::pair<std::string_view, std::string>> library_versions();

}  // namespace moisson::http
