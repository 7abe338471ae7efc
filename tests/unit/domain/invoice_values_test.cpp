// Were this wrong, a credit note would be booked as a debt, or its breakdown would no longer make its sum.
#include <doctest/doctest.h>

#include "domain/invoice_values.hpp"

using namespace moisson;

namespace {

Money euros(std::int64_t minor) { return {minor, *find_currency("EUR")}; }

InvoiceValues credit_note(int sign) {
    InvoiceValues values;
    values.kind = InvoiceKind::credit_note;
    values.net = euros(sign * 10000);
    values.vat = euros(sign * 2000);
    values.gross = euros(sign * 12000);
    values.amount_due = euros(0);
    values.vat_lines = {{"S", parse_big_decimal("20"), euros(sign * 11000), euros(sign * 2200), ""},
                        {"S", parse_big_decimal("20"), euros(sign * -1000), euros(sign * -200), ""}};
    return values;
}

}  // namespace

TEST_CASE("a credit note is booked below zero, whatever sign it writes its amounts with") {
    CHECK(booked(credit_note(1)) == credit_note(-1));
    CHECK(booked(credit_note(-1)) == credit_note(-1));
    InvoiceValues invoice = credit_note(1);
    invoice.kind = InvoiceKind::invoice;
    CHECK(booked(invoice) == invoice);
    InvoiceValues unknown = credit_note(1);
    unknown.kind = InvoiceKind::unknown;
    CHECK(booked(unknown) == unknown);
    InvoiceValues settled = credit_note(1);  // nothing but the net is told
    settled.gross.reset();
    CHECK(booked(settled).net == euros(-10000));
}

TEST_CASE("the words of the ledger's columns") {
    CHECK(to_text(ValuesFrom::none).empty());
    CHECK(to_text(ValuesFrom::xml) == "xml");
    CHECK(to_text(ValuesFrom::text) == "text");
    CHECK(to_text(AmountIs::both) == "both");
    CHECK(to_text(AmountIs::neither) == "neither");
}
