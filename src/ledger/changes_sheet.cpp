/// The sheet "Changes": contracts' counted sums beside those of the month before. What became of documents since the last publication is of
/// the run and stands on the pages: two runs over the same data must give the same workbook.

#include <string>

#include "domain/big_decimal.hpp"
#include "domain/changes.hpp"
#include "domain/language.hpp"
#include "ledger/long_table.hpp"
#include "ledger/sheets.hpp"

namespace moisson::ledger {

namespace {

std::string remarks_of(Language language, const SumChange& change) {
    std::string text;
    const auto say = [&](Word word) { text += (text.empty() ? "" : ", ") + std::string(translate(language, word)); };
    if (change.is_first) {
        say("first invoice");
    }
    if (!change.now) {
        say("nothing any more");
    }
    if (change.is_unusual) {
        say("unusual");
    }
    return text;
}

}  // namespace

bool tells_sums(const RunSummary& summary) noexcept { return summary.changes && summary.changes->month_before; }

void write_changes_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max) {
    if (!tells_sums(summary)) {
        return;
    }
    LongTable table(book, "Changes",
                    {"Contract", "Name of the contract", "Currency", "Before", "Now", "Difference", "%", "Remark"},
                    {{14, 30, 10, 20, 20, 20, 10, 26}, {3, 4, 5, 6}, Paper::portrait}, rows_per_sheet_max);
    for (const SumChange& change : summary.changes->sums) {
        Sheet& sheet = table.next_row();
        const std::uint32_t row = table.row();
        sheet.text(row, 0, change.contract_id);
        sheet.text(row, 1, change.contract_name);
        sheet.text(row, 2, change.currency.code());
        const auto put = [&](std::uint16_t column, const std::optional<Money>& money) {
            if (money) {
                sheet.money(row, column, *money);
            }
        };
        put(3, change.before);
        put(4, change.now);
        put(5, difference_of(change));
        if (const auto percent = parse_big_decimal(percent_of(change))) {
            sheet.figure(row, 6, *percent);
        }
        sheet.text(row, 7, remarks_of(book.language(), change), Look::wrapped);
    }
    table.finish(Word("No contract's sum is another one."));
}

}  // namespace moisson::ledger
