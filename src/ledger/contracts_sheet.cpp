/// The sheet "Contracts": one row for each of the perimeter, with its verdict and what counts of it, a column a currency.

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/language.hpp"
#include "domain/sheet_rows.hpp"
#include "domain/verdict.hpp"
#include "ledger/long_table.hpp"
#include "ledger/money_sum.hpp"
#include "ledger/sheets.hpp"

namespace moisson::ledger {

void write_contracts_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max) {
    std::map<std::pair<std::string_view, Currency>, MoneySum> sums;
    for (const MonthTotal& total : summary.month_totals) {
        sums[{total.contract->id, total.total.currency}].take(total.total, total.documents);
    }
    const std::span currencies = std::span(summary.totals).first(std::min(summary.totals.size(), currency_columns_max));
    // Not how many documents are listed in all: that grows month by month, and a month's workbook must not change with it.
    LongTable table(book, "Contracts",
                    {"contract_id", "contract_name", "offer_name", "customer_name", "verdict", "reason", "in_period", "files_ok",
                     "files_missing"},
                    {{12, 22, 18, 20, 16, 38, 14, 9, 12}, {6, 7, 8}}, rows_per_sheet_max);
    for (const CurrencyTotal& total : currencies) {
        table.add_column(total.total.currency.code(), 16);
    }
    if (!summary.perimeters.empty()) {
        table.add_text_column(translate(book.language(), "perimeter"), 16);
    }
    table.colour(4, {{Word("complete"), Look::good}, {Word("incomplete"), Look::warn}, {Word("overdue"), Look::warn},
                     {Word("unproven"), Look::warn}, {Word("capped"), Look::warn}, {Word("forbidden"), Look::bad},
                     {Word("failed"), Look::bad}, {Word("unknown-answer"), Look::bad}});
    const std::vector<ContractVerdict> verdicts = contract_verdicts(summary);
    for (std::size_t at = 0; at < summary.completeness.size(); ++at) {
        const ContractCompleteness& line = summary.completeness[at];
        const std::string reason = reason_of(book.language(), line, verdicts[at]);
        Sheet& sheet = table.next_row();
        const std::uint32_t row = table.row();
        sheet.fit_height(
            row, {{reason, 38}, {line.contract->name, 22}, {line.contract->offer_name, 18}, {line.contract->customer_name, 20}});
        sheet.text(row, 0, line.contract->id);
        sheet.text(row, 1, line.contract->name, Look::wrapped);
        sheet.text(row, 2, line.contract->offer_name, Look::wrapped);
        sheet.text(row, 3, line.contract->customer_name, Look::wrapped);
        sheet.word_of(row, 4, verdicts[at].word);
        sheet.text(row, 5, reason, Look::wrapped);
        sheet.count(row, 6, line.in_period);
        sheet.count(row, 7, line.files_ok);
        sheet.count(row, 8, line.files_missing);
        std::uint16_t column = 9;
        for (const CurrencyTotal& total : currencies) {
            if (const auto sum = sums.find({line.contract->id, total.total.currency}); sum != sums.end()) {
                put_sum(sheet, row, column, sum->second);
            }
            ++column;
        }
        if (!summary.perimeters.empty()) {
            sheet.text(row, column, line.contract->perimeter, Look::wrapped);
        }
    }
    table.finish(Word("no contract in the perimeter"));
}

}  // namespace moisson::ledger
