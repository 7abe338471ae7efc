#include "cli/markdown.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "cli/table.hpp"

namespace moisson::cli {

namespace {

using Cells = std::vector<std::string>;

/// A column narrower than this breaks its text to pieces.
constexpr std::size_t column_width_min = 18;
/// "---" and a blank at a line's start is an order to Buildkite (base/gate.hpp).
constexpr std::size_t rule_width_min = 4;
constexpr std::size_t gap = 2;

/// Without the signs of emphasis and links; code keeps its backticks, and all that stands in it.
std::string inline_text(std::string_view text) {
    std::string plain;
    for (const Span& span : markdown_spans(text)) {
        plain += span.style == Style::code ? "`" + span.text + "`" : span.text;
    }
    return plain;
}

/// Where a table's columns would be wide enough: at most `width` in sum, the widest cut first. Empty: nowhere.
std::vector<std::size_t> fit_columns(const std::vector<Cells>& rows, std::size_t width) {
    std::vector<std::size_t> widths;
    std::vector<std::size_t> least;
    for (const Cells& row : rows) {
        widths.resize(std::max(widths.size(), row.size()), rule_width_min);
        least.resize(widths.size(), 1);
        for (std::size_t at = 0; at < row.size(); ++at) {
            widths[at] = std::max(widths[at], width_of(row[at]));
            for (std::size_t word = 0; word < row[at].size();) {
                const std::size_t end = std::min(row[at].find(' ', word), row[at].size());
                least[at] = std::max(least[at], width_of(std::string_view(row[at]).substr(word, end - word)));
                word = end + 1;
            }
        }
    }
    std::size_t sum = gap * (widths.size() - 1);
    for (std::size_t at = 0; at < widths.size(); ++at) {
        least[at] = std::min(widths[at], std::max(least[at], column_width_min));
        sum += widths[at];
    }
    for (; sum > width; --sum) {
        std::size_t widest = widths.size();
        for (std::size_t at = 0; at < widths.size(); ++at) {
            if (widths[at] > least[at] && (widest == widths.size() || widths[at] > widths[widest])) {
                widest = at;
            }
        }
        if (widest == widths.size()) {
            return {};
        }
        --widths[widest];
    }
    return widths;
}

/// One row, each cell folded into its column.
void append_row(std::string& text, const Cells& row, const std::vector<std::size_t>& widths) {
    std::vector<Cells> folded;
    std::size_t height = 1;
    for (std::size_t at = 0; at < row.size(); ++at) {
        folded.push_back(lines_of(wrap_words(row[at], 0, widths[at])));
        height = std::max(height, folded.back().size());
    }
    for (std::size_t line = 0; line < height; ++line) {
        std::string written;
        std::size_t column = 0;
        for (std::size_t at = 0; at < folded.size(); ++at) {
            if (line < folded[at].size()) {
                written.append(column - width_of(written), ' ');
                written += folded[at][line];
            }
            column += widths[at] + gap;
        }
        text += written + "\n";
    }
}

/// "head", below it "column: cell" for each further one.
void append_entry(std::string& text, const Cells& titles, const Cells& row, std::size_t width) {
    constexpr std::size_t indent = 4;
    text += wrap_words(row.front(), 0, width) + "\n";
    for (std::size_t at = 1; at < row.size(); ++at) {
        if (!row[at].empty()) {
            const std::string title = row.size() > 2 && at < titles.size() ? titles[at] + ": " : "";
            text += std::string(indent, ' ') + wrap_words(title + row[at], indent, width) + "\n";
        }
    }
}

std::string table_text(std::vector<Cells> rows, std::size_t width) {
    std::string text;
    const std::vector<std::size_t> widths = fit_columns(rows, width);
    if (widths.empty()) {
        for (std::size_t at = 1; at < rows.size(); ++at) {
            append_entry(text, rows.front(), rows[at], width);
        }
        return text;
    }
    append_row(text, rows.front(), widths);
    Cells rules;
    std::transform(widths.begin(), widths.end(), std::back_inserter(rules), [](std::size_t of) { return std::string(of, '-'); });
    append_row(text, rules, widths);
    for (std::size_t at = 1; at < rows.size(); ++at) {
        append_row(text, rows[at], widths);
    }
    return text;
}

std::string plain_block(const Block& block, std::size_t width) {
    switch (block.kind) {
        case Block::Kind::heading: {
            const std::string title = inline_text(block.text);
            return title + "\n" + (block.level > 2 ? std::string() : std::string(width_of(title), block.level == 1 ? '=' : '-') + "\n");
        }
        case Block::Kind::code: {
            constexpr std::size_t indent = 4;
            std::string text;
            for (const std::string& line : block.lines) {
                text += (line.empty() ? "" : std::string(indent, ' ') + line) + "\n";
            }
            return text;
        }
        case Block::Kind::table: {
            std::vector<Cells> rows = block.rows;
            for (Cells& row : rows) {
                std::transform(row.begin(), row.end(), row.begin(), inline_text);
            }
            return table_text(std::move(rows), width);
        }
        case Block::Kind::item:
        case Block::Kind::paragraph: return block.marker + wrap_words(inline_text(block.text), block.marker.size(), width) + "\n";
    }
    return {};
}

}  // namespace

std::string plain_markdown(std::string_view markdown, std::size_t width) {
    std::string text;
    bool parted = false;
    for (const Block& block : markdown_blocks(markdown)) {
        const bool is_heading = block.kind == Block::Kind::heading;
        text += (parted || block.parted || is_heading) && !text.empty() ? "\n" : "";
        text += plain_block(block, width);
        parted = block.kind == Block::Kind::code || block.kind == Block::Kind::table || (is_heading && block.level <= 2);
    }
    return text;
}

}  // namespace moisson::cli
