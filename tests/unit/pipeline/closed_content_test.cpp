// What a closing adds to the books: sums, and the postings from which a template that comes later starts.
#include "pipeline/closed_content.hpp"

#include <limits>

#include <doctest/doctest.h>

#include "pipeline/closed_csv.hpp"

namespace {

using namespace moisson;

ClosedRow row(std::string id, std::int64_t minor, const char* currency, bool counted = true) {
    ClosedRow one;
    one.period = *Month::parse("2026-10");
    one.contract_id = "OCB1";
    one.document_id = std::move(id);
    one.document_type = "invoices";
    one.counted = counted;
    one.amount = Money{minor, *find_currency(currency)};
    return one;
}

ClosedMonth month_of(const std::vector<ClosedRow>& rows) {
    ClosedMonth month;
    month.period = *Month::parse("2026-10");
    month.rows = rows.size();
    return month;
}

}  // namespace

TEST_CASE("a closed month's sums are of what counts, each currency by itself") {
    const auto totals = pipeline::totals_of({row("a", 100, "EUR"), row("b", -30, "EUR"), row("c", 500, "USD"), row("d", 7, "EUR", false)});
    REQUIRE(totals.size() == 2);
    CHECK(totals[0].total == Money{70, *find_currency("EUR")});
    CHECK(totals[0].documents == 2);
    CHECK(totals[1].total == Money{500, *find_currency("USD")});
}

TEST_CASE("a sum that does not fit ends the closing: a sealed wrong sum would stay for ever") {
    CHECK_THROWS_AS(static_cast<void>(pipeline::totals_of({row("a", std::numeric_limits<std::int64_t>::max(), "EUR"), row("b", 1, "EUR")})),
                    FatalError);
}

TEST_CASE("each document that counts is posted once by its closing, and nothing again when the month is closed anew as it was") {
    const std::vector<ClosedRow> rows{row("a", 100, "EUR"), row("b", 200, "EUR"), row("c", 300, "EUR", false)};
    const ClosedMonth month = month_of(rows);
    const auto first = pipeline::postings_of(month, rows, {}, {}, {});
    REQUIRE(first.size() == 2);
    CHECK(first[0].document_id == "a");
    CHECK(first[0].amount == Money{100, *find_currency("EUR")});
    CHECK(first[0].template_name.empty());
    CHECK(pipeline::postings_of(month, rows, {}, {}, first).empty());

    // Opened, exported with another amount, and closed again: the first posting is taken back.
    std::vector<ClosedRow> changed = rows;
    changed[0].version = 2;
    changed[0].amount->amount_minor = 90;
    std::int64_t sum = 0;
    for (const HandedPosting& posting : pipeline::postings_of(month, changed, {}, {}, first)) {
        CHECK(posting.document_id == "a");
        sum += posting.amount.amount_minor;
    }
    CHECK(sum == -10);
}

TEST_CASE("what somebody writes as a reason stays one field of closed-months.csv") {
    ClosedMonth month = month_of({});
    month.reason = "said \"so\",\nby hand";
    month.closed_by = "a, b";
    const std::string csv = pipeline::closed_months_csv({month});
    CHECK(csv.find("\"said \"\"so\"\",\nby hand\"") != std::string::npos);
    CHECK(csv.find(",\"a, b\",") != std::string::npos);
}
