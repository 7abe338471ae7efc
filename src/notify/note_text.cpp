#include "notify/note_text.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/gate.hpp"
#include "base/markdown.hpp"
#include "base/result.hpp"
#include "base/text.hpp"

namespace moisson::notify {

namespace {

using Kind = MarkdownBlock::Kind;

std::string without_marks(std::string_view markdown) {
    std::string text;
    for (const MarkdownSpan& span : markdown_spans(markdown)) {
        text += span.text;
    }
    return text;
}

std::string html_of_line(std::string_view markdown) {
    std::string html;
    for (const MarkdownSpan& span : markdown_spans(markdown)) {
        const std::string text = gated_markup(span.text);
        switch (span.style) {
            case MarkdownStyle::plain: html += text; break;
            case MarkdownStyle::code: html += fmt::format("<code>{}</code>", text); break;
            case MarkdownStyle::emphasis: html += fmt::format("<em>{}</em>", text); break;
            case MarkdownStyle::strong: html += fmt::format("<strong>{}</strong>", text); break;
        }
    }
    return html;
}

std::string html_of_table(const MarkdownBlock& block) {
    std::string html = "<table border=\"1\" cellpadding=\"4\" style=\"border-collapse:collapse\">\n";
    for (std::size_t row = 0; row < block.rows.size(); ++row) {
        const char* const cell = row == 0 ? "th" : "td";
        html += "<tr>";
        for (const std::string& text : block.rows[row]) {
            html += fmt::format("<{0}>{1}</{0}>", cell, html_of_line(text));
        }
        html += "</tr>\n";
    }
    return html + "</table>\n";
}

std::string html_of_block(const MarkdownBlock& block) {
    switch (block.kind) {
        case Kind::heading: {
            const std::size_t level = block.level < 2 ? 1 : 2;
            return fmt::format("<h{0}>{1}</h{0}>\n", level, html_of_line(block.text));
        }
        case Kind::paragraph: return fmt::format("<p>{}</p>\n", html_of_line(block.text));
        case Kind::item: return fmt::format("<li>{}</li>\n", html_of_line(block.text));
        case Kind::table: return html_of_table(block);
        case Kind::code: break;
    }
    std::string html = "<pre>";
    for (const std::string& line : block.lines) {
        html += gated_markup(line) + "\n";
    }
    return html + "</pre>\n";
}

/// "ol", "ul"; empty: it is no item.
std::string_view list_of(const MarkdownBlock& block) {
    if (block.kind != Kind::item) {
        return {};
    }
    return is_digit(trim(block.marker).front()) ? "ol" : "ul";
}

std::vector<std::string> lines_of_block(const MarkdownBlock& block) {
    std::vector<std::string> lines;
    if (block.kind == Kind::code) {
        return block.lines;
    }
    if (block.kind != Kind::table) {
        const std::string_view list = list_of(block);
        lines.push_back((list == "ol" ? block.marker : list == "ul" ? "• " : "") + without_marks(block.text));
    }
    for (std::size_t row = 1; row < block.rows.size(); ++row) {  // its titles say nothing without their columns
        std::string line;
        for (const std::string& cell : block.rows[row]) {
            line += (line.empty() || cell.empty() ? "" : " · ") + without_marks(cell);
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace

std::string note_title(std::string_view markdown) {
    for (const MarkdownBlock& block : markdown_blocks(markdown)) {
        if (block.kind == Kind::heading && block.level == 1) {
            return sanitise(without_marks(block.text));
        }
    }
    return "Moisson";
}

std::string note_html(std::string_view markdown, Language language) {
    std::string html = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><title>{}</title></head>\n"
        "<body style=\"font-family:sans-serif\">\n",
        to_text(language), gated_markup(note_title(markdown)));
    std::string_view open;
    for (const MarkdownBlock& block : markdown_blocks(markdown)) {
        if (const std::string_view list = list_of(block); list != open) {
            html += open.empty() ? std::string() : fmt::format("</{}>\n", open);
            html += list.empty() ? std::string() : fmt::format("<{}>\n", list);
            open = list;
        }
        html += html_of_block(block);
    }
    html += open.empty() ? std::string() : fmt::format("</{}>\n", open);
    return html + "</body>\n</html>\n";
}

std::vector<NoteSection> note_sections(std::string_view markdown) {
    std::vector<NoteSection> sections(1);
    for (const MarkdownBlock& block : markdown_blocks(markdown)) {
        if (block.kind == Kind::heading) {
            if (block.level > 1) {
                sections.push_back({without_marks(block.text), {}});
            }
            continue;
        }
        for (std::string& line : lines_of_block(block)) {
            sections.back().lines.push_back(std::move(line));
        }
    }
    std::erase_if(sections, [](const NoteSection& one) { return one.lines.empty(); });
    return sections;
}

}  // namespace moisson::notify
