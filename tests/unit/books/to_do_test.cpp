#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "books/to_do.hpp"

using namespace moisson;

namespace {

const Contract contract{"OCB1", "First", "", "", "", "", ""};

LedgerEntry row(std::string id, std::int64_t minor, std::string_view currency = "EUR", std::uint32_t version = 1) {
    LedgerEntry entry;
    entry.contract = &contract;
    entry.document_id = std::move(id);
    entry.filename = entry.document_id + ".pdf";
    entry.version = version;
    entry.amount = Money{minor, *find_currency(currency)};
    return entry;
}

}  // namespace

TEST_CASE("money stands before trifles, errors before warnings, and what needs nothing is left out") {
    // A missing invoice would stand below forty file names.
    RunSummary summary;
    ContractCompleteness completeness;
    completeness.contract = &contract;
    summary.completeness.push_back(completeness);
    summary.run_findings.push_back(make_finding("clock-offset"));
    struct Found {
        FindingCode code;
        std::string document;
    };
    for (const auto& [code, document] :
         {Found{"formula-like", "small"}, Found{"filename-unsafe", "large"}, Found{"credit-note", "large"},
          Found{"amount-unusual", "large"},
          Found{"document-failed", "small"}, Found{"document-failed", "yen"}, Found{"document-failed", "credit"},
          Found{"document-failed", "unknown"}, Found{"list-capped", ""}}) {
        summary.findings.push_back(make_finding(code, {}, "OCB1", document));
    }
    const std::vector<LedgerEntry> entries{row("small", 1'000), row("large", 900'000), row("yen", 5'000, "JPY"), row("credit", -200'000),
                                           row("credit", -300'000, "EUR", 2)};
    std::vector<std::string> told;
    for (const ToDo& one : books::make_to_do(summary, entries)) {
        told.push_back(std::string(one.finding.code.kind().code) + " " + one.finding.document_id);
        CHECK(one.of_run == (one.finding.code == "clock-offset"));
    }
    CHECK(told == std::vector<std::string>{"document-failed yen", "document-failed credit", "document-failed small", "list-capped ",
                                           "document-failed unknown", "amount-unusual large", "formula-like small", "clock-offset "});
    const auto first = books::make_to_do(summary, entries)[1];
    CHECK(first.amount->amount_minor == -300'000);
    CHECK(first.filename == "credit.pdf");
    CHECK(first.contract_name == "First");
}
