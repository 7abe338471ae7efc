/// The sheets "Usage by service" and "Usage by project": what each contract consumed, for charging it back. Counted lines only, so that a
/// sum over a column holds nothing twice; never to be summed over two currencies.

#include <algorithm>
#include <array>

#include "ledger/sheets.hpp"

namespace moisson::ledger {

namespace {

/// Everything that people read on these sheets.
struct Words {
    std::string_view name;
    std::vector<std::string_view> columns;
    std::string_view others;
};
const Words by_service{
    "Usage by service", {"contract_id", "contract_name", "month", "service", "currency", "lines", "amount", "discounted_amount"}, "others"};
const Words by_project{"Usage by project",
                       {"contract_id", "contract_name", "month", "project", "tags", "currency", "lines", "amount", "discounted_amount"},
                       "others"};

void write_row(Sheet& sheet, std::uint32_t row, const UsageGroup& group, const std::vector<std::string_view>& keys, const Words& words) {
    std::uint16_t column = 0;
    sheet.text(row, column++, group.contract->id);
    sheet.text(row, column++, group.contract->name);
    sheet.text(row, column++, group.month.to_text());
    for (std::size_t at = 0; at < keys.size(); ++at) {
        if (group.others && at == 0) {
            sheet.words(row, column++, words.others, Look::muted);
        } else {
            sheet.text(row, column++, keys[at], group.others ? Look::muted : Look::plain);
        }
    }
    sheet.text(row, column++, group.sum.currency.code());
    sheet.count(row, column++, group.sum.lines);
    sheet.amount(row, column++, group.sum.amount, group.sum.currency);
    sheet.amount(row, column++, group.sum.discounted, group.sum.currency);
}

void write_sheets(Book& book, std::span<const UsageGroup> groups, const Words& words, bool with_project, std::uint32_t rows_per_sheet_max) {
    const auto columns = static_cast<std::uint16_t>(words.columns.size());
    std::vector<double> widths =
        with_project ? std::vector<double>{13, 26, 9, 22, 34, 9, 11, 20, 20} : std::vector<double>{13, 26, 9, 34, 9, 11, 20, 20};
    for (std::size_t sheets = 0; !groups.empty(); ++sheets) {
        const auto part = groups.subspan(0, std::min<std::size_t>(rows_per_sheet_max - 1, groups.size()));
        groups = groups.subspan(part.size());
        Sheet& sheet = book.add_sheet(name_of(book, words.name, sheets));
        sheet.widths(widths);
        sheet.header(
            0, titles(book, words.columns),
            {static_cast<std::uint16_t>(columns - 3), static_cast<std::uint16_t>(columns - 2), static_cast<std::uint16_t>(columns - 1)});
        std::uint32_t row = 0;
        for (const UsageGroup& group : part) {
            const std::vector<std::string_view> keys =
                with_project ? std::vector<std::string_view>{group.project, group.tags} : std::vector<std::string_view>{group.service};
            write_row(sheet, ++row, group, keys, words);
        }
        sheet.freeze(1, 1);
        sheet.filter(0, row, columns);
        sheet.print(1, 0);
    }
}

}  // namespace

void write_usage_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max) {
    write_sheets(book, summary.usage.by_service, by_service, false, rows_per_sheet_max);
    write_sheets(book, summary.usage.by_project, by_project, true, rows_per_sheet_max);
}

}  // namespace moisson::ledger
