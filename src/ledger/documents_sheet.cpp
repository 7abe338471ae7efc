/// The sheet "Documents to book": the rows that enter the totals, with what an accountant enters.

#include <string>
#include <string_view>
#include <vector>

#include "base/days.hpp"
#include "domain/language.hpp"
#include "ledger/columns.hpp"
#include "ledger/sheets.hpp"

namespace moisson::ledger {

namespace {

const std::vector<double> document_widths{11, 12, 22, 21, 19, 36, 9, 16, 9, 16, 15, 33};

void put_document(Sheet& sheet, std::uint32_t row, const LedgerEntry& entry) {
    const auto put = [&](std::uint16_t column, const Money* told) {
        if (told != nullptr) {
            sheet.money(row, column, *told);
        }
    };
    if (entry.issued_at) {
        sheet.day(row, 0, day_of(*entry.issued_at));
    }
    sheet.text(row, 1, entry.contract->id);
    sheet.text(row, 2, entry.contract->name);
    sheet.word_of(row, 3, entry.document_type);
    sheet.text(row, 4, entry.invoice ? std::string_view(entry.invoice->number) : std::string_view());
    sheet.text(row, 5, entry.document_id);
    sheet.text(row, 6, entry.period ? entry.period->month().to_text() : std::string());
    put(7, entry.amount ? &*entry.amount : nullptr);
    sheet.text(row, 8, entry.amount ? std::string_view(entry.amount->currency.code()) : std::string_view());
    put(9, told_amount(entry, &InvoiceValues::net));
    put(10, told_amount(entry, &InvoiceValues::vat));
    sheet.text(row, 11, entry.filename);
}

void end_documents(Sheet& sheet, std::uint32_t row) {
    sheet.freeze(1, 0);
    if (row > 0) {
        sheet.filter(0, row, static_cast<std::uint16_t>(document_widths.size()));
    }
    sheet.print(1, 0);
}

}  // namespace

void write_documents_sheets(Book& book, std::span<const LedgerEntry> entries, std::uint32_t rows_per_sheet_max) {
    std::size_t sheets = 0;
    const auto begin_sheet = [&]() -> Sheet& {
        Sheet& sheet = book.add_sheet(name_of(book, "Documents to book", sheets++));
        sheet.widths(document_widths);
        sheet.header(0,
                     titles(book, {"Issued", "Contract", "Name of the contract", "Type", "Invoice number", "Document", "Month", "Amount",
                                   "Currency", "Net", "VAT", "File"}),
                     {7, 9, 10});
        return sheet;
    };
    Sheet* sheet = nullptr;
    std::uint32_t row = 0;
    for (const LedgerEntry& entry : entries) {
        if (!entry.counted) {
            continue;
        }
        if (sheet == nullptr || row == rows_per_sheet_max - 1) {
            if (sheet != nullptr) {
                sheet->end_rows();
                end_documents(*sheet, row);
            }
            sheet = &begin_sheet();
            sheet->begin_rows(static_cast<std::uint16_t>(document_widths.size()));
            row = 0;
        }
        put_document(*sheet, ++row, entry);
    }
    if (sheet == nullptr) {
        Sheet& empty = begin_sheet();
        empty.words(1, 0, "No document counts in this period.", Look::muted);
        end_documents(empty, 0);
        return;
    }
    sheet->end_rows();
    end_documents(*sheet, row);
}

}  // namespace moisson::ledger
