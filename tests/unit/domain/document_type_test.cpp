#include <doctest/doctest.h>

#include <string_view>

#include "domain/document_type.hpp"

using namespace moisson;

namespace {

TEST_CASE("standing follows the six types in the service's own spelling") {
    // If this failed, a provisional bill would enter the totals, or a final one would not.
    CHECK(standing_of("invoices") == Standing::final_);
    CHECK(standing_of("bills") == Standing::final_);
    CHECK(standing_of("partialBills") == Standing::provisional);
    CHECK(standing_of("partialConsumptionRatedReports") == Standing::provisional);
    CHECK(standing_of("comsumptionRatedReports") == Standing::supporting);
    CHECK(standing_of("reports") == Standing::supporting);
    for (const std::string_view other : {"", "toto", "Invoices", "consumptionRatedReports", "partialComsumptionRatedReports", "invoice"}) {
        CAPTURE(other);
        CHECK(standing_of(other) == Standing::supporting);
        CHECK(find_document_type(other) == nullptr);
    }
}

TEST_CASE("each type says what takes its place, and which of two documents with the same lines is read") {
    // If this failed, consumption would be summed twice, or a replaced provisional document would not be named as such.
    for (const DocumentType& type : document_types) {
        CAPTURE(type.name);
        CHECK((type.successor.empty() || find_document_type(type.successor) != nullptr));
        CHECK((type.successor.empty() || type.standing == Standing::provisional));
        CHECK(!(type.is_paper && type.is_report));
    }
    CHECK(find_document_type("partialConsumptionRatedReports")->successor == "comsumptionRatedReports");
    CHECK(find_document_type("partialBills")->successor.empty());
    CHECK(is_final_usage_report("comsumptionRatedReports"));
    for (const std::string_view other : {"partialConsumptionRatedReports", "bills", "reports", "invoices", "toto"}) {
        CAPTURE(other);
        CHECK(!is_final_usage_report(other));
    }
    CHECK(find_document_type("comsumptionRatedReports")->lines_rank < find_document_type("partialConsumptionRatedReports")->lines_rank);
    CHECK(find_document_type("partialConsumptionRatedReports")->lines_rank < find_document_type("bills")->lines_rank);
    CHECK(usage_lines_of("invoices") == UsageLines::none);
    CHECK(final_type_names.size() == 2);
}

}  // namespace
