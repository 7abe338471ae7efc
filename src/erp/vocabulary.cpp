/// The tables of fields and functions.
#include "erp/vocabulary.hpp"

#include <algorithm>
#include <array>

namespace moisson::erp {

namespace {

using enum Type;
using enum Level;

constexpr auto fields = std::to_array<FieldInfo>({
    {"contract_id", Field::contract_id, text, contract},
    {"contract_name", Field::contract_name, text, contract},
    {"offer_id", Field::offer_id, text, contract},
    {"offer_name", Field::offer_name, text, contract},
    {"customer_id", Field::customer_id, text, contract},
    {"customer_name", Field::customer_name, text, contract},
    {"perimeter", Field::perimeter, text, contract},
    {"platform_id", Field::platform_id, text, contract},
    {"document_type", Field::document_type, text, contract},
    {"currency", Field::currency, text, contract},
    {"is_foreign", Field::is_foreign, truth, contract},
    {"local_currency", Field::local_currency, text, contract},
    {"document_id", Field::document_id, text, entry},
    {"piece", Field::piece, text, entry},
    {"key", Field::key, text, entry},
    {"version", Field::version, number, entry},
    {"sequence", Field::sequence, number, entry},
    {"kind", Field::kind, text, entry},
    {"standing", Field::standing, text, entry},
    {"filename", Field::filename, text, entry},
    {"path", Field::path, text, entry},
    {"sha256", Field::sha256, text, entry},
    {"media_type", Field::media_type, text, entry},
    {"size_bytes", Field::size_bytes, number, entry},
    {"file_status", Field::file_status, text, entry},
    {"file_mark", Field::file_mark, text, entry},
    {"period", Field::period, text, entry},
    {"booking_period", Field::booking_period, text, entry},
    {"period_start", Field::period_start, date, entry},
    {"period_end", Field::period_end, date, entry},
    {"booking_start", Field::booking_start, date, entry},
    {"booking_end", Field::booking_end, date, entry},
    {"issued_at", Field::issued_at, instant, entry},
    {"updated_at", Field::updated_at, instant, entry},
    {"invoice_number", Field::invoice_number, text, entry},
    {"piece_number", Field::piece_number, text, entry},
    {"due_date", Field::due_date, date, entry},
    {"credited_invoice", Field::credited_invoice, text, entry},
    {"order_reference", Field::order_reference, text, entry},
    {"values_from", Field::values_from, text, entry},
    {"document.net", Field::document_net, money, entry},
    {"document.vat", Field::document_vat, money, entry},
    {"document.gross", Field::document_gross, money, entry},
    {"piece_date", Field::piece_date, date, entry},
    {"posting_date", Field::posting_date, date, entry},
    {"amount", Field::amount, money, entry},
    {"gross", Field::gross, money, entry},
    {"net", Field::net, money, entry},
    {"vat", Field::vat, money, entry},
    {"local_gross", Field::local_gross, money, entry},
    {"local_net", Field::local_net, money, entry},
    {"local_vat", Field::local_vat, money, entry},
    {"rate", Field::rate, number, entry},
    {"inverse_rate", Field::inverse_rate, number, entry},
    {"rate_date", Field::rate_date, date, entry},
    {"vat_rate", Field::vat_rate, number, entry},
    {"vat.count", Field::vat_count, number, entry},
    {"vat.source", Field::vat_source, text, entry},
    {"vat.rate", Field::vat_rate_of_line, number, row},
    {"vat.base", Field::vat_base, money, row},
    {"vat.amount", Field::vat_amount, money, row},
    {"vat.gross", Field::vat_gross, money, row},
    {"vat.local_base", Field::vat_local_base, money, row},
    {"vat.local_amount", Field::vat_local_amount, money, row},
    {"vat.local_gross", Field::vat_local_gross, money, row},
    {"is_credit", Field::is_credit, truth, entry},
    {"is_late", Field::is_late, truth, entry},
    {"entry", Field::entry, number, entry},
    {"row", Field::row, number, row},
    {"line_number", Field::line_number, number, row},
    {"line.debit", Field::line_debit, money, entry},
    {"line.credit", Field::line_credit, money, entry},
    {"line.signed", Field::line_signed, money, entry},
    {"line.amount", Field::line_amount, money, entry},
    {"line.side", Field::line_side, text, entry},
    {"base", Field::base, text, fixed},
    {"template", Field::template_name, text, fixed},
    {"export_period", Field::export_period, text, fixed},
    {"export_first_day", Field::export_first_day, date, fixed},
    {"export_last_day", Field::export_last_day, date, fixed},
    {"data_date", Field::data_date, instant, fixed},
    {"program", Field::program, text, fixed},
    {"part", Field::part, number, part},
    {"total.entries", Field::total_entries, number, part},
    {"total.rows", Field::total_rows, number, part},
    {"total.amount", Field::total_amount, money, part},
    {"total.debit", Field::total_debit, money, part},
    {"total.credit", Field::total_credit, money, part},
    {"total.first_date", Field::total_first_date, date, part},
    {"total.last_date", Field::total_last_date, date, part},
    {"total.groups", Field::total_groups, number, part},
    {"group.number", Field::group_number, number, entry},
    {"group.entries", Field::group_entries, number, entry},
    {"group.rows", Field::group_rows, number, entry},
    {"group.amount", Field::group_amount, money, entry},
    {"group.debit", Field::group_debit, money, entry},
    {"group.credit", Field::group_credit, money, entry},
    {"each.value", Field::each_value, text, row},
    {"each.sum", Field::each_sum, money, row},
    {"each.count", Field::each_count, number, row},
});

constexpr auto signatures = std::to_array<Signature>({
    {"abs", Function::abs_, "q", '1'},
    {"add_days", Function::add_days, "dn", 'd'},
    {"add_months", Function::add_months, "dn", 'd'},
    {"ascii", Function::ascii, "t", 't'},
    {"case", Function::case_, "", 's'},
    {"clean", Function::clean, "t", 't'},
    {"contains", Function::contains, "tt", 'b'},
    {"credit", Function::credit, "m", 'm'},
    {"cut", Function::cut, "tn", 't'},
    {"date", Function::date, "t", 'd'},
    {"date_of", Function::date_of, "i|t", 'd'},
    {"day", Function::day, "d", 'n'},
    {"debit", Function::debit, "m", 'm'},
    {"due_date", Function::due_date, "dt", 'd'},
    {"empty", Function::empty, "?", 'b'},
    {"end_of_month", Function::end_of_month, "d", 'd'},
    {"ends_with", Function::ends_with, "tt", 'b'},
    {"first", Function::first, "ss*", 's'},
    {"if", Function::if_, "bss", 's'},
    {"in_zone", Function::in_zone, "it", 'i'},
    {"length", Function::length, "t", 'n'},
    {"lower", Function::lower, "t", 't'},
    {"matches", Function::matches, "tr", 'b'},
    {"max", Function::max, "ss*", 's'},
    {"mid", Function::mid, "tnn", 't'},
    {"min", Function::min, "ss*", 's'},
    {"minor", Function::minor, "m", 'n'},
    {"month", Function::month, "d", 'n'},
    {"number", Function::number, "t", 'n'},
    {"pad_left", Function::pad_left, "tn|t", 't'},
    {"pad_right", Function::pad_right, "tn|t", 't'},
    {"part", Function::part, "ttn", 't'},
    {"refuse", Function::refuse, "t", 't'},
    {"regex_replace", Function::regex_replace, "trt", 't'},
    {"repeat", Function::repeat, "tn", 't'},
    {"replace", Function::replace, "ttt", 't'},
    {"round", Function::round, "nn", 'n'},
    {"share", Function::share, "mn", 'm'},
    {"short_digest", Function::short_digest, "tn", 't'},
    {"shorten", Function::shorten, "tn", 't'},
    {"sign", Function::sign, "q", 'n'},
    {"slug", Function::slug, "t|t", 't'},
    {"start_of_month", Function::start_of_month, "d", 'd'},
    {"starts_with", Function::starts_with, "tt", 'b'},
    {"tail", Function::tail, "tn", 't'},
    {"text", Function::text, "?|p", 't'},
    {"translate", Function::translate, "Tt|t", 't'},
    {"trim", Function::trim, "t", 't'},
    {"upper", Function::upper, "t", 't'},
    {"with_vat", Function::with_vat, "mn", 'm'},
    {"without_vat", Function::without_vat, "mn", 'm'},
    {"year", Function::year, "d", 'n'},
    {"year_begin", Function::year_begin, "d", 'd'},
    {"year_end", Function::year_end, "d", 'd'},
});

template <class Rows>
auto* find_by_name(const Rows& rows, std::string_view name) noexcept {
    const auto* found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
    return found == rows.end() ? nullptr : found;
}

template <class Rows>
std::vector<std::string_view> names_of(const Rows& rows) {
    std::vector<std::string_view> names;
    for (const auto& row : rows) {
        names.push_back(row.name);
    }
    return names;
}

}  // namespace

const FieldInfo* find_field(std::string_view name) noexcept { return find_by_name(fields, name); }
std::vector<std::string_view> field_names() { return names_of(fields); }
const Signature* find_signature(std::string_view name) noexcept { return find_by_name(signatures, name); }
std::vector<std::string_view> function_names() { return names_of(signatures); }

}  // namespace moisson::erp
