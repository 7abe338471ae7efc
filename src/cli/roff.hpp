#pragma once
/// Text in the language of manual pages: the man macros, which groff and mandoc read. Pure.

#include <string>
#include <string_view>

namespace moisson::cli {

/// Letters that mean something to roff are escaped; hyphens stay what they are, so that a command can be copied. UTF-8 stays.
[[nodiscard]] std::string roff_letters(std::string_view text);
/// Bold.
[[nodiscard]] std::string roff_bold(std::string_view text);
/// Italic: what the reader puts a value in place of.
[[nodiscard]] std::string roff_italic(std::string_view text);
/// The words of escaped text in lines of its source, none of which is taken for a request.
[[nodiscard]] std::string roff_lines(std::string_view escaped);
/// Lines that stand as they are.
[[nodiscard]] std::string roff_example(std::string_view text);

/// A document without its title: its parts become sections (SH, SS). Tables that fit into a narrow terminal stay tables (for tbl, so the
/// page's first line has to say so), others become lists, one entry a row.
[[nodiscard]] std::string roff_markdown(std::string_view markdown);

}  // namespace moisson::cli
