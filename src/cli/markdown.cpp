#include "cli/markdown.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "cli/table.hpp"

namespace moisson::cli {

namespace {

using Cells = std::vector<std::string>;

/// A column narrower than this breaks its text to pieces.
constexpr std::size_t column_width_min = 18;
/// "---" and a blank at a line's start is an order to Buildkite (base/gate.hpp).
constexpr std::size_t rule_width_min = 4;
constexpr std::size_t gap = 2;

std::string_view without_blanks(std::string_view text) { return trim(text, " "); }

std::size_t indent_of(std::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

bool is_rule(std::string_view line) { return line.starts_with('|') && line.find_first_not_of("|-: ") == std::string_view::npos; }

/// "- ", "* ", "12. " with the blanks before it; 0: no item.
std::size_t marker_of(std::string_view line) {
    const std::size_t begin = indent_of(line);
    std::size_t at = begin;
    if (at < line.size() && (line[at] == '-' || line[at] == '*')) {
        ++at;
    } else {
        while (at < line.size() && line[at] >= '0' && line[at] <= '9') {
            ++at;
        }
        if (at == begin || at >= line.size() || line[at] != '.') {
            return 0;
        }
        ++at;
    }
    return at < line.size() && line[at] == ' ' ? at + 1 : 0;
}

bool begins_block(std::string_view line) {
    const std::string_view text = without_blanks(line);
    return text.empty() || text.starts_with('#') || text.starts_with('|') || text.starts_with("```") || marker_of(line) > 0;
}

/// The end of a code span that begins at `at`, behind its last backtick; 0: none does.
std::size_t code_end(std::string_view text, std::size_t at) {
    const std::size_t end = text[at] == '`' ? text.find('`', at + 1) : std::string_view::npos;
    return end == std::string_view::npos ? 0 : end + 1;
}

void add_span(std::vector<Span>& spans, Style style, std::string_view text) {
    if (!spans.empty() && spans.back().style == style && style != Style::code) {
        spans.back().text += text;
    } else if (!text.empty()) {
        spans.push_back({style, std::string(text)});
    }
}

/// "[text](address)" at `at`: what it says is added to `spans`, and the place behind it returned; 0: no link.
std::size_t take_link(std::string_view text, std::size_t at, std::vector<Span>& spans) {
    const std::size_t middle = text.find("](", at);
    const std::size_t end = middle == std::string_view::npos ? middle : text.find(')', middle);
    if (end == std::string_view::npos || text.find('[', at + 1) < middle) {
        return 0;
    }
    const std::string_view said = text.substr(at + 1, middle - at - 1);
    const std::string_view address = text.substr(middle + 2, end - middle - 2);
    for (const Span& span : markdown_spans(said)) {
        add_span(spans, span.style, span.text);
    }
    if (address.find("://") != std::string_view::npos && said != address) {
        add_span(spans, Style::plain, " (" + std::string(address) + ")");
    }
    return end + 1;
}

/// Without the signs of emphasis and links; code keeps its backticks, and all that stands in it.
std::string inline_text(std::string_view text) {
    std::string plain;
    for (const Span& span : markdown_spans(text)) {
        plain += span.style == Style::code ? "`" + span.text + "`" : span.text;
    }
    return plain;
}

/// Each cell as it stands in the document.
Cells cells_of(std::string_view line) {
    Cells cells;
    std::string cell;
    bool in_code = false;
    line = without_blanks(line);
    for (std::size_t at = 1; at < line.size(); ++at) {
        if (line[at] == '\\' && at + 1 < line.size() && line[at + 1] == '|') {
            cell += line[++at];
        } else if (line[at] == '|' && !in_code) {
            cells.emplace_back(without_blanks(cell));
            cell.clear();
        } else {
            in_code = in_code != (line[at] == '`');
            cell += line[at];
        }
    }
    return cells;
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

Cells lines_of(std::string_view text) {
    Cells lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
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

/// Goes through the lines, a block at a time.
class BlockReader {
public:
    explicit BlockReader(std::string_view markdown) : lines_(lines_of(markdown)) {}

    std::vector<Block> read() {
        while (at_ < lines_.size()) {
            const std::string_view text = without_blanks(lines_[at_]);
            if (text.empty()) {
                ++at_;
                parted_ = true;
            } else if (text.starts_with("```")) {
                code();
            } else if (lines_[at_].starts_with('#')) {
                heading();
            } else if (text.starts_with('|')) {
                table();
            } else {
                words();
            }
        }
        return std::move(blocks_);
    }

private:
    Block& add(Block::Kind kind) {
        blocks_.emplace_back();
        blocks_.back().kind = kind;
        blocks_.back().parted = parted_;
        parted_ = false;
        return blocks_.back();
    }
    void heading() {
        const std::string& line = lines_[at_++];
        Block& block = add(Block::Kind::heading);
        block.level = std::min(line.find_first_not_of('#'), line.size());
        block.text = without_blanks(std::string_view(line).substr(block.level));
    }
    void code() {
        Block& block = add(Block::Kind::code);
        block.level = indent_of(lines_[at_]);
        for (++at_; at_ < lines_.size() && !without_blanks(lines_[at_]).starts_with("```"); ++at_) {
            block.lines.push_back(lines_[at_].substr(std::min(block.level, indent_of(lines_[at_]))));
        }
        ++at_;
    }
    void table() {
        Block& block = add(Block::Kind::table);
        for (; at_ < lines_.size() && without_blanks(lines_[at_]).starts_with('|'); ++at_) {
            if (Cells cells = cells_of(lines_[at_]); !is_rule(without_blanks(lines_[at_])) && !cells.empty()) {
                block.rows.push_back(std::move(cells));
            }
        }
        if (block.rows.empty()) {
            blocks_.pop_back();
        }
    }
    void words() {
        const std::string first = lines_[at_++];
        const std::size_t begin = std::max(marker_of(first), indent_of(first));
        Block& block = add(marker_of(first) > 0 ? Block::Kind::item : Block::Kind::paragraph);
        block.level = indent_of(first);
        block.marker = first.substr(0, begin);
        block.text = first.substr(begin);
        for (; at_ < lines_.size() && !begins_block(lines_[at_]); ++at_) {
            block.text += " " + lines_[at_];
        }
    }

    Cells lines_;
    std::size_t at_ = 0;
    bool parted_ = false;
    std::vector<Block> blocks_;
};

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

std::vector<Block> markdown_blocks(std::string_view markdown) { return BlockReader(markdown).read(); }

std::vector<Span> markdown_spans(std::string_view text) {
    std::vector<Span> spans;
    Style style = Style::plain;
    for (std::size_t at = 0; at < text.size();) {
        if (const std::size_t end = code_end(text, at); end > 0) {
            spans.push_back({Style::code, std::string(text.substr(at + 1, end - at - 2))});
            at = end;
            continue;
        }
        if (text[at] == '[') {
            if (const std::size_t end = take_link(text, at, spans); end > 0) {
                at = end;
                continue;
            }
        }
        const bool escaped =
            text[at] == '\\' && at + 1 < text.size() && std::string_view("\\|*_`[]").find(text[at + 1]) != std::string_view::npos;
        const bool marks = text[at] == '*' && ((at + 1 < text.size() && text[at + 1] != ' ') || (at > 0 && text[at - 1] != ' '));
        if (marks) {
            const bool twice = at + 1 < text.size() && text[at + 1] == '*';
            const Style marked = twice ? Style::strong : Style::emphasis;
            style = style == marked ? Style::plain : marked;
            at += twice ? 2 : 1;
            continue;
        }
        at += escaped ? 1 : 0;
        add_span(spans, style, text.substr(at++, 1));
    }
    return spans;
}

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
