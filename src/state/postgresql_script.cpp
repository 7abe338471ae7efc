/// See postgresql_script.hpp.

#include "state/postgresql_script.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <vector>

#include <fmt/format.h>

namespace moisson::state {

namespace {

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
}

std::string_view word_at(std::string_view text, std::size_t at) {
    const std::size_t begin = std::min(text.find_first_not_of(' ', at), text.size());
    return text.substr(begin, std::min(text.find_first_of(" (", begin), text.size()) - begin);
}

/// COMMENT ON … of a line "  name TEXT NOT NULL,   -- what it is"; `table` is the one whose lines these are.
std::string comment_of(std::string_view line, std::string& table) {
    constexpr std::string_view make = "CREATE TABLE ";
    constexpr std::string_view add = "ALTER TABLE ";
    constexpr std::string_view column = " ADD COLUMN ";
    std::string of;
    if (line.starts_with(make)) {
        table = word_at(line, make.size());
        of = "TABLE " + table;
    } else if (line.starts_with(add) && line.find(column) != std::string_view::npos) {
        of = fmt::format("COLUMN {}.{}", word_at(line, add.size()), word_at(line, line.find(column) + column.size()));
    } else if (line.starts_with("  ") && line.find(" NOT NULL") != std::string_view::npos) {
        of = fmt::format("COLUMN {}.{}", table, word_at(line, 0));
    } else if (line.starts_with("  ") && line.find(" PRIMARY KEY,") != std::string_view::npos) {
        of = fmt::format("COLUMN {}.{}", table, word_at(line, 0));
    }
    const std::size_t dashes = line.find("-- ");
    if (of.empty() || dashes == std::string_view::npos) {
        return {};
    }
    std::string words(line.substr(dashes + 3));
    replace_all(words, "'", "''");
    return fmt::format("COMMENT ON {} IS '{}';\n", of, words);
}

std::string without_comments(std::string_view script) {
    std::string text;
    for (std::size_t begin = 0; begin < script.size();) {
        const std::size_t end = std::min(script.find('\n', begin), script.size());
        const std::string_view line = script.substr(begin, end - begin);
        text += line.substr(0, std::min(line.find("--"), line.size()));
        text += ' ';
        begin = end + 1;
    }
    return text;
}

std::string trimmed(std::string_view text) {
    const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
    const std::size_t end = text.find_last_not_of(' ');
    return end == std::string_view::npos ? std::string() : std::string(text.substr(begin, end + 1 - begin));
}

/// At commas that stand in no parentheses.
std::vector<std::string> parts_of(std::string_view text, char separator) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    int depth = 0;
    for (std::size_t at = 0; at <= text.size(); ++at) {
        if (at == text.size() || (depth == 0 && text[at] == separator)) {
            parts.push_back(trimmed(text.substr(begin, at - begin)));
            begin = at + 1;
        } else {
            depth += text[at] == '(' ? 1 : text[at] == ')' ? -1 : 0;
        }
    }
    return parts;
}

/// What stands in the first parentheses, up to the last.
std::string_view inside(std::string_view text) {
    const std::size_t open = text.find('(');
    return text.substr(open + 1, text.rfind(')') - open - 1);
}

/// Our own statements for SQLite, made PostgreSQL's. They have no semicolons, commas or parentheses in texts.
class Translation {
public:
    std::string statement(const std::string& text) {
        constexpr std::string_view make_table = "CREATE TABLE ";
        constexpr std::string_view make_index = "CREATE UNIQUE INDEX ";
        if (text.starts_with(make_table)) {
            return make(std::string(word_at(text, make_table.size())), parts_of(inside(text), ','));
        }
        if (text.starts_with(make_index)) {
            return unique(std::string(word_at(text, text.find(" ON ") + 4)), parts_of(inside(text), ','));
        }
        return with_types(text) + ";\n";
    }

private:
    static std::string with_types(std::string text) {
        replace_all(text, " TEXT ", " BYTEA ");
        replace_all(text, " INTEGER ", " BIGINT ");
        return text;
    }
    std::string make(const std::string& table, const std::vector<std::string>& items) {
        std::string columns;
        std::string indexes;
        for (std::string item : items) {
            if (item.starts_with("PRIMARY KEY(") || item.starts_with("UNIQUE(")) {
                indexes += unique(table, parts_of(inside(item), ','));
                continue;
            }
            if (const std::string name(word_at(item, 0)); item.find(" TEXT ") != std::string::npos) {
                texts_.insert(fmt::format("{}.{}", table, name));
                const std::size_t size = item.size();
                replace_all(item, " PRIMARY KEY", "");
                replace_all(item, " UNIQUE", "");
                indexes += item.size() < size ? unique(table, {name}) : std::string();
            }
            columns += fmt::format("{}{}", columns.empty() ? "" : ", ", with_types(item));
        }
        return fmt::format("CREATE TABLE {}({});\n{}", table, columns, indexes);
    }
    std::string unique(const std::string& table, const std::vector<std::string>& names) const {
        std::string key;
        for (const std::string& name : names) {
            const bool is_text = texts_.contains(fmt::format("{}.{}", table, name));
            key += fmt::format("{}{}", key.empty() ? "" : ", ", is_text ? fmt::format("{}({})", key_function, name) : name);
        }
        return fmt::format("CREATE UNIQUE INDEX ON {}({});\n", table, key);
    }

    std::set<std::string> texts_;  ///< "table.column"
};

}  // namespace

std::string postgresql_script(const char* script) {
    const std::string_view lines = script;
    std::string comments;
    std::string table;
    for (std::size_t begin = 0; begin < lines.size();) {
        const std::size_t end = std::min(lines.find('\n', begin), lines.size());
        comments += comment_of(lines.substr(begin, end - begin), table);
        begin = end + 1;
    }
    Translation translation;
    std::string commands;
    for (const std::string& statement : parts_of(without_comments(lines), ';')) {
        commands += statement.empty() ? std::string() : translation.statement(statement);
    }
    return commands + comments;
}

}  // namespace moisson::state
