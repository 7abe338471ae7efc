#include "cli/screen.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "cli/console_reporter.hpp"
#include "cli/run_text.hpp"
#include "cli/table.hpp"

namespace moisson::cli {

namespace {

constexpr std::string_view red = "\x1b[31m";
constexpr std::string_view green = "\x1b[32m";
constexpr std::string_view yellow = "\x1b[33m";
constexpr std::string_view bold = "\x1b[1m";

/// `hanging`: where the last column begins that leaves at least half of the width to what is in it.
/// `break_at`: where the first column begins that leaves less; empty when none does.
struct Columns {
    std::size_t hanging = 0;
    std::optional<std::size_t> break_at;  ///< in bytes
};

Columns columns_of(std::string_view line, std::size_t width, std::size_t indent) {
    Columns found{std::min(indent, width / 2), std::nullopt};
    std::size_t column = 0;
    std::size_t blanks = 0;
    for (std::size_t at = 0; at < line.size(); ++at) {
        const char letter = line[at];
        if (letter == ' ') {
            ++blanks;
        } else if ((static_cast<unsigned char>(letter) & 0xC0U) != 0x80U) {
            if (blanks >= 2 && column <= width / 2) {
                found.hanging = column;
            } else if (blanks >= 2 && column <= width && !found.break_at) {
                found.break_at = at - blanks;
            }
            blanks = 0;
        }
        column += (static_cast<unsigned char>(letter) & 0xC0U) != 0x80U ? 1U : 0U;
    }
    return found;
}

/// Where to break a line so that at most `width` characters stand before: at a blank behind `first`, else at the next one.
std::size_t break_of(std::string_view line, std::size_t first, std::size_t width) {
    std::size_t found = std::string_view::npos;
    std::size_t column = 0;
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (line[at] == ' ' && column > first && line[at - 1] != ' ') {
            if (column > width && found != std::string_view::npos) {
                break;
            }
            found = at;
        }
        column += (static_cast<unsigned char>(line[at]) & 0xC0U) != 0x80U ? 1U : 0U;
        if (column > width && found != std::string_view::npos) {
            break;
        }
    }
    return found;
}

std::string wrap_line(std::string line, std::size_t width, std::size_t indent) {
    if (width_of(line) <= width) {
        return line;
    }
    const auto [hanging, column] = columns_of(line, width, indent);
    std::string text;
    while (width_of(line) > width) {
        const std::size_t at = text.empty() && column ? *column : break_of(line, hanging, width);
        const std::size_t rest = at == std::string::npos ? at : line.find_first_not_of(' ', at);
        if (rest == std::string::npos) {
            break;
        }
        text += line.substr(0, at) + "\n";
        line = std::string(hanging, ' ') + line.substr(rest);
    }
    return text + line;
}

template <class Change>
std::string change_lines(std::string_view text, Change change) {
    std::string changed;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        changed += change(std::string(text.substr(0, end)));
        changed += end < text.size() ? "\n" : "";
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return changed;
}

std::string painted(std::string line, std::size_t at, std::size_t length, std::string_view colour) {
    return fmt::format("{}{}{}\x1b[0m{}", line.substr(0, at), colour, line.substr(at, length), line.substr(at + length));
}

/// By the shape of the line: what a text from outside could do is have a word of its own coloured.
std::string paint_line(std::string line) {
    if (line.starts_with(next_label)) {
        return painted(std::move(line), 0, next_label.size(), bold);
    }
    if (line.starts_with("verdict ")) {
        const std::size_t at = result_column;
        const std::size_t length = std::min(line.find(' ', at), line.size()) - at;
        const std::string_view word = std::string_view(line).substr(at, length);
        return painted(line, at, length, word == "complete" ? green : word == "incomplete" || word == "partial-view" ? yellow : red);
    }
    for (const auto& [word, colour] : {std::pair{std::string_view("  error  "), red}, std::pair{std::string_view("  warning  "), yellow}}) {
        const std::size_t at = line.find(word);
        const bool is_severity = at != std::string::npos && at > result_column && at <= result_column + severity_column_max &&
                                 line.find_first_not_of(" 0123456789", result_column) == at + 2;
        if (is_severity) {
            return painted(std::move(line), at + 2, word.size() - 4, colour);
        }
    }
    return line;
}

}  // namespace

Screen screen_of(int descriptor) {
    const ConsoleOptions console = console_options(descriptor);
    return {console.terminal ? console.width : 0, console.colour};
}

std::string wrap_lines(std::string_view text, std::size_t width, std::size_t indent) {
    return width == 0 ? std::string(text) : change_lines(text, [&](std::string line) {
        const bool is_command = line.starts_with(next_label) || line.starts_with(std::string(result_column, ' ').append(command_mark));
        return is_command ? line : wrap_line(std::move(line), width, indent);
    });
}

std::string dress_result(std::string_view text, const Screen& screen) {
    const std::string wrapped = wrap_lines(text, screen.width, result_column);
    return screen.colour ? change_lines(wrapped, paint_line) : wrapped;
}

}  // namespace moisson::cli
