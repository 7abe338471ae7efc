#include "bundle/ledger_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace moisson::bundle {

namespace {

constexpr std::size_t sentences_max = 1000;

/// The published columns (README, "ledger.csv").
enum Column : std::size_t {
    period = 0, contract_id = 1, document_id = 7, version = 8, document_type = 9, counted = 11, amount = 12, currency = 13,
    path = 19, size_bytes = 20, sha256 = 21, status = 23, column_count = 28,
    reporting_amount = 28, reporting_currency = 29, fx_rate = 30, fx_date = 31, column_count_with_reporting = 32
};

constexpr std::string_view header_line =
    "period,contract_id,contract_name,offer_id,offer_name,customer_id,customer_name,document_id,version,document_type,standing,counted,"
    "amount,currency,period_start,period_end,issued_at,updated_at,filename,path,size_bytes,sha256,media_type,status,findings,raw_amount,"
    "raw_currency,raw_period";
/// Behind it where the job had a reporting currency.
constexpr std::string_view reporting_header = ",reporting_amount,reporting_currency,fx_rate,fx_date";

std::optional<std::uint64_t> parse_count(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
        return std::nullopt;
    }
    return value;
}

/// Decimal text with exactly the currency's digits, as the ledger writes it; nothing else.
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

std::string join(const CsvReader::Row& row) {
    std::string text;
    for (const std::string& field : row) {
        text += (text.empty() ? "" : ",") + field;
    }
    return text;
}

}  // namespace

void Problems::add(std::string sentence) {
    if (sentences_.size() < sentences_max) {
        sentences_.push_back(std::move(sentence));
    } else {
        ++left_out_;
    }
}

std::vector<std::string> Problems::take() {
    if (left_out_ > 0) {
        sentences_.push_back(fmt::format("… and {} further problems", left_out_));
    }
    return std::move(sentences_);
}

LedgerCheck::LedgerCheck(const std::vector<DataFile>& files, Problems& problems)
    : files_(files), problems_(problems), reader_([this](const CsvReader::Row& row) { take_row(row); }), named_(files.size(), false) {}

void LedgerCheck::take_row(const CsvReader::Row& row) {
    if (!has_header_) {
        has_header_ = true;
        const std::string header = join(row);
        has_reporting_ = header.size() > header_line.size();
        if (header != header_line && header != fmt::format("{}{}", header_line, reporting_header)) {
            problems_.add("data/ledger.csv: its header line is not the published one");
        }
        return;
    }
    ++rows_;
    const std::string where = fmt::format("data/ledger.csv row {}", reader_.row_number());
    const std::size_t width = has_reporting_ ? column_count_with_reporting : column_count;
    if (row.size() != width) {
        problems_.add(fmt::format("{}: {} columns in place of {}", where, row.size(), width));
        return;
    }
    if (has_reporting_) {
        check_reporting(row, where);
    }
    check_order(row, where);
    check_file(row, where);
    if (row[counted] == "yes") {
        count_amount(row, where);
    } else if (row[counted] != "no") {
        problems_.add(where + ": column counted is neither yes nor no");
    }
}

void LedgerCheck::check_order(const CsvReader::Row& row, const std::string& where) {
    const auto number = parse_count(row[version]);
    if (!number || *number == 0) {
        problems_.add(where + ": the version is not a number from 1");
        return;
    }
    auto key = std::tuple(row[contract_id], row[period], row[document_type], row[document_id], *number);
    if (rows_ > 1 && !(last_key_ < key)) {
        problems_.add(where + ": it does not come after the row before it; a row is doubled or out of order");
    }
    last_key_ = std::move(key);
}

void LedgerCheck::check_file(const CsvReader::Row& row, const std::string& where) {
    if (row[path].empty()) {
        if (row[status] == "ok") {
            problems_.add(where + ": its status is ok, but it names no file");
        }
        return;
    }
    ++documents_;
    constexpr std::string_view data_folder = "data/";
    if (!row[path].starts_with(data_folder)) {
        problems_.add(fmt::format("{}: its path {} does not begin with data/", where, sanitise(row[path])));
        return;
    }
    const std::string wanted_path = row[path].substr(data_folder.size());
    const auto found = std::lower_bound(files_.begin(), files_.end(), wanted_path,
                                        [](const DataFile& file, const std::string& wanted) { return file.path < wanted; });
    if (found == files_.end() || found->path != wanted_path) {
        problems_.add(fmt::format("{}: the bundle has no file {}", where, sanitise(row[path])));
        return;
    }
    const auto index = static_cast<std::size_t>(found - files_.begin());
    if (named_[index]) {
        problems_.add(fmt::format("{}: data/{} belongs to another row too", where, found->path));
    }
    named_[index] = true;
    if (found->sha256 != row[sha256]) {
        problems_.add(fmt::format("{}: data/{} has another SHA-256", where, found->path));
    }
    if (parse_count(row[size_bytes]) != found->size_bytes) {
        problems_.add(fmt::format("{}: data/{} has another length", where, found->path));
    }
}

/// The converted amount follows from the row's own amount and rate.
void LedgerCheck::check_reporting(const CsvReader::Row& row, const std::string& where) {
    if (row[reporting_amount].empty() && row[reporting_currency].empty() && row[fx_rate].empty() && row[fx_date].empty()) {
        return;
    }
    const auto from = find_currency(row[currency]);
    const auto to = find_currency(row[reporting_currency]);
    const auto money = from ? parse_exact(row[amount], *from) : std::nullopt;
    const auto rate = Decimal::parse(row[fx_rate]);
    if (!money || !to || !rate || row[fx_date].empty()) {
        problems_.add(where + ": it is converted, but its amount, currency, rate or day cannot be read");
        return;
    }
    const auto converted = convert(*money, *rate, *to);
    if (!converted || to_decimal(*converted) != row[reporting_amount]) {
        problems_.add(fmt::format("{}: {} {} at {} is not {} {}", where, row[amount], row[currency], row[fx_rate],
                                  sanitise(row[reporting_amount], 40), row[reporting_currency]));
    }
}

void LedgerCheck::count_amount(const CsvReader::Row& row, const std::string& where) {
    const auto unit = find_currency(row[currency]);
    const auto money = unit ? parse_exact(row[amount], *unit) : std::nullopt;
    if (!money || !Month::parse(row[period])) {
        problems_.add(where + ": it counts, but its period, amount or currency cannot be read");
        return;
    }
    LedgerTotal& total = totals_[row[currency]];
    total.total.currency = *unit;
    ++total.documents;
    total.credits += money->amount_minor < 0 ? 1U : 0U;
    const auto sum = add(total.total, *money);
    if (!sum && total.fits) {
        problems_.add(fmt::format("{}: the sum in {} is too large", where, row[currency]));
    }
    total.fits = total.fits && sum.has_value();
    total.total = sum.value_or(total.total);
}

void LedgerCheck::finish() {
    if (const std::string problem = reader_.finish(); !problem.empty()) {
        problems_.add("data/ledger.csv: " + problem);
        return;
    }
    if (!has_header_) {
        problems_.add("data/ledger.csv: it is empty");
    }
    for (std::size_t index = 0; index < files_.size(); ++index) {
        if (!named_[index] && files_[index].path.starts_with("documents/")) {
            problems_.add(fmt::format("data/{}: no row of the ledger names it", files_[index].path));
        }
    }
}

}  // namespace moisson::bundle
