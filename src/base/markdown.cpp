#include "base/markdown.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace moisson {

namespace {

using Cells = std::vector<std::string>;

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

void add_span(std::vector<MarkdownSpan>& spans, MarkdownStyle style, std::string_view text) {
    if (!spans.empty() && spans.back().style == style && style != MarkdownStyle::code) {
        spans.back().text += text;
    } else if (!text.empty()) {
        spans.push_back({style, std::string(text)});
    }
}

/// "[text](address)" at `at`: what it says is added to `spans`, and the place behind it returned; 0: no link.
std::size_t take_link(std::string_view text, std::size_t at, std::vector<MarkdownSpan>& spans) {
    const std::size_t middle = text.find("](", at);
    const std::size_t end = middle == std::string_view::npos ? middle : text.find(')', middle);
    if (end == std::string_view::npos || text.find('[', at + 1) < middle) {
        return 0;
    }
    const std::string_view said = text.substr(at + 1, middle - at - 1);
    const std::string_view address = text.substr(middle + 2, end - middle - 2);
    for (const MarkdownSpan& span : markdown_spans(said)) {
        add_span(spans, span.style, span.text);
    }
    if (address.find("://") != std::string_view::npos && said != address) {
        add_span(spans, MarkdownStyle::plain, " (" + std::string(address) + ")");
    }
    return end + 1;
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

/// Goes through the lines, a block at a time.
class BlockReader {
public:
    explicit BlockReader(std::string_view markdown) : lines_(lines_of(markdown)) {}

    std::vector<MarkdownBlock> read() {
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
    MarkdownBlock& add(MarkdownBlock::Kind kind) {
        blocks_.emplace_back();
        blocks_.back().kind = kind;
        blocks_.back().parted = parted_;
        parted_ = false;
        return blocks_.back();
    }
    void heading() {
        const std::string& line = lines_[at_++];
        MarkdownBlock& block = add(MarkdownBlock::Kind::heading);
        block.level = std::min(line.find_first_not_of('#'), line.size());
        block.text = without_blanks(std::string_view(line).substr(block.level));
    }
    void code() {
        MarkdownBlock& block = add(MarkdownBlock::Kind::code);
        block.level = indent_of(lines_[at_]);
        for (++at_; at_ < lines_.size() && !without_blanks(lines_[at_]).starts_with("```"); ++at_) {
            block.lines.push_back(lines_[at_].substr(std::min(block.level, indent_of(lines_[at_]))));
        }
        ++at_;
    }
    void table() {
        MarkdownBlock& block = add(MarkdownBlock::Kind::table);
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
        MarkdownBlock& block = add(marker_of(first) > 0 ? MarkdownBlock::Kind::item : MarkdownBlock::Kind::paragraph);
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
    std::vector<MarkdownBlock> blocks_;
};

}  // namespace

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::vector<MarkdownBlock> markdown_blocks(std::string_view markdown) { return BlockReader(markdown).read(); }

std::vector<MarkdownSpan> markdown_spans(std::string_view text) {
    std::vector<MarkdownSpan> spans;
    MarkdownStyle style = MarkdownStyle::plain;
    for (std::size_t at = 0; at < text.size();) {
        if (const std::size_t end = code_end(text, at); end > 0) {
            spans.push_back({MarkdownStyle::code, std::string(text.substr(at + 1, end - at - 2))});
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
            text[at] == '\\' && at + 1 < text.size() && std::string_view("\\|*_`[]<>#").find(text[at + 1]) != std::string_view::npos;
        const bool marks = text[at] == '*' && ((at + 1 < text.size() && text[at + 1] != ' ') || (at > 0 && text[at - 1] != ' '));
        if (marks) {
            const bool twice = at + 1 < text.size() && text[at + 1] == '*';
            const MarkdownStyle marked = twice ? MarkdownStyle::strong : MarkdownStyle::emphasis;
            style = style == marked ? MarkdownStyle::plain : marked;
            at += twice ? 2 : 1;
            continue;
        }
        at += escaped ? 1 : 0;
        add_span(spans, style, text.substr(at++, 1));
    }
    return spans;
}

}  // namespace moisson
