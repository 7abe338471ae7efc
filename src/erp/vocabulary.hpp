#pragma once
/// The words of expressions: fields and functions, with their types. templates/README.md, "Fields" and "Functions", says what each means.

#include <cstdint>
#include <string_view>
#include <vector>

#include "erp/value.hpp"

namespace moisson::erp {

/// How often a value can change: what is computed at a level is kept until that level's next step.
enum class Level : std::uint8_t {
    fixed,     ///< once a run: literals, settings
    part,      ///< with each file that is begun: totals
    contract,  ///< with contract, document type and currency: mappings
    entry,     ///< with each posting
    row,       ///< with each line written
};

enum class Field : std::uint8_t {
    // of the contract, or fixed with it
    contract_id,
    contract_name,
    offer_id,
    offer_name,
    customer_id,
    customer_name,
    perimeter,
    platform_id,
    document_type,
    currency,
    is_foreign,
    local_currency,
    // of the posting
    document_id,
    piece,
    key,
    version,
    sequence,
    kind,
    standing,
    filename,
    path,
    sha256,
    media_type,
    size_bytes,
    file_status,
    file_mark,
    period,
    booking_period,
    period_start,
    period_end,
    booking_start,
    booking_end,
    issued_at,
    updated_at,
    invoice_number,
    piece_number,
    due_date,
    credited_invoice,
    order_reference,
    values_from,
    document_net,
    document_vat,
    document_gross,
    piece_date,
    posting_date,
    amount,
    gross,
    net,
    vat,
    local_gross,
    local_net,
    local_vat,
    rate,
    inverse_rate,
    rate_date,
    vat_rate,
    vat_count,
    vat_source,
    vat_rate_of_line,
    vat_base,
    vat_amount,
    vat_gross,
    vat_local_base,
    vat_local_amount,
    vat_local_gross,
    is_credit,
    is_late,
    entry,
    // of the line that is written
    row,
    line_number,
    line_debit,
    line_credit,
    line_signed,
    line_amount,
    line_side,
    // of the run and the file
    base,
    template_name,
    export_period,
    export_first_day,
    export_last_day,
    data_date,
    program,
    part,
    total_entries,
    total_rows,
    total_amount,
    total_debit,
    total_credit,
    total_first_date,
    total_last_date,
    total_groups,
    group_number,
    group_entries,
    group_rows,
    group_amount,
    group_debit,
    group_credit,
    each_value,
    each_sum,
    each_count,
};

struct FieldInfo {
    std::string_view name;  ///< "line.debit"
    Field field;
    Type type;
    Level level;
};
/// Null when there is none.
[[nodiscard]] const FieldInfo* find_field(std::string_view name) noexcept;
[[nodiscard]] std::vector<std::string_view> field_names();

enum class Function : std::uint8_t {
    abs_,
    add_days,
    add_months,
    ascii,
    case_,
    clean,
    contains,
    credit,
    cut,
    date,
    date_of,
    day,
    debit,
    due_date,
    empty,
    end_of_month,
    ends_with,
    first,
    if_,
    in_zone,
    length,
    lower,
    matches,
    max,
    mid,
    min,
    minor,
    month,
    number,
    pad_left,
    pad_right,
    part,
    refuse,
    regex_replace,
    repeat,
    replace,
    round,
    share,
    short_digest,
    shorten,
    sign,
    slug,
    start_of_month,
    starts_with,
    tail,
    text,
    translate,
    trim,
    upper,
    with_vat,
    without_vat,
    year,
    year_begin,
    year_end,
};

/// `parameters`: t text, n number, m amount, d date, i instant, b truth, q amount or number, ? anything, s all alike, r a literal
/// regular expression, p a pattern, T the name of a table; a `|` goes before the first that may be left out, a `*` says that the last may
/// be repeated. `result`: one of these letters; s: like the s ones; 1: like the first.
struct Signature {
    std::string_view name;
    Function function;
    std::string_view parameters;
    char result;
};
/// Null when there is none.
[[nodiscard]] const Signature* find_signature(std::string_view name) noexcept;
[[nodiscard]] std::vector<std::string_view> function_names();

}  // namespace moisson::erp
