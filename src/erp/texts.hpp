#pragma once
/// Text functions of templates that need nothing of the evaluator. UTF-8 in, UTF-8 out. Pure.

#include <cstddef>
#include <string>
#include <string_view>

namespace moisson::erp {

[[nodiscard]] std::string_view cut_text(std::string_view text, std::size_t letters) noexcept;
[[nodiscard]] std::size_t count_letters(std::string_view text) noexcept;
/// Latin letters, ASCII and beyond; others stay.
[[nodiscard]] std::string change_case(std::string_view text, bool upper);
/// ASCII letters and digits, everything else one separator; none at the ends.
[[nodiscard]] std::string slug_of(std::string_view text, std::string_view separator);
/// As it is while it has at most `letters`; else its beginning, a dash and 6 letters of a digest of the whole.
[[nodiscard]] std::string shorten_text(std::string_view text, std::size_t letters);
/// Control characters, and the bytes that `is_foreign` says, become one blank; none at the ends. False when the text has none of them.
[[nodiscard]] bool clean_text(std::string_view text, const bool (&is_foreign)[256], std::string& into);

}  // namespace moisson::erp
