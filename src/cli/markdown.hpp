#pragma once
/// Markdown in its parts, and as plain text for a terminal. Pure.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace moisson::cli {

enum class Style { plain, code, emphasis, strong };

/// A piece of a line, without the signs that mark it.
struct Span {
    Style style = Style::plain;
    std::string text;
};

/// One block of a document. Texts and cells still have the signs of `markdown_spans`.
struct Block {
    enum class Kind { heading, paragraph, item, code, table };
    Kind kind = Kind::paragraph;
    bool parted = false;                         ///< a blank line stands before it
    std::size_t level = 0;                       ///< of a heading: 1, 2, …; of others: blanks before it
    std::string marker;                          ///< of an item: "- ", "1. ", with the blanks before it; of a paragraph: these blanks
    std::string text;                            ///< of a heading, a paragraph, an item: on one line
    std::vector<std::string> lines;              ///< of code
    std::vector<std::vector<std::string>> rows;  ///< of a table, its titles first
};

/// Headings, paragraphs, lists, tables, code and links as the documents of this project use them.
[[nodiscard]] std::vector<Block> markdown_blocks(std::string_view markdown);
/// Of links the text stays, and the address where it leads out of the project.
[[nodiscard]] std::vector<Span> markdown_spans(std::string_view text);

/// In lines of at most `width` columns (20 or more). Code is never wrapped. A table too wide for its columns to fold becomes a list, one
/// entry a row.
[[nodiscard]] std::string plain_markdown(std::string_view markdown, std::size_t width);

}  // namespace moisson::cli
