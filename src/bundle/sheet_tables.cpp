/// See sheet_tables.hpp.

#include "bundle/sheet_tables.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "bundle/cell_compare.hpp"
#include "bundle/said.hpp"
#include "domain/language.hpp"

namespace moisson::bundle {

bool shows_value(const Cell& cell, std::string_view text, Shows how) {
    if (text.empty()) {
        return cell.text.empty();
    }
    switch (how) {
        case Shows::number: return shows_number(cell, text);
        case Shows::day: return shows_day(cell, text);
        case Shows::instant: return shows_instant(cell, text);
        case Shows::text:
        case Shows::sentence: break;
    }
    return shows_text(cell, text);
}

void SheetTables::take(std::string_view table, const SheetRow& row) {
    SheetTable& own = tables_[std::string(table)];
    if (row.number != 1) {
        hold(own.rows, row);
        return;
    }
    std::vector<std::string> heading;
    std::transform(row.cells.begin(), row.cells.end(), std::back_inserter(heading), [](const Cell& cell) { return cell.text; });
    if (!own.heading.empty() && own.heading != heading) {
        problems_.add(fmt::format("ledger.xlsx: {} has another heading on another sheet", table));
    }
    own.heading = std::move(heading);
}

void SheetTables::hold(std::vector<SheetRow>& rows, const SheetRow& row) {
    std::uint64_t bytes = sizeof(SheetRow) + row.cells.size() * sizeof(Cell);
    for (const Cell& cell : row.cells) {
        bytes += cell.text.size();
    }
    if (bytes > budget_left_) {
        if (!is_over_budget_) {
            problems_.add("ledger.xlsx: over budget: its sheets beside the ledger hold more than so few packed bytes do");
        }
        is_over_budget_ = true;
        budget_left_ = 0;
        return;
    }
    budget_left_ -= bytes;
    rows.push_back(row);
}

void SheetTables::want_heading(std::string_view table, const std::vector<std::string>& titles) {
    if (at(table).heading != titles) {
        problems_.add(fmt::format("ledger.xlsx: the heading of {} is another one", table));
    }
}

void SheetTables::want(std::string_view table, std::size_t index, const std::vector<Wanted>& values) {
    const SheetTable& own = at(table);
    if (index >= own.rows.size()) {
        return;  // said by `want_rows`
    }
    for (const Wanted& value : values) {
        const std::string title = value.title.empty() ? std::string(words_.word(value.column)) : value.title;
        const auto column = std::find(own.heading.begin(), own.heading.end(), title);
        const Cell& cell = own.rows[index].at(static_cast<std::size_t>(column - own.heading.begin()));
        const bool shows = value.how == Shows::sentence ? shows_sentence(cell, value.text) : shows_value(cell, value.text, value.how);
        if (column == own.heading.end() || !shows) {
            problems_.add(fmt::format("ledger.xlsx: {} row {}: {} is {}, the summary says {}", table, own.rows[index].number,
                                      value.title.empty() ? value.column.in(Language::english) : std::string_view(value.title),
                                      sanitise(cell.text, 80), sanitise(value.text, 80)));
        }
    }
}

void SheetTables::want_rows(std::string_view table, std::size_t count, std::optional<Word> none) {
    const std::vector<SheetRow>& rows = at(table).rows;
    if (count == 0 && none) {
        if (rows.size() != 1 || rows.front().cells.size() != 1 || !shows_text(rows.front().at(0), words_.word(*none))) {
            problems_.add(fmt::format("ledger.xlsx: {} does not say that there is nothing", table));
        }
    } else if (rows.size() != count) {
        problems_.add(fmt::format("ledger.xlsx: {} has {} rows, the summary gives {}", table, rows.size(), count));
    }
}

bool SheetTables::shows_sentence(const Cell& cell, std::string_view english) const {
    return shows_text(cell, english) || (words_.language() != Language::english && says(words_, cell.text, english));
}

}  // namespace moisson::bundle
