#pragma once
/// The languages of what people read: workbook, report and JUnit texts. Codes, CSV headers, summary.json and the terminal are English.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace moisson {

/// In the order of the columns of a message's row (message.hpp).
enum class Language : std::uint8_t { english, french };
inline constexpr std::size_t language_count = 2;

/// The job file's word: "en", "fr".
[[nodiscard]] std::string_view to_text(Language language) noexcept;
[[nodiscard]] std::optional<Language> find_language(std::string_view code) noexcept;

}  // namespace moisson
