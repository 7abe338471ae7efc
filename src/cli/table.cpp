#include "cli/table.hpp"

#include <algorithm>
#include <sstream>

#include "base/result.hpp"

namespace moisson::cli {

namespace {

constexpr std::size_t cell_bytes_max = 120;

void append_line(std::string& text, const std::vector<Column>& columns, const std::vector<std::size_t>& widths,
                 const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t at = 0; at < columns.size(); ++at) {
        const std::size_t padding = widths[at] - width_of(cells[at]);
        if (at > 0) {
            line += "  ";
        }
        if (columns[at].align == Align::right) {
            line.append(padding, ' ');
            line += cells[at];
        } else {
            line += cells[at];
            line.append(padding, ' ');
        }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
}

}  // namespace

std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char letter) { return (static_cast<unsigned char>(letter) & 0xC0U) != 0x80U; }));
}

std::string format_table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::string> titles;
    std::vector<std::size_t> widths;
    for (const Column& column : columns) {
        titles.push_back(column.title);
        widths.push_back(width_of(column.title));
    }
    std::vector<std::vector<std::string>> clean;
    for (const auto& row : rows) {
        MOISSON_INVARIANT(row.size() == columns.size(), "a table's row has a cell for each column");
        auto& cells = clean.emplace_back();
        for (std::size_t at = 0; at < row.size(); ++at) {
            cells.push_back(sanitise(row[at], cell_bytes_max));
            widths[at] = std::max(widths[at], width_of(cells.back()));
        }
    }
    std::string text;
    append_line(text, columns, widths, titles);
    for (const auto& cells : clean) {
        append_line(text, columns, widths, cells);
    }
    return text;
}

std::string wrap_words(std::string_view text, std::size_t indent, std::size_t width) {
    std::string result;
    std::size_t column = indent;
    std::istringstream words{std::string(text)};
    for (std::string word; words >> word;) {
        const std::size_t word_width = width_of(word);
        if (column > indent && column + 1 + word_width > width) {
            result += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (column > indent) {
            result += ' ';
            ++column;
        }
        result += word;
        column += word_width;
    }
    return result;
}

}  // namespace moisson::cli
