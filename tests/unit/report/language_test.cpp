/// report.html and junit.xml in French: every text that is ours changes, nothing else does.

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "domain/messages.hpp"
#include "language/row.hpp"
#include "report/report.hpp"
#include "report/text.hpp"

using namespace moisson;
using namespace moisson::report;

namespace {

Money money(std::int64_t minor, std::string_view code) { return Money{minor, *find_currency(code)}; }

/// A run that has something to say in every section of the page; names hold no blank, so that every text with one is ours.
/// Messages as rooms make them.
constexpr Row<place::Amount> credit{"A credit of {0}.", "Un avoir de {0}."};
constexpr Row<place::Text> only_type{"Of each document's latest version, {0} count; nothing else does.",
                                     "De la dernière version de chaque document, seul compte le type : {0}."};
constexpr Row<place::Text> failed{"failed: {0}", "échec : {0}"};
constexpr Row<place::Text, place::Text> denied{"type {0}: access denied {1}", "type {0} : accès refusé {1}"};

struct Everything {
    Contract good;
    Contract bad;
    RunSummary summary;

    Everything() {
        good.id = "OCB0000001";
        good.name = "Nord";
        bad.id = "OCB0000002";
        bad.name = "Sud";
        summary.run_id = "20261101T020304Z-1";
        summary.source = "sandbox:small";
        summary.period = MonthRange{Month::parse("2026-09"), Month::parse("2026-10")};
        summary.counting_rule = only_type("invoices");
        summary.counting_uses = {CountingUse{only_type("bills"),
                                             {"bills"},
                                             {"OCB0000002"}},
                                 CountingUse{only_type("reports"),
                                             {"reports"},
                                             std::vector<std::string>(12, "OCB0000003")}};
        summary.reporting = ReportingTotal{money(1'234'567, "USD"), 2, 1, "month-end", "rates.csv", "digest"};
        summary.view.contracts = {"OCB*"};
        summary.view.types = {"invoices"};
        summary.started_at = *parse_timestamp("2026-11-01T02:03:04Z");
        summary.finished_at = *parse_timestamp("2026-11-01T02:04:09Z");
        summary.data_date = *parse_timestamp("2026-10-31T08:00:00Z");
        summary.exit_code = ExitCode::incomplete;
        summary.contracts = 2;
        summary.documents = DocumentCounts{9, 5, 3, 4, 0, 1, 0, 3, 1};
        summary.requests = RequestCounts{1, 2, 14, 3, 0, 0, 12345};
        summary.totals = {CurrencyTotal{money(-123'450, "CHF"), 2, 1}, CurrencyTotal{money(1'234'567, "USD"), 1, 0}};
        for (const char* month : {"2026-09", "2026-10"}) {
            summary.month_totals.push_back(MonthTotal{&good, *Month::parse(month), money(100, "CHF"), 1});
            summary.month_totals.push_back(MonthTotal{&bad, *Month::parse(month), money(4'000'000'000'000'000'000, "USD"), 1});
            summary.month_totals.push_back(MonthTotal{&bad, *Month::parse(month), money(4'000'000'000'000'000'000, "USD"), 1});
        }
        add_completeness();
        summary.findings = {make_finding("credit-note", credit(money(-123'450, "CHF")), "OCB0000001", "doc1"),
                            make_finding("amount-zero", "", "OCB0000001", "doc2"),
                            make_finding("document-failed", failed("timeout"), "", "")};
        summary.findings.back().detail = "curl said no";
        summary.run_findings = {make_finding("clock-offset", messages::clock_ahead(400, Message()))};
        for (int at = 0; at < 300; ++at) {
            summary.findings.push_back(make_finding("filename-missing", "", "OCB0000002", "doc3"));
        }
        summary.files = {PublishedFile{"ledger.csv", 1234, std::string(64, 'a')}, PublishedFile{"x", 1, std::string(64, 'b')}};
    }

    void add_completeness() {
        ContractCompleteness whole;
        whole.contract = &good;
        whole.verdict = Completeness::complete;
        whole.by_type["invoices"] = TypeCompleteness{4, 3, 3, 2, 3, 0};
        whole.by_type[""] = TypeCompleteness{1, 1, 0, 0, 1, 0};
        ContractCompleteness broken;
        broken.contract = &bad;
        broken.verdict = Completeness::capped;
        broken.reason = denied("bills", "[403]");
        broken.type_by_type = true;
        for (const auto status : {Expectation::Status::missing, Expectation::Status::late}) {
            Expectation owed;
            owed.month = *Month::parse("2026-10");
            owed.type = "bills";
            owed.status = status;
            broken.expected.push_back(owed);
        }
        summary.completeness = {whole, broken};
    }
};

/// The texts between tags, but those marked as English.
std::vector<std::string> texts_of(std::string page) {
    using Tags = std::pair<std::string_view, std::string_view>;
    for (const auto& [begin, end] : {Tags{"<style>", "</style>"}, Tags{"<script>", "</script>"}, Tags{"<small lang=\"en\">", "</small>"}}) {
        for (std::size_t at = page.find(begin); at != std::string::npos; at = page.find(begin, at)) {
            page.erase(at, page.find(end, at) - at);
        }
    }
    std::vector<std::string> texts;
    for (std::size_t at = page.find('>'); at != std::string::npos; at = page.find('>', at + 1)) {
        const std::string text = page.substr(at + 1, page.find('<', at) - at - 1);
        if (text.find_first_of("abcdefghijklmnopqrstuvwxyz") != std::string::npos) {
            texts.push_back(text);
        }
    }
    return texts;
}

}  // namespace

TEST_CASE("no text of the page is the same in both languages but names, codes and what is so in French") {
    // A new section of the report would stay English for a French reader, and nobody would see it.
    const std::vector<std::string> english = texts_of(report_html(Everything().summary, {}, Language::english));
    const std::set<std::string> both{"Moisson ", "Documents", "Document", "Verdict", "Nord", "Sud", "Source", "sandbox:small", "invoices",
                                     "ledger.csv", "moisson verify", "rates.csv", "amount-zero", "clock-offset", "credit-note",
                                     "document-failed", "filename-missing", "doc1", "doc2", "doc3", "x", "20261101T020304Z-1"};
    std::set<std::string> same;
    const std::vector<std::string> french = texts_of(report_html(Everything().summary, {}, Language::french));
    const std::set<std::string> told(english.begin(), english.end());
    for (const std::string& text : french) {
        const bool is_digest = text == std::string(64, 'a') || text == std::string(64, 'b');
        if (told.contains(text) && !both.contains(text) && !is_digest && text != "1 min 5 s") {
            same.insert(text);
        }
    }
    CAPTURE(*(same.empty() ? told.begin() : same.begin()));
    CHECK(same.empty());
    CHECK(french.size() > 100);
}

TEST_CASE("the French page writes amounts, months and days as French does") {
    // 1.234 on a French page is a thousand to its reader.
    const std::string page = report_html(Everything().summary, {}, Language::french);
    for (const std::string_view part :
         {"<html lang=\"fr\">", "<h1>Septembre 2026 à octobre 2026</h1>", "\u22121\u202F234,50\u00A0CHF", "31/10/2026 08:00:00 UTC", "Franc suisse",
          "1,2\u00A0ko", "Que faire\u202F:", "Un avoir de -1\u202F234,50\u00A0CHF.", "type bills\u202F: accès refusé [403]",
          "octobre 2026 <bdi>relevés de facturation</bdi> manquant", "<small lang=\"en\"><bdi>curl said no</bdi></small>"}) {
        CAPTURE(part);
        CHECK(page.find(part) != std::string::npos);
    }
    CHECK(page == report_html(Everything().summary, {}, Language::french));
}

TEST_CASE("the CI's page tells failures in French, with codes as they are") {
    // A team would read English causes beside French ones, or its filters on codes would find nothing.
    const std::string xml = junit_xml(Everything().summary, Language::french);
    CHECK(xml.find("message=\"liste tronquée\u202F: type bills\u202F: accès refusé [403]") != std::string::npos);
    CHECK(xml.find("<failure type=\"capped\"") != std::string::npos);
    CHECK(xml.find("info credit-note doc1: Un avoir de") != std::string::npos);
    CHECK(xml.find("error document-failed: échec\u202F: timeout [curl said no]") != std::string::npos);
}

TEST_CASE("the summary for machines is English") {
    // A job that looks for words in a message would find others when somebody changed the language.
    const std::string json = summary_json(Everything().summary, SummaryKind::published);
    CHECK(json.find("A credit of -1234.50 CHF.") != std::string::npos);
    CHECK(json.find("type bills: access denied [403]") != std::string::npos);
}
