/// The Ledger sheets: the rows of ledger.csv as typed cells.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "domain/verdict.hpp"
#include "ledger/csv_writer.hpp"
#include "ledger/sheets.hpp"

namespace moisson::ledger {

namespace {

/// Positions in `csv_columns`; the workbook has the same columns in the same order.
enum Column : std::uint16_t {
    period, contract_id, contract_name, offer_id, offer_name, customer_id, customer_name, document_id, version, document_type, standing,
    counted, amount, currency, period_start, period_end, issued_at, updated_at, filename, path, size_bytes, sha256, media_type, status,
    findings, raw_amount, raw_currency, raw_period, column_count,
    // Only where the job has a reporting currency.
    reporting_amount = column_count, reporting_currency, fx_rate, fx_date, column_count_with_reporting
};
static_assert(column_count == csv_columns.size());
static_assert(column_count_with_reporting == csv_columns.size() + reporting_columns.size());

const std::vector<double> column_widths{9,  13, 26, 10, 20, 13, 26, 24, 8,  17, 12, 9,  19, 9,
                                        12, 12, 19, 19, 36, 40, 12, 18, 18, 10, 30, 14, 12, 12, 19, 18, 19, 12};

void write_row(Sheet& sheet, std::uint32_t row, const LedgerEntry& entry) {
    const Contract& contract = *entry.contract;
    if (entry.period) {
        sheet.text(row, period, entry.period->month().to_text());
        sheet.day(row, period_start, entry.period->first);
        sheet.day(row, period_end, entry.period->last);
    }
    sheet.text(row, contract_id, contract.id);
    sheet.text(row, contract_name, contract.name);
    sheet.text(row, offer_id, contract.offer_id);
    sheet.text(row, offer_name, contract.offer_name);
    sheet.text(row, customer_id, contract.customer_id);
    sheet.text(row, customer_name, contract.customer_name);
    sheet.text(row, document_id, entry.document_id);
    sheet.count(row, version, entry.version);
    sheet.text(row, document_type, entry.document_type);
    sheet.text(row, standing, to_text(entry.standing));
    sheet.text(row, counted, entry.counted ? "yes" : "no");
    if (entry.amount) {
        sheet.money(row, amount, *entry.amount);
        sheet.text(row, currency, entry.amount->currency.code());
    } else if (entry.currency && *entry.currency != Currency{}) {
        sheet.text(row, currency, entry.currency->code());
    }
    if (entry.issued_at) {
        sheet.instant(row, issued_at, *entry.issued_at);
    }
    if (entry.updated_at) {
        sheet.instant(row, updated_at, *entry.updated_at);
    }
    sheet.text(row, filename, entry.filename);
    sheet.text(row, path, entry.path, Look::muted);
    if (entry.size_bytes) {
        sheet.count(row, size_bytes, *entry.size_bytes);
    }
    sheet.text(row, sha256, entry.sha256, Look::muted);
    sheet.text(row, media_type, entry.media_type);
    sheet.text(row, status, to_text(entry.status));
    sheet.text(row, findings, entry.findings.to_text());
    sheet.text(row, raw_amount, entry.raw_amount, Look::muted);
    sheet.text(row, raw_currency, entry.raw_currency, Look::muted);
    sheet.text(row, raw_period, entry.raw_period, Look::muted);
    if (entry.reporting) {
        sheet.money(row, reporting_amount, entry.reporting->amount());
        sheet.text(row, reporting_currency, entry.reporting->currency.code());
        sheet.decimal(row, fx_rate, entry.reporting->rate());
        sheet.day(row, fx_date, entry.reporting->day);
    }
}

}  // namespace

std::string numbered(const std::string& name, std::size_t sheet) { return sheet == 0 ? name : fmt::format("{} {}", name, sheet + 1); }

std::string name_of(const Book& book, std::string_view english, std::size_t sheet) {
    return numbered(std::string(translate(book.language(), english)), sheet);
}

std::vector<std::string_view> titles(const Book& book, const std::vector<std::string_view>& english) {
    std::vector<std::string_view> names;
    std::transform(english.begin(), english.end(), std::back_inserter(names),
                   [&](std::string_view name) { return translate(book.language(), name); });
    return names;
}

void write_ledger_sheets(Book& book, std::span<const LedgerEntry> entries, CsvColumns columns, std::uint32_t rows_per_sheet_max) {
    MOISSON_INVARIANT(rows_per_sheet_max >= 2, "a sheet holds its header and a row");
    const std::size_t rows_max = rows_per_sheet_max - 1;
    std::vector<std::string_view> names(csv_columns.begin(), csv_columns.end());
    std::vector<std::uint16_t> number_columns{version, amount, size_bytes};
    if (columns == CsvColumns::with_reporting) {
        names.insert(names.end(), reporting_columns.begin(), reporting_columns.end());
        number_columns.insert(number_columns.end(), {reporting_amount, fx_rate});
    }
    const auto width = static_cast<std::uint16_t>(names.size());
    std::size_t sheets = 0;
    do {
        const auto part = entries.subspan(0, std::min(rows_max, entries.size()));
        entries = entries.subspan(part.size());
        Sheet& sheet = book.add_sheet(name_of(book, "Ledger", sheets++));
        sheet.widths({column_widths.begin(), column_widths.begin() + width});
        sheet.header(0, names, number_columns);
        std::uint32_t row = 0;
        for (const LedgerEntry& entry : part) {
            write_row(sheet, ++row, entry);
        }
        sheet.freeze(1, 2);
        sheet.filter(0, row, width);
        sheet.print(2, 0);
        if (row > 0) {
            // What does not enter the totals steps back, what is not there stands out.
            sheet.mark_word(1, row, status, "failed", Look::bad);
            sheet.mark_word(1, row, status, "not-ready", Look::warn);
            sheet.mark_where(1, row, static_cast<std::uint16_t>(width - 1), "=$L2=\"no\"", Look::faded);
        }
    } while (!entries.empty());
}

void write_contracts_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max) {
    std::span<const ContractCompleteness> lines = summary.completeness;
    const std::vector<ContractVerdict> all = contract_verdicts(summary);
    std::span<const ContractVerdict> verdicts = all;
    std::size_t sheets = 0;
    do {
        const auto part = lines.subspan(0, std::min<std::size_t>(rows_per_sheet_max - 1, lines.size()));
        const auto judged = verdicts.subspan(0, part.size());
        lines = lines.subspan(part.size());
        verdicts = verdicts.subspan(part.size());
        Sheet& sheet = book.add_sheet(name_of(book, "Contracts", sheets++));
        sheet.widths({14, 28, 20, 26, 16, 60, 11, 9, 14});
        // Not how many documents are listed in all: that grows month by month, and a month's workbook must not change with it.
        sheet.header(0, titles(book, {"contract_id", "contract_name", "offer_name", "customer_name", "verdict", "reason", "in_period",
                                      "files_ok", "files_missing"}), {6, 7, 8});
        std::uint32_t row = 0;
        for (const ContractCompleteness& line : part) {
            const ContractVerdict& verdict = judged[row++];
            const std::string reason = reason_of(book.language(), line, verdict);
            sheet.fit_height(row, {{reason, 62}});
            sheet.text(row, 0, line.contract->id);
            sheet.text(row, 1, line.contract->name);
            sheet.text(row, 2, line.contract->offer_name);
            sheet.text(row, 3, line.contract->customer_name);
            sheet.words(row, 4, verdict.word);
            sheet.text(row, 5, reason, Look::wrapped);
            sheet.count(row, 6, line.in_period);
            sheet.count(row, 7, line.files_ok);
            sheet.count(row, 8, line.files_missing);
        }
        sheet.freeze(1, 1);
        sheet.filter(0, row, 9);
        sheet.print(1, 0);
        if (row > 0) {
            sheet.mark_word(1, row, 4, translate(book.language(), "complete"), Look::good);
            for (const std::string_view word : {"incomplete", "overdue", "unproven", "capped"}) {
                sheet.mark_word(1, row, 4, translate(book.language(), word), Look::warn);
            }
            for (const std::string_view word : {"forbidden", "failed", "unknown-answer"}) {
                sheet.mark_word(1, row, 4, translate(book.language(), word), Look::bad);
            }
        }
    } while (!lines.empty());
}

void write_findings_sheets(Book& book, const RunSummary& summary, std::uint32_t rows_per_sheet_max) {
    std::span<const Finding> findings = summary.findings;
    std::size_t sheets = 0;
    do {
        const auto part = findings.subspan(0, std::min<std::size_t>(rows_per_sheet_max - 1, findings.size()));
        findings = findings.subspan(part.size());
        Sheet& sheet = book.add_sheet(name_of(book, "Findings", sheets++));
        sheet.widths({14, 28, 15, 26, 70, 60});
        sheet.header(0, titles(book, {"severity", "code", "contract_id", "document_id", "finding", "remedy"}));
        std::uint32_t row = 0;
        for (const Finding& finding : part) {
            ++row;
            const std::string message = translate_sentence(book.language(), finding.message);
            const std::string_view remedy = translate(book.language(), finding_kind(finding.code).remedy);
            sheet.fit_height(row, {{message, 75}, {remedy, 65}, {finding.document_id, 26}});
            sheet.words(row, 0, to_text(finding.severity()), Look::wrapped);
            sheet.text(row, 1, finding.code, Look::wrapped);
            sheet.text(row, 2, finding.contract_id, Look::wrapped);
            sheet.text(row, 3, finding.document_id, Look::wrapped);
            sheet.text(row, 4, message, Look::wrapped);
            sheet.text(row, 5, remedy, Look::wrapped);
        }
        sheet.freeze(1, 0);
        sheet.filter(0, row, 6);
        sheet.print(1, 0);
        if (row > 0) {
            sheet.mark_word(1, row, 0, translate(book.language(), "error"), Look::bad);
            sheet.mark_word(1, row, 0, translate(book.language(), "warning"), Look::warn);
        }
    } while (!findings.empty());
}

}  // namespace moisson::ledger
