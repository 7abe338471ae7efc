// Addenda as they are published.
#include "pipeline/closed_csv.hpp"

#include <doctest/doctest.h>

using namespace moisson;

namespace {

Addendum addendum_of(std::size_t width, bool reporting) {
    Addendum addendum;
    addendum.reporting = reporting;
    AddendumRow row;
    row.csv = "\"a, b\nc\"" + std::string(width - 1, ',') + "\n";
    addendum.rows = {row, row};
    return addendum;
}

std::string header_of(const Addendum& addendum) {
    const std::string text = pipeline::addendum_csv(addendum);
    CHECK(text.ends_with(addendum.rows.back().csv));
    return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("an addendum that an earlier version made keeps its columns: its rows were published, and never change") {
    // A reader would take a rate for an invoice number, and the bundle would refuse itself.
    const std::string early = header_of(addendum_of(28, false));
    CHECK(early.ends_with(",raw_amount,raw_currency,raw_period"));
    CHECK(header_of(addendum_of(32, true)) == early + ",reporting_amount,reporting_currency,fx_rate,fx_date");
    const std::string values = ",invoice_number,net_amount,vat_amount,gross_amount,due_date,credited_invoice,order_reference,values_from";
    CHECK(header_of(addendum_of(36, false)) == early + values);
    CHECK(header_of(addendum_of(40, true)) == early + values + ",reporting_amount,reporting_currency,fx_rate,fx_date");
    CHECK(header_of(addendum_of(37, false)) == early + values + ",channel");
    CHECK(header_of(addendum_of(41, true)) == early + values + ",channel,reporting_amount,reporting_currency,fx_rate,fx_date");
    CHECK(header_of(addendum_of(38, false)) == early + values + ",channel,perimeter");
    CHECK(header_of(addendum_of(42, true)) == early + values + ",channel,perimeter,reporting_amount,reporting_currency,fx_rate,fx_date");
}
