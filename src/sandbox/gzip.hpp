#pragma once
/// gzip coding, for the fault of that name.

#include <string>
#include <string_view>

namespace moisson::sandbox {

[[nodiscard]] std::string gzip(std::string_view bytes);

}  // namespace moisson::sandbox
