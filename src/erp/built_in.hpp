#pragma once
/// Files inside the program: templates, their expected bytes, and the sandbox's sample settings.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace moisson::erp {

/// By its path in the sources: "templates/fec.toml", "samples/erp/mapping.csv".
[[nodiscard]] std::optional<std::string_view> built_in_file(std::string_view path) noexcept;
/// Names of the built-in templates, sorted.
[[nodiscard]] std::vector<std::string> built_in_templates();

}  // namespace moisson::erp
