/// The Summary and Run sheets: totals as values (computed exactly, never formulas), months with their charts, the run in words.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/version.hpp"
#include "domain/changes.hpp"
#include "domain/page_messages.hpp"
#include "domain/sheet_rows.hpp"
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
    const std::string rates = fmt::format("{}, {}", reporting.rates_file, word_of(book.language(), reporting.rate_rule));
    sheet.fit_height(row, {{rates, 20}});
    sheet.text(row, 1, rates, Look::wrapped);
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
    std::size_t months = 0;  ///< in which there is an amount
    std::uint64_t documents = 0;
};

/// Those worth a picture: of several months, the currencies with the most documents first.
std::vector<MonthsChart> worth_showing(std::vector<MonthsChart> charts) {
    std::erase_if(charts, [](const MonthsChart& one) { return one.months < 2; });
    std::stable_sort(charts.begin(), charts.end(), [](const auto& left, const auto& right) { return left.documents > right.documents; });
    return charts;
}

/// As many as a printed page takes beside the tables: one below would be cut where the page ends. They begin at row `first_row`. Returns
/// whether there is one.
bool put_charts_beside(Sheet& sheet, const std::vector<MonthsChart>& charts, std::uint32_t first_row, std::uint16_t column) {
    constexpr std::uint32_t page_rows = 44;  // of A4 across, at the width that tables and charts have together
    constexpr std::uint32_t chart_rows = 16;
    const std::uint32_t above = first_row + sheet.further_lines();
    const std::size_t shown = std::min<std::size_t>(charts.size(), above < page_rows ? (page_rows - above) / chart_rows : 0);
    for (std::size_t at = 0; at < shown; ++at) {
        Sheet::ColumnChart chart = charts[at].chart;
        chart.indent = 20;
        sheet.column_chart(first_row + static_cast<std::uint32_t>(at) * chart_rows, column, chart);
    }
    return shown > 0;
}

/// Two in a row, as wide as the tables above them, as far as the printed page goes.
void put_charts_below(Sheet& sheet, const std::vector<MonthsChart>& charts, std::uint32_t first_row) {
    constexpr std::uint32_t page_rows = 71;  // of A4 upright, at the tables' width
    constexpr std::uint32_t chart_rows = 13;
    constexpr std::uint16_t right_column = 3;
    const std::uint32_t above = first_row + sheet.further_lines();
    const std::size_t shown = std::min<std::size_t>(charts.size(), above < page_rows ? (page_rows - above) / chart_rows * 2 : 0);
    for (std::size_t at = 0; at < shown; ++at) {
        Sheet::ColumnChart chart = charts[at].chart;
        chart.width = 490;
        chart.height = 248;
        chart.indent = at % 2 == 0 ? 0 : 88;
        sheet.column_chart(first_row + static_cast<std::uint32_t>(at / 2) * chart_rows, at % 2 == 0 ? 0 : right_column, chart);
    }
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

/// A month of the table, this month's in bold. Where nothing counts there is no amount.
void put_past_month(Sheet& sheet, std::uint32_t row, const PastMonths& history, std::size_t month, std::span<const PastSums> currencies) {
    const bool is_now = month + 1 == history.months.size();
    sheet.text(row, 0, history.months[month].to_text(), is_now ? Look::label : Look::plain);
    std::uint16_t column = 0;
    for (const PastSums& past : currencies) {
        ++column;
        if (const auto& amount = past.amounts_minor[month]) {
            MoneySum sum{Money{static_cast<std::int64_t>(*amount), past.currency}};
            sum.fits = sum.money.amount_minor == *amount;
            put_sum(sheet, row, column, sum, is_now);
        }
    }
}

/// Of one month: the same currencies in the twelve months before it, a column each; more than a page is wide stand below. Returns the row
/// behind.
std::uint32_t write_past_months(const Book& book, Sheet& sheet, std::uint32_t row, const RunSummary& summary,
                                std::vector<MonthsChart>& charts) {
    const PastMonths& history = *summary.history;
    sheet.heading(row++, translate(book.language(), "Thirteen months"), Look::section);
    for (std::size_t first = 0; first < history.totals.size(); first += currencies_abreast) {
        const auto abreast = std::span(history.totals).subspan(first, std::min(currencies_abreast, history.totals.size() - first));
        std::vector<std::string_view> names{translate(book.language(), "month")};
        std::vector<std::uint16_t> numbers;
        for (const PastSums& past : abreast) {
            numbers.push_back(static_cast<std::uint16_t>(names.size()));
            names.push_back(past.currency.code());
            Sheet::ColumnChart& chart = begin_chart(book, past.currency, row + 1, charts);
            chart.last_row = row + static_cast<std::uint32_t>(history.months.size());
            chart.values = numbers.back();
            for (const std::optional<Int128>& amount : past.amounts_minor) {
                charts.back().months += amount ? 1U : 0U;
                chart.has_credits = chart.has_credits || (amount && *amount < 0);
            }
            const auto total = std::find_if(summary.totals.begin(), summary.totals.end(),
                                            [&](const CurrencyTotal& one) { return one.total.currency == past.currency; });
            charts.back().documents = total == summary.totals.end() ? 0 : total->documents;
        }
        sheet.header(row++, names, numbers);
        for (std::size_t month = 0; month < history.months.size(); ++month) {
            put_past_month(sheet, row++, history, month, abreast);
        }
        ++row;
    }
    return row;
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
        ++charts.back().months;
        charts.back().chart.has_credits = charts.back().chart.has_credits || sum.money.amount_minor < 0;
        sheet.text(row, 0, month.to_text());
        sheet.text(row, 2, currency.code());
        sheet.count(row, 3, sum.documents);
        put_sum(sheet, row++, 4, sum);
    }
    return row + 1;
}

/// Of the second column of Run, which holds sentences.
constexpr std::uint16_t run_width = 92;

/// Name, translated, and value; an empty value shows as "–".
void put_pair(Sheet& sheet, std::uint32_t& row, std::string_view name, std::string_view value) {
    sheet.fit_height(row, {{value, run_width}});
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
void write_columns(Sheet& sheet, std::uint32_t& row, Language language) {
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
        sheet.fit_height(row, {{first->sheet_help.in(language), run_width}});
        sheet.text(row, 0, names, Look::label);  // the names that ledger.csv has
        sheet.words(row++, 1, first->sheet_help, Look::wrapped);
    }
}

/// Sentences stand over the columns of the tables, from the second one on: a printed page ends with them.
struct SentenceRoom {
    std::uint16_t last_column;
    std::size_t letters;
};

void say_named(Sheet& sheet, std::uint32_t& row, const SentenceRoom& room, Word name, std::string_view sentence) {
    sheet.fit_height(row, {{sentence, room.letters}});
    sheet.words(row, 0, name);
    sheet.sentence(row++, 1, room.last_column, sentence);
}

/// Of the data, as the archive has it: the workbook is the same in every run over the same data.
void write_verdict(Sheet& sheet, std::uint32_t& row, const SentenceRoom& room, Language language, const RunSummary& summary) {
    const std::vector<Cause> causes = causes_of_data(summary);
    const ExitCode exit_code = exit_code_of(causes);
    const bool is_good = exit_code == ExitCode::complete && summary.view.is_whole();
    const Word sentence = summary.view.is_whole() ? verdict_sentence(exit_code) : Word("a partial view, not the month");
    sheet.fit_height(row, {{sentence.in(language), room.letters}});
    sheet.word_of(row, 0, verdict_of(summary, exit_code), is_good ? Look::good : Look::warn);
    sheet.sentence(row++, 1, room.last_column, sentence.in(language));
    if (!summary.view.is_whole()) {
        say_named(sheet, row, room, "only", in_words(language, summary.view));
    }
    if (!causes.empty()) {
        say_named(sheet, row, room, "causes", in_words(language, causes));
    }
}

}  // namespace

void write_summary_sheet(Book& book, const RunSummary& summary) {
    const Language language = book.language();
    Sheet& sheet = book.add_sheet(name_of(book, "Summary"));
    const bool has_past = summary.history && !summary.history->totals.empty();
    const SentenceRoom room = has_past ? SentenceRoom{6, 120} : SentenceRoom{4, 80};
    sheet.widths({18, 20, 20, 20, 20, 20, 20});
    sheet.hide_gridlines();
    std::uint32_t row = 0;
    sheet.heading(row++, messages::invoices_of(summary.period).in(language), Look::title);
    write_verdict(sheet, row, room, language, summary);
    say_named(sheet, row, room, "counted", summary.counting_rule.in(language));
    for (const CountingUse& use : summary.counting_uses) {
        say_named(sheet, row, room, "counted otherwise", messages::says(name_contracts(language, use.contracts), use.rule).in(language));
    }
    ++row;
    const std::uint32_t charts_row = row;
    row = write_totals(book, sheet, row, summary);
    row = write_reporting_total(book, sheet, row, summary);
    std::vector<MonthsChart> charts;
    bool has_charts = false;
    if (has_past) {
        row = write_past_months(book, sheet, row, summary, charts);
        put_charts_below(sheet, worth_showing(std::move(charts)), row);
    } else {
        write_months(book, sheet, row, summary, charts);
        has_charts = put_charts_beside(sheet, worth_showing(std::move(charts)), charts_row, 5);
    }
    sheet.print(1, 0, has_charts ? Paper::landscape : Paper::portrait);
}

void write_run_sheet(Book& book, const RunSummary& summary) {
    const Language language = book.language();
    Sheet& sheet = book.add_sheet(name_of(book, "Run"));
    sheet.widths({44, run_width});
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
    if (!summary.view.perimeters.empty()) {
        put_pair(sheet, row, translate(language, "perimeters asked for"), joined(language, summary.view.perimeters));
    }
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
    write_columns(sheet, row, language);
    sheet.print(1, 0, Paper::portrait);
}

}  // namespace moisson::ledger
