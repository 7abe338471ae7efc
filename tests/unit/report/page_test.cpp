/// report.html: pictures of the months, the documents that count, links, and what is folded. That a browser shows it well is seen by
/// tests/consumers/page_test.py.

#include <doctest/doctest.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "bundle/page_scripts.hpp"
#include "report/page.hpp"
#include "report/report.hpp"

using namespace moisson;
using namespace moisson::report;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// What stands between two marks.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
    const std::size_t from = text.find(before);
    REQUIRE(from != std::string::npos);
    return text.substr(from + before.size(), text.find(after, from + before.size()) - from - before.size());
}

PastSums past_sums(std::vector<std::optional<Int128>> amounts) {
    amounts.insert(amounts.begin(), static_cast<std::size_t>(past_months_shown) - amounts.size(), std::nullopt);
    return {"OCB1", "Nord", *find_currency("EUR"), std::move(amounts)};
}

std::vector<Month> thirteen_months() {
    std::vector<Month> months;
    for (int back = past_months_shown - 1; back >= 0; --back) {
        months.push_back(Month::parse("2026-10")->plus(-back));
    }
    return months;
}

/// A month with `contracts` contracts that each have one counted invoice.
struct Perimeter {
    std::vector<Contract> contracts;
    std::vector<LedgerEntry> entries;
    RunSummary summary;

    explicit Perimeter(std::size_t count) : contracts(count), entries(count) {
        summary.exit_code = ExitCode::complete;
        summary.period = MonthRange{Month::parse("2026-10"), Month::parse("2026-10")};
        for (std::size_t at = 0; at < count; ++at) {
            contracts[at].id = fmt::format("OCB{:07}", at + 1);
            LedgerEntry& entry = entries[at];
            entry.contract = &contracts[at];
            entry.document_id = fmt::format("doc{}", at + 1);
            entry.document_type = "invoices";
            entry.filename = fmt::format("F{}.pdf", at + 1);
            entry.path = fmt::format("data/documents/F {}.pdf", at + 1);
            entry.counted = true;
            entry.amount = Money{-123'456, *find_currency("EUR")};
            entry.issued_at = parse_timestamp("2026-11-03T10:00:00Z");
            ContractCompleteness whole;
            whole.contract = &contracts[at];
            whole.verdict = Completeness::complete;
            summary.completeness.push_back(whole);
        }
    }
    [[nodiscard]] std::string page(Language language = Language::english) const { return report_html(summary, entries, language); }
};

}  // namespace

TEST_CASE("verify knows the script and the style of the page, and its policy names them") {
    // A published month would be refused by `verify`, or the browser would not run what filters and sorts.
    for (const Language language : {Language::english, Language::french}) {
        const std::string policy = between(Perimeter(1).page(language), "Content-Security-Policy\" content=\"", "\"");
        const std::string style = between(policy, "style-src '", "'");
        const std::string script = between(policy, "script-src '", "'");
        CAPTURE(style);
        CAPTURE(script);
        CHECK(std::count(bundle::page_styles.begin(), bundle::page_styles.end(), style) == 1);
        CHECK(std::count(bundle::page_scripts.begin(), bundle::page_scripts.end(), script) == 1);
        CHECK(policy.starts_with("default-src 'none'; "));
    }
}

TEST_CASE("the months' columns stand on one line, credits below it") {
    // A month would look larger than another that it is not, or a credit like a charge.
    const std::string chart = history_chart(past_sums({300, std::nullopt, -100, 150}), thirteen_months(), Language::english);
    CHECK(has(chart, "<path class=\"zero\" d=\"M0 75H130\"/>"));
    CHECK(has(chart, "<path class=\"past\" d=\"M95 75V0\"><title>2026-07, 3.00\u00A0EUR</title></path>"));
    CHECK(has(chart, "<path class=\"past\" d=\"M105 75V75\"><title>2026-08, nothing</title></path>"));
    CHECK(has(chart, "<path class=\"credit\" d=\"M115 75V100\"><title>2026-09, \u22121.00\u00A0EUR</title></path>"));
    CHECK(has(chart, "<path class=\"now\" d=\"M125 75V37\"><title>2026-10, 1.50\u00A0EUR</title></path>"));
    CHECK(has(history_chart(past_sums({}), thirteen_months(), Language::english), "<path class=\"now\" d=\"M125 100V100\">"));
}

TEST_CASE("amounts that no 64 bits hold have a column, too") {
    // A chart of large sums would wrap around.
    const Int128 large = Int128{INT64_MAX} * 1'000'000;
    CHECK(
        has(history_chart(past_sums({large, large / 2}), thirteen_months(), Language::english), "<path class=\"now\" d=\"M125 100V50\">"));
}

TEST_CASE("a contract's months are a line of columns with their figures as text") {
    // A screen reader would find a picture without words.
    const std::string line = sparkline(past_sums({1'200, 0, -600, std::nullopt, 2'400}), Language::french);
    CHECK(has(line, "role=\"img\"><title>–; –; –; –; –; –; –; –; 12,00; 0,00; \u22126,00; –; 24,00\u00A0EUR</title>"));
    CHECK(has(line, "<path d=\"M85 19V9M105 19V24M125 19V0\"/>"));
}

TEST_CASE("a document that counts stands with date, amount, contract, type and the way to its file") {
    // An accountant would look for it in a spreadsheet.
    const Perimeter two(2);
    CHECK(has(two.page(),
              "<tr id=\"d2\"><td>2026-11-03</td><td class=\"number\">\u22121\u202F234.56\u00A0EUR</td>"
              "<td><a href=\"#c2\"><bdi>OCB0000002</bdi></a><small></small></td><td><bdi>invoices</bdi></td>"
              "<td><a href=\"moisson-2026-10/data/documents/F%202.pdf\"><bdi>F2.pdf</bdi></a><small><bdi>doc2</bdi></small></td>"
              "</tr>"));
    CHECK(has(two.page(Language::french), "<td><time datetime=\"2026-11-03\">03/11/2026</time></td>"));
    Perimeter without(1);
    without.entries[0].path.clear();
    CHECK(has(without.page(), "</td><td><bdi>F1.pdf</bdi><small>"));
    without.entries[0].counted = false;
    CHECK_FALSE(has(without.page(), "id=\"documents\""));
}

TEST_CASE("findings lead to contracts and to documents that count, contracts to their documents") {
    // A reader would search the page for an id of forty letters.
    Perimeter two(2);
    two.summary.findings = {make_finding("document-failed", "HTTP 500", "OCB0000002", "doc2"),
                            make_finding("document-failed", "HTTP 500", "OCB0000003", "doc3")};
    two.summary.month_totals = {MonthTotal{&two.contracts[1], *Month::parse("2026-10"), Money{5, *find_currency("EUR")}, 1}};
    CHECK(has(two.page(), "<tr><td><a href=\"#c2\"><bdi>OCB0000002</bdi></a></td><td><a href=\"#d2\"><bdi>doc2</bdi></a></td>"));
    CHECK(has(two.page(), "<tr><td><bdi>OCB0000003</bdi></td><td><bdi>doc3</bdi></td>"));
    CHECK(has(two.page(), "<td class=\"number\"><a href=\"#d2\">0.05\u00A0EUR</a></td>"));
}

TEST_CASE("of many contracts those that are complete are folded, and of many documents the first are shown") {
    // The page of a large account would take seconds to open.
    CHECK(has(Perimeter(25).page(), "<details open>\n<summary>25 complete contracts</summary>"));
    Perimeter many(3000);
    many.summary.completeness[7].verdict = Completeness::failed;
    const std::string page = many.page();
    CHECK(has(page, "<details>\n<summary>2\u202F999 complete contracts</summary>"));
    CHECK(page.find("id=\"c8\"") < page.find("2\u202F999 complete contracts"));
    CHECK(has(page, "<details>\n<summary>3\u202F000 counted documents</summary>"));
    CHECK(has(page, "500 more documents stand in ledger.csv and ledger.xlsx."));
    CHECK(has(page, "<tr id=\"d2500\">"));
    CHECK_FALSE(has(page, "<tr id=\"d2501\">"));
}

TEST_CASE("of many changes the largest are seen, and the others unfold") {
    // With two hundred contracts the documents would stand six pages below.
    const Currency euro = *find_currency("EUR");
    Perimeter many(12);
    Changes& changes = many.summary.changes.emplace();
    changes.month_before = Month::parse("2026-09");
    changes.was_published = true;
    for (const Contract& contract : many.contracts) {
        const auto number = static_cast<std::int64_t>(changes.sums.size());
        changes.sums.push_back({contract.id, "", euro, Money{1'000'000, euro}, Money{1000 + number, euro}});
        DocumentChange& one = changes.documents.emplace_back();
        one.contract_id = contract.id;
        one.document_id = "doc";
    }
    const std::string page = many.page(Language::french);
    const auto rows = [](const std::string& text) {
        std::size_t count = 0;
        for (std::size_t at = text.find("<tr><td>"); at != std::string::npos; at = text.find("<tr><td>", at + 1)) {
            ++count;
        }
        return count;
    };
    for (const auto& [table, caption] :
         {std::pair("sums", "Par rapport au mois précédent"), std::pair("changed", "Depuis la dernière publication")}) {
        CAPTURE(table);
        const std::string begin = fmt::format("<table class=\"{}\">\n<caption", table);
        const std::string seen = between(page, fmt::format("{}>{}</caption>", begin, caption),
                                         "</table>\n<details>\n<summary>2 de plus</summary>\n");
        const std::string folded = between(page, fmt::format("{} class=\"hidden\">{}</caption>", begin, caption), "</details>");
        CHECK(rows(seen) == 10);
        CHECK(rows(folded) == 2);
    }
    CHECK(has(page, "<td class=\"number\">\u221299,9\u00A0%</td>"));
    changes.sums.resize(10);
    changes.documents.resize(10);
    CHECK_FALSE(has(many.page(), "<caption class=\"hidden\">"));
}

TEST_CASE("counts stand beside one sum, and below several") {
    // A number would stand in a box as high as a chart.
    const auto sums_of = [](std::initializer_list<std::string_view> codes) {
        Perimeter one(1);
        for (const std::string_view code : codes) {
            CurrencyTotal& total = one.summary.totals.emplace_back();
            total.total = Money{100, *find_currency(code)};
            total.documents = 1;
        }
        return between(one.page(Language::french), "<h2 id=\"totals\">", "</section>");
    };
    CHECK_FALSE(has(sums_of({"EUR"}), "</dl>\n<dl"));
    const std::string two = sums_of({"CHF", "EUR"});
    CHECK(has(two, "</dl>\n<dl class=\"tiles\">\n<div class=\"tile\"><dt>Contrats</dt>"));
    CHECK(has(two, "1 document retenu, 0 avoir"));
    CHECK(has(two, "0 pas encore disponible, 0 non récupéré"));
}
