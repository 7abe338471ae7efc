#pragma once
/// Markdown as plain text for a terminal. Pure.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/markdown.hpp"

namespace moisson::cli {

using Style = MarkdownStyle;
using Span = MarkdownSpan;
using Block = MarkdownBlock;

/// In lines of at most `width` columns (20 or more). Code is never wrapped. A table too wide for its columns to fold becomes a list, one
/// entry a row.
[[nodiscard]] std::string plain_markdown(std::string_view markdown, std::size_t width);

}  // namespace moisson::cli
