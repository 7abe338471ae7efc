// Consumption against bills.
#include <doctest/doctest.h>

#include "sample.hpp"

using namespace moisson;
using namespace moisson::usage_test;

namespace {

std::string report(const std::string& discounted, const std::string& currency = "EUR") {
    Line line;
    line.discounted = discounted;
    line.currency = currency;
    return heading + "\n" + line.text() + "\n";
}

Read compared(const Store& store, std::string_view tolerance = "0.01") {
    Read read = read_store(store);
    usage::compare(store.entries(), *parse_big_decimal(tolerance), read.extract);
    return read;
}

}  // namespace

TEST_CASE("a bill that differs from its consumption by two cents would pass, or one that differs by one would not") {
    struct Case {
        std::string discounted;
        std::int64_t billed_minor;
        std::string_view tolerance;
        bool differs;
    };
    const std::vector<Case> cases{
        {"100,00", 10'000, "0.01", false}, {"100,01", 10'000, "0.01", false}, {"99,99", 10'000, "0.01", false},
        {"100,02", 10'000, "0.01", true},  {"99,98", 10'000, "0.01", true},   {"100,010001", 10'000, "0.01", true},
        {"100,01", 10'000, "0", true},     {"100,00", 10'000, "0", false},    {"104,99", 10'000, "5", false},
        {"-5,00", -500, "0.01", false},    {"-5,02", -500, "0.01", true},     {"0", 0, "0.01", false},
    };
    for (const Case& each : cases) {
        CAPTURE(each.discounted);
        CAPTURE(each.tolerance);
        Store store;
        store.add("REP", report(each.discounted));
        store.add_bill("INV", each.billed_minor);
        const Read read = compared(store, each.tolerance);
        CHECK(read.codes() == (each.differs ? "usage-differs" : ""));
        CHECK(read.extract.summary.compared == 1);
    }
}

TEST_CASE("a difference would be told without its contract, month and both sums") {
    Store store;
    store.add("A", report("100,00"), "comsumptionRatedReports", "text/csv", "OCB0001001", 10);
    store.add("B", report("100,02"), "comsumptionRatedReports", "text/csv", "OCB0001002", 10);
    store.add("C", report("100,00"), "comsumptionRatedReports", "text/csv", "OCB0001002", 9);
    for (const auto* contract : {"OCB0001001", "OCB0001002"}) {
        store.add_bill("I1", 10'000, "EUR", contract, 10);
        store.add_bill("I2", 10'000, "EUR", contract, 9);
    }
    const Read read = compared(store);
    REQUIRE(read.codes() == "usage-differs");
    const Finding& finding = read.extract.findings.front();
    CHECK(finding.severity() == Severity::error);
    CHECK(finding.contract_id == "OCB0001002");
    CHECK(finding.document_id == "B");
    CHECK(finding.message == "The lines of B for 2026-10 add up to 100.02 EUR, the counted documents to 100.00 EUR: 0.02 EUR apart.");
    REQUIRE(read.extract.summary.differences.size() == 1);
    CHECK(read.extract.summary.differences.front().last_month.to_text() == "2026-10");
}

TEST_CASE("credit notes, other currencies and months without a partner would raise or hide differences") {
    SUBCASE("a credit note beside the invoice") {
        Store store;
        store.add("REP", report("100,00"));
        store.add_bill("INV", 10'000);
        store.add_bill("CRE", -2'500);
        CHECK(compared(store).codes().empty());
    }
    SUBCASE("a credit note that the lines hold too") {
        Store store;
        store.add("REP", report("75,00"));
        store.add_bill("INV", 10'000);
        store.add_bill("CRE", -2'500);
        CHECK(compared(store).codes().empty());
    }
    SUBCASE("the same figure in another currency") {
        Store store;
        store.add("REP", report("100,00", "USD"));
        store.add_bill("INV", 10'000, "EUR");
        CHECK(compared(store).codes() == "usage-differs usage-differs");
    }
    SUBCASE("no bill yet") {
        Store store;
        store.add("REP", report("100,00"));
        const Read read = compared(store);
        CHECK(read.codes().empty());
        CHECK(read.extract.summary.compared == 0);
    }
    SUBCASE("no report") {
        Store store;
        store.add_bill("INV", 10'000);
        CHECK(compared(store).codes().empty());
    }
    SUBCASE("a report without lines") {
        Store store;
        store.add("REP", heading + "\n");
        store.add_bill("INV", 10'000);
        CHECK(compared(store).codes() == "usage-differs");
    }
    SUBCASE("a provisional report") {
        Store store;
        store.add("REP", report("1,00"), "partialConsumptionRatedReports");
        store.add_bill("INV", 10'000);
        CHECK(compared(store).codes().empty());
    }
    SUBCASE("a bill that does not count") {
        Store store;
        store.add("REP", report("100,00"));
        store.add_bill("INV", 10'000);
        store.add_bill("BILL", 777).counted = false;
        CHECK(compared(store).codes().empty());
    }
    SUBCASE("an invoice over three months") {
        Store store;
        store.add("R1", report("10,00"), "comsumptionRatedReports", "text/csv", "OCB0001001", 8);
        store.add("R2", report("20,00"), "comsumptionRatedReports", "text/csv", "OCB0001001", 9);
        store.add("R3", report("30,00"), "comsumptionRatedReports", "text/csv", "OCB0001001", 10);
        LedgerEntry& invoice = store.add_bill("INV", 6'000);
        invoice.period = Period{Month::make(2026, 8)->first_day(), Month::make(2026, 10)->last_day()};
        Read read = compared(store);
        CHECK(read.codes().empty());
        CHECK(read.extract.summary.compared == 1);
        invoice.amount->amount_minor = 6'100;
        read = compared(store);
        CHECK(read.message() ==
              "The lines of R1, R2, R3 for 2026-08 to 2026-10 add up to 60.00 EUR, the counted documents to 61.00 EUR: 1.00 EUR apart.");
        CHECK(read.extract.findings.front().document_id.empty());
        // An export of one of the months has that month's lines alone.
        Store part;
        part.add("R3", report("30,00"));
        part.add_bill("INV", 6'000).period = invoice.period;
        CHECK(compared(part).codes().empty());
    }
}
