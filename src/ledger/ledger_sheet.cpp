/// The Ledger sheets: the rows of ledger.csv as typed cells.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "domain/verdict.hpp"
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
    for (const ColumnInfo& column : std::span(column_infos).first(width)) {
        if (column.shown == Shown::figure) {
            number_columns.push_back(static_cast<std::uint16_t>(names.size()));
        }
        names.push_back(column.name);
        widths.push_back(column.width);
    }
    std::size_t sheets = 0;
    do {
        const auto part = entries.subspan(0, std::min(rows_max, entries.size()));
        entries = entries.subspan(part.size());
        Sheet& sheet = book.add_sheet(name_of(book, "Ledger", sheets++));
        sheet.widths(widths);
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
        sheet.print(2, 0);
        if (row > 0) {
            // What does not enter the totals steps back, what is not there stands out.
            sheet.mark_word(1, row, column_at("status"), "failed", Look::bad);
            sheet.mark_word(1, row, column_at("status"), "not-ready", Look::warn);
            const std::string is_left_out = fmt::format("=${:c}2=\"no\"", 'A' + column_at("counted"));
            sheet.mark_where(1, row, static_cast<std::uint16_t>(width - 1), is_left_out, Look::faded);
        }
    } while (!entries.empty());
}

void write_contracts_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max) {
    std::span<const ContractCompleteness> lines = summary.completeness;
    const std::vector<ContractVerdict> all = contract_verdicts(summary);
    std::span<const ContractVerdict> verdicts = all;
    std::size_t sheets = 0;
    do {
        const auto part = lines.subspan(0, std::min<std::size_t>(rows_per_sheet_max - 1, lines.size()));
        const auto judged = verdicts.subspan(0, part.size());
        lines = lines.subspan(part.size());
        verdicts = verdicts.subspan(part.size());
        Sheet& sheet = book.add_sheet(name_of(book, "Contracts", sheets++));
        sheet.widths({14, 28, 20, 26, 16, 60, 11, 9, 14});
        // Not how many documents are listed in all: that grows month by month, and a month's workbook must not change with it.
        sheet.header(0, titles(book, {"contract_id", "contract_name", "offer_name", "customer_name", "verdict", "reason", "in_period",
                                      "files_ok", "files_missing"}), {6, 7, 8});
        std::uint32_t row = 0;
        for (const ContractCompleteness& line : part) {
            const ContractVerdict& verdict = judged[row++];
            const std::string reason = reason_of(book.language(), line, verdict);
            sheet.fit_height(row, {{reason, 62}});
            sheet.text(row, 0, line.contract->id);
            sheet.text(row, 1, line.contract->name);
            sheet.text(row, 2, line.contract->offer_name);
            sheet.text(row, 3, line.contract->customer_name);
            sheet.word_of(row, 4, verdict.word);
            sheet.text(row, 5, reason, Look::wrapped);
            sheet.count(row, 6, line.in_period);
            sheet.count(row, 7, line.files_ok);
            sheet.count(row, 8, line.files_missing);
        }
        sheet.freeze(1, 1);
        sheet.filter(0, row, 9);
        sheet.print(1, 0);
        if (row > 0) {
            sheet.mark_word(1, row, 4, translate(book.language(), "complete"), Look::good);
            for (const Word word : {Word("incomplete"), Word("overdue"), Word("unproven"), Word("capped")}) {
                sheet.mark_word(1, row, 4, translate(book.language(), word), Look::warn);
            }
            for (const Word word : {Word("forbidden"), Word("failed"), Word("unknown-answer")}) {
                sheet.mark_word(1, row, 4, translate(book.language(), word), Look::bad);
            }
        }
    } while (!lines.empty());
}

void write_findings_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max) {
    std::span<const Finding> findings = summary.findings;
    std::size_t sheets = 0;
    do {
        const auto part = findings.subspan(0, std::min<std::size_t>(rows_per_sheet_max - 1, findings.size()));
        findings = findings.subspan(part.size());
        Sheet& sheet = book.add_sheet(name_of(book, "Findings", sheets++));
        sheet.widths({14, 28, 15, 26, 70, 60});
        sheet.header(0, titles(book, {"severity", "code", "contract_id", "document_id", "finding", "remedy"}));
        std::uint32_t row = 0;
        for (const Finding& finding : part) {
            ++row;
            const std::string message = finding.message.in(book.language());
            const std::string remedy = show_text(book.language(), finding.code.kind().remedy);
            sheet.fit_height(row, {{message, 75}, {remedy, 65}, {finding.document_id, 26}});
            sheet.word_of(row, 0, to_text(finding.severity()), Look::wrapped);
            sheet.text(row, 1, finding.code, Look::wrapped);
            sheet.text(row, 2, finding.contract_id, Look::wrapped);
            sheet.text(row, 3, finding.document_id, Look::wrapped);
            sheet.text(row, 4, message, Look::wrapped);
            sheet.text(row, 5, remedy, Look::wrapped);
        }
        sheet.freeze(1, 0);
        sheet.filter(0, row, 6);
        sheet.print(1, 0);
        if (row > 0) {
            sheet.mark_word(1, row, 0, translate(book.language(), "error"), Look::bad);
            sheet.mark_word(1, row, 0, translate(book.language(), "warning"), Look::warn);
        }
    } while (!findings.empty());
}

}  // namespace moisson::ledger
