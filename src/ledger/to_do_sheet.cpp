/// The sheet that is read first: what is to be done about the month's data, in order, each with the way to its row.

#include <string>

#include "domain/language.hpp"
#include "domain/sheet_rows.hpp"
#include "domain/to_do.hpp"
#include "ledger/long_table.hpp"
#include "ledger/sheets.hpp"

namespace moisson::ledger {

namespace {

/// A row of another sheet.
struct RowLink {
    std::string words;  ///< "Ledger, row 17"; empty: there is none
    std::string sheet;
    std::uint64_t row = 0;
};

/// The document among those to book, else its row in the ledger, else its contract.
RowLink target_of(const Book& book, const DocumentPlaces& places, const Finding& finding, std::uint32_t rows_per_sheet_max) {
    Word table = "Ledger";
    std::uint64_t index = 0;
    const DocumentPlaces::Place* const document = places.find(finding.contract_id, finding.document_id);
    const std::uint64_t* const contract = places.find_contract(finding.contract_id);
    if (document != nullptr) {
        table = document->entry->counted ? Word("Documents to book") : Word("Ledger");
        index = document->entry->counted ? document->counted_index : document->ledger_index;
    } else if (contract != nullptr) {
        table = "Contracts";
        index = *contract;
    } else {
        return {};
    }
    const SheetRowPlace place = place_of_row(index, rows_per_sheet_max);
    const std::string_view name = translate(book.language(), table);
    return {place.in_words(book.language(), name), place.name_of(name), place.row - 1};
}

}  // namespace

void write_to_do_sheets(Book& book, const DocumentPlaces& places, const RunSummary& summary, std::uint32_t rows_per_sheet_max) {
    const Language language = book.language();
    const double row_width = language == Language::french ? 34 : 26;  // "Documents à comptabiliser, ligne 1234": a link is one line
    LongTable table(book, "To do",
                    {"Severity", "What to do", "Who acts", "Contract", "Name of the contract", "Document", "Amount", "File", "Why", "Row",
                     "Command"},
                    {{14, 34, 15, 12, 20, 19, 15, 20, 36, row_width, 24}, {6}}, rows_per_sheet_max);
    table.colour(0, {{Word("error"), Look::bad}, {Word("warning"), Look::warn}});
    for (const ToDo& one : summary.to_do) {
        if (one.of_run) {
            continue;  // the workbook is the same in every run over the same data
        }
        const Finding& finding = one.finding;
        Sheet& sheet = table.next_row();
        const std::uint32_t row = table.row();
        const std::string what = show_text(language, finding.code.kind().remedy);
        const std::string why = finding.message.in(language);
        const std::string command = command_for(finding.code, finding.document_id, summary.period);
        const RowLink target = target_of(book, places, finding, rows_per_sheet_max);
        sheet.fit_height(row, {{what, 34},
                               {word_of(language, to_text(who_acts(finding.code))), 15},
                               {why, 36},
                               {one.contract_name, 20},
                               {finding.document_id, 19},
                               {one.filename, 20},
                               {command, 24}});
        sheet.word_of(row, 0, to_text(finding.severity()));
        sheet.text(row, 1, what, Look::wrapped);
        sheet.word_of(row, 2, to_text(who_acts(finding.code)), Look::wrapped);
        sheet.text(row, 3, finding.contract_id);
        sheet.text(row, 4, one.contract_name, Look::wrapped);
        sheet.text(row, 5, finding.document_id, Look::wrapped);
        if (one.amount) {
            sheet.money(row, 6, *one.amount);
        }
        sheet.text(row, 7, one.filename, Look::wrapped);
        sheet.text(row, 8, why, Look::wrapped);
        sheet.link(row, 9, target.words, target.sheet, target.row);
        sheet.text(row, 10, command, Look::wrapped);
    }
    table.finish(Word("Nothing is to be done."));
}

}  // namespace moisson::ledger
