/// The Ledger sheets: the rows of ledger.csv as typed cells.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "ledger/columns.hpp"
#include "ledger/sheets.hpp"

namespace moisson::ledger {

namespace {

/// Writes an entry's cells (columns.hpp) to a row.
class RowCells {
public:
    RowCells(Sheet& sheet, std::uint32_t row) : sheet_(sheet), row_(row) {}

    template <class Put>
    void put(const LedgerEntry& entry, const Column<Put>& column) {
        look_ = column.shown == Shown::muted ? Look::muted : Look::plain;
        column.put(*this, entry);
        ++column_;
    }

    void nothing() {}
    void text(std::string_view value) { sheet_.text(row_, column_, value, look_); }
    void key(std::string_view value) { text(value); }
    void word(std::string_view value) { text(value); }
    void codes(const FindingCodes& value) { text(value.to_text()); }
    void truth(bool value) { text(value ? "yes" : "no"); }
    void count(std::uint64_t value) { sheet_.count(row_, column_, value); }
    void money(const Money& value) { sheet_.money(row_, column_, value); }
    void decimal(const Decimal& value) { sheet_.decimal(row_, column_, value); }
    void month(Month value) { text(value.to_text()); }
    void day(std::chrono::year_month_day value) { sheet_.day(row_, column_, value); }
    void instant(Timestamp value) { sheet_.instant(row_, column_, value); }

private:
    Sheet& sheet_;
    std::uint32_t row_;
    std::uint16_t column_ = 0;
    Look look_ = Look::plain;
};

/// Neighbours have one button.
void fold_columns(Sheet& sheet, std::uint16_t width) {
    std::uint16_t first = 0;
    for (std::uint16_t column = 0; column < width; ++column) {
        if (!column_infos[column].is_folded) {
            first = static_cast<std::uint16_t>(column + 1);
        } else if (column + 1 == width || !column_infos[column + 1U].is_folded) {
            sheet.fold(first, column);
        }
    }
}

}  // namespace

std::string numbered(const std::string& name, std::size_t sheet) { return sheet == 0 ? name : fmt::format("{} {}", name, sheet + 1); }

std::string name_of(const Book& book, Word name, std::size_t sheet) {
    return numbered(std::string(name.in(book.language())), sheet);
}

std::vector<std::string_view> titles(const Book& book, const std::vector<Word>& names) {
    std::vector<std::string_view> shown;
    std::transform(names.begin(), names.end(), std::back_inserter(shown), [&](Word name) { return name.in(book.language()); });
    return shown;
}

void write_ledger_sheets(Book& book, std::span<const LedgerEntry> entries, CsvColumns columns, std::uint32_t rows_per_sheet_max) {
    MOISSON_INVARIANT(rows_per_sheet_max >= 2, "a sheet holds its header and a row");
    const std::size_t rows_max = rows_per_sheet_max - 1;
    const auto width = static_cast<std::uint16_t>(column_count(columns));
    std::vector<std::string_view> names;
    std::vector<double> widths;
    std::vector<std::uint16_t> number_columns;
    double shown = 0;
    double repeated = 0;
    constexpr std::uint16_t repeated_columns = 2;  // month and contract
    for (const ColumnInfo& column : std::span(column_infos).first(width)) {
        if (column.shown == Shown::figure) {
            number_columns.push_back(static_cast<std::uint16_t>(names.size()));
        }
        shown += column.is_folded ? 0 : column.width;
        repeated += names.size() < repeated_columns ? column.width : 0;
        names.push_back(column.name);
        widths.push_back(column.width);
    }
    std::size_t sheets = 0;
    do {
        const auto part = entries.subspan(0, std::min(rows_max, entries.size()));
        entries = entries.subspan(part.size());
        Sheet& sheet = book.add_sheet(name_of(book, "Ledger", sheets++));
        sheet.widths(widths);
        fold_columns(sheet, width);
        sheet.header(0, names, number_columns);
        sheet.begin_rows(width);
        std::uint32_t row = 0;
        for (const LedgerEntry& entry : part) {
            RowCells cells(sheet, ++row);
            std::apply([&](const auto&... column) { (cells.put(entry, column), ...); }, ledger_columns);
        }
        sheet.end_rows();
        sheet.freeze(1, 2);
        sheet.filter(0, row, width);
        sheet.print(pages_wide(shown, repeated), 0, Paper::landscape, repeated_columns);
        if (row > 0) {
            // What does not enter the totals steps back, what is not there stands out.
            sheet.mark_word(1, row, column_at("status"), "failed", Look::bad);
            sheet.mark_word(1, row, column_at("status"), "not-ready", Look::warn);
            const std::string is_left_out = fmt::format("=${:c}2=\"no\"", 'A' + column_at("counted"));
            sheet.mark_where(1, row, static_cast<std::uint16_t>(width - 1), is_left_out, Look::faded);
        }
    } while (!entries.empty());
}

}  // namespace moisson::ledger
