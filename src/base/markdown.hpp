#pragma once
/// Markdown in its parts, as the documents of this project and summary.md use it. Pure.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace moisson {

enum class MarkdownStyle { plain, code, emphasis, strong };

/// A piece of a line, without the signs that mark it.
struct MarkdownSpan {
    MarkdownStyle style = MarkdownStyle::plain;
    std::string text;
};

/// One block of a document. Texts and cells still have the signs of `markdown_spans`.
struct MarkdownBlock {
    enum class Kind { heading, paragraph, item, code, table };
    Kind kind = Kind::paragraph;
    bool parted = false;                         ///< a blank line stands before it
    std::size_t level = 0;                       ///< of a heading: 1, 2, …; of others: blanks before it
    std::string marker;                          ///< of an item: "- ", "1. ", with the blanks before it; of a paragraph: these blanks
    std::string text;                            ///< of a heading, a paragraph, an item: on one line
    std::vector<std::string> lines;              ///< of code
    std::vector<std::vector<std::string>> rows;  ///< of a table, its titles first
};

/// Without their ends; behind a last one there is no line.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);
/// Headings, paragraphs, lists, tables, code and links.
[[nodiscard]] std::vector<MarkdownBlock> markdown_blocks(std::string_view markdown);
/// Of links the text stays, and the address where it leads out of the project.
[[nodiscard]] std::vector<MarkdownSpan> markdown_spans(std::string_view text);

}  // namespace moisson
