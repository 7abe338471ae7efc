/// See row_check.hpp.

#include "bundle/row_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/clock.hpp"
#include "bundle/bundle.hpp"
#include "bundle/ledger_check.hpp"
#include "bundle/raw_check.hpp"
#include "domain/contract.hpp"
#include "domain/period.hpp"
#include "domain/rate.hpp"

namespace moisson::bundle {

namespace {

using Row = CsvReader::Row;

/// Codes that say nothing of why a row does not count or lacks a value.
constexpr std::array<std::string_view, 34> side_codes{"amount-is-neither",       "amount-unusual",        "amount-zero",
                                                      "amount-zero-unusual",     "buyer-unexpected",      "credit-note",
                                                      "document-active",         "document-failed",       "document-not-ready",
                                                      "file-duplicate",          "file-not-requested",    "filename-duplicate",
                                                      "filename-missing",        "filename-unsafe",       "formula-like",
                                                      "fx-rate-missing",         "inside-differs",        "invoice-number-duplicate",
                                                      "invoice-over-budget",     "invoice-reader-failed", "invoice-unreadable",
                                                      "invoice-value-ambiguous", "media-type-unexpected", "no-longer-listed",
                                                      "period-spans-months",     "period-tail",           "text-not-utf8",
                                                      "updated-after-issue",     "usage-columns",         "usage-differs",
                                                      "usage-not-utf8",          "usage-sheet-renamed",   "vat-sum-wrong",
                                                      "version-changed"};

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

std::optional<std::chrono::year_month_day> parse_day(std::string_view text) {
    const auto month = text.size() == 10 ? Month::parse(text.substr(0, 7)) : std::nullopt;
    unsigned day = 0;
    if (!month || text[7] != '-' || std::from_chars(text.data() + 8, text.data() + 10, day).ptr != text.data() + 10) {
        return std::nullopt;
    }
    const auto first = month->first_day();
    const std::chrono::year_month_day date{first.year(), first.month(), std::chrono::day{day}};
    return date.ok() ? std::optional(date) : std::nullopt;
}

std::string_view standing_of_type(std::string_view type) {
    if (type == "invoices" || type == "bills") {
        return "final";
    }
    return type == "partialBills" || type == "partialConsumptionRatedReports" ? "provisional" : "supporting";
}

bool is_known(std::string_view type) {
    return standing_of_type(type) != "supporting" || type == "reports" || type == "comsumptionRatedReports";
}

class RowCheck {
public:
    RowCheck(const Row& row, const std::string& where, Problems& problems) : row_(row), where_(where), problems_(problems) {}

    void run() {
        check_type();
        check_period();
        check_money();
        check_values();
        check_channel();
        check_instants();
        check_file();
        check_codes();
    }

private:
    void add(Column column, std::string_view what) {
        problems_.add(fmt::format("{}: column {}, {}: {}", where_, column_names.at(column), sanitise(row_[column], 80), what));
    }

    /// A finding stands in the row exactly where the values call for it.
    void must_match(std::string_view code, bool called_for) {
        if (has_code(row_, code) != called_for) {
            problems_.add(fmt::format("{}: column findings {} {}, which its other columns {}", where_, called_for ? "lacks" : "holds", code,
                                      called_for ? "call for" : "do not call for"));
        }
    }

    void check_type() {
        const bool is_decided = has_code(row_, "document-type-decided") || has_code(row_, "document-type-undecided");
        if (row_[standing] != standing_of_type(row_[document_type]) && !is_decided) {
            add(standing, fmt::format("it is not that of the type {}", sanitise(row_[document_type], 40)));
        }
        if (row_[counted] != "yes" && row_[counted] != "no") {
            add(counted, "it is neither yes nor no");
        }
        if (row_[counted] == "yes" && row_[standing] != "final") {
            add(counted, "only final documents count");
        }
        must_match("document-type-missing", row_[document_type].empty());
        if (!is_decided) {
            must_match("document-type-unknown", !row_[document_type].empty() && !is_known(row_[document_type]));
        }
    }

    void check_period() {
        const bool has_none = row_[period].empty() && row_[period_start].empty() && row_[period_end].empty();
        if (has_none) {
            if (!has_reason(row_)) {
                add(period, "it is empty, and no finding says why");
            }
            return;
        }
        const auto first = parse_day(row_[period_start]);
        const auto last = parse_day(row_[period_end]);
        if (!first || !last || std::chrono::sys_days{*last} < std::chrono::sys_days{*first}) {
            problems_.add(where_ + ": columns period_start and period_end are not the first and last day of a period");
            return;
        }
        if (Month::of(*last).to_text() != row_[period]) {
            add(period, "it is not the month of period_end");
        }
        must_match("period-spans-months", Month::of(*first) != Month::of(*last));
        if (!may_be_period(row_[raw_period], row_[period_start], row_[period_end])) {
            add(raw_period, fmt::format("it does not say {} to {}", row_[period_start], row_[period_end]));
        }
        must_match("period-missing", is_blank(row_[raw_period]));
    }

    void check_money() {
        const auto unit = find_currency(row_[currency]);
        if (!row_[currency].empty() && !unit) {
            add(currency, "it is no currency of ISO 4217");
        }
        if (!row_[currency].empty() && !may_be_currency(row_[raw_currency], row_[currency])) {
            add(currency, fmt::format("raw_currency, {}, says another", sanitise(row_[raw_currency], 40)));
        }
        if (row_[currency].empty() && find_currency(row_[raw_currency]) && !has_reason(row_)) {
            add(currency, "it is empty, though raw_currency has one and no finding says why");
        }
        const auto money = unit ? parse_exact(row_[amount], *unit) : std::nullopt;
        if (!row_[amount].empty() && !money) {
            add(amount, "it is no amount with exactly the digits of its currency");
        }
        if (money && !may_be_amount(row_[raw_amount], *money)) {
            add(amount, fmt::format("raw_amount, {}, says another", sanitise(row_[raw_amount], 40)));
        }
        if (row_[amount].empty() && !is_blank(row_[raw_amount]) && !has_reason(row_)) {
            add(amount, "it is empty, though raw_amount has one and no finding says why");
        }
        if (row_[counted] == "yes" && (!money || row_[period].empty())) {
            problems_.add(where_ + ": it counts, but its period, amount or currency cannot be read");
        }
        const bool is_final = row_[standing] == "final";
        must_match("credit-note", is_final && money && money->amount_minor < 0);
        must_match("amount-zero", is_final && money && money->amount_minor == 0);
    }

    /// What the document says of itself. Only its own arithmetic can be checked here: the document is not read again.
    void check_values() {
        constexpr std::array<std::string_view, 3> sources{"xml", "workbook", "text"};
        const std::string& from = row_[values_from];
        if (!from.empty() && std::find(sources.begin(), sources.end(), from) == sources.end()) {
            add(values_from, "it is none of xml, workbook and text");
        }
        if (!from.empty() && row_[path].empty()) {
            add(values_from, "it is not empty, though there is no file");
        }
        for (std::size_t column = invoice_number; column < values_from && from.empty(); ++column) {
            if (!row_[column].empty()) {
                add(static_cast<Column>(column), "it is not empty, though values_from is");
            }
        }
        const auto unit = find_currency(row_[currency]);
        std::array<std::optional<Money>, 3> told;
        for (std::size_t at = 0; at < told.size(); ++at) {
            const auto column = static_cast<Column>(net_amount + at);
            told[at] = unit ? parse_exact(row_[column], *unit) : std::nullopt;
            if (!row_[column].empty() && !told[at]) {
                add(column, "it is no amount with exactly the digits of the row's currency");
            }
        }
        if (told[0] && told[1] && told[2] && !has_code(row_, "vat-sum-wrong")) {
            const auto sum = moisson::add(*told[0], *told[1]);
            if (!sum || *sum != *told[2]) {
                add(gross_amount, "it is not net_amount and vat_amount together");
            }
        }
        if (!row_[due_date].empty() && !parse_day(row_[due_date])) {
            add(due_date, "it is no day");
        }
    }

    /// The document of an inbox is named by its bytes.
    void check_channel() {
        constexpr std::size_t digits = 32;
        if (row_[channel] != "service" && row_[channel] != "inbox") {
            add(channel, "it is neither service nor inbox");
        }
        if (row_[channel] == "inbox" && (row_[document_type] != "invoices" || row_[version] != "1")) {
            add(channel, "a document of an inbox is an invoice, and has no second version");
        }
        if (row_[channel] == "inbox" && !row_[sha256].empty() && row_[document_id] != "inbox-" + row_[sha256].substr(0, digits)) {
            add(document_id, "it is not made of the digest");
        }
        must_match("inbox-delivered", row_[channel] == "inbox" && row_[counted] == "no" && !has_code(row_, "withdrawn-decided"));
    }

    void check_instants() {
        for (const Column column : {issued_at, updated_at}) {
            const auto instant = parse_timestamp(row_[column]);
            if (!row_[column].empty() && (!instant || format_timestamp(*instant) != row_[column])) {
                add(column, "it is no instant as the ledger writes it");
            }
        }
        must_match("updated-after-issue", !row_[issued_at].empty() && !row_[updated_at].empty() && row_[issued_at] != row_[updated_at]);
        must_match("filename-missing", row_[filename].empty());
    }

    void check_file() {
        constexpr std::array<std::string_view, 4> states{"ok", "not-ready", "failed", "skipped"};
        if (std::find(states.begin(), states.end(), row_[status]) == states.end()) {
            add(status, "it is none of ok, not-ready, failed and skipped");
        }
        if ((row_[status] == "ok") != !row_[path].empty()) {
            add(status, row_[path].empty() ? "it names no file" : "it names a file");
        }
        if (row_[path].empty()) {
            return;
        }
        constexpr std::array<std::string_view, 9> kinds{"application/json",
                                                        "application/octet-stream",
                                                        "application/pdf",
                                                        "application/xml",
                                                        "application/zip",
                                                        "text/csv",
                                                        "text/html",
                                                        "text/plain",
                                                        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"};
        if (std::find(kinds.begin(), kinds.end(), row_[media_type]) == kinds.end()) {
            add(media_type, "it is none that a file is told to be");
        }
        for (const Column column : {size_bytes, sha256, media_type}) {
            if (row_[column].empty()) {
                add(column, "it is empty, though there is a file");
            }
        }
        check_path();
    }

    /// The folder, and of the name what stands in front of version and digest, follow from the row.
    void check_path() {
        Contract contract;
        contract.id = row_[contract_id];
        LedgerEntry entry;
        entry.contract = &contract;
        entry.document_id = row_[document_id];
        entry.document_type = row_[document_type];
        entry.filename = row_[filename];
        entry.media_type = row_[media_type];
        const auto first = parse_day(row_[period_start]);
        const auto last = parse_day(row_[period_end]);
        if (first && last) {
            entry.period = Period{*first, *last};
        }
        const std::string wanted = document_path(entry).substr(std::string_view("documents/").size());
        std::string_view found = row_[path];
        for (const std::string_view folder : {"data/documents/", "data/addenda/"}) {
            if (found.starts_with(folder)) {
                found.remove_prefix(folder.size());
                found.remove_prefix(folder == "data/addenda/" ? std::min(found.find('/') + 1, found.size()) : 0);
            }
        }
        const auto folder_of = [](std::string_view one) { return one.substr(0, one.rfind('/') + 1); };
        const auto ending_of = [](std::string_view one) {
            return one.rfind('.') == std::string_view::npos ? std::string_view{} : one.substr(one.rfind('.'));
        };
        const std::string_view name = found.substr(folder_of(found).size());
        const std::string_view stem = std::string_view(wanted).substr(folder_of(wanted).size());
        // A long name is cut further where a suffix needs room.
        const std::size_t same = std::min<std::size_t>(20, stem.size() - ending_of(stem).size());
        if (folder_of(found) != folder_of(wanted) || ending_of(found) != ending_of(wanted) ||
            name.substr(0, same) != stem.substr(0, same) ||
            (row_[version] != "1" && name.find(fmt::format("-v{}", row_[version])) == std::string_view::npos)) {
            add(path, "it is not made of the row's contract, month, type, file name, version and media type");
        }
    }

    void check_codes() {
        const std::string& codes = row_[findings];
        std::string_view rest = codes;
        std::string_view last;
        while (!rest.empty()) {
            const std::string_view code = rest.substr(0, rest.find(' '));
            const bool is_code = !code.empty() && code.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
            if (!is_code || !(last < code)) {
                add(findings, "it is not a list of different codes in order");
                return;
            }
            last = code;
            rest.remove_prefix(std::min(rest.size(), code.size() + 1));
        }
    }

    const Row& row_;
    const std::string& where_;
    Problems& problems_;
};

constexpr std::size_t columns_of_reporting = column_count_with_reporting - column_count;

/// How many columns stand before those of the reporting currency; 0: no ledger has that width.
std::size_t fixed_columns(std::size_t width) noexcept {
    const auto* const found = std::find_if(later_columns.begin(), later_columns.end(), [&](std::size_t fixed) {
        return width == fixed || width == fixed + columns_of_reporting;
    });
    return found == later_columns.end() ? 0 : *found;
}

}  // namespace

std::string_view column_name(std::size_t column) noexcept {
    return column < column_names.size() ? column_names[column] : std::string_view{};
}

std::size_t width_of_header(const Row& header) {
    const std::size_t width = header.size();
    if (fixed_columns(width) == 0) {
        return 0;
    }
    for (std::size_t place = 0; place < width; ++place) {
        if (header[place] != column_name(column_at(place, width))) {
            return 0;
        }
    }
    return width;
}

bool has_reporting(std::size_t width) noexcept { return fixed_columns(width) + columns_of_reporting == width; }

std::size_t column_at(std::size_t place, std::size_t width) noexcept {
    const std::size_t fixed = fixed_columns(width);
    return fixed > 0 && place >= fixed ? place + (column_count - fixed) : place;
}

const Row& with_all_columns(const Row& row, Row& room) {
    const std::size_t fixed = fixed_columns(row.size());
    if (fixed == 0 || fixed == column_count) {
        return row;
    }
    room = row;
    room.insert(room.begin() + static_cast<std::ptrdiff_t>(fixed), column_count - fixed, std::string());
    if (fixed <= channel) {
        room[channel] = "service";  // earlier versions knew no other
    }
    return room;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
        return std::nullopt;
    }
    return value;
}

std::optional<Money> parse_exact(std::string_view text, Currency unit) {
    std::string digits(text);
    const auto places = static_cast<std::size_t>(unit.minor_digits());
    if (places > 0) {
        const std::size_t dot = digits.find('.');
        if (dot == std::string::npos || digits.size() - dot - 1 != places || dot == 0 || digits[dot - 1] == '-') {
            return std::nullopt;
        }
        digits.erase(dot, 1);
    }
    Money money{0, unit};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), money.amount_minor);
    // Writing it back shows what from_chars would let pass: leading zeros, "-0.00".
    if (error != std::errc{} || end != digits.data() + digits.size() || to_decimal(money) != text) {
        return std::nullopt;
    }
    return money;
}

bool has_code(const Row& row, std::string_view code) {
    const std::string_view codes = row[findings];
    for (std::size_t at = codes.find(code); at != std::string_view::npos; at = codes.find(code, at + 1)) {
        const std::size_t end = at + code.size();
        if ((at == 0 || codes[at - 1] == ' ') && (end == codes.size() || codes[end] == ' ')) {
            return true;
        }
    }
    return false;
}

bool has_reason(const Row& row) {
    std::string_view rest = row[findings];
    while (!rest.empty()) {
        const std::string_view code = rest.substr(0, rest.find(' '));
        if (std::find(side_codes.begin(), side_codes.end(), code) == side_codes.end()) {
            return true;
        }
        rest.remove_prefix(std::min(rest.size(), code.size() + 1));
    }
    return false;
}

void check_row(const Row& row, const std::string& where, Problems& problems) { RowCheck(row, where, problems).run(); }

void check_reporting(const Row& row, const std::string& where, Problems& problems) {
    if (row[reporting_amount].empty() && row[reporting_currency].empty() && row[fx_rate].empty() && row[fx_date].empty()) {
        return;
    }
    const auto from = find_currency(row[currency]);
    const auto to = find_currency(row[reporting_currency]);
    const auto money = from ? parse_exact(row[amount], *from) : std::nullopt;
    const auto rate = Decimal::parse(row[fx_rate]);
    if (!money || !to || !rate || !parse_day(row[fx_date])) {
        problems.add(where + ": it is converted, but its amount, currency, rate or day cannot be read");
        return;
    }
    const auto converted = convert(*money, *rate, *to);
    if (!converted || to_decimal(*converted) != row[reporting_amount]) {
        problems.add(fmt::format("{}: {} {} at {} is not {} {}", where, row[amount], row[currency], row[fx_rate],
                                 sanitise(row[reporting_amount], 40), row[reporting_currency]));
    }
}

}  // namespace moisson::bundle
