// The report room: summary.json and its seal, junit.xml, report.html.
#include <doctest/doctest.h>

#include <rapidjson/document.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/utf8.hpp"
#include "report/report.hpp"
#include "report/text.hpp"

using namespace moisson;
using namespace moisson::report;

namespace {

Contract make_contract(std::string id, std::string name) {
    Contract contract;
    contract.id = std::move(id);
    contract.name = std::move(name);
    return contract;
}

Timestamp at(const char* text) { return *parse_timestamp(text); }

Money money(std::int64_t minor, std::string_view code) { return Money{minor, *find_currency(code)}; }

/// Two contracts, two currencies, two months, a failed contract and text from a hostile server.
struct Example {
    Contract good = make_contract("OCB0000001", "Nord");
    Contract bad = make_contract("OCB0000002", "<script>alert('x')</script> & \"Co\"\x01\xff");
    RunSummary summary;

    Example() {
        summary.run_id = "20261101T020304Z-1";
        summary.source = "sandbox:small";
        summary.period = MonthRange{Month::parse("2026-09"), Month::parse("2026-10")};
        summary.counting_rule = "invoices count when there are any, else bills.";
        summary.started_at = at("2026-11-01T02:03:04Z");
        summary.finished_at = at("2026-11-01T02:04:09.250Z");
        summary.data_date = at("2026-10-31T08:00:00Z");
        summary.exit_code = ExitCode::incomplete;
        summary.contracts = 2;
        summary.documents = DocumentCounts{9, 5, 3, 4, 0, 1, 0, 3, 1};
        summary.requests = RequestCounts{1, 2, 14, 3, 0, 0, 12345};
        summary.totals = {CurrencyTotal{money(-150, "EUR"), 2, 1}, CurrencyTotal{money(1234567, "JPY"), 1, 0}};
        summary.month_totals = {MonthTotal{&good, *Month::parse("2026-09"), money(100, "EUR"), 1},
                                MonthTotal{&good, *Month::parse("2026-10"), money(-250, "EUR"), 1},
                                MonthTotal{&bad, *Month::parse("2026-10"), money(1234567, "JPY"), 1}};
        summary.completeness = {
            ContractCompleteness{&good, Completeness::complete, "", 7, 4, 4, 0, {{"bills", 4}, {"invoices", 3}}, {}, {}, false},
            ContractCompleteness{&bad, Completeness::capped, "never fewer than asked", 2, 1, 0, 1, {{"bills", 2}}, {}, {}, true}};
        summary.findings = {make_finding("document-failed", "HTTP 500 <b>", "OCB0000001", "doc\x1b[31m/1"),
                            make_finding("credit-note", "", "OCB0000001", "doc2"), make_finding("list-capped", "", "OCB0000002", "")};
        summary.files = {PublishedFile{"ledger.csv", 1234, std::string(64, 'a')}};
    }
};

rapidjson::Document parse(const std::string& text) {
    rapidjson::Document document;
    document.Parse(text.data(), text.size());
    REQUIRE_FALSE(document.HasParseError());
    return document;
}

std::vector<std::string> names_of(const rapidjson::Value& object) {
    std::vector<std::string> names;
    for (const auto& member : object.GetObject()) {
        names.emplace_back(member.name.GetString());
    }
    return names;
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("summary.json has the published members in the published order") {
    // A CI job that reads summary.json would miss a member or read another meaning.
    const Example example;
    const rapidjson::Document json = parse(summary_json(example.summary, SummaryKind::published));
    const std::vector<std::string> expected{
        "schema",    "tool",      "run_id",   "period",        "started_at",     "finished_at", "verdict",   "exit_code",   "causes",
        "contracts", "documents", "requests", "totals",        "completeness",   "findings",    "files",     "months",      "closed_months",
        "addenda",   "source",    "filters",  "counting_rule", "counting_rules", "decisions",   "data_date", "to_do",       "credentials",
        "seal"};
    CHECK(names_of(json) == expected);
    CHECK(json["schema"].GetInt() == 1);
    CHECK(names_of(json["tool"]) == std::vector<std::string>{"name", "version", "git"});
    CHECK(std::string(json["period"].GetString()) == "2026-09..2026-10");
    CHECK(std::string(json["started_at"].GetString()) == "2026-11-01T02:03:04.000Z");
    CHECK(std::string(json["verdict"].GetString()) == "incomplete");
    CHECK(json["exit_code"].GetInt() == 3);
    CHECK(json["requests"]["lists"].GetInt() == 14);
    CHECK(names_of(json["findings"][0]) == std::vector<std::string>{"code", "severity", "contract_id", "document_id", "message"});
    CHECK(std::string(json["findings"][0]["severity"].GetString()) == "error");
    CHECK(std::string(json["findings"][0]["document_id"].GetString()) == "doc\x1b[31m/1");
    CHECK(names_of(json["completeness"][1]) == std::vector<std::string>{"contract_id", "contract_name", "verdict", "list", "reason",
                                                                        "listed", "in_period", "files_ok", "files_missing", "types",
                                                                        "expected", "by_type", "type_by_type"});
    CHECK(json["completeness"][0]["by_type"]["bills"].GetInt() == 4);
    CHECK(std::string(json["files"][0]["sha256"].GetString()) == std::string(64, 'a'));
}

TEST_CASE("amounts in summary.json are decimal text, one total per currency") {
    // A reader that parses JSON numbers as doubles would round somebody's money.
    const Example example;
    const rapidjson::Document json = parse(summary_json(example.summary, SummaryKind::published));
    REQUIRE(json["totals"].Size() == 2);
    CHECK(std::string(json["totals"][0]["amount"].GetString()) == "-1.50");
    CHECK(std::string(json["totals"][0]["currency"].GetString()) == "EUR");
    CHECK(json["totals"][0]["credits"].GetInt() == 1);
    CHECK(std::string(json["totals"][1]["amount"].GetString()) == "1234567");
    REQUIRE(json["months"].Size() == 3);
    CHECK(std::string(json["months"][1]["amount"].GetString()) == "-2.50");
    CHECK(std::string(json["months"][2]["currency"].GetString()) == "JPY");
}

TEST_CASE("what the books found out stands in summary.json and on the page") {
    // An auditor could not tell which contract was counted otherwise, at which rate, or what was owed and did not come.
    Example example;
    CHECK_FALSE(parse(summary_json(example.summary, SummaryKind::published)).HasMember("reporting_total"));
    example.summary.reporting = ReportingTotal{money(123456, "EUR"), 3, 1, "month-end", "eurofxref-hist.csv", std::string(64, 'b')};
    example.summary.counting_uses = {CountingUse{"Of each latest version, bills count; nothing else does.", {"bills"}, {"OCB1"}}};
    ContractCompleteness& contract = example.summary.completeness[0];
    contract.by_type["invoices"] = TypeCompleteness{14, 2, 2, 1, 2, 0};
    contract.by_type["reports"] = TypeCompleteness{14, 0, 0, 0, 0, 0};
    Expectation owed;
    owed.month = *Month::parse("2026-10");
    owed.due = std::chrono::year(2026) / 11 / 8;
    owed.status = Expectation::Status::missing;
    owed.source = "learned";
    contract.expected = {owed};
    const rapidjson::Document json = parse(summary_json(example.summary, SummaryKind::published));
    CHECK(std::string(json["reporting_total"]["amount"].GetString()) == "1234.56");
    CHECK(json["reporting_total"]["documents_without_rate"].GetInt() == 1);
    CHECK(std::string(json["counting_rules"][0]["contracts"][0].GetString()) == "OCB1");
    const auto& first = json["completeness"][0];
    CHECK(names_of(first["types"]["invoices"]) ==
          std::vector<std::string>{"listed", "in_period", "final", "counted", "files_ok", "files_missing"});
    CHECK(first["types"]["invoices"]["counted"].GetInt() == 1);
    CHECK(first["types"].HasMember("reports"));
    CHECK(std::string(first["expected"][0]["status"].GetString()) == "missing");
    CHECK(std::string(first["expected"][0]["due"].GetString()) == "2026-11-08");
    CHECK(first["expected"][0]["issued"].IsNull());
    // The archive of a month does not change with later months.
    const rapidjson::Document archived = parse(summary_json(example.summary, SummaryKind::archived));
    CHECK_FALSE(archived["completeness"][0]["types"].HasMember("reports"));
    CHECK_FALSE(archived["completeness"][0]["types"]["invoices"].HasMember("listed"));
    const std::string page = report_html(example.summary, {}, Language::english);
    CHECK(holds(page, "Converted to EUR"));
    CHECK(holds(page, "3 counted, 1 without a rate"));
    CHECK(holds(page, "Counted by another rule, <bdi>OCB1</bdi>"));
    CHECK(holds(page, "2 (1 counted)"));
    CHECK(holds(page, "expected: 2026-10 missing"));
}

TEST_CASE("the months before stand in summary.json, a line a contract") {
    // A summary of thousands of contracts would be a million lines long, or round an amount.
    Example example;
    PastMonths past;
    for (int back = past_months_shown - 1; back >= 0; --back) {
        past.months.push_back(Month::parse("2026-10")->plus(-back));
    }
    PastSums sums{"", "", *find_currency("EUR"), std::vector<std::optional<Int128>>(past_months_shown)};
    sums.amounts_minor.front() = Int128{INT64_MAX} * 2;
    sums.amounts_minor.back() = -5;
    past.totals = {sums};
    sums.contract_id = "OCB0000001";
    past.contracts = {sums};
    example.summary.history = past;
    const std::string text = summary_json(example.summary, SummaryKind::published);
    const rapidjson::Document json = parse(text);
    const std::vector<std::string> names = names_of(json);
    const auto at = std::find(names.begin(), names.end(), "history");
    REQUIRE(at != names.end());
    CHECK(*std::prev(at) == "to_do");
    CHECK(*std::next(at) == "credentials");
    CHECK(names_of(json["history"]) == std::vector<std::string>{"months", "totals", "contracts"});
    CHECK(names_of(json["history"]["contracts"][0]) == std::vector<std::string>{"contract_id", "currency", "amounts"});
    CHECK(holds(text, "\"amounts\": [\"184467440737095516.14\", null, null, null, null, null, null, null, null, null, null, null, "
                      "\"-0.05\"]\n"));
    CHECK(holds(text, "\"months\": [\"2025-10\", \"2025-11\", "));
    CHECK_FALSE(parse(summary_json(example.summary, SummaryKind::archived)).HasMember("history"));
}

TEST_CASE("a finding that the job raises stands among the errors") {
    // A run would end as incomplete, and its report would not say why.
    Example example;
    example.summary.findings = {make_finding("contract-gone", "OCB9 left", "OCB9")};
    example.summary.findings[0].raised = true;
    const rapidjson::Document json = parse(summary_json(example.summary, SummaryKind::published));
    CHECK(std::string(json["findings"][0]["severity"].GetString()) == "error");
    CHECK(holds(report_html(example.summary, {}, Language::english), "<span class=\"badge bad\">error</span> <code>contract-gone</code>"));
}

TEST_CASE("a month whose sum does not fit says so instead of being wrong") {
    // A wrapped sum would look like a real amount.
    Example example;
    example.summary.month_totals = {MonthTotal{&example.good, *Month::parse("2026-10"), money(INT64_MAX, "EUR"), 1},
                                    MonthTotal{&example.bad, *Month::parse("2026-10"), money(1, "EUR"), 1}};
    const rapidjson::Document json = parse(summary_json(example.summary, SummaryKind::published));
    REQUIRE(json["months"].Size() == 1);
    CHECK(json["months"][0]["amount"].IsNull());
    CHECK(json["months"][0]["documents"].GetInt() == 2);
}

TEST_CASE("the archived summary holds nothing that differs from run to run") {
    // The bundle of an unchanged month would get other bytes at each run.
    Example one;
    Example other;
    other.summary.run_id = "another";
    other.summary.started_at = at("2030-01-01T00:00:00Z");
    other.summary.finished_at = at("2030-01-01T00:00:01Z");
    other.summary.requests = RequestCounts{};
    other.summary.documents.downloaded = 0;
    other.summary.documents.reused = 4;
    other.summary.files.clear();
    const std::string text = summary_json(one.summary, SummaryKind::archived);
    CHECK(text == summary_json(other.summary, SummaryKind::archived));
    const rapidjson::Document json = parse(text);
    for (const char* name : {"run_id", "started_at", "finished_at", "requests", "files", "seal"}) {
        CAPTURE(name);
        CHECK_FALSE(json.HasMember(name));
    }
    CHECK(json["documents"]["rows"].GetInt() == 5);
    CHECK_FALSE(json["documents"].HasMember("downloaded"));
    CHECK(text.back() == '\n');
}

TEST_CASE("the seal is the SHA-256 of all bytes before its own line") {
    // `verify`, written apart, would refuse every published month.
    const Example example;
    const std::string text = summary_json(example.summary, SummaryKind::published);
    const std::size_t line = text.rfind("  \"seal\": \"");
    REQUIRE(line != std::string::npos);
    CHECK(text.substr(line) == "  \"seal\": \"" + sha256_hex(text.substr(0, line)) + "\"\n}\n");
    CHECK(seal_holds(text));
}

TEST_CASE("the seal breaks with any changed, missing or added byte") {
    // A forged total would pass as verified.
    const Example example;
    const std::string text = summary_json(example.summary, SummaryKind::published);
    for (std::size_t position = 0; position < text.size(); ++position) {
        std::string changed = text;
        changed[position] = static_cast<char>(changed[position] ^ 1);
        CAPTURE(position);
        CHECK_FALSE(seal_holds(changed));
        CHECK_FALSE(seal_holds(text.substr(0, position)));
    }
    CHECK_FALSE(seal_holds(text + "\n"));
    CHECK_FALSE(seal_holds(" " + text));
    CHECK_FALSE(seal_holds(""));
}

TEST_CASE("text that is not UTF-8 leaves all three outputs well-formed") {
    // One hostile name would make the summary, the CI report and the page unreadable.
    const Example example;
    for (const std::string& text : {summary_json(example.summary, SummaryKind::published), junit_xml(example.summary, Language::english),
                                    report_html(example.summary, {}, Language::english)}) {
        CHECK(is_utf8(text));
        CHECK(holds(text, "\xEF\xBF\xBD"));
    }
    CHECK_FALSE(holds(junit_xml(example.summary, Language::english), "\x01"));
    CHECK_FALSE(holds(junit_xml(example.summary, Language::english), "\x1b"));
    CHECK_FALSE(holds(report_html(example.summary, {}, Language::english), "\x1b"));
}

TEST_CASE("UTF-8 is repaired byte by byte and nothing else is touched") {
    // A legitimate accent would be lost, or a broken byte kept.
    struct Row {
        std::string_view given;
        std::string_view expected;
    };
    for (const Row& row : {Row{"Été", "Été"},
                           Row{"a\xff"
                               "b",
                               "a\xEF\xBF\xBD"
                               "b"},
                           Row{"\xC3", "\xEF\xBF\xBD"}, Row{"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}, Row{"", ""},
                           Row{"\xF0\x9F\x8C\xBE", "\xF0\x9F\x8C\xBE"}}) {
        CAPTURE(row.given);
        CHECK(repair_utf8(row.given) == row.expected);
    }
}

TEST_CASE("numbers are grouped and sizes shortened for people") {
    // A page would show a wrong or unreadable figure.
    CHECK(group_thousands("1234567.89") == "1\u202F234\u202F567.89");
    CHECK(group_thousands("-999.00") == "\u2212999.00");
    CHECK(group_thousands("-1000") == "\u22121\u202F000");
    CHECK(group_thousands(std::uint64_t{0}) == "0");
    CHECK(size_for_people(0) == "0\u00A0bytes");
    CHECK(size_for_people(1) == "1\u00A0byte");
    CHECK(size_for_people(999) == "999\u00A0bytes");
    CHECK(size_for_people(1000) == "1.0\u00A0kB");
    CHECK(size_for_people(31'049'999) == "31.0\u00A0MB");
    CHECK(size_for_people(UINT64_MAX) == "18.4\u00A0EB");
}

TEST_CASE("junit.xml fails a contract for its verdict or for an error among its findings, and no other") {
    // A CI job would be green with an invoice missing, or red for a credit note.
    Example example;
    std::string xml = junit_xml(example.summary, Language::english);
    CHECK(holds(xml, "tests=\"2\" failures=\"2\""));
    CHECK(holds(xml, "<failure type=\"incomplete\" message=\"incomplete: 1 file missing (1 error)\">\ndoc\\x1b[31m/1: HTTP 500 &lt;b&gt;\n"
                     "  What to do: Run the export again."));
    CHECK(holds(xml, "<failure type=\"capped\" message=\"capped: never fewer than asked; 1 file missing (1 error)\">\nOCB0000002: "));
    CHECK(holds(xml, "error document-failed doc\\x1b[31m/1: HTTP 500 &lt;b&gt;"));
    CHECK(holds(xml, "time=\"65.250\""));
    example.summary.findings = {make_finding("credit-note", "", "OCB0000001", "doc2")};
    xml = junit_xml(example.summary, Language::english);
    CHECK(holds(xml, "tests=\"2\" failures=\"1\""));
    example.summary.findings = {make_finding("contract-gone", "OCB9 left")};
    CHECK(holds(junit_xml(example.summary, Language::english), "<system-out>warning contract-gone: OCB9 left"));
}

TEST_CASE("the page shows what the run found and runs nothing of it") {
    // A person would not see what is missing, or a name from the server would run in their browser.
    const Example example;
    const std::string page = report_html(example.summary, {}, Language::english);
    for (const std::string_view part :
         {"incomplete", "2026-09..2026-10", "\u22121.50\u00A0EUR", "1\u202F234\u202F567\u00A0JPY", "capped", "never fewer than asked",
          "document-failed", "Run the export again.", "HTTP 500 &lt;b&gt;", "ledger.csv", "Counted amounts by month, EUR",
          "Listed type by type.", "sandbox:small", "1 min 5 s"}) {
        CAPTURE(part);
        CHECK(holds(page, part));
    }
    CHECK(page.find("<script") == page.rfind("<script"));
    CHECK(holds(page, "<bdi>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Co&quot;"));
    for (const std::string_view part : {"http://", "https://", "onload", "src=", "href=\"h", "href=\"/"}) {
        CAPTURE(part);
        CHECK_FALSE(holds(page, part));
    }
    // A contract with a missing file is as incomplete as one whose list is cut; where nothing is missing, it stands behind.
    CHECK(page.find("OCB0000001</bdi><small>") < page.find("OCB0000002</bdi><small>"));
    Example whole;
    whole.summary.findings.erase(whole.summary.findings.begin());
    const std::string other = report_html(whole.summary, {}, Language::english);
    CHECK(other.find("OCB0000002</bdi><small>") < other.find("OCB0000001</bdi><small>"));
}

TEST_CASE("a page of a run without a name is the same for every run") {
    // A page that is compared or archived would differ though nothing changed.
    Example one;
    Example other;
    one.summary.run_id.clear();
    other.summary.run_id.clear();
    other.summary.started_at = at("2030-01-01T00:00:00Z");
    other.summary.finished_at = at("2030-01-01T00:00:01Z");
    other.summary.requests = RequestCounts{};
    other.summary.documents.downloaded = 0;
    CHECK(report_html(one.summary, {}, Language::english) == report_html(other.summary, {}, Language::english));
    CHECK(junit_xml(one.summary, Language::english) == junit_xml(other.summary, Language::english));
}

TEST_CASE("a page of very many findings stays short and counts the rest") {
    // The page of a large perimeter would not open.
    Example example;
    example.summary.findings.clear();
    for (int number = 0; number < 5000; ++number) {
        example.summary.findings.push_back(make_finding("credit-note", "", "OCB0000001", "doc" + std::to_string(number)));
    }
    const std::string page = report_html(example.summary, {}, Language::english);
    CHECK(holds(page, "4\u202F800 more of this kind"));
    CHECK(holds(page, "× 5\u202F000"));
    CHECK(page.size() < 100'000);
}

TEST_CASE("an empty run gives well-formed outputs") {
    // The first run of a new account would crash or print nonsense.
    RunSummary summary;
    summary.exit_code = ExitCode::complete;
    CHECK(seal_holds(summary_json(summary, SummaryKind::published)));
    CHECK(holds(summary_json(summary, SummaryKind::published), "\"totals\": [],"));
    CHECK(holds(junit_xml(summary, Language::english), "tests=\"0\""));
    CHECK(holds(report_html(summary, {}, Language::english), "No document of this period counts."));
}
