// Rows become a ledger: which stand in it, what they add up to, and what keeps it from being published.
#include "pipeline/bookkeeping.hpp"

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "pipeline/local_settings.hpp"
#include "service_double.hpp"
#include "support/manual_clock.hpp"
#include "support/scratch_folder.hpp"

namespace {

using namespace moisson;

/// An export of October, between collecting and publishing.
struct Scene {
    config::Job job;
    books::CountingRule rule;
    std::optional<books::RateTable> rates;
    pipeline::ServiceDouble service;
    test::ManualClock clock{"2026-11-22T10:00:00Z"};
    pipeline::Harvest harvest;
    pipeline::RunResult result;

    Scene() {
        job.export_.period = {Month::parse("2026-10"), Month::parse("2026-10")};
        job.books.learn_expectations = false;
        result.summary.period = job.export_.period;
        result.contracts.push_back(std::make_unique<const Contract>(Contract{"OCB1", "One", "", "", "", "", ""}));
        harvest.contracts_listed = 1;
        ContractCompleteness completeness;
        completeness.contract = result.contracts.front().get();
        completeness.verdict = Completeness::complete;
        completeness.listed = 3;
        harvest.completeness.push_back(completeness);
        harvest.listed = 3;
    }

    /// A document with its file.
    LedgerEntry& add(const std::string& id, const std::string& type, std::int64_t minor, const char* month = "2026-10",
                     std::string_view currency = "EUR") {
        LedgerEntry entry;
        entry.contract = result.contracts.front().get();
        entry.document_id = id;
        entry.document_type = type;
        entry.standing = standing_of(type);
        entry.status = DocumentStatus::ok;
        entry.amount = Money{minor, *find_currency(currency)};
        entry.currency = entry.amount->currency;
        entry.period = Period{Month::parse(month)->first_day(), Month::parse(month)->last_day()};
        entry.issued_at = parse_timestamp("2026-11-03T08:00:00Z");
        entry.filename = id + ".pdf";
        entry.sha256 = std::string(60, '0') + fmt::format("{:04}", result.entries.size());
        entry.size_bytes = 9;
        entry.media_type = "application/pdf";
        result.entries.push_back(std::move(entry));
        return result.entries.back();
    }

    RunSummary& keep() {
        pipeline::keep_books({job, rule, rates, nullptr, service, clock}, harvest, result);
        return result.summary;
    }
};

std::string totals(const RunSummary& summary) {
    std::string text;
    for (const CurrencyTotal& one : summary.totals) {
        text += fmt::format("{}{} {} in {}", text.empty() ? "" : ", ", one.total.currency.code(), to_decimal(one.total), one.documents);
    }
    return text;
}

std::size_t count(const std::vector<Finding>& findings, std::string_view code) {
    std::size_t found = 0;
    for (const Finding& one : findings) {
        found += one.code.text() == code ? 1U : 0U;
    }
    return found;
}

}  // namespace

TEST_CASE("the ledger is in one order whatever came first, each row has its place in the bundle, and currencies stay apart") {
    Scene scene;
    scene.add("b", "invoices", 1000);
    scene.add("c", "invoices", 300, "2026-10", "USD");
    scene.add("a", "invoices", -250);
    const RunSummary& summary = scene.keep();
    REQUIRE(scene.result.entries.size() == 3);
    CHECK(scene.result.entries[0].document_id == "a");
    CHECK(scene.result.entries[2].document_id == "c");
    CHECK(scene.result.entries[0].path == "data/documents/OCB1/2026-10/invoices/a.pdf");
    CHECK(totals(summary) == "EUR 7.50 in 2, USD 3.00 in 1");
    REQUIRE(summary.completeness.size() == 1);
    CHECK(summary.completeness[0].in_period == 3);
    CHECK(summary.completeness[0].files_ok == 3);
    CHECK(summary.documents.listed == 3);
}

TEST_CASE("a bill beside an invoice of the same month is not paid twice") {
    Scene scene;
    scene.add("bill", "bills", 1000);
    scene.add("invoice", "invoices", 1000);
    CHECK(totals(scene.keep()) == "EUR 10.00 in 1");
    CHECK(scene.result.entries[0].document_id == "bill");
    CHECK_FALSE(scene.result.entries[0].counted);
    CHECK(scene.result.entries[1].counted);
}

TEST_CASE("a row of another month decides what counts in this one, and stands in no ledger of it") {
    Scene scene;
    scene.add("october", "invoices", 1000);
    scene.add("september", "invoices", 5000, "2026-09");
    scene.harvest.findings.push_back(make_finding("amount-zero", {}, "OCB1", "september"));
    scene.harvest.findings.push_back(make_finding("amount-zero", {}, "OCB1", "october"));
    const RunSummary& summary = scene.keep();
    REQUIRE(scene.result.entries.size() == 1);
    CHECK(scene.result.entries[0].document_id == "october");
    CHECK(totals(summary) == "EUR 10.00 in 1");
    CHECK(count(summary.findings, "amount-zero") == 1);
}

TEST_CASE("a ledger that does not hold together is never published") {
    Scene scene;
    SUBCASE("one document twice") {
        scene.add("a", "invoices", 1000);
        scene.add("a", "invoices", 1000);
    }
    SUBCASE("a file without a digest") { scene.add("a", "invoices", 1000).sha256.clear(); }
    SUBCASE("a sum that no number holds") {
        scene.add("a", "invoices", std::numeric_limits<std::int64_t>::max());
        scene.add("b", "invoices", 1);
    }
    bool refused = false;
    try {
        scene.keep();
    } catch (const FatalError& problem) {
        refused = true;
        CHECK(problem.exit_code() == ExitCode::inconsistent);
    }
    CHECK(refused);
}

TEST_CASE("what the job calls an error makes the month incomplete where money counts, and nowhere else") {
    Scene scene;
    scene.add("counted", "invoices", 1000);
    scene.add("report", "reports", 1000);
    scene.harvest.findings.push_back(make_finding("media-type-unexpected", {}, "OCB1", "counted"));
    scene.harvest.findings.push_back(make_finding("media-type-unexpected", {}, "OCB1", "report"));
    const RunSummary& summary = scene.keep();
    for (const Finding& one : summary.findings) {
        if (one.code.text() == "media-type-unexpected") {
            CAPTURE(one.document_id);
            CHECK(one.raised == (one.document_id == "counted"));
        }
    }
    CHECK(count(summary.findings, "media-type-unexpected") == 2);
}

TEST_CASE("the date that every published byte bears is the data's own, never the day of the run") {
    Scene scene;
    SUBCASE("the newest instant of the rows") {
        scene.add("a", "invoices", 1000).updated_at = parse_timestamp("2026-11-04T09:30:00Z");
        scene.add("b", "invoices", 1000);
        CHECK(format_timestamp_seconds(scene.keep().data_date) == "2026-11-04T09:30:00Z");
    }
    SUBCASE("rows without any: the period's last day") {
        scene.add("a", "invoices", 1000).issued_at.reset();
        CHECK(format_timestamp_seconds(scene.keep().data_date) == "2026-10-31T00:00:00Z");
    }
    SUBCASE("no row") { CHECK(format_timestamp_seconds(scene.keep().data_date) == "2026-10-31T00:00:00Z"); }
}

TEST_CASE("a perimeter without contracts is told of: it looks like a month without bills") {
    Scene scene;
    CHECK(count(scene.keep().findings, "perimeter-empty") == 0);
    Scene empty;
    empty.harvest.contracts_listed = 0;
    empty.harvest.completeness.clear();
    CHECK(count(empty.keep().findings, "perimeter-empty") == 1);
}

TEST_CASE("an answer out of a cache is told of once, whichever answer it was, and never among the month's own findings") {
    for (const bool list : {false, true}) {
        Scene scene;
        scene.service.from_cache = true;
        if (list) {
            scene.harvest.run_findings.push_back(make_finding("answer-from-cache"));
        }
        const RunSummary& summary = scene.keep();
        CHECK(count(summary.run_findings, "answer-from-cache") == 1);
        CHECK(count(summary.findings, "answer-from-cache") == 0);
    }
}

TEST_CASE("amounts also stand in the reporting currency, by the rates that the job names; a table that is not there ends the run") {
    Scene scene;
    const test::ScratchFolder folder;
    scene.job.books.reporting_currency = find_currency("EUR");
    scene.job.books.rates_file = folder.write("rates.csv", "Date,USD,\n2026-10-30,1.2500,\n").string();
    scene.rates = pipeline::open_local_settings(scene.job, false).rates;
    scene.add("dollars", "invoices", 1000, "2026-10", "USD");
    scene.add("euros", "invoices", 300);
    const RunSummary& summary = scene.keep();
    CHECK(totals(summary) == "EUR 3.00 in 1, USD 10.00 in 1");
    REQUIRE(summary.reporting.has_value());
    CHECK(to_decimal(summary.reporting->total) == "11.00");
    scene.job.books.rates_file = (folder.path() / "gone.csv").string();
    CHECK_THROWS_AS(static_cast<void>(pipeline::open_local_settings(scene.job, false)), FatalError);
    scene.job.books.rates_file.clear();
    CHECK_FALSE(pipeline::open_local_settings(scene.job, false).rates.has_value());
}
