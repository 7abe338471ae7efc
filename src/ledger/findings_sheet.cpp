/// The sheet "Findings": what was noticed about the month's data, the most serious first.

#include <array>
#include <string>

#include "domain/language.hpp"
#include "ledger/long_table.hpp"
#include "ledger/sheets.hpp"

namespace moisson::ledger {

void write_findings_sheets(Book& book, const DocumentPlaces& places, const RunSummary& summary, std::uint32_t rows_per_sheet_max) {
    const Language language = book.language();
    LongTable table(book, "Findings",
                    {"severity", "code", "contract_id", "contract_name", "document_id", "amount", "finding", "remedy"},
                    {{14, 20, 12, 18, 19, 16, 50, 40}, {5}, Paper::landscape, 0}, rows_per_sheet_max);
    table.colour(0, {{Word("error"), Look::bad}, {Word("warning"), Look::warn}});
    for (const Severity severity : std::array{Severity::error, Severity::warning, Severity::info}) {
        for (const Finding& finding : summary.findings) {
            if (finding.severity() != severity) {
                continue;
            }
            Sheet& sheet = table.next_row();
            const std::uint32_t row = table.row();
            const std::string message = finding.message.in(language);
            const std::string remedy = show_text(language, finding.code.kind().remedy);
            const std::string_view name = places.name_of(finding.contract_id);
            sheet.fit_height(row, {{message, 50}, {remedy, 40}, {finding.document_id, 19}, {name, 18}, {finding.code, 20}});
            sheet.word_of(row, 0, to_text(finding.severity()));
            sheet.text(row, 1, finding.code, Look::wrapped);
            sheet.text(row, 2, finding.contract_id, Look::wrapped);
            sheet.text(row, 3, name, Look::wrapped);
            sheet.text(row, 4, finding.document_id, Look::wrapped);
            const DocumentPlaces::Place* const document = places.find(finding.contract_id, finding.document_id);
            if (document != nullptr && document->entry->amount) {
                sheet.money(row, 5, *document->entry->amount);
            }
            sheet.text(row, 6, message, Look::wrapped);
            sheet.text(row, 7, remedy, Look::wrapped);
        }
    }
    table.finish(Word("Nothing was found odd."));
}

}  // namespace moisson::ledger
