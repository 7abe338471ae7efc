/// The sheets "Usage by service" and "Usage by project": what each contract consumed, for charging it back. Counted lines only, so that a
/// sum over a column holds nothing twice; never to be summed over two currencies.

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "domain/big_decimal.hpp"
#include "domain/page_messages.hpp"
#include "domain/usage_sheet.hpp"
#include "ledger/sheets.hpp"

namespace moisson::ledger {

namespace {

/// Everything that people read on these sheets.
struct Words {
    Word name;
    std::vector<Word> columns;
    Word others;
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

/// Of the columns of usage.csv, by what stands in them.
double width_of_line_column(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, double>, 14> widths{{{"contract_id", 12},
                                                                                 {"contract_name", 22},
                                                                                 {"period", 9},
                                                                                 {"document_id", 36},
                                                                                 {"version", 9},
                                                                                 {"document_type", 24},
                                                                                 {"line", 7},
                                                                                 {"counted", 9},
                                                                                 {"country", 9},
                                                                                 {"charge", 30},
                                                                                 {"resource_id", 20},
                                                                                 {"tags", 22},
                                                                                 {"unit", 10},
                                                                                 {"currency", 9}}};
    const auto found = std::find_if(widths.begin(), widths.end(), [&](const auto& one) { return one.first == name; });
    constexpr double others = 14;
    return found == widths.end() ? others : found->second;
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

void write_usage_lines_sheet(Book& book, std::span<const std::vector<std::string>> rows, std::uint64_t lines) {
    if (rows.empty()) {
        return;
    }
    static constexpr std::array<std::string_view, 9> figures{"version",           "line",         "quantity",
                                                             "unit_price",        "amount",       "volume_discount",
                                                             "discounted_amount", "subs_upfront", "subs_upfront_discounted"};
    const std::vector<std::string_view> heading(rows.front().begin(), rows.front().end());
    std::vector<std::uint16_t> figure_columns;
    std::vector<bool> is_figure;
    for (const std::string_view name : heading) {
        is_figure.push_back(std::find(figures.begin(), figures.end(), name) != figures.end());
        if (is_figure.back()) {
            figure_columns.push_back(static_cast<std::uint16_t>(is_figure.size() - 1));
        }
    }
    Sheet& sheet = book.add_sheet(name_of(book, usage_lines_sheet));
    std::vector<double> widths;
    std::transform(heading.begin(), heading.end(), std::back_inserter(widths), width_of_line_column);
    sheet.widths(widths);
    sheet.header(0, heading, figure_columns);
    std::uint32_t at = 0;
    for (const std::vector<std::string>& row : rows.subspan(1)) {
        ++at;
        for (std::size_t column = 0; column < row.size(); ++column) {
            const auto figure = column < is_figure.size() && is_figure[column] ? parse_big_decimal(row[column]) : std::nullopt;
            if (figure) {
                sheet.figure(at, static_cast<std::uint16_t>(column), *figure);
            } else {
                sheet.text(at, static_cast<std::uint16_t>(column), row[column]);
            }
        }
    }
    sheet.freeze(1, 1);
    sheet.filter(0, at, static_cast<std::uint16_t>(heading.size()));
    sheet.text(at + 1, 0, messages::usage_lines_note(usage_lines_shown_max, lines).in(book.language()),
               Look::muted);
    constexpr std::uint16_t repeated_columns = 2;  // contract and its name
    const auto behind = widths.begin() + std::min<std::ptrdiff_t>(repeated_columns, std::ssize(widths));
    sheet.print(pages_wide(std::accumulate(widths.begin(), widths.end(), 0.0), std::accumulate(widths.begin(), behind, 0.0)), 0,
                Paper::landscape, repeated_columns);
}

}  // namespace moisson::ledger
