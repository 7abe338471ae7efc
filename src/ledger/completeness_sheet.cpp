/// The Completeness, Expected and Inbox sheets: what became of each contract's documents, type by type, what contracts owe, and what came
/// by an inbox.

#include <string>
#include <utility>
#include <vector>

#include "domain/inbox.hpp"
#include "domain/language.hpp"
#include "ledger/long_table.hpp"
#include "ledger/sheets.hpp"

namespace moisson::ledger {

void write_completeness_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max) {
    // Not how many are listed in all: that grows month by month, and a month's workbook must not change with it.
    LongTable table(book, "Completeness",
                    {"contract_id", "contract_name", "document_type", "in_period", "final", "counted", "files_ok", "files_missing"},
                    {{14, 28, 30, 14, 11, 11, 11, 14}, {3, 4, 5, 6, 7}, Paper::portrait}, rows_per_sheet_max);
    for (const ContractCompleteness& contract : summary.completeness) {
        for (const auto& [type, counts] : contract.by_type) {
            if (counts.in_period == 0) {
                continue;
            }
            Sheet& sheet = table.next_row();
            const std::uint32_t row = table.row();
            sheet.text(row, 0, contract.contract->id);
            sheet.text(row, 1, contract.contract->name);
            sheet.word_of(row, 2, type);
            sheet.count(row, 3, counts.in_period);
            sheet.count(row, 4, counts.final_);
            sheet.count(row, 5, counts.counted);
            sheet.count(row, 6, counts.files_ok);
            sheet.count(row, 7, counts.files_missing);
        }
    }
    table.finish();
}

void write_expected_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max) {
    LongTable table(book, "Expected",
                    {"contract_id", "contract_name", "month", "document_type", "due", "issued", "status", "source"},
                    {{14, 28, 10, 24, 12, 12, 20, 22}, {}, Paper::portrait}, rows_per_sheet_max);
    table.colour(6, {{Word("missing"), Look::bad}, {Word("late"), Look::warn}, {Word("arrived"), Look::good}});
    for (const ContractCompleteness& contract : summary.completeness) {
        for (const Expectation& expected : contract.expected) {
            Sheet& sheet = table.next_row();
            const std::uint32_t row = table.row();
            sheet.text(row, 0, contract.contract->id);
            sheet.text(row, 1, contract.contract->name);
            sheet.text(row, 2, expected.month.to_text());
            if (expected.type.empty()) {
                sheet.words(row, 3, "any final type");
            } else {
                sheet.word_of(row, 3, expected.type);
            }
            sheet.day(row, 4, expected.due);
            if (expected.issued) {
                sheet.day(row, 5, *expected.issued);
            }
            sheet.word_of(row, 6, to_text(expected.status));
            sheet.word_of(row, 7, expected.source);
        }
    }
    table.finish();
}

namespace {

std::string fields_of(const Book& book, const InboxDocument& one) {
    std::string text;
    for (const InboxField field : one.fields) {
        text += text.empty() ? "" : ", ";
        text += word_of(book.language(), to_text(field));
    }
    return text;
}

void write_inbox_row(Sheet& sheet, std::uint32_t row, const Book& book, const InboxDocument& one) {
    sheet.word_of(row, 0, to_text(one.where));
    sheet.text(row, 1, one.name);
    sheet.text(row, 2, one.contract_id);
    sheet.text(row, 3, one.document_id);
    sheet.text(row, 4, one.number);
    if (one.issue_date) {
        sheet.day(row, 5, *one.issue_date);
    }
    if (one.net) {
        sheet.money(row, 6, *one.net);
    }
    if (one.gross) {
        sheet.money(row, 7, *one.gross);
    }
    sheet.text(row, 8, fields_of(book, one));
    sheet.text(row, 9, one.stands_for);
    sheet.word_of(row, 10, one.counted ? "yes" : "no");
    sheet.text(row, 11, one.late_for ? one.late_for->to_text() : std::string());
}

}  // namespace

void write_inbox_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max) {
    LongTable table(book, "Inbox",
                    {"class", "name", "contract_id", "document_id", "invoice_number", "issued", "net_amount", "gross_amount", "differs_in",
                     "stands_for_it", "counted", "late_for"},
                    {{24, 36, 14, 40, 22, 12, 16, 16, 26, 36, 9, 10}, {6, 7}}, rows_per_sheet_max);
    table.colour(0, {{Word("differs"), Look::warn}, {Word("only-inbox"), Look::warn}, {Word("ambiguous"), Look::bad},
                     {Word("unreadable"), Look::bad}, {Word("matched"), Look::good}});
    for (const InboxDocument& one : summary.inbox ? summary.inbox->documents : std::vector<InboxDocument>()) {
        Sheet& sheet = table.next_row();
        write_inbox_row(sheet, table.row(), book, one);
    }
    table.finish();
}

}  // namespace moisson::ledger
