#include "domain/invoice_values.hpp"

namespace moisson {

namespace {

/// The first of the amounts that is not zero: all others are turned with it, so that a breakdown keeps lines that go the other way.
std::int64_t leading_amount(const InvoiceValues& values) {
    for (const auto* const amount : {&values.gross, &values.net, &values.amount_due, &values.vat}) {
        if (*amount && (*amount)->amount_minor != 0) {
            return (*amount)->amount_minor;
        }
    }
    return 0;
}

/// No amount is so far from zero that the other side has none like it: those that were read have fewer digits.
void turn(Money& money) { money.amount_minor = -money.amount_minor; }

}  // namespace

std::string_view to_text(ValuesFrom from) noexcept {
    switch (from) {
        case ValuesFrom::none: return "";
        case ValuesFrom::xml: return "xml";
        case ValuesFrom::workbook: return "workbook";
        case ValuesFrom::text: return "text";
    }
    return "";
}

std::string_view to_text(AmountIs amount_is) noexcept {
    switch (amount_is) {
        case AmountIs::unknown: return "unknown";
        case AmountIs::gross: return "gross";
        case AmountIs::net: return "net";
        case AmountIs::both: return "both";
        case AmountIs::neither: return "neither";
    }
    return "unknown";
}

InvoiceValues booked(InvoiceValues values) {
    if (values.kind != InvoiceKind::credit_note || leading_amount(values) <= 0) {
        return values;
    }
    for (auto* const amount : {&values.net, &values.vat, &values.gross, &values.amount_due}) {
        if (*amount) {
            turn(**amount);
        }
    }
    for (InvoiceVat& line : values.vat_lines) {
        turn(line.base);
        turn(line.amount);
    }
    return values;
}

}  // namespace moisson
