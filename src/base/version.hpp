#pragma once
/// The program's own name and version, fixed when it is built.

#include <string_view>

namespace moisson {

inline constexpr std::string_view program_name = "moisson";
/// "1.0.0", from CMake's project version.
[[nodiscard]] std::string_view version() noexcept;
/// The git description of the built tree ("v1.0.0-3-gabc1234", "abc1234-dirty"); "unknown" outside git.
[[nodiscard]] std::string_view git_description() noexcept;
/// The day of the built commit, "2026-11-30"; empty outside git.
[[nodiscard]] std::string_view source_date() noexcept;
/// "moisson/1.0.0 (+cloud invoice export)": sent with every request.
[[nodiscard]] std::string_view user_agent() noexcept;

}  // namespace moisson
