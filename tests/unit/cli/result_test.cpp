/// What `export` and `plan` tell at their end.

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "books/to_do.hpp"
#include "cli/next_step.hpp"
#include "cli/run_text.hpp"
#include "cli/screen.hpp"

using namespace moisson;
using namespace moisson::cli;

namespace {

Money euros(std::int64_t amount_minor) {
    return {amount_minor, *find_currency("EUR")};
}

LedgerEntry entry_of(const Contract& contract, const char* id, std::uint32_t version, DocumentStatus status) {
    LedgerEntry entry;
    entry.contract = &contract;
    entry.document_id = id;
    entry.document_type = "invoices";
    entry.filename = "a.pdf";
    entry.version = version;
    entry.status = status;
    return entry;
}

/// Two contracts, one forbidden; four documents: one kept, one new, one changed with its earlier version.
pipeline::RunResult some_result() {
    pipeline::RunResult result;
    for (const char* id : {"OCB1", "OCB2"}) {
        auto contract = std::make_unique<Contract>();
        contract->id = id;
        result.contracts.push_back(std::move(contract));
    }
    const Contract& contract = *result.contracts[0];
    RunSummary& summary = result.summary;
    summary.source = "sandbox:small";
    summary.period = {Month::parse("2026-10"), Month::parse("2026-10")};
    summary.exit_code = ExitCode::incomplete;
    summary.contracts = 2;
    summary.documents = {
        .listed = 1234, .rows = 4, .counted = 3, .ok = 1, .not_ready = 1, .failed = 0, .skipped = 2, .downloaded = 1, .reused = 0};
    summary.requests = {.token = 1, .contracts = 3, .lists = 2, .files = 2, .retries = 0, .throttled = 0, .bytes_received = 2'500'000};
    summary.totals = {{euros(123456), 2, 1}, {{500, *find_currency("JPY")}, 1, 0}};
    summary.completeness.resize(2);
    summary.completeness[0].contract = result.contracts[0].get();
    summary.completeness[0].verdict = Completeness::complete;
    summary.completeness[1].contract = result.contracts[1].get();
    summary.completeness[1].verdict = Completeness::forbidden;
    summary.findings = {make_finding("amount-zero", "zero", "OCB1", "a"), make_finding("contract-forbidden", "no", "OCB2"),
                        make_finding("filename-unsafe", "n", "OCB1", "b"), make_finding("filename-unsafe", "n", "OCB1", "c")};
    result.entries.push_back(entry_of(contract, "a", 1, DocumentStatus::ok));
    result.entries.push_back(entry_of(contract, "b", 1, DocumentStatus::skipped));
    result.entries.push_back(entry_of(contract, "c", 1, DocumentStatus::skipped));
    result.entries.back().findings.insert("superseded");
    result.entries.push_back(entry_of(contract, "c", 2, DocumentStatus::skipped));
    summary.to_do = books::make_to_do(summary, result.entries);
    result.to_fetch = {{&contract, "b", 1, "invoices", "a.pdf", pipeline::PlannedFile::Why::new_},
                       {&contract, "c", 2, "invoices", "a.pdf", pipeline::PlannedFile::Why::changed}};
    return result;
}

}  // namespace

TEST_CASE("a person would have to open files to learn how the export went") {
    CHECK(export_text(some_result(), {}) ==
          "period       2026-10\n"
          "source       sandbox:small\n"
          "contracts    2 (1 complete, 1 forbidden)\n"
          "documents    4 (1 with file, 1 not ready, 2 skipped), of 1 234 listed in all months\n"
          "files        1 downloaded, 0 already there; 2.5 MB in 8 requests\n"
          "totals       EUR 1234.56  in 2 documents, 1 of them a credit\n"
          "             JPY     500  in 1 document\n"
          "findings        1  error    contract-forbidden  The account may not see this contract's documents.\n"
          "                2  warning  filename-unsafe     The file name cannot be used as a path; the archive uses a safe one.\n"
          "             for information: 1 amount-zero\n"
          "to do           1  error    OCB2: contract-forbidden: no\n"
          "                   administrator: Have a Manager of the contract grant the rights, or use an administrator's API key.\n"
          "verdict      incomplete (exit code 3): 1 contract refused\n");
}

TEST_CASE("a month without anything would look like an error, or like money") {
    pipeline::RunResult result;
    result.summary.source = "https://api.orange.com/cloud/b2b/v1";
    result.summary.exit_code = ExitCode::complete;
    CHECK(export_text(result, {}) ==
          "period       everything listed\n"
          "source       https://api.orange.com/cloud/b2b/v1\n"
          "contracts    0\n"
          "documents    0, of 0 listed in all months\n"
          "files        0 downloaded, 0 already there; 0 B in 0 requests\n"
          "totals       none: no document of the period counts\n"
          "findings     none\n"
          "verdict      complete (exit code 0): everything listed, downloaded, reconciled, published\n");
}

TEST_CASE("a person who plans would not learn what is new, what changed, and how long it takes") {
    const std::string text = plan_text(some_result(), 20);
    CHECK(text.find("files        2 to fetch (1 new, 1 changed), 1 already there\n") != std::string::npos);
    CHECK(text.find("requests     about 8 for an export, at least 1 s at 20 a second\n") != std::string::npos);
    CHECK(text.find("verdict      incomplete (exit code 3): 1 contract refused; nothing was written\n") != std::string::npos);
    CHECK(plan_text(some_result(), 0).find("requests     about 8 for an export\n") != std::string::npos);
    pipeline::RunResult many = some_result();
    const pipeline::PlannedFile one = many.to_fetch.front();
    many.to_fetch.assign(200'000, one);
    CHECK(plan_text(many, 20).find("at least 166 min at 20 a second") != std::string::npos);
}

TEST_CASE("a plan without files would promise downloads") {
    pipeline::RunResult result = some_result();
    result.to_fetch.clear();
    CHECK(plan_text(result, 20).find("files        0 to fetch (0 new, 0 changed), 1 already there\n") != std::string::npos);
    CHECK(plan_json(result).find("fetch-") == std::string::npos);
}

TEST_CASE("a script that plans would not know which documents are fetched") {
    const std::string json = plan_json(some_result());
    CHECK(json.find("\"files\": {\n    \"to_fetch\": 2,\n    \"new\": 1,\n    \"changed\": 1,\n    \"again\": 0,\n    \"known\": 1\n  }") !=
          std::string::npos);
    CHECK(json.find("\"requests_estimate\": 8,") != std::string::npos);
    CHECK(json.find("\"amount\": \"1234.56\"") != std::string::npos);
    for (const char* action : {"keep", "fetch-new", "none", "fetch-changed"}) {
        CAPTURE(action);
        CHECK(json.find(std::string("\"action\": \"") + action + "\"") != std::string::npos);
    }
}

TEST_CASE("a person would be told that a document failed, and not which, or would run the wrong command next") {
    pipeline::RunResult result = some_result();
    result.entries.back().amount = euros(1250);
    result.summary.findings = {make_finding("document-failed", "it broke off", "OCB1", "c")};
    result.summary.findings[0].request_id = "req-7";
    config::CommandLine settings;
    settings.job_file = "my jobs/a.toml";
    result.summary.to_do = books::make_to_do(result.summary, result.entries);
    CHECK(export_text(result, settings)
              .find("to do           1  error    OCB1, document c, 12.50 EUR, a.pdf: document-failed: it broke off (request id req-7)\n"
                    "                   operations: Run the export again.\n"
                    "                   $ moisson export 'my jobs/a.toml' --period 2026-10\n") != std::string::npos);
    CHECK(next_of_export(result, settings) == "moisson export 'my jobs/a.toml' --period 2026-10");
    result.summary.findings = {make_finding("amount-missing", "none", "OCB1", "it's")};
    settings.sandbox = true;
    CHECK(next_of_export(result, settings) == "moisson explain 'it'\\''s' --contract OCB1 --job 'my jobs/a.toml' --sandbox");
    result.summary.exit_code = ExitCode::complete;
    result.folder = "out/2026-10";
    CHECK(next_of_export(result, settings) == "moisson verify out/2026-10");
    result.summary.findings.assign(12, make_finding("document-failed", "it broke off", "OCB1", "c"));
    result.summary.to_do = books::make_to_do(result.summary, result.entries);
    CHECK(export_text(result, {}).find("             and 2 more: see report.html\n") != std::string::npos);
}

TEST_CASE("a narrow terminal would break words, or a command that is to be copied") {
    CHECK(wrap_lines("label        one two three four five\n", 30) == "label        one two three\n             four five\n");
    CHECK(wrap_lines("  1  error    a-long-code       What it means.\n", 30) ==
          "  1  error    a-long-code\n              What it means.\n");
    CHECK(wrap_lines("path         out/a-word-that-is-longer/than-the/screen x\n", 20) ==
          "path\n  out/a-word-that-is-longer/than-the/screen\n  x\n");
    CHECK(wrap_lines("é é é é é é\n", 7, 0) == "é é é é\né é\n");
    const std::string command = "next: moisson export --period 2026-10 --out somewhere\n";
    CHECK(wrap_lines(command, 20) == command);
    const std::string inner = "                   $ moisson explain INV-1 --contract OCB1\n";
    CHECK(wrap_lines(inner, 20) == inner);
    CHECK(wrap_lines("as it is, however long\n", 0) == "as it is, however long\n");
}

TEST_CASE("colours would fall on other words than verdict and severity") {
    const Screen screen{.width = 0, .colour = true};
    CHECK(dress_result("verdict      incomplete (exit code 3)\n", screen) == "verdict      \x1b[33mincomplete\x1b[0m (exit code 3)\n");
    CHECK(dress_result("                2  error    x  an  error  here\n", screen) ==
          "                2  \x1b[31merror\x1b[0m    x  an  error  here\n");
    CHECK(dress_result("errors       a  error  b\n", screen) == "errors       a  error  b\n");
    CHECK(dress_result("verdict      complete\n", {}) == "verdict      complete\n");
}
