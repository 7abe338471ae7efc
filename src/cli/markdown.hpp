#pragma once
/// Markdown as plain text for a terminal. Pure.

#include <cstddef>
#include <string>
#include <string_view>

namespace moisson::cli {

/// Headings, paragraphs, lists, tables, code and links as the documents of this project use them, in lines of at most `width` columns (20
/// or more). Code is never wrapped. A table too wide for its columns to fold becomes a list, one entry a row. Of links the text stays, and
/// the address where it leads out of the project.
[[nodiscard]] std::string plain_markdown(std::string_view markdown, std::size_t width);

}  // namespace moisson::cli
