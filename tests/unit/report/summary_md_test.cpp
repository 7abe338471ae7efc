// summary.md: short whatever the month holds, and what is in it is read as what it is.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.hpp"

using namespace moisson;
using namespace moisson::report;

namespace {

struct Example {
    Contract contract;
    RunSummary summary;

    explicit Example(std::string name = "Web shop") {
        contract.id = "OCB0000001";
        contract.name = std::move(name);
        summary.run_id = "20261101T020304Z-1";
        summary.period = MonthRange{Month::parse("2026-10"), Month::parse("2026-10")};
        summary.exit_code = ExitCode::incomplete;
        summary.contracts = 1;
        summary.documents = DocumentCounts{9, 5, 3, 4, 0, 1, 0, 3, 1};
        summary.totals = {CurrencyTotal{Money{-123456, *find_currency("EUR")}, 2, 1}};
        summary.completeness = {ContractCompleteness{&contract, Completeness::complete, "", 5, 5, 4, 1, {}, {}, {}, false}};
    }
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\n', begin);
        REQUIRE(end != std::string::npos);
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::size_t place_of(const std::string& text, std::string_view part) {
    CAPTURE(part);
    REQUIRE(holds(text, part));
    return text.find(part);
}

}  // namespace

TEST_CASE("a person reads verdict, totals, what changed and what to do, the worst first") {
    Example example;
    example.summary.findings = {make_finding("clock-offset", "", "", ""), make_finding("credit-note", "", "OCB0000001", "doc2"),
                                make_finding("document-failed", "HTTP 500", "OCB0000001", "doc1"),
                                make_finding("version-changed", "", "OCB0000001", "doc3")};
    const std::string note = summary_md(example.summary, Language::english);
    CHECK(note.starts_with("# Moisson, 2026-10: incomplete\n\nPublished, but not complete: "));
    CHECK(holds(note, "| Euro | 2 | \u22121\u202F234.56\u00A0EUR |\n"));
    CHECK(holds(note, "1 contract, 5 documents, 4 with their file.\n"));
    CHECK(holds(note, "- 3 files were fetched that no earlier run had.\n"));
    CHECK(holds(note, "- **error** `document-failed`, 1×: "));
    CHECK(holds(note, "Run the export again. Seen at: `OCB0000001` (`Web shop`) `doc1`\n"));
    CHECK(holds(note, "1 further finding is for information: report.html has them.\n"));
    CHECK(place_of(note, "## Totals") < place_of(note, "## What changed"));
    CHECK(place_of(note, "## What changed") < place_of(note, "`version-changed`"));
    CHECK(place_of(note, "`version-changed`") < place_of(note, "## What to do"));
    CHECK(place_of(note, "`document-failed`") < place_of(note, "`clock-offset`"));
    CHECK_FALSE(holds(note, "credit-note"));
}

TEST_CASE("the first things to do are told with place, amount, who acts and the command") {
    // A person would read how many documents failed, and open another file to learn which, and whose work it is.
    Example example;
    example.summary.findings = {make_finding("document-failed", "HTTP 500", "OCB0000001", "doc1"),
                                make_finding("amount-missing", "none", "OCB0000001", "doc*2")};
    for (const Finding& finding : example.summary.findings) {
        example.summary.to_do.push_back({finding, "Web shop", "a.pdf", std::nullopt});
    }
    example.summary.to_do[0].amount = Money{123450, *find_currency("EUR")};
    const std::string note = summary_md(example.summary, Language::english);
    CHECK(holds(note, "\n1. **error** `document-failed` `OCB0000001` (`Web shop`) `doc1` `a.pdf`, 1\u202F234.50\u00A0EUR: "
                      "Run the export again. *operations* `moisson export --period 2026-10`\n"
                      "2. **error** `amount-missing` `OCB0000001` (`Web shop`) `doc*2` `a.pdf`: "));
    CHECK(holds(note, " *accounting*\n\n- **error** `amount-missing`, 1×: "));
    const std::string french = summary_md(example.summary, Language::french);
    CHECK(holds(french, "\n1. **erreur** `document-failed` `OCB0000001` (`Web shop`) `doc1` `a.pdf`, 1\u202F234,50\u00A0EUR\u202F: "));
    example.summary.to_do.assign(40, example.summary.to_do[0]);
    CHECK(holds(summary_md(example.summary, Language::english), "\n10. **error** "));
    CHECK_FALSE(holds(summary_md(example.summary, Language::english), "\n11. "));
}

TEST_CASE("a French reader reads French") {
    Example example;
    example.summary.findings = {make_finding("document-failed", "HTTP 500", "OCB0000001", "doc1")};
    const std::string note = summary_md(example.summary, Language::french);
    CHECK(note.starts_with("# Moisson, Octobre 2026\u202F: incomplet\n"));
    CHECK(holds(note, "\u22121\u202F234,56\u00A0EUR"));
    CHECK(holds(note, "## Ce qui a changé\n"));
    CHECK(holds(note, "- **erreur** `document-failed`, 1×\u202F: "));
    CHECK(holds(note, "Constaté sur\u202F: `OCB0000001`"));
}

TEST_CASE("a run in which all is well has nothing to do") {
    Example example;
    example.summary.exit_code = ExitCode::complete;
    example.summary.documents.downloaded = 0;
    const std::string note = summary_md(example.summary, Language::english);
    CHECK(holds(note, "Everything that the service lists was downloaded, reconciled and published.\n"));
    CHECK(holds(note, "- Nothing new: every file was there already.\n"));
    CHECK(note.ends_with("## What to do\n\nNothing.\n"));
    CHECK(lines_of(summary_md(RunSummary{}, Language::french)).size() < 20);
}

TEST_CASE("a month of any size fits in sixty lines") {
    // A step summary or a mail would be cut, and what matters with it.
    Example example;
    for (const FindingKind& kind : all_finding_kinds()) {
        for (int number = 0; number < 500; ++number) {
            example.summary.findings.push_back(
                make_finding(*FindingCode::find(kind.code), "", "OCB0000001", "doc" + std::to_string(number)));
        }
    }
    example.summary.totals.clear();
    for (const std::string_view code : {"AED", "AUD", "BHD", "CAD", "CHF", "CLF", "CNY", "CZK", "DKK", "EUR", "GBP", "JPY", "USD"}) {
        example.summary.totals.push_back(CurrencyTotal{Money{1, *find_currency(code)}, 1, 0});
    }
    for (int number = 1; number < 40; ++number) {
        example.summary.addendum_sums.push_back(
            {"addendum-2026-09-" + std::to_string(number) + ".csv", *Month::parse("2026-09"), *Month::parse("2026-10"), 1, {}});
    }
    example.summary.view = View{{"OCB*"}, {"bills"}, false};
    for (const Language language : {Language::english, Language::french}) {
        const std::string note = summary_md(example.summary, language);
        CHECK(lines_of(note).size() <= 60);
        RunSummary with_things_to_do = example.summary;
        with_things_to_do.to_do.assign(40, {example.summary.findings.front(), std::string(99, 'n'), std::string(99, 'f'), std::nullopt});
        const std::string other = summary_md(with_things_to_do, language);
        CHECK(lines_of(other).size() <= 60);
        CHECK(other.size() < 16'000);
        CHECK(note.size() < 16'000);
        CHECK(holds(note, language == Language::english ? "and 35 more" : "et 35 autres"));
        CHECK(holds(note, language == Language::english ? "and 497 more" : "et 497 autres"));
    }
}

TEST_CASE("a name from outside is no Markdown, no HTML, no line of its own and no command") {
    // A supplier's name would put a link, a picture that tells who reads, or a heading with another verdict into a merge request.
    const std::vector<std::string> names{"`x` ``y``", "<script>alert(1)</script><img src=x>", "a\n# complete\n", "![p](http://evil/)",
                                         "[x](javascript:1) @all #1 !2", "| a | b |", "##[error]x ##vso[task.x]", "::error::x", "\x1b[31m\u202E",
                                         "&lt;b&gt; &amp;", "</code></pre><!--", "\\` <b>", std::string(5000, '*')};
    for (const std::string& name : names) {
        CAPTURE(name);
        Example example(name);
        example.contract.id = name;
        example.summary.view = View{{name}, {}, true};
        example.summary.findings = {make_finding("document-failed", name, name, name), make_finding("version-changed", name, name, name)};
        const std::string note = summary_md(example.summary, Language::english);
        for (const std::string& line : lines_of(note)) {
            CAPTURE(line);
            CHECK(std::count(line.begin(), line.end(), '`') % 2 == 0);
            CHECK(line.size() < 1500);
            std::string outside_of_code;
            bool is_code = false;
            for (const char letter : line) {
                is_code = letter == '`' ? !is_code : is_code;
                outside_of_code += is_code ? '\0' : letter;
            }
            for (const std::string_view part : {"evil", "javascript", "@all", "script", "alert", "](", "# complete"}) {
                CHECK_FALSE(holds(outside_of_code, part));
            }
        }
        for (const std::string_view part : {"<", "\n# complete", "##[", "##vso[", "\x1b", "\u202E"}) {
            CHECK_FALSE(holds(note, part));
        }
    }
}
