#include "cli/roff.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/markdown.hpp"
#include "cli/markdown.hpp"
#include "cli/table.hpp"

namespace moisson::cli {

namespace {

/// Of the page's source.
constexpr std::size_t source_width = 78;
/// A table up to this width stands in a terminal of 60 columns, with the page's indent.
constexpr std::size_t table_width_max = 50;
constexpr std::size_t column_gap = 3;

using Row = std::vector<std::string>;

std::string roff_inline(std::string_view markdown) {
    std::string text;
    for (const Span& span : markdown_spans(markdown)) {
        switch (span.style) {
            case Style::plain: text += roff_letters(span.text); break;
            case Style::code:
            case Style::strong: text += roff_bold(span.text); break;
            case Style::emphasis: text += roff_italic(span.text); break;
        }
    }
    return text;
}

std::size_t plain_width(const std::string& markdown) {
    std::size_t width = 0;
    for (const Span& span : markdown_spans(markdown)) {
        width += width_of(span.text);
    }
    return width;
}

bool fits_a_terminal(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const Row& row : rows) {
        widths.resize(std::max(widths.size(), row.size()), 0);
        for (std::size_t at = 0; at < row.size(); ++at) {
            widths[at] = std::max(widths[at], plain_width(row[at]));
        }
    }
    std::size_t sum = column_gap * (widths.size() - 1);
    for (const std::size_t width : widths) {
        sum += width;
    }
    return sum <= table_width_max;
}

std::string small_table(const std::vector<Row>& rows) {
    std::string text = ".TS\n";
    text +=
        fmt::format("tab(@);\n{}\n{}.\n", fmt::join(Row(rows.front().size(), "lB"), " "), fmt::join(Row(rows.front().size(), "l"), " "));
    for (Row row : rows) {
        row.resize(rows.front().size());
        for (std::string& cell : row) {
            cell = roff_inline(cell);
            for (auto at = cell.find('@'); at != std::string::npos; at = cell.find('@', at + 4)) {
                cell.replace(at, 1, "\\(at");
            }
            if (cell.starts_with('.') || cell.starts_with('\'') || cell == "_" || cell == "=") {
                cell.insert(0, "\\&");
            }
        }
        text += fmt::format("{}\n", fmt::join(row, "@"));
    }
    return text + ".TE\n";
}

/// The first cell, below it the others, each with its column's title where there are several.
std::string entries(const std::vector<Row>& rows) {
    std::string text;
    for (auto row = rows.begin() + 1; row != rows.end(); ++row) {
        text += ".TP\n" + roff_lines(row->front().empty() ? "\\&" : roff_inline(row->front()));
        bool first = true;
        for (std::size_t at = 1; at < row->size(); ++at) {
            if (row->at(at).empty()) {
                continue;
            }
            const bool titled = row->size() > 2 && at < rows.front().size() && !rows.front()[at].empty();
            text += first ? "" : ".br\n";
            text += roff_lines((titled ? roff_italic(rows.front()[at]) + ": " : "") + roff_inline(row->at(at)));
            first = false;
        }
        text += first ? "\\&\n" : "";
    }
    return text;
}

class RoffPage {
public:
    std::string write(const std::vector<Block>& blocks) {
        for (const Block& block : blocks) {
            add(block);
        }
        leave_list();
        return std::move(text_);
    }

private:
    void add(const Block& block) {
        if (block.kind == Block::Kind::item) {
            item(block);
            return;
        }
        if (block.level == 0 || block.kind == Block::Kind::heading) {
            leave_list();
        }
        switch (block.kind) {
            case Block::Kind::heading: heading(block); break;
            case Block::Kind::code: code(block); break;
            case Block::Kind::table: table(block); break;
            default: paragraph(block); break;
        }
    }
    void heading(const Block& block) {
        if (block.level > 1) {
            text_ += (block.level == 2 ? ".SH " : ".SS ") + roff_inline(block.text) + "\n";
        } else {
            text_ += ".SH DESCRIPTION\n";
        }
        at_start_ = true;
    }
    void paragraph(const Block& block) {
        text_ += at_start_ ? "" : ".PP\n";
        text_ += roff_lines(roff_inline(block.text));
        at_start_ = false;
    }
    void item(const Block& block) {
        const std::size_t depth = 1 + block.level / 2;
        for (; depth_ > depth; --depth_) {
            text_ += ".RE\n";
        }
        for (; depth_ < depth; ++depth_) {
            text_ += depth_ > 0 ? ".RS 3\n" : "";
        }
        const std::string sign = block.marker.substr(block.level, block.marker.find(' ', block.level) - block.level);
        text_ += sign == "-" || sign == "*" ? ".IP \\(bu 3\n" : fmt::format(".IP {} 4\n", sign);
        text_ += roff_lines(roff_inline(block.text));
        at_start_ = false;
    }
    void code(const Block& block) {
        std::string lines;
        for (const std::string& line : block.lines) {
            lines += line + "\n";
        }
        text_ += (at_start_ ? "" : ".PP\n") + std::string(".RS 4\n") + roff_example(lines) + ".RE\n";
        at_start_ = false;
    }
    void table(const Block& block) {
        if (block.rows.size() < 2) {
            return;
        }
        if (fits_a_terminal(block.rows)) {
            text_ += (at_start_ ? "" : ".PP\n") + small_table(block.rows);
        } else {
            text_ += entries(block.rows);
        }
        at_start_ = false;
    }
    void leave_list() {
        for (; depth_ > 1; --depth_) {
            text_ += ".RE\n";
        }
        depth_ = 0;
    }

    std::string text_;
    std::size_t depth_ = 0;  ///< of lists
    bool at_start_ = true;   ///< of a section, where a paragraph needs no request
};

}  // namespace

std::string roff_letters(std::string_view text) {
    std::string escaped;
    for (const char letter : text) {
        switch (letter) {
            case '\\': escaped += "\\e"; break;
            case '-': escaped += "\\-"; break;
            case '`': escaped += "\\(ga"; break;
            case '\'': escaped += "\\(aq"; break;
            case '^': escaped += "\\(ha"; break;
            case '~': escaped += "\\(ti"; break;
            case '"': escaped += "\\(dq"; break;
            default: escaped += letter;
        }
    }
    return escaped;
}

std::string roff_bold(std::string_view text) { return "\\fB" + roff_letters(text) + "\\fR"; }

std::string roff_italic(std::string_view text) { return "\\fI" + roff_letters(text) + "\\fR"; }

std::string roff_lines(std::string_view escaped) {
    std::string lines = wrap_words(escaped, 0, source_width) + "\n";
    for (std::size_t at = 0; at < lines.size(); at = lines.find('\n', at) + 1) {
        if (lines[at] == '.' || lines[at] == '\'') {
            lines.insert(at, "\\&");
        }
    }
    return lines;
}

std::string roff_example(std::string_view text) {
    std::string lines = ".EX\n";
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string line = roff_letters(text.substr(0, end));
        lines += (line.starts_with('.') ? "\\&" : "") + line + "\n";
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines + ".EE\n";
}

std::string roff_markdown(std::string_view markdown) { return RoffPage().write(markdown_blocks(markdown)); }

}  // namespace moisson::cli
