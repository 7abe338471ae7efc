/// The Summary and Run sheets: totals as values (computed exactly, never formulas), months with their charts, the run in words.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "base/version.hpp"
#include "domain/changes.hpp"
#include "domain/page_messages.hpp"
#include "domain/verdict.hpp"
#include "ledger/money_sum.hpp"
#include "ledger/sheets.hpp"

namespace moisson::ledger {

namespace {

Word verdict_sentence(ExitCode code) {
    switch (code) {
        case ExitCode::complete: return "everything listed, downloaded, reconciled and published";
        case ExitCode::incomplete: return "published, but not complete: see Contracts and Findings";
        default: return "see Findings";
    }
}

/// By how much the currency's total is another one than in the month before. Empty where that is not known, or does not fit.
std::optional<Money> changed_by(const RunSummary& summary, Currency currency) {
    if (!tells_sums(summary)) {
        return std::nullopt;
    }
    Money sum{0, currency};
    for (const SumChange& change : summary.changes->sums) {
        if (change.currency != currency) {
            continue;
        }
        const auto difference = difference_of(change);
        if (!difference) {
            return std::nullopt;
        }
        const auto total = add(sum, *difference);
        if (!total) {
            return std::nullopt;
        }
        sum = *total;
    }
    return sum;
}

/// Returns the row after the table.
std::uint32_t write_totals(const Book& book, Sheet& sheet, std::uint32_t row, const RunSummary& summary) {
    sheet.heading(row++, translate(book.language(), "Totals by currency"), Look::section);
    if (summary.totals.empty()) {
        sheet.words(row++, 0, "No document counts in this period.");
        return row + 1;
    }
    std::vector<Word> names{"currency", "name", "credits", "documents", "total"};
    if (tells_sums(summary)) {
        names.insert(names.end(), {Word("month before"), Word("difference")});
    }
    sheet.header(row++, titles(book, names), {2, 3, 4, 5, 6});
    for (const CurrencyTotal& total : summary.totals) {
        if (const auto difference = changed_by(summary, total.total.currency)) {
            if (const auto before = add(total.total, Money{-difference->amount_minor, difference->currency})) {
                sheet.money(row, 5, *before);
                sheet.money(row, 6, *difference);
            }
        }
        sheet.text(row, 0, total.total.currency.code());
        sheet.text(row, 1, total.total.currency.name_in(book.language()));
        sheet.count(row, 2, total.credits);
        sheet.count(row, 3, total.documents);
        sheet.money(row++, 4, total.total, true);
    }
    return row + 1;
}

/// The total in the reporting currency: an extra, with its rule, under the totals by currency.
std::uint32_t write_reporting_total(const Book& book, Sheet& sheet, std::uint32_t row, const RunSummary& summary) {
    if (!summary.reporting) {
        return row;
    }
    const ReportingTotal& reporting = *summary.reporting;
    sheet.heading(row++, messages::converted_to(reporting.total.currency.code()).in(book.language()), Look::section);
    sheet.header(row++, titles(book, {"currency", "rates", "no rate", "documents", "total"}), {2, 3, 4});
    sheet.text(row, 0, reporting.total.currency.code());
    sheet.text(row, 1, fmt::format("{}, {}", reporting.rates_file, word_of(book.language(), reporting.rate_rule)));
    sheet.count(row, 2, reporting.documents_missing);
    sheet.count(row, 3, reporting.documents);
    sheet.money(row++, 4, reporting.total, true);
    return row + 1;
}

/// "OCB1, OCB2 and 5 more"
std::string name_contracts(Language language, const std::vector<std::string>& contracts) {
    constexpr std::size_t named_max = 5;
    std::string text;
    for (std::size_t at = 0; at < std::min(named_max, contracts.size()); ++at) {
        text += (text.empty() ? "" : ", ") + contracts[at];
    }
    return contracts.size() > named_max ? messages::contracts_and_more(text, contracts.size() - named_max).in(language) : text;
}

/// The months of one currency, and how much stands behind them.
struct MonthsChart {
    Sheet::ColumnChart chart;
    std::uint64_t documents = 0;
};

/// Those worth a picture: of several months, the currencies with the most documents, and as many as a printed page takes beside the tables:
/// one below would be cut where the page ends. They begin at row `first_row`. Returns whether there is one.
bool put_charts(Sheet& sheet, std::vector<MonthsChart> charts, std::uint32_t first_row, std::uint16_t column) {
    constexpr std::uint32_t page_rows = 44;  // of A4 across, at the width that tables and charts have together
    constexpr std::uint32_t chart_rows = 16;
    std::erase_if(charts, [](const MonthsChart& one) { return one.chart.first_row == one.chart.last_row; });
    std::stable_sort(charts.begin(), charts.end(), [](const auto& left, const auto& right) { return left.documents > right.documents; });
    const std::uint32_t above = first_row + sheet.further_lines();
    const std::size_t shown = std::min<std::size_t>(charts.size(), above < page_rows ? (page_rows - above) / chart_rows : 0);
    for (std::size_t at = 0; at < shown; ++at) {
        sheet.column_chart(first_row + static_cast<std::uint32_t>(at) * chart_rows, column, charts[at].chart);
    }
    return shown > 0;
}

/// The months of one currency are about to begin at `row`.
Sheet::ColumnChart& begin_chart(const Book& book, Currency currency, std::uint32_t row, std::vector<MonthsChart>& charts) {
    Sheet::ColumnChart& chart = charts.emplace_back().chart;
    chart.title = messages::by_month(currency.code()).in(book.language());
    chart.number_format = "#,##0";
    chart.first_row = row;
    chart.values = 4;
    return chart;
}

/// Of one month: the same currencies in the twelve months before it. Where nothing counts there is no amount.
void write_past_months(const Book& book, Sheet& sheet, std::uint32_t row, const RunSummary& summary, std::vector<MonthsChart>& charts) {
    const PastMonths& history = *summary.history;
    sheet.heading(row++, translate(book.language(), "Thirteen months"), Look::section);
    sheet.header(row++, titles(book, {"month", " ", "currency", "documents", "total"}), {3, 4});
    for (const PastSums& past : history.totals) {
        begin_chart(book, past.currency, row, charts);
        const auto total = std::find_if(summary.totals.begin(), summary.totals.end(),
                                        [&](const CurrencyTotal& one) { return one.total.currency == past.currency; });
        charts.back().documents = total == summary.totals.end() ? 0 : total->documents;
        for (std::size_t at = 0; at < history.months.size(); ++at) {
            sheet.text(row, 0, history.months[at].to_text());
            sheet.text(row, 2, past.currency.code());
            if (at + 1 == history.months.size() && total != summary.totals.end()) {
                sheet.count(row, 3, total->documents);
            }
            if (const auto& amount = past.amounts_minor[at]) {
                MoneySum sum{Money{static_cast<std::int64_t>(*amount), past.currency}};
                sum.fits = sum.money.amount_minor == *amount;
                put_sum(sheet, row, 4, sum);
            }
            charts.back().chart.last_row = row++;
        }
    }
}

std::uint32_t write_months(const Book& book, Sheet& sheet, std::uint32_t row, const RunSummary& summary,
                           std::vector<MonthsChart>& charts) {
    std::map<std::pair<Currency, Month>, MoneySum> months;
    for (const MonthTotal& total : summary.month_totals) {
        months[{total.total.currency, total.month}].take(total.total, total.documents);
    }
    if (months.empty()) {
        return row;
    }
    sheet.heading(row++, translate(book.language(), "Months"), Look::section);
    sheet.header(row++, titles(book, {"month", " ", "currency", "documents", "total"}), {3, 4});
    std::optional<Currency> last;
    for (const auto& [key, sum] : months) {
        const auto& [currency, month] = key;
        if (last != currency) {
            begin_chart(book, currency, row, charts);
            last = currency;
        }
        charts.back().chart.last_row = row;
        charts.back().documents += sum.documents;
        sheet.text(row, 0, month.to_text());
        sheet.text(row, 2, currency.code());
        sheet.count(row, 3, sum.documents);
        put_sum(sheet, row++, 4, sum);
    }
    return row + 1;
}

/// Name, translated, and value; an empty value shows as "–".
void put_pair(Sheet& sheet, std::uint32_t& row, std::string_view name, std::string_view value) {
    sheet.fit_height(row, {{value, 105}});
    sheet.text(row, 0, name, Look::label);
    sheet.text(row++, 1, value.empty() ? "–" : value, Look::wrapped);
}

/// Empty: nothing was left out.
std::string joined(Language language, const std::vector<std::string>& words) {
    if (words.empty()) {
        return std::string(translate(language, "all"));
    }
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

/// The ledger's columns in words; neighbours that have one sentence stand together.
void write_columns(Sheet& sheet, std::uint32_t& row) {
    constexpr std::size_t named_max = 3;
    const auto end = column_infos.end();
    for (auto first = column_infos.begin(), next = first; first != end; first = next) {
        next = std::find_if(first, end, [&](const ColumnInfo& one) { return one.sheet_help != first->sheet_help; });
        std::string names(first->name);
        if (next - first > static_cast<std::ptrdiff_t>(named_max)) {
            names += fmt::format(" … {}", std::prev(next)->name);
        } else {
            std::for_each(std::next(first), next, [&](const ColumnInfo& one) { names += fmt::format(", {}", one.name); });
        }
        sheet.text(row, 0, names, Look::label);  // the names that ledger.csv has
        sheet.words(row++, 1, first->sheet_help, Look::wrapped);
    }
}

/// Sentences stand in the room that the tables have: a printed page ends with them.
constexpr std::size_t sentence_line = 42;

void say_named(Sheet& sheet, std::uint32_t& row, Word name, std::string_view sentence) {
    sheet.fit_height(row, {{sentence, sentence_line}});
    sheet.words(row, 0, name);
    sheet.text(row++, 1, sentence, Look::wrapped);
}

/// Of the data, as the archive has it: the workbook is the same in every run over the same data.
void write_verdict(Sheet& sheet, std::uint32_t& row, Language language, const RunSummary& summary) {
    const std::vector<Cause> causes = causes_of_data(summary);
    const ExitCode exit_code = exit_code_of(causes);
    const bool is_good = exit_code == ExitCode::complete && summary.view.is_whole();
    const Word sentence = summary.view.is_whole() ? verdict_sentence(exit_code) : Word("a partial view, not the month");
    sheet.fit_height(row, {{sentence.in(language), sentence_line}});
    sheet.word_of(row, 0, verdict_of(summary, exit_code), is_good ? Look::good : Look::warn);
    sheet.words(row++, 1, sentence, Look::wrapped);
    if (!summary.view.is_whole()) {
        say_named(sheet, row, "only", in_words(language, summary.view));
    }
    if (!causes.empty()) {
        say_named(sheet, row, "causes", in_words(language, causes));
    }
}

}  // namespace

void write_summary_sheet(Book& book, const RunSummary& summary) {
    const Language language = book.language();
    Sheet& sheet = book.add_sheet(name_of(book, "Summary"));
    sheet.widths(tells_sums(summary) ? std::vector<double>{18, 42, 11, 13, 22, 22, 22} : std::vector<double>{18, 42, 11, 13, 24, 3});
    sheet.hide_gridlines();
    std::uint32_t row = 0;
    sheet.heading(row++, messages::invoices_of(summary.period).in(language), Look::title);
    write_verdict(sheet, row, language, summary);
    say_named(sheet, row, "counted", summary.counting_rule.in(language));
    for (const CountingUse& use : summary.counting_uses) {
        say_named(sheet, row, "counted otherwise", messages::says(name_contracts(language, use.contracts), use.rule).in(language));
    }
    ++row;
    const std::uint32_t charts_row = row;
    row = write_totals(book, sheet, row, summary);
    row = write_reporting_total(book, sheet, row, summary);
    std::vector<MonthsChart> charts;
    bool has_charts = false;
    if (summary.history && !summary.history->totals.empty()) {
        write_past_months(book, sheet, row, summary, charts);
        has_charts = put_charts(sheet, std::move(charts), row, 5);  // the columns above are those of the month before
    } else {
        write_months(book, sheet, row, summary, charts);
        has_charts = put_charts(sheet, std::move(charts), charts_row, 6);
    }
    sheet.print(1, 0, has_charts ? Paper::landscape : Paper::portrait);
}

void write_run_sheet(Book& book, const RunSummary& summary) {
    const Language language = book.language();
    Sheet& sheet = book.add_sheet(name_of(book, "Run"));
    sheet.widths({36, 100});
    sheet.hide_gridlines();
    std::uint32_t row = 0;
    sheet.heading(row++, translate(language, "Run"), Look::title);
    put_pair(sheet, row, translate(language, "tool"), program_name);
    put_pair(sheet, row, translate(language, "version"), version());
    const std::vector<Cause> causes = causes_of_data(summary);
    put_pair(sheet, row, translate(language, "verdict"), word_of(language, verdict_of(summary, exit_code_of(causes))));
    put_pair(sheet, row, translate(language, "causes"), in_words(language, causes));
    put_pair(sheet, row, translate(language, "period"), months_for_people(language, summary.period));
    put_pair(sheet, row, translate(language, "source"), summary.source);
    put_pair(sheet, row, translate(language, "contracts asked for"), joined(language, summary.view.contracts));
    put_pair(sheet, row, translate(language, "types asked for"), joined(language, summary.view.types));
    put_pair(sheet, row, translate(language, "files asked for"), translate(language, summary.view.files ? Word("all") : Word("none")));
    put_pair(sheet, row, translate(language, "counting rule"), summary.counting_rule.in(language));
    for (const CountingUse& use : summary.counting_uses) {
        put_pair(sheet, row, messages::counting_rule_of(name_contracts(language, use.contracts)).in(language), use.rule.in(language));
    }
    if (summary.reporting) {
        put_pair(sheet, row, translate(language, "exchange rates"),
                 messages::rates_of_file(word_of(language, summary.reporting->rate_rule), summary.reporting->rates_file,
                                         summary.reporting->rates_sha256)
                     .in(language));
    }
    put_pair(sheet, row, translate(language, "data date"), instant_for_people(language, summary.data_date));
    put_pair(sheet, row, translate(language, "contracts"), fmt::format("{}", summary.contracts));
    put_pair(sheet, row, translate(language, "ledger rows"), fmt::format("{}", summary.documents.rows));
    put_pair(sheet, row, translate(language, "rows that count"), fmt::format("{}", summary.documents.counted));
    put_pair(sheet, row, translate(language, "files in the bundle"), fmt::format("{}", summary.documents.ok));
    put_pair(sheet, row, translate(language, "files missing"), fmt::format("{}", summary.documents.not_ready + summary.documents.failed));
    ++row;
    sheet.heading(row++, translate(language, "Columns of the ledger"), Look::section);
    write_columns(sheet, row);
    sheet.print(1, 0, Paper::portrait);
}

}  // namespace moisson::ledger
