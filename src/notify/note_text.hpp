#pragma once
/// summary.md in other clothes: as a page for a mail, and as plain lines for a chat. What the note holds of others stays text in all of
/// them. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "language/language.hpp"

namespace moisson::notify {

/// The note's first heading without marks, on one line: the subject of a mail. "Moisson" where it has none.
[[nodiscard]] std::string note_title(std::string_view markdown);

/// A whole page: headings, paragraphs, lists and tables; no script, no style that loads anything, no link.
[[nodiscard]] std::string note_html(std::string_view markdown, Language language);

struct NoteSection {
    std::string title;               ///< of its heading; empty: what stands before the first one below the note's own
    std::vector<std::string> lines;  ///< without marks; items begin with "• " or their number, cells are parted by " · "
};
/// Those that have lines. The note's own heading is none of them.
[[nodiscard]] std::vector<NoteSection> note_sections(std::string_view markdown);

}  // namespace moisson::notify
