#pragma once
/// One row of a ledger or an addendum against itself: what one column says follows from what others say. Written apart from the rooms that
/// made the row. Only the bundle room includes this header.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bundle/csv_reader.hpp"
#include "domain/money.hpp"

namespace moisson::bundle {

class Problems;

/// The published columns (samples/ledger.md, "ledger.csv").
enum Column : std::size_t {
    period,
    contract_id,
    contract_name,
    offer_id,
    offer_name,
    customer_id,
    customer_name,
    document_id,
    version,
    document_type,
    standing,
    counted,
    amount,
    currency,
    period_start,
    period_end,
    issued_at,
    updated_at,
    filename,
    path,
    size_bytes,
    sha256,
    media_type,
    status,
    findings,
    raw_amount,
    raw_currency,
    raw_period,
    invoice_number,
    net_amount,
    vat_amount,
    gross_amount,
    due_date,
    credited_invoice,
    order_reference,
    values_from,
    channel,
    perimeter,
    column_count,
    reporting_amount = column_count,
    reporting_currency,
    fx_rate,
    fx_date,
    column_count_with_reporting
};

inline constexpr std::array<std::string_view, column_count_with_reporting> column_names{
    "period",        "contract_id", "contract_name", "offer_id",      "offer_name",       "customer_id",
    "customer_name", "document_id", "version",       "document_type", "standing",         "counted",
    "amount",        "currency",    "period_start",  "period_end",    "issued_at",        "updated_at",
    "filename",      "path",        "size_bytes",    "sha256",        "media_type",       "status",
    "findings",      "raw_amount",  "raw_currency",  "raw_period",    "invoice_number",   "net_amount",
    "vat_amount",    "gross_amount", "due_date",     "credited_invoice", "order_reference", "values_from",
    "channel", "perimeter", "reporting_amount", "reporting_currency", "fx_rate", "fx_date"};

/// The first columns that ledgers of earlier versions do not have: the first of them ended before `invoice_number`, the next before
/// `channel`, the next before `perimeter`.
inline constexpr std::array<std::size_t, 4> later_columns{invoice_number, channel, perimeter, column_count};

[[nodiscard]] std::string_view column_name(std::size_t column) noexcept;
/// The header line: 0 when it is none of those that were ever published, else the number of its columns.
[[nodiscard]] std::size_t width_of_header(const CsvReader::Row& header);
/// Whether a ledger of that width has the columns of the reporting currency.
[[nodiscard]] bool has_reporting(std::size_t width) noexcept;
/// Which column stands at that place of a ledger of that width.
[[nodiscard]] std::size_t column_at(std::size_t place, std::size_t width) noexcept;
/// The row with all columns, those that a ledger of its width never had empty: `row` itself, or what was made of it in `room`.
[[nodiscard]] const CsvReader::Row& with_all_columns(const CsvReader::Row& row, CsvReader::Row& room);

[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);
/// Decimal text with exactly the currency's digits, as the ledger writes it; nothing else.
[[nodiscard]] std::optional<Money> parse_exact(std::string_view text, Currency unit);
/// One of the codes in a row's column `findings`.
[[nodiscard]] bool has_code(const CsvReader::Row& row, std::string_view code);

/// Adds a sentence for each column that contradicts another: standing against type, month against days, amount, currency and period
/// against their raw texts, findings against the values that they are about, media type and path against the rest, net and VAT
/// against gross. `row` has all columns.
void check_row(const CsvReader::Row& row, const std::string& where, Problems& problems);

/// The converted amount follows from the row's own amount and rate. Rows with these columns only.
void check_reporting(const CsvReader::Row& row, const std::string& where, Problems& problems);

/// The row has a finding that can be the reason why it does not count, or why a value is not there.
[[nodiscard]] bool has_reason(const CsvReader::Row& row);

}  // namespace moisson::bundle
